"""The query language: what is read, how it is written back, and what is refused where."""

import time
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidQuery
from index.nodes import NOTHING
from index.query import And, Everything, Node, Not, Or, Range, Term, parse, render, simplify

NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)
LEAK = Term(field="text", value="漏水")
NOISE = Term(field="text", value="噪音")
SHIPPING = Term(field="text", value="物流")


def normalize(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def read(text: str) -> Node:
    return parse(text, now=NOW, normalize=normalize)


def term(field: str, value: str) -> Term:
    return Term(field=field, value=value)


def published(low: datetime | None = None, high: datetime | None = None) -> Range:
    return Range(field="published_at", low=low, high=high)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        ("  　", Everything()),
        ("漏水", LEAK),
        ("漏水 噪音", And(parts=(LEAK, NOISE))),
        ("漏水 AND 噪音", And(parts=(LEAK, NOISE))),
        ("漏水 OR 噪音 物流", And(parts=(Or(parts=(LEAK, NOISE)), SHIPPING))),
        ("漏水 OR 噪音 AND 物流", Or(parts=(LEAK, And(parts=(NOISE, SHIPPING))))),
        ("漏水 -物流", And(parts=(LEAK, Not(part=SHIPPING)))),
        ("漏水　－物流", And(parts=(LEAK, Not(part=SHIPPING)))),
        ("NOT 物流", Not(part=SHIPPING)),
        ("NOT NOT 物流", SHIPPING),
        ("+漏水", LEAK),
        ("（漏水　OR　噪音）", Or(parts=(LEAK, NOISE))),
        ("“震动 大”", term("text", "震动 大")),
        ("「震动 大」『漏水』", And(parts=(term("text", "震动 大"), LEAK))),
        ('"说“好”的人"', term("text", "说“好”的人")),
        (r'"a\"b\\c"', term("text", 'a"b\\c')),
        ("ＫＦＲ－35GW", term("text", "kfr-35gw")),
        ("KFR-35GW/N8", term("text", "kfr-35gw/n8")),
        ("C++", term("text", "c++")),
        ("真的吗？", term("text", "真的吗?")),
        ("and", term("text", "and")),
        ("brand:美的", term("brand", "美的")),
        ("品牌：美的", term("brand", "美的")),
        ("品牌： “A.O.史密斯”", term("brand", "A.O.史密斯")),
        ("Brand:(美的 OR 格力)", Or(parts=(term("brand", "美的"), term("brand", "格力")))),
        ("型号:LC-35GW/A1", term("model", "LC-35GW/A1")),
        ("情感:负面", term("sentiment", "negative")),
        ("类型:评价", term("kind", "review")),
        ("严重性:安全", term("severity", "safety")),
        ("bad:漏水", term("bad", "漏水")),
        ("rating:2", term("rating", "2")),
        ("星级:2星", term("rating", "2")),
        ("rating:<=2", Range(field="rating", high=3.0)),
        ("星级：≤2", Range(field="rating", high=3.0)),
        ("rating:<2.5", Range(field="rating", high=3.0)),
        ("rating:>2", Range(field="rating", low=3.0)),
        ("rating:[1 TO 3}", Range(field="rating", low=1.0, high=3.0)),
        ("rating:[* TO 3]", Range(field="rating", high=4.0)),
        ("rating:>=2 rating:<4", Range(field="rating", low=2.0, high=4.0)),
        ("score:<-0.5", Range(field="score", high=-0.5)),
        ("score:[-1 TO 0.5}", Range(field="score", low=-1.0, high=0.5)),
        ("spam:否", Range(field="spam", high=0.8)),
        ("since:30d", published(NOW - timedelta(days=30))),
        ("since:2周", published(NOW - timedelta(days=14))),
        ("since:昨天", published(datetime(2026, 2, 27, 16, tzinfo=UTC))),
        ("until:2026-01-01", published(high=datetime(2025, 12, 31, 16, tzinfo=UTC))),
        ("until:2026/1/1", published(high=datetime(2025, 12, 31, 16, tzinfo=UTC))),
        ("since:2026-01-01T08:00", published(datetime(2026, 1, 1, tzinfo=UTC))),
        ('since:"2026-01-01T08:00:00+09:00"', published(datetime(2025, 12, 31, 23, tzinfo=UTC))),
        ("日期:2026-02", published(datetime(2026, 1, 31, 16, tzinfo=UTC), datetime(2026, 2, 28, 16, tzinfo=UTC))),
        ("日期:>2026-02-01", published(datetime(2026, 2, 1, 16, tzinfo=UTC))),
        ("日期:<=2026-02-01", published(high=datetime(2026, 2, 1, 16, tzinfo=UTC))),
    ],
)
def test_what_people_write_becomes_the_tree_that_they_mean(text: str, tree: Node) -> None:
    assert read(text) == tree


def test_a_whole_question_is_read() -> None:
    asked = read(
        '洗衣机 AND (噪音 OR "震动大") -物流 brand:美的 rating:<=2 since:30d source:jd sentiment:negative aspect:漏水'
    )
    assert isinstance(asked, And)
    assert asked.parts[1] == Or(parts=(NOISE, term("text", "震动大")))
    assert asked.parts[4:6] == (Range(field="rating", high=3.0), published(NOW - timedelta(days=30)))


@pytest.mark.parametrize(
    ("text", "position", "mend"),
    [
        ("漏水 (噪音", 3, "补上 )"),
        ("漏水）噪音", 2, "删掉"),
        ("漏水 “噪音", 3, "补上引号"),
        ("漏水 AND", 6, "写完"),
        ("漏水 AND OR 噪音", 7, "引号"),
        ("brand:", 6, "写完"),
        ('brand:" "', 6, "缺少值"),
        ("漏水 bramd:美的", 3, "brand"),
        ("12:30", 0, "引号"),
        ("情感:开心", 3, "negative"),
        ("rating:高", 7, "rating:<=2"),
        ("rating:1e999", 7, "不是数字"),
        ("brand:<2", 6, "星级:<=2"),
        ("since:>30d", 6, "星级:<=2"),
        ("since:随便", 6, "30d"),
        ("since:99999y", 6, "30d"),
        ("日期:2026-13-01", 3, "2026-01-31"),
        ("*", 0, "通配"),
        ("漏* 水", 0, "通配"),
        ("漏水~2", 0, "模糊"),
        ("漏水^3", 0, "加权"),
        ("/漏.*/", 0, "正则"),
        ("<script>", 0, "引号"),
        ("'漏水", 0, "引号"),
        ("a OR (" * 60, None, "太深"),
        ("NOT " * 400 + "a", None, "太深"),
        ("-" * 9_000 + "a", None, "太深"),
        ("brand:" * 1_500 + "a", None, "太深"),
        ("a " * 1_001, 2_000, "1,000"),
        ("漏" * 13_334, None, "40,000"),
        ("a " * 19_000, None, "太多"),
        ('"' * 39_000, None, "太多"),
        ("a:" * 15_000, None, "太多"),
        ("\\", 0, "引号"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_character_with_the_mend(
    text: str, position: int | None, mend: str
) -> None:
    start = time.monotonic()
    with pytest.raises(InvalidQuery) as caught:
        read(text)
    assert time.monotonic() - start < 1
    assert mend in str(caught.value)
    if position is not None:
        assert caught.value.position == position


def test_forty_kilobytes_and_a_thousand_clauses_are_still_read() -> None:
    named = " OR ".join(f'id:"weibo:501234567890{n:04}"' for n in range(1_000))
    assert isinstance(read(named), Or)
    assert isinstance(read(" OR ".join(f"w{n}" for n in range(1_000))), Or)
    assert read("漏" * 13_333) == term("text", "漏" * 13_333)


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (And(parts=(term("bad", "漏水"), term("brand", "格力"))), "bad:漏水 brand:格力"),
        (And(parts=(Everything(), LEAK)), "漏水"),
        (And(parts=()), ""),
        (Or(parts=()), '-""'),
        (And(parts=(LEAK, Or(parts=(NOISE, Not(part=SHIPPING))))), "漏水 (噪音 OR -物流)"),
        (Not(part=And(parts=(LEAK, NOISE))), "-(漏水 噪音)"),
        (term("text", "a b"), '"a b"'),
        (term("brand", "AND"), 'brand:"AND"'),
        (published(datetime(2025, 12, 31, 16, tzinfo=UTC)), "since:2026-01-01"),
        (
            And(parts=(LEAK, published(NOW, NOW + timedelta(days=1)))),
            '漏水 since:"2026-03-01T04:00:00+00:00" until:"2026-03-02T04:00:00+00:00"',
        ),
        (Range(field="rating", low=1.0, high=3.0), "rating:>=1 rating:<3"),
    ],
)
def test_a_tree_is_written_as_people_would_write_it(tree: Node, text: str) -> None:
    assert render(tree) == text
    assert read(text) == simplify(tree)


words = st.text(min_size=1, max_size=8).map(normalize).filter(lambda t: t and normalize(t) == t and "\ud800" not in t)
moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)).map(
    lambda t: t.replace(tzinfo=UTC)
)
halves = st.floats(min_value=-1, max_value=1, allow_nan=False).map(lambda x: x + 0.0)
leaves = st.one_of(
    words.map(lambda w: term("text", w)),
    st.builds(
        Term, field=st.sampled_from(["brand", "model", "aspect", "bad", "id", "author"]), value=words.filter(str.strip)
    ),
    st.integers(1, 5).map(lambda n: term("rating", str(n))),
    st.builds(
        Range,
        field=st.just("rating"),
        low=st.none() | st.integers(0, 5).map(float),
        high=st.none() | st.integers(0, 6).map(float),
    ),
    st.builds(Range, field=st.sampled_from(["score", "spam"]), low=st.none() | halves, high=st.none() | halves),
    st.builds(Range, field=st.just("published_at"), low=st.none() | moments, high=st.none() | moments),
    st.just(Everything()),
    st.just(NOTHING),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda parts: And(parts=tuple(parts))),
        st.lists(inner, max_size=4).map(lambda parts: Or(parts=tuple(parts))),
        inner.map(lambda part: Not(part=part)),
    ),
    max_leaves=12,
)


@given(trees)
@settings(max_examples=400, deadline=None)
def test_reading_what_was_written_gives_the_same_tree(tree: Node) -> None:
    assert read(render(tree)) == simplify(tree) == simplify(simplify(tree))


@given(st.text(alphabet="漏水ab :()（）“”\"'\\-－<>=≤*?~^/[]{}+TOANDR12。brating", max_size=40))
@settings(max_examples=600, deadline=None)
def test_whatever_is_typed_is_read_or_refused_with_a_place_inside_the_text(text: str) -> None:
    try:
        tree = read(text)
    except InvalidQuery as error:
        refusal = error
    else:
        assert read(render(tree)) == tree
        return
    assert refusal.position is None or 0 <= refusal.position <= len(text)
