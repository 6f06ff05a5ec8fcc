import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.analysis import Analysis, Polarity
from nlp.analyzer import Analyzer, Reading
from nlp.causes import cause_terms
from nlp.taxonomy import load_taxonomy

ROWS = [json.loads(line) for line in (Path(__file__).parent / "sets" / "causes.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load()


def _cause(read: Analysis, aspect: str) -> str:
    return next((one.cause for one in read.aspects if one.aspect == aspect and one.cause), "")


@pytest.mark.parametrize("half", ["dev", "test"])
def test_a_named_cause_is_found_and_hardly_ever_a_wrong_one(analyzer: Analyzer, half: str) -> None:
    rows = [row for row in ROWS if row["split"] == half]
    read = analyzer.analyze_many([Reading(text=row["text"]) for row in rows])
    told = [(row["cause"], _cause(one, row["aspect"])) for row, one in zip(rows, read, strict=True)]
    right = sum(1 for expected, found in told if found and found == expected)
    assert right / sum(1 for _, found in told if found) >= 0.93
    assert right / sum(1 for expected, _ in told if expected) >= 0.85


def test_there_are_enough_texts() -> None:
    assert len(ROWS) >= 150
    assert len({row["text"] for row in ROWS}) == len(ROWS)


def test_a_neighbour_that_says_why_goes_before_a_place_in_the_own_clause(analyzer: Analyzer) -> None:
    read = analyzer.analyze(Reading(text="内机漏水，师傅说是排水管没接好"))
    assert _cause(read, "漏水") == "排水管"


def test_another_sentence_names_no_cause(analyzer: Analyzer) -> None:
    read = analyzer.analyze(Reading(text="漏水了。主板坏了，接口没拧紧的是洗衣机"))
    assert _cause(read, "漏水") == ""


def test_what_is_ruled_out_is_no_cause(analyzer: Analyzer) -> None:
    read = analyzer.analyze(Reading(text="一直漏水，师傅检查不是接口的问题"))
    assert _cause(read, "漏水") == ""


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet="漏水接口不是因为外机噪音没收费支架，。！好差\n \x00\ud800", max_size=60))
def test_only_blame_has_a_cause_and_only_a_known_one(analyzer: Analyzer, text: str) -> None:
    known = {(aspect, cause.name) for word in cause_terms().words.values() for aspect, cause in word.items()}
    for one in analyzer.analyze(Reading(text=text)).aspects:
        if one.cause:
            assert one.polarity is Polarity.NEGATIVE
            assert (one.aspect, one.cause) in known


def test_every_cause_belongs_to_an_aspect_of_the_taxonomy() -> None:
    aspects = {aspect for meanings in cause_terms().words.values() for aspect in meanings}
    assert aspects <= set(load_taxonomy().aspects)
