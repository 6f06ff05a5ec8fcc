from datetime import UTC, datetime, timedelta

import attrs

from domain.accounts import Account, AccountState
from flows.accounts import Turn, another_is_living, in_short, told, whose_turn

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def account(name: str, **changes: object) -> Account:
    return attrs.evolve(Account(source="jd", name=name, saved_at=NOW - HOUR), **changes)


def turn(
    *accounts: Account, used: dict[str, int] | None = None, daily: int | None = None
) -> tuple[Turn, str, int | None]:
    choice = whose_turn(accounts, now=NOW, used_today=used or {}, daily_pages=daily)
    return choice.turn, choice.account.name if choice.account else "", choice.pages_left


def test_sessions_take_turns_the_longest_rested_first() -> None:
    a, b = account("a"), account("b")
    taken = []
    for minute in range(5):
        _, name, _ = turn(a, b)
        taken.append(name)
        used = {"last_ok_at": NOW + minute * timedelta(minutes=1)}
        a, b = (attrs.evolve(x, **used) if x.name == name else x for x in (a, b))
    assert taken == ["a", "b", "a", "b", "a"]


def test_a_dead_session_is_set_aside_and_the_next_is_used() -> None:
    dead, ended, well = account("a", state=AccountState.DEAD), account("b", valid_until=NOW), account("c")
    assert turn(dead, ended, well) == (Turn.CHOSEN, "c", None)
    assert another_is_living([dead, ended, well], now=NOW)
    assert not another_is_living([dead, ended], now=NOW)


def test_all_dead_none_saved_and_all_spent_are_three_different_news() -> None:
    assert turn(account("a", state=AccountState.DEAD))[0] is Turn.ALL_DEAD
    assert turn()[0] is Turn.NONE_SAVED
    assert turn(account("a"), used={"a": 100}, daily=100)[0] is Turn.ALL_SPENT


def test_a_budget_is_each_accounts_own() -> None:
    assert turn(account("a"), account("b"), used={"a": 100, "b": 40}, daily=100) == (Turn.CHOSEN, "b", 60)


def test_what_people_read_of_sessions() -> None:
    day = timedelta(days=1)
    well, soon = account("a", valid_until=NOW + 20 * day), account("b", valid_until=NOW + day)
    dead = account("c", state=AccountState.DEAD, detail="网站要求重新登录", saved_at=NOW - 12 * day)
    assert in_short([well, soon, dead], NOW) == "1 可用 · 1 即将到期 · 1 已失效（最久 12 天前登录）"
    assert in_short([], NOW) == "—"
    assert told(well, NOW) == ("可用", "还有 20.0 天到期")
    assert told(dead, NOW) == ("已失效", "网站要求重新登录")
    assert told(soon, NOW)[1] == "还有 1.0 天到期，请提前重新登录：tingchao login jd --account b"
    assert told(account("d", valid_until=NOW), NOW) == ("已失效", "已过有效期：tingchao login jd --account d")
    assert told(account("e"), NOW) == ("可用", "")
