"""What the rows tell of a feed over time: outcomes, crawls, pages of a watch, delays, budgets. Reads only."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Engine, Row, func, select, type_coerce

from domain.feeds import Outcome
from domain.paces import CrawlDone
from domain.people import public_address
from index.tables.columns import chunks
from index.tables.frontier import WaitingPage
from index.tables.schema import crawls, documents, frontier, mentions, pages

_MICROSECONDS = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHANGHAI = 8 * 3600 * _MICROSECONDS
_NEWEST_POSTS = 5_000


class FeedLog:
    """Figures of the feeds. Times are product time, aware UTC."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def outcomes(
        self, source: str, *, since: datetime, until: datetime, bucket: timedelta
    ) -> dict[datetime, dict[Outcome, int]]:
        """Answers per bucket and outcome, oldest first, empty buckets left out. Buckets are aligned to Shanghai midnight."""
        length = int(bucket.total_seconds()) * _MICROSECONDS
        number = ((type_coerce(pages.c.seen_at, BigInteger) + _SHANGHAI) // length).label("number")
        here = (pages.c.source == source) & (pages.c.seen_at >= since) & (pages.c.seen_at < until)
        wanted = select(number, pages.c.outcome, func.count()).where(here).group_by(number, pages.c.outcome)
        found: dict[datetime, dict[Outcome, int]] = {}
        with self._engine.connect() as connection:
            for index, outcome, count in sorted(connection.execute(wanted).all(), key=lambda row: row[0]):
                start = _EPOCH + timedelta(microseconds=index * length - _SHANGHAI)
                found.setdefault(start, {})[Outcome(outcome)] = count
        return found

    def answers(self, source: str, *, since: datetime, until: datetime) -> dict[Outcome, int]:
        """Answers per outcome. [since, until)."""
        here = (pages.c.source == source) & (pages.c.seen_at >= since) & (pages.c.seen_at < until)
        wanted = select(pages.c.outcome, func.count()).where(here).group_by(pages.c.outcome)
        with self._engine.connect() as connection:
            return {Outcome(outcome): count for outcome, count in connection.execute(wanted)}

    def crawls(self, source: str, *, since: datetime, until: datetime, limit: int = 100_000) -> list[CrawlDone]:
        """A source's crawls by their beginning, newest first. [since, until)."""
        here = (crawls.c.source == source) & (crawls.c.began_at >= since) & (crawls.c.began_at < until)
        wanted = select(crawls).where(here).order_by(crawls.c.began_at.desc(), crawls.c.number.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [_crawl(row) for row in connection.execute(wanted)]

    def yields(self, source: str, *, since: datetime, until: datetime) -> list[tuple[datetime, int]]:
        """(when a crawl ended, how many new documents it brought). Before the first crawl was ever noted: pages and their items."""
        here = (crawls.c.source == source) & (crawls.c.ended_at >= since) & (crawls.c.ended_at <= until)
        with self._engine.connect() as connection:
            rows = connection.execute(select(crawls.c.ended_at, crawls.c.fresh).where(here)).all()
            noted = select(crawls.c.number).where(crawls.c.source == source).limit(1)
            if not rows and connection.execute(noted).first() is None:
                answered = (pages.c.source == source) & (pages.c.seen_at >= since) & (pages.c.seen_at <= until)
                rows = connection.execute(select(pages.c.seen_at, pages.c["items"]).where(answered)).all()
        return [(row[0], row[1]) for row in rows]

    def asked(self, source: str, requests: Iterable[WaitingPage], *, since: datetime) -> dict[str, datetime]:
        """When each of these pages was last answered, by address; pages that were not since a moment may be left out.

        Two witnesses, for each is silent at times: a page that is due again has no time in the frontier, and one that the
        site led elsewhere stands among the answers under another address.
        """
        asked = list(requests)
        addresses = {request.key: request.url for request in asked}
        found = self._answered(source, [request.url for request in asked], since)
        with self._engine.connect() as connection:
            for some in chunks(addresses):
                here = frontier.c.key.in_(some) & frontier.c.done_at.is_not(None)
                for row in connection.execute(select(frontier.c.key, frontier.c.done_at).where(here)):
                    url = addresses[row.key]
                    found[url] = max(found.get(url, row.done_at), row.done_at)
        return found

    def _answered(self, source: str, urls: Sequence[str], since: datetime) -> dict[str, datetime]:
        kept = {public_address(url): url for url in urls}
        found: dict[str, datetime] = {}
        with self._engine.connect() as connection:
            for some in chunks(kept):
                here = (pages.c.source == source) & (pages.c.seen_at >= since) & pages.c.url.in_(some)
                wanted = select(pages.c.url, func.max(pages.c.seen_at).label("at")).where(here).group_by(pages.c.url)
                found.update((kept[row.url], row.at) for row in connection.execute(wanted))
        return found

    def looks(self, source: str, urls: Sequence[str], *, since: datetime) -> dict[str, list[datetime]]:
        """When each of these addresses was answered well since a moment, oldest first."""
        good = [outcome.value for outcome in Outcome if outcome.good]
        found: dict[str, list[datetime]] = {url: [] for url in urls}
        with self._engine.connect() as connection:
            for some in chunks(urls):
                here = (pages.c.source == source) & (pages.c.seen_at >= since) & pages.c.url.in_(some)
                wanted = select(pages.c.url, pages.c.seen_at).where(here, pages.c.outcome.in_(good))
                for row in connection.execute(wanted.order_by(pages.c.seen_at)):
                    found[row.url].append(row.seen_at)
        return found

    def first_look(self, source: str) -> datetime | None:
        """When the source was first asked, as far as lines are kept."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.min(pages.c.seen_at)).where(pages.c.source == source)).scalar()

    def delays(self, watch: str, *, since: datetime, until: datetime) -> dict[str, list[tuple[datetime, float]]]:
        """(published, seconds until it was stored) of a watch's newest posts, per source; bare dates left out. [since, until)."""
        here = (mentions.c.watch == watch) & (mentions.c.published_at >= since) & (mentions.c.published_at < until)
        wanted = (
            select(mentions.c.source, mentions.c.published_at, documents.c.stored_at)
            .join(documents, documents.c.id == mentions.c.document)
            .where(here, mentions.c.date_only.is_(False))
            .order_by(mentions.c.published_at.desc())
            .limit(_NEWEST_POSTS)
        )
        found: dict[str, list[tuple[datetime, float]]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(wanted):
                delay = (row.stored_at - row.published_at).total_seconds()
                found.setdefault(row.source, []).append((row.published_at, delay))
        return found


def _crawl(row: Row[Any]) -> CrawlDone:
    values = dict(row._mapping)
    del values["number"]
    return CrawlDone(**values)
