"""A search that holds more than it shows is cut into days, hours and provinces: together they cover all of it, once."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.sites import weibo_addresses
from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage
from crawlers.sites.weibo import Weibo
from crawlers.sites.weibo_slices import PROVINCES, Span, days, finer, parts, span_of
from domain.feeds import Outcome
from domain.times import SHANGHAI
from domain.watches import Watch

SEEN = datetime(2026, 11, 18, 9, 5, tzinfo=SHANGHAI)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def search(scope: str = "", region: str = "", page: int = 1) -> str:
    scope = f"&timescope={scope}" if scope else ""
    region = f"&region={region}" if region else ""
    return f"https://s.weibo.com/weibo?q=%E6%BE%9C%E5%B7%9D&typeall=1&suball=1{scope}{region}&page={page}"


def card(number: int, when: str = "今天 08:15") -> str:
    return (
        f"<div class='card-wrap' action-type='feed_list_item' mid='526600000000{number:04}'>"
        f"<div class='from'><a href='//weibo.com/1900000001/QrGXC0001'>{when}</a></div>"
        f"<p class='txt' node-type='feed_list_content'>澜川 {number}</p></div>"
    )


def ask(url: str, *, pages: int, shows: int = 1, browser: bool = False, when: str = "今天 08:15") -> ParsedPage:
    marks = "".join(f"<li class='{'cur' if n == shows else ''}'><a>第{n}页</a></li>" for n in range(1, pages + 1))
    more = "<a class='next' href='/weibo'>下一页</a>" if shows < pages else ""
    listed = f"<div class='m-page'><ul class='s-scroll'>{marks}</ul>{more}</div>" if pages else ""
    body = f"<!DOCTYPE html><html><body>{card(1, when)}{card(2, when)}{listed}</body></html>"
    return Weibo(browser=browser).parse(RawPage(url=url, body=body.encode(), seen_at=SEEN.astimezone(UTC)))


def asked(page: PageRequest) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


def span(page: PageRequest, seen_at: datetime = SEEN) -> Span:
    address = weibo_addresses.read(page.url)
    assert address is not None
    found = span_of(address, seen_at=seen_at)
    assert found is not None
    return found


def covers(pages: list[PageRequest], whole: Span) -> bool:
    """Newest first, side by side, from end to begin."""
    found = [span(page) for page in pages]
    edges = [whole.end, *(s.begin for s in found)]
    return [s.end for s in found] == edges[:-1] and edges[-1] == whole.begin


def test_a_full_week_becomes_its_days_a_full_day_its_hours_a_full_hour_its_provinces() -> None:
    week = ask(search("custom:2026-11-08-0:2026-11-15-0"), pages=50)
    assert len(week.next_pages) == 7
    assert covers(
        list(week.next_pages),
        span(PageRequest(source="weibo", page="", url=search("custom:2026-11-08-0:2026-11-15-0"))),
    )
    day = ask(week.next_pages[0].url, pages=46)
    assert [asked(p)["timescope"] for p in day.next_pages][:2] == [
        "custom:2026-11-14-23:2026-11-15-0",
        "custom:2026-11-14-22:2026-11-14-23",
    ]
    assert len(day.next_pages) == 24
    hour = ask(day.next_pages[0].url, pages=50)
    assert [asked(p)["region"] for p in hour.next_pages] == [f"custom:{code}:1000" for code in PROVINCES]
    assert {asked(p)["timescope"] for p in hour.next_pages} == {"custom:2026-11-14-23:2026-11-15-0"}
    assert all(p.first and p.page == "search_html" and asked(p)["q"] == "澜川" for p in hour.next_pages)
    assert [d.id for d in hour.documents] == [d.id for d in day.documents]  # the slices hold the same posts


def test_what_cannot_be_cut_any_finer_is_read_to_its_last_page() -> None:
    first = ask(search("custom:2026-11-14-23:2026-11-15-0", "custom:33:1000"), pages=50)
    assert [asked(p)["page"] for p in first.next_pages] == ["2"]
    last = ask(search("custom:2026-11-14-23:2026-11-15-0", "custom:33:1000", page=50), pages=51, shows=50)
    assert (last.outcome, last.next_pages) == (Outcome.OK, ())


def test_a_list_below_the_cap_is_read_page_by_page() -> None:
    page = ask(search("custom:2026-11-14-0:2026-11-15-0"), pages=45)
    assert [asked(p)["page"] for p in page.next_pages] == ["2"]
    assert page.stats is not None
    assert (page.stats.total, page.stats.exact) == (450, False)
    assert ask(search("custom:2026-11-14-0:2026-11-15-0"), pages=0).next_pages == ()


def test_page_51_is_page_1_again_and_ends_the_walk_whatever_it_holds() -> None:
    for pages in (0, 50):
        page = ask(search(page=51), pages=pages)
        assert (page.outcome, page.documents, page.next_pages) == (Outcome.END, (), ())


def test_a_search_for_the_newest_goes_on_below_its_last_page_with_slices_of_the_past_week() -> None:
    url = "https://s.weibo.com/realtime?q=%E6%BE%9C%E5%B7%9D&rd=realtime&tw=realtime&Refer=weibo_realtime"
    assert [asked(p)["page"] for p in ask(url, pages=50).next_pages] == ["2"]
    last = ask(f"{url}&page=50", pages=50, shows=50, when="昨天 20:40")
    newest = span(last.next_pages[0])
    assert (newest.begin, newest.end) == (
        datetime(2026, 11, 17, 0, tzinfo=SHANGHAI),
        datetime(2026, 11, 17, 21, tzinfo=SHANGHAI),
    )
    assert len(last.next_pages) == 8
    assert all(p.url.startswith("https://s.weibo.com/weibo?") and "rd" not in asked(p) for p in last.next_pages)


def test_only_a_slice_is_read_whole_though_its_first_posts_are_known() -> None:
    assert ask(search("custom:2026-11-14-0:2026-11-15-0"), pages=3).thorough
    assert not ask(search(), pages=3).thorough


def test_slices_stay_in_the_browser_in_which_they_began() -> None:
    url = search("custom:2026-11-14-0:2026-11-15-0")
    assert {p.browser for p in ask(url, pages=50, browser=True).next_pages} == {True}
    assert {p.browser for p in ask(url, pages=50).next_pages} == {False}


def test_the_future_is_not_asked_for() -> None:
    page = ask(search("custom:2026-11-18-0:2026-11-19-0"), pages=50)
    assert asked(page.next_pages[0])["timescope"] == "custom:2026-11-18-9:2026-11-18-10"
    assert len(page.next_pages) == 10


@pytest.mark.parametrize(
    ("scope", "begin", "end"),
    [
        ("custom:2026-11-01-0:2026-11-02-0", (1, 0), (2, 0)),
        ("custom:2026-11-01:2026-11-02", (1, 0), (3, 0)),  # whole days: the last one belongs to it
        ("custom:2026-11-17-8:", (17, 8), (18, 10)),
        ("custom:2026-11-01-23:2026-11-01-24", (1, 23), (2, 0)),
    ],
)
def test_a_time_scope_is_read_as_the_site_means_it(scope: str, begin: tuple[int, int], end: tuple[int, int]) -> None:
    found = span(PageRequest(source="weibo", page="", url=search(scope)))
    assert found == Span(*(datetime(2026, 11, *at, tzinfo=SHANGHAI) for at in (begin, end)))


@pytest.mark.parametrize(
    "scope", ["custom::2026-11-02-0", "custom:2026-13-01-0:", "custom:2026-11-09-0:2026-11-02-0", "x"]
)
def test_a_scope_that_means_nothing_is_not_cut(scope: str) -> None:
    assert ask(search(scope), pages=50).outcome is Outcome.OK
    address = weibo_addresses.read(search(scope))
    assert address is not None
    assert finer(address, seen_at=SEEN) == ()


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC))


@given(begin=MOMENTS, hours=st.integers(1, 24 * 40), step=st.sampled_from([HOUR, DAY]))
def test_parts_cover_a_span_once_without_a_gap(begin: datetime, hours: int, step: timedelta) -> None:
    begin = begin.replace(minute=0, second=0, microsecond=0)
    whole = Span(begin, begin + hours * HOUR)
    found = list(parts(whole, step))
    assert [p.end for p in found] == [whole.end, *(p.begin for p in found[:-1])]
    assert found[-1].begin == whole.begin
    assert all(HOUR <= p.end - p.begin <= step for p in found)


def test_a_back_fill_asks_for_every_day_of_every_term_newest_first() -> None:
    watch = Watch(name="澜川", brand="澜川", words=("热水器 爆炸",))
    pages = list(
        Weibo(browser=True).history_pages(
            watch, since=datetime(2026, 10, 1, tzinfo=SHANGHAI), until=datetime(2026, 10, 3, 12, 30, tzinfo=SHANGHAI)
        )
    )
    assert [(asked(p)["q"], asked(p)["timescope"]) for p in pages[:3]] == [
        ("澜川", "custom:2026-10-03-0:2026-10-03-13"),
        ("澜川", "custom:2026-10-02-0:2026-10-03-0"),
        ("澜川", "custom:2026-10-01-0:2026-10-02-0"),
    ]
    assert [asked(p)["q"] for p in pages[3:]] == ["热水器 爆炸"] * 3
    assert all(p.browser and p.first for p in pages)
    assert list(days("澜川", since=SEEN, until=SEEN - HOUR, browser=False)) == []
