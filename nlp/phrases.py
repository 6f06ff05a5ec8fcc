"""New themes: phrases of bad reviews that no aspect covers, set apart against praise, and joined where they say the same.

Pure arithmetic over stored documents: no model, no randomness, the same answer for the same documents.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from math import log, sqrt

import attrs

from domain.documents import StoredDocument
from nlp.normalize import normalize
from nlp.said import Clause, clauses
from nlp.typical import may_begin, may_end, may_name

LONGEST_WORDS, LONGEST_CHARACTERS = 4, 10
LEAST_DOCUMENTS, LEAST_SHARE = 3, 0.002
"""A phrase counts as frequent from both on."""
LEAST_Z = 2.6
"""Evidence that a phrase stands rather in complaints than in praise; 1 % by chance."""
COHESION = 0.1
"""Part of the rarer of its words that stands within a phrase of several."""
ABSORBED = 0.6
"""A part of a longer phrase that stands mostly within it is not told beside it."""
TOGETHER = 0.4
"""Two phrases that share this part of the rarer one's documents are one theme."""
ALIKE = 0.75
"""Two phrases that share this part of the shorter one's characters are one theme."""
_PHRASES = 6


@attrs.frozen(kw_only=True)
class Cluster:
    """One new theme."""

    name: str
    """Its most typical phrase."""
    phrases: tuple[str, ...]
    """Normalised, the most frequent first; a document belongs where it holds one of them."""
    documents: int
    """Of the sample, in clauses that nothing covers."""
    strength: float
    """z-score of its strongest phrase against praise."""


def new_themes(
    negative: Sequence[StoredDocument],
    positive: Iterable[StoredDocument],
    *,
    names: Collection[str] = (),
    known: Collection[str] = (),
    limit: int = 12,
) -> list[Cluster]:
    """Clusters of phrases, the most frequent first.

    negative, positive: samples of a selection. names: brands, appliances and the like, normalised; they are no theme.
    known: phrases of themes that a person has decided about; clauses that hold one are covered.
    """
    blamed = [clause for document in negative for clause in clauses(document)]
    told = [c.covered or any(phrase in c.text for phrase in known) for c in blamed]
    open_ = _documents([c for c, done in zip(blamed, told, strict=True) if not done])
    covered = _documents([c for c, done in zip(blamed, told, strict=True) if done])
    praised = _documents([clause for document in positive for clause in clauses(document)])
    found = frequent(open_, names=frozenset(names))
    scores = _apart(found, _held(found, praised), _held(found, covered), texts=len(open_), others=len(praised))
    brands = {normalize(brand) for document in negative for brand in document.brands}
    kept = {p: z for p, z in scores.items() if z >= LEAST_Z and not any(brand in p for brand in brands)}
    clusters = joined({p: found[p] for p in _unabsorbed(kept, found)}, kept)
    strongest = sorted(clusters, key=lambda c: (-c.strength, c.name))[:limit]
    return sorted(strongest, key=lambda c: (-c.documents, c.name))


def typical(
    said: Iterable[tuple[str, Sequence[str], str]], *, names: Collection[str] = (), limit: int = 8
) -> list[Cluster]:
    """Clusters of the phrases that stand most often in some clauses (wishes), without a comparison.

    said: (document, tokens, normalised clause).
    """
    spoken = _documents([Clause(document=d, text=t, tokens=tuple(w), covered=False) for d, w, t in said])
    found = frequent(spoken, names=frozenset(names))
    scores = {phrase: sqrt(len(documents)) * len(phrase) ** 0.5 for phrase, documents in found.items()}
    clusters = joined({p: found[p] for p in _unabsorbed(scores, found)}, scores)
    return sorted(clusters, key=lambda c: (-c.documents, c.name))[:limit]


Spoken = dict[str, list[Clause]]
"""Clauses by document."""


def _documents(said: Iterable[Clause]) -> Spoken:
    found: Spoken = defaultdict(list)
    for clause in said:
        found[clause.document].append(clause)
    return found


def frequent(spoken: Spoken, *, names: Collection[str] = ()) -> dict[str, frozenset[str]]:
    """Phrases that may be a theme, with the documents that hold them; built up word by word from frequent parts."""
    least = max(LEAST_DOCUMENTS, round(LEAST_SHARE * len(spoken)))
    words: Counter[str] = Counter()
    for said in spoken.values():
        words.update({token for clause in said for token in clause.tokens})
    often = {word for word, count in words.items() if count >= least and word not in names}
    holders: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for document, said in spoken.items():
        for clause in said:
            for phrase in _runs(clause, often):
                holders[phrase].add(document)
    found: dict[str, frozenset[str]] = {}
    for phrase, documents in holders.items():
        rarest = min(words[word] for word in phrase)
        if len(documents) >= least and (len(phrase) == 1 or len(documents) >= COHESION * rarest):
            text = "".join(phrase)
            found[text] = found.get(text, frozenset()) | documents
    return found


def _runs(clause: Clause, often: Collection[str]) -> Iterator[tuple[str, ...]]:
    tokens = clause.tokens
    for begin, first in enumerate(tokens):
        if first not in often or not may_begin(first) or (begin and tokens[begin - 1] == first[1:] != ""):
            continue  # 能|不能|管管 asks: nobody says 不能管管
        text = ""
        for end in range(begin, min(len(tokens), begin + LONGEST_WORDS)):
            if tokens[end] not in often:
                break
            text += tokens[end]
            if len(text) > LONGEST_CHARACTERS or text not in clause.text:
                break
            phrase = tokens[begin : end + 1]
            if len(text) > 1 and may_end(tokens[end]) and may_name(phrase):
                yield phrase


def _held(phrases: Iterable[str], spoken: Spoken) -> dict[str, int]:
    """Documents that hold each phrase."""
    by_first: dict[str, list[str]] = defaultdict(list)
    for phrase in phrases:
        by_first[phrase[:2]].append(phrase)
    counts: Counter[str] = Counter()
    for said in spoken.values():
        text = "\n".join(clause.text for clause in said)
        pairs = {text[at : at + 2] for at in range(len(text) - 1)} & by_first.keys()
        counts.update(phrase for pair in pairs for phrase in by_first[pair] if phrase in text)
    return counts


def _apart(
    found: dict[str, frozenset[str]], praised: dict[str, int], covered: dict[str, int], *, texts: int, others: int
) -> dict[str, float]:
    """Evidence against praise as z-scores; a phrase that stands mostly where an aspect is spoken of gets none.

    Signed root of the log-likelihood ratio, which also holds for rare phrases. Source: Dunning (1993), "Accurate Methods".
    """
    scores = {}
    share = texts / max(1, texts + others)
    for phrase, documents in found.items():
        here, there = len(documents), praised.get(phrase, 0)
        expected = (here + there) * share
        if covered.get(phrase, 0) > here or here <= expected:
            continue
        against = there * log(there / (here + there - expected)) if there else 0.0
        scores[phrase] = round(sqrt(2 * max(0.0, here * log(here / expected) + against)), 2)
    return scores


def _unabsorbed(scores: dict[str, float], found: dict[str, frozenset[str]]) -> list[str]:
    """Phrases without those that a longer or a shorter one says better."""
    kept = []
    for phrase in scores:
        longer = any(
            phrase != other and phrase in other and len(found[other]) >= ABSORBED * len(found[phrase])
            for other in scores
        )
        if not longer:
            kept.append(phrase)
    return kept


def joined(found: dict[str, frozenset[str]], scores: dict[str, float]) -> list[Cluster]:
    """Phrases that stand together or are alike become one theme, the strongest first as its seed."""
    seeds: list[list[str]] = []
    for phrase in sorted(found, key=lambda p: (-scores[p], p)):
        home = next((seed for seed in seeds if _belongs(phrase, seed[0], found)), None)
        if home is None:
            seeds.append([phrase])
        else:
            home.append(phrase)
    return [_cluster(members, found, scores) for members in seeds]


def _belongs(phrase: str, seed: str, found: dict[str, frozenset[str]]) -> bool:
    if phrase in seed or seed in phrase:
        return True
    a, b = found[phrase], found[seed]
    if len(a & b) >= max(LEAST_DOCUMENTS, TOGETHER * min(len(a), len(b))):
        return True
    shorter, longer = sorted((set(phrase), set(seed)), key=len)
    return len(shorter) > 2 and len(shorter & longer) >= ALIKE * len(longer)


def _cluster(members: list[str], found: dict[str, frozenset[str]], scores: dict[str, float]) -> Cluster:
    by_count = sorted(members, key=lambda p: (-len(found[p]), p))
    minimal = [p for p in by_count if not any(q != p and q in p for q in by_count)][:_PHRASES]
    holders = frozenset[str]().union(*(found[p] for p in minimal))
    name = max(members, key=lambda p: (len(found[p]) * min(len(p), 6) ** 0.5, p))
    return Cluster(name=name, phrases=tuple(minimal), documents=len(holders), strength=max(scores[p] for p in members))
