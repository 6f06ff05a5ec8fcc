"""数据源: whether each feed is well, judged by all that is known of it, and what each watch therefore does not hear."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from alerts.feeds import WatchFeed, lack
from crawlers.sites.adapter import PageRequest
from domain.accounts import Account, SessionHealth
from domain.feeds import FeedState, SourceStatus
from domain.health import DAYS, WINDOWS, Course, StateChange, Yield, judged, stale_after, yields_of
from domain.paces import Pace, Pause, PauseReason
from domain.people import public_address
from domain.times import Clock
from domain.watches import Watch
from flows.feed_rows import AccountRows, BudgetRows, PaceRows, SourcePlan, SourceRows
from flows.pacing import Budget, pauses
from flows.promises import Capacity, Demand, Measured, Promise, measured, promise, seconds_of
from flows.protocols import Watches
from index.tables.feedlog import FeedLog
from index.tables.frontier import WaitingPage

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
ASKED_WITHIN: Final = timedelta(days=2)
"""How far back a watch's own pages are looked for among the answers; longer ago is too long for any plan."""
PLAN_SLACK: Final = 1.5
"""How much longer than promised a watch may wait before its own silence counts."""
NO_FEED: Final = "没有任何打开的数据源会为它采集"


@attrs.define(kw_only=True, eq=False)
class Feeds:
    """Judges every source and every watch's part of it. State is in the tables; a restart forgets nothing."""

    sources: SourceRows
    log: FeedLog
    accounts: AccountRows
    paces: PaceRows
    budgets: BudgetRows
    watches: Watches
    clock: Clock
    plans: Mapping[str, SourcePlan]
    """By source, all that can be switched on."""
    _since: datetime | None = attrs.field(default=None, init=False)
    _measured: dict[str, tuple[datetime, Measured]] = attrs.field(factory=dict, init=False)
    _pages: dict[tuple[Watch, str], tuple[PageRequest, ...]] = attrs.field(factory=dict, init=False)
    _history: dict[str, tuple[datetime, list[tuple[datetime, int]]]] = attrs.field(factory=dict, init=False)

    def judge(self) -> list[SourceStatus]:
        """Every source as it is judged now; what has changed is noted, once."""
        now = self.clock.now()
        found = self.statuses(patient=True)
        for status in found:
            self.sources.note(status, at=now)
        return found

    def statuses(self, *, patient: bool = False) -> list[SourceStatus]:
        """Every source that was ever asked or switched, as it is judged now.

        patient: the time before this process began is no fault of a source; nobody is called for what the first crawl mends.
        """
        now = self.clock.now()
        self._since = self._since or now
        since = self.sources.newest_states()
        watches = self.watches.list()
        began = self._since if patient else None
        return [
            judged(s, attrs.evolve(self.course(s.name, watches, since.get(s.name)), watching_since=began), now=now)
            for s in self.sources.all()
        ]

    def since(self, source: str) -> datetime | None:
        """When the source's health last changed."""
        change = self.sources.newest_states().get(source)
        return change.at if change else None

    def course(self, source: str, watches: Sequence[Watch], change: StateChange | None) -> Course:
        """What is known of a source beside its last answer."""
        now = self.clock.now()
        every = self.every(source, watches)
        return Course(
            every=every,
            state_since=change.at if change else None,
            answers=self.log.answers(source, since=now - HOUR, until=now + HOUR),
            yields=self.yields(source) if every is not None else (),
            paused="；".join(p.text for p in self.pauses(source, among=watches) if not p.watch),
            speed=self.clock.speed,
        )

    def every(self, source: str, watches: Sequence[Watch]) -> timedelta | None:
        """How often a source is asked by plan: as often as its fastest watch; None where no watch has anything to ask now."""
        plan = self.plans.get(source)
        if plan is None:
            return None
        quiet = plan.quiet is not None and plan.quiet.holds(self.clock.now())
        asking = [w for w in watches if self.pages(w, source) and not (quiet and w.rival)]
        if not asking:
            return None
        paces = {name: pace.every for name, pace in self.paces.of(source).items()}
        return max(min((paces.get(w.name, plan.every) for w in asking), default=plan.every), plan.every)

    def yields(self, source: str) -> tuple[Yield, ...]:
        """What came lately beside the usual; the days before are read once for each half-hour."""
        now = self.clock.now()
        mark = now - (now - now.replace(minute=0, second=0, microsecond=0)) % timedelta(minutes=30)
        kept = self._history.get(source)
        if kept is None or kept[0] != mark:
            span = {"since": mark - DAYS * DAY - WINDOWS[-1], "until": mark - timedelta(microseconds=1)}
            kept = (mark, self.log.yields(source, **span))
            self._history[source] = kept
        return yields_of([*kept[1], *self.log.yields(source, since=mark, until=now)], now=now)

    def pauses(self, source: str, *, among: Sequence[Watch] | None = None) -> list[Pause]:
        """What holds a source back now although it is on, and for which watch; a person's duty is its state, no pause.

        among: the watches, where they were read already.
        """
        plan, now = self.plans.get(source), self.clock.now()
        if plan is None:
            return []
        spent = self.budgets.spent_by_account(source, at=now)
        living = [a.name for a in self._living(source)] or [""]
        found = pauses(
            source,
            status=None,
            rest=self.paces.of(source).get(""),
            budgets=[Budget(account=a, spent=spent.get(a, 0), allowed=plan.daily_pages) for a in living],
            watches=self.watches.list() if among is None else among,
            quiet=plan.quiet,
            now=now,
        )
        return [pause for pause in found if pause.reason is not PauseReason.PERSON]

    def sessions(self, source: str) -> int:
        """Living sessions, at least the one that asks without any."""
        return max(len(self._living(source)), 1)

    def _living(self, source: str) -> list[Account]:
        return [a for a in self.accounts.all(source) if a.health(self.clock.now()) is not SessionHealth.DEAD]

    # --- what a watch hears -----------------------------------------------------------------------------------

    def pages(self, watch: Watch, source: str) -> tuple[PageRequest, ...]:
        """The pages at which collecting for this watch starts at a source; none where it has nothing to ask or is not followed."""
        plan = self.plans.get(source)
        if plan is None or (watch.sources and source not in watch.sources):
            return ()
        if (watch, source) not in self._pages:
            if len(self._pages) > 50_000:  # watches that were changed or removed stay no longer than that
                self._pages.clear()
            self._pages[watch, source] = tuple(plan.adapter.first_pages(watch))
        return self._pages[watch, source]

    def concerns(self, watch: Watch, source: str) -> bool:
        """Has the watch anything to do with this source? A source that we never ask (imports) concerns everybody."""
        return source not in self.plans or bool(self.pages(watch, source))

    def silence(self, watch: Watch) -> list[str]:
        """Why this watch's quiet is no good news, a Chinese sentence a source; empty = all that it follows is well."""
        return self.silences([watch])[watch.name]

    def silences(self, watches: Sequence[Watch]) -> dict[str, list[str]]:
        """The same for many watches, by name; rows are read once for all."""
        sight = self._sight(watches)
        return {watch.name: self._lacks(watch, sight) for watch in watches}

    def _sight(self, watches: Sequence[Watch]) -> "_Sight":
        statuses = {s.name: s for s in self.statuses()}
        first = {s: [page for w in watches for page in self.pages(w, s)] for s in self.plans}
        on = [s for s, pages in first.items() if pages]
        since, everybody = self.clock.now() - ASKED_WITHIN, self.watches.list()
        return _Sight(
            now=self.clock.now(),
            statuses=statuses,
            asked={s: self.log.asked(s, map(_waiting, first[s]), since=since) for s in on},
            pauses={s: self.pauses(s, among=everybody) for s in on},
            paces={s: self.paces.of(s) for s in on},
            promises={s: self._promise(s, everybody) for s in on},
        )

    def _lacks(self, watch: Watch, sight: "_Sight") -> list[str]:
        named = sorted({*sight.statuses, *self.plans, *watch.sources})
        feeds = [feed for source in named if (feed := self._feed(watch, source, sight))]
        said = [text for feed in feeds if (text := lack(feed, now=sight.now))]
        return said if said or any(feed.status.on for feed in feeds) else [NO_FEED]

    def _feed(self, watch: Watch, source: str, sight: "_Sight") -> WatchFeed | None:
        """A source as this watch sees it; None where it has nothing to do with it."""
        plan, named = self.plans.get(source), source in watch.sources
        if watch.sources and not named:
            return None
        known = sight.statuses.get(source)
        if plan is None:  # a source of imports is never asked: only what is known of it can be told
            return WatchFeed(status=known, named=named) if known else None
        pages = self.pages(watch, source)
        status = known or SourceStatus(name=source)
        if not plan.on:
            status = attrs.evolve(status, on=False, state=FeedState.OFF, detail="", reason="设置文件中 on = false")
        if not (status.on or named) or not pages:
            return None
        kept = sight.promises[source].minutes_of(watch.name) or 0.0
        pace = sight.paces[source].get(watch.name)
        every = max(plan.every, pace.every if pace else plan.every, timedelta(minutes=kept * PLAN_SLACK))
        return WatchFeed(
            status=status,
            named=named,
            asked_at=max((at for p in pages if (at := sight.asked[source].get(p.url))), default=_round_of(pace)),
            due_within=stale_after(every, speed=self.clock.speed),
            paused="；".join(p.text for p in sight.pauses[source] if p.watch in ("", watch.name)),
        )

    # --- what is promised and kept ----------------------------------------------------------------------------

    def promise(self, source: str, *, also: Watch | None = None) -> Promise:
        """What a source can keep for all watches. also: one that is not saved yet, or is about to be changed."""
        watches = [w for w in self.watches.list() if also is None or w.name != also.name]
        return self._promise(source, [*watches, *([also] if also else [])])

    def _promise(self, source: str, watches: Sequence[Watch]) -> Promise:
        plan = self.plans[source]
        capacity = Capacity(
            source=source, every=plan.every, sessions=self.sessions(source), daily_pages=plan.daily_pages
        )
        more = self._more(source, watches)
        return promise(capacity, [self._demand(w, source, plan, more) for w in watches])

    def promises(self, *, also: Watch | None = None) -> list[Promise]:
        """What each source that is on and has something to ask can keep."""
        off = {s.name for s in self.sources.all() if not s.on}
        found = [self.promise(s, also=also) for s, plan in self.plans.items() if plan.on and s not in off]
        return [each for each in found if each.tiers]

    def measured(self, source: str) -> Measured:
        """What a source really kept over the last day; counted anew once a minute."""
        now = self.clock.now()
        kept = self._measured.get(source)
        if kept is None or not timedelta() <= now - kept[0] < timedelta(minutes=1):
            kept = self._measured[source] = (now, self._measure(source, now))
        return kept[1]

    def _measure(self, source: str, now: datetime) -> Measured:
        since = now - DAY
        watches = [w for w in self.watches.list() if self.pages(w, source)]
        addresses = {public_address(p.url) for w in watches for p in self.pages(w, source)}
        looks = self.log.looks(source, sorted(addresses), since=since)
        began = max(self.log.first_look(source) or now, since)
        delays = [
            seconds
            for w in watches
            for at, seconds in self.log.delays(w.name, since=began, until=now).get(source, [])
            if seconds >= 0
        ]
        return measured([[t.timestamp() for t in each] for each in looks.values()], delays, now=now.timestamp())

    def _demand(self, watch: Watch, source: str, plan: SourcePlan, more: float) -> Demand:
        pages = self.pages(watch, source)
        seconds = sum(seconds_of(source, p.page, delay_s=plan.delay_s, careful=plan.careful) for p in pages)
        return Demand(watch=watch.name, pages=len(pages) * more, seconds=seconds * more, rival=watch.rival)

    def _more(self, source: str, watches: Sequence[Watch]) -> float:
        """Pages asked for each first page, as whole crawls of the last day did it; 1 where none was noted."""
        now = self.clock.now()
        first = sum(len(self.pages(w, source)) for w in watches)
        crawls = self.log.crawls(source, since=now - DAY, until=now + HOUR) if first else []
        whole = [c.pages for c in crawls if not c.stopped and c.pages >= first]
        return sum(whole) / len(whole) / first if whole else 1.0


@attrs.frozen(kw_only=True)
class _Sight:
    """What is read once to tell what many watches don't hear."""

    now: datetime
    statuses: Mapping[str, SourceStatus]
    asked: Mapping[str, Mapping[str, datetime]]
    """When each first page was last answered, by source and address."""
    pauses: Mapping[str, Sequence[Pause]]
    paces: Mapping[str, Mapping[str, Pace]]
    promises: Mapping[str, Promise]


def _round_of(pace: Pace | None) -> datetime | None:
    """When a watch was last asked for, as its pace says: where a site leads every page elsewhere, nothing else does."""
    return pace.next_at - pace.every if pace is not None else None


def _waiting(page: PageRequest) -> WaitingPage:
    return WaitingPage(source=page.source, page=page.page, url=page.url)
