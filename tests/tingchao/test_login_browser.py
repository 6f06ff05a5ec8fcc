"""Logging in to the pretended sites with a real Chromium: the QR code that a phone would read, and the session that follows."""

import json
import subprocess
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from crawlers.chromium import why_no_browser
from domain.feeds import Outcome, PageSeen
from index.tables import Sources
from tingchao.opening import open_tables
from tingchao.settings import load
from tingchao.signing_in import session_files

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "-")]


def drawn_code(process: "subprocess.Popen[str]") -> str:
    """What a phone reads from the half blocks in the terminal."""
    import zxingcpp

    lines: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        if lines and not set(line.rstrip("\n")) <= set(" ▀▄█"):
            break
        if len(line) > 20 and set(line.rstrip("\n")) <= set(" ▀▄█"):
            lines.append(line.rstrip("\n"))
    assert lines, "no code was drawn"
    wide = max(len(line) for line in lines)
    paper = np.full((2 * len(lines), wide), 255, np.uint8)
    for y, line in enumerate(lines):
        for x, half in enumerate(line):
            if half in "▀█":
                paper[2 * y, x] = 0
            if half in "▄█":
                paper[2 * y + 1, x] = 0
    (found,) = zxingcpp.read_barcodes(np.kron(np.pad(paper, 4, constant_values=255), np.ones((6, 6), np.uint8)))
    return str(found.text)


def test_a_code_in_the_terminal_is_scanned_and_the_session_is_kept_encrypted(town: Any) -> None:
    sources = Sources(open_tables(load(town.folder.path), town.folder))
    asked = PageSeen(
        source="weibo",
        page="search",
        url="https://m.weibo.cn/",
        outcome=Outcome.LOGIN_REQUIRED,
        seen_at=datetime.now(UTC),
    )
    sources.record([asked])
    process = town.command("login", "weibo", "--account", "备用", "--patience", "60")
    text = drawn_code(process)
    assert town.scan(text).json()["site"] == "weibo"
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    row = json.loads(out)
    assert (row["source"], row["name"], row["state"]) == ("weibo", "备用", "ready")
    left = datetime.fromisoformat(row["valid_until"]) - datetime.now(UTC)
    assert timedelta(days=29) < left < timedelta(days=31)
    session = session_files(town.folder).load("weibo", "备用")
    assert {c.domain for c in session.cookies} == {".weibo.com", ".weibo.cn"}
    assert "SUB=demo-" in session.header_for("https://m.weibo.cn/api/container/getIndex")
    assert "Chrome" in session.user_agent
    secret = next(c.value for c in session.cookies if c.name == "SUB").encode()
    for file in town.folder.path.rglob("*"):
        assert not file.is_file() or secret not in file.read_bytes(), file
    assert secret.decode() not in out + err
    status = sources.get("weibo")
    assert status is not None
    assert status.last_outcome is None, "a source that waited for a person is asked again"
    assert not list(town.folder.path.glob("login/code-*")), "the picture of a used code is gone"


def test_nobody_at_the_phone_ends_with_a_clear_word_and_without_a_session(town: Any) -> None:
    out, err = town.command("login", "jd", "--patience", "5").communicate(timeout=60)
    assert "nobody logged in within 5 s" in err
    assert out == ""
    assert not town.folder.sessions.exists()


def test_the_console_shows_the_code_and_then_the_session(town: Any) -> None:
    from fastapi.testclient import TestClient

    from tingchao.wiring import opened
    from web.console import create_app

    with opened(town.folder) as house, TestClient(create_app(house.desk), base_url="http://127.0.0.1") as client:
        feeds = client.get("/feeds").text
        token = feeds.split('name="token" value="')[1].split('"')[0]
        begun = client.post(
            "/sessions/begin", data={"token": token, "source": "jd", "account": "main"}, follow_redirects=False
        )
        assert begun.status_code == 303, begun.text
        page = begun.headers["location"]
        deadline = time.monotonic() + 40
        while "data:image/png" not in (shown := client.get(f"{page}/progress").text):
            assert time.monotonic() < deadline, shown
            time.sleep(0.2)
        assert client.post("/sessions/begin", data={"token": token, "source": "jd"}).status_code == 400
        assert town.scan().status_code == 200
        while "已加密保存" not in (shown := client.get(f"{page}/progress").text):
            assert time.monotonic() < deadline, shown
            time.sleep(0.2)
        assert "main" in client.get("/feeds").text.split('id="sessions"')[1]
        removed = client.post("/sessions/jd/main/remove", data={"token": token})
        assert "已删除" in removed.text
        assert house.desk.sessions is not None
        assert house.desk.sessions.accounts() == []
