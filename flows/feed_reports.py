"""All that is known of one source, for the screen and for `tingchao doctor --sources`: figures that open to their rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

import attrs

from alerts.feeds import duty
from alerts.feeds import name as called
from domain.accounts import Account
from domain.feeds import FeedState, Outcome, PageSeen, SiteTotal, SourceStatus
from domain.health import StateChange, Yield
from domain.paces import CrawlDone, Pause
from domain.times import SHANGHAI, Clock, day_start, iso_shanghai, shanghai_day
from flows.feeds import DAY, HOUR, Feeds
from flows.promises import Measured, Promise, gap, sentence, told
from index.query import And, Node, Range, Term, render
from index.store import Documents

HOURS: Final = 24
DAYS: Final = 14
SHOPS: Final = ("jd", "taobao", "tmall", "suning", "shop")
"""Sources whose totals are of products."""


class StateRows(Protocol):
    """Changes of health and answers, as `index/tables` keeps them."""

    def states(self, name: str, *, limit: int = 50) -> list[StateChange]:
        """Changes of a source's health, newest first."""
        ...

    def pages(self, name: str, *, since: datetime, until: datetime, limit: int = 500) -> list[PageSeen]:
        """A source's answers, newest first."""
        ...


class TotalRows(Protocol):
    """What sites say they have, as `index/tables` keeps it."""

    def of(self, source: str) -> list[SiteTotal]:
        """A source's totals, by page type and subject."""
        ...


@attrs.frozen(kw_only=True)
class Bar:
    """The answers of one hour or day."""

    start: datetime
    good: int = 0
    refused: int = 0
    """Risk answers: a person must act."""
    other: int = 0
    """Busy, cut, changed, gone."""
    outcomes: dict[Outcome, int] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Coverage:
    """What was collected of something, beside what the site says it has."""

    total: SiteTotal
    collected: int | None
    """Documents that `query` finds; None = the subject can't be searched for."""
    query: str
    """Search that opens them; empty where there is none."""

    @property
    def text(self) -> str:
        """`47 / 500+，折叠 507`, Chinese."""
        known = "—" if self.collected is None else f"{self.collected:,}"
        there = "未说明" if self.total.total is None else f"{self.total.total:,}" + ("" if self.total.exact else "+")
        return f"{known} / {there}" + (f"，折叠 {self.total.folded:,}" if self.total.folded else "")


@attrs.frozen(kw_only=True)
class FeedReport:
    """One source."""

    status: SourceStatus
    since: datetime | None
    """When its state last changed."""
    todo: str
    """What a person must do, Chinese; empty = nothing."""
    every: timedelta | None
    """Planned time between two looks; None = nothing is asked of it."""
    hours: tuple[Bar, ...]
    """The last 24 hours, oldest first, empty ones too."""
    days: tuple[Bar, ...]
    """The last 14 Shanghai days, oldest first, empty ones too."""
    yields: tuple[Yield, ...]
    coverage: tuple[Coverage, ...]
    promise: Promise | None
    measured: Measured
    pauses: tuple[Pause, ...]
    accounts: tuple[Account, ...]
    spent_today: int
    daily_pages: int | None
    """Pages that one session may ask for on one day."""

    @property
    def promised(self) -> str:
        """Promise and measurement in one line, Chinese; empty where nothing is promised."""
        return told(self.promise, self.measured) if self.promise is not None and self.promise.tiers else ""

    @property
    def answers(self) -> dict[Outcome, int]:
        """Outcomes of the last 24 hours."""
        found: dict[Outcome, int] = {}
        for bar in self.hours:
            for outcome, count in bar.outcomes.items():
                found[outcome] = found.get(outcome, 0) + count
        return found


@attrs.frozen(kw_only=True)
class FeedPage:
    """One source with its rows."""

    report: FeedReport
    changes: tuple[StateChange, ...]
    crawls: tuple[CrawlDone, ...]
    pages: tuple[PageSeen, ...]
    """Last answers, newest first."""
    silences: dict[str, str]
    """Watch name → what it does not hear, of this source only."""


@attrs.frozen(kw_only=True)
class FeedDesk:
    """Reads the reports."""

    feeds: Feeds
    states: StateRows
    totals: TotalRows
    documents: Documents
    clock: Clock
    names: Sequence[str]
    """All that can be switched on, the ones never asked too."""

    def all(self) -> list[FeedReport]:
        """Every source that can be on or ever was, by name."""
        return [self._report(status) for status in self.statuses()]

    def statuses(self) -> list[SourceStatus]:
        """The same without their figures: how each answers, that it was never asked, or that the settings keep it off."""
        known = {s.name: s for s in self.feeds.statuses()}
        return [self._set(known.get(name) or SourceStatus(name=name)) for name in sorted({*known, *self.names})]

    def page(self, name: str) -> FeedPage | None:
        """One source; None if there is none of this name."""
        report = next((each for each in self.all() if each.status.name == name), None)
        if report is None:
            return None
        now = self.clock.now()
        span = {"since": now - DAYS * DAY, "until": now + HOUR}
        return FeedPage(
            report=report,
            changes=tuple(self.states.states(name)),
            crawls=tuple(self.feeds.log.crawls(name, **span, limit=30)),
            pages=tuple(self.states.pages(name, **span, limit=25)),
            silences={
                watch: said
                for watch, texts in self.feeds.silences(self.feeds.watches.list()).items()
                if (said := "；".join(text for text in texts if text.startswith(called(name))))
            },
        )

    def _set(self, status: SourceStatus) -> SourceStatus:
        plan = self.feeds.plans.get(status.name)
        if plan is None or plan.on:
            return status
        return attrs.evolve(status, on=False, state=FeedState.OFF, reason="设置文件中 on = false")

    def _report(self, status: SourceStatus) -> FeedReport:
        name, now = status.name, self.clock.now()
        plan = self.feeds.plans.get(name)
        change = next(iter(self.states.states(name, limit=1)), None)
        return FeedReport(
            status=status,
            since=change.at if change and change.after is status.state else None,
            todo=duty(status) if status.on or status.detail else "",
            every=self.feeds.every(name, self.feeds.watches.list()),
            hours=self._bars(name, HOUR, HOURS, _hour(now) - (HOURS - 1) * HOUR),
            days=self._bars(name, DAY, DAYS, day_start(shanghai_day(now)) - (DAYS - 1) * DAY),
            yields=self.feeds.yields(name),
            coverage=tuple(self._covered(total) for total in self.totals.of(name)),
            promise=self.feeds.promise(name) if plan is not None and status.on else None,
            measured=self.feeds.measured(name) if plan is not None else Measured(),
            pauses=tuple(self.feeds.pauses(name)),
            accounts=tuple(self.feeds.accounts.all(name)),
            spent_today=sum(self.feeds.budgets.spent_by_account(name, at=now).values()),
            daily_pages=plan.daily_pages if plan else None,
        )

    def _bars(self, name: str, bucket: timedelta, number: int, first: datetime) -> tuple[Bar, ...]:
        found = self.feeds.log.outcomes(name, since=first, until=first + number * bucket, bucket=bucket)
        return tuple(_bar(first + n * bucket, found.get(first + n * bucket, {})) for n in range(number))

    def _covered(self, total: SiteTotal) -> Coverage:
        query = query_of(total)
        if query is None:
            return Coverage(total=total, collected=None, query="")
        return Coverage(total=total, collected=self.documents.count(query), query=render(query))


def query_of(total: SiteTotal) -> Node | None:
    """The search that finds what was collected of a site's total; None where no search can.

    A shop's total is of a sku, as stored without its site; a list's is of a search word, which the text then holds, perhaps
    of some hours only. How many comments a post has, or what an address alone says, can't be searched for.
    """
    here, subject = Term(field="source", value=total.source), total.subject
    own = subject.removeprefix(f"{total.source}:")
    if "://" in subject or not subject:
        return None
    if total.source in SHOPS:
        return And(parts=(here, Term(field="sku", value=own)))
    words = [w for w in subject.split(" ") if not w.startswith("custom:")]
    slices = [w for w in subject.split(" ") if w.startswith("custom:")]
    spans = [span for w in slices if (span := _span(w))]
    if own != subject or own.isdigit() or len(spans) < len(slices):
        return None
    return And(parts=(here, Term(field="text", value=" ".join(words)), *spans))


def _span(scope: str) -> Node | None:
    """The hours of a sliced search, `custom:2026-11-01-0:2026-11-01-6`; None for a region."""
    try:
        since, until = (datetime.strptime(part, "%Y-%m-%d-%H") for part in scope.removeprefix("custom:").split(":"))
    except ValueError:
        return None
    low, high = (at.replace(tzinfo=SHANGHAI) for at in (since, until))
    return Range(field="published_at", low=low.astimezone(UTC), high=high.astimezone(UTC))


def report_row(report: FeedReport) -> dict[str, Any]:
    """A line of `tingchao doctor --sources --jsonl`."""
    status, kept = report.status, report.promise
    return {
        "source": status.name,
        "on": status.on,
        "state": status.state.value,
        "since": _time(report.since),
        "todo": report.todo,
        "last_success_at": _time(status.last_success_at),
        "last_item_at": _time(status.last_item_at),
        "last_outcome": status.last_outcome.value if status.last_outcome else None,
        "failures": status.failures,
        "every_minutes": report.every.total_seconds() / 60 if report.every else None,
        "answers_24h": {outcome.value: n for outcome, n in report.answers.items()},
        "hours": [_bar_row(bar) for bar in report.hours if bar.outcomes],
        "days": [_bar_row(bar) for bar in report.days if bar.outcomes],
        "yield": [
            {"minutes": y.window.total_seconds() / 60, **attrs.asdict(y, filter=lambda field, _: field.name != "window")}
            for y in report.yields
        ],
        "coverage": [
            {
                "page": c.total.page,
                "subject": c.total.subject,
                "collected": c.collected,
                "total": c.total.total,
                "exact": c.total.exact,
                "folded": c.total.folded,
                "by_rating": c.total.by_rating,
                "seen_at": iso_shanghai(c.total.seen_at),
                "query": c.query,
            }
            for c in report.coverage
        ],
        "promise": _promise_row(kept) if kept and kept.tiers else None,
        "measured": attrs.asdict(report.measured),
        "pauses": [{"watch": p.watch, "reason": p.reason.value, "until": _time(p.until), "text": p.text} for p in report.pauses],
        "sessions": [
            {"name": a.name, "state": a.state.value, "saved_at": iso_shanghai(a.saved_at), "valid_until": _time(a.valid_until)}
            for a in report.accounts
        ],
        "spent_today": report.spent_today,
        "daily_pages": report.daily_pages,
    }  # fmt: skip


def _promise_row(kept: Promise) -> dict[str, Any]:
    return {
        "text": sentence(kept),
        "tiers": [{"watches": len(t.watches), "minutes": round(t.minutes, 1)} for t in kept.tiers],
        "pages": round(kept.pages, 1),
        "sessions": kept.sessions,
        "sessions_needed": kept.sessions_needed,
        "kept": kept.kept,
        "gap": gap(kept),
        "paused_from_hour": kept.paused_from_hour,
    }


def _bar(start: datetime, outcomes: dict[Outcome, int]) -> Bar:
    good = sum(n for outcome, n in outcomes.items() if outcome.good)
    refused = sum(n for outcome, n in outcomes.items() if outcome.risk)
    return Bar(
        start=start, good=good, refused=refused, other=sum(outcomes.values()) - good - refused, outcomes=outcomes
    )


def _bar_row(bar: Bar) -> dict[str, Any]:
    return {"start": iso_shanghai(bar.start), **{outcome.value: n for outcome, n in bar.outcomes.items()}}


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _time(moment: datetime | None) -> str | None:
    return iso_shanghai(moment) if moment else None
