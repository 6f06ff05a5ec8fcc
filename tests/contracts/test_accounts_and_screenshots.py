"""What the rows of sessions and of screenshots promise, on SQLite and on PostgreSQL."""

from datetime import timedelta

import attrs
from sqlalchemy import Engine

from domain.accounts import Account, AccountState, SessionHealth
from domain.feeds import Outcome
from index.tables.accounts import Accounts
from index.tables.screenshots import Screenshot, Screenshots
from tests.contracts.samples import DAY, HOUR, START


def account(**changes: object) -> Account:
    return attrs.evolve(Account(source="jd", name="main", saved_at=START), **changes)


def test_sessions_come_back_by_source_and_name(engine: Engine) -> None:
    rows = Accounts(engine)
    saved = [account(), account(name="备用", valid_until=START + DAY), account(source="weibo", detail="x")]
    for each in reversed(saved):
        rows.save(each)
    assert rows.all() == saved
    assert rows.all("weibo") == saved[2:]
    rows.save(account(valid_until=START + HOUR))
    assert rows.all("jd")[0].valid_until == START + HOUR
    assert rows.remove("jd", "main")
    assert not rows.remove("jd", "main")
    assert rows.all("jd") == saved[1:2]


def test_only_a_demand_to_log_in_sets_a_session_aside(engine: Engine) -> None:
    rows = Accounts(engine)
    rows.save(account())
    rows.answered("jd", "main", risk=Outcome.CAPTCHA, at=START + HOUR)
    (seen,) = rows.all()
    assert (seen.state, seen.last_risk_at, seen.last_ok_at) == (AccountState.READY, START + HOUR, None)
    assert "captcha" in seen.detail
    rows.answered("jd", "main", risk=None, at=START + 2 * HOUR, valid_until=START + DAY)
    (seen,) = rows.all()
    assert (seen.detail, seen.last_ok_at, seen.valid_until) == ("", START + 2 * HOUR, START + DAY)
    rows.answered("jd", "main", risk=Outcome.LOGIN_REQUIRED, at=START + 3 * HOUR)
    (seen,) = rows.all()
    assert (seen.state, seen.health(START)) == (AccountState.DEAD, SessionHealth.DEAD)
    assert "tingchao login jd --account main" in seen.detail
    assert seen.valid_until == START + DAY


def test_health_tells_the_end_two_days_before(engine: Engine) -> None:
    ends = account(valid_until=START + timedelta(days=5))
    assert [ends.health(START + n * DAY) for n in (0, 2, 4, 5)] == ["ready", "ready", "expiring", "dead"]


def test_screenshots_are_found_by_document(engine: Engine) -> None:
    rows = Screenshots(engine)
    shot = Screenshot(
        document="weibo:1", taken_at=START, alert="a1", file="2026-11/x.png", sha256="0" * 64, url="https://m.weibo.cn/detail/1"
    )  # fmt: skip
    later = attrs.evolve(shot, taken_at=START + HOUR, file="2026-11/y.png")
    other = attrs.evolve(shot, document="weibo:2", file="2026-11/z.png")
    for each in (later, other, shot, shot):
        rows.add(each)
    assert rows.of(["weibo:1"]) == [shot, later]
    assert rows.of(["weibo:2", "weibo:1", "weibo:3"]) == [shot, other, later]
    assert rows.of([]) == []
