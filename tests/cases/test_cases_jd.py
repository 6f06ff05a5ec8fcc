"""JD's nasty cases about answers, each by its name: `pytest tests/cases -k jd-risk-605`."""

from datetime import timedelta
from typing import Any

import pytest

from demo import site_jd
from domain.feeds import FeedState, Outcome
from index.tables.totals import Totals

COMMENTS = "/comment/productPageComments.action"
LIST = "https://club.jd.com/comment/productPageComments.action?callback=fetchJSON_comment98&productId={}&score=0&sortType=6&page={}&pageSize=10"


@pytest.fixture
def jd(replica: Any, product: Any) -> Any:
    """The replica with one of our products watched at JD."""
    heater = product("热水器")
    replica.sku = heater.sku
    replica.follow(heater.offers[0].url, sources=("jd",))
    return replica


def whole(jd: Any) -> bool:
    return bool(jd.complete("jd", "review", subject=jd.sku))


def stopped_and_went_on(jd: Any, outcome: Outcome, state: FeedState) -> None:
    """The refusal stops the crawl, nothing is asked behind it, what came is kept, and after a person acted the rest comes."""
    crawl = jd.collect("jd")
    assert crawl.report["stopped"] == outcome
    assert crawl.pages[-1].outcome is outcome
    assert jd.state("jd") is state
    assert jd.status("jd").detail
    before, asked = jd.stored_ids("jd", "review"), len(jd.asked())
    assert before
    assert jd.missing("jd", "review", subject=jd.sku)
    assert not jd.invented("jd", "review", subject=jd.sku)
    assert len([p for p in crawl.pages if p.outcome is outcome]) == 1
    jd.restore()
    jd.collect("jd")
    assert len(jd.asked()) > asked
    assert jd.state("jd") is FeedState.HEALTHY
    assert before < jd.stored_ids("jd", "review")
    assert whole(jd)


def test_jd_risk_605(jd: Any) -> None:
    jd.play("jd-risk-605")
    stopped_and_went_on(jd, Outcome.CAPTCHA, FeedState.BLOCKED)


def test_jd_403_edge(jd: Any) -> None:
    jd.play("jd-403-edge")
    stopped_and_went_on(jd, Outcome.BLOCKED, FeedState.BLOCKED)


def test_jd_601_signature(jd: Any) -> None:
    jd.play("jd-601-signature")
    stopped_and_went_on(jd, Outcome.BLOCKED, FeedState.BLOCKED)


def test_jd_login_redirect(jd: Any) -> None:
    jd.play("jd-login-redirect")
    stopped_and_went_on(jd, Outcome.LOGIN_REQUIRED, FeedState.LOGIN_REQUIRED)


def test_jd_login_pin_null(jd: Any) -> None:
    jd.play("jd-login-pin-null")
    stopped_and_went_on(jd, Outcome.LOGIN_REQUIRED, FeedState.LOGIN_REQUIRED)


def test_jd_login_minus_100(jd: Any) -> None:
    jd.play("jd-login-minus-100")
    stopped_and_went_on(jd, Outcome.LOGIN_REQUIRED, FeedState.LOGIN_REQUIRED)


def test_jd_login_code_3(jd: Any) -> None:
    jd.play("jd-login-code-3")
    stopped_and_went_on(jd, Outcome.LOGIN_REQUIRED, FeedState.LOGIN_REQUIRED)


def test_jd_busy_html(jd: Any) -> None:
    jd.play("jd-busy-html")
    crawl = jd.collect("jd")
    assert crawl.outcomes["unavailable"] == 2
    assert crawl.report["stopped"] is None
    assert jd.state("jd") is FeedState.HEALTHY  # prices came; two busy answers are no news yet
    jd.wait(minutes=15)
    jd.collect("jd")
    assert whole(jd)
    assert jd.state("jd") is FeedState.HEALTHY


def test_jd_gbk_wrong_charset(jd: Any) -> None:
    jd.play("jd-gbk-wrong-charset")
    jd.collect("jd")
    assert whole(jd)
    written = {f"jd:{r.id}": r.text for r in jd.world.reviews(jd.sku)}
    for document in jd.documents("jd", "review"):
        if "［" not in document.text:  # a masked number is no fault of the charset
            assert document.text.split("\n【追评】")[0] == written[document.id]
    assert any("👍🏻" in d.text and "😤" in d.text for d in jd.documents("jd"))


def test_jd_callback_differs(jd: Any) -> None:
    jd.play("jd-callback-differs")
    crawl = jd.collect("jd")
    assert not set(crawl.outcomes) - {"ok", "end"}
    assert whole(jd)


def test_jd_page_101_repeats(jd: Any) -> None:
    jd.play("jd-page-101-repeats")
    jd.site("jd", pages=20)  # the first pages and the last are what matters
    crawl = jd.collect("jd")
    pages = [int(r.query["page"]) for r in jd.asked(COMMENTS) if r.query["score"] == "0"]
    assert pages == sorted(set(pages))
    assert jd.state("jd") is FeedState.HEALTHY
    assert set(crawl.outcomes) <= {"ok", "end"}
    assert not jd.invented("jd", "review", subject=jd.sku)
    # to the last page and over it
    jd.ask("jd", *(LIST.format(jd.sku, page) for page in (98, 100, 101)), page="reviews", first=False)
    again = jd.collect("jd")
    assert again.outcomes["end"] >= 2
    asked = [int(r.query["page"]) for r in jd.asked(COMMENTS) if r.query["score"] == "0"]
    assert max(asked) == 101
    assert asked.count(0) == 2  # once each crawl
    (total,) = {t.total for t in Totals(jd.engine).of("jd") if t.subject == f"jd:{jd.sku}"}
    assert total == site_jd.rounded(len(jd.existing_ids("jd", "review", subject=jd.sku)))[0]
    newest = {str(r.id) for r in jd.world.reviews(jd.sku)[:100]}
    assert newest <= jd.stored_ids("jd", "review")


def test_jd_cache_mixup(jd: Any) -> None:
    jd.play("jd-cache-mixup")
    crawl = jd.collect("jd")
    assert crawl.outcomes["wrong_item"] >= 1
    assert not jd.invented("jd", "review", subject=jd.sku)
    assert all(not p.items for p in crawl.pages if p.outcome is Outcome.WRONG_ITEM)
    jd.restore()
    jd.wait(minutes=15)
    jd.collect("jd")
    assert whole(jd)
    assert jd.state("jd") is FeedState.HEALTHY


def test_jd_cut_body(jd: Any) -> None:
    jd.play("jd-cut-body")
    crawl = jd.collect("jd")
    assert crawl.outcomes["truncated"] >= 2
    assert crawl.report["stopped"] is None
    assert not jd.invented("jd", "review", subject=jd.sku)
    for _ in range(4):  # a page that broke off is asked for again after ten minutes
        jd.clock.step(timedelta(minutes=11))
        jd.wait(seconds=1)
        jd.collect("jd")
    assert whole(jd)
    assert jd.state("jd") is FeedState.HEALTHY


def test_jd_layout_changed(jd: Any) -> None:
    jd.play("jd-layout-changed")
    crawl = jd.collect("jd")
    assert crawl.outcomes["changed"] == 3
    assert crawl.outcomes["ok"] == 1  # the price page
    assert crawl.report["stopped"] is None
    assert jd.state("jd") is FeedState.CHANGED
    assert not jd.documents("jd")
    jd.stop("jd-layout-changed")
    jd.wait(minutes=15)
    jd.collect("jd")
    assert jd.state("jd") is FeedState.HEALTHY
    assert whole(jd)
