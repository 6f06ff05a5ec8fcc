"""The figures of an evaluation are what their names say, and every judge answers for every text."""

import numpy as np
import pytest

from domain.errors import InvalidInput
from nlp.dictionaries import read
from nlp.evaluation import figures, recall_at_precision, slices_of
from nlp.judges import NAMES, available, judge

NASTY = ["", " ", "a\x00b", "\ud83d", "\u202e漏水", "😡" * 50, "It leaks.", "漏水" * 40_000, "[[[[", "！！！"]


def sure(*levels: int) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """Probabilities 0.8 for each level given."""
    answer = np.full((len(levels), 3), 0.1, np.float32)
    answer[np.arange(len(levels)), levels] = 0.8
    return answer


def test_the_figures_of_a_small_table_are_those_made_by_hand() -> None:
    labels = np.array([0, 0, 0, 1, 2, 2])
    found = figures(sure(0, 0, 2, 1, 2, 1), labels)
    assert (found.rows, found.two_class, found.accuracy) == (6, 0.6, pytest.approx(4 / 6, abs=1e-4))
    # F1: negative 2·2/(2+3), neutral 2·1/(2+1), positive 2·1/(2+2)
    assert found.macro_f1 == pytest.approx((0.8 + 2 / 3 + 0.5) / 3, abs=1e-4)
    assert found.ece == pytest.approx(0.8 - 4 / 6, abs=1e-4)


def test_a_set_without_neutral_or_with_one_level_only_has_figures_too() -> None:
    assert figures(sure(1, 1), np.array([1, 1])).two_class is None
    assert figures(sure(0, 0), np.array([0, 0])).negative_recall is None
    assert figures(sure(2, 0), np.array([2, 0])).macro_f1 == 1


def test_negative_recall_stops_where_precision_falls_below_nine_tenths() -> None:
    scores = np.linspace(1, 0, 40, dtype=np.float32)
    wanted = np.array([True] * 18 + [False] * 2 + [True] * 2 + [False] * 18)
    assert recall_at_precision(scores, wanted) == pytest.approx(20 / 20 if 20 / 22 >= 0.9 else 18 / 20)
    assert recall_at_precision(-scores, wanted) == 0.0
    tied = np.full(4, 0.5, np.float32)
    assert recall_at_precision(tied, np.array([True, True, False, False])) == 0.0


def test_slices_come_from_the_file_and_from_the_texts_themselves() -> None:
    texts = ["不漏水"] * 5 + ["好//@甲:好"] * 5 + ["比格力安静多了[赞]"] * 5
    found = slices_of(texts, [["negation"]] * 5 + [[]] * 10)
    assert {name: rows.sum() for name, rows in found.items()} == {
        "negation": 5, "(short)": 15, "(negation)": 5, "(repost chain)": 5, "(comparison)": 5, "(emoticon)": 5,
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name, reason in available().items() if reason is None])
def test_every_judge_answers_every_text_with_probabilities(name: str) -> None:
    made = judge(name)
    answer = made.probabilities(NASTY)
    assert answer.shape == (len(NASTY), 3)
    assert np.allclose(answer.sum(axis=1), 1, atol=1e-4)
    assert made.probabilities([]).shape == (0, 3)
    clear = made.probabilities(["太差了，质量垃圾，再也不买", "非常满意，质量很好，值得推荐"])
    assert (clear[:, 2] > clear[:, 0]).tolist() == [False, True]


def test_an_unknown_judge_is_named() -> None:
    with pytest.raises(InvalidInput, match="judge 'bert' is unknown: known are ours, "):
        judge("bert")
    assert set(NAMES) == set(available())


def test_the_word_list_turns_by_negation_and_stays_neutral_without_words() -> None:
    levels = judge("lexicon").probabilities(["噪音很大", "没有噪音", "一点都不满意", "明天上门", "不但好用，还省电"])
    assert levels.argmax(axis=1).tolist() == [0, 2, 0, 1, 2]


def test_the_word_list_is_large_and_says_nothing_twice() -> None:
    words = read("opinions")
    assert len(set(words["good"])) + len(set(words["bad"])) >= 600
    assert not set(words["good"]) & set(words["bad"])
    assert all(isinstance(word, str) and word for side in words.values() for word in side)
