"""Who else may judge the mood of a whole text: the deep second stage, or snownlp in place of our model."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from domain.errors import InvalidSettings
from nlp.sentiment import Floats

SENTIMENTS = ("ngram", "snownlp")
"""Names of `[reading] sentiment`."""


class Second(Protocol):
    """Reads texts after the n-gram model has."""

    version: str
    """Stored beside every score."""
    replaces: bool
    """Does its answer stand alone, or refine that of the n-gram model?"""

    def refine(self, texts: Sequence[str], logits: Floats, probabilities: Floats) -> Floats:
        """Final probabilities (negative, neutral, positive), a row a text, from those of the n-gram model. Never raises."""
        ...


def second_of(sentiment: str, *, deep: bool = False) -> Second | None:
    """The second reader that the names ask for; None where the n-gram model judges alone.

    Raises InvalidSettings for an unknown name, MissingExtra where the deep stage is asked for and not there;
    where one of its files is damaged it is left out, with a warning.
    """
    if sentiment not in SENTIMENTS:
        raise InvalidSettings(f"sentiment engine {sentiment!r} is unknown: hoped for {' or '.join(SENTIMENTS)}")
    if sentiment == "snownlp":
        from nlp.snownlp_engine import SnownlpEngine

        return SnownlpEngine()
    if deep:
        stage: Second | None = import_module("nlp.deep").load_deep_or_none()
        return stage
    return None


def deep_missing() -> str | None:
    """Why the second stage can't be loaded here; None = it can."""
    if find_spec("nlp.deep") is None:
        return "no second stage"
    reason: str | None = import_module("nlp.deep").DeepStage.available()
    return reason
