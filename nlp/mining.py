"""Words for the dictionary, found in product titles and reviews by counting: `python -m nlp.mining find|models|count FILE.csv.gz …`.

A person reads what `find` gives before any of it becomes a line of `nlp/dictionaries/words/`; docs/models/dictionary.md tells how
that was done. `count` then writes how often each word of those files stands in the texts.
"""

import argparse
import csv
import gzip
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import attrs

from nlp.normalize import normalize
from nlp.segment import MODEL, is_model

HEADS = (
    "费款价券率器机板阀管泵网盘架罩片键口头盖门灯屏盒桶轮芯胆带圈垫座柜槽锁环线棒针杯壳杆轴扇叶箱膜栓钩扣条框脚窗炉灶锅盆壶仪表卡"
    "温量度音味霜水垢声压力感效能耗案款式型系级匹升寸店员工师傅单位点期卡号码图色漆缝痕坑洞"
)
"""Last characters of compounds that name a part, a cost, a measure or a fault: 支架费, 电磁阀, 出水量, 塑料味."""
_FRAMES = (
    (re.compile(r"[一-鿿]{2,4}费"), "cost"),
    (re.compile(r"不[一-鿿]{1,3}"), "fault"),
    (re.compile(r"[漏渗滴跑掉脱][一-鿿]{1,2}"), "fault"),
    (re.compile(rf"[一-鿿]{{1,5}}[{HEADS}]"), "thing"),
)
_HAN = re.compile(r"[一-鿿]+")
_CONTENT = ("n", "v", "a", "b", "j", "z", "l", "x", "i", "q", "f", "d")
"""First letters of jieba's parts of speech that may stand in a word."""
_NEVER = frozenset(
    re.findall(
        r"\S+",
        "的 了 是 我 你 他 她 它 们 在 也 就 都 和 跟 与 很 太 还 又 再 要 会 能 说 到 去 来 给 让 把 被 这 那 个 一 什么 怎么 但 着 过 得 地 啊 吧 呢 吗"
        " 哦 呀 哈 等 才 只 从 对 为 以 最 更 里 有 没 没有 可以 不能 不是 就是 还是 时候 感觉 觉得 比较 非常 特别 有点 一个 一直 已经 东西",
    )
)
"""Words that no compound holds."""
_LOOSE = frozenset(
    "的了我你他她它这那个人说要还不太很超真好到来买装用先都就才会想挺蛮巨更最没有点赞评时后前日天哈啊呢吧也再又看给被把让和跟与可得过着在是为于从对"
)
"""Characters that are words by themselves: what a segmenter makes of them by guessing is a phrase."""


@attrs.frozen(kw_only=True)
class Candidate:
    """A possible word with what speaks for it."""

    word: str
    count: int
    """Occurrences in the texts."""
    cohesion: float
    """Pointwise mutual information of its parts in bits, least over all ways to part it in two."""
    freedom: float
    """Entropy of its neighbours in bits, of the poorer side: a piece of a longer word has few."""
    frame: str
    """cost, fault, thing, new (guessed by the segmenter), or plain."""
    tag: str
    """Part of speech in jieba's letters."""


def candidates(texts: Iterable[str], *, least: int = 8, cohesion: float = 4.0, freedom: float = 1.0) -> list[Candidate]:
    """Candidates, most frequent first. least: occurrences; cohesion, freedom: bits, both halved for words that fill a frame."""
    counts = _Counts()
    for text in texts:
        counts.add(normalize(text))
    found = [_judged(parts, count, counts) for parts, count in counts.runs.items() if count >= least]
    return sorted((c for c in found if _good(c, cohesion=cohesion, freedom=freedom)), key=lambda c: (-c.count, c.word))


def _good(candidate: Candidate, *, cohesion: float, freedom: float) -> bool:
    if candidate.word in known_words() or (candidate.frame == "new" and _LOOSE & set(candidate.word)):
        return False
    ease = 1.0 if candidate.frame == "plain" else 0.5
    return candidate.cohesion >= cohesion * ease and candidate.freedom >= freedom * ease


def models(titles: Iterable[str]) -> Counter[str]:
    """Model numbers of product titles, normalised, with the number of different titles that hold each."""
    found: Counter[str] = Counter()
    for title in {normalize(title) for title in titles}:
        found.update({match.group() for match in MODEL.finditer(title) if is_model(match.group())})
    return found


class _Counts:
    """Counts of single words, of runs of two and three, and of the neighbours of each run."""

    def __init__(self) -> None:
        import rjieba

        self._cut = rjieba.Jieba().cut  # without the words that we have already
        self.single: Counter[str] = Counter()
        self.runs: Counter[tuple[str, ...]] = Counter()
        self.left: dict[tuple[str, ...], Counter[str]] = {}
        self.right: dict[tuple[str, ...], Counter[str]] = {}

    def add(self, text: str) -> None:
        """Count one normalised text."""
        for stretch in _HAN.findall(text):
            words = self._cut(stretch)
            self.single.update(words)
            for size in (1, 2, 3):
                for at in range(len(words) - size + 1):
                    run = tuple(words[at : at + size])
                    if 2 <= sum(map(len, run)) <= 6 and _possible(run):
                        self._add_run(
                            run, words[at - 1] if at else "^", words[at + size] if at + size < len(words) else "$"
                        )

    def _add_run(self, run: tuple[str, ...], before: str, after: str) -> None:
        self.runs[run] += 1
        self.left.setdefault(run, Counter())[before] += 1
        self.right.setdefault(run, Counter())[after] += 1


def _possible(run: tuple[str, ...]) -> bool:
    if any(word in _NEVER for word in run):
        return False
    if len(run) == 1:
        return True
    tags = known_words()
    return all(tags.get(word, (0, "x"))[1][0] in _CONTENT for word in run)


def _judged(run: tuple[str, ...], count: int, counts: _Counts) -> Candidate:
    word, known = "".join(run), known_words()
    frame = next((name for pattern, name in _FRAMES if pattern.fullmatch(word)), "plain")
    if len(run) == 1 and word not in known:
        frame = "new"
    total = sum(counts.single.values())
    cohesion = 99.0
    if len(run) > 1:
        parts = math.prod(counts.single[part] / total for part in run)
        cohesion = math.log2(count / total / parts)
    freedom = min(_entropy(counts.left[run]), _entropy(counts.right[run]))
    tag = known[word][1] if word in known else known.get(run[-1], (0, "n"))[1]
    return Candidate(word=word, count=count, cohesion=cohesion, freedom=freedom, frame=frame, tag=tag)


def _entropy(neighbours: Mapping[str, int]) -> float:
    """Bits; a border of the stretch counts as a different neighbour each time."""
    total = sum(neighbours.values())
    borders = neighbours.get("^", 0) + neighbours.get("$", 0)
    inner = sum(-n / total * math.log2(n / total) for word, n in neighbours.items() if word not in "^$")
    return inner + borders / total * math.log2(total)


@cache
def known_words() -> dict[str, tuple[int, str]]:
    """Frequency and part of speech of each word of jieba's own dictionary."""
    lines = files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split(" ") for line in lines)
    return {row[0]: (int(row[1]), row[2] if len(row) > 2 else "n") for row in rows if len(row) > 1}


def rows_of(path: Path, columns: Sequence[str]) -> Iterator[str]:
    """The named columns of a CSV, .gz or not, each a text; a column that is not there is left out."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield from (row[column] for column in columns if row.get(column))


def counted(words: Mapping[str, str], texts: Iterable[str]) -> dict[str, int]:
    """Frequency of each word: how often it stands in the texts, or more where jieba would else cut it.

    words: normalised word → part of speech. Source of the least frequency: jieba's own suggest_freq.
    """
    import rjieba

    whole = "\n".join(normalize(text) for text in texts)
    engine, known = rjieba.Jieba(), known_words()
    counts = {word: max(whole.count(word), known.get(word, (1, ""))[0]) for word in words}
    for word, tag in words.items():
        counts[word] = max(counts[word], engine.suggest_freq(word))
        engine.add_word(word, counts[word], tag)
    for _ in range(12):  # what was added since may cut a word anew
        torn = [word for word in words if len(engine.cut(word)) > 1 and _HAN.fullmatch(word)]
        for word in torn:
            counts[word] = counts[word] * 2 + 1
            engine.add_word(word, counts[word], words[word])
    return counts


def _find(options: argparse.Namespace, texts: Iterable[str]) -> None:
    for c in candidates(texts, least=options.least):
        sys.stdout.write(f"{c.word}\t{c.count}\t{c.cohesion:.1f}\t{c.freedom:.1f}\t{c.frame}\t{c.tag}\n")


def _models(options: argparse.Namespace, texts: Iterable[str]) -> None:
    for word, count in sorted(models(texts).items()):
        sys.stdout.write(f"{word} {count} nz\n")


def _count(options: argparse.Namespace, texts: Iterable[str]) -> None:
    """Rewrites the dictionary's files in place; comments stay."""
    paths = sorted(options.words.glob("*.txt"))
    rows = [
        line.split() for path in paths for line in path.read_text("utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    counts = counted({row[0]: row[2] if len(row) > 2 else "n" for row in rows}, texts)
    for path in paths:
        lines = [
            line if line[:1] in ("", "#") else " ".join([row[0], str(counts[row[0]]), row[2] if len(row) > 2 else "n"])
            for line in path.read_text("utf-8").splitlines()
            for row in [line.split()]
        ]
        path.write_text("\n".join(lines) + "\n", "utf-8")


_ACTIONS: dict[str, Callable[[argparse.Namespace, Iterable[str]], None]] = {
    "find": _find,
    "models": _models,
    "count": _count,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """find: candidates as a table; models: model numbers of titles; count: new frequencies for the files of words."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=_ACTIONS)
    parser.add_argument("files", type=Path, nargs="+", help="CSV, .gz or not")
    parser.add_argument("--columns", default="text,product,title", help="columns that hold texts")
    parser.add_argument("--least", type=int, default=8, help="occurrences of a candidate")
    parser.add_argument("--words", type=Path, default=Path(__file__).parent / "dictionaries" / "words")
    options = parser.parse_args(arguments)
    texts = dict.fromkeys(text for path in options.files for text in rows_of(path, options.columns.split(",")))
    _ACTIONS[options.action](options, texts)


if __name__ == "__main__":
    main()
