"""Words of a text: one interface, rjieba by default, jieba where asked for; models, emoticons and emoji stay whole."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Protocol

from domain.errors import InvalidSettings
from nlp.dictionaries import Word, read_words

MODEL = re.compile(
    r"(?<![a-z0-9])(?!(?:iphone|ipad|wifi|windows|win|mate|usb|type|mp|android|ios|app|vivo|oppo|http|www)[\- ]?[0-9])"
    r"(?:(?=[a-z0-9]{0,8}[\-/]?[a-z]{0,4}[0-9])[a-z]{1,6}[0-9]{0,3}[a-z]{0,2}(?:-[a-z]{0,2})?[0-9]{1,4}"
    r"|[3-9][0-9](?!(?:gb?|hz|kg|ml|cm|mm|db|w|fps)[0-9])[a-z]{1,3}[0-9]{1,3})[a-z0-9]*"
    r"(?:[\-/.]?\([a-z0-9+\-]{1,10}\)[a-z0-9]*|[\-/.+][a-z0-9]*[a-z0-9])*"
)
"""A model number in a normalised text: kfr-35gw/nhgc1b, kfr-26gw/(26549)fnhaa-b1, 55e5g."""
_SKIN = "[\U0001f3fb-\U0001f3ff]?"
_PERSON = f"[\U0001f466-\U0001f469\U0001f474-\U0001f476\U0001f9d1]{_SKIN}"
_EMOJI = (
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]⃣|\U0001f3f4[\U000e0020-\U000e007f]+|\U0001f3f3[🌈⚧]|\U0001f3f4☠|👁🗨|❤[🔥🩹]|🐻❄|🐦[⬛🔥]|🐈⬛|🐕🦺"
    f"|{_PERSON}(?:(?:❤💋?)?{_PERSON}){{1,3}}|{_PERSON}[⚕⚖✈🌾🍳🍼🎄🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦯🦰-🦳🦼🦽]"
    f"|[☝-\U0001faff]{_SKIN}[♀♂]|[☝-\U0001faff][\U0001f3fb-\U0001f3ff]"
)
"""Signs of several code points, their joiners and selectors gone, as a normalised text has them. Source: Unicode UTS #51."""
_JOINED = "[\U0001f1e6-\U0001f1ff⃣\U000e0020-\U000e007f\U0001f3f3\U0001f3f4\U0001f3fb-\U0001f3ff♀♂👁❤🐻🐦🐈🐕\U0001f466-\U0001f469\U0001f474-\U0001f476\U0001f9d1]"
_EMOTICON = r"\[[^\[\]\s]{1,8}\]"
_BLANK = re.compile(r"\s")
_RUN = re.compile(r"((?<![a-z0-9.])(?![0-9]+\.[0-9]+%?(?![a-z0-9._\-]))[a-z0-9]+(?:[.\-_][a-z0-9]+)+)")
"""70-80, t.cn, 2.25kg: one word for rjieba, several for jieba."""
_OWN_FREQUENCY = 20_000
"""High enough that a word of the user's wins over its parts."""


class Segmenter(Protocol):
    """Cuts a normalised text into words, in order; blanks are left out, everything else is in exactly one word."""

    def cut(self, text: str) -> list[str]:
        """The words; empty for an empty text."""
        ...

    def learn(self, words: Iterable[str]) -> None:
        """From now on these are the user's own words, in normalised form, in place of those given before."""
        ...


def segmenter(engine: str = "rjieba", *, words: Iterable[str] = ()) -> Segmenter:
    """engine: rjieba or jieba. words: the user's own words in normalised form. Raises InvalidSettings for another engine."""
    if engine not in _ENGINES:
        raise InvalidSettings(f"segmentation engine {engine!r} is unknown: hoped for rjieba or jieba")
    return _Words(_ENGINES[engine], words)


def is_model(text: str) -> bool:
    """Is a match of MODEL long and mixed enough to be a model number (g10 and 1.5p are not)?"""
    digits = sum(character.isdigit() for character in text)
    marked = "-" in text or "/" in text
    return len(text) >= 5 and digits >= (2 if marked else 3) and sum("a" <= c <= "z" for c in text) >= 2


Cut = Callable[[str], list[str]]


class _Words:
    """A segmenter over an engine: what an engine would tear is taken out before it sees the text."""

    def __init__(self, engine: Callable[[Sequence[Word]], Cut], words: Iterable[str]) -> None:
        """engine: makes the cutting function that also knows some own words."""
        self._engine = engine
        self._own: tuple[str, ...] | None = None
        self.learn(words)

    def learn(self, words: Iterable[str]) -> None:
        own = tuple(dict.fromkeys(word for word in map(str.strip, words) if word))
        if own == self._own:
            return
        self._own, self._cut = own, self._engine([(word, _OWN_FREQUENCY, "n") for word in own])
        torn = [word for word in own if self._cut(word) != [word]]
        self._maybe, self._whole = _patterns(torn)

    def cut(self, text: str) -> list[str]:
        if self._maybe.search(text) is None:
            return self._worded(text)
        return list(self._pieces(text))

    def _worded(self, text: str) -> list[str]:
        words = self._cut(text)
        return words if _BLANK.search(text) is None else [word for word in words if not word.isspace()]

    def _pieces(self, text: str) -> Iterator[str]:
        at = 0
        for found in self._whole.finditer(text):
            if found.lastgroup == "model" and not is_model(found.group()):
                continue
            yield from self._worded(text[at : found.start()])
            yield found.group()
            at = found.end()
        yield from self._worded(text[at:])


def _patterns(torn: Sequence[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Cheap test whether a text may hold something to keep whole, and the pattern that finds it. torn: own words that the engine tears."""
    own = [_alone(word) for word in sorted(torn, key=len, reverse=True)]
    whole = [
        f"(?P<sign>{_EMOTICON}|{_EMOJI})",
        *([f"(?P<own>{'|'.join(own)})"] if own else []),
        f"(?P<model>{MODEL.pattern})",
    ]
    maybe = [r"\[|[a-z]-?[0-9]|-[a-z]{1,2}[0-9]|[3-9][0-9][a-z]", _JOINED, *own]
    return re.compile("|".join(maybe)), re.compile("|".join([whole[1], whole[0], whole[2]] if own else whole))


def _alone(word: str) -> str:
    """Pattern of a word that, where its edge is a Latin letter or digit, is no part of a longer one."""
    before = r"(?<![a-z0-9])" if _latin(word[0]) else ""
    after = r"(?![a-z0-9])" if _latin(word[-1]) else ""
    return f"{before}{re.escape(word)}{after}"


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


@cache
def shipped_cut() -> Cut:
    """Cuts by the shipped dictionary and nobody's own words: alike on every installation, as models that were trained on words need it.

    The engine that rjieba has made at import serves, which saves half of the start.
    """
    import rjieba

    for word, frequency, tag in read_words():
        rjieba.add_word(word, frequency, tag)
    cut: Cut = rjieba.cut
    return cut


def _rjieba(own: Sequence[Word]) -> Cut:
    if not own:
        return shipped_cut()
    import rjieba

    engine = rjieba.Jieba()
    for word, frequency, tag in (*read_words(), *own):
        engine.add_word(word, frequency, tag)
    cut: Cut = engine.cut
    return cut


def _jieba(own: Sequence[Word]) -> Cut:
    import logging
    import warnings

    with warnings.catch_warnings():  # jieba itself warns of its old regular expressions and of pkg_resources
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.WARNING)
    engine = jieba.Tokenizer()
    for word, frequency, tag in (*read_words(), *own):
        engine.add_word(word, frequency, tag)

    def cut(text: str) -> list[str]:
        if _RUN.search(text) is None:
            return engine.lcut(text)  # type: ignore[no-any-return]  # jieba ships no types
        pieces = enumerate(_RUN.split(text))
        return [word for number, piece in pieces for word in ([piece] if number % 2 else engine.lcut(piece))]

    return cut


_ENGINES = {"rjieba": _rjieba, "jieba": _jieba}
