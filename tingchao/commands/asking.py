"""Commands that ask what is stored: search, export, jobs."""

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import InvalidInput
from domain.times import shanghai
from tingchao.commands.answers import console, emit, flush, moment, say

Since = Annotated[str | None, typer.Option(help="published from, 2026-11-01 or ISO 8601")]
Until = Annotated[str | None, typer.Option(help="published before")]
Jsonl = Annotated[bool, typer.Option("--jsonl", help="JSON Lines on stdout")]


def add_to(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command()(search)
    app.command()(export)
    app.command()(jobs)


def search(
    query: Annotated[str, typer.Argument(help="漏水 AND brand:美的 AND rating:<=2 AND since:30d")] = "",
    since: Since = None,
    until: Until = None,
    sort: Annotated[str, typer.Option(help="time or relevance")] = "time",
    limit: Annotated[int, typer.Option(help="rows at most; 0 = all")] = 0,
    fold: Annotated[str, typer.Option(help="copies: one row for each group of near-copies")] = "",
    jsonl: Jsonl = False,
) -> None:
    """Find documents. Nothing is hidden: copies and spam are flagged, `--fold copies` folds.

    Example:  tingchao search '漏水 AND brand:美的' --jsonl
    """
    from flows.search import document_row, published
    from tingchao.wiring import reading_desk

    if sort not in ("time", "relevance"):
        raise InvalidInput(f"--sort {sort!r}: time or relevance")
    if fold not in ("", "copies"):
        raise InvalidInput(f"--fold {fold!r}: only copies")
    with reading_desk() as desk:
        first, last = moment(since, option="--since"), moment(until, option="--until")
        clusters: set[str] = set()
        shown, after, total = 0, None, 0
        while True:
            page = desk.search.find(
                query, since=first, until=last, sort=sort, limit=500 if jsonl else 20, after=after, facets=False
            )
            total = page.total
            for row in page.rows:
                cluster = row.document.cluster
                if fold and cluster and cluster in clusters:
                    continue
                clusters.add(cluster)
                if jsonl:
                    emit(document_row(row.document))
                else:
                    when = (published(row.document) or "undated")[:16].replace("T", " ")
                    typer.echo(f"{when:16}  {row.document.sentiment:8}  {row.document.id}  {row.document.text[:80]!r}")
                shown += 1
                if limit and shown >= limit:
                    break
            after = page.after
            if after is None or (limit and shown >= limit) or (not jsonl and not limit):
                break
        flush()
        if jsonl and sort == "relevance" and not limit and not fold and shown < total:
            say(f"note: {shown:,} of {total:,} rows: by relevance only the first ones are given; --sort time gives all")
        if not jsonl:
            say(f"{shown} of {total:,} shown" + ("; --limit N or --jsonl gives more" if shown < total else ""))


def export(
    what: Annotated[str, typer.Argument(help="documents, prices, alerts, themes or handling")],
    out: Annotated[str, typer.Option(help="file to write; - is stdout")],
    form: Annotated[
        str, typer.Option("--format", help="csv, xlsx, parquet or jsonl; without it as the file is named, else csv")
    ] = "",
    query: Annotated[str, typer.Option(help="search that selects documents")] = "",
    since: Since = None,
    until: Until = None,
) -> None:
    """Write rows to a file, as many as the screens say.

    Example:  tingchao export documents --query 'brand:美的 AND sentiment:negative' --format xlsx --out bad.xlsx
    """
    import sys

    from rich.progress import Progress

    from flows.export import COLUMNS, FORMATS, write, write_file
    from tingchao.wiring import reading_desk

    named = Path(out).suffix[1:].lower()
    form = form or (named if named in FORMATS else "csv")
    with reading_desk() as desk, Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"export {what}", total=None)
        rows = desk.exports.rows(
            what, query=query, since=moment(since, option="--since"), until=moment(until, option="--until")
        )
        counted = bar.track(rows, task_id=task, description=f"export {what}")
        try:
            if out == "-":
                count = write(counted, form, sys.stdout.buffer, columns=COLUMNS[what])
            else:
                count = write_file(counted, form, Path(out), columns=COLUMNS[what])
        except BrokenPipeError:
            raise
        except OSError as error:
            raise InvalidInput(f"{out}: can't be written: {error.strerror}") from None
    with contextlib.suppress(BrokenPipeError):
        flush()
    say(f"{count:,} rows written to {out}")


def jobs(jsonl: Jsonl = False) -> None:
    """Every periodic job: next run, last run, misfires.

    Example:  tingchao jobs
    """
    from rich.table import Table

    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        rows = desk.jobs.all()
    table = Table("job", "next", "last", "misfires", "last error", box=None)
    for row in rows:
        if jsonl:
            emit(row)
            continue
        times = [f"{shanghai(row[k]):%m-%d %H:%M:%S}" if row[k] else "—" for k in ("next", "last")]
        table.add_row(row["name"], *times, str(row["misfires"]), row.get("last_error") or "")
    flush()
    if not jsonl:
        from rich.console import Console

        Console().print(table)
        if not rows:
            say("No job has run yet: start the product with  ./run")
