"""The deep second stage: whom it is asked about, how the answers are joined, and what happens where it is not whole."""

import json
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import MissingExtra
from nlp import deep
from nlp.analyzer import Analyzer, Reading
from nlp.deep import DeepStage, Mixture, load_deep, load_deep_or_none
from nlp.deep_files import DeepBroken, missing, model_folder
from nlp.sentiment import MODELS, Floats, softmax

MISSING = DeepStage.available()
real = pytest.mark.skipif(MISSING is not None, reason=f"deep stage: {MISSING}")
STRANGE = [
    "",
    " ",
    "\n\n",
    "\x00",
    "\ud800",
    "😀😀😀",
    "only English here",
    "مرحبا بالعالم",
    "\u200b\u200b",
    "。" * 50,
    "哈" * 1000,
    "[泪]",
    "\ue000" * 9,
]
SURE, UNSURE = (0.9, 0.05, 0.05), (0.4, 0.35, 0.25)


class Praising:
    """An encoder that finds everything good and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def logits(self, texts: Sequence[str]) -> Floats:
        self.asked += texts
        return np.tile(np.array([-3, -3, 3], np.float32), (len(texts), 1))


class Failing:
    def logits(self, texts: Sequence[str]) -> Floats:
        raise MemoryError("no room")


def mixture(threshold: float = 0.7) -> Mixture:
    return Mixture(threshold=threshold, first=0.5, deep=0.5, shift=np.zeros(3, np.float32), scale=1.0)


def rows(*probabilities: tuple[float, float, float]) -> Floats:
    return np.array(probabilities, np.float32).reshape(-1, 3)


def test_only_unsure_texts_are_asked_about_and_the_others_stay_as_they_were() -> None:
    encoder = Praising()
    first = rows(SURE, UNSURE, SURE, UNSURE)
    final = DeepStage(version="x", encoder=encoder, mixture=mixture()).refine(["a", "b", "c", "d"], first, first)
    assert encoder.asked == ["b", "d"]
    assert (final[[0, 2]] == first[[0, 2]]).all()
    assert final[[1, 3]].argmax(axis=1).tolist() == [2, 2]
    assert np.allclose(final.sum(axis=1), 1, atol=1e-5)


def test_nothing_is_asked_where_the_first_stage_is_sure_or_nothing_is_given() -> None:
    encoder = Praising()
    stage = DeepStage(version="x", encoder=encoder, mixture=mixture())
    assert stage.refine(["a"], rows(SURE), rows(SURE)).tolist() == rows(SURE).tolist()
    assert stage.refine([], rows(), rows()).shape == (0, 3)
    assert encoder.asked == []


def test_a_stage_that_fails_leaves_the_first_answer_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    deep._warn_once.cache_clear()
    stage = DeepStage(version="x", encoder=Failing(), mixture=mixture())
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert stage.refine(["a"], rows(UNSURE), rows(UNSURE)).tolist() == rows(UNSURE).tolist()
    assert len(caplog.records) == 1
    assert "no room" in caplog.text


def test_weights_of_the_mixture_do_what_they_say() -> None:
    first, logits = rows(UNSURE), np.array([[0, 0, 2]], np.float32)
    only_first = Mixture(threshold=1, first=1, deep=0, shift=np.zeros(3, np.float32), scale=1)
    only_deep = Mixture(threshold=1, first=0, deep=1, shift=np.zeros(3, np.float32), scale=1)
    assert np.allclose(only_first.mixed(first, logits), first, atol=1e-4)
    assert np.allclose(only_deep.mixed(first, logits), softmax(logits), atol=1e-4)


def test_without_the_files_it_says_what_to_type(tmp_path: Path) -> None:
    reason = missing(tmp_path)
    assert reason is not None
    assert "./run install nlp-deep" in reason
    with pytest.raises(MissingExtra, match=r"\./run install nlp-deep"):
        load_deep(tmp_path)


@real
@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_named_and_the_first_stage_goes_on_alone(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for file in ("model.onnx", "tokenizer.json"):
        shutil.copy(model_folder() / file, tmp_path / file)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-1000])
    with pytest.raises(DeepBroken, match=f"{name} is damaged"):
        load_deep(tmp_path)
    deep._warn_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert load_deep_or_none(tmp_path) is None
    assert name in caplog.text


@real
@pytest.mark.parametrize("content", [b"", b"{}", b'{"version": 1, "threshold": "high"}'])
def test_damaged_weights_of_our_own_are_named(content: bytes, tmp_path: Path) -> None:
    shutil.copy(MODELS / "deep.npz", tmp_path)
    (tmp_path / "deep.json").write_bytes(content)
    with pytest.raises(DeepBroken, match=r"deep\.json"):
        load_deep(models=tmp_path)
    shutil.copy(MODELS / "deep.json", tmp_path)
    (tmp_path / "deep.npz").write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(DeepBroken, match=r"deep\.npz"):
        load_deep(models=tmp_path)


@pytest.fixture(scope="module")
def stage() -> DeepStage:
    return load_deep()


@real
def test_any_text_gets_probabilities(stage: DeepStage) -> None:
    answers = stage.probabilities([*STRANGE, "空调" * 500_000])
    assert answers.shape == (len(STRANGE) + 1, 3)
    assert np.isfinite(answers).all()
    assert np.allclose(answers.sum(axis=1), 1, atol=1e-5)


@real
@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=200))
def test_no_text_is_too_strange(stage: DeepStage, text: str) -> None:
    assert np.isfinite(stage.probabilities([text])).all()


@real
def test_an_answer_does_not_depend_on_company_or_order(stage: DeepStage) -> None:
    texts = ["用了两天就漏水，客服也不管", "还没装，先占个位", "制冷很快，声音也小", *STRANGE, "空调" * 300]
    together = stage.logits(texts)
    assert (stage.logits(texts[::-1])[::-1] == together).all()
    assert (np.concatenate([stage.logits([text]) for text in texts]) == together).all()


@real
def test_it_tells_plain_praise_and_blame_apart(stage: DeepStage) -> None:
    good = ["制冷很快，声音也小，师傅很耐心", "全家都满意，值得推荐", "今天好开心"]
    bad = ["用了两天就漏水，客服也不管", "太失望了，再也不买", "今天真倒霉，气死我了"]
    answers = stage.probabilities([*good, *bad])
    assert (answers[:3, 2] > answers[:3, 0]).all()
    assert (answers[3:, 0] > answers[3:, 2]).all()


@real
def test_the_analyzer_names_both_stages_and_asks_the_second_where_it_is_told_to() -> None:
    both, alone = Analyzer.load(deep=True), Analyzer.load()
    texts = [Reading(text=text) for text in ("还行吧就那样", "用了两天就漏水，客服也不管", *STRANGE)]
    assert load_deep().version in both.version.split("+")
    assert load_deep().version not in alone.version.split("+")
    for one, other in zip(both.analyze_many(texts), alone.analyze_many(texts), strict=True):
        assert one.tokens == other.tokens
        assert one.aspects == other.aspects
        assert abs(one.p.negative + one.p.neutral + one.p.positive - 1) < 1e-4


@real
def test_the_shipped_changes_are_small_and_say_where_they_come_from() -> None:
    assert (MODELS / "deep.npz").stat().st_size <= 5 << 20
    meta = json.loads((MODELS / "deep.json").read_text(encoding="utf-8"))
    assert {"version", "threshold", "held_out", "first_stage"} <= set(meta)
