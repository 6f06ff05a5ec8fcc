"""Pictures of posts in an open incident, taken by a real Chromium at the pretended Weibo, and what people see of them."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from crawlers.chromium import why_no_browser
from domain.alerts import Alert, AlertKind, AlertState
from index.query import Everything
from tingchao import signing_in
from tingchao.pictures import PictureJob
from tingchao.wiring import opened, store_waiting
from web.console import create_app

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(400),
    pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "-"),
]


def test_posts_of_an_open_incident_are_pictured_and_shown(town: Any, tmp_path: Path) -> None:
    signing_in.bring(town.folder, "weibo", "main", "SUB=demo-1; ALF=1")
    assert town.run("watch", "add", "澜川").returncode == 0
    crawled = town.run("crawl", "weibo")
    assert crawled.returncode == 0, crawled.stderr
    with opened(town.folder) as house:
        found = house.desk.documents.search(Everything(), limit=50)
        ids = tuple(sorted(h.document.id for h in found.hits if h.document.kind == "post")[:2])
        assert len(ids) == 2
        house.desk.alerts.save(
            Alert(
                id="a1", kind=AlertKind.SEVERE, watch="澜川", brand="澜川", state=AlertState.OPEN,
                opened_at=datetime.now(UTC), document_ids=ids,
            ),
            action="opened",
        )  # fmt: skip
        PictureJob(house, children=set(), busy={"weibo"}).run()
        assert house.desk.evidence is not None
        assert house.desk.evidence.pictures(ids) == [], "a crawl of the source goes first"
        PictureJob(house, children=set(), busy=set()).run()
        room = house.desk.evidence
        assert room is not None
        shots = room.pictures(ids)
        assert {s.document for s in shots} == set(ids), (town.folder.path / "crawl.log").read_text()
        for shot in shots:
            path = town.folder.evidence / shot.file
            assert path.stat().st_mode & 0o077 == 0
            data = path.read_bytes()
            assert data.startswith(b"\x89PNG")
            assert hashlib.sha256(data).hexdigest() == shot.sha256
            assert shot.url.startswith("https://m.weibo.cn/")
            colours = Image.open(path).convert("L").getcolors(maxcolors=256)
            assert colours is not None
            assert len(colours) > 20, "a picture of words, not of an empty page"
        assert room.wanted(sources=["weibo"], limit=5) == [], "each once"
        with TestClient(create_app(house.desk), base_url="http://127.0.0.1") as client:
            page = client.get("/alerts/a1").text
            assert "截图存证" in page
            picture = client.get(page.split('<ul class="shots"><li><a href="')[1].split('"')[0])
            assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
            assert client.get(f"/evidence/{ids[0]}/{'0' * 64}.png").status_code == 404

    out = tmp_path / "answer.bin"
    told = town.run("evidence", ids[0], "--piece", "1", "--out", str(out))
    assert told.returncode == 0, told.stderr
    answer, *_, picture_row = (json.loads(line) for line in told.stdout.splitlines())
    assert (answer["type"], answer["intact"]) == ("answer", True)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == answer["sha256"]
    assert picture_row["type"] == "screenshot"
    unknown = town.run("evidence", "weibo:1")
    assert unknown.returncode == 2
    assert "nothing was kept" in unknown.stderr


def test_a_dead_session_ends_the_round_without_a_picture_and_tells_the_source(town: Any) -> None:
    signing_in.bring(town.folder, "weibo", "main", "SUB=stale; ALF=1")
    wanted = [
        {
            "document": f"weibo:50123456789{n}",
            "source": "weibo",
            "url": f"https://m.weibo.cn/detail/50123456789{n}",
            "alert": "a1",
        }
        for n in (1, 2)
    ]
    done = town.run("pictures", "weibo", given=json.dumps(wanted))
    assert done.returncode == 0, done.stderr
    (told,) = (json.loads(line) for line in done.stdout.splitlines())
    assert (told["document"], told["outcome"], told["file"]) == ("weibo:501234567891", "login_required", "")
    store_waiting(town.folder)
    with opened(town.folder) as house:
        status = house.desk.sources.get("weibo")
        assert status is not None
        assert status.last_outcome == "login_required"
        assert house.desk.sessions is not None
        assert house.desk.sessions.accounts()[0].state == "dead"
    assert not town.folder.evidence.exists()
