"""Weighing the two stages: what is learned on made-up rows where it is known who is right."""

import numpy as np
import pytest

pytest.importorskip("scipy", reason="scipy is not installed: ./run install train")

from nlp.deep_mixing import fitted
from nlp.examples import Examples
from nlp.figures import measures
from nlp.sentiment import Floats, softmax


def made(rows: int, *, first_knows: float, deep_knows: float) -> tuple[Floats, Floats, Examples]:
    """Probabilities and logits that lean to the right level by so much, plus noise."""
    chance = np.random.default_rng(11)
    labels = chance.integers(0, 3, rows)
    right = np.eye(3)[labels]
    first = softmax((first_knows * right + chance.normal(size=(rows, 3))).astype(np.float32))
    deep = (deep_knows * right + chance.normal(size=(rows, 3))).astype(np.float32)
    sets = np.array(["one", "two"])[chance.integers(0, 2, rows)]
    texts = tuple(str(number) for number in range(rows))
    return first, deep, Examples(texts=texts, labels=labels, sets=sets, folds=np.zeros(rows, np.int64))


def test_a_deep_stage_that_knows_more_makes_the_answers_better_and_weighs_more() -> None:
    first, deep, examples = made(3000, first_knows=1.0, deep_knows=3.0)
    mixture, honest = fitted(first, deep, examples)
    assert measures(honest, examples.labels)["accuracy"] > measures(first, examples.labels)["accuracy"] + 0.1
    assert mixture.deep * mixture.scale > mixture.first


def test_a_deep_stage_that_knows_nothing_is_not_listened_to() -> None:
    first, deep, examples = made(3000, first_knows=2.0, deep_knows=0.0)
    mixture, honest = fitted(first, deep, examples)
    assert abs(mixture.deep * mixture.scale) < 0.1
    assert measures(honest, examples.labels)["accuracy"] > measures(first, examples.labels)["accuracy"] - 0.02


def test_rows_of_which_the_first_stage_is_sure_keep_its_answer() -> None:
    first, deep, examples = made(2000, first_knows=4.0, deep_knows=4.0)
    mixture, honest = fitted(first, deep, examples)
    sure = first.max(axis=1) >= mixture.threshold
    assert sure.any()
    assert (honest[sure] == first[sure]).all()
