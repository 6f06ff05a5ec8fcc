"""The report of `train` for people."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from flows.own_training import MEASURES

_NAMES = {
    "two_class": "二分类",
    "accuracy": "三级准确率",
    "macro_f1": "宏平均F1",
    "negative_recall": "负面召回@P90",
    "ece": "校准误差",
}
_FILE_WIDTH = 120


def show(report: Mapping[str, Any], *, base: str) -> None:
    """Write it to stdout. base: version of the shipped model."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_FILE_WIDTH)
    counts = report["learnt_from"]
    console.print(
        f"{report['file']}：读 {report['read']} 行，拒绝 {report['refused']} 行；默认评价 {report['default_texts']}、"
        f"重复 {report['copies']}、同文不同星 {report['contradictions']} 条不学；"
        f"学 {sum(counts.values())} 条（负面 {counts['negative']}、中性 {counts['neutral']}、正面 {counts['positive']}）",
        markup=False,
    )
    table = Table(title="留出的评论（没有学过，相似的文本不跨两边）与别的文本")
    for name in ("行", "模型"):
        table.add_column(name)
    for name in ("行数", *_NAMES.values()):
        table.add_column(name, justify="right")
    for title, pair in {"你的评论": report["held_out"], **report["guards"]}.items():
        for side, version in (("old", base), ("new", report["model"])):
            figures = pair[side]
            numbers = ["" if figures[name] is None else f"{figures[name]:.3f}" for name in _NAMES]
            table.add_row(title if side == "old" else "", version, str(figures["rows"]), *numbers)
        table.add_section()
    console.print(table)
    for title, pair in {"你的评论": report["held_out"], **report["guards"]}.items():
        for name, (value, low, high) in pair["gain"].items():
            console.print(f"{title} {MEASURES[name]}：{value:+.3f}（90% 区间 {low:+.3f} … {high:+.3f}）", markup=False)
    for part, figures in report["held_out"]["slices"].items():
        console.print(f"  {part} {figures['rows']} 条：{figures['old']:.3f} → {figures['new']:.3f}", markup=False)
    console.print(_verdict(report), markup=False)


def _verdict(report: Mapping[str, Any]) -> str:
    reasons = "；".join(report["reasons"])
    if not report["accepted"]:
        return f"没有安装：{reasons}"
    if not report["installed"]:
        return f"可以安装（--dry-run，没有安装）：{reasons}"
    return f"已安装并启用 {report['model']}：{reasons}。换回：tingchao model use shipped"
