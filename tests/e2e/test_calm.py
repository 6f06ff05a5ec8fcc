"""Fourteen calm days with the moved clock: the world's ordinary talk pages nobody."""

from datetime import timedelta

import pytest
from e2e_stage import START, Stage

from domain.documents import Post

pytestmark = pytest.mark.timeout(900)
DAYS = 14
STEP = timedelta(minutes=5)


def test_fourteen_calm_days_page_nobody(stage: Stage) -> None:
    """Posts go straight to the inbox, tick by tick, because 4,000 crawl processes would prove nothing more."""
    seen = 0
    for _ in range(int(timedelta(days=DAYS) / STEP)):
        stage.clock.step(STEP)
        now = stage.clock.now()
        posts = [
            Post(
                id=f"weibo:{p.mid}",
                source="weibo",
                text=p.text,
                published_at=p.at,
                seen_at=now,
                author=str(p.author.uid),
                repost_of=f"weibo:{p.repost.mid}" if p.repost else None,
            )
            for p in stage.world.posts("", since=now - STEP, until=now)
            if p.at > now - STEP
        ]
        if posts:
            seen += len(posts)
            stage.ingest.take(stage.house.inbox.put("weibo", posts))
        stage.house.desk.monitor.tick()
    told = stage.alerts("surge", "severe")
    assert stage.clock.now() - START == timedelta(days=DAYS)
    assert seen > 2_000
    assert not told, [(a.kind, a.topic, a.why) for a in told]
