"""The figures of `eval` as tables for people."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

_MOOD = {
    "two_class": "二分类",
    "accuracy": "三级准确率",
    "macro_f1": "宏平均F1",
    "negative_recall_at_precision_90": "负面召回@P90",
    "ece": "校准误差",
}
_FILE_WIDTH = 140
_GOLD = {"precision": "精确率", "recall": "召回率", "f1": "F1", "exact": "全对"}


def show(rows: Iterable[Mapping[str, Any]], *, slices: bool) -> None:
    """Write the tables to stdout."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_FILE_WIDTH)
    moods = [row for row in rows if "engine" in row]
    gold = [row for row in rows if "what" in row]
    if moods:
        console.print(_mood_table(moods, slices=slices))
        console.print(_costs(moods))
    if gold:
        console.print(_gold_table(gold, slices=slices))


def _mood_table(rows: Iterable[Mapping[str, Any]], *, slices: bool) -> Table:
    table = Table(title="情感：各引擎在同样的行上")
    for name in ("数据集", "引擎"):
        table.add_column(name)
    for name in ("行数", *_MOOD.values(), "条/CPU秒"):
        table.add_column(name, justify="right")
    last = ""
    for row in rows:
        name = f"{row['set']} 抽样" if row["sample"] else row["set"]
        if name != last:
            table.add_section()
        speed = f"{row['texts_per_cpu_s']:,.0f}" if row["texts_per_cpu_s"] else ""
        table.add_row(name if name != last else "", row["engine"], str(row["rows"]), *_numbers(row, _MOOD), speed)
        last = name
        for part, figures in row["slices"].items() if slices else ():
            table.add_row("", f"  {part}", str(figures["rows"]), *_numbers(figures, _MOOD), "", style="dim")
    return table


def _costs(rows: Iterable[Mapping[str, Any]]) -> Table:
    table = Table(title="各引擎的开销（各自在新进程中测量）")
    table.add_column("引擎")
    table.add_column("版本")
    for name in ("启动秒", "载入秒", "内存MiB"):
        table.add_column(name, justify="right")
    for name, row in {row["engine"]: row for row in rows}.items():
        table.add_row(name, row["model"], f"{row['start_s']:.2f}", f"{row['load_s']:.2f}", f"{row['mib']:.0f}")
    return table


def _gold_table(rows: Iterable[Mapping[str, Any]], *, slices: bool) -> Table:
    table = Table(title="方面、严重程度、说的是谁：与人工标注比较")
    for name in ("数据集", "比较"):
        table.add_column(name)
    for name in ("行数", *_GOLD.values()):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(row["set"], row["what"], str(row["rows"]), *_numbers(row, _GOLD))
        for part, figures in row["slices"].items() if slices else ():
            table.add_row("", f"  {part}", str(figures["rows"]), *_numbers(figures, _GOLD), style="dim")
    return table


def _numbers(row: Mapping[str, Any], columns: Mapping[str, str]) -> list[str]:
    return ["" if row.get(name) is None else f"{row[name]:.3f}" for name in columns]
