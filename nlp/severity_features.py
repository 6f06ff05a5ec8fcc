"""What the severity model sees of a text: n-grams in which words of a kind are alike, and which kinds stand before which."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import yaml
from numpy.typing import NDArray

from domain.errors import InvalidSettings
from nlp.batch import GAP, Batch, batch_of
from nlp.characters import Codes
from nlp.grams import buckets, rolling
from nlp.lexicon import Lexicon
from nlp.normalize import normalize

BITS, LONGEST = 17, 4
_KINDS = 64
"""More kinds than there are."""
_IN_CLAUSE, _IN_NEXT, _NEARBY = 0, 1, 2
_REACH = 5
"""A kind is paired with so many that follow it."""
FEATURES = (1 << BITS) + _KINDS + 3 * _KINDS * _KINDS
"""N-grams, then kinds, then pairs of kinds."""
_CHOOSING = ("events:", "kinds:authority", "kinds:media", "kinds:executive")
_COMMON = frozenset(("老板", "经理", "领导", "负责人", "焦点"))
"""Too common to choose a text; the model reads them all the same."""
_STAND_IN = 0xE100
"""Private code points stand for words of a kind."""
_STOPS = np.array([ord(one) for one in ",。!?;\n\r…~、:"] + [0x20, GAP], np.uint32)

Content = Mapping[str, Any]
"""What `severity.yaml` holds: lists of words by section and kind."""
Keys = NDArray[np.int64]
"""Number of the text × FEATURES + number of the feature; each once."""


@attrs.frozen(kw_only=True, eq=False)
class SeverityTerms:
    """The words of `severity.yaml` and the brands, each of one kind."""

    lexicon: Lexicon
    kinds: NDArray[np.int64]
    """Kind of each word of the lexicon."""
    replaced: NDArray[np.bool_]
    """Kinds whose words are all the same to the model."""
    events: tuple[str, ...]
    """Words that make the model look at a text: of events, authorities, media and executives."""
    always: Mapping[str, tuple[str, ...]]
    """By class: phrases that a team calls severe itself."""
    appliance: int
    """Its kind."""


def severity_terms(brands: Iterable[str], content: Content) -> SeverityTerms:
    """brands: spellings. content: of `severity.yaml`; a word in several of its lists is of the first."""
    words: dict[str, int] = {}
    names: list[str] = []
    for name, listed in _lists(content, brands):
        for word in filter(None, (normalize(one) for one in listed)):
            words.setdefault(word, len(names))
        names.append(name)
    return SeverityTerms(
        lexicon=Lexicon(tuple(words)),
        kinds=np.array([*words.values(), 0], np.int64),
        replaced=np.array([not name.startswith(("events:", "cues:")) for name in names]),
        events=tuple(word for word, kind in words.items() if names[kind].startswith(_CHOOSING) and word not in _COMMON),
        always={name: tuple(map(normalize, listed)) for name, listed in content["always"].items()},
        appliance=names.index("kinds:appliance"),
    )


def laid_over(content: Content, own: Path | None) -> Content:
    """The shipped lists with those of a team's file added; a word that the team lists is taken out of ours.

    A file that is not there adds nothing. Raises InvalidSettings with the file and what is wrong in it.
    """
    if own is None or not own.exists():
        return content
    try:
        added = yaml.safe_load(own.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidSettings(f"{own}: 读不了这个文件: {error}") from error
    for name, lists in _checked(added, content, own):
        content = {**content, name: lists}
    return content


def _checked(added: Any, content: Content, own: Path) -> Iterable[tuple[str, Any]]:
    if not isinstance(added, dict):
        raise InvalidSettings(f"{own}: 应为若干列表,如 never: [炸街]")
    theirs = {word for lists in added.values() for word in _words(lists)}
    for name, lists in content.items():
        extra = added.pop(name, None)
        if isinstance(lists, dict):
            extra = extra or {}
            if not isinstance(extra, dict) or not extra.keys() <= lists.keys():
                raise InvalidSettings(f"{own}: {name} 下只认 {', '.join(lists)}")
            yield name, {key: _merged(words, extra.get(key), theirs, own) for key, words in lists.items()}
        else:
            yield name, _merged(lists, extra, theirs, own)
    if added:
        raise InvalidSettings(f"{own}: 不认识 {', '.join(map(str, added))}; 只认 {', '.join(content)}")


def _words(lists: Any) -> Iterable[str]:
    for one in lists.values() if isinstance(lists, dict) else [lists]:
        yield from one if isinstance(one, list) else ()


def _merged(words: Iterable[str], extra: Any, theirs: set[str], own: Path) -> list[str]:
    if extra is not None and not (isinstance(extra, list) and all(isinstance(one, str) and one for one in extra)):
        raise InvalidSettings(f"{own}: 应为词的列表,数字要加引号: {extra!r}")
    return [*(extra or ()), *(word for word in words if word not in theirs)]


def _lists(content: Content, brands: Iterable[str]) -> Iterable[tuple[str, Iterable[str]]]:
    yield "never", content["never"]
    for part in ("events", "kinds", "cues"):
        for name, listed in content[part].items():
            yield f"{part}:{name}", listed
    yield "kinds:brand", brands
    yield "cues:question", ["?"]
    yield "cues:exclamation", ["!"]


def features(texts: Sequence[str], terms: SeverityTerms) -> Keys:
    """Sorted keys of all texts. texts: in the view's characters or as people write them."""
    batch = batch_of(texts)
    hits = terms.lexicon.find(batch)
    places, kinds, codes, kept = _spotted(batch, hits.places.tolist(), hits.entries.tolist(), terms)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), batch.ends - batch.starts + 1)
    clause: Keys = np.cumsum(np.isin(np.roll(batch.codes, 1), _STOPS), dtype=np.int64)
    keys = np.concatenate([*_grams(codes[kept], owner[kept]), *_pairs(kinds, owner[places], clause[places])])
    if len(texts) * FEATURES < 1 << 31:
        keys = keys.astype(np.int32)  # narrow keys sort twice as fast
    keys.sort()
    fresh = np.ones(len(keys), np.bool_)
    fresh[1:] = keys[1:] != keys[:-1]
    answer: Keys = keys[fresh].astype(np.int64)
    return answer


def abstracted(texts: Sequence[str], terms: SeverityTerms) -> list[Codes]:
    """The characters of each text with a stand-in for every word of a replaced kind and one 0 for every number."""
    batch = batch_of(texts)
    hits = terms.lexicon.find(batch)
    _, _, codes, kept = _spotted(batch, hits.places.tolist(), hits.entries.tolist(), terms)
    spans = zip(batch.starts.tolist(), batch.ends.tolist(), strict=True)
    return [codes[start:end][kept[start:end]] for start, end in spans]


def _spotted(
    batch: Batch, places: list[int], entries: list[int], terms: SeverityTerms
) -> tuple[Keys, Keys, NDArray[np.uint32], NDArray[np.bool_]]:
    """Words that do not overlap, the leftmost and then the longest first: their places and kinds;
    the codes with stand-ins, and which of them stay."""
    codes = batch.codes.copy()
    kept = np.ones(len(codes), np.bool_)
    lengths, kinds, replaced = terms.lexicon.lengths.tolist(), terms.kinds.tolist(), terms.replaced.tolist()
    found, end = [], 0
    for place, entry in zip(places, entries, strict=True):
        if place < end:
            continue
        kind, end = kinds[entry], place + lengths[entry]
        found.append((place, kind))
        if replaced[kind]:
            codes[place] = _STAND_IN + kind
            kept[place + 1 : end] = False
    digits = (codes >= 0x30) & (codes <= 0x39)
    codes[digits] = 0x30
    kept[1:] &= ~(digits[1:] & digits[:-1])
    spots = np.array(found, np.int64).reshape(-1, 2)
    return spots[:, 0], spots[:, 1], codes, kept


def _grams(codes: NDArray[np.uint32], owner: Keys) -> list[Keys]:
    answer = []
    inside = codes != GAP
    for n, hashes in enumerate(rolling(codes, LONGEST), 1):
        whole = np.ones(len(hashes), np.bool_)
        for step in range(n):
            whole &= inside[step : step + len(hashes)]
        answer.append(owner[: len(hashes)][whole] * FEATURES + buckets(hashes[whole], n, BITS))
    return answer


def _pairs(kinds: Keys, owner: Keys, clause: Keys) -> list[Keys]:
    base = 1 << BITS
    answer = [owner * FEATURES + base + kinds]
    base += _KINDS
    for lag in range(1, min(_REACH + 1, len(kinds))):
        same = owner[lag:] == owner[:-lag]
        gap = (clause[lag:] - clause[:-lag])[same]
        number = owner[lag:][same] * FEATURES + base + kinds[:-lag][same] * _KINDS + kinds[lag:][same]
        answer.append(number + _NEARBY * _KINDS * _KINDS)
        answer.append(number[gap == 0] + _IN_CLAUSE * _KINDS * _KINDS)
        answer.append(number[gap == 1] + _IN_NEXT * _KINDS * _KINDS)
    return answer


def with_thing(text: str, terms: SeverityTerms) -> str:
    """The text behind a stand-in for an appliance, as where the shop's title names it."""
    return f"{chr(_STAND_IN + terms.appliance)},{text}"
