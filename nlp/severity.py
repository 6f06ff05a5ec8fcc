"""Severity: does the text itself report a grave matter as really having happened? A glance and words choose the texts, n-grams and a small net judge them."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from domain.analysis import SeverityClass
from nlp.batch import Batch
from nlp.dictionaries import read
from nlp.entities import EntityTerms
from nlp.glance import Glance
from nlp.sentiment import MODELS, Floats, softmax
from nlp.severity_features import (
    FEATURES,
    Keys,
    SeverityTerms,
    abstracted,
    features,
    laid_over,
    severity_terms,
    with_thing,
)
from nlp.severity_net import SeverityNet, load_net

CLASSES = (None, SeverityClass.SAFETY, SeverityClass.GROUP, SeverityClass.REGULATOR, SeverityClass.REPUTATION)
"""Order of the model's columns; the first says that nothing grave is told."""
_PASSAGE = 240
"""Characters judged at once; of a longer text the gravest stretch counts."""
LIMIT = 8.0
"""Log-odds beyond it count no more."""
MANY = 300
"""Number of features from which on each weighs less."""
_SENTENCE = re.compile(r"[^。.!?;\n…]+[。.!?;\n…]*|[。.!?;\n…]+")
_CLAUSE = re.compile(r"[^,。!?;\n…]+")
_LEAST_CLAUSE = 4
"""Shorter clauses (爆了) are no reason alone."""


@attrs.frozen(kw_only=True)
class Finding:
    """What a text reports; start and end of the words that say so, in the text as given."""

    kind: SeverityClass
    certainty: float
    start: int
    end: int


@attrs.frozen(kw_only=True, eq=False)
class SeverityModel:
    """A glance at all texts, n-grams of the suspect ones, and a small net where these are not sure of nothing."""

    version: str
    glance: Glance
    table: Floats
    """Weights of the n-grams per feature and class."""
    bias: Floats
    net: SeverityNet
    look: float
    """The net is asked where the n-grams' log-odds are at least this."""
    first: float
    second: float
    offset: float
    """Calibration: certainty is the logistic of first × log-odds of the n-grams + second × those of the net + offset."""
    threshold: float
    """Certainty from which on a text is severe."""

    def logits(self, keys: Keys, count: int) -> Floats:
        """Of the n-grams: one row a text, one column a class."""
        sums = np.zeros((count, len(CLASSES)), np.float32)
        owners = keys // FEATURES
        if len(keys):
            firsts = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
            sums[owners[firsts]] = np.add.reduceat(self.table[keys % FEATURES], firsts, axis=0)
        seen = np.bincount(owners, minlength=count)
        return (sums / np.sqrt(1 + seen / MANY)[:, None]).astype(np.float32) + self.bias

    def certainty(self, grams: Floats, net: Floats) -> Floats:
        """Probability per text that something grave is told, from the logits of both."""
        raised = self.first * log_odds(grams) + self.second * log_odds(net) + self.offset
        answer: Floats = (1 / (1 + np.exp(-raised))).astype(np.float32)
        return answer


def log_odds(logits: Floats) -> NDArray[np.float64]:
    """Of something grave against nothing, at most LIMIT either way."""
    severe = 1 - softmax(logits)[:, 0].astype(np.float64).clip(1e-9, 1 - 1e-9)
    answer: NDArray[np.float64] = np.log(severe / (1 - severe)).clip(-LIMIT, LIMIT)
    return answer


class SeverityReader:
    """Judges texts in which a word of an event stands."""

    def __init__(self, model: SeverityModel, terms: SeverityTerms) -> None:
        """terms: their `events` and `always` phrases choose the texts."""
        self._model, self._terms = model, terms

    def read(self, texts: Sequence[str], things: Sequence[bool]) -> list[Finding | None]:
        """What each text reports, or nothing. texts: the poster's own words in the view's characters, one code point each.

        things: does the shop say which appliance or brand it is about, although the text may not?
        """
        parts = [(number, start, end) for number, text in enumerate(texts) for start, end in passages(text)]
        found = [self._always(text) for text in texts]
        if not parts:
            return found
        whole = self._with_things(
            [texts[number][start:end] for number, start, end in parts], [things[p[0]] for p in parts]
        )
        logits, certainty = self._judged(whole)
        gravest: dict[int, int] = {}
        for row in np.flatnonzero(certainty >= self._model.threshold).tolist():
            number = parts[row][0]
            if found[number] is None and (number not in gravest or certainty[row] > certainty[gravest[number]]):
                gravest[number] = row
        for number, row in gravest.items():
            found[number] = self._told(texts[number], parts[row], logits[row], float(certainty[row]))
        return found

    def suspects(self, batch: Batch) -> NDArray[np.bool_]:
        """Texts that are worth reading for something grave, although no word of an event stands in them."""
        return self._model.glance.suspects(batch)

    def _judged(self, texts: list[str]) -> tuple[Floats, Floats]:
        """Logits of both, added, and certainty; a text of which the n-grams are sure that it is harmless has certainty 0."""
        logits = self._grams(texts)
        rows = np.flatnonzero(log_odds(logits) >= self._model.look)
        certainty = np.zeros(len(texts), np.float32)
        if len(rows):
            seen = self._model.net.logits(abstracted([texts[row] for row in rows.tolist()], self._terms))
            certainty[rows] = self._model.certainty(logits[rows], seen)
            logits[rows] += seen
        return logits, certainty

    def _grams(self, texts: Sequence[str]) -> Floats:
        return self._model.logits(features(texts, self._terms), len(texts))

    def _with_things(self, texts: Sequence[str], things: Sequence[bool]) -> list[str]:
        return [with_thing(text, self._terms) if thing else text for text, thing in zip(texts, things, strict=True)]

    def _told(self, text: str, part: tuple[int, int, int], logits: Floats, certainty: float) -> Finding:
        """The class, and the clause that weighs most for it."""
        column = 1 + int(np.argmax(logits[1:]))
        _, start, end = part
        spans = [(start + one.start(), start + one.end()) for one in _CLAUSE.finditer(text[start:end])]
        spans = [span for span in spans if len(text[span[0] : span[1]].strip()) >= _LEAST_CLAUSE] or [(start, end)]
        rows = self._grams([text[a:b] for a, b in spans])
        first, last = spans[int(np.argmax(rows[:, column] - rows[:, 0]))]
        kind = CLASSES[column]
        assert kind is not None
        return Finding(kind=kind, certainty=certainty, start=first, end=last)

    def _always(self, text: str) -> Finding | None:
        for kind, phrases in self._terms.always.items():
            for phrase in phrases:
                if (place := text.find(phrase)) >= 0:
                    return Finding(kind=SeverityClass(kind), certainty=1.0, start=place, end=place + len(phrase))
        return None


def passages(text: str) -> list[tuple[int, int]]:
    """The text as stretches of whole sentences, each as long as the limit allows."""
    if len(text) <= _PASSAGE:
        return [(0, len(text))]
    answer: list[tuple[int, int]] = []
    begin, end = 0, 0
    for sentence in _SENTENCE.finditer(text):
        if sentence.end() - begin > _PASSAGE and end > begin:
            answer.append((begin, end))
            begin = end
        end = sentence.end()
        while end - begin > _PASSAGE:  # a sentence without an end
            answer.append((begin, begin + _PASSAGE))
            begin += _PASSAGE
    return [*answer, (begin, len(text))] if begin < len(text) else answer


def load_severity(
    entities: EntityTerms, *, own: Path | None = None, folder: Path = MODELS
) -> tuple[SeverityReader, SeverityTerms]:
    """The shipped model and its words. entities: the brands. own: the team's `severity.yaml`, laid over ours; need not exist.

    Raises InvalidSettings for a file that can't be read.
    """
    meta: Mapping[str, Any] = json.loads((folder / "severity.json").read_text(encoding="utf-8"))
    with np.load(folder / "severity.npz", allow_pickle=False) as arrays:
        table = np.zeros((FEATURES, len(CLASSES)), np.float32)
        table[arrays["rows"]] = arrays["table"]
        bias = arrays["bias"].astype(np.float32)
        weights = arrays["glance"].astype(np.float32)
    model = SeverityModel(
        version=meta["version"],
        glance=Glance(table=weights, threshold=meta["glance"]),
        table=table,
        bias=bias,
        net=load_net(folder / "severity_net.npz"),
        **{name: meta[name] for name in ("look", "first", "second", "offset", "threshold")},
    )
    terms = severity_terms(brand_words(entities), laid_over(read("severity"), own))
    return SeverityReader(model, terms), terms


def brand_words(entities: EntityTerms) -> list[str]:
    """Spellings of brands but the one that is also every shop's owner (老板)."""
    return [word for word, sense in entities.brands.items() if sense.certain or not sense.keeper]
