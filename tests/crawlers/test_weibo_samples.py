"""Golden samples of Weibo: each page made by hand with what it must yield."""

import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.sites.adapter import ParsedPage, RawPage
from crawlers.sites.weibo import Weibo
from domain.documents import Post
from domain.times import iso_shanghai

SAMPLES = Path(__file__).parents[1] / "samples" / "weibo"
FIELDS = (
    "id",
    "kind",
    "bid",
    "url",
    "text",
    "published_raw",
    "date_only",
    "reposts",
    "comments",
    "likes",
    "repost_of",
    "parent",
)
AUTHOR = ("author", "author_name", "author_kind", "followers", "region", "pinned", "truncated", "gone")


def parsed(case: Path) -> ParsedPage:
    origin = tomllib.loads((case / "origin.toml").read_text("utf-8"))
    body = next(case.glob("page.*")).read_bytes()
    return Weibo().parse(RawPage(url=origin["url"], body=body, seen_at=datetime.fromisoformat(origin["seen_at"])))


def shown(page: ParsedPage) -> dict[str, Any]:
    def row(post: Post) -> dict[str, Any]:
        values = {name: getattr(post, name) for name in (*FIELDS, *AUTHOR)}
        at = iso_shanghai(post.published_at) if post.published_at else None
        return {k: v for k, v in values.items() if v is not None and v is not False and v != ""} | {"published_at": at}

    topics = [[t.title, t.rank, t.heat, t.label, t.advertised] for t in page.topics]
    return ({"topics": topics} if topics else {}) | {
        "outcome": page.outcome,
        "page": page.page,
        "total": page.stats.total if page.stats else None,
        "subject": page.stats.subject if page.stats else "",
        "documents": [row(d) for d in page.documents if isinstance(d, Post)],
        "next_pages": [[n.page, n.url, n.first] for n in page.next_pages],
    }


@pytest.mark.parametrize("case", sorted(p for p in SAMPLES.iterdir() if p.is_dir()), ids=lambda p: p.name)
def test_a_sample_page_yields_exactly_what_was_written_down(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    assert json.loads(json.dumps(shown(parsed(case)))) == expected
