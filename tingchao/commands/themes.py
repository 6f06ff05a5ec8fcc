"""Commands about what reviews say: themes (with causes, new ones and wishes) and the card of one review."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from domain.analysis import Polarity
from domain.errors import InvalidInput
from tingchao.commands.answers import emit, flush, moment, say
from tingchao.commands.asking import Jsonl, Since, Until

if TYPE_CHECKING:  # the flows take a third of a second that other commands need not wait for
    from flows.desk import Desk
    from flows.selections import Selection


def add_to(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command()(themes)
    app.command()(review)


def themes(
    brand: Annotated[str, typer.Option(help="brand, canonical name")] = "",
    group: Annotated[str, typer.Option(help="maker with all its brands")] = "",
    category: Annotated[str, typer.Option(help="appliance: 空调")] = "",
    line: Annotated[str, typer.Option(help="product line")] = "",
    model: Annotated[str, typer.Option(help="model number")] = "",
    source: Annotated[str, typer.Option(help="site or import")] = "",
    sku: Annotated[str, typer.Option(help="the site's id of the product")] = "",
    stars: Annotated[str, typer.Option(help="1-2, 3, 4-5 or 5")] = "",
    query: Annotated[str, typer.Option(help="only among the rows of a search")] = "",
    since: Since = None,
    until: Until = None,
    sentiment: Annotated[Polarity, typer.Option(help="negative or positive")] = Polarity.NEGATIVE,
    without_spam: Annotated[
        bool, typer.Option("--without-spam", help="leave out what looks like water army or advert")
    ] = False,
    new: Annotated[bool, typer.Option("--new", help="what no aspect covers")] = False,
    wishes: Annotated[bool, typer.Option("--wishes", help="what people want changed or added")] = False,
    contradictions: Annotated[
        bool, typer.Option("--contradictions", help="reviews whose stars and words disagree")
    ] = False,
    causes: Annotated[str, typer.Option(help="open one theme to its causes: 漏水")] = "",
    jsonl: Jsonl = False,
) -> None:
    """What people complain of, with counts that open to their rows: `tingchao search QUERY` gives exactly as many.

    Example:  tingchao themes --brand 格力 --since 2026-10-01 --causes 漏水
    """
    from flows.selections import Selection
    from tingchao.wiring import reading_desk

    if sum((new, wishes, contradictions, bool(causes))) > 1:
        raise InvalidInput("--new, --wishes, --contradictions and --causes answer different questions: choose one")
    with reading_desk() as desk:
        selection = Selection(
            brand=brand,
            group=group,
            category=category,
            line=line,
            model=model,
            source=source,
            sku=sku,
            stars=_stars(stars),
            since=moment(since, option="--since"),
            until=moment(until, option="--until"),
            sentiment=sentiment,
            without_spam=without_spam,
        )
        if query.strip():
            selection = attrs.evolve(selection, within=desk.search.node(query))
        if new:
            _new(desk, selection, jsonl)
        elif wishes:
            _wishes(desk, selection, jsonl)
        elif contradictions:
            _contradictions(desk, selection, jsonl)
        elif causes:
            _causes(desk, selection, causes, jsonl)
        else:
            _themes(desk, selection, jsonl)


def review(
    id_: Annotated[str, typer.Argument(metavar="ID", help="id of a document, as `search` shows it")],
    jsonl: Jsonl = False,
) -> None:
    """The card of one review: what it says where, what contradicts what, and what was done about it.

    Example:  tingchao review jd:18234567890
    """
    from flows.reviews import card_row
    from tingchao.commands.card import told
    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        card = desk.reviews.card(id_)
        now = desk.clock.now()
    if card is None:
        raise InvalidInput(f"{id_!r}: no such document; `tingchao search` shows the ids")
    if jsonl:
        emit(card_row(card))
    else:
        typer.echo(told(card, now))
    flush()


def _themes(desk: "Desk", selection: "Selection", jsonl: bool) -> None:
    from flows.themes import theme_row

    rows = desk.themes.of(selection)
    if jsonl:
        _emit([theme_row(row) for row in rows])
        return
    _table(
        ("主题", "条数", "占比", "倍数", "趋势", "原话"),
        [(r.theme, str(r.count), f"{r.share:.1%}", f"{r.lift:.1f}×", _trend(r.trend), _said(r.quotes)) for r in rows],
    )
    _after(rows, selection, desk.clock.now())


def _new(desk: "Desk", selection: "Selection", jsonl: bool) -> None:
    from flows.new_themes import new_theme_row

    found = desk.new_themes.of(selection)
    if jsonl:
        _emit([new_theme_row(row) for row in found.rows])
    else:
        _table(
            ("新主题", "条数", "占比", "倍数", "趋势", "原话"),
            [
                (r.theme, str(r.count), f"{r.share:.1%}", f"{r.lift:.1f}×", _trend(r.trend), _said(r.quotes))
                for r in found.rows
            ],
        )
        _after(found.rows, selection, desk.clock.now())
    say(f"短语取自最新 {found.read:,} 条差评（共 {found.of:,} 条），与 {found.compared:,} 条好评对照；条数按全部内容计")


def _wishes(desk: "Desk", selection: "Selection", jsonl: bool) -> None:
    from flows.wishes import wish_row

    found = desk.wishes.of(selection)
    rows = (*found.aspects, *found.phrases)
    if jsonl:
        _emit([wish_row(row) for row in rows])
        return
    _table(
        ("愿望", "条数", "占比", "趋势", "原话"),
        [(r.theme, str(r.count), f"{r.share:.1%}", _trend(r.trend), _said(r.quotes)) for r in rows],
    )
    _after(rows, selection, desk.clock.now())


def _contradictions(desk: "Desk", selection: "Selection", jsonl: bool) -> None:
    from flows.contradictions import contradiction_row
    from index.fields import FLAGS

    names = {value: word for word, value in FLAGS}
    rows = desk.contradictions.of(selection)
    if jsonl:
        _emit([contradiction_row(row) for row in rows])
        return
    _table(
        ("矛盾", "条数", "占比", "趋势", "例子"),
        [
            (
                names[r.flag.value],
                str(r.count),
                f"{r.share:.2%}",
                _trend(r.trend),
                "；".join(d.text[:40] for d in r.samples),
            )
            for r in rows
        ],
    )
    _after([r for r in rows if r.count], selection, desk.clock.now())


def _causes(desk: "Desk", selection: "Selection", theme: str, jsonl: bool) -> None:
    drill = desk.themes.causes(selection, theme, quoted=3)
    if jsonl:
        from flows.themes import cause_row

        _emit([cause_row(row) for row in drill.rows])
        return
    _table(
        (f"{theme}的原因", "条数", "占比", "趋势", "原话"),
        [
            (r.cause or "没有说明原因", str(r.count), f"{r.share:.1%}", _trend(r.trend), _said(r.quotes))
            for r in drill.rows
        ],
    )
    if drill.overlap > 0:
        say(f"{theme}共 {drill.count:,} 条；各项相加多出 {drill.overlap:,}：一条内容可以说到多个原因")
    _after(drill.rows, selection, desk.clock.now())


def _stars(text: str) -> tuple[int, ...]:
    first, mark, last = text.partition("-")
    if text and not (first in "12345" and first and (not mark or (last in "12345" and last))):
        raise InvalidInput(f"--stars {text!r}: 1-2, 3, 4-5 or one of 1 to 5")
    return tuple(range(int(first), int(last or first) + 1)) if text else ()


def _emit(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        emit(row)
    flush()


def _trend(trend: Any) -> str:
    if trend is None:
        return ""
    more = f" {trend.change:+.0%}" if trend.change is not None and trend.verdict.value != "steady" else ""
    return f"{trend.words}{more}（{trend.before} → {trend.recent}）"


def _said(quotes: Any) -> str:
    return "；".join(quote.text for quote in quotes)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*heads, box=None)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _after(rows: Any, selection: "Selection", now: datetime) -> None:
    if not rows:
        say("没有匹配的内容：放宽一个条件，或先导入数据：tingchao import FILE")
        return
    from flows.selections import periods

    spans = periods(selection, now)
    compared = f"与之前的 {spans.days} 天比" if spans.whole else "近 30 天与再前 30 天比"
    say(f"每一行可用 tingchao search 打开，例如：tingchao search '{rows[0].query}'。趋势是{compared}，已排除偶然波动")
