"""The one place that picks concrete classes: a data folder and its settings become a `Desk`."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import attrs
from sqlalchemy import Engine

from alerts.notifiers.notifier import Notifier
from crawlers.archive import Archive
from crawlers.handoff import FolderInbox
from domain.documents import Document
from domain.errors import AlreadyRunning, InvalidSettings, StoreUnavailable
from domain.prices import PriceObservation
from domain.times import Clock
from flows.collect import Ingest
from flows.contradictions import Contradictions
from flows.copies import Copies
from flows.desk import Desk
from flows.evidence import EvidenceRoom
from flows.export import Exports
from flows.feed_reports import FeedDesk
from flows.feeds import Feeds
from flows.forget import Forget
from flows.imports import Imports, Receipt
from flows.incidents import Incidents
from flows.insight import Insight
from flows.monitor import Monitor
from flows.new_themes import NewThemes
from flows.notify import Outbox
from flows.overview import Overview
from flows.prices import PriceBook
from flows.protocols import DemoControls
from flows.reviews import Reviews
from flows.search import Search
from flows.signs import Signs
from flows.story import Story
from flows.themes import Themes
from flows.watches import WatchList
from flows.wishes import Wishes
from flows.worklist import WorkList
from index import tables
from index.embedded import Embedded
from index.store import Documents, IndexDamaged, Ledger
from index.tables.accounts import Accounts
from index.tables.feedlog import FeedLog
from index.tables.forgetting import Forgetting
from index.tables.imports import ImportedFiles
from index.tables.screenshots import Screenshots
from nlp.buyers import buyer_groups
from nlp.normalize import normalize
from tingchao.commands.answers import say
from tingchao.folders import DemoState, Folder, chosen_folder, demo_folder, held, real_folder
from tingchao.importing import SavedMappings
from tingchao.login_room import LoginRoom
from tingchao.opening import demo_environment, inbox_of, open_tables
from tingchao.plans import plans_of
from tingchao.readers import reader_choice
from tingchao.settings import Channel, Settings, load, secret
from tingchao.sources import ADAPTERS


@attrs.frozen(kw_only=True)
class House:
    """One opened installation: its desk, and the parts that only a running product needs."""

    folder: Folder
    settings: Settings
    clock: Clock
    engine: Engine
    desk: Desk
    inbox: FolderInbox
    ingest: Callable[[], Ingest]
    """Made on first use: it loads the analyzer. Only the holder of the writer's lock may run it."""
    outbox: Outbox

    def forget(self, *, settled: Callable[[], None]) -> Forget:
        """Deletion on request. settled: lets what waits in the inbox be stored first."""
        return Forget(
            rows=Forgetting(self.engine),
            ledger=self.desk.ledger,
            archive=Archive(self.folder.archive),
            pictures=self.folder.evidence,
            quarantine=self.folder.inbox / "quarantine",
            clock=self.clock,
            settled=settled,
        )


@contextmanager
def opened(
    folder: Folder,
    *,
    writer: bool = False,
    clock: Clock | None = None,
    address: str = "",
    leave_demo: Callable[[], str] | None = None,
) -> Iterator[House]:
    """Open an installation for the length of the block.

    writer: also take the index for writing; only the holder of the writer's lock may ask for it.
    clock: another clock than the folder's own, for tests that move it.
    address: where this process serves the console, for links in messages.
    """
    folder.made()
    settings, clock = load(folder.path), clock or folder.clock()
    state = demo_environment(folder)
    engine = open_tables(settings, folder)
    documents = open_documents(settings, folder, writer=writer)
    try:
        yield _house(folder, settings, clock, engine, documents, state, links(settings, address), leave_demo)
    finally:
        documents.close()
        engine.dispose()


def open_documents(settings: Settings, folder: Folder, *, writer: bool) -> Documents:
    """The search engine that the settings name. A damaged embedded index is made anew, empty: the ledger fills it again."""
    if settings.store.engine == "embedded":
        try:
            return Embedded(folder.index, writable=writer)
        except IndexDamaged as error:
            if not writer:
                raise
            say(f"warning: {error}; building it again from the ledger")
            Embedded.reset(folder.index)
            return Embedded(folder.index, writable=True)
    from index.elastic import Elastic

    store = settings.store
    return Elastic(
        store.hosts,
        index_prefix=store.index_prefix,
        api_key=secret(store.api_key_env, needed_for="[store] api_key_env") if store.api_key_env else None,
        basic_auth=(store.username, secret(store.password_env, needed_for="[store] password_env"))
        if store.username
        else None,
        ca_file=store.ca_file or None,
    )


def notifiers(channels: dict[str, Channel]) -> dict[str, Notifier]:
    """A sender for each channel whose secrets are set; the others are left out, `doctor` names them."""
    made: dict[str, Notifier] = {}
    for name, channel in channels.items():
        try:
            made[name] = notifier(name, channel)
        except InvalidSettings as error:
            say(f"warning: channel {name} is silent: {error}")
    return made


def notifier(name: str, channel: Channel) -> Notifier:
    """The sender of one channel. Raises InvalidSettings if one of its secrets is not set."""
    needed_for = f"[channels.{name}]"
    if channel.kind == "slack":
        from alerts.notifiers.slack import Slack

        base = secret(channel.url_env, needed_for=needed_for) if channel.url_env else None
        token = secret(channel.token_env, needed_for=needed_for)
        return Slack(name=name, token=token, channel=channel.channel, **({"base_url": base} if base else {}))
    url = secret(channel.url_env, needed_for=needed_for)
    if channel.kind == "wecom":
        from alerts.notifiers.wecom import Wecom

        return Wecom(name=name, url=url)
    from alerts.notifiers.webhook import Webhook

    signing = secret(channel.secret_env, needed_for=needed_for) if channel.secret_env else ""
    return Webhook(name=name, url=url, secret=signing)


def pseudonym_key() -> bytes:
    """The key for pseudonyms of the installation that a command means; made if it has none yet."""
    return chosen_folder().made().key()


@contextmanager
def reading_desk() -> Iterator[Desk]:
    """For commands that only ask. Says on stderr where the answer comes from the demo.

    With no product running, rows that the index has not seen yet are given to it first.
    """
    folder = chosen_folder()
    if folder.demo:
        say(f"note: nothing real is configured or imported yet; reading the demo's data in {folder.path}")
    folder.made()
    with suppress(AlreadyRunning):  # a running product keeps the index up to date
        store_waiting(folder)
    with opened(folder) as house:
        yield house.desk


@contextmanager
def working_desk() -> Iterator[Desk]:
    """For commands that change something: the real installation, opened by its first import or watch."""
    with opened(changing_folder()) as house:
        yield house.desk


def changing_folder() -> Folder:
    """The installation that a command means which changes something: the real one, except within a running demo."""
    return demo_folder() if os.environ.get("TINGCHAO_DEMO") == "1" else real_folder()


def store_waiting(folder: Folder) -> None:
    """Store what waits in the inbox and bring the index up to the ledger. Raises AlreadyRunning where a product does that."""
    with held(folder.path / "writer.lock", what="the writer"):
        with opened(folder) as house:
            idle = not house.inbox.pending() and house.desk.ledger.last_sequence() <= house.desk.documents.sequence()
        if not idle:  # loading the analyzer and the index for writing only where there is something to do
            with opened(folder, writer=True) as house:
                house.ingest().drain()


def mark_mended(folder: Folder) -> None:
    """A person mended the sessions: sources that waited for that are asked again."""
    with opened(folder) as house:
        for status in house.desk.sources.all():
            if status.on and status.last_outcome and status.last_outcome.risk:
                house.desk.sources.switch(status.name, on=True, reason=status.reason)


@attrs.frozen(kw_only=True)
class Handover:
    """Gives import parts to the inbox; stores them itself where no product runs."""

    folder: Folder
    inbox: FolderInbox
    ledger: Ledger

    def give(self, items: list[Document | PriceObservation]) -> str:
        """See flows.imports.Handover."""
        return self.inbox.put("import", items)

    def wait(self, name: str) -> Receipt:
        """See flows.imports.Handover."""
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            stored = self.ledger.receipt(name)
            if stored is not None:
                return Receipt(stored=stored.stored, known=stored.known + stored.updated)
            try:
                store_waiting(self.folder)
            except AlreadyRunning:
                time.sleep(0.1)
        raise StoreUnavailable(f"{name}: not stored within 10 minutes; the file stays in {self.inbox.folder}")


def _house(
    folder: Folder,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    documents: Documents,
    state: DemoState | None,
    link: Callable[[str], str],
    leave_demo: Callable[[], str] | None,
) -> House:
    inbox = inbox_of(folder)
    ledger, alerts, prices = tables.Ledger(engine), tables.AlertLog(engine, now=clock.now), tables.Prices(engine)
    watches, sources, jobs = tables.Watches(engine), tables.Sources(engine), tables.Jobs(engine)
    senders = notifiers(settings.channels)
    feeds = Feeds(
        sources=sources,
        log=FeedLog(engine),
        accounts=Accounts(engine),
        paces=tables.Paces(engine),
        budgets=tables.Budgets(engine),
        watches=watches,
        clock=clock,
        plans=plans_of(settings, speed=clock.speed),
    )
    monitor = Monitor(
        ledger=ledger,
        alerts=alerts,
        prices=prices,
        watches=watches,
        sources=sources,
        clock=clock,
        link=link,
        operators=tuple(name for name, channel in settings.channels.items() if channel.operators),
        feeds=feeds,
        signs=Signs(ledger=ledger, alerts=alerts, engagement=tables.Engagement(engine), hot=tables.HotTopics(engine)),
    )

    def ingest() -> Ingest:
        brands = {w.brand: w.aliases for w in watches.list() if w.brand}
        reader = reader_choice(folder.path).load(brands=brands, watched=watches.list)
        return Ingest(
            inbox=inbox,
            reader=reader,
            copies=Copies(ledger=ledger),
            ledger=ledger,
            documents=documents,
            watches=watches,
            clock=clock,
        )

    complaints, named = tables.Complaints(engine), tables.NamedThemes(engine)
    search = Search(documents=documents, complaints=complaints, normalize=normalize, clock=clock)
    themes = Themes(documents=documents, search=search, clock=clock, named=named)
    handling = tables.HandlingLog(engine)
    worklist = WorkList(documents=documents, ledger=ledger, log=handling)
    incidents = Incidents(
        alerts=alerts, ledger=ledger, documents=documents, watches=watches, monitor=monitor, clock=clock, link=link
    )
    desk = Desk(
        clock=clock,
        ledger=ledger,
        documents=documents,
        alerts=alerts,
        prices=prices,
        watches=watches,
        sources=sources,
        evidence=EvidenceRoom(
            alerts=alerts,
            ledger=ledger,
            proofs=tables.Evidence(engine),
            screenshots=Screenshots(engine),
            archive=Archive(folder.archive),
            folder=folder.evidence,
        ),
        sessions=LoginRoom(folder=folder, rows=Accounts(engine)),
        feed_desk=FeedDesk(
            feeds=feeds,
            states=sources,
            totals=tables.Totals(engine),
            documents=documents,
            clock=clock,
            names=tuple(ADAPTERS),
        ),
        jobs=jobs,
        notifiers=senders,
        monitor=monitor,
        search=search,
        themes=themes,
        new_themes=NewThemes(documents=documents, clock=clock, named=named),
        wishes=Wishes(documents=documents, clock=clock),
        contradictions=Contradictions(documents=documents, clock=clock),
        reviews=Reviews(ledger=ledger, documents=documents, complaints=complaints, log=handling, clock=clock),
        worklist=worklist,
        insight=Insight(documents=documents, clock=clock, buyers=buyer_groups(folder.path / "buyers.yaml")),
        overview=Overview(
            documents=documents, alerts=alerts, watches=watches, sources=sources, monitor=monitor, clock=clock
        ),
        incidents=incidents,
        story=Story(
            ledger=ledger,
            alerts=alerts,
            watches=watches,
            sources=sources,
            monitor=monitor,
            incidents=incidents,
            clock=clock,
        ),
        price_book=PriceBook(prices=prices, watches=watches, clock=clock),
        watch_list=WatchList(watches=watches, ledger=ledger, documents=documents, notifiers=senders, clock=clock),
        exports=Exports(search=search, prices=prices, alerts=alerts, themes=themes, worklist=worklist),
        imports=Imports(
            handover=Handover(folder=folder, inbox=inbox, ledger=ledger),
            clock=clock,
            mappings=SavedMappings(table=tables.Mappings(engine)),
            files=ImportedFiles(engine),
            known=ledger.known,
        ),
        demo=_controls(state, folder),
        leave_demo=leave_demo,
        folder=folder.path,
    )
    outbox = Outbox(alerts=alerts, notifiers=senders, clock=clock)
    return House(
        folder=folder,
        settings=settings,
        clock=clock,
        engine=engine,
        desk=desk,
        inbox=inbox,
        ingest=ingest,
        outbox=outbox,
    )


def links(settings: Settings, address: str = "") -> Callable[[str], str]:
    """Alert id → its console address, for messages: the public one, else the one served here, else the one configured."""
    console = settings.console
    base = console.public_url.rstrip("/") or address or f"http://{console.host}:{console.port}"
    return lambda alert_id: f"{base}/alerts/{alert_id}"


def _controls(state: DemoState | None, folder: Folder) -> DemoControls | None:
    if state is None:
        return None
    from tingchao.demo import controls_of

    return controls_of(state, folder)
