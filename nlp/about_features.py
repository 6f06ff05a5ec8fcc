"""What the judge of `about` sees of each brand: characters, classes of words and cues by where they stand, and the rules' own reading."""

from collections.abc import Mapping, Sequence
from itertools import accumulate

import attrs
import numpy as np
import rjieba

from nlp.about_cases import APPLIANCE, BRAND, STOPS, Case
from nlp.about_lines import ANYWHERE, Keys, Lines, Look, Numbers, feature, joined, seen, zone_of
from nlp.about_signs import signs
from nlp.batch import GAP, Batch
from nlp.characters import Codes, codes_of
from nlp.dictionaries import read
from nlp.lexicon import Lexicon
from nlp.normalize import normalize

CHARACTERS = Look(
    salt=1, before=40, behind=60, zoned=3, anywhere=(2, 3), beside=6, around=((1, 1), (2, 2), (1, 2), (2, 1))
)
WORDS = Look(salt=2, before=25, behind=40, zoned=1, beside=3, around=((1, 1),))
_CUES, _SIGNS = 3, 4
"""Salts of cues and of signs."""
_UNKNOWN = 0
"""Class of a word that is not listed."""
_FIRST_CLASS = 16
_STANDS_FOR = {BRAND: 1, APPLIANCE: 2, "0": 3} | {stop: 4 + number % 8 for number, stop in enumerate(STOPS)}
_STOP_CODES = np.array([ord(stop) for stop in STOPS], np.uint32)


@attrs.frozen(kw_only=True, eq=False)
class AboutTerms:
    """The words that the judge knows."""

    classes: Mapping[str, int]
    """Word → its class."""
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
    brands: list[int] = []
    owners: list[int] = []
    classes = terms.classes
    for number, (case, first) in enumerate(zip(cases, firsts, strict=False)):
        begin = len(symbols)
        for piece in case.pieces:
            if piece.candidate >= 0:
                brands += [-1] * (len(symbols) - len(brands))
                brands.append(first + case.names[case.candidates[piece.candidate].name])
                symbols.append(1)
            elif piece.text == APPLIANCE:
                symbols.append(2)
            elif piece.text:
                symbols += [
                    _STANDS_FOR.get(word) or _FIRST_CLASS + classes.get(word, _UNKNOWN)
                    for word in rjieba.cut(piece.text)
                ]
        owners += [number] * (len(symbols) - begin)
    brands += [-1] * (len(symbols) - len(brands))
    line, named = np.array(symbols, np.int64), np.array(brands, np.int64)
    stops = (line >= 4) & (line < _FIRST_CLASS)
    lines = Lines(symbols=line, owners=np.array(owners, np.int64), clauses=np.cumsum(stops) - stops, brands=named)
    return lines, np.flatnonzero(named >= 0)


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
    found = [(first + row, number) for case, first in zip(cases, firsts, strict=False) for row, number in signs(case)]
    rows = np.array([row for row, _ in found], np.int64)
    return Keys(rows=rows, features=feature(np.array([number for _, number in found], np.uint64), _SIGNS * 1024))


def _ranges(begin: Numbers, end: Numbers) -> tuple[Numbers, Numbers]:
    """All numbers from begin to end - 1 of each pair, and the pair that each is of."""
    counts = end - begin
    of = np.repeat(np.arange(len(counts)), counts)
    return np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + begin[of], of


def _batch(codes: Codes) -> Batch:
    """A batch of which only the codes are asked for."""
    nothing = np.zeros(0, np.int64)
    return Batch(texts=(), view="", codes=codes, starts=nothing, ends=nothing, kept={}, exact=())
