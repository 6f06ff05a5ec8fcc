"""Everybody who can judge the mood of texts behind one protocol, for `tingchao eval`: ours, ours with BGE, snownlp, a word list."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from domain.errors import InvalidInput
from nlp.engines import deep_missing
from nlp.sentiment import MODELS, Floats

NAMES = ("ours", "ours+bge", "lexicon", "snownlp")
"""Judges by name; the last is slow."""
SLOW = "snownlp"


class Judge(Protocol):
    """Judges whole texts."""

    version: str

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Negative, neutral, positive, a row a text; never raises for any text."""
        ...


class ProductJudge:
    """The mood as `analyze` answers it: personal data blotted out, default texts neutral, the second stage where asked for."""

    def __init__(self, *, models: Path, deep: bool) -> None:
        """models: folder of the n-gram model. Raises MissingExtra where the second stage is not installed."""
        from nlp.analyzer import Analyzer

        self._analyzer = Analyzer.load(models=models, deep=deep)
        self.version = self._analyzer.version

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """As `Judge.probabilities`."""
        return self._analyzer.moods(texts)


def judge(name: str, *, models: Path = MODELS) -> Judge:
    """A judge, loaded. Raises InvalidInput for an unknown name, MissingExtra where it is not installed."""
    if name in ("ours", "ours+bge"):
        return ProductJudge(models=models, deep=name == "ours+bge")
    if name == "snownlp":
        from nlp.snownlp_engine import SnownlpEngine

        return SnownlpEngine()
    if name == "lexicon":
        from nlp.lexicon_engine import LexiconEngine

        return LexiconEngine()
    raise InvalidInput(f"judge {name!r} is unknown: known are {', '.join(NAMES)}")


def available() -> dict[str, str | None]:
    """Each judge's name with the reason why it can't be used here; None = it can."""
    return {name: deep_missing() if name == "ours+bge" else None for name in NAMES}
