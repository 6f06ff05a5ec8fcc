"""The adapter over real answers of Weibo that lie beside the project (never copied into it)."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.sites.adapter import ParsedPage, RawPage
from crawlers.sites.weibo import Weibo
from domain.documents import Post
from domain.feeds import Outcome
from domain.times import iso_shanghai

SITES = Path(__file__).parents[2].parent / "shared" / "data" / "sites"
pytestmark = pytest.mark.skipif(not SITES.is_dir(), reason="no shared data beside the project")
M, AJAX = "https://m.weibo.cn", "https://weibo.com/ajax/statuses"
UID = f"{M}/api/container/getIndex?type=uid&value=1669879400"
HOTFLOW = f"{M}/comments/hotflow?id=4383183661430868&mid=4383183661430868&max_id_type=0"


def ask(name: str, url: str, seen: str = "2022-04-20T12:00:00+08:00") -> ParsedPage:
    body = (SITES / name).read_bytes()
    return Weibo().parse(RawPage(url=url, body=body, seen_at=datetime.fromisoformat(seen)))


def posts(page: ParsedPage) -> list[Post]:
    return [d for d in page.documents if isinstance(d, Post)]


def at(post: Post) -> str:
    return iso_shanghai(post.published_at) if post.published_at else ""


@pytest.mark.parametrize(
    ("name", "url", "outcome", "items"),
    [
        ("weibo/m_getIndex_userInfo_1669879400.json", UID, Outcome.OK, 0),
        ("weibo/m_getIndex_107603_cards.json", f"{UID}&containerid=1076031669879400", Outcome.OK, 11),
        (
            "weibo/m_getIndex_107803_album_cards.json",
            f"{M}/api/container/getIndex?containerid=1078031660475004",
            Outcome.OK,
            0,
        ),
        ("weibo/m_statuses_extend_longtext.json", f"{M}/statuses/extend?id=4383183661430868", Outcome.OK, 1),
        ("weibo/m_statuses_show_4159845923618149.json", f"{M}/statuses/show?id=Fp6RGfbff", Outcome.OK, 1),
        ("weibo/m_comments_hotflow_4383183661430868_a.json", HOTFLOW, Outcome.OK, 11),
        ("weibo/m_comments_hotflow_2026_reduced.json", HOTFLOW, Outcome.OK, 3),
        ("weibo/pc_mymblog_2339808364.json", f"{AJAX}/mymblog?page=1&uid=2339808364", Outcome.OK, 19),
        ("weibo/pc_buildComments_2022.json", f"{AJAX}/buildComments?id=4799762106156000", Outcome.OK, 1),
        ("weibo/s_search_card_2018.html", "https://s.weibo.com/weibo?q=x", Outcome.OK, 1),
        ("weibo/s_search_card_2026_reduced.html", "https://s.weibo.com/weibo?q=x", Outcome.OK, 1),
        ("weibo/openapi_home_timeline.json", "https://api.weibo.com/2/statuses/home_timeline.json", Outcome.OK, 9),
        ("errors/weibo_attitudes_empty.json", f"{M}/api/attitudes/show?id=4383183661430868&page=1", Outcome.EMPTY, 0),
        ("errors/weibo_buildComments_end.json", f"{AJAX}/buildComments?id=4799762106156000&max_id=825", Outcome.END, 0),
        (
            "errors/weibo_getIndex_empty_cards.json",
            f"{M}/api/container/getIndex?containerid=1076031222425514",
            Outcome.BLOCKED,
            0,
        ),
        ("errors/weibo_hotflow_end.json", f"{HOTFLOW}&max_id=139", Outcome.END, 0),
    ],
)
def test_each_answer_is_classified_and_gives_its_items(name: str, url: str, outcome: Outcome, items: int) -> None:
    page = ask(name, url)
    assert (page.outcome, len(page.documents)) == (outcome, items)
    assert len({d.id for d in page.documents}) == items
    assert all(d.text and "<" not in d.text and "\u200b" not in d.text for d in page.documents)


def test_the_visitor_redirect_is_a_login() -> None:
    head = (SITES / "errors/weibo_302_visitor.http").read_text().split("\n")
    location = next(line.split(":", 1)[1].strip() for line in head if line.lower().startswith("location"))
    seen = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
    page = RawPage(
        url="https://s.weibo.com/weibo?q=AI", body=b"", status=302, headers=(("location", location),), seen_at=seen
    )
    assert Weibo().parse(page).outcome is Outcome.LOGIN_REQUIRED


def test_a_post_list_of_2019_has_bare_dates_and_rounded_counts() -> None:
    url = f"{UID}&containerid=1076031669879400"
    by_id = {p.id: p for p in posts(ask("weibo/m_getIndex_107603_cards.json", url, "2019-06-15T12:00:00+08:00"))}
    first, rounded = by_id["weibo:4383183661430868"], by_id["weibo:4379188905591760"]
    assert (at(first), first.date_only, first.published_raw) == ("2019-06-14T00:00:00+08:00", True, "06-14")
    assert first.text.endswith("[偷笑][偷笑][偷笑]")
    assert (rounded.reposts, rounded.comments, rounded.likes) == (1_000_000, 1_000_000, 1_049_077)
    assert by_id["weibo:4383180406740606"].repost_of == "weibo:4383031864995274"
    assert "weibo:4383031864995274" in by_id


def test_an_old_pinned_post_comes_first_and_reposts_know_their_originals() -> None:
    found = posts(ask("weibo/pc_mymblog_2339808364.json", f"{AJAX}/mymblog?uid=2339808364&page=1"))
    assert (found[0].pinned, at(found[0])) == (True, "2019-12-30T04:55:13+08:00")
    assert not any(p.pinned for p in found[1:])
    ids = {p.id for p in found}
    reposts = [p for p in found if p.repost_of]
    assert len(reposts) == 9
    assert all(p.repost_of in ids for p in reposts)


def test_replies_shown_with_a_comment_name_it_as_parent() -> None:
    found = posts(ask("weibo/m_comments_hotflow_4383183661430868_a.json", HOTFLOW))
    parents = {p.id: p.parent for p in found}
    assert parents["weibo:4383191449773449"] == "weibo:4383183984547669"
    assert sum(parent == "weibo:4383183661430868" for parent in parents.values()) == 10


def test_a_search_card_of_2018_is_read_against_the_time_it_was_seen() -> None:
    card = posts(ask("weibo/s_search_card_2018.html", "https://s.weibo.com/weibo?q=x", "2018-10-26T16:24:00+08:00"))[0]
    assert (card.id, card.bid, at(card)) == ("weibo:4299399859880269", "GFHQlFsjb", "2018-10-26T15:52:00+08:00")
    assert (card.reposts, card.comments, card.likes) == (28, 11, 7)
    assert card.text.startswith("[小仙女]")  # an emoticon's picture became its name, and the break a new line
    assert card.text.splitlines()[0].endswith("[小仙女]")


LISTS = [
    ("weibo/m_getIndex_107603_cards.json", f"{UID}&containerid=1076031669879400"),
    ("weibo/pc_mymblog_2339808364.json", f"{AJAX}/mymblog?page=1&uid=2339808364"),
    ("weibo/openapi_home_timeline.json", "https://api.weibo.com/2/statuses/home_timeline.json"),
    ("weibo/m_statuses_show_4159845923618149.json", f"{M}/statuses/show?id=Fp6RGfbff"),
]


def raw_posts(name: str) -> dict[str, dict[str, Any]]:
    """Every object of the file that looks like a post, by its long id."""
    waiting: list[Any] = [json.loads((SITES / name).read_bytes())]
    found: dict[str, dict[str, Any]] = {}
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("user"), dict) and "attitudes_count" in value:
                found[str(value.get("mid") or value.get("id"))] = value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return found


@pytest.mark.parametrize(("name", "url"), LISTS)
def test_every_post_of_a_file_is_read_with_its_author_and_its_edges(name: str, url: str) -> None:
    raw, read = raw_posts(name), {p.id.removeprefix("weibo:"): p for p in posts(ask(name, url))}
    assert read.keys() == raw.keys()
    kinds = {-1: "person", 0: "verified_person", 1: "government", 2: "organisation", 3: "media"}
    for mid, post in read.items():
        user = raw[mid]["user"]
        assert post.author == str(user["id"])
        number = user.get("verified_type")
        if number in kinds and (user.get("verified") or number == -1):
            assert post.author_kind is not None
            assert post.author_kind == kinds[number]
        assert bool(post.author_name) == (post.author_kind in ("organisation", "media", "government"))
        assert (post.followers is not None) == ("followers_count" in user)
        original = raw[mid].get("retweeted_status") or {}
        assert post.repost_of == (f"weibo:{original['id']}" if original else None)
        above = raw[mid].get("pid")
        assert post.parent == (f"weibo:{above}" if above and original else None)
        assert not post.gone


@pytest.mark.parametrize(("name", "url"), LISTS[:3])
def test_a_text_that_goes_on_elsewhere_is_marked_and_asked_for(name: str, url: str) -> None:
    page = ask(name, url)
    told = {mid for mid, m in raw_posts(name).items() if m.get("isLongText") or m.get("continue_tag")}
    cut = {p.id.removeprefix("weibo:") for p in posts(page) if p.truncated}
    assert told == cut
    assert sum(p.page == "longtext" for p in page.next_pages) == len(cut)


def test_no_text_of_a_device_is_kept() -> None:
    for name, url in LISTS:
        devices = {str(m["source"]) for m in raw_posts(name).values() if m.get("source")}
        told = " ".join(p.region for p in posts(ask(name, url)))
        assert devices
        assert not any(device in told for device in devices)
