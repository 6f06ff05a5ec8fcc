"""What a customer's reviews become before they are learnt from, and the rule by which a new model is kept or refused."""

import random

import numpy as np
import pytest

from domain.errors import InvalidInput
from flows.labelled import LabelledSet
from flows.own_training import Pair, cleaned, judged, paired

GOOD, BAD = "编号{}的用着很好，全家满意", "编号{}的三天就坏，客服不理"


def labelled(rows: list[tuple[str, int]]) -> LabelledSet:
    return LabelledSet(
        name="own",
        texts=tuple(text for text, _ in rows),
        labels=np.array([level for _, level in rows], np.int64),
        slices=((),) * len(rows),
        lines=tuple(range(2, 2 + len(rows))),
    )


def enough() -> list[tuple[str, int]]:
    draw = random.Random(4)
    names = [f"{draw.getrandbits(64):016x}" for _ in range(230)]
    return [((GOOD if n < 150 else BAD).format(name), 2 if n < 150 else 0) for n, name in enumerate(names)]


def certain(
    levels: "np.ndarray[tuple[int], np.dtype[np.int64]]", sure: float = 0.8
) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    answer = np.full((len(levels), 3), (1 - sure) / 2, np.float32)
    answer[np.arange(len(levels)), levels] = sure
    return answer


def test_filler_copies_and_contradictions_are_left_out_and_counted() -> None:
    rows = enough()
    extra = [("此用户未填写评价内容", 2), ("系统默认好评", 2), rows[0], ("还行吧", 2), ("还行吧", 0), ("还行吧", 2)]
    kept = cleaned(labelled([*rows, *extra]))
    assert (kept.default_texts, kept.copies, kept.contradictions) == (2, 3, 1)
    assert kept.rows.texts == tuple(text for text, _ in rows)
    assert kept.counts() == {"negative": 80, "neutral": 0, "positive": 150}


def test_near_copies_never_lie_on_both_sides_of_the_split() -> None:
    rows = enough()
    near = [(text + "！！", level) for text, level in rows]
    kept = cleaned(labelled([*rows, *near]))
    out = kept.held_out()
    sides = {group: set() for group in kept.groups}  # type: dict[str, set[bool]]
    for group, yes in zip(kept.groups, out.tolist(), strict=True):
        sides[group].add(yes)
    assert all(len(side) == 1 for side in sides.values())
    assert 0.1 < out.mean() < 0.45


@pytest.mark.parametrize(
    "rows", [enough()[:150], enough()[:165] + [("随便写的第二类" + "长" * n, 1) for n in range(60)]]
)
def test_too_few_or_one_sided_reviews_are_told_before_anything_is_learnt(rows: list[tuple[str, int]]) -> None:
    with pytest.raises(InvalidInput, match="too few different reviews to learn from"):
        cleaned(labelled(rows))


def pair(right_old: float, right_new: float, rows: int = 400) -> Pair:
    """Two models that are right on so large a share of the rows, on the same ones as far as they go."""
    labels = np.arange(rows) % 3
    answers = []
    for share in (right_old, right_new):
        guess = labels.copy()
        wrong = np.random.default_rng(3).permutation(rows)[: round(rows * (1 - share))]
        guess[wrong] = (guess[wrong] + 1) % 3
        answers.append(certain(guess))
    return paired(answers[0], answers[1], labels, [str(n) for n in range(rows)])


def test_a_gain_beyond_chance_is_accepted_and_its_interval_holds_it() -> None:
    own = pair(0.8, 0.9)
    gain = own.gains["accuracy"]
    assert gain.value == pytest.approx(0.1, abs=0.01)
    assert 0 < gain.low < gain.value < gain.high
    verdict = judged(own, {"guard": pair(0.9, 0.9)})
    assert verdict.accepted
    assert "更好" in verdict.reasons[0]


def test_what_chance_could_have_done_is_refused() -> None:
    assert not judged(pair(0.8, 0.8), {}).accepted
    few = paired(certain(np.array([0, 2, 2])), certain(np.array([0, 2, 0])), np.array([0, 2, 0]), ["a", "b", "c"])
    assert few.gains["accuracy"].value > 0
    assert not judged(few, {}).accepted


def test_a_worse_model_and_one_that_forgets_other_texts_are_refused_with_the_reason() -> None:
    worse = judged(pair(0.9, 0.8), {})
    assert any("更差：" in reason and "三级准确率、宏平均F1" in reason for reason in worse.reasons)
    forgets = judged(pair(0.8, 0.9), {"难例": pair(0.9, 0.85)})
    assert not forgets.accepted
    assert any("难例 最多低 5." in reason for reason in forgets.reasons)


def test_copies_of_one_text_do_not_make_a_gain_certain() -> None:
    labels = np.zeros(100, np.int64)
    old, new = np.ones(100, np.int64), np.zeros(100, np.int64)
    old[50:] = 0
    new[50:] = 1
    one_text = ["same"] * 60 + [str(n) for n in range(40)]
    own = paired(certain(old), certain(new), labels, one_text)
    assert own.gains["accuracy"].low < 0 < own.gains["accuracy"].high


def test_stars_that_the_texts_do_not_show_are_refused_however_much_better_the_new_model_guesses_them() -> None:
    labels = np.arange(400) % 2 * 2
    old, new = np.ones(400, np.int64), np.full(400, 2)
    verdict = judged(paired(certain(old), certain(new), labels, [str(n) for n in range(400)]), {})
    assert not verdict.accepted
    assert any(reason.startswith("星级和文字对不上") for reason in verdict.reasons)
