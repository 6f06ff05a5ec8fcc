"""Themes of bad reviews and the words that set one set of texts apart: pure arithmetic over counts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log, sqrt

import attrs

from domain.analysis import Polarity
from domain.documents import StoredDocument
from nlp.dictionaries import read_trivial
from nlp.said import clauses

_PRIOR = 500.0
"""Strength of the prior in words: rare words need more evidence."""


@attrs.frozen(kw_only=True)
class Theme:
    """One row of the theme list."""

    theme: str
    """Name of the aspect."""
    count: int
    """Documents that blame it."""
    share: float
    """Part of all negative documents, 0…1."""
    lift: float
    """How many times more often it stands in negative than in positive documents; one is added to each side, so it is finite."""


def themes(
    negative: Mapping[str, int],
    positive: Mapping[str, int],
    *,
    negatives: int,
    positives: int,
    limit: int | None = None,
) -> list[Theme]:
    """Theme rows, most frequent first, ties by lift and name.

    negative: documents per blamed aspect among the negative ones. positive: the same among the positive ones.
    negatives, positives: sizes of both sets. An aspect with no document is left out.
    """
    rows = [
        Theme(
            theme=aspect,
            count=count,
            share=round(count / max(1, negatives), 4),
            lift=round(((count + 1) / (negatives + 2)) / ((positive.get(aspect, 0) + 1) / (positives + 2)), 2),
        )
        for aspect, count in negative.items()
        if count > 0
    ]
    rows.sort(key=lambda row: (-row.count, -row.lift, row.theme))
    return rows[:limit]


def quotes(
    documents: Iterable[StoredDocument],
    aspect: str,
    *,
    polarity: Polarity = Polarity.NEGATIVE,
    limit: int = 3,
    longest: int = 30,
) -> list[tuple[str, str]]:
    """(id, clause) of short clauses that blame (or praise) the aspect, from different documents and without near-equal ones.

    Clauses of 5 to `longest` characters come first, the typical length before the extremes.
    """
    said = (
        (document.id, opinion.opinion.strip())
        for document in documents
        for opinion in document.aspects
        if opinion.aspect == aspect and opinion.polarity is polarity
    )
    return _different(said, limit, longest)


def cause_quotes(
    documents: Iterable[StoredDocument], aspect: str, cause: str, *, limit: int = 3
) -> list[tuple[str, str]]:
    """(id, clause) of clauses that blame the aspect on this cause; an empty cause takes those that state none."""
    said = (
        (document.id, opinion.opinion.strip())
        for document in documents
        for opinion in document.aspects
        if opinion.aspect == aspect and opinion.polarity is Polarity.NEGATIVE and opinion.cause == cause
    )
    return _different(said, limit)


def phrase_quotes(
    documents: Iterable[StoredDocument], phrases: Sequence[str], *, limit: int = 3
) -> list[tuple[str, str]]:
    """(id, clause) of clauses that hold one of the phrases, normalised."""
    said = (
        (document.id, clause.text)
        for document in documents
        for clause in clauses(document)
        if any(phrase in clause.text for phrase in phrases)
    )
    return _different(said, limit)


def wish_quotes(documents: Iterable[StoredDocument], aspect: str, *, limit: int = 3) -> list[tuple[str, str]]:
    """(id, wish) of wishes about the aspect; an empty one takes those about none."""
    said = ((d.id, wish.text.strip()) for d in documents for wish in d.wishes if wish.aspect == aspect)
    return _different(said, limit)


def _different(said: Iterable[tuple[str, str]], limit: int, longest: int = 30) -> list[tuple[str, str]]:
    """Of clauses those of usual length first, from different documents and without near-equal ones."""
    candidates = sorted(
        ((document_id, clause) for document_id, clause in said if clause),
        key=lambda pair: (not 5 <= len(pair[1]) <= longest, abs(len(pair[1]) - 12), pair[0]),
    )
    chosen: list[tuple[str, str]] = []
    for document_id, clause in candidates:
        if len(chosen) == limit:
            break
        if all(document_id != other and not _alike(clause, told) for other, told in chosen):
            chosen.append((document_id, clause))
    return chosen


def _alike(one: str, other: str) -> bool:
    a, b = set(one), set(other)
    return len(a & b) > 0.6 * min(len(a), len(b))


def salient_words(
    texts: Iterable[Sequence[str]], against: Iterable[Sequence[str]], *, limit: int = 20, least: int = 2
) -> list[tuple[str, float]]:
    """Words that set some texts apart from others, with z-scores, the strongest first.

    texts, against: tokens of each text; a word counts once a text. least: texts that must hold it.
    Log-odds ratio with an informative Dirichlet prior. Source: Monroe, Colaresi & Quinn (2008), "Fightin' Words".
    """
    here, there = _document_counts(texts), _document_counts(against)
    prior = here + there
    all_here, all_there, all_prior = sum(here.values()), sum(there.values()), sum(prior.values())
    scores = []
    for word, count in here.items():
        if count < least:
            continue
        weight = _PRIOR * prior[word] / max(1, all_prior)
        a, b = count + weight, there[word] + weight
        odds = log(a / (all_here + _PRIOR - a)) - log(b / (all_there + _PRIOR - b))
        scores.append((word, round(odds / sqrt(1 / a + 1 / b), 2)))
    scores = [pair for pair in scores if pair[1] >= 1]
    scores.sort(key=lambda pair: (-pair[1], pair[0]))
    return scores[:limit]


def _document_counts(texts: Iterable[Sequence[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    trivial = read_trivial()
    for tokens in texts:
        counts.update({token for token in tokens if token not in trivial and _is_word(token)})
    return counts


def _is_word(token: str) -> bool:
    return len(token) > 1 and not token.isdigit() and any(character.isalnum() for character in token)
