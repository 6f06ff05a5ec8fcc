"""The taxonomy of aspects as the dictionaries give it: `aspects.yaml`, with the user's own file laid over it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import yaml

from domain.errors import InvalidSettings
from nlp.dictionaries import read
from nlp.normalize import normalize

NO_ASPECT = "无"
"""Entry with words that only look like they held another (约定时间 holds 定时), or name a matter in passing (安装完后)."""
LEANS: Mapping[str, int] = {"bad": -1, "names": 0, "good": 1}
_WORDS = ("names", "bad", "good", "trouble", "header", "soft", "only", "sure", "yields", "aside", "remove")
_DENYING = re.compile("^[没不无零未]|没有|听不|都没")
_PATTERN = frozenset({"word", "lean", "before", "after"})

Entries = Mapping[str, Mapping[str, Any]]


@attrs.frozen(kw_only=True)
class Company:
    """What must stand beside a word for it to count."""

    before: re.Pattern[str] | None
    """Searched in the characters before it."""
    after: re.Pattern[str] | None
    """Searched in the characters after it."""

    def holds(self, before: str, after: str) -> bool:
        """Does it stand there? before, after: the characters beside the word in its clause."""
        return (self.before is None or self.before.search(before) is not None) and (
            self.after is None or self.after.search(after) is not None
        )


@attrs.frozen(kw_only=True)
class Term:
    """One word of the lexicon in one aspect."""

    aspect: str
    lean: int
    """-1 blame, 0 only the name of the matter, +1 praise."""
    trouble: bool = False
    """Its absence is praise."""
    denies: bool = False
    """Praise that names what is not there (不吵, 没有乱收费), so that no mood of the text turns it."""
    soft: bool = False
    """Says how somebody behaved; whose matter it is, another word of the clause may say (安装师傅态度好)."""
    header: bool = False
    """A heading of a shop's form; it gives way to whatever the clause says more exactly."""
    only: frozenset[str] = frozenset()
    """Appliances that have the aspect; empty = all."""
    sure: bool = True
    """Counts where no appliance is known."""
    company: Company | None = None


@attrs.frozen(kw_only=True)
class Taxonomy:
    """All aspects and their words."""

    aspects: tuple[str, ...]
    """Names, the general ones first."""
    terms: Mapping[str, tuple[Term, ...]]
    """Word in its normalised form → what it means; with company first, because the first that holds counts per aspect."""
    yields: Mapping[str, frozenset[str]]
    """Aspect → aspects that take a clause from it where it is only named."""


def load_taxonomy(own: Path | None = None) -> Taxonomy:
    """The shipped taxonomy, with the words of the user's file `own` added; a file that is not there adds nothing.

    An aspect of the file that is new is one more aspect; under a known one `remove` takes words out.
    Raises InvalidSettings with the file, the aspect and the entry that is wrong.
    """
    if own is None or not own.exists():
        return _shipped()
    return _taxonomy(_merged(read("aspects"), _own_entries(own)))


@cache
def _shipped() -> Taxonomy:
    return _taxonomy(read("aspects"))


def _taxonomy(entries: Entries) -> Taxonomy:
    terms: dict[str, list[Term]] = {}
    for aspect, entry in entries.items():
        for word, term in _terms_of(aspect, entry):
            known = terms.setdefault(normalize(word), [])
            if term.company is not None or all(other.aspect != aspect or other.company for other in known):
                known.append(term)
    return Taxonomy(
        aspects=tuple(name for name in entries if name != NO_ASPECT),
        terms={word: tuple(sorted(known, key=lambda term: term.company is None)) for word, known in terms.items()},
        yields={name: frozenset(entry["yields"]) for name, entry in entries.items() if entry.get("yields")},
    )


def _terms_of(aspect: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, Term]]:
    only, soft, sure = (frozenset(entry.get(key, ())) for key in ("only", "soft", "sure"))
    # 制冷 and the like are asked of things whose appliance nobody named; the add-ons are not
    general = not only or "空调" in only
    for pattern in entry.get("patterns", ()):
        company = Company(before=_compiled(pattern.get("before")), after=_compiled(pattern.get("after")))
        lean = LEANS[pattern.get("lean", "names")]
        yield pattern["word"], Term(aspect=aspect, lean=lean, only=only, sure=general, company=company)
    removed = frozenset(entry.get("remove", ()))
    for kind in ("bad", "good", "trouble", "names", "header", "aside"):
        for word in entry.get(kind, ()):
            if word not in removed:
                yield (
                    word,
                    Term(
                        aspect=aspect,
                        lean=LEANS.get(kind, 0),
                        trouble=kind == "trouble",
                        denies=kind == "good" and _DENYING.search(word) is not None,
                        soft=word in soft,
                        header=kind == "header",
                        only=only,
                        sure=general or word in sure,
                    ),
                )


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None


def _own_entries(path: Path) -> Entries:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidSettings(f"{path}：读不出来（{error}）") from error
    if not isinstance(content, dict):
        raise InvalidSettings(f"{path}：应是“方面: 词表”的映射，现在是 {type(content).__name__}")
    for aspect, entry in content.items():
        if problem := _problem(aspect, entry):
            raise InvalidSettings(f"{path}：方面“{aspect}”{problem}")
    return content


def _problem(aspect: object, entry: object) -> str:
    """What is wrong with one entry, for people; empty = nothing."""
    if not isinstance(aspect, str) or not aspect.strip():
        return "的名称应是文字"
    if not isinstance(entry, dict):
        return f"下应有 names、bad、good 等词表，现在是 {entry!r}"
    for key, words in entry.items():
        if key == "patterns":
            if problem := _pattern_problem(words):
                return problem
        elif key not in _WORDS:
            return f"有不认识的项 {key!r}；可用的是 {'、'.join((*_WORDS, 'patterns'))}"
        elif not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
            return f"的 {key} 应是词的列表（数字要加引号），现在是 {words!r}"
    return ""


def _pattern_problem(patterns: object) -> str:
    if not isinstance(patterns, list):
        return f"的 patterns 应是列表，现在是 {patterns!r}"
    for pattern in patterns:
        if not isinstance(pattern, dict) or not isinstance(pattern.get("word"), str) or not set(pattern) <= _PATTERN:
            return f"的 patterns 里每项应有 word，可有 lean、before、after，现在是 {pattern!r}"
        if pattern.get("lean", "names") not in LEANS:
            return f"的 patterns 里 lean 应是 bad、good 或 names，现在是 {pattern['lean']!r}"
        for side in ("before", "after"):
            try:
                re.compile(pattern.get(side) or "")
            except (re.error, TypeError) as error:
                return f"的 patterns 里 {side} 不是正则表达式：{pattern[side]!r}（{error}）"
    return ""


def _merged(ours: Entries, own: Entries) -> Entries:
    answer: dict[str, dict[str, Any]] = {aspect: dict(entry) for aspect, entry in ours.items()}
    last = answer.pop(NO_ASPECT)
    for aspect, entry in own.items():
        known = last if aspect == NO_ASPECT else answer.setdefault(aspect, {})
        for key, words in entry.items():
            known[key] = _joined(known.get(key, ()), words, before=key == "patterns")
    return {**answer, NO_ASPECT: last}


def _joined(ours: Sequence[Any], own: Sequence[Any], *, before: bool) -> list[Any]:
    return [*own, *ours] if before else [*ours, *own]
