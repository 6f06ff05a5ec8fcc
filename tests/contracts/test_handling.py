"""What is remembered of a team's work on reviews and of the themes that people named, on SQLite and on PostgreSQL."""

import attrs
from sqlalchemy import Engine

from domain.handling import Handling, HandlingState, NamedTheme, Step, ThemeState
from index.store import Batch
from index.tables import HandlingLog, Ledger, NamedThemes
from index.tables.forgetting import Forgetting
from tests.contracts.samples import HOUR, START, document


def handled(id_: str = "jd:1", hours: int = 0, **changes: object) -> Handling:
    plain = Handling(document=id_, state=HandlingState.ASSIGNED, owner="林", by="周", updated_at=START + hours * HOUR)
    return attrs.evolve(plain, **changes)


def step(action: str = "assigned", hours: int = 0) -> Step:
    return Step(at=START + hours * HOUR, by="周", action=action, note="先看接口")


def test_a_handling_comes_back_with_every_step_that_led_there(engine: Engine) -> None:
    log = HandlingLog(engine)
    log.save(handled(), [step()])
    log.save(
        handled(hours=2, state=HandlingState.SOLVED, cause="漏水/接口", note="已换"),
        [step("cause", 2), step("solved", 2)],
    )
    assert log.get(["jd:1", "jd:none"]) == {
        "jd:1": handled(hours=2, state=HandlingState.SOLVED, cause="漏水/接口", note="已换")
    }
    assert [(s.action, s.by, s.note) for s in log.audit("jd:1")] == [
        ("assigned", "周", "先看接口"), ("cause", "周", "先看接口"), ("solved", "周", "先看接口")
    ]  # fmt: skip


def test_rows_are_narrowed_by_state_and_owner_the_latest_first(engine: Engine) -> None:
    log = HandlingLog(engine)
    for number, (state, owner) in enumerate(
        [("assigned", "林"), ("working", "林"), ("assigned", "周"), ("dismissed", "")]
    ):
        log.save(handled(f"jd:{number}", number, state=HandlingState(state), owner=owner), [])
    assert [h.document for h in log.rows()] == ["jd:3", "jd:2", "jd:1", "jd:0"]
    assert [h.document for h in log.rows(state=HandlingState.ASSIGNED)] == ["jd:2", "jd:0"]
    assert [h.document for h in log.rows(state=HandlingState.ASSIGNED, owner="林")] == ["jd:0"]
    assert log.owners() == [("林", 2), ("周", 1)]


def test_erasing_a_document_erases_what_was_done_about_it(engine: Engine) -> None:
    log, ledger = HandlingLog(engine), Ledger(engine)
    ledger.store(Batch(receipt="one", documents=(document("jd:1"), document("jd:2"))), ())
    for id_ in ("jd:1", "jd:2"):
        log.save(handled(id_), [step(), step("note")])
    ledger.erase(ids=["jd:1"])
    assert [h.document for h in log.rows()] == ["jd:2"]
    assert log.audit("jd:1") == []
    assert len(log.audit("jd:2")) == 2


def test_a_request_to_be_forgotten_counts_the_handling_rows(engine: Engine) -> None:
    log = HandlingLog(engine)
    log.save(handled(), [step(), step("note")])
    removed = Forgetting(engine).take_away(["jd:1"])
    assert (removed["handling"], removed["handling_audit"]) == (1, 2)
    assert log.rows() == []


def test_a_named_theme_is_kept_changed_and_let_go_with_its_audit(engine: Engine) -> None:
    themes = NamedThemes(engine)
    doors = NamedTheme(id="t1", name="柜门关不严", phrases=("门关不严", "关不上门"), by="林", updated_at=START)
    themes.save(doors, step("tracked"))
    other = NamedTheme(id="t2", name="噱头", phrases=("噱头",), state=ThemeState.IGNORED, by="周", updated_at=START)
    themes.save(other, step("ignored"))
    assert themes.all() == [other, doors]
    assert themes.all(ThemeState.TRACKED) == [doors]
    themes.save(attrs.evolve(doors, name="关不严"), step("renamed", 1))
    assert [t.name for t in themes.all(ThemeState.TRACKED)] == ["关不严"]
    assert themes.remove("t1", step("removed", 2))
    assert not themes.remove("t1", step("removed", 3))
    assert [s.action for s in themes.audit("t1")] == ["tracked", "renamed", "removed"]
