"""Weibo's nasty cases about posts, each by its name: `pytest tests/cases -k weibo-storm`."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from crawlers.sites.weibo import Weibo
from crawlers.sites.weibo_single import WORTH_A_PAGE
from demo import ids, people
from demo.cases.weibo_posts import FULL, STORM, STRANGE, post
from demo.clock import BEIJING, beijing
from domain.feeds import FeedState, Outcome
from domain.watches import Watch
from index import tables

ACCOUNT = (
    f"https://m.weibo.cn/api/container/getIndex?type=uid&value={people.OFFICIALS}&containerid=107603{people.OFFICIALS}"
)


def follow(replica: Any, words: str) -> None:
    tables.Watches(replica.engine).save(Watch(name="热水器", words=(words,), sources=("weibo",)))


def stored(replica: Any, scene: Any, number: int) -> Any:
    """What is stored of the case's post with this number."""
    return replica.document(f"weibo:{published(replica, scene)[number].mid}")


def published(replica: Any, scene: Any) -> dict[int, Any]:
    """The case's own posts by number, those that are still to come too."""
    _, posts = replica.world._published[scene.case.name]
    nested = [*posts, *(p.repost for p in posts if p.repost)]
    return {ids.family_and_serial(p.mid)[1] & 8191: p for p in nested}


def test_weibo_pinned_first(replica: Any) -> None:
    scene = replica.play("weibo-pinned-first")
    replica.ask("weibo", ACCOUNT, page="posts")
    first = replica.collect("weibo")
    mine = published(replica, scene)
    assert {str(mine[n].mid) for n in range(24)} <= replica.stored_ids("weibo", "post")
    assert "4383183661430999" in replica.stored_ids("weibo", "post")  # 快转: the stranger's own post
    repost = stored(replica, scene, 901)
    assert repost.repost_of == f"weibo:{mine[900].mid}"
    assert str(mine[900].mid) not in replica.stored_ids("weibo", "post")  # nobody has seen its words
    replica.wait(hours=2)
    replica.ask("weibo", ACCOUNT, page="posts")
    second = replica.collect("weibo")
    assert {str(mine[100 + n].mid) for n in range(13)} <= replica.stored_ids("weibo", "post")
    pages = [p for p in second.pages if p.page == "posts"]
    assert len(pages) == 3  # two pages with news, one that is all known; not the whole list again
    assert len([p for p in first.pages if p.page == "posts"]) > 3
    assert replica.state("weibo") is FeedState.HEALTHY


def test_weibo_times(replica: Any) -> None:
    scene = replica.play("weibo-times")
    mine = published(replica, scene)
    replica.wait(hours=10, minutes=2)  # 00:02: two days lie on the page
    search = f"https://s.weibo.com/weibo?q={quote('澜川跨夜')}"
    replica.ask("weibo", ACCOUNT, search, page="posts")
    replica.collect("weibo")
    for number in (0, 1, 2):
        told = stored(replica, scene, number)
        assert abs(told.published_at - mine[number].at) <= timedelta(minutes=1)
        assert not told.date_only
    days = (datetime(2027, 1, 1, 0, 3, tzinfo=BEIJING) - beijing(replica.world.now())).total_seconds() / 86400
    replica.wait(days=days)
    replica.ask("weibo", ACCOUNT, page="posts")
    replica.collect("weibo")
    last = stored(replica, scene, 3)  # 13分钟前, at three past midnight
    assert abs(last.published_at - mine[3].at) <= timedelta(minutes=1)
    replica.wait(days=6)
    replica.ask("weibo", ACCOUNT, page="posts")
    page = replica.collect("weibo").pages
    assert next(p.outcome for p in page if p.page == "posts") is Outcome.OK
    kept = stored(replica, scene, 3)  # now a bare 2026-12-31: it neither moves nor loses its minute
    assert (kept.published_at, kept.date_only) == (last.published_at, False)


def test_weibo_clock_ahead(replica: Any) -> None:
    follow(replica, "热水器")
    replica.play("weibo-clock-ahead")
    crawl = replica.collect("weibo")
    assert crawl.report["stopped"] is None
    assert replica.state("weibo") is FeedState.HEALTHY
    week = replica.world.now() - timedelta(days=7)
    assert not replica.missing("weibo", "post", since=week, query="热水器")
    for real in replica.world.posts("热水器"):
        told = replica.document(f"weibo:{real.mid}")
        assert told.published_at - real.at == timedelta(minutes=7)


def test_weibo_extend_fails(replica: Any) -> None:
    follow(replica, "维修日记")
    scene = replica.play("weibo-extend-fails")
    replica.collect("weibo")
    assert replica.state("weibo") is FeedState.HEALTHY
    mine = [published(replica, scene)[n] for n in range(3)]
    for n, real in enumerate(mine):
        short = stored(replica, scene, n).text
        assert 100 < len(short) <= 140
        assert real.text.startswith(short.removesuffix("..."))
    replica.stop("weibo-extend-fails")
    replica.world.publish("weibo-extend-fails", posts=mine)
    replica.ask("weibo", *(f"https://m.weibo.cn/statuses/extend?id={p.mid}" for p in mine), page="longtext")
    replica.collect("weibo")
    assert [stored(replica, scene, n).text for n in range(3)] == [p.text for p in mine]


def test_weibo_letters(replica: Any) -> None:
    scene = replica.play("weibo-letters")
    follow(replica, "澜川热水器☔️又漏")
    replica.collect("weibo")
    assert stored(replica, scene, 0).text == STRANGE
    replica.ask("weibo", f"https://s.weibo.com/weibo?q={quote('热水器')}")
    replica.collect("weibo")
    assert (stored(replica, scene, 0).text, stored(replica, scene, 0).version) == (STRANGE, 1)


def test_weibo_full_day(replica: Any) -> None:
    scene = replica.play("weibo-full-day")
    replica.site("weibo", pages=2000)
    day = beijing(replica.world.now()).date() - timedelta(days=1)
    url = (
        f"https://s.weibo.com/weibo?q={quote('澜川热水器今早漏水')}&typeall=1&suball=1&timescope=custom:{day}-{{}}:{{}}"
    )
    replica.ask("weibo", url.format(0, f"{day + timedelta(days=1)}-0"), page="search_html")
    crawl = replica.collect("weibo")
    assert {str(p.mid) for p in published(replica, scene).values()} == replica.stored_ids("weibo", "post")
    asked = replica.asked("/weibo")
    assert max(int(r.query.get("page", "1")) for r in asked) < 50  # nobody had to go to the cap
    assert any("region" in r.query for r in asked)
    assert crawl.outcomes["empty"] >= 20  # hours and provinces in which nobody said it
    before = {d.id: d.version for d in replica.documents()}
    replica.ask("weibo", url.format(19, f"{day}-22"), page="search_html")  # overlaps what was read
    again = replica.collect("weibo")
    assert again.report["documents"] >= FULL
    assert {d.id: d.version for d in replica.documents()} == before
    replica.ask(
        "weibo", url.format(20, f"{day}-21") + "&region=custom:33:1000&page=51", page="search_html", first=False
    )
    assert replica.collect("weibo").outcomes.get("end") == 1


def test_weibo_edited_deleted(replica: Any) -> None:
    scene = replica.play("weibo-edited-deleted")
    follow(replica, "澜川")
    replica.site("weibo", pages=2)
    replica.collect("weibo")
    first = {n: stored(replica, scene, n) for n in range(5)}
    assert not any(d.gone for d in first.values())
    replica.wait(hours=2)
    pages = [Weibo().reread_page(first[n].id) for n in range(4)]
    replica.site("weibo", pages=50)
    replica.ask("weibo", *(p.url for p in pages if p), page="post")
    crawl = replica.collect("weibo")
    assert crawl.report["stopped"] is None
    assert replica.state("weibo") is FeedState.HEALTHY
    now = {n: stored(replica, scene, n) for n in range(5)}
    assert now[0].text == "更正：不是澜川的问题，是安装师傅没拧紧[允悲]"
    assert now[0].version > first[0].version
    assert {n for n, d in now.items() if d.gone} == {1, 2, 4}
    assert [now[n].text for n in (1, 2, 3, 4)] == [first[n].text for n in (1, 2, 3, 4)]


def test_weibo_storm(replica: Any) -> None:
    scene = replica.play("weibo-storm")
    follow(replica, "一起维权")
    replica.collect("weibo")
    mine = {str(p.mid) for p in published(replica, scene).values()}
    assert len(mine) == STORM
    assert replica.stored_ids("weibo", "post") == mine
    told = replica.documents("weibo", "post")
    assert len({d.author for d in told}) == STORM
    assert len({d.cluster for d in told if d.cluster}) == 1
    assert sum(bool(d.cluster) for d in told) >= STORM - 1  # the first of them was nobody's copy when it came
    assert {d.sentiment.value for d in told} == {"negative"}


def test_new_comments_and_reposts_are_found_when_a_known_post_is_looked_at_again(replica: Any) -> None:
    scene = replica.play("weibo-storm")
    replica.stop("weibo-storm")
    now = replica.world.now()
    first = post(scene, 0, "澜川热水器插座烧了", at=now - timedelta(minutes=2), author=people.DOCTOR, fame=90_000)
    reposts = [
        post(scene, 1 + n, f"太吓人了{n}", at=now + timedelta(minutes=n), author=people.person(n), repost=first)
        for n in range(60)
    ]
    replica.world.publish("one", posts=[first, *reposts])
    follow(replica, "澜川热水器插座烧了")
    replica.collect("weibo")
    assert str(first.mid) in replica.stored_ids("weibo", "post")
    below: list[int] = []
    for step in ({"minutes": 20}, {"minutes": 45}, {"hours": 5}, {"hours": 18}):
        replica.wait(**step)
        crawl = replica.collect("weibo")
        assert crawl.report["stopped"] is None
        here = {str(c.id) for c in replica.world.comments(first.mid)}
        assert len(here) < WORTH_A_PAGE or here <= replica.stored_ids("weibo", "comment")
        assert {p.page for p in crawl.pages} >= {"post", "reposts"}
        below.append(len(here & replica.stored_ids("weibo", "comment")))
    assert below[0] < below[-1] == len(replica.world.comments(first.mid)) >= WORTH_A_PAGE
    assert len(tables.Engagement(replica.engine).reposts_of(f"weibo:{first.mid}", limit=100)) == 60
