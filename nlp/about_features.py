"""What the judge of `about` sees of each brand: characters, classes of words and cues by where they stand, and the rules' own reading."""

from collections.abc import Mapping, Sequence
from itertools import accumulate

import attrs
import numpy as np

from nlp.about_cases import APPLIANCE, BRAND, STOPS, Case
from nlp.about_lines import ANYWHERE, Keys, Lines, Look, Numbers, feature, joined, seen, zone_of
from nlp.about_signs import ROOM, signs_of_brands, signs_of_spellings
from nlp.batch import GAP, Batch
from nlp.characters import Codes, codes_of
from nlp.dictionaries import read
from nlp.lexicon import Lexicon
from nlp.normalize import normalize
from nlp.segment import shipped_cut

CHARACTERS = Look(
    salt=1, before=40, behind=60, zoned=3, anywhere=(2,), beside=6, around=((1, 1), (2, 2), (1, 2), (2, 1))
)
WORDS = Look(salt=2, before=25, behind=40, zoned=1, beside=3, around=((1, 1),))
_CUES, _SIGNS = 3, 4
"""Salts of cues and of signs."""
_UNKNOWN = 16
"""Stands for a word that is not listed; classes follow it."""
_FIRST_STOP = 4
_STANDS_FOR = {BRAND: 1, APPLIANCE: 2, "0": 3} | {stop: _FIRST_STOP + number % 8 for number, stop in enumerate(STOPS)}
_STOP_CODES = np.array([ord(stop) for stop in STOPS], np.uint32)


class _Symbols(dict[str, int]):
    """Word → what stands for it in a line."""

    def __missing__(self, word: str) -> int:
        return _UNKNOWN


@attrs.frozen(kw_only=True, eq=False)
class AboutTerms:
    """The words that the judge knows."""

    classes: Mapping[str, int]
    """Word → its class."""
    symbols: Mapping[str, int]
    """The same behind the stand-ins and stops, which come first."""
    cues: Lexicon
    """The words of mentions.yaml."""
    firsts: Numbers
    kinds: Numbers
    """Lists in which the word of each entry stands: `kinds[firsts[entry]:firsts[entry + 1]]`."""


def about_terms(classes: Mapping[str, int]) -> AboutTerms:
    """classes: word → class, from the model."""
    words: dict[str, list[int]] = {}
    for number, listed in enumerate(read("mentions").values()):
        for word in filter(None, (normalize(str(one)) for one in listed)):
            words.setdefault(word, []).append(number)
    return AboutTerms(
        classes=classes,
        symbols=_Symbols({word: _UNKNOWN + number for word, number in classes.items()} | _STANDS_FOR),
        cues=Lexicon(tuple(words)),
        firsts=np.array([0, *accumulate(map(len, words.values()))], np.int64),
        kinds=np.array([kind for kinds in words.values() for kind in kinds], np.int64),
    )


@attrs.frozen(kw_only=True, eq=False)
class Seen:
    """The features of all brands of some texts; a row is a brand of a text, texts by number and brands by first place."""

    keys: Keys
    cases: Numbers
    """Number of the text of each row."""
    names: Sequence[str]
    """Brand of each row."""


def features(cases: Sequence[Case], terms: AboutTerms) -> Seen:
    """cases: at least one."""
    firsts = [0, *accumulate(len(case.names) for case in cases)]
    characters, spots = _characters(cases, firsts)
    words, word_spots = _words(cases, firsts, terms)
    return Seen(
        keys=joined(
            [
                seen(characters, spots, CHARACTERS),
                seen(words, word_spots, WORDS),
                _cues(characters, spots, terms),
                _signs(cases, firsts),
            ]
        ),
        cases=np.repeat(np.arange(len(cases)), np.diff(firsts)),
        names=[name for case in cases for name in case.names],
    )


def _characters(cases: Sequence[Case], firsts: Sequence[int]) -> tuple[Lines, Numbers]:
    texts = ["".join(piece.text for piece in case.pieces) + chr(GAP) for case in cases]
    codes = codes_of("".join(texts))
    stops = np.isin(codes, _STOP_CODES)
    brands = np.full(len(codes), -1, np.int64)
    spots = np.flatnonzero(codes == ord(BRAND))
    brands[spots] = [
        first + case.names[case.candidates[piece.candidate].name]
        for case, first in zip(cases, firsts, strict=False)
        for piece in case.pieces
        if piece.candidate >= 0
    ]
    lines = Lines(
        symbols=codes.astype(np.int64),
        owners=np.repeat(np.arange(len(cases)), [len(text) for text in texts]),
        clauses=np.cumsum(stops) - stops,
        brands=brands,
    )
    return lines, spots


def _words(cases: Sequence[Case], firsts: Sequence[int], terms: AboutTerms) -> tuple[Lines, Numbers]:
    """Classes of words; a stop ends a clause, a brand is its own word."""
    symbols: list[int] = []
    spots: list[int] = []
    brands: list[int] = []
    ends = [0]
    symbol, cut = terms.symbols.__getitem__, shipped_cut()
    for case, first in zip(cases, firsts, strict=False):
        names, candidates = case.names, case.candidates
        for piece in case.pieces:
            if piece.candidate >= 0:
                spots.append(len(symbols))
                brands.append(first + names[candidates[piece.candidate].name])
                symbols.append(_STANDS_FOR[BRAND])
            elif piece.text == APPLIANCE:
                symbols.append(_STANDS_FOR[APPLIANCE])
            else:
                symbols += map(symbol, cut(piece.text))
        ends.append(len(symbols))
    line, places = np.array(symbols, np.int64), np.array(spots, np.int64)
    named = np.full(len(line), -1, np.int64)
    named[places] = brands
    stops = (line >= _FIRST_STOP) & (line < _UNKNOWN)
    owners = np.repeat(np.arange(len(cases)), np.diff(ends))
    return Lines(symbols=line, owners=owners, clauses=np.cumsum(stops) - stops, brands=named), places


def _cues(lines: Lines, spots: Numbers, terms: AboutTerms) -> Keys:
    """Lists of mentions.yaml whose words stand in the text, by zone; of words that begin together the longest counts."""
    hits = terms.cues.find(_batch(lines.symbols.astype(np.uint32)))
    longest = np.ones(len(hits.places), np.bool_)
    longest[1:] = hits.places[1:] != hits.places[:-1]
    places, entries = hits.places[longest], hits.entries[longest]
    begin = np.searchsorted(lines.owners[places], lines.owners[spots])
    end = np.searchsorted(lines.owners[places], lines.owners[spots], side="right")
    hit, number = _ranges(begin, end)
    place, entry, spot = places[hit], entries[hit], spots[number]
    behind = place + terms.cues.lengths[entry]
    zones = zone_of(lines.clauses[place] - lines.clauses[spot], place - spot)
    salts = [zones, np.full(len(zones), ANYWHERE)]
    touching = [(behind == spot, 10), (place == spot + 1, 11), ((place > spot) & (place <= spot + 4), 12)]
    owner = np.concatenate([number, number, *(number[which] for which, _ in touching)])
    entry = np.concatenate([entry, entry, *(entry[which] for which, _ in touching)])
    salt = np.concatenate([*salts, *(np.full(int(which.sum()), code) for which, code in touching)])
    kind, of = _ranges(terms.firsts[entry], terms.firsts[entry + 1])
    numbers = feature(terms.kinds[kind].astype(np.uint64), _CUES * 1024 + salt[of])
    return Keys(rows=lines.brands[spots][owner[of]], features=numbers)


def _signs(cases: Sequence[Case], firsts: Sequence[int]) -> Keys:
    brands = [
        first + case.names[one.name] for case, first in zip(cases, firsts, strict=False) for one in case.candidates
    ]
    spelled = np.array([row for case in cases for row in signs_of_spellings(case)], np.int64)
    whole = np.array([row for case in cases for row in signs_of_brands(case)], np.int64)
    kinds = np.arange(spelled.shape[1] + whole.shape[1]) * ROOM
    numbers = np.concatenate(
        [(spelled + kinds[: spelled.shape[1]]).ravel(), (whole + kinds[spelled.shape[1] :]).ravel()]
    )
    rows = np.concatenate([np.repeat(brands, spelled.shape[1]), np.repeat(np.arange(len(whole)), whole.shape[1])])
    return Keys(rows=rows, features=feature(numbers.astype(np.uint64), _SIGNS * 1024))


def _ranges(begin: Numbers, end: Numbers) -> tuple[Numbers, Numbers]:
    """All numbers from begin to end - 1 of each pair, and the pair that each is of."""
    counts = end - begin
    of = np.repeat(np.arange(len(counts)), counts)
    return np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + begin[of], of


def _batch(codes: Codes) -> Batch:
    """A batch of which only the codes are asked for."""
    nothing = np.zeros(0, np.int64)
    return Batch(texts=(), view="", codes=codes, starts=nothing, ends=nothing, kept={}, exact=())
