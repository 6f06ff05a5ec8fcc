"""New themes: found beside the aspects, counted exactly, named by a person, then tracked like the others."""

from typing import Any

import pytest

from domain.errors import InvalidInput
from domain.handling import ThemeState
from flows.new_themes import SAMPLE_BAD, aspect_lines
from flows.selections import Selection
from nlp.segment import segmenter
from tests.flows.desks import DAY, HOUR, NOW, Rig, document, opinion

CUT = segmenter()
DOORS = ("柜门关不严", "冰箱柜门关不严，漏冷气", "才买的柜门关不严", "新机柜门关不严，要用力按")
OTHERS = ("大家千万别买", "真的很失望，后悔买了", "什么东西", "你们自己看着办吧", "差评，不推荐")


def said(number: int, text: str, **changes: Any) -> Any:
    return document(number, text, tokens=tuple(CUT.cut(text)), **changes)


def shelf(here: Rig) -> None:
    """20 complaints of doors that no aspect covers, 40 of leaks that one does, filler, and praise of doors."""
    doors = [said(n, DOORS[n % 4], published_at=NOW - n * HOUR) for n in range(20)]
    leaks = [said(100 + n, "用了两天就漏水", aspects=(opinion("漏水"),)) for n in range(40)]
    filler = [said(200 + n, OTHERS[n % 5]) for n in range(40)]
    praise = [said(300 + n, "制冷很快，安静省电", sentiment="positive") for n in range(60)]
    older = [
        said(400 + n, "用了两天就漏水", aspects=(opinion("漏水"),), published_at=NOW - 40 * DAY) for n in range(60)
    ]
    here.store(*doors, *leaks, *filler, *praise, *older)


def test_what_no_aspect_covers_is_found_named_and_counted_exactly(here: Rig) -> None:
    shelf(here)
    found = here.desk.new_themes.of(Selection())
    assert [row.theme for row in found.rows][:1] == ["柜门关不严"]
    names = {row.theme for row in found.rows}
    assert not any("漏水" in name for name in names)
    assert not names & {"大家", "你们", "失望", "后悔", "东西", "千万别买", "差评"}
    for row in found.rows:
        assert here.desk.search.count(row.query) == row.count
        assert {q.id for q in row.quotes} <= {d.id for d in here.desk.search.scan(row.query)}
    door = found.rows[0]
    assert door.count == 20
    assert door.trend.words == "新出现"
    assert (found.read, found.of, found.compared) == (160, 160, 60)
    assert SAMPLE_BAD >= 160


def test_the_same_documents_give_the_same_themes_and_a_few_more_change_no_name(here: Rig) -> None:
    shelf(here)
    first = here.desk.new_themes.of(Selection()).rows
    assert here.desk.new_themes.of(Selection()).rows == first
    here.store(*(said(500 + n, OTHERS[n % 5]) for n in range(6)))
    assert [r.theme for r in here.desk.new_themes.of(Selection()).rows] == [r.theme for r in first]


def test_a_person_names_a_theme_and_it_is_counted_like_the_others(here: Rig) -> None:
    shelf(here)
    flow = here.desk.new_themes
    door = flow.of(Selection()).rows[0]
    kept = flow.decide(name="柜门密封", phrases=door.phrases, state=ThemeState.TRACKED, by="林")
    assert kept.id == door.id
    rows = {row.theme: row for row in here.desk.themes.of(Selection())}
    assert set(rows) == {"漏水", "柜门密封"}
    assert rows["柜门密封"].count == here.desk.search.count(rows["柜门密封"].query) == 20
    assert rows["柜门密封"].named == kept.id
    assert rows["柜门密封"].lift > 1
    assert door.theme not in {row.theme for row in flow.of(Selection()).rows}
    assert aspect_lines(kept) == f"柜门密封:\n  bad: [{', '.join(door.phrases)}]\n"
    with pytest.raises(InvalidInput, match="已有名为"):
        flow.decide(name="柜门密封", phrases=("别的",), state=ThemeState.TRACKED, by="周")
    assert flow.let_go(kept.id, by="林")
    assert door.theme in {row.theme for row in flow.of(Selection()).rows}
    assert [(s.action, s.by) for s in flow.named.audit(kept.id)] == [("tracked", "林"), ("removed", "林")]


def test_what_a_person_puts_aside_is_not_told_again(here: Rig) -> None:
    shelf(here)
    door = here.desk.new_themes.of(Selection()).rows[0]
    here.desk.new_themes.decide(name=door.theme, phrases=door.phrases, state=ThemeState.IGNORED, by="林")
    assert all("柜门" not in row.theme for row in here.desk.new_themes.of(Selection()).rows)
    assert {row.theme for row in here.desk.themes.of(Selection())} == {"漏水"}


@pytest.mark.parametrize(("name", "phrases", "by"), [("", ("柜门",), "林"), ("门", (), "林"), ("门", ("柜门",), " "), ("门", ("长" * 31,), "林")])  # fmt: skip
def test_a_theme_needs_a_name_phrases_and_a_person(here: Rig, name: str, phrases: tuple[str, ...], by: str) -> None:
    with pytest.raises(InvalidInput):
        here.desk.new_themes.decide(name=name, phrases=phrases, state=ThemeState.TRACKED, by=by)


def test_an_empty_selection_has_no_new_themes(here: Rig) -> None:
    found = here.desk.new_themes.of(Selection(brand="北屿"))
    assert (found.rows, found.read, found.of) == ((), 0, 0)
