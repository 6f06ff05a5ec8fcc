"""tingchao forget: deletion on request, counted and audited."""

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import attrs
import typer

from domain.errors import AlreadyRunning, InvalidInput
from domain.people import pseudonym
from tingchao.commands.answers import emit, flush, say

if TYPE_CHECKING:
    from tingchao.folders import Folder

PATIENCE_S = 20.0


def add_to(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(forget)


def forget(
    author: Annotated[str, typer.Option(help="keyed hash, as `author` of a document shows")] = "",
    document: Annotated[str, typer.Option(help="document id: weibo:5012…")] = "",
    person: Annotated[str, typer.Option(help="site and the site's own user id, weibo:1234567890: hashed with our key")] = "",
    reason: Annotated[str, typer.Option(help="why, and on whose request; kept in the audit")] = "",
    by: Annotated[str, typer.Option(help="who carries it out")] = "",
    audit: Annotated[bool, typer.Option("--list", help="what was forgotten so far")] = False,
) -> None:  # fmt: skip
    """Remove a document, or all of an author, from ledger, index, evidence, archive, screenshots and notices, for good.

    Example:  tingchao forget --author 91a5d8c2e4f07b36 --reason '本人 2026-11-20 邮件要求'
    """
    from tingchao.folders import chosen_folder
    from tingchao.wiring import opened, store_waiting

    if sum(map(bool, (author, document, person))) != (0 if audit else 1):
        raise InvalidInput("choose one: --author HASH, --document ID, --person SITE:ID, or --list")
    folder = chosen_folder().made()
    with opened(folder) as house:
        request = house.forget(settled=lambda: _settle(folder))
        if audit:
            for line in request.all():
                emit(attrs.asdict(line))
            flush()
            return
        if person:
            site, _, own = person.partition(":")
            if not own:
                raise InvalidInput(f"--person {person!r}: write SITE:ID, such as weibo:1234567890")
            author = pseudonym(site, own, key=folder.key())
        done = (
            request.document(document, by=by, reason=reason)
            if document
            else request.author(author, by=by, reason=reason)
        )
    _settle(folder)  # the index follows: it takes out what the ledger no longer has
    with suppress(AlreadyRunning):
        store_waiting(folder)
    emit(attrs.asdict(done))
    flush()
    count = done.removed.get("documents", 0)
    say(
        f"{count:,} documents removed; nothing of it is stored again"
        if count
        else "nothing stored; nothing of it will be"
    )


def _settle(folder: "Folder") -> None:
    """What waits in the inbox is stored: by us, or by the running product."""
    from tingchao.opening import inbox_of
    from tingchao.wiring import store_waiting

    deadline = time.monotonic() + PATIENCE_S
    while inbox_of(folder).pending() and time.monotonic() < deadline:
        try:
            store_waiting(folder)
        except AlreadyRunning:
            time.sleep(0.2)
