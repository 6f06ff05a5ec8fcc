"""Where a sheet's header is: below title lines, over one row or two, and which lines below it are no data."""

import re
from collections.abc import Sequence
from typing import Any

import attrs

from crawlers.imports.columns import known_name, plain
from crawlers.imports.lines import Line

WITHIN_LINES = 10
"""Title lines and merged cells stand above the header of back-office exports."""
_LONGEST_NAME = 30
_FOOTER = re.compile(
    r"(?:合计|总计|小计|共\s*\d+\s*[条行]|导出时间|导出人|制表|数据来源|以上(?:数据|为)|备注[:：]|说明[:：]|注[:：]).*",
    re.DOTALL,
)


@attrs.frozen(kw_only=True)
class Heading:
    """The header of a sheet."""

    names: tuple[str, ...]
    """Names of the columns; a repeated one has a number, a blank one is blank, blank ones at the end are left out."""
    line: int
    """1-based line of its last row."""
    after: int
    """How many of the lines that were looked at stand above the first row of data."""
    titles: tuple[str, ...] = ()
    """Texts above it."""
    score: int = 0
    """How many of its names are known."""

    def again(self, line: Line) -> bool:
        """Is this row the header once more, as in files that were put together?"""
        first = self.names[0] if self.names else ""
        return _name(line.cells[0] if line.cells else "") == first and (
            tuple(map(_name, line.cells[: len(self.names)])) == self.names
        )

    def translated_by(self, line: Line) -> bool:
        """Is this row, at the top of the data, a second header: skuId above 商品编号?"""
        filled = [cell for cell in line.cells if cell not in ("", None)]
        known = sum(map(known_name, filled))
        return known >= 2 and known * 5 >= len(filled) * 3 and all(isinstance(cell, str) for cell in filled)

    def ended_by(self, line: Line) -> bool:
        """Is this row a remark below the table: a single cell 共 1200 条, or a sum?"""
        filled = [cell for cell in line.cells if cell not in ("", None)]
        first = filled[0] if filled else ""
        few = len(filled) == 1 or (len(self.names) >= 4 and len(filled) * 2 <= len(self.names))
        return few and len(self.names) > 1 and isinstance(first, str) and bool(_FOOTER.fullmatch(first.strip()))


def heading_of(lines: Sequence[Line]) -> Heading | None:
    """The header among the first lines: the one with most names that we know, else the first with several cells."""
    first = lines[:WITHIN_LINES]
    if not first:
        return None
    candidates = [_heading(lines, place) for place in range(len(first))]
    best = max(candidates, key=lambda each: each.score)
    if best.score:
        return best
    place = next((n for n, line in enumerate(first) if sum(cell not in ("", None) for cell in line.cells) > 1), 0)
    return _heading(lines, place)


def heading_with(lines: Sequence[Line], columns: set[str]) -> Heading | None:
    """The header that holds all these columns; None where no line of the first does."""
    for place in range(len(lines[:WITHIN_LINES])):
        for found in (_heading(lines, place), _single(lines, place)):
            if columns <= set(found.names):
                return found
    return None


def _heading(lines: Sequence[Line], place: int) -> Heading:
    """The header that begins with this line, over two rows where the second says more."""
    one = _single(lines, place)
    two = _double(lines, place) if place + 1 < len(lines) else None
    return two if two and two.score > one.score else one


def _single(lines: Sequence[Line], place: int) -> Heading:
    return _made(lines, place, [_name(cell) for cell in lines[place].cells], rows=1)


def _double(lines: Sequence[Line], place: int) -> Heading | None:
    """Names over two rows: a merged 追评 above 内容 and 时间 gives 追评内容 and 追评时间."""
    above, below = ([_name(cell) for cell in lines[place + n].cells] for n in (0, 1))
    width = max(len(above), len(below))
    above, below = (row + [""] * (width - len(row)) for row in (above, below))
    under_merged = [n for n in range(width) if below[n] and not above[n] and any(above[:n])]
    if not under_merged or sum(map(bool, above)) < 2:  # a single cell above all columns is a title
        return None
    if any(len(name) > _LONGEST_NAME or name[:1].isdigit() for name in below):
        return None
    names, group = [], ""
    for top, sub in zip(above, below, strict=True):
        group = top or (group if sub else "")
        names.append(top if not sub or sub == top else _joined(group, sub))
    return _made(lines, place, names, rows=2)


def _joined(group: str, name: str) -> str:
    """Both names, unless the lower one says it all."""
    both = f"{group}{name}"
    return name if known_name(name) and not known_name(both) and plain(name) not in _VAGUE else both


_VAGUE = {"内容", "时间", "日期", "状态", "数量", "类型"}


def _made(lines: Sequence[Line], place: int, names: list[str], *, rows: int) -> Heading:
    while names and not names[-1]:
        names = names[:-1]
    unique: list[str] = []
    for name in names:
        unique.append(f"{name}_{names[: len(unique)].count(name) + 1}" if name and name in unique else name)
    titles = tuple(str(cell) for line in lines[:place] for cell in line.cells if isinstance(cell, str) and cell.strip())
    return Heading(
        names=tuple(unique),
        line=lines[place + rows - 1].number,
        after=place + rows,
        titles=titles,
        score=sum(map(known_name, names)),
    )


def _name(cell: Any) -> str:
    return str("" if cell is None else cell).strip().removeprefix("\ufeff").strip('"')
