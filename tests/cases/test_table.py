"""docs/cases.md says what the registry says, and every case has its test."""

import ast
from pathlib import Path

from demo.cases.__main__ import missing, played_by, table
from demo.cases.registry import all_cases

HERE = Path(__file__).parent


def functions_here() -> dict[str, str]:
    """Test functions of this folder → their source."""
    found = {}
    for file in HERE.glob("test_cases_*.py"):
        source = file.read_text("utf-8")
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = ast.get_source_segment(source, node) or ""
    return found


def test_the_page_holds_the_table_of_the_registry() -> None:
    page = (HERE.parents[1] / "docs" / "cases.md").read_text("utf-8")
    assert page.endswith(table()), "run: python -m demo.cases docs/cases.md"


def test_every_case_is_played_by_the_test_of_its_name() -> None:
    tests = functions_here()
    unplayed = [name for name in all_cases() if f'"{name}"' not in tests.get(played_by(name), "")]
    assert not unplayed


def test_all_sixty_numbers_are_covered() -> None:
    assert missing() == []
