"""Which brands a text is about: a linear model judges every brand that it names, with the rules' reading among its features."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from nlp.about_cases import Case
from nlp.about_features import AboutTerms, about_terms, features
from nlp.about_lines import FEATURES, Keys, Numbers
from nlp.sentiment import MODELS, Floats

_MANY = 100
"""Number of features from which on each weighs less."""


@attrs.frozen(kw_only=True, eq=False)
class AboutModel:
    """Weights per feature."""

    version: str
    weights: Floats
    bias: float
    threshold: float
    """Probability from which on a text is about a brand."""

    def probabilities(self, keys: Keys, count: int) -> Floats:
        """One for each of `count` rows."""
        sums = np.bincount(keys.rows, self.weights[keys.features], minlength=count)
        logits = sums * weight_of(keys.rows, count) + self.bias
        answer: Floats = (1 / (1 + np.exp(-logits))).astype(np.float32)
        return answer


def weight_of(rows: Numbers, count: int) -> Floats:
    """What each feature of a row weighs: the less, the more there are."""
    answer: Floats = (1 / np.sqrt(np.maximum(np.bincount(rows, minlength=count), 1) / _MANY)).astype(np.float32)
    return answer


class AboutJudge:
    """Judges the brands of many texts at once."""

    def __init__(self, model: AboutModel, terms: AboutTerms) -> None:
        self.model, self.terms = model, terms

    def read(self, cases: Sequence[Case]) -> list[tuple[str, ...]]:
        """The brands that each text is about, by first place."""
        answer: list[list[str]] = [[] for _ in cases]
        if cases:
            found = features(cases, self.terms)
            p = self.model.probabilities(found.keys, len(found.names))
            for row in np.flatnonzero(p >= self.model.threshold).tolist():
                answer[found.cases[row]].append(found.names[row])
        return [tuple(names) for names in answer]


def load_about(folder: Path = MODELS) -> AboutJudge:
    """The shipped model."""
    meta: Mapping[str, Any] = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    with np.load(folder / "about.npz", allow_pickle=False) as arrays:
        weights = np.zeros(FEATURES, np.float32)
        weights[arrays["rows"]] = arrays["weights"]
        words = arrays["words"].tobytes().decode().split("\n")
        classes = dict(zip(words, arrays["classes"].tolist(), strict=True))
    model = AboutModel(version=meta["version"], weights=weights, bias=meta["bias"], threshold=meta["threshold"])
    return AboutJudge(model, about_terms(classes))
