"""Everything that a screen or a command may ask for, in one hand: built by wiring, given to the console."""

from collections.abc import Callable
from pathlib import Path

import attrs

from alerts.notifiers.notifier import Notifier
from domain.feeds import SourceStatus
from domain.times import Clock
from flows.accounts import Sessions
from flows.contradictions import Contradictions
from flows.evidence import EvidenceRoom
from flows.export import Exports
from flows.feed_reports import FeedDesk
from flows.imports import Imports
from flows.incidents import Incidents
from flows.insight import Insight
from flows.monitor import Monitor
from flows.new_themes import NewThemes
from flows.overview import Overview
from flows.prices import PriceBook
from flows.protocols import DemoControls, Jobs, Sources, Watches
from flows.reviews import Reviews
from flows.search import Search
from flows.story import Story
from flows.themes import Themes
from flows.watches import WatchList
from flows.wishes import Wishes
from flows.worklist import WorkList
from index.store import AlertLog, Documents, Ledger, Prices


@attrs.frozen(kw_only=True)
class Desk:
    """The flows of one installation, sharing its stores and its clock."""

    clock: Clock
    ledger: Ledger
    documents: Documents
    alerts: AlertLog
    prices: Prices
    watches: Watches
    sources: Sources
    sessions: Sessions | None = None
    """Whose sessions the sources use; None where nobody can log in (tests)."""
    feed_desk: FeedDesk
    evidence: EvidenceRoom | None = None
    """Archived answers and pictures; None in tests."""
    jobs: Jobs
    notifiers: dict[str, Notifier]
    """By channel name."""
    monitor: Monitor
    search: Search
    themes: Themes
    new_themes: NewThemes
    wishes: Wishes
    contradictions: Contradictions
    reviews: Reviews
    worklist: WorkList
    insight: Insight
    overview: Overview
    incidents: Incidents
    story: Story
    price_book: PriceBook
    watch_list: WatchList
    exports: Exports
    imports: Imports
    demo: DemoControls | None = None
    """Only in the demo."""
    leave_demo: Callable[[], str] | None = None
    """Take the demo's data away and open the real installation; returns a Chinese sentence. Only in the demo."""
    folder: Path
    """Data folder."""

    def feeds(self) -> list[SourceStatus]:
        """Every source by name: how it answers, or that it was never asked."""
        return self.feed_desk.statuses()
