"""`python -m demo.cases docs/cases.md`: writes the table of the cases into the page, from the cases themselves."""

import sys
from pathlib import Path

from demo.cases.registry import HOW_MANY, all_cases

HEADING = "| # | case | site | what it plays | what must come of it | test |\n| --- | --- | --- | --- | --- | --- |\n"


def table() -> str:
    """All cases by number, as Markdown."""
    rows = [
        f"| {c.number or '–'} | `{c.name}` | {c.site} | {c.about} | {c.expected} | `{played_by(c.name)}` |\n"
        for c in all_cases().values()
    ]
    return HEADING + "".join(rows)


def missing() -> list[int]:
    """Numbers of the list that no case plays yet."""
    return sorted(set(range(1, HOW_MANY + 1)) - {c.number for c in all_cases().values()})


def played_by(case: str) -> str:
    """The test that plays a case."""
    return "test_" + case.replace("-", "_")


def main() -> None:
    """Print the table, or put it into the file named as argument: after its first heading of the table."""
    if len(sys.argv) < 2:
        print(table(), end="")
        return
    page = Path(sys.argv[1])
    before = page.read_text("utf-8").split(HEADING.splitlines()[0])[0]
    page.write_text(before + table(), "utf-8")
    print(f"{len(all_cases())} cases; numbers without one: {missing() or 'none'}")


if __name__ == "__main__":
    main()
