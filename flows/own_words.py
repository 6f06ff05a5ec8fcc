"""The user's own words: a file in the data folder, the settings and the watches; noticed while the product runs."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import attrs

from domain.errors import InvalidInput
from domain.watches import Watch

FILE = "words.txt"
LONGEST = 30
"""Characters of one word."""
_LINE = re.compile(r"(.+?)(?:[ \t]+[0-9]+)?(?:[ \t]+[a-z]{1,3})?")
"""jieba's user-dictionary format; the word itself may hold blanks."""


@attrs.define(kw_only=True)
class OwnWords:
    """All own words of an installation as they are now. Asking is cheap: the file is read again only where it has changed."""

    file: Path
    settings: tuple[str, ...] = ()
    watched: Callable[[], Iterable[Watch]] = tuple
    _seen: tuple[int, int] | None = attrs.field(default=None, init=False)
    _read: tuple[str, ...] = attrs.field(default=(), init=False)

    def __call__(self) -> Sequence[str]:
        """Words of the file, of the settings and of the watches, as they are written."""
        try:
            state = os.stat(self.file)
            seen = (state.st_mtime_ns, state.st_size)
        except OSError:
            seen = None
        if seen != self._seen:
            self._seen, self._read = seen, tuple(read_words(self.file))
        return (*self._read, *self.settings, *words_of(self.watched()))


def words_of(watches: Iterable[Watch]) -> list[str]:
    """Brands, other spellings and search words of watches; of a search with blanks or operators the single words are jieba's affair."""
    return [word for w in watches for word in (w.brand, *w.aliases, *w.words) if word and len(word) <= LONGEST]


def read_words(file: Path) -> list[str]:
    """The words of a file, in order; none where it is away. What is not UTF-8 in it is passed over."""
    try:
        lines = file.read_bytes().decode("utf-8", "ignore").removeprefix("\ufeff").splitlines()
    except OSError:
        return []
    found = (_LINE.fullmatch(line.strip()) for line in lines if not line.startswith("#"))
    return list(dict.fromkeys(match[1].strip() for match in found if match))


def add_words(file: Path, words: Iterable[str]) -> list[str]:
    """Put words at the end of the file; gives those that it did not hold yet. Raises InvalidInput for one that is none."""
    known, new = set(read_words(file)), [_checked(word) for word in words]
    fresh = [word for word in dict.fromkeys(new) if word not in known]
    lines = file.read_text("utf-8", "ignore").splitlines() if file.exists() else []
    if fresh:
        _write(file, [*lines, *(f"{word} 20000 n" for word in fresh)])
    return fresh


def remove_words(file: Path, words: Iterable[str]) -> list[str]:
    """Take words out of the file; gives those that it held. Comments and other lines stay as they are."""
    gone = {word.strip() for word in words}
    found = [word for word in read_words(file) if word in gone]
    if found:
        lines = file.read_text("utf-8", "ignore").splitlines()
        kept = [
            line
            for line in lines
            if line.startswith("#") or (match := _LINE.fullmatch(line.strip())) is None or match[1].strip() not in gone
        ]
        _write(file, kept)
    return found


def _checked(word: str) -> str:
    word = " ".join(word.split())
    if not word or len(word) > LONGEST or word.startswith("#") or not word.isprintable():
        raise InvalidInput(f"{word!r} 不能当词：要 1–{LONGEST} 个可见字符，不以 # 开头")
    return word


def _write(file: Path, lines: Sequence[str]) -> None:
    """Aside, then renamed, so that a product that runs never sees half a file."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    aside.write_text("\n".join([*lines, ""]), "utf-8")
    os.replace(aside, file)
