import numpy as np
import pytest

from nlp.figures import measures
from nlp.retraining import cross_checked, train_on
from nlp.sentiment import load_model
from nlp.training import probabilities_of

THINGS = ("锅", "勺", "盘", "碗", "刀", "杯", "壶", "筷", "叉", "铲", "盆", "罐")
MOODS = {0: ("歪了", "断了", "不亮", "掉色"), 2: ("锃亮", "顺手", "结实", "好洗")}
TEXTS = [
    f"{thing}{word}，{other}也{word}"
    for words in MOODS.values()
    for thing in THINGS
    for other in THINGS
    for word in words
]
LABELS = np.array([mood for mood, words in MOODS.items() for _ in THINGS for _ in THINGS for _ in words])


def test_a_customers_reviews_alone_make_a_model() -> None:
    model = train_on(TEXTS, LABELS, version="own-1")
    assert model.version == "own-1"
    read = probabilities_of(model, ["瓢断了，瓢也断了", "瓢顺手，瓢也顺手"])
    assert read.argmax(axis=1).tolist() == [0, 2]


def test_on_top_of_the_shipped_model_only_the_difference_is_learned() -> None:
    base = load_model()
    labels = np.where(np.array(["锃亮" in text for text in TEXTS]), 0, LABELS)  # at this shop 锃亮 is blame
    model = train_on(TEXTS, labels, version="own-2", base=base)
    before, after = (probabilities_of(one, ["瓢锃亮，瓢也锃亮", "客服太差了，非常失望"]) for one in (base, model))
    assert before[0, 2] > before[0, 0]
    assert after[0, 0] > after[0, 2]
    assert after[1].argmax() == before[1].argmax() == 0


def test_words_that_the_shipped_model_never_met_are_learned_too() -> None:
    texts = [f"{thing}{word}{thing}" for word in ("鑫垚犇", "骉羴猋") for thing in THINGS] * 3
    labels = np.array([mood for mood in (0, 2) for _ in THINGS] * 3)
    read = probabilities_of(train_on(texts, labels, version="own-3", base=load_model()), ["瓢鑫垚犇瓢", "瓢骉羴猋瓢"])
    assert (read[:, 2] > read[:, 0]).tolist() == [False, True]


def test_cross_checking_reads_each_text_with_a_model_that_did_not_see_it() -> None:
    read = cross_checked(TEXTS, LABELS, version="x", folds=3)
    assert read.sum(axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-4)
    assert measures(read, LABELS)["two_class"] > 0.9
    chance = np.random.default_rng(1).permutation(LABELS)
    assert measures(cross_checked(TEXTS, chance, version="x", folds=3), chance)["two_class"] < 0.7


@pytest.mark.parametrize("labels", [[0] * 30, [0, 2] * 5])
def test_too_few_or_one_sided_reviews_are_refused(labels: list[int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        train_on([f"文{number}" for number in range(len(labels))], np.array(labels), version="x")
