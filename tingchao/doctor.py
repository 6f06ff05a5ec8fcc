"""tingchao doctor: what is installed, reachable, writable and healthy, and how to mend what isn't."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import attrs

from domain.errors import TingchaoError
from domain.times import iso_shanghai
from tingchao.folders import Folder, chosen_folder
from tingchao.settings import FILE, Settings, load
from tingchao.sources import ADAPTERS, cookie
from tingchao.wiring import House, notifier, open_documents, opened

EXTRAS = {
    "browser": "scrapy_playwright",
    "parquet": "pyarrow",
    "train": "sklearn",
    "report": "docx",
    "nlp-deep": "onnxruntime",
}


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
    chromium = os.environ.get("TINGCHAO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    yield Finding(
        what="Chromium",
        state="ok" if chromium else "note",
        seen=chromium or "not found",
        mend="" if chromium else "only for the browser transport: ./run install browser",
    )


def _folder(folder: Folder) -> Iterator[Finding]:
    kind = "demo" if folder.demo else "real"
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
    waiting = len(house.inbox.pending())
    yield Finding(what="inbox", state="ok", seen=f"{waiting} files waiting")
    watches = house.desk.watches.list()
    yield Finding(
        what="watches",
        state="ok" if watches else "note",
        seen=", ".join(w.name for w in watches) or "none",
        mend="" if watches else "tingchao watch add 品牌",
    )
    for status in house.desk.sources.all():
        last = f", last success {iso_shanghai(status.last_success_at)}" if status.last_success_at else ""
        bad = status.on and status.detail
        yield Finding(
            what=f"source {status.name}",
            state="bad" if bad else "ok",
            seen=("on" if status.on else "off") + f", {status.state.value}{last}",
            mend=status.detail,
        )


def _free_gb(path: Path) -> float:
    existing = next(p for p in (path, *path.parents) if p.exists())
    return shutil.disk_usage(existing).free / 1e9
