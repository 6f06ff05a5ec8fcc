"""Labelled texts that come with the product: invented, small, hard."""

from pathlib import Path

_WITH_SOURCES = Path(__file__).parents[1] / "tests" / "nlp" / "sets" / "sentiment_slices.jsonl"
_PACKED = Path(__file__).parent / "sets" / "sentiment_slices.jsonl"
HARD_TEXTS = _WITH_SOURCES if _WITH_SOURCES.exists() else _PACKED
"""Moods of negations, comparisons, mixed and sarcastic texts; the wheel has its own copy."""
