"""Weibo's nasty cases about answers, each by its name: `pytest tests/cases -k weibo-432-later`."""

import re
from datetime import timedelta
from typing import Any

import pytest

from domain.feeds import FeedState, Outcome
from domain.watches import Watch
from index import tables
from index.tables.totals import Totals

WORDS = "热水器"
WEEK = timedelta(days=7)
POST = "https://m.weibo.cn/comments/hotflow?id={0}&mid={0}&max_id_type=0"


@pytest.fixture
def weibo(replica: Any) -> Any:
    """The replica with a watch of the words that some two hundred posts of the week hold."""
    follow(replica, WORDS)
    return replica


def follow(replica: Any, words: str) -> None:
    tables.Watches(replica.engine).save(Watch(name="热水器", words=(words,), sources=("weibo",)))


def there(weibo: Any, words: str = WORDS) -> set[str]:
    found: set[str] = weibo.existing_ids("weibo", "post", since=weibo.world.now() - WEEK, query=words)
    return found


def whole(weibo: Any, words: str = WORDS) -> bool:
    """Everything that the search finds is stored, and nothing that never existed."""
    return there(weibo, words) <= weibo.stored_ids("weibo", "post") and not weibo.invented("weibo", "post")


def stopped_and_went_on(weibo: Any, outcome: Outcome, state: FeedState, *, empty: bool = False) -> None:
    """The refusal stops the crawl, nothing is asked behind it, what came is kept, and after a person acted the rest comes."""
    crawl = weibo.collect("weibo")
    assert crawl.report["stopped"] == outcome
    assert [p.outcome for p in crawl.pages].count(outcome) == 1
    assert weibo.state("weibo") is state
    assert weibo.status("weibo").detail
    before, asked = weibo.stored_ids("weibo", "post"), len(weibo.asked())
    assert bool(before) is not empty
    assert there(weibo) - before
    assert not weibo.invented("weibo", "post")
    weibo.restore()
    weibo.collect("weibo")
    assert len(weibo.asked()) > asked
    assert weibo.state("weibo") is FeedState.HEALTHY
    assert whole(weibo)


def busiest(weibo: Any) -> Any:
    """The post with the most to say below it."""
    posts = weibo.world.posts("", since=weibo.world.now() - timedelta(days=12))
    return max(posts, key=lambda p: len(weibo.world.comments(p.mid)))


def test_weibo_432_first(weibo: Any) -> None:
    weibo.play("weibo-432-first")
    stopped_and_went_on(weibo, Outcome.CAPTCHA, FeedState.BLOCKED, empty=True)


def test_weibo_432_later(weibo: Any) -> None:
    weibo.play("weibo-432-later")
    stopped_and_went_on(weibo, Outcome.CAPTCHA, FeedState.BLOCKED)


def test_weibo_visitor_redirect(weibo: Any) -> None:
    weibo.play("weibo-visitor-redirect")
    stopped_and_went_on(weibo, Outcome.LOGIN_REQUIRED, FeedState.LOGIN_REQUIRED)


def test_weibo_visitor_page(weibo: Any) -> None:
    weibo.play("weibo-visitor-page")
    stopped_and_went_on(weibo, Outcome.LOGIN_REQUIRED, FeedState.LOGIN_REQUIRED)


def test_weibo_minus_100(weibo: Any) -> None:
    weibo.play("weibo-minus-100")
    stopped_and_went_on(weibo, Outcome.LOGIN_REQUIRED, FeedState.LOGIN_REQUIRED)


def test_weibo_too_fast(weibo: Any) -> None:
    weibo.play("weibo-too-fast")
    stopped_and_went_on(weibo, Outcome.RATE_LIMITED, FeedState.BLOCKED)


def test_weibo_nothing_there(replica: Any) -> None:
    replica.play("weibo-nothing-there")
    follow(replica, "没有人说过这样的话")
    crawl = replica.collect("weibo")
    assert [p.outcome for p in crawl.pages if p.page == "search"] == [Outcome.EMPTY]
    assert replica.state("weibo") is FeedState.HEALTHY
    assert replica.documents() == []


def test_weibo_emptied_list(weibo: Any) -> None:
    weibo.play("weibo-emptied-list")
    stopped_and_went_on(weibo, Outcome.BLOCKED, FeedState.BLOCKED)


def test_weibo_profile_cards(weibo: Any) -> None:
    weibo.play("weibo-profile-cards")
    stopped_and_went_on(weibo, Outcome.CAPTCHA, FeedState.BLOCKED, empty=True)


def test_weibo_album(replica: Any) -> None:
    replica.play("weibo-album")
    replica.ask("weibo", "https://m.weibo.cn/api/container/getIndex?containerid=1078039900000000")
    crawl = replica.collect("weibo")
    assert [(p.outcome, p.items) for p in crawl.pages if p.page == "album"] == [(Outcome.OK, 0)]
    assert replica.state("weibo") is FeedState.HEALTHY
    assert replica.documents() == []


def test_weibo_card_groups(weibo: Any) -> None:
    weibo.play("weibo-card-groups")
    crawl = weibo.collect("weibo")
    assert crawl.report["stopped"] is None
    assert weibo.state("weibo") is FeedState.HEALTHY
    assert whole(weibo)


def test_weibo_counts(weibo: Any) -> None:
    post = busiest(weibo)
    weibo.play("weibo-counts")
    weibo.ask("weibo", POST.format(post.mid))
    weibo.collect("weibo")
    assert whole(weibo)
    told = [weibo.document(f"weibo:{mid}") for mid in there(weibo)]
    assert {d.likes for d in told} == {1_000_000}
    assert {d.comments for d in told} == {3_400}
    assert {d.reposts for d in told} == {12, 12_000}
    comments = weibo.documents("weibo", "comment")
    assert {c.id.removeprefix("weibo:") for c in comments} == {str(c.id) for c in weibo.world.comments(post.mid)}
    assert 5 in {c.likes for c in comments}


def test_weibo_ids(weibo: Any) -> None:
    weibo.play("weibo-ids")
    weibo.ask(
        "weibo", *(f"https://m.weibo.cn/statuses/show?id={bid(p)}" for p in weibo.world.posts(WORDS)[:3]), page="post"
    )
    weibo.collect("weibo")
    assert whole(weibo)
    assert not any("四舍五入" in d.text for d in weibo.documents("weibo"))
    assert all(re.fullmatch(r"weibo:\d{16}", d.id) for d in weibo.documents("weibo"))


def test_weibo_comment_loop(replica: Any) -> None:
    post = busiest(replica)
    assert len(replica.world.comments(post.mid)) >= 6
    replica.play("weibo-comment-loop")
    replica.ask("weibo", POST.format(post.mid))
    crawl = replica.collect("weibo")
    assert replica.complete("weibo", "comment", subject=str(post.mid))
    walked = [r.query.get("max_id", "0") for r in replica.asked("/comments/hotflow")]
    assert walked == ["0", "77001", "77002"]
    assert crawl.report["stopped"] is None


def test_weibo_comment_total(replica: Any) -> None:
    post = busiest(replica)
    replica.play("weibo-comment-total")
    replica.ask("weibo", POST.format(post.mid))
    replica.collect("weibo")
    assert replica.complete("weibo", "comment", subject=str(post.mid))
    (total,) = [t for t in Totals(replica.engine).of("weibo") if t.page == "comments"]
    assert (total.total, total.subject) == (125_020, f"weibo:{post.mid}")
    replies = [d for d in replica.documents("weibo", "comment") if d.parent != f"weibo:{post.mid}"]
    assert {d.parent for d in replies} == {f"weibo:{c.parent}" for c in replica.world.comments(post.mid) if c.parent}
    assert replies


def bid(post: Any) -> str:
    from demo import ids

    return ids.bid(post.mid)
