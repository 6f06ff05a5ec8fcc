"""What the dictionaries found in a batch, sorted by text and by reader, and turned back into places of the input."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from domain.analysis import AspectOpinion, Polarity, Wish
from nlp.aspects import Mention
from nlp.batch import Batch, Places
from nlp.causes import CauseWords, cause_of
from nlp.clauses import clause_bounds, trimmed
from nlp.entities import Naming
from nlp.judging import Clues, Judge, Marks, clues, judged
from nlp.lexicon import Hits
from nlp.masking import Span, masked_with
from nlp.sentiment import Floats, SentimentModel
from nlp.taxonomy import Term
from nlp.vocabulary import Vocabulary
from nlp.wishes import WishRule

_LONGEST_OPINION = 40
_LEAD, _TAIL = 12, 20
"""Characters kept around the words of an opinion whose clause is longer."""


@attrs.define(kw_only=True)
class Found:
    """The dictionary words of one text: places in the joined view, lengths, meanings."""

    aspects: list[tuple[int, int, tuple[Term, ...]]] = attrs.field(factory=list)
    aspect_clauses: list[int] = attrs.field(factory=list)
    naming: list[tuple[int, int, Naming]] = attrs.field(factory=list)
    spam: list[tuple[str, str, float]] = attrs.field(factory=list)
    wishes: list[tuple[int, int, int, tuple[WishRule, ...]]] = attrs.field(factory=list)
    """Place, length, number of the clause and rules."""
    grave: bool = False
    """May it tell of something grave?"""


class _Words:
    """The words of a batch that one reader asks for, sorted by text."""

    def __init__(self, batch: Batch, hits: Hits, wanted: NDArray[np.bool_]) -> None:
        """wanted: per entry of the lexicon."""
        chosen = wanted[hits.entries]
        places = hits.places[chosen]
        self.places: list[int] = places.tolist()
        self.entries: list[int] = hits.entries[chosen].tolist()
        self._firsts: list[int] = np.searchsorted(places, np.append(batch.starts, len(batch.codes))).tolist()

    def of(self, number: int) -> tuple[int, int]:
        """First and one past the last word of a text."""
        return self._firsts[number], self._firsts[number + 1]


class Findings:
    """One batch searched once."""

    def __init__(self, batch: Batch, personal: Mapping[int, list[Span]], vocabulary: Vocabulary) -> None:
        """batch: with personal data blotted out. personal: their spans in the joined view by number of the text."""
        self.batch, self._personal, self._vocabulary = batch, personal, vocabulary
        self._placed: dict[int, list[Span]] = {}
        self._starts: list[int] = batch.starts.tolist()
        hits = vocabulary.lexicon.find(batch)
        turning = np.isin(hits.entries, vocabulary.turns)
        bounds = clause_bounds(batch, hits.places[turning])
        kinds = vocabulary.judging[hits.entries]
        self._marks = Marks(batch, hits.places[kinds >= 0], kinds[kinds >= 0])
        meanings, lengths = vocabulary.meanings, vocabulary.lengths
        self._ends: list[int] = batch.ends.tolist()
        self._spoken, self._named, self._rare, causal = (
            _Words(batch, hits, kind)
            for kind in (vocabulary.spoken, vocabulary.naming, vocabulary.rare, vocabulary.causal)
        )
        self._clauses: list[int] = (np.searchsorted(bounds, self._spoken.places, side="right") - 1).tolist()
        self._aspects = [
            (place, lengths[entry], meanings[entry].aspects)
            for place, entry in zip(self._spoken.places, self._spoken.entries, strict=True)
        ]
        self._naming = [
            (place, lengths[entry], meaning)
            for place, entry in zip(self._named.places, self._named.entries, strict=True)
            if (meaning := meanings[entry].naming) is not None
        ]
        self.bounds: list[int] = bounds.tolist()
        self._causes = CauseWords(
            places=causal.places,
            lengths=[lengths[entry] for entry in causal.entries],
            meanings=[meanings[entry].causes or {} for entry in causal.entries],
        )
        letters = (batch.codes >= 0x61) & (batch.codes <= 0x7A)
        self.latin: list[int] = np.add.reduceat(letters, batch.starts, dtype=np.int64).tolist()
        """Latin letters per text; without two there is no model number."""

    def of(self, number: int, own_end: int) -> Found:
        """The words of one text. own_end: end of the poster's own words; what follows them names entities only."""
        first, last = self._spoken.of(number)
        if own_end < self._ends[number]:
            last = bisect_left(self._spoken.places, own_end, first, last)
        found = Found(aspects=self._aspects[first:last], aspect_clauses=self._clauses[first:last])
        first, last = self._named.of(number)
        found.naming = self._naming[first:last]
        first, last = self._rare.of(number)
        for at in range(first, last):
            if self._rare.places[at] < own_end:
                self._add_rare(found, self._rare.places[at], self._rare.entries[at])
        return found

    def _add_rare(self, found: Found, place: int, entry: int) -> None:
        meaning, length = self._vocabulary.meanings[entry], self._vocabulary.lengths[entry]
        clause = bisect_right(self.bounds, place) - 1
        found.grave = found.grave or meaning.grave
        if meaning.spam is not None:
            found.spam.append(meaning.spam)
        if meaning.wishes:
            found.wishes.append((place, length, clause, meaning.wishes))

    def personal_of(self, number: int) -> list[Span]:
        """Personal data of one text, in places of the text as given."""
        if number not in self._personal:
            return []
        if number in self._placed:
            return self._placed[number]
        place = self.batch.text_place
        self._placed[number] = [
            (place(number, start), place(number, end - 1) + 1, token) for start, end, token in self._personal[number]
        ]
        return self._placed[number]

    def quote(self, number: int, start: int, end: int) -> tuple[str, int, int]:
        """A stretch of the joined view in the words of the text, masked, with its start and end there."""
        start, end = trimmed(self.batch.view, start, end)
        if number not in self._personal and number not in self.batch.kept:
            shift = self._starts[number]
            return self.batch.texts[number][start - shift : end - shift], start - shift, end - shift
        first = self.batch.text_place(number, start)
        last = self.batch.text_place(number, end - 1) + 1 if end > start else first
        inside = [
            (max(a, first) - first, min(b, last) - first, token)
            for a, b, token in self._personal_in(number, first, last)
        ]
        return masked_with(self.batch.texts[number][first:last], inside), first, last

    def _personal_in(self, number: int, first: int, last: int) -> list[Span]:
        """Personal data of one text that touch a stretch of it; searched, because a long text may hold thousands."""
        spans = self.personal_of(number)
        begin = bisect_left(spans, first, key=lambda span: span[1] - 1)
        end = bisect_left(spans, last, key=lambda span: span[0])
        return spans[begin:end]

    def opinions(
        self, spoken: Sequence[tuple[int, Mention]], logits: Floats, model: SentimentModel, judge: Judge
    ) -> dict[int, list[AspectOpinion]]:
        """The opinions of each text that has any, by its number. spoken: number of the text and the mention. logits: of the texts."""
        if not spoken:
            return {}
        numbers, mentions, found = self.clues_of(spoken, logits, model)
        p = judge.probabilities(found.features, mentions, found.moods)
        answer: dict[int, list[AspectOpinion]] = {}
        said: dict[tuple[int, int], tuple[str, int, int]] = {}  # several aspects share a clause
        for number, one in judged(numbers, mentions, found, p):
            mention, begin = one.mention, self.bounds[one.mention.clause]
            if one.end - begin > _LONGEST_OPINION:
                words, start, end = self._part(number, mention, one.end)
            else:
                if (begin, one.end) not in said:
                    said[begin, one.end] = self.quote(number, begin, one.end)
                words, start, end = said[begin, one.end]
            answer.setdefault(number, []).append(
                AspectOpinion(
                    aspect=mention.aspect,
                    polarity=one.polarity,
                    opinion=words,
                    start=start,
                    end=end,
                    certainty=one.certainty,
                    cause=self._cause(number, mention) if one.polarity is Polarity.NEGATIVE else "",
                )
            )
        return answer

    def _cause(self, number: int, mention: Mention) -> str:
        limits = self._starts[number], int(self.batch.ends[number])
        return cause_of(
            mention.aspect,
            mention.start,
            mention.end,
            mention.clause,
            self.bounds,
            limits,
            self._causes,
            self.batch.view,
        )

    def wishes(self, number: int, stretches: Sequence[tuple[int, int]], aspects: Sequence[str]) -> tuple[Wish, ...]:
        """The wishes of a text in its own words. stretches: of the joined view. aspects: of each."""
        quoted = [
            (self.quote(number, left, right), aspect) for (left, right), aspect in zip(stretches, aspects, strict=True)
        ]
        return tuple(
            Wish(text=text, aspect=aspect, start=start, end=end) for (text, start, end), aspect in quoted if end > start
        )

    def clues_of(
        self, spoken: Sequence[tuple[int, Mention]], logits: Floats, model: SentimentModel
    ) -> tuple[Places, list[Mention], Clues]:
        """Numbers of the texts, mentions, and what is known of each mention. spoken: at least one."""
        numbers, mentions = np.array([number for number, _ in spoken]), [mention for _, mention in spoken]
        return (
            numbers,
            mentions,
            clues(self.batch, np.array(self.bounds), self._marks, numbers, mentions, logits, model),
        )

    def _part(self, number: int, mention: Mention, end: int) -> tuple[str, int, int]:
        """The words around a mention in a long clause."""
        start = max(self.bounds[mention.clause], mention.start - _LEAD)
        return self.quote(number, start, min(end, max(mention.end, mention.start + _TAIL)))
