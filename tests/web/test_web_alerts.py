import re
from datetime import timedelta

from starlette.testclient import TestClient

from domain.times import parse_iso
from flows.desk import Desk
from web.alerts import history


def token_of(browser: TestClient, path: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', browser.get(path).text)
    assert found is not None
    return found[1]


def test_the_page_says_why_it_fired_and_opens_its_posts(browser: TestClient) -> None:
    html = browser.get("/alerts/a1").text
    for words in ("认证账号发布安全类内容", "2.1", "34", "12", "已送达", "预警开启"):
        assert words in html
    assert 'href="/search?q=id%3A%22weibo%3A500001%22+OR+id%3A%22weibo%3A500002%22"' in html


def test_how_a_post_spread_and_a_topic_climbed_stands_beside_the_alert(browser: TestClient) -> None:
    html = browser.get("/alerts/a1").text
    for words in ("热搜轨迹", "#浴室&lt;b&gt;惊魂#", "100,200", "扩散轨迹", "2,000", "4,100", "7 条转发原文"):
        assert words in html


def test_claiming_is_kept_with_name_and_note(browser: TestClient, desk: Desk) -> None:
    form = {"token": token_of(browser, "/alerts/a1"), "by": "周", "note": "已联系<b>售后</b>"}
    answer = browser.post("/alerts/a1/acknowledge", data=form)
    assert answer.status_code == 303
    html = browser.get(answer.headers["location"]).text
    assert "处理人 <b>周</b>" in html
    assert "已联系&lt;b&gt;售后&lt;/b&gt;" in html
    assert 'value="周"' in html  # the next form knows the name
    assert desk.alerts.get("a1").state.value == "acknowledged"  # type: ignore[union-attr]


def test_resolving_through_htmx_redraws_only_the_handling(browser: TestClient) -> None:
    form = {"token": token_of(browser, "/alerts/a1"), "by": "周", "note": "声明已发"}
    answer = browser.post("/alerts/a1/resolve", data=form, headers={"hx-request": "true"})
    assert "已解决" in answer.text
    assert "<html" not in answer.text
    assert "<form" not in answer.text


def test_an_alert_that_does_not_exist_is_404_and_cannot_be_claimed(browser: TestClient) -> None:
    assert browser.get("/alerts/zz").status_code == 404
    form = {"token": token_of(browser, "/alerts/a1"), "by": "周"}
    assert browser.post("/alerts/zz/acknowledge", data=form).status_code == 400


def test_the_list_is_filtered_by_state(browser: TestClient) -> None:
    assert "热水器漏电伤人" in browser.get("/alerts?state=open").text
    assert "热水器漏电伤人" not in browser.get("/alerts?state=acknowledged").text


def test_the_band_for_the_chart_has_one_figure_per_tick(browser: TestClient) -> None:
    band = browser.get("/api/alerts/a1").json()["band"]
    assert len({len(band[k]) for k in ("starts", "negative", "low", "usual", "high")}) == 1
    assert band["onset"].endswith("+08:00")
    assert "counted:negative" in band["query"]
    assert browser.get("/api/alerts/a2").json()["band"]["starts"] == []
    assert browser.get("/api/alerts/zz").status_code == 404


def test_the_same_step_over_and_over_is_one_line() -> None:
    at = parse_iso("2025-04-30T19:00")
    steps = [("", "opened"), ("", "joined"), ("", "joined"), ("周", "acknowledged"), ("", "joined")]
    folded = history([(at + timedelta(minutes=i), by, action, "") for i, (by, action) in enumerate(steps)])
    assert [(h.action, h.times) for h in folded] == [("opened", 1), ("joined", 2), ("acknowledged", 1), ("joined", 1)]
    assert folded[1].until - folded[1].at == timedelta(minutes=1)


def test_a_price_alert_shows_yuan_and_nothing_of_posts(browser: TestClient) -> None:
    html = browser.get("/alerts/a2").text
    assert "现价（元）" in html
    assert "1,099" in html
    for of_posts in ("每小时负面", "独立作者", "从发布到送达", "不涉及帖子"):
        assert of_posts not in html
