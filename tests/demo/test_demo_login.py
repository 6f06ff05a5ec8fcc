"""The log-in pages as a phone and a browser meet them."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from demo import site_login
from demo.server import application

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.fixture
def app(tmp_path: Path) -> Any:
    return application(seed=1, started=NOW, now=lambda: NOW, folder=tmp_path)


def at(app: Any, host: str) -> TestClient:
    return TestClient(app, base_url=f"https://{host}", follow_redirects=False)


@pytest.mark.parametrize("door", site_login.DOORS, ids=lambda door: door.site)
def test_a_scanned_code_lets_in_once(app: Any, door: site_login.Door) -> None:
    page = at(app, door.host)
    token = page.get(door.path).text.split('token = "')[1].split('"')[0]
    assert page.get("/qr/check", params={"token": token}).json()["code"] == 201
    assert "set-cookie" not in page.get("/qr/enter", params={"token": token}).headers, "nobody has scanned yet"
    assert at(app, "127.0.0.1").post("/__world/login/scan").json()["site"] == door.site
    assert page.get("/qr/check", params={"token": token}).json()["code"] == 200
    entered = page.get("/qr/enter", params={"token": token})
    ended = entered
    for domain in door.domains[1:]:
        host, path = f"passport{domain}", ended.headers["location"].removeprefix(f"https://passport{domain}")
        ended = at(app, host).get(path)
        assert {c.split("=")[0] for c in ended.headers.get_list("set-cookie")} == set(door.cookies)
        assert all(f"Domain={domain}" in c for c in ended.headers.get_list("set-cookie"))
    assert ended.headers["location"] == door.home
    assert {c.split("=")[0] for c in entered.headers.get_list("set-cookie")} == set(door.cookies)
    assert "set-cookie" not in page.get("/qr/enter", params={"token": token}).headers, "a code works once"


def test_a_phone_reads_only_a_code_that_is_shown(app: Any) -> None:
    phone = at(app, "127.0.0.1")
    assert phone.post("/__world/login/scan").status_code == 404
    at(app, "passport.jd.com").get("/new/login.aspx")
    assert phone.post("/__world/login/scan", params={"text": "https://evil.example"}).status_code == 404


def test_an_old_code_is_replaced_by_a_new_one(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_login, "CODE_LASTS_S", -1.0)
    page = at(app, "passport.jd.com")
    token = page.get("/new/login.aspx").text.split('token = "')[1].split('"')[0]
    said = page.get("/qr/check", params={"token": token}).json()
    assert said["code"] == 203
    assert said["token"] != token


def test_the_picture_says_what_the_phone_must_read(app: Any) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    from PIL import Image

    page = at(app, "passport.jd.com")
    token = page.get("/new/login.aspx").text.split('token = "')[1].split('"')[0]
    (read,) = zxingcpp.read_barcodes(
        Image.open(io.BytesIO(page.get("/qr/show", params={"token": token}).content)).convert("L")
    )
    assert at(app, "127.0.0.1").post("/__world/login/scan", params={"text": read.text}).status_code == 200


def test_who_logs_in_again_has_a_living_session(app: Any) -> None:
    world = app.state.world
    world.play("session-death")
    page = at(app, "passport.weibo.com")
    token = page.get("/sso/signin").text.split('token = "')[1].split('"')[0]
    at(app, "127.0.0.1").post("/__world/login/scan")
    page.get("/qr/enter", params={"token": token})
    assert not world.blocked("session-death")
