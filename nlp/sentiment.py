"""Sentiment in three levels: a linear model over hashed character n-grams, for whole texts and for clauses."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from nlp.batch import Batch, Places
from nlp.features import Parts, gram_features, parts_of

MODELS = Path(__file__).parent / "models"
DOCUMENT_SHARE = 0.5
"""Share of the document's logit (positive against negative) that a clause takes over: a clause alone is short of evidence."""
CLAUSE_NEUTRAL = -2.0
"""Added to the neutral logit of a clause: a clause of a review that names an aspect mostly judges it, small talk was the model's neutral."""
CHAIN_MOST = 1.0
"""Where a poster says something, what is reposted moves each logit by so much at most."""

REVIEW, POST, GATE, IDF = slice(0, 2), slice(2, 4), 4, 5
"""Columns of the table: lean and calm in reviews, the same in posts, how post-like, and the weight of the n-gram."""
COLUMNS = 6
NOWHERE = 0
"""A row that no n-gram gets."""
_SURELY = 20.0
"""A gate that is wide open."""
CALM_SLOPE, CALM_SHIFT = np.float32(1.5), np.float32(5.0)
"""Whether a text judges at all is asked in the voice of posts unless it is surely a review: reviews hold few texts that don't."""
MARK_BITS = 8
"""An n-gram is known by so many bits beside those of its row, so that one never seen is not taken for another."""

Floats = NDArray[np.float32]


@attrs.frozen(kw_only=True, eq=False)
class SentimentModel:
    """Weights per n-gram; the same numbers read a document and each of its clauses.

    Reviews and posts speak differently, so each n-gram has two voices, and says how post-like a text with it is; the two are
    mixed by that. Lean is half of positive against negative, calm is neutral against the mean of both.
    """

    version: str
    """Name of the training, stored beside every score."""
    bits: int
    """2**bits rows."""
    longest: int
    """Characters of the longest n-gram."""
    table: Floats
    """Per n-gram the COLUMNS: five weights, each times idf, and the square of the idf."""
    marks: NDArray[np.uint8]
    """Per row MARK_BITS more bits of the n-gram that it stands for."""
    bias: Floats
    """Of the five weights."""

    @property
    def scale(self) -> float:
        """What makes logits honest: 1, the weights are calibrated already."""
        return 1.0

    def known(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Row of each n-gram, from its number of bits + MARK_BITS bits, and whether it is the one that the row stands for."""
        rows = ids >> MARK_BITS
        return rows, self.marks.take(rows) == (ids & ((1 << MARK_BITS) - 1))

    @cached_property
    def _kinds(self) -> Floats:
        """Of each row the two columns that tell posts from reviews."""
        return np.ascontiguousarray(self.table[:, [GATE, IDF]])

    def documents(self, batch: Batch) -> tuple[Floats, Floats]:
        """Logits and probabilities (negative, neutral, positive) of each text; an n-gram counts once a text."""
        parts = parts_of(batch)
        sums = self._sums(batch, parts)
        voices = sums / np.sqrt(sums[:, IDF:] + 1e-6)
        own = voices[: parts.count, :IDF] + self.bias
        own[parts.chained, GATE] = _SURELY  # only posts are reposted
        moods = mixed(own)
        if len(parts.chained):
            spoken = sums[parts.chained, IDF] > 0
            most = np.where(spoken, np.float32(CHAIN_MOST), np.float32(np.inf))[:, None]
            moods[parts.chained] += np.clip(voices[parts.count :, POST], -most, most)
        unread = sums[: parts.count, IDF] == 0
        unread[parts.chained] &= sums[parts.count :, IDF] == 0
        moods[unread] = _UNREADABLE
        logits = logits_of(moods)
        return logits, softmax(logits)

    def _sums(self, batch: Batch, parts: Parts) -> Floats:
        """Sums of table rows per part, each n-gram once."""
        count = len(parts.ends)
        narrow = np.int32 if count <= 1 << (31 - self.bits) else np.int64  # narrow keys sort twice as fast
        owners = (parts.owner << self.bits).astype(narrow)
        found = []
        for _, ids, inside in gram_features(batch.codes, parts, self.longest, self.bits + MARK_BITS):
            rows, known = self.known(ids)
            known &= inside
            found.append(owners[: len(rows)][known] | rows[known].astype(narrow))
        keys = np.concatenate(found)
        keys.sort()
        fresh = np.ones(len(keys), np.bool_)
        fresh[1:] = keys[1:] != keys[:-1]
        keys = keys[fresh]
        sums = np.zeros((count, COLUMNS), np.float32)
        if len(keys):
            owned = keys >> self.bits
            firsts = np.flatnonzero(np.concatenate([[True], owned[1:] != owned[:-1]]))
            weights = self.table.take(keys & ((1 << self.bits) - 1), axis=0)
            sums[owned[firsts]] = np.add.reduceat(weights, firsts, axis=0)
        return sums

    def clauses(self, batch: Batch, starts: Places, ends: Places, documents: Floats) -> Floats:
        """Probabilities of stretches of the joined view. documents: the logits of the text that each lies in."""
        begins, first, clause = np.unique(
            starts, return_index=True, return_inverse=True
        )  # several aspects share a clause
        stops = ends[first]
        sums, whole = np.zeros((len(begins), COLUMNS), np.float32), np.zeros((len(batch.starts), 2), np.float32)
        for n, ids, inside in gram_features(batch.codes, parts_of(batch), self.longest, self.bits + MARK_BITS):
            rows, known = self.known(ids)
            rows = np.where(known & inside, rows, NOWHERE)
            if len(rows):
                places = np.minimum(batch.starts, len(rows) - 1)
                whole += np.add.reduceat(self._kinds.take(rows, axis=0), places, axis=0)
            lengths = np.maximum(stops - begins - n + 1, 0)
            some = np.flatnonzero(lengths)
            if len(some):
                before = np.cumsum(lengths) - lengths
                chosen = np.repeat(begins - before, lengths) + np.arange(lengths.sum())
                sums[some] += np.add.reduceat(self.table.take(rows[chosen], axis=0), before[some], axis=0)
        sums, whole = sums[clause], whole[np.searchsorted(batch.ends, starts)]
        voices = sums[:, :IDF] / np.sqrt(np.maximum(sums[:, IDF:], 0) + 1e-6)
        voices[:, GATE] = whole[:, 0] / np.sqrt(np.maximum(whole[:, 1], 0) + 1e-6)
        moods = mixed(voices.astype(np.float32) + self.bias)
        moods[:, 0] += DOCUMENT_SHARE / 2 * (documents[:, 2] - documents[:, 0])
        moods[:, 1] += np.float32(CLAUSE_NEUTRAL)
        return softmax(logits_of(moods))


_UNREADABLE = np.array([0, 3], np.float32)
"""Lean and calm of a text without any known n-gram: neutral."""


def mixed(voices: Floats) -> Floats:
    """Lean and calm from both voices, by how post-like the text is. voices: the columns of the table but for the last."""
    gates = voices[:, GATE]
    shares = np.stack([sigmoid(gates), sigmoid(CALM_SLOPE * gates + CALM_SHIFT)], axis=1)
    answer: Floats = voices[:, REVIEW] + (voices[:, POST] - voices[:, REVIEW]) * shares
    return answer


def logits_of(moods: Floats) -> Floats:
    """Logits of negative, neutral, positive from lean and calm."""
    return np.stack([-moods[:, 0], moods[:, 1], moods[:, 0]], axis=1)


def sigmoid(logits: Floats) -> Floats:
    """Between 0 and 1, whatever comes in."""
    answer: Floats = (0.5 + 0.5 * np.tanh(logits / 2)).astype(np.float32)
    return answer


def softmax(logits: Floats) -> Floats:
    """Rows that add up to 1."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True)) if len(logits) else logits
    return (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32) if len(logits) else logits


def save(model: SentimentModel, folder: Path, **notes: object) -> None:
    """Write `sentiment.npz` (arrays, no pickle) and `sentiment.json` (version, shape, and the notes).

    A weight takes one byte: the root of its size in 127 steps of the column's largest, so that small ones stay exact.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tops = np.abs(model.table).max(axis=0)
    steps = np.sqrt(np.abs(model.table) / np.maximum(tops, 1e-12)) * 127
    codes = (np.sign(model.table) * np.round(steps)).astype(np.int8)
    arrays = {"codes": codes.T.copy(), "tops": tops, "bias": model.bias, "marks": model.marks}
    np.savez_compressed(folder / "sentiment.npz", **arrays)
    meta = {"version": model.version, "bits": model.bits, "longest": model.longest, "form": _FORM, **notes}
    (folder / "sentiment.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


_FORM = 3
"""Shape of the stored arrays."""


def load_model(folder: Path = MODELS) -> SentimentModel:
    """The model shipped with the product, or another in the same two files `sentiment.npz` and `sentiment.json`.

    Raises InvalidInput for a model of an older shape.
    """
    meta: Mapping[str, object] = json.loads((folder / "sentiment.json").read_text(encoding="utf-8"))
    if meta.get("form") != _FORM:
        raise InvalidInput(f"{folder}/sentiment.json: model {meta.get('version')} has an older shape; train it anew")
    with np.load(folder / "sentiment.npz", allow_pickle=False) as arrays:
        steps = np.arange(-128, 128, dtype=np.float32) / 127
        meanings = np.sign(steps) * steps**2
        codes, tops = arrays["codes"], arrays["tops"]
        table = np.empty((codes.shape[1], COLUMNS), np.float32)
        for column in range(COLUMNS):
            table[:, column] = (meanings * tops[column]).take(codes[column].astype(np.int16) + 128)
        bias, marks = arrays["bias"], arrays["marks"]
    return SentimentModel(
        version=str(meta["version"]),
        bits=int(str(meta["bits"])),
        longest=int(str(meta["longest"])),
        table=table,
        marks=marks,
        bias=bias,
    )
