"""The command insight: features together, on a map by group, or to come."""

from typing import TYPE_CHECKING, Annotated

import attrs
import typer

from tingchao.commands.answers import emit, flush, moment, say
from tingchao.commands.asking import Jsonl, Since, Until

if TYPE_CHECKING:  # the flows take a third of a second that other commands need not wait for
    from flows.insight import Combinations, FeatureMap, Forecast
    from flows.selections import Selection

group = typer.Typer(
    help="What is named together, which feature belongs to whom, how often it will be named.", no_args_is_help=True
)
Brand = Annotated[str, typer.Option(help="brand, canonical name")]
Category = Annotated[str, typer.Option(help="appliance: 空调")]
Model = Annotated[str, typer.Option(help="model number")]
Side = Annotated[str, typer.Option(help="mentions that count: bad, good, aspect")]


def add_to(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.add_typer(group, name="insight")


@group.command()
def together(
    side: Annotated[str, typer.Option(help="features that count: bad, good, aspect")] = "aspect",
    brand: Brand = "",
    category: Category = "",
    model: Model = "",
    since: Since = None,
    until: Until = None,
    jsonl: Jsonl = False,
) -> None:
    """Features that are named together more often than by chance: support, confidence, lift.

    Example:  tingchao insight together --category 空调
    """
    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        found = desk.insight.combinations(_selection(brand, category, model, since, until), side=side)
    _tell(found, jsonl=jsonl)
    say(f"看了最新 {found.read:,} 条，共 {found.total:,} 条；{len(found.rows)} 个组合超出偶然")


@group.command("map")
def feature_map(
    by: Annotated[
        str, typer.Option(help="rows: brand, group, category, line, model, source, rating, buyers")
    ] = "brand",
    side: Side = "bad",
    brand: Brand = "",
    category: Category = "",
    model: Model = "",
    since: Since = None,
    until: Until = None,
    jsonl: Jsonl = False,
) -> None:
    """Which feature belongs to whom: correspondence analysis of brands, models or groups of buyers.

    Example:  tingchao insight map --by buyers --side good
    """
    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        found = desk.insight.map(_selection(brand, category, model, since, until), by=by, side=side)
    _tell(found, jsonl=jsonl)
    if found.map is None:
        say("要比较至少得有两行和两个特征，各有 20 次以上提及")


@group.command()
def outlook(
    feature: Annotated[str, typer.Argument(help="aspect: 漏水")],
    side: Side = "bad",
    measure: Annotated[str, typer.Option(help="share (of 100 documents) or count")] = "share",
    step: Annotated[str, typer.Option(help="month or week")] = "month",
    periods: Annotated[int, typer.Option(help="how many to foretell, 1–12")] = 6,
    brand: Brand = "",
    category: Category = "",
    model: Model = "",
    since: Since = None,
    until: Until = None,
    jsonl: Jsonl = False,
) -> None:
    """How often a feature will be named: forecast with intervals, and how it would have done before.

    Example:  tingchao insight outlook 漏水 --category 热水器 --periods 3
    """
    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        found = desk.insight.forecast(
            _selection(brand, category, model, since, until),
            feature,
            side=side,
            measure=measure,
            step=step,
            periods=periods,
        )
    _tell(found, jsonl=jsonl)
    if found.ahead is None:
        say(found.why)


def _selection(brand: str, category: str, model: str, since: str | None, until: str | None) -> "Selection":
    from flows.selections import Selection

    return Selection(
        brand=brand,
        category=category,
        model=model,
        since=moment(since, option="--since"),
        until=moment(until, option="--until"),
    )


def _tell(found: "Combinations | FeatureMap | Forecast", *, jsonl: bool) -> None:
    if jsonl:
        for row in _rows(found):
            emit(row)
        flush()
        return
    from rich.console import Console

    Console().print(_table(found))


def _rows(found: "Combinations | FeatureMap | Forecast") -> list[dict[str, object]]:
    from flows.insight import Combinations, FeatureMap

    if isinstance(found, Combinations):
        return [attrs.asdict(row) for row in found.rows]
    if isinstance(found, FeatureMap):
        return [{"by": found.by, "side": found.side, "table": found.table, "queries": found.queries, "map": found.map}]
    return [{name: getattr(found, name) for name in attrs.fields_dict(type(found))}]


def _table(found: "Combinations | FeatureMap | Forecast") -> object:
    from rich.table import Table

    from flows.insight import GROUPED, Combinations, FeatureMap

    if isinstance(found, Combinations):
        table = Table("提到", "又提到", "条数", "占全部", "可信度", "提升", box=None)
        for row in found.rows:
            table.add_row(
                " + ".join(row.given),
                row.then,
                str(row.count),
                f"{row.support:.1%}",
                f"{row.confidence:.0%}",
                f"{row.lift:.1f}×",
            )
        return table
    if isinstance(found, FeatureMap):
        table = Table(GROUPED[found.by], "特征", "条数", "若都一样", "强度", box=None)
        for cell in found.map.owned if found.map else ():
            table.add_row(cell.row, cell.column, str(cell.count), f"{cell.expected:.1f}", f"{cell.strength:+.1f}")
        return table
    table = Table("期", "预测", "80% 区间", "95% 区间", box=None)
    for p in found.ahead.points if found.ahead else ():
        table.add_row(str(p.at), f"{p.value:.1f}", f"{p.low80:.1f} – {p.high80:.1f}", f"{p.low95:.1f} – {p.high95:.1f}")
    return table
