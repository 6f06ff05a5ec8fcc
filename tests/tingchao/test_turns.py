"""Sessions of several accounts take turns at the pretended Weibo, over plain HTTP."""

import json
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from domain.accounts import AccountState
from domain.errors import InvalidInput
from index.tables import Crawls, Sources
from index.tables.accounts import Accounts
from tingchao import signing_in
from tingchao.crawling import job_of
from tingchao.opening import open_tables
from tingchao.rounds import round_of
from tingchao.settings import load
from tingchao.signing_in import session_files
from tingchao.sources import ADAPTERS


def tables(town: Any) -> Any:
    return open_tables(load(town.folder.path), town.folder)


def bring(town: Any, account: str, value: str) -> None:
    signing_in.bring(town.folder, "weibo", account, f"SUB={value}; ALF=1")


def crawl(town: Any) -> dict[str, Any]:
    done = town.run("crawl", "weibo")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_sessions_take_turns_and_a_dead_one_is_set_aside(town: Any) -> None:
    assert town.run("watch", "add", "澜川").returncode == 0
    bring(town, "a-dead", "stale-token")
    bring(town, "b", "demo-b")
    bring(town, "c", "demo-c")
    rows = Accounts(tables(town))

    first = crawl(town)
    assert first["stopped"] == "login_required"
    (dead,) = (a for a in rows.all("weibo") if a.state is AccountState.DEAD)
    assert dead.name == "a-dead"
    assert "tingchao login weibo --account a-dead" in dead.detail

    reports = [crawl(town) for _ in range(3)]
    assert [r["stopped"] for r in reports] == [None] * 3
    assert all(r["pages"] for r in reports)
    used = [c.account for c in reversed(Crawls(tables(town)).recent("weibo"))]
    assert used == ["a-dead", "b", "c", "b"]
    assert all(a.last_ok_at for a in rows.all("weibo") if a.name != "a-dead")
    status = Sources(tables(town)).get("weibo")
    assert status is not None
    assert status.state == "healthy", "one dead session of three is no trouble of the source"


def test_with_every_session_dead_nothing_is_asked_and_the_source_says_what_to_do(town: Any) -> None:
    assert town.run("watch", "add", "澜川").returncode == 0
    bring(town, "main", "demo-1")
    rows = Accounts(tables(town))
    (account,) = rows.all()
    rows.save(attrs.evolve(account, valid_until=datetime(2026, 1, 1, tzinfo=UTC)))
    report = crawl(town)
    assert (report["stopped"], report["pages"]) == ("login_required", 0)
    assert report["reason"] == "every saved session is dead: tingchao login weibo"
    status = Sources(tables(town)).get("weibo")
    assert status is not None
    assert status.state == "login_required"
    assert "已失效" in town.run("session", "list").stdout
    bring(town, "main", "demo-2")
    assert crawl(town)["stopped"] is None, "a new log-in mends it"


def test_a_session_that_cannot_be_opened_is_dead_with_its_reason(town: Any) -> None:
    assert town.run("watch", "add", "澜川").returncode == 0
    bring(town, "main", "demo-1")
    session_files(town.folder).remove("weibo", "main")
    assert crawl(town)["stopped"] == "login_required"
    (account,) = Accounts(tables(town)).all()
    assert account.state is AccountState.DEAD
    assert "no saved session 'main' of weibo" in account.detail


def test_a_session_brought_along_is_told_and_forgotten(town: Any) -> None:
    brought = town.run("login", "weibo", "--account", "备用", "--from", "-", given="SUB=canary-31c7; ALF=1")
    assert json.loads(brought.stdout)["name"] == "备用"
    listed = town.run("session", "list", "--jsonl")
    assert json.loads(listed.stdout)["name"] == "备用"
    assert "canary-31c7" not in listed.stdout + listed.stderr + brought.stdout + brought.stderr
    gone = town.run("session", "remove", "weibo", "--account", "备用")
    assert gone.returncode == 0
    again = town.run("session", "remove", "weibo", "--account", "备用")
    assert again.returncode == 2
    assert "tingchao session list" in again.stderr
    assert not list(town.folder.sessions.rglob("*.session"))


@pytest.mark.parametrize(
    ("source", "account", "says"),
    [
        ("weibo", "main", "nobody is logged in"),
        ("nobody", "main", "no source named"),
        ("shop", "main", "needs no session"),
        ("jd", "main", "no cookie of jd.com|nobody is logged in"),
    ],
)
def test_what_is_no_session_is_refused_before_anything_is_kept(town: Any, source: str, account: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        signing_in.bring(town.folder, source, account, "pin=x")
    assert not town.folder.sessions.exists()


def test_a_name_that_would_leave_the_folder_is_refused(town: Any) -> None:
    with pytest.raises(InvalidInput, match="account name"):
        signing_in.bring(town.folder, "weibo", "../x", "SUB=x")
    assert not town.folder.sessions.exists()


def test_a_browser_may_load_what_a_page_is_made_of_and_asks_only_the_sites_own_hosts(town: Any) -> None:
    settings = load(town.folder.path)
    here = round_of("jd", settings=settings, engine=tables(town), clock=town.folder.clock())
    job = job_of(town.folder, settings, here, None, ADAPTERS["jd"](True), [], 1)
    assert "*.360buyimg.com" in job.resource_hosts
    assert not any(host.startswith("*") for host in job.allowed_hosts), "what is heard and gets cookies is named"
