"""The second look at what may be grave: a small convolutional net over the characters, which sees order and reach where n-grams do not."""

from collections.abc import Mapping
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.characters import Codes
from nlp.sentiment import Floats, softmax

DILATIONS = (1, 2, 4)
"""Of the three layers: the last sees 15 characters at once."""
HEADS = 4
"""Weighted means over the text, beside the largest and the plain mean."""
UNKNOWN, CHARACTERS = 1, 2
"""Row of the table for what it does not hold, and the first row of a character; row 0 is padding in training."""
_NORM = 1e-5


@attrs.frozen(kw_only=True, eq=False)
class SeverityNet:
    """Weights as `nlp.severity_net_training` stores them."""

    characters: Codes
    """Sorted; character n has row CHARACTERS + n of the table."""
    table: Floats
    """One row a character."""
    weights: tuple[Floats, ...]
    """Per layer: 3 × inputs × outputs, for the character before, here and behind."""
    scales: tuple[Floats, ...]
    """Per layer: bias, and gain and shift of the norm; 3 × outputs."""
    heads: Floats
    """What each weighted mean looks for: width × HEADS."""
    out: Floats
    """From the largest, the mean and the weighted means to the classes."""
    bias: Floats

    @classmethod
    def of(cls, characters: Codes, arrays: Mapping[str, Floats]) -> "SeverityNet":
        """arrays: by their names in the npz, as `arrays` gives them."""
        layers = range(len(DILATIONS))
        return cls(
            characters=characters,
            table=arrays["table"],
            weights=tuple(arrays[f"weights.{layer}"] for layer in layers),
            scales=tuple(arrays[f"scales.{layer}"] for layer in layers),
            heads=arrays["heads"],
            out=arrays["out"],
            bias=arrays["bias"],
        )

    def arrays(self) -> dict[str, Floats]:
        """All weights by name."""
        answer = {"table": self.table, "heads": self.heads, "out": self.out, "bias": self.bias}
        for layer, (weights, scales) in enumerate(zip(self.weights, self.scales, strict=True)):
            answer |= {f"weights.{layer}": weights, f"scales.{layer}": scales}
        return answer

    def logits(self, texts: list[Codes]) -> Floats:
        """One row a text, one column a class. texts: characters with stand-ins, as `severity_features.abstracted` gives them.

        One text at a time: in company sums would differ in the last digit."""
        answer = np.zeros((len(texts), len(self.bias)), np.float32)
        for number, codes in enumerate(texts):
            answer[number] = self._one(codes)
        return answer

    def _one(self, codes: Codes) -> Floats:
        state = self.table[table_rows(codes, self.characters)]
        for layer, (weights, scales, reach) in enumerate(zip(self.weights, self.scales, DILATIONS, strict=True)):
            fresh = _layer(state, weights, scales, reach)
            state = state + fresh if layer else fresh
        looks = softmax((state @ self.heads).T)
        pooled = np.concatenate([state.max(axis=0), state.mean(axis=0), (looks @ state).ravel()])
        answer: Floats = pooled @ self.out + self.bias
        return answer


def table_rows(codes: Codes, characters: Codes) -> NDArray[np.int64]:
    """Row of the table for each character of a text; an empty one is an unknown character."""
    place = np.minimum(np.searchsorted(characters, codes), len(characters) - 1)
    rows = np.where(characters[place] == codes, place + CHARACTERS, UNKNOWN)
    return rows if len(rows) else np.array([UNKNOWN])


def _layer(state: Floats, weights: Floats, scales: Floats, reach: int) -> Floats:
    """Convolution, norm over the outputs of a character, and no negative numbers."""
    bias, gain, shift = scales
    here = state @ weights[1] + bias
    if len(state) > reach:
        here[reach:] += state[:-reach] @ weights[0]
        here[:-reach] += state[reach:] @ weights[2]
    here -= here.mean(axis=1, keepdims=True)
    here /= np.sqrt((here**2).mean(axis=1, keepdims=True) + _NORM)
    answer: Floats = np.maximum(here * gain + shift, 0)
    return answer


def load_net(path: Path) -> SeverityNet:
    """From an npz without pickle; half-precision numbers are widened."""
    with np.load(path, allow_pickle=False) as arrays:
        wide: dict[str, NDArray[np.float32]] = {
            name: arrays[name].astype(np.float32) for name in arrays.files if name != "characters"
        }
        characters = arrays["characters"].astype(np.uint32)
    return SeverityNet.of(characters, wide)
