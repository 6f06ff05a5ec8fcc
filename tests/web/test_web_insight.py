"""特征洞察 over a real desk: each view shows its figures, and each figure is the number of rows of its link."""

import html
import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.flows.desks import Rig, document, opinion, rig
from web.console import create_app

pytest.importorskip("prince", reason="the extra insight is not installed: ./run install insight")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    chance = random.Random(4)
    with rig(tmp_path_factory.mktemp("shelf")) as opened:
        made = []
        for n in range(900):
            bad = {"漏水", "客服售后"} if chance.random() < (0.5 if n % 2 else 0.1) else set()
            if chance.random() < 0.3:
                bad.add("噪音")
            made.append(
                document(
                    n,
                    f"<b>第{n}台</b>给我妈买的" if n % 3 else "出租屋里用",
                    brands=("北屿" if n % 2 else "岚川",),
                    aspects=tuple(opinion(a, f"{a}不行") for a in sorted(bad)),
                    sentiment="negative" if bad else "positive",
                    published_at=datetime(2025, 3, 5, tzinfo=UTC) + timedelta(hours=16 * n),
                )
            )
        opened.store(*made)
        yield opened


@pytest.fixture
def page(shelf: Rig) -> Iterator[TestClient]:
    with TestClient(create_app(shelf.desk), base_url="http://127.0.0.1:8000") as client:
        yield client


def links(text: str) -> list[tuple[str, int]]:
    """Search and figure of every link to rows in a table."""
    found = re.findall(r'<td class="right"><a href="([^"]+)">([\d,]+)</a>', text)
    return [(parse_qs(urlsplit(html.unescape(href)).query)["q"][0], int(n.replace(",", ""))) for href, n in found]


@pytest.mark.parametrize(
    "asked", ["view=together", "view=together&side=bad&brand=北屿", "view=map", "view=map&by=buyers"]
)
def test_every_figure_opens_to_as_many_rows(shelf: Rig, page: TestClient, asked: str) -> None:
    answer = page.get(f"/insight?{asked}")
    assert answer.status_code == 200
    assert links(answer.text) or "明显突出" in answer.text
    for query, count in links(answer.text):
        assert shelf.desk.search.count(query) == count
    assert "<b>第" not in answer.text


def test_the_map_is_drawn_from_the_page_itself(page: TestClient) -> None:
    chart = re.search(r'data-chart="map" data-json="([^"]+)"', page.get("/insight?view=map").text)
    assert chart is not None
    drawn = json.loads(html.unescape(chart[1]))
    assert {p["name"] for p in drawn["rows"]} == {"岚川", "北屿"}
    assert all(p["href"].startswith("/search?") for p in drawn["rows"])


def test_the_outlook_says_what_its_method_is_worth(page: TestClient) -> None:
    text = page.get("/insight?view=outlook&feature=漏水&periods=3").text
    assert "回测" in text
    assert "照旧" in text
    assert text.count("<tr><td>20") == 3
    assert "至少要 12 个月" in page.get("/insight?view=outlook&feature=漏水&span=30").text


def test_the_same_as_json(page: TestClient) -> None:
    found = page.get("/api/insight?view=outlook&feature=漏水&measure=count&step=week").json()
    assert found["step"] == "week"
    assert found["ahead"]["back_test"]["forecasts"] > 0
    assert page.get("/api/insight?view=together").json()["read"] == 900


@pytest.mark.parametrize(
    "asked", ["view=stars", "side=ugly", "by=weather&view=map", "periods=x", "periods=99&view=outlook&feature=漏水"]
)
def test_a_wrong_address_is_answered_with_the_choices(page: TestClient, asked: str) -> None:
    answer = page.get(f"/insight?{asked}")
    assert answer.status_code == 400
    assert "可选" in answer.text or "1–12" in answer.text


def test_without_the_extra_the_page_says_what_to_type(page: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in ("efficient_apriori", "pandas", "statsforecast"):
        monkeypatch.setitem(sys.modules, name, None)
    for view in ("together", "map", "outlook&feature=漏水"):
        assert "./run install insight" in page.get(f"/insight?view={view}").text
    assert page.get("/api/insight?view=map").status_code == 501
