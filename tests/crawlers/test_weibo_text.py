"""Texts, ids and counts as Weibo writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.sites.weibo_numbers import bid_of, count_of, mid_of
from crawlers.sites.weibo_text import from_html


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("漏水<br />了<br>啊", "漏水\n了\n啊"),
        ("好<span class=\"url-icon\"><img alt=[doge] src='x'></span>吧", "好[doge]吧"),
        ('好<img alt="[泪]" src="x" />', "好[泪]"),
        ("<span class='url-icon'><img style='width: 1rem' src='v.png'></span><span>视频</span>", "视频"),
        ('<a href="x"><span class="surl-text">#澜川#</span></a> <a href=\'/n/甲\'>@甲</a>', "#澜川# @甲"),
        ("热&amp;冷 &lt;50度 \u200b\u200b", "热&冷 <50度"),
        ("家\u200d庭👨\u200d👩\u200d👧❤\ufe0f", "家\u200d庭👨\u200d👩\u200d👧❤\ufe0f"),
        ("图标\ue627", "图标"),
        ("a < b", "a < b"),
        ("", ""),
    ],
)
def test_html_becomes_the_text_that_was_published(markup: str, text: str) -> None:
    assert from_html(markup).text == text


def test_a_cut_text_says_so_and_loses_only_the_link_to_the_rest() -> None:
    cut = from_html('开头...<a href="/status/1">全文</a>')
    assert (cut.text, cut.cut) == ("开头...", True)
    assert from_html("这是全文").cut is False


@pytest.mark.parametrize(("mid", "bid"), [("4299399859880269", "GFHQlFsjb"), ("5250000000000012", "QkYJa000c")])
def test_long_and_short_ids_name_the_same_post(mid: str, bid: str) -> None:
    assert (mid_of(bid), bid_of(mid)) == (bid, mid)[::-1]


@given(st.integers(10**8, 10**19).map(str))
def test_every_long_id_survives_the_way_to_a_short_one_and_back(mid: str) -> None:
    bid = bid_of(mid)
    assert bid is not None
    assert mid_of(bid) == mid


@given(st.text(max_size=14))
def test_a_text_that_is_no_short_id_gives_none_or_an_id_that_goes_back(text: str) -> None:
    mid = mid_of(text)
    assert mid is None or mid.isdigit()


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (28, 28),
        ("28", 28),
        ("100万+", 1_000_000),
        ("1.2万", 12_000),
        ("62.4万", 624_000),
        ("1,024", 1024),
        ("1亿", 10**8),
    ],
)
def test_a_count_becomes_a_whole_number(value: object, count: int) -> None:
    assert count_of(value) == count


@pytest.mark.parametrize("value", [None, "", "赞", True, -1, 1.5, [], "9" * 40])
def test_what_is_no_count_is_unknown_not_zero(value: object) -> None:
    assert count_of(value) is None
