"""Nasty cases of the wire, each by its name."""

import gzip
import time
from typing import Any

import pytest

from demo.cases.jd import COMMENTS
from domain.feeds import FeedState, Outcome


@pytest.fixture
def jd(replica: Any, product: Any) -> Any:
    """The replica with one of our products watched at JD."""
    heater = product("热水器")
    replica.sku = heater.sku
    replica.follow(heater.offers[0].url, sources=("jd",))
    return replica


def whole(jd: Any) -> bool:
    """Are all reviews of the product stored, once each?"""
    return bool(jd.complete("jd", "review", subject=jd.sku))


def banned(replica: Any, source: str, path: str) -> None:
    """Stopped at the first ban page, left alone for an hour, whole after a person has looked."""
    crawl = replica.collect(source)
    assert crawl.report["stopped"] in (Outcome.BLOCKED, Outcome.RATE_LIMITED, Outcome.CAPTCHA)
    assert replica.state(source) is FeedState.BLOCKED
    assert len([p for p in crawl.pages if p.outcome.risk]) == 1
    asked = len(replica.asked(path))
    assert crawl.report["wait_until"] is None, "nothing says when it ends: a person must look"
    replica.wait(hours=1, minutes=1)
    replica.restore()
    after = replica.collect(source)
    assert after.report["stopped"] is None, after.reasons
    assert len(replica.asked(path)) > asked
    assert replica.state(source) is FeedState.HEALTHY


def test_any_ban_page_414(replica: Any) -> None:
    replica.follow()
    replica.play("any-ban-page-414")
    banned(replica, "weibo", "/api")


def test_any_ban_page_403(jd: Any) -> None:
    jd.play("any-ban-page-403")
    banned(jd, "jd", COMMENTS)
    assert whole(jd)


def test_any_redirect_circle(jd: Any) -> None:
    jd.play("any-redirect-circle")
    crawl = jd.collect("jd")
    circles = [p for p in crawl.pages if p.reason == "redirected in a circle"]
    assert circles
    assert all(p.outcome is Outcome.CHANGED for p in circles)
    assert len(jd.asked(COMMENTS)) <= 1 + 6 * len(circles)
    assert jd.documents("jd", "review"), "the first page is kept"
    jd.stop("any-redirect-circle")
    jd.wait(minutes=5)
    jd.collect("jd")
    assert whole(jd)


def test_any_rotating_cookie(jd: Any) -> None:
    jd.play("any-rotating-cookie")
    crawl = jd.collect("jd")
    assert crawl.report["stopped"] is None
    assert whole(jd)
    assert {r.headers.get("cookie") for r in jd.asked(COMMENTS)} == {"SUB=demo-session; SUBP=demo"}
    for file in jd.folder.path.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert b"rot000001x" not in (gzip.decompress(data) if file.suffix == ".gz" else data), file


def test_any_mislabelled_coding(jd: Any) -> None:
    jd.play("any-mislabelled-coding")
    crawl = jd.collect("jd")
    assert set(crawl.outcomes) <= {"ok", "empty", "end"}, crawl.reasons
    assert whole(jd)


def test_any_endless_chunks(jd: Any) -> None:
    jd.play("any-endless-chunks")
    slow(jd)


def test_any_slow_drip(jd: Any) -> None:
    jd.play("any-slow-drip")
    slow(jd)


def slow(jd: Any) -> None:
    """Cut at the deadline of the whole answer and asked again."""
    jd.site("jd", answer_seconds=2)
    began = time.monotonic()
    crawl = jd.collect("jd")
    assert 2 <= time.monotonic() - began < 25
    assert set(crawl.outcomes) <= {"ok", "empty", "end"}, crawl.reasons
    assert whole(jd)


def test_any_connection_reset(jd: Any) -> None:
    jd.play("any-connection-reset")
    crawl = jd.collect("jd")
    assert set(crawl.outcomes) <= {"ok", "empty", "end"}, crawl.reasons
    assert whole(jd)


def test_any_robots_forbid(jd: Any) -> None:
    jd.play("any-robots-forbid")
    forbidden(jd)


def test_any_robots_mixed_endings(jd: Any) -> None:
    jd.play("any-robots-mixed-endings")
    forbidden(jd)


def forbidden(jd: Any) -> None:
    """Nothing of it asked for, the source off until a person decides with a reason."""
    crawl = jd.collect("jd")
    assert jd.asked(COMMENTS) == []
    assert ("blocked", "robots.txt") in [(p.outcome, p.reason) for p in crawl.pages]
    status = jd.status("jd")
    assert (status.on, status.state) == (False, FeedState.OFF)
    assert "robots.txt" in status.detail
    jd.sources.switch("jd", on=True, reason="已取得书面授权")
    jd.wait(minutes=5)
    jd.collect("jd")
    assert whole(jd)


def test_any_robots_404(jd: Any) -> None:
    jd.play("any-robots-404")
    jd.collect("jd")
    assert whole(jd)


def test_any_robots_500(jd: Any) -> None:
    jd.play("any-robots-500")
    crawl = jd.collect("jd")
    assert jd.asked(COMMENTS) == []
    assert "robots.txt could not be read" in crawl.reasons
    assert jd.status("jd").on
    jd.stop("any-robots-500")
    jd.wait(minutes=5)
    jd.collect("jd")
    assert whole(jd)


def test_any_robots_10_mb(jd: Any) -> None:
    jd.play("any-robots-10-mb")
    crawl = jd.collect("jd")
    assert "blocked" not in crawl.outcomes, crawl.reasons
    assert whole(jd)
