"""一键取数: documents, prices, alerts and themes as CSV, XLSX, Parquet or JSON Lines, at any size."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import msgspec
import xlsxwriter

from domain.alerts import Alert
from domain.analysis import Polarity
from domain.errors import InvalidInput, MissingExtra
from domain.times import iso_shanghai
from flows.prices import price_row
from flows.search import Search, document_row
from flows.themes import Selection, Themes, theme_row
from flows.worklist import Asked, WorkList, handling_row
from index.store import AlertLog, Prices

KINDS = ("documents", "prices", "alerts", "themes", "handling")
FORMATS = ("csv", "xlsx", "parquet", "jsonl")
COLUMNS = {
    "documents": (
        "id",
        "source",
        "kind",
        "url",
        "text",
        "normalized",
        "published_at",
        "seen_at",
        "rating",
        "sku",
        "product",
        "brand",
        "category",
        "model",
        "sentiment",
        "score",
        "aspects",
        "spam",
        "cluster",
    ),
    "prices": ("sku", "product", "brand", "shop", "price", "list_price", "promotions", "in_stock", "seen_at"),
    "alerts": (
        "id",
        "kind",
        "state",
        "severity",
        "brand",
        "topic",
        "opened_at",
        "onset",
        "first_post_at",
        "usual",
        "now",
        "document_ids",
        "notices",
    ),
    "themes": ("theme", "count", "share", "lift", "query", "quotes", "recent", "before", "change", "trend"),
    "handling": (
        *("id", "state", "owner", "cause_confirmed", "cause_read", "aspects_read", "note", "by", "updated_at"),
        *("published_at", "source", "brand", "category", "model", "rating", "sentiment", "text", "url"),
    ),
}
"""Headings of a file without rows: a program that reads it finds its columns all the same."""
Row = dict[str, Any]
_TYPES = {
    **dict.fromkeys(("rating", "count", "recent", "before"), "int64"),
    **dict.fromkeys(("score", "spam", "usual", "now", "share", "lift", "change"), "float64"),
    "in_stock": "bool",
}
"""Parquet types of the columns that are no text; nested values are JSON text."""
XLSX_ROWS = 1_048_575  # Excel's own limit less the heading


@attrs.frozen(kw_only=True)
class Exports:
    """Rows for export, the same as the screens show."""

    search: Search
    prices: Prices
    alerts: AlertLog
    themes: Themes
    worklist: WorkList | None = None
    """None where nobody handles reviews (tests)."""

    def rows(
        self, what: str, *, query: str = "", since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Row]:
        """The rows of one kind, lazily. `query` selects documents, of themes those that are counted.

        Raises InvalidInput for an unknown kind or a query that can't select it, InvalidQuery.
        """
        if query.strip() and what in ("prices", "alerts"):
            raise InvalidInput(
                f"--query selects documents and themes, not {what}; leave it out, --since and --until work"
            )
        if what == "documents":
            return map(document_row, self.search.scan(query, since=since, until=until))
        if what == "prices":
            return map(price_row, self.prices.all(since=since, until=until))
        if what == "alerts":
            return map(self.alert_row, self.alerts.recent(since=since, until=until, limit=100_000))
        if what == "themes":
            within = self.search.node(query)
            selection = Selection(since=since, until=until, sentiment=Polarity.NEGATIVE, within=within)
            return map(theme_row, self.themes.of(selection, limit=100))
        if what == "handling":
            within = self.search.node(query)
            asked = Asked(selection=Selection(since=since, until=until, within=within))
            return map(handling_row, self.worklist.every(asked) if self.worklist else ())
        raise InvalidInput(f"{what!r} can't be exported: one of {', '.join(KINDS)}")

    def alert_row(self, alert: Alert) -> Row:
        """The row that `export alerts` gives; design.md §4 fixes its fields."""
        return {
            "id": alert.id,
            "kind": alert.kind.value,
            "state": alert.state.value,
            "severity": alert.severity.value if alert.severity else None,
            "brand": alert.brand,
            "topic": alert.topic,
            "opened_at": iso_shanghai(alert.opened_at),
            "onset": iso_shanghai(alert.onset) if alert.onset else None,
            "first_post_at": iso_shanghai(alert.first_post_at) if alert.first_post_at else None,
            "usual": round(alert.usual, 2),
            "now": round(alert.now, 2),
            "document_ids": list(alert.document_ids),
            "notices": [
                {
                    "channel": notice.channel,
                    "key": notice.key,
                    "created_at": iso_shanghai(notice.created_at),
                    "delivered_at": iso_shanghai(d.delivered_at) if d.delivered_at else None,
                    "outcome": d.outcome,
                }
                for notice, d in self.alerts.deliveries(alert.id)
            ],
        }


def write(rows: Iterable[Row], form: str, out: BinaryIO, *, columns: Sequence[str] = ()) -> int:
    """Write rows in one form. Returns how many. columns: the headings if there is no row at all.

    Raises InvalidInput for an unknown form, MissingExtra for Parquet without its extra.
    """
    writers: dict[str, Callable[[Iterable[Row], BinaryIO, Sequence[str]], int]] = {
        "csv": _csv,
        "xlsx": _xlsx,
        "parquet": _parquet,
        "jsonl": _jsonl,
    }
    if form not in writers:
        raise InvalidInput(f"{form!r} is no export form: one of {', '.join(FORMATS)}")
    return writers[form](rows, out, columns)


def write_file(rows: Iterable[Row], form: str, path: Path, *, columns: Sequence[str] = ()) -> int:
    """Write beside the target, then rename: a reader never sees half a file. Returns how many rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".part")
    try:
        with aside.open("wb") as out:
            count = write(rows, form, out, columns=columns)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return count


def cell(value: Any) -> Any:
    """A value as a spreadsheet may hold it: nested values as JSON, and text that would be a formula made harmless."""
    if isinstance(value, (list, tuple, dict)):
        value = _json_text(value)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"):
        return "'" + value
    return value


def _jsonl(rows: Iterable[Row], out: BinaryIO, columns: Sequence[str]) -> int:
    count = 0
    for row in rows:
        out.write(msgspec.json.encode(row) + b"\n")
        count += 1
    return count


def _csv(rows: Iterable[Row], out: BinaryIO, columns: Sequence[str]) -> int:
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    first, rest = _first(rows)
    writer = csv.writer(text)
    count = 0
    if heading := list(columns if first is None else first):
        writer.writerow(heading)
    for row in chain([] if first is None else [first], rest):
        writer.writerow([cell(v) for v in row.values()])
        count += 1
    text.detach()
    return count


def _xlsx(rows: Iterable[Row], out: BinaryIO, columns: Sequence[str]) -> int:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    first, rest = _first(rows)
    count = 0
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("export")
        sheet.write_row(0, 0, list(columns if first is None else first))
        for row in chain([] if first is None else [first], rest):
            count += 1
            if count > XLSX_ROWS:
                raise InvalidInput(f"more than {XLSX_ROWS:,} rows don't fit a sheet: choose csv, or a shorter time")
            sheet.write_row(count, 0, [cell(v)[:32_767] if isinstance(cell(v), str) else cell(v) for v in row.values()])
    return count


def _parquet(rows: Iterable[Row], out: BinaryIO, columns: Sequence[str]) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtra("parquet", "exporting Parquet") from error

    def schema(names: Iterable[str]) -> Any:  # Any: pyarrow ships no types
        return pa.schema([(name, pa.type_for_alias(_TYPES.get(name, "string"))) for name in names])

    count, writer = 0, None
    iterator = iter(rows)
    while batch := list(islice(iterator, 10_000)):
        if writer is None:  # by name, not by the first rows: a column may begin with ten thousand nulls
            writer = pq.ParquetWriter(out, schema(batch[0]))
        flat = [{k: _json_text(v) if isinstance(v, (list, tuple, dict)) else v for k, v in r.items()} for r in batch]
        writer.write_table(pa.Table.from_pylist(flat, schema=writer.schema))
        count += len(batch)
    if writer is None:
        pq.write_table(schema(columns).empty_table(), out)
    else:
        writer.close()
    return count


def _json_text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _first(rows: Iterable[Row]) -> tuple[Row | None, Iterator[Row]]:
    iterator = iter(rows)
    return next(iterator, None), iterator
