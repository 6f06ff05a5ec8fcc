"""The plan of a source is what its crawls do."""

from datetime import timedelta
from pathlib import Path

import pytest

from tingchao.plans import SPARE_S, longest_s, pause_s, plans_of
from tingchao.settings import FILE, Site, load
from tingchao.sources import ADAPTERS


@pytest.mark.parametrize(
    ("source", "site", "seconds"),
    [
        ("jd", Site(), 5.0),
        ("jd", Site(transport="browser"), 45.0),
        ("jd", Site(transport="browser", delay_seconds=60), 60.0),
        ("jd", Site(transport="browser", origin="http://127.0.0.1:1", delay_seconds=0.1), 0.1),
        ("weibo", Site(transport="browser"), 5.0),
    ],
)
def test_a_real_shops_product_pages_are_opened_at_the_careful_pace(source: str, site: Site, seconds: float) -> None:
    assert pause_s(source, site) == seconds


def test_every_source_has_a_plan_from_the_settings(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        '[crawl]\nevery_minutes = 7\nquiet_hours = "01:00-06:00"\n[sites.weibo]\non = false\ndaily_pages = 900\n'
        "[sites.jd]\nevery_minutes = 60\n",
        "utf-8",
    )
    plans = plans_of(load(tmp_path), speed=30.0)
    assert plans.keys() == ADAPTERS.keys()
    weibo, jd = plans["weibo"], plans["jd"]
    assert (weibo.on, weibo.daily_pages, weibo.every, weibo.delay_s) == (False, 900, timedelta(minutes=7), 150.0)
    assert (jd.on, jd.daily_pages, jd.every) == (True, None, timedelta(hours=1))
    assert weibo.quiet is not None


def test_a_crawl_hangs_only_after_the_time_that_its_pages_may_take() -> None:
    assert longest_s("jd", Site(transport="browser", pages=20, answer_seconds=20)) == 20 * (1.5 * 45 + 20) + SPARE_S
    assert longest_s("weibo", Site(pages=1, delay_seconds=2, answer_seconds=10)) == 13 + SPARE_S
