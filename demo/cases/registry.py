"""All nasty cases by name: whatever the modules of this package list in `CASES`."""

import importlib
import pkgutil
from functools import cache

from demo import cases
from demo.cases.case import Case

HOW_MANY = 60
"""Numbers of the list of nasty cases."""


@cache
def all_cases() -> dict[str, Case]:
    """Every case by name, ordered by number and name. Raises ValueError where two share a name or a number is none of the list."""
    found: dict[str, Case] = {}
    modules = [importlib.import_module(f"{cases.__name__}.{m.name}") for m in pkgutil.iter_modules(cases.__path__)]
    listed = [case for module in modules for case in getattr(module, "CASES", ())]
    for case in sorted(listed, key=lambda c: (c.number, c.name)):
        if case.name in found or not 0 <= case.number <= HOW_MANY:
            raise ValueError(f"case {case.name!r} number {case.number}: listed twice, or not of 0–{HOW_MANY}")
        found[case.name] = case
    return found


def case_named(name: str) -> Case:
    """Raises ValueError for an unknown name."""
    found = all_cases().get(name)
    if found is None:
        near = [other for other in all_cases() if name.split("-")[0] in other]
        raise ValueError(f"no case {name!r}; there are {', '.join(near or all_cases())}")
    return found
