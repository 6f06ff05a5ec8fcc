"""The judge of `about`: what it is made of, and that odd texts do not trouble it."""

import numpy as np
import pytest

from nlp.about import load_about
from nlp.about_examples import Labelled, composed, templates
from nlp.analyzer import Analyzer, Reading
from nlp.sentiment import MODELS

MOST_BYTES = 1_572_864


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load()


def test_the_shipped_judge_is_small_and_holds_no_objects() -> None:
    path = MODELS / "about.npz"
    assert path.stat().st_size <= MOST_BYTES
    with np.load(path, allow_pickle=False) as arrays:
        assert set(arrays) == {"rows", "weights", "words", "classes"}
        assert np.isfinite(arrays["weights"].astype(np.float32)).all()


def test_templates_mark_brands_that_are_candidates(analyzer: Analyzer) -> None:
    marked = [one for one in templates() if one.marks]
    cases = analyzer.cases([Reading(text=one.text) for one in marked])
    known = sum(
        case is not None and set(one.marks) <= {candidate.start for candidate in case.candidates}
        for one, case in zip(marked, cases, strict=True)
    )
    assert known == len(marked)


def test_a_text_put_together_is_about_what_its_parts_are_about() -> None:
    parts = [
        Labelled(text="格力很凉。", named=frozenset({"格力"}), about=frozenset({"格力"})),
        Labelled(text="邻居用美的", named=frozenset({"美的"})),
        Labelled(text="路过海尔路", named=frozenset({"海尔"})),
    ]
    made = composed(parts, 20, 1)
    assert len(made) == 20
    assert composed(parts, 20, 1) == made
    for one in made:
        assert one.about == (frozenset({"格力"}) if "格力" in one.text else frozenset())
        assert sum(name in one.text for name in ("格力", "美的", "海尔")) == len(one.named) >= 2


def test_no_text_and_a_text_without_brands_are_about_nothing(analyzer: Analyzer) -> None:
    assert load_about().read([]) == []
    assert [one.about for one in analyzer.analyze_many([Reading(text=""), Reading(text="今天很热")])] == [(), ()]


@pytest.mark.parametrize(
    "text",
    [
        "格力",
        "//@甲:格力不凉",
        "格力" * 5000,
        "格力\x00\ud800美的\x1e老板",
        "\ue200格力\ue201\ue210",
        "老板" * 300 + "😀",
        "＋格力＋" + "，" * 3000,
    ],
)
def test_odd_texts_get_an_answer(analyzer: Analyzer, text: str) -> None:
    assert set(analyzer.analyze(Reading(text=text)).about) <= {"格力", "美的", "老板"}


def test_the_same_text_is_read_alike_alone_and_among_others(analyzer: Analyzer) -> None:
    texts = ["本来想买海尔，最后买了美菱，不吵", "格力比美的静音", "小米粥真香", "在方太上班", "老板烟机吸力大"]
    together = [one.about for one in analyzer.analyze_many([Reading(text=text) for text in texts])]
    assert together == [analyzer.analyze(Reading(text=text)).about for text in texts]
