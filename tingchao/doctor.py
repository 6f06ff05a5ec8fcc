"""tingchao doctor: what is installed, reachable, writable and healthy, and how to mend what isn't."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import attrs

from alerts.feeds import name as called
from domain.accounts import SessionHealth
from domain.errors import TingchaoError
from domain.feeds import FeedState, Outcome
from domain.times import iso_shanghai, shanghai
from flows.accounts import told
from flows.feed_reports import Bar, FeedReport
from flows.promises import gap
from nlp.deep import DeepStage, load_deep
from nlp.deep_files import model_folder
from tingchao.commands.answers import say
from tingchao.folders import Folder, chosen_folder
from tingchao.keys import KEY_FILE, key_place
from tingchao.settings import FILE, Settings, Site, load
from tingchao.sources import ADAPTERS, cookie, idle
from tingchao.wiring import House, notifier, open_documents, opened

EXTRAS = {
    "browser": "scrapy_playwright",
    "parquet": "pyarrow",
    "train": "sklearn",
    "report": "docx",
    "nlp-deep": "onnxruntime",
}

COVERED = 5
"""Coverage lines of one source that people are shown."""


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: str
    """ok, note or bad."""
    seen: str
    mend: str = ""
    """What to type or do; empty = nothing."""


def examine() -> list[Finding]:
    """Look at everything; one thing that is broken never hides the rest."""
    folder = chosen_folder()
    findings = [*_machine(), *_folder(folder)]
    try:
        settings = load(folder.path)
    except TingchaoError as error:
        return [*findings, Finding(what="settings", state="bad", seen=str(error), mend=f"edit {folder.path / FILE}")]
    findings += [*_store(settings, folder), *_sites(settings, folder), *_channels(settings)]
    try:
        with opened(folder) as house:
            findings += list(_data(house))
    except TingchaoError as error:
        findings.append(
            Finding(
                what="data", state="bad", seen=str(error), mend="start the product with ./run and look at its messages"
            )
        )
    return findings


def _machine() -> Iterator[Finding]:
    yield Finding(what="tingchao", state="ok", seen=f"{version('tingchao')} on Python {sys.version.split()[0]}")
    for extra, module in EXTRAS.items():
        there = importlib.util.find_spec(module) is not None
        yield Finding(
            what=f"extra {extra}",
            state="ok" if there else "note",
            seen="installed" if there else "not installed",
            mend="" if there else f"only if you need it: ./run install {extra}",
        )
    yield _second_stage()
    chromium = os.environ.get("TINGCHAO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    yield Finding(
        what="Chromium",
        state="ok" if chromium else "note",
        seen=chromium or "not found",
        mend="" if chromium else "only for the browser transport: ./run install browser",
    )


def _second_stage() -> Finding:
    """The deep stage is loaded, because damage shows only then."""
    what, install = "second stage (deep)", "./run install nlp-deep"
    if reason := DeepStage.available():
        return Finding(what=what, state="note", seen=reason, mend=f"only if you need it: {install}")
    try:
        stage = load_deep()
    except TingchaoError as error:
        return Finding(
            what=what, state="bad", seen=str(error), mend=f"the first stage reads alone until then: {install}"
        )
    return Finding(what=what, state="ok", seen=f"{stage.version}, BGE-small-zh in {model_folder()}")


def _folder(folder: Folder) -> Iterator[Finding]:
    kind = "demo" if folder.demo else "real"
    key = key_place(folder.path, demo=folder.demo)
    if key.is_file():
        beside = key.is_relative_to(folder.path) and not folder.demo
        yield Finding(
            what="key of pseudonyms and sessions",
            state="note" if beside else "ok",
            seen=f"{key} (keep a copy apart from the data)",
            mend=f"it lies beside what it protects: move it, and name its file in {KEY_FILE}" if beside else "",
        )
    writable = os.access(folder.path if folder.path.exists() else folder.path.parent, os.W_OK)
    yield Finding(
        what=f"data folder ({kind})",
        state="ok" if writable else "bad",
        seen=f"{folder.path}, {_free_gb(folder.path):.1f} GB free",
        mend="" if writable else f"make it writable: chmod u+w {folder.path}",
    )


def _store(settings: Settings, folder: Folder) -> Iterator[Finding]:
    what = f"documents ({settings.store.engine})"
    try:
        documents = open_documents(settings, folder, writer=False)
        from index.query import Everything

        count = documents.count(Everything())
        documents.close()
        yield Finding(what=what, state="ok", seen=f"{count:,} documents searchable")
    except TingchaoError as error:
        yield Finding(
            what=what,
            state="bad",
            seen=str(error),
            mend="start it, or mend [store] in tingchao.toml; documents wait in the ledger",
        )


def _sites(settings: Settings, folder: Folder) -> Iterator[Finding]:
    for name in ADAPTERS:
        try:
            session = cookie(settings, folder, name)
        except TingchaoError as error:
            yield Finding(what=f"site {name}", state="bad", seen=str(error), mend=f"tingchao login {name}")
            continue
        saved = len(list((folder.sessions / name).glob("*.session")))
        if saved:  # how they fare is told below, session by session
            yield Finding(what=f"site {name}", state="ok", seen=f"{saved} saved session{'s' * (saved > 1)}")
            continue
        if idle(name, settings.sites.get(name, Site())):
            yield Finding(what=f"site {name}", state="ok", seen="no feeds named: [sites.rss] feeds")
            continue
        needed = name in ("jd", "weibo")
        yield Finding(
            what=f"site {name}",
            state="ok" if session or not needed else "note",
            seen="own session set" if session else "no session" if needed else "needs none",
            mend="" if session or not needed else f"tingchao login {name}",
        )


def _channels(settings: Settings) -> Iterator[Finding]:
    if not settings.channels:
        yield Finding(what="channels", state="note", seen="none: nobody is told", mend=f"add [channels.NAME] to {FILE}")
    for name, channel in settings.channels.items():
        try:
            notifier(name, channel)
            yield Finding(what=f"channel {name}", state="ok", seen=channel.kind)
        except TingchaoError as error:
            yield Finding(what=f"channel {name}", state="bad", seen=str(error), mend="set the variable before ./run")


def _data(house: House) -> Iterator[Finding]:
    ledger, documents = house.desk.ledger.last_sequence(), house.desk.documents.sequence()
    behind = ledger - documents
    yield Finding(
        what="index",
        state="ok" if behind <= 0 else "note",
        seen="up to date with the ledger" if behind <= 0 else f"{behind:,} writes behind the ledger",
        mend="" if behind <= 0 else "it catches up while ./run runs",
    )
    yield from _sessions(house)
    waiting = len(house.inbox.pending())
    yield Finding(what="inbox", state="ok", seen=f"{waiting} files waiting")
    watches = house.desk.watches.list()
    yield Finding(
        what="watches",
        state="ok" if watches else "note",
        seen=", ".join(w.name for w in watches) or "none",
        mend="" if watches else "tingchao watch add 品牌",
    )
    silences = house.desk.monitor.silences(watches)
    for name, why in silences.items():
        yield Finding(what=f"watch {name}", state="note", seen=why, mend="tingchao doctor --sources")
    for report in house.desk.feed_desk.all():
        yield from _source(report)


def _source(report: FeedReport) -> Iterator[Finding]:
    """A source that was ever asked, or that somebody follows, and what it keeps of its promise."""
    status, kept = report.status, report.promise
    if status.state is FeedState.UNKNOWN and status.on and report.every is None:
        return
    last = f", last success {iso_shanghai(status.last_success_at)}" if status.last_success_at else ""
    bad = report.todo and status.on
    yield Finding(
        what=f"source {status.name}",
        state="bad" if bad else "ok",
        seen=("on" if status.on else "off") + f", {status.state.value}{last}",
        mend=report.todo or (status.reason if not status.on else ""),
    )
    if kept is not None and kept.tiers:
        state = "ok" if kept.kept else "note"
        yield Finding(what=f"promise {status.name}", state=state, seen=report.promised, mend=gap(kept))


@contextmanager
def source_reports() -> Iterator[tuple[FeedReport, ...]]:
    """All that is known of every source of the installation that a command means."""
    folder = chosen_folder()
    if folder.demo:
        say(f"note: nothing real is configured or imported yet; reading the demo's data in {folder.path}")
    with opened(folder) as house:
        yield tuple(house.desk.feed_desk.all())


def source_lines(report: FeedReport) -> Iterator[str]:
    """One source for people, a line each; the first names it and its state."""
    status = report.status
    since = f"，自 {shanghai(report.since):%m-%d %H:%M}" if report.since else ""
    mark = "·" if not status.on or status.state is FeedState.UNKNOWN else "✗" if report.todo else "✓"
    yield f"{mark} {called(status.name)} {status.name}: {'on' if status.on else 'off'}, {status.state.value}{since}"
    if report.todo or (not status.on and status.reason):
        yield f"    → {report.todo or status.reason}"
    for pause in report.pauses:
        yield f"    承诺暂停{'（' + pause.watch + '）' if pause.watch else ''}：{pause.text}"
    if report.every is None and not status.last_outcome:
        return
    times = [f"{shanghai(t):%m-%d %H:%M}" if t else "从未" for t in (status.last_success_at, status.last_item_at)]
    every = f"，计划每 {report.every.total_seconds() / 60:g} 分钟" if report.every else "，没有监测用到"
    yield f"    上次成功 {times[0]}，最新内容 {times[1]}{every}"
    answers = "、".join(f"{outcome.value} {n:,}" for outcome, n in report.answers.items()) or "没有应答"
    yield f"    近 24 小时：{answers}"
    yield f"    每小时  {_spark(report.hours)}  每天  {_spark(report.days)}   （▁–█ 次数，! 多数不正常）"
    for y in (y for y in report.yields if y.crawls or y.days):
        usual = f"平时 {y.usual:g}（{y.days} 天）" if y.days else "还没有平时值"
        yield f"    近 {y.window.total_seconds() / 3600:g} 小时新内容 {y.fresh}，{usual}{'  ← 异常' if y.missing else ''}"
    for row in report.coverage[:COVERED]:
        yield f"    覆盖 {row.total.subject}（{row.total.page}）：{row.text}"
    if len(report.coverage) > COVERED:
        yield f"    … 覆盖共 {len(report.coverage)} 项，--jsonl 给出全部"
    if report.promised:
        yield f"    {report.promised}"


def _spark(bars: Sequence[Bar]) -> str:
    most = max((total(bar.outcomes) for bar in bars), default=0)
    return "".join(_mark(bar, most) for bar in bars)


def _mark(bar: Bar, most: int) -> str:
    count = total(bar.outcomes)
    if not count:
        return "·"
    return "!" if bar.good * 2 < count else "▁▂▃▄▅▆▇█"[min(count * 8 // (most + 1), 7)]


def total(counts: Mapping[Outcome, int]) -> int:
    """All answers together."""
    return sum(counts.values())


def _sessions(house: House) -> Iterator[Finding]:
    states = {SessionHealth.READY: "ok", SessionHealth.EXPIRING: "note", SessionHealth.DEAD: "bad"}
    now = house.clock.now()
    for account in house.desk.sessions.accounts() if house.desk.sessions else ():
        word, detail = told(account, now)
        yield Finding(
            what=f"session {account.source}/{account.name}",
            state=states[account.health(now)],
            seen=f"{word}, logged in {iso_shanghai(account.saved_at)}",
            mend=detail,
        )


def _free_gb(path: Path) -> float:
    existing = next(p for p in (path, *path.parents) if p.exists())
    return shutil.disk_usage(existing).free / 1e9
