"""The replica of Weibo against the adapter that reads the real one: what exists is found, once each, in the same words."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage
from crawlers.sites.weibo import Weibo
from crawlers.sites.weibo_slices import PROVINCES
from demo import ids, people, site_weibo_search
from demo.events import Passage, Post
from demo.world import World
from domain.documents import Post as Document
from domain.feeds import Outcome
from domain.watches import Watch

from .conftest import START, MovedClock

At = Callable[..., httpx.Client]
API = "https://c.api.weibo.com/2/search/statuses/limited.json?access_token=demo&count=50&q=澜川"
AJAX = "https://weibo.com/ajax/statuses"


class Walker:
    """Asks the pretended sites for a page and whatever it leads to."""

    def __init__(self, at: At, clock: MovedClock) -> None:
        self._at, self._clock, self._clients = at, clock, dict[str, httpx.Client]()
        self.adapter = Weibo()
        self.pages: list[ParsedPage] = []

    @property
    def world(self) -> World:
        world: World = self._client("m.weibo.cn").app.state.world  # type: ignore[attr-defined]  # a TestClient
        return world

    def ask(self, url: str) -> ParsedPage:
        answer = self._client(urlsplit(url).hostname or "").get(url.replace("https:", "http:", 1))
        headers = tuple(answer.headers.items())
        return self.adapter.parse(
            RawPage(url=url, body=answer.content, status=answer.status_code, headers=headers, seen_at=self._clock())
        )

    def walk(self, first: Iterable[PageRequest], *, only: tuple[str, ...] = ()) -> dict[str, Document]:
        """Every document, the last look at each; `only` = page types to follow, all without it."""
        waiting, seen, found = [p.url for p in first], set[str](), dict[str, Document]()
        while waiting:
            url = waiting.pop(0)
            if url in seen:
                continue
            seen.add(url)
            page = self.ask(url)
            assert page.outcome.good, (url, page.outcome, page.reason)
            self.pages.append(page)
            for document in page.documents:
                assert isinstance(document, Document)
                old = found.get(document.id)
                if old is None or len(document.text) > len(old.text):
                    found[document.id] = document
            waiting += [p.url for p in page.next_pages if not only or p.page in only]
        return found

    def _client(self, host: str) -> httpx.Client:
        if host not in self._clients:
            self._clients[host] = self._at(host, SUB="demo")
        return self._clients[host]


@pytest.fixture
def walker(at: At, clock: MovedClock) -> Walker:
    return Walker(at, clock)


def own(found: Iterable[str]) -> set[str]:
    return {id_.removeprefix("weibo:") for id_ in found}


def post(number: int, text: str, **more: Any) -> Post:
    at = more.pop("at", START - timedelta(minutes=30))
    author = more.pop("author", people.person(number))
    return Post(
        mid=ids.mid(at, ids.SCRIPTED, 127 << 13 | number), brand="澜川", at=at.astimezone(START.tzinfo), author=author,
        text=text, polarity="negative", **more,
    )  # fmt: skip


def test_the_phones_search_gives_every_post_of_the_week_with_its_whole_text(walker: Walker) -> None:
    found = walker.walk(Weibo().first_pages(Watch(name="澜川", brand="澜川")), only=("search", "longtext"))
    world = walker.world
    assert own(found) >= world.existing_ids("post", START - timedelta(days=7), query="澜川")
    for real in world.posts("澜川"):
        assert found[f"weibo:{real.mid}"].text == real.text.strip()
    assert walker.pages[0].stats is not None
    assert walker.pages[0].stats.total == len(world.posts("澜川"))


def test_the_desktops_search_says_the_same_in_its_own_html(walker: Walker) -> None:
    pages = Weibo(browser=True).first_pages(Watch(name="澜川", brand="澜川"))
    found = walker.walk(pages)
    for real in walker.world.posts("澜川"):
        read = found[f"weibo:{real.mid}"]
        assert read.text == "\n".join(line.strip() for line in real.text.strip().splitlines())
        assert (read.bid, read.author) == (ids.bid(real.mid), str(real.author.uid))
        assert read.published_at is not None
        assert abs(read.published_at - real.at) <= timedelta(minutes=1)
        assert read.repost_of == (f"weibo:{real.repost.mid}" if real.repost else None)


def test_a_back_fill_brings_every_day_though_a_storm_fills_one_of_them(walker: Walker, clock: MovedClock) -> None:
    world, rng = walker.world, Random(5)
    storm = [
        post(n, f"澜川热水器爆炸 {n}", at=START - timedelta(days=1, seconds=rng.randrange(3000))) for n in range(1200)
    ]
    world.publish("storm", posts=storm)
    since = START - timedelta(days=3)
    found = walker.walk(Weibo().history_pages(Watch(name="澜川", brand="澜川"), since=since, until=START))
    assert own(found) >= world.existing_ids("post", since, query="澜川")
    subjects = [p.stats.subject for p in walker.pages if p.stats and p.stats.total and p.stats.total >= 460]
    assert len(subjects) == 3  # the day, and the two hours over which the storm lies: no province is full
    assert any("region" not in s and s.count("custom") == 1 for s in subjects)
    assert sum("custom:33:1000" in (p.stats.subject if p.stats else "") for p in walker.pages) > 0
    assert set(site_weibo_search.PROVINCES.values()) <= set(PROVINCES)


def test_page_51_is_page_1_and_the_walk_ends_there(walker: Walker) -> None:
    walker.world.publish("storm", posts=[post(n, f"澜川热水器爆炸 {n}") for n in range(900)])
    url = "https://s.weibo.com/weibo?q=澜川热水器爆炸&page={}"
    first, last, past = (walker.ask(url.format(n)) for n in (1, 50, 51))
    assert first.stats is not None
    assert (first.stats.total, len(first.documents), len(last.documents)) == (500, 10, 10)
    assert (past.outcome, past.documents) == (Outcome.END, ())


@pytest.mark.parametrize("side", ["phone", "desktop", "old", "api"])
def test_every_comment_below_a_post_is_found_with_what_it_answers(walker: Walker, side: str) -> None:
    world = walker.world
    busiest = max(world.posts(""), key=lambda p: len(world.comments(p.mid)))
    everything = world.comments(busiest.mid)
    assert any(c.parent for c in everything)
    urls = {
        "phone": f"https://m.weibo.cn/comments/hotflow?id={busiest.mid}&mid={busiest.mid}&max_id_type=0",
        "desktop": Weibo().below_pages(f"weibo:{busiest.mid}")[0].url,
        "old": f"https://m.weibo.cn/api/comments/show?id={busiest.mid}&page=1",
        "api": f"https://c.api.weibo.com/2/comments/show.json?access_token=demo&id={busiest.mid}&count=50",
    }
    found = walker.walk([PageRequest(source="weibo", page="comments", url=urls[side])])
    assert own(found) == {str(c.id) for c in everything}
    for said in everything:
        read = found[f"weibo:{said.id}"]
        assert (read.text, read.published_at) == (said.text, said.at)
        if side != "old":  # the old list does not say
            assert read.parent == f"weibo:{said.parent or busiest.mid}"


@pytest.mark.parametrize("host", ["m.weibo.cn/api", "weibo.com/ajax"])
def test_reposts_name_the_original_and_the_repost_that_they_answer(walker: Walker, host: str) -> None:
    first = post(0, "澜川热水器爆炸")
    second = post(1, "吓人", repost=first, at=START - timedelta(minutes=20))
    third = post(2, f"我也是//@{second.author.name}:吓人", repost=first, at=START - timedelta(minutes=10))
    fourth = post(3, "转发微博", repost=first, via=third, at=START - timedelta(minutes=5))
    others = [post(10 + n, f"围观{n}", repost=first, at=START - timedelta(minutes=25)) for n in range(25)]
    walker.world.publish("chain", posts=[first, second, third, fourth, *others])
    found = walker.walk(
        [PageRequest(source="weibo", page="", url=f"https://{host}/statuses/repostTimeline?id={first.mid}&page=1")]
    )
    assert len(found) == 28
    assert {p.repost_of for p in found.values()} == {f"weibo:{first.mid}"}
    assert found[f"weibo:{fourth.mid}"].parent == f"weibo:{third.mid}"
    assert found[f"weibo:{third.mid}"].parent == f"weibo:{second.mid}"  # known from the chain in its words alone
    assert found[f"weibo:{second.mid}"].parent is None


def test_a_post_is_read_again_as_it_is_now_edited_and_in_the_end_gone(walker: Walker, clock: MovedClock) -> None:
    told = post(
        0, "澜川Z6爆炸", edits=(Passage(text="更正：澜川Z8爆炸", at=START + timedelta(hours=1)),),
        deleted_at=START + timedelta(hours=2), fame=50_000,
    )  # fmt: skip
    walker.world.publish("one", posts=[told])
    page = Weibo().reread_page(f"weibo:{told.mid}")
    assert page is not None
    seen = []
    for url in (page.url, f"https://m.weibo.cn/detail/{told.mid}", f"{AJAX}/show?id={ids.bid(told.mid)}"):
        (now,) = walker.ask(url).documents
        assert isinstance(now, Document)
        seen.append((now.id, now.text, now.likes))
    assert len(set(seen)) == 1
    clock.forward(hours=1)
    (later,) = walker.ask(page.url).documents
    assert isinstance(later, Document)
    assert later.text == "更正：澜川Z8爆炸"
    assert (later.likes or 0) > (seen[0][2] or 0)
    clock.forward(hours=1)
    for url in (page.url, f"https://m.weibo.cn/detail/{told.mid}", f"{AJAX}/show?id={ids.bid(told.mid)}"):
        gone = walker.ask(url)
        assert (gone.outcome, [getattr(d, "gone", False) for d in gone.documents]) == (Outcome.NOT_FOUND, [True])
    assert told.mid not in {int(i) for i in own(walker.walk(Weibo().first_pages(Watch(name="w", words=("Z6",)))))}


def test_an_account_shows_the_same_posts_on_the_phone_and_the_desktop_the_pinned_one_first(walker: Walker) -> None:
    uid = people.OFFICIALS
    phone = f"https://m.weibo.cn/api/container/getIndex?type=uid&value={uid}&containerid=107603{uid}"
    one = walker.walk([PageRequest(source="weibo", page="posts", url=phone)], only=("posts",))
    other = walker.walk([PageRequest(source="weibo", page="posts", url=f"{AJAX}/mymblog?uid={uid}&page=1&feature=0")])
    assert own(one) == own(other)
    assert next(iter(one.values())).pinned
    assert next(iter(other.values())).pinned


def test_the_commercial_api_searches_by_time_and_refuses_without_a_token(walker: Walker) -> None:
    since = START - timedelta(days=2)
    url = f"{API}&starttime={int(since.timestamp())}"
    page = walker.ask(url)
    existing = walker.world.existing_ids("post", since, query="澜川")
    assert page.stats is not None
    assert page.stats.total == len(existing)
    second = walker.ask(f"{url}&page=2")
    assert own(d.id for d in (*page.documents, *second.documents)) >= set(sorted(existing, key=int)[-60:])
    assert walker.ask(url.replace("access_token=demo&", "")).outcome is Outcome.LOGIN_REQUIRED


HOT = (
    "https://weibo.com/ajax/side/hotSearch",
    "https://weibo.com/ajax/statuses/hot_band",
    "https://m.weibo.cn/api/container/getIndex?containerid=106003type%3D25%26filter_type%3Drealtimehot",
    "https://s.weibo.com/top/summary?cate=realtimehot",
)


def test_the_hot_list_is_the_same_in_its_four_forms_and_our_crisis_reaches_it(
    walker: Walker, clock: MovedClock
) -> None:
    def lists() -> list[dict[str, int]]:
        pages = [walker.ask(url) for url in HOT]
        assert [p.outcome for p in pages] == [Outcome.OK] * 4
        assert all(sum(t.advertised for t in p.topics) == 1 and p.topics[0].rank == 0 for p in pages)
        return [{t.title: t.rank for t in p.topics if not t.advertised} for p in pages]

    before = lists()
    assert before.count(before[0]) == 4
    assert sorted(before[0].values()) == list(range(51))
    assert not any("澜川" in title for title in before[0])
    walker.world.play("severe")
    clock.forward(minutes=60)
    after = lists()
    assert after.count(after[0]) == 4
    assert 1 <= after[0]["澜川热水器怎么了"] <= 50
