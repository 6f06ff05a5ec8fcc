"""tingchao replay: the past, read again by today's parsers."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import AlreadyRunning, InvalidInput
from tingchao.commands.answers import emit, flush, moment, say

if TYPE_CHECKING:
    from flows.replay import PageType
    from tingchao.folders import Folder


def add_to(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(replay)


def replay(
    site: Annotated[list[str] | None, typer.Option(help="only this source; repeat for several, without it all")] = None,
    since: Annotated[str | None, typer.Option(help="seen from, 2026-11-01 or ISO 8601")] = None,
    until: Annotated[str | None, typer.Option(help="seen before")] = None,
    store: Annotated[bool, typer.Option("--store", help="hand over what differs; newer looks are not overwritten")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON Lines: one for each page type")] = False,
) -> None:  # fmt: skip
    """Read archived answers again with today's parsers and say what differs from what was made of them.

    Example:  tingchao replay --site weibo --since 2026-11-01
    """
    from tingchao.folders import chosen_folder
    from tingchao.sources import ADAPTERS
    from tingchao.wiring import store_waiting

    unknown = [name for name in site or () if name not in ADAPTERS]
    if unknown:
        raise InvalidInput(f"no source named {unknown[0]!r}; known: {', '.join(ADAPTERS)}")
    folder = chosen_folder().made()
    if folder.demo:
        say(f"note: nothing real is configured or imported yet; reading the demo's data in {folder.path}")
    found = _run(folder, site, moment(since, option="--since"), moment(until, option="--until"), store)
    for kind in found:
        _show(kind, jsonl)
    flush()
    total = sum(kind.answers for kind in found)
    say(f"{total:,} answers read again, {total - sum(k.same for k in found):,} differ")
    if store:
        with suppress(AlreadyRunning):  # a running product takes them from the inbox itself
            store_waiting(folder)
        say(f"{sum(kind.stored for kind in found):,} answers handed over again")


def _run(
    folder: "Folder", sites: list[str] | None, since: datetime | None, until: datetime | None, store: bool
) -> "list[PageType]":
    from crawlers.archive import Archive
    from flows.replay import Replay
    from index.tables.recorded import Records
    from nlp.normalize import mask
    from tingchao.wiring import opened

    with opened(folder) as house:
        again = Replay(
            archive=Archive(folder.archive),
            adapters={name: plan.adapter for name, plan in house.desk.feed_desk.feeds.plans.items()},
            records=Records(house.engine),
            ledger=house.desk.ledger,
            inbox=house.inbox,
            mask=mask,
        )
        kept = {path.name.partition("-")[0] for path in again.archive.files()}
        return [
            kind
            for name in (sites or sorted(kept & again.adapters.keys()))
            for kind in again.run(
                name, since=since, until=until, store=store, told=lambda said: say(f"warning: {said}")
            )
        ]


def _show(kind: "PageType", jsonl: bool) -> None:
    from flows.replay import row_of

    if jsonl:
        emit(row_of(kind))
        return
    typer.echo(
        f"{kind.source} {kind.page}: {kind.answers:,} answers, same {kind.same:,}, more {kind.more:,}, fewer {kind.fewer:,}, "
        f"other content {kind.other_items:,}, other outcome {kind.other_outcome:,}, without a line {kind.unrecorded:,}"
    )
    for change, count in kind.outcomes.most_common():
        typer.echo(f"    {change}: {count:,}")
    for what, count in (("new", kind.new), ("gone", kind.gone), *kind.changed.most_common()):
        if count:
            typer.echo(f"    {what}: {count:,} documents, e.g. {' '.join(kind.examples.get(what, ()))}")
