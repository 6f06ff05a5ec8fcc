"""JD's reviews through a real browser: the page loads its JSON by script, the same parser reads it."""

import pytest
from e2e_stage import Stage

from crawlers.browser import why_no_browser
from domain.documents import Review

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(why_no_browser()), reason=f"no browser: {why_no_browser()}"),
]


def test_the_browser_collects_the_same_reviews_as_plain_http(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGCHAO_SITES__JD__TRANSPORT", "browser")
    monkeypatch.setenv("TINGCHAO_SITES__JD__PAGES", "3")
    stage.minute()
    report = stage.crawl("jd")
    assert report["stopped"] is None, report
    assert report["documents"] >= 10, report
    browsed = {item.id for name in stage.house.inbox.pending() for item in _reviews(stage, name)}
    assert len(browsed) >= 10
    assert browsed <= {f"jd:{i}" for i in stage.world.existing_ids("review")}
    stage.ingest.drain()
    read = {d.id: d for d in stage.house.desk.ledger.get(sorted(browsed))}
    assert set(read) == browsed
    monkeypatch.setenv("TINGCHAO_SITES__JD__TRANSPORT", "http")
    monkeypatch.setenv("TINGCHAO_SITES__JD__PAGES", "120")
    stage.crawl("jd")
    stage.ingest.drain()
    for document in stage.house.desk.ledger.get(sorted(browsed)):
        assert document.text == read[document.id].text, "plain HTTP reads the same words"


def _reviews(stage: Stage, name: str) -> list[Review]:
    return [item for item in stage.house.inbox.read(name) if isinstance(item, Review)]
