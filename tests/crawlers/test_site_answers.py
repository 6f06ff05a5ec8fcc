"""Bytes to values: charsets, callbacks, cuts, and the marks of a refusal."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.sites.adapter import RawPage
from crawlers.sites.answers import Refused, decode, read_json, unpack
from crawlers.sites.values import beijing, count, money, plain
from domain.default_texts import is_default_text
from domain.feeds import Outcome

SEEN = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


def page(body: bytes, status: int = 200, **headers: str) -> RawPage:
    named = tuple((key.replace("_", "-"), value) for key, value in headers.items())
    return RawPage(url="https://x.example/", body=body, status=status, headers=named, seen_at=SEEN)


def refused(body: bytes, status: int = 200, **headers: str) -> Outcome:
    with pytest.raises(Refused) as caught:
        read_json(page(body, status, **headers))
    return caught.value.outcome


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_chinese_is_read_in_each_charset_whatever_was_declared(charset: str) -> None:
    body = '{"a":"漏水，差评"}'.encode(charset)
    assert read_json(page(body, content_type="application/json; charset=ISO-8859-1")) == {"a": "漏水，差评"}


def test_a_character_cut_at_the_end_does_not_turn_utf_8_into_gbk() -> None:
    assert decode("热水器漏电".encode()[:-1]) == "热水器漏"


def test_compressed_bytes_are_unpacked_though_no_header_says_so() -> None:
    assert read_json(page(gzip.compress('{"a":"漏水"}'.encode()))) == {"a": "漏水"}


@pytest.mark.parametrize(
    "text",
    [
        "cb({});",
        "cb({})",
        " fetchJSON_comment98vv1( {} ) ;",
        "jQuery.x['a'].b({});",
        "/**/cb({});",
        "try{cb({});}catch(e){}",
        "{}",
        "\r\n\r\n{}",
        "cb({}",
    ],
)
def test_any_callback_may_be_wrapped_around(text: str) -> None:
    assert unpack(text) == {}


@given(value=st.dictionaries(st.text(max_size=5), VALUES, min_size=1), gbk=st.booleans(), wrapped=st.booleans())
def test_what_was_packed_comes_back(value: object, gbk: bool, wrapped: bool) -> None:
    text = json.dumps(value, ensure_ascii=gbk)
    assert unpack(f"cb({text});" if wrapped else text) == value


@given(value=st.dictionaries(st.text(max_size=5), VALUES, min_size=2), part=st.floats(0, 0.99))
def test_json_that_was_cut_is_truncated(value: object, part: float) -> None:
    text = json.dumps(value, ensure_ascii=False)
    with pytest.raises(Refused) as caught:
        unpack(text[: max(1, int(part * len(text)))])
    assert caught.value.outcome is Outcome.TRUNCATED


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"<html>busy</html>", Outcome.UNAVAILABLE),
        ("<!DOCTYPE html><title>安全验证</title>".encode(), Outcome.CAPTCHA),
        ("<html>请先登录</html>".encode(), Outcome.LOGIN_REQUIRED),
        ("<html>访问过于频繁</html>".encode(), Outcome.RATE_LIMITED),
        (b"<html><h1>403 Forbidden</h1></html>", Outcome.BLOCKED),
        (b"ok", Outcome.CHANGED),
        (b"[" * 100_000, Outcome.CHANGED),
        (b"", Outcome.UNAVAILABLE),
        (b" \r\n", Outcome.UNAVAILABLE),
    ],
)
def test_an_answer_without_data_is_classified(body: bytes, outcome: Outcome) -> None:
    assert refused(body) is outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, Outcome.LOGIN_REQUIRED),
        (403, Outcome.BLOCKED),
        (404, Outcome.NOT_FOUND),
        (414, Outcome.BLOCKED),
        (429, Outcome.RATE_LIMITED),
        (500, Outcome.UNAVAILABLE),
        (503, Outcome.UNAVAILABLE),
        (302, Outcome.UNAVAILABLE),
    ],
)
def test_a_status_says_it_before_the_body(status: int, outcome: Outcome) -> None:
    assert refused(b'{"comments":[]}', status) is outcome


def test_a_missing_body_of_a_declared_length_was_cut() -> None:
    assert refused(b"", content_length="812") is Outcome.TRUNCATED


@pytest.mark.parametrize(
    ("raw", "value", "exact"),
    [
        ("100万+", 1_000_000, False),
        ("4.9万+", 49_000, False),
        ("1,204", 1204, True),
        (7, 7, True),
        ("51601人付款", 51601, True),
        ("2亿", 200_000_000, False),
    ],
)
def test_counts_are_numbers_and_know_whether_they_are_rounded(raw: object, value: int, exact: bool) -> None:
    found = count(raw)
    assert found
    assert (found.value, found.exact) == (value, exact)


@pytest.mark.parametrize("raw", [None, "", "评论", True, [], {}, -3])
def test_no_count_is_none(raw: object) -> None:
    assert count(raw) is None


@pytest.mark.parametrize("raw", ["", "-1.00", "0", "暂无报价", None, "NaN", "1e400", True])
def test_no_money_is_none(raw: object) -> None:
    assert money(raw) is None


def test_beijing_times_become_utc_and_anything_else_none() -> None:
    assert beijing("2025-02-21 00:13:55") == datetime(2025, 2, 20, 16, 13, 55, tzinfo=UTC)
    assert [beijing(raw) for raw in ("", "昨天", "2025-13-01", None, 5, "0001-01-01 00:00:00")] == [None] * 6


def test_tags_go_breaks_stay_emoticons_keep_their_names_and_small_numbers_are_no_tags() -> None:
    html = '好用<br/>5<6 &amp; <b>安静</b><img src=x alt="[doge]">\u200b'
    assert plain(html) == "好用\n5<6 & 安静[doge]"


@pytest.mark.timeout(10)
def test_hostile_text_takes_no_time() -> None:
    assert plain("好<!--" * 40_000) == "好"
    assert plain("<a " * 40_000).startswith("<a")


@pytest.mark.parametrize(
    "text",
    [
        "此用户没有填写评价内容!",
        "此用户未及时填写评价内容，系统默认好评!",
        "用户未及时作出评价哦~",
        "评价方未及时做出评价,系统默认好评!",
        "您没有填写内容，默认好评",
        "15天内买家未作出评价",
        "该会员没有填写评价内容",
        "此用户未填写文字评价",
        "用户未及时评价，系统默认好评",
        "该用户觉得商品非常好，给出了5星好评",
    ],
)
def test_the_sites_fillers_are_default_texts(text: str) -> None:
    assert is_default_text(text)
    assert not is_default_text(text + " 补充：漏水")
