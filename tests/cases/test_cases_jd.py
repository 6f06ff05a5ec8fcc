"""JD's nasty cases, each by its name: `pytest tests/cases -k jd-risk-605`."""

from typing import Any

import pytest

from domain.feeds import FeedState, Outcome


@pytest.fixture
def jd(replica: Any, product: Any) -> Any:
    """The replica with one of our products watched at JD."""
    heater = product("热水器")
    replica.sku = heater.sku
    replica.follow(heater.offers[0].url, sources=("jd",))
    return replica


def test_jd_risk_605(jd: Any) -> None:
    jd.play("jd-risk-605")
    crawl = jd.collect("jd")
    assert crawl.report["stopped"] == Outcome.CAPTCHA
    assert jd.state("jd") is FeedState.BLOCKED
    before = jd.stored_ids("jd", "review")
    assert before
    assert jd.missing("jd", "review", subject=jd.sku)
    jd.restore()
    jd.collect("jd")
    assert jd.state("jd") is FeedState.HEALTHY
    assert before < jd.stored_ids("jd", "review")
    assert jd.complete("jd", "review", subject=jd.sku)
