"""The handles, the sink, the history and what survives a restart."""

import csv
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from demo import history, server
from demo.catalogue import BRANDS
from demo.clock import DemoClock
from demo.memory import remembered
from demo.world import World

from .conftest import SEED, START, MovedClock

At = Callable[..., httpx.Client]


@pytest.fixture
def here(at: At) -> httpx.Client:
    return at("127.0.0.1")


def test_the_state_tells_both_clocks_and_what_runs(here: httpx.Client) -> None:
    assert here.post("/__world/play/wave").json()["message"].startswith("已开始")
    state = here.get("/__world/state").json()
    assert state["seed"] == SEED
    assert state["world_time"] == "2026-11-22T19:30:00+08:00"
    assert state["real_time"] != state["world_time"]
    assert [p["name"] for p in state["running"]] == ["wave"]
    assert here.post("/__world/play/earthquake").status_code == 404


def test_ids_are_those_that_the_sites_serve(here: httpx.Client, calm: World) -> None:
    answer = here.get(
        "/__world/ids", params={"kind": "post", "since": "2026-11-22T00:00:00+08:00", "query": "澜川"}
    ).json()
    expected = {str(p.mid) for p in calm.posts("澜川") if p.at >= START.replace(hour=0, minute=0)}
    assert (answer["site"], set(answer["ids"]), answer["count"]) == ("weibo", expected, len(expected))
    assert here.get("/__world/ids?kind=nothing").status_code == 400
    assert here.get("/__world/ids?kind=post&since=yesterday").status_code == 400


def test_slack_messages_are_answered_as_slack_does_and_kept(here: httpx.Client) -> None:
    said = {
        "channel": "#舆情",
        "text": "短",
        "blocks": json.dumps([{"type": "section", "text": {"type": "mrkdwn", "text": "长\n第二行"}}]),
    }
    answer = here.post("/api/chat.postMessage", data=said, headers={"Authorization": "Bearer xoxb-demo"}).json()
    assert answer["ok"] is True
    assert (answer["channel"], bool(answer["ts"])) == ("#舆情", True)
    assert here.post("/api/chat.postMessage", json={"channel": "#舆情"}).json()["error"] == "not_authed"
    (message,) = here.get("/__sink/messages").json()
    assert (message["kind"], message["channel"], message["title"], message["text"]) == (
        "slack",
        "#舆情",
        "长",
        "长\n第二行",
    )
    assert message["world_time"] == "2026-11-22T19:30:00+08:00"


def test_a_wecom_robot_answers_with_its_own_codes(here: httpx.Client) -> None:
    def send(content: str, kind: str = "markdown", key: str = "?key=demo") -> int:
        body = {"msgtype": kind, kind: {"content": content}}
        return int(here.post(f"/cgi-bin/webhook/send{key}", json=body).json()["errcode"])

    assert send("**你好**") == 0
    assert send("你好", key="") == 93000
    assert send("字" * 1366) == 40058  # 4098 bytes
    assert send("字" * 683, kind="text") == 40058  # 2049 bytes
    here.post("/__sink/fail/wecom?how=45009&times=1")
    assert send("再来") == 45009
    assert send("再来") == 0
    assert [m["outcome"] for m in here.get("/__sink/messages").json()] == ["delivered", "45009", "delivered"]


def test_the_sink_can_refuse_with_a_time_to_wait(here: httpx.Client) -> None:
    here.post("/__sink/fail/slack?how=429")
    here.post("/__sink/fail/webhook?how=500")
    token = {"Authorization": "Bearer xoxb-demo"}
    refused = here.post("/api/chat.postMessage", json={"channel": "#a", "text": "x"}, headers=token)
    assert (refused.status_code, refused.headers["retry-after"], refused.json()["error"]) == (429, "1", "ratelimited")
    assert here.post("/webhook/ours", json={"text": "x"}).status_code == 500
    assert here.post("/webhook/ours", json={"text": "x"}).status_code == 200
    assert here.post("/__sink/fail/mail?how=429").status_code == 400


def test_messages_and_scripts_survive_a_restart(at: At, clock: MovedClock, tmp_path: Path) -> None:
    at("127.0.0.1").post("/__world/play/session-death")
    at("127.0.0.1").post("/webhook/ours", json={"text": "kept"})
    again = server.application(seed=SEED, started=START, now=clock, folder=tmp_path)
    assert [p.name for p in again.state.world.plays] == ["session-death"]
    assert again.state.world.blocked("session-death")
    assert [m.text for m in again.state.sink.messages] == ["kept"]


def test_another_seed_begins_a_world_anew(clock: MovedClock, tmp_path: Path) -> None:
    remembered(tmp_path, seed=1, started=START, now=clock).play("severe")
    assert len(remembered(tmp_path, seed=1, started=START, now=clock).plays) == 1
    assert remembered(tmp_path, seed=2, started=START, now=clock).plays == []


def test_the_first_script_plays_once_and_only_after_somebody_looked(world: World) -> None:
    autoplay = server.Autoplay(world, after_s=0.0)
    autoplay.play_if_due()
    assert world.plays == []
    autoplay.first_page()
    autoplay.play_if_due()
    autoplay.play_if_due()
    assert [p.name for p in world.plays] == ["severe"]
    again = server.Autoplay(world, after_s=0.0)
    again.first_page()
    again.play_if_due()
    assert len(world.plays) == 1


def test_without_a_page_the_first_script_plays_when_patience_ends(world: World) -> None:
    server.Autoplay(world, after_s=5.0, patience_s=0.0).play_if_due()
    assert [p.name for p in world.plays] == ["severe"]
    never = server.Autoplay(world, after_s=None, patience_s=0.0)
    never.play_if_due()
    assert len(world.plays) == 1


def test_the_history_holds_what_the_ledger_holds(calm: World, exported: list[Path]) -> None:
    posts, reviews, *prices = exported
    with posts.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    pinned = {str(p.mid) for p in calm.posts("", since=START - timedelta(days=90)) if p.pinned}
    assert {r["id"] for r in rows} == calm.existing_ids("post") - pinned
    assert len(pinned) == len(BRANDS)
    assert tuple(rows[0]) == history.POST_COLUMNS
    assert rows[0]["发布时间"][:10] == "2026-08-24"
    with reviews.open(encoding="gb18030", newline="") as file:
        bought = list(csv.DictReader(file))
    assert {r["评价ID"] for r in bought} == calm.existing_ids("review")
    offered = [row for path in prices for row in csv.DictReader(path.read_text("utf-8-sig").splitlines())]
    assert len(offered) == 56 * 91
    assert {r["是否有货"] for r in offered} == {"是", "否"}
    assert 25_000 <= len(rows) + len(bought) <= 35_000


def test_the_review_export_is_a_gbk_file_as_the_back_office_writes_it(exported: list[Path]) -> None:
    _, reviews, *_ = exported
    head = reviews.read_bytes().split(b"\r\n", 1)[0]
    assert head.decode("gbk").startswith("评价ID,商品编号")
    with pytest.raises(UnicodeDecodeError):
        reviews.read_text(encoding="utf-8")


def test_the_clock_runs_from_its_anchor_at_its_speed() -> None:
    still = DemoClock(real_anchor=time.time(), anchor=START, speed=0.0)
    assert still.now() == START
    fast = DemoClock(real_anchor=time.time() - 10, anchor=START, speed=30.0)
    assert timedelta(seconds=299) <= fast.now() - START <= timedelta(seconds=330)


def test_the_server_answers_plain_and_over_tls_and_ends_by_a_signal(tmp_path: Path) -> None:
    plain, tls = free_port(), free_port()
    arguments = ["--port", str(plain), "--tls-port", str(tls), "--folder", str(tmp_path), "--speed", "30"]
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.server", *arguments], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    try:
        state = json.loads(patiently(f"http://127.0.0.1:{plain}/__world/state", "127.0.0.1"))
        assert state["running"] == []
        trusting = ssl.create_default_context(cafile=tmp_path / "world.crt")
        robots = patiently(f"https://127.0.0.1:{tls}/robots.txt", "club.jd.com", trusting)
        assert b"Allow: /" in robots
        assert (tmp_path / "world.key").stat().st_mode & 0o077 == 0
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert process.returncode in (0, -signal.SIGTERM)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def patiently(url: str, host: str, context: ssl.SSLContext | None = None) -> bytes:
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), *([urllib.request.HTTPSHandler(context=context)] if context else [])
    )
    deadline = time.monotonic() + 30
    while True:
        try:
            with opener.open(urllib.request.Request(url, headers={"Host": host}), timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
