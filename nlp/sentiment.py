"""Sentiment in three levels: a linear model over hashed character n-grams, for whole texts and for clauses."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.batch import Batch, Places
from nlp.characters import Codes
from nlp.grams import buckets, rolling

MODELS = Path(__file__).parent / "models"
DOCUMENT_SHARE = 0.5
"""Share of the document's logit (positive against negative) that a clause takes over: a clause alone is short of evidence."""
CLAUSE_NEUTRAL = -2.0
"""Added to the neutral logit of a clause: a clause of a review that names an aspect mostly judges it, small talk was the model's neutral."""

NEGATION_REACH = 5
"""Characters after 不, 没, 无 or 未 that are read as negated, as far as the clause goes."""
_DIGIT, _NEGATION, _STOP = 1, 2, 3
_NO_NEGATION = np.array([ord(one) for one in "过仅但管止光愧"], np.uint32)
"""Before them 不 negates nothing: 不过, 不仅 …"""
_NEGATED = np.uint32(0x200000)
"""Added to a negated character: beyond Unicode, so that it is like no other."""

_UNREADABLE = np.array([0, 3, 0], np.float32)
"""Logits of a text without any known n-gram: neutral."""

Floats = NDArray[np.float32]


@attrs.frozen(kw_only=True, eq=False)
class SentimentModel:
    """Weights per n-gram; the same numbers read a document and each of its clauses."""

    version: str
    """Name and date of training, stored beside every score."""
    bits: int
    """2**bits rows."""
    longest: int
    """Characters of the longest n-gram."""
    table: Floats
    """Per n-gram: weight for negative, neutral, positive (each times idf) and the square of the idf."""
    bias: Floats
    scale: float
    """Calibration: logits are multiplied by it, then `shift` is added."""
    shift: Floats
    negation: bool = True
    """Was it trained on text whose negated characters are marked? Models before ngram-2 were not."""

    def documents(self, batch: Batch) -> tuple[Floats, Floats]:
        """Logits and probabilities (negative, neutral, positive) of each text; an n-gram counts once a text."""
        owner = np.repeat(np.arange(len(batch.starts), dtype=np.int64), batch.ends - batch.starts + 1)
        narrow = np.int32 if len(batch.starts) <= 1 << (31 - self.bits) else np.int64  # narrow keys sort twice as fast
        owners = (owner << self.bits).astype(narrow)
        keys = [
            owners[: len(feature)][inside] | feature[inside].astype(narrow)
            for _, feature, inside in gram_features(batch, owner, self.longest, self.bits, negation=self.negation)
        ]
        return self._score(np.concatenate(keys), len(batch.starts))

    def _score(self, keys: NDArray[np.integer], count: int) -> tuple[Floats, Floats]:
        keys.sort()
        fresh = np.ones(len(keys), np.bool_)
        fresh[1:] = keys[1:] != keys[:-1]
        keys = keys[fresh]
        rows = self.table.take(keys & ((1 << self.bits) - 1), axis=0)
        sums = np.zeros((count, 4), np.float32)
        owners = keys >> self.bits
        if len(keys):
            firsts = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
            sums[owners[firsts]] = np.add.reduceat(rows, firsts, axis=0)
        logits = sums[:, :3] / np.sqrt(sums[:, 3:] + 1e-6) + self.bias
        logits[sums[:, 3] == 0] = _UNREADABLE
        return logits, self._calibrated(logits)

    def clauses(self, batch: Batch, starts: Places, ends: Places, documents: Floats) -> Floats:
        """Probabilities of stretches of the joined view. documents: the logits of the text that each lies in."""
        sums = np.zeros((len(starts), 4), np.float64)
        owner = np.zeros(len(batch.codes), np.int64)
        for n, feature, _ in gram_features(batch, owner, self.longest, self.bits, negation=self.negation):
            rows = self.table.take(feature, axis=0)
            total = np.concatenate([np.zeros((1, 4)), np.cumsum(rows, axis=0, dtype=np.float64)])
            last = np.clip(ends - n + 1, 0, len(total) - 1)
            sums += total[np.maximum(last, starts.clip(0, len(total) - 1))] - total[starts.clip(0, len(total) - 1)]
        logits = (sums[:, :3] / np.sqrt(np.maximum(sums[:, 3:], 0) + 1e-6)).astype(np.float32) + self.bias
        mood = DOCUMENT_SHARE / 2 * (documents[:, 2] - documents[:, 0])
        logits += np.stack([-mood, np.full_like(mood, CLAUSE_NEUTRAL), mood], axis=1)
        return self._calibrated(logits)

    def _calibrated(self, logits: Floats) -> Floats:
        return softmax(logits * np.float32(self.scale) + self.shift)


def gram_features(
    batch: Batch, owner: Places, longest: int, bits: int, *, negation: bool = True
) -> list[tuple[int, Places, NDArray[np.bool_]]]:
    """For n = 1 … longest: n, the feature number at each place, and whether that n-gram lies inside its text.

    owner: number of the text at each place.
    """
    codes = folded(batch.codes, negation=negation)
    ends = batch.ends[owner]
    places = np.arange(len(codes))
    return [
        (n, buckets(hashes, n, bits), places[: len(hashes)] + n <= ends[: len(hashes)])
        for n, hashes in enumerate(rolling(codes, longest), 1)
    ]


def folded(codes: Codes, *, negation: bool = True) -> Codes:
    """Codes as the model reads them: every digit as 0, and what a negation reaches as other characters.

    Which number it is says nothing about the mood; 漏水 after 不 is the opposite of 漏水.
    """
    kinds = _kinds()[codes]
    plain = np.where(kinds == _DIGIT, np.uint32(0x30), codes)
    if not negation:
        return plain
    negating = kinds == _NEGATION
    negating[:-1] &= ~np.isin(codes[1:], _NO_NEGATION)
    places = np.arange(len(codes))
    last = np.maximum.accumulate(np.where(negating, places, -1 - NEGATION_REACH))
    stop = np.maximum.accumulate(np.where(kinds == _STOP, places, -1))
    reached = (last > stop) & (places > last) & (places - last <= NEGATION_REACH)
    return np.where(reached, plain + _NEGATED, plain)


@cache
def _kinds() -> NDArray[np.uint8]:
    """Per code point: digit, negation, end of a negation's reach, or 0."""
    kinds = np.zeros(0x110000, np.uint8)
    kinds[0x30:0x3A] = _DIGIT
    kinds[[ord(one) for one in "不没无未"]] = _NEGATION
    kinds[[ord(one) for one in "，。！？；：、…~ ,.!?;:\n\t\x1e"]] = _STOP
    return kinds


def softmax(logits: Floats) -> Floats:
    """Rows that add up to 1."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True)) if len(logits) else logits
    return (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32) if len(logits) else logits


def load_model(folder: Path = MODELS) -> SentimentModel:
    """The model shipped with the product, or another in the same two files `sentiment.npz` and `sentiment.json`."""
    meta: Mapping[str, object] = json.loads((folder / "sentiment.json").read_text(encoding="utf-8"))
    bits = int(str(meta["bits"]))
    with np.load(folder / "sentiment.npz", allow_pickle=False) as arrays:
        table, bias, shift, scale = (
            arrays["table"].astype(np.float32),
            arrays["bias"],
            arrays["shift"],
            float(arrays["scale"]),
        )
    table[:, 3] **= 2
    return SentimentModel(
        version=str(meta["version"]),
        bits=bits,
        longest=int(str(meta["longest"])),
        table=table,
        bias=bias,
        scale=scale,
        shift=shift,
        negation=bool(meta.get("negation", False)),
    )
