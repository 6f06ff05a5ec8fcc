import re
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.errors import StoreUnavailable
from flows.desk import Desk
from web.console import create_app
from web.story import headline

PAGES = ("/", "/story", "/alerts", "/alerts/a1", "/alerts/a2", "/search", "/themes", "/prices", "/prices/jd:100200", "/feeds", "/watches", "/import", "/export", "/demo/messages")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_drawn_whole(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "</html>" in answer.text
    assert 'lang="zh-CN"' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_crawled_text_is_inert_on_each_page(browser: TestClient, path: str) -> None:
    html = browser.get(path).text
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "javascript:" not in html
    assert "<b>热</b>" not in html


def test_outside_links_open_apart_and_tell_nothing(browser: TestClient) -> None:
    links = re.findall(r'<a [^>]*href="https?://[^>]*>', browser.get("/alerts/a1").text)
    assert links
    assert all('rel="noopener noreferrer' in link for link in links)


def test_the_first_screen_tells_the_demo_that_somebody_looks(browser: TestClient, desk: Desk) -> None:
    browser.get("/")
    assert desk.demo.first_pages == 1  # type: ignore[union-attr]  # the fake counts


def test_each_tile_opens_its_rows(browser: TestClient) -> None:
    html = browser.get("/").text
    assert 'href="/search?q=published_at%3A%5B2025-04-30+TO+%2A%5D"' in html
    assert 'href="/search?q=sentiment%3Anegative"' in html


def test_the_demo_shows_both_clocks_and_the_ways_out(browser: TestClient) -> None:
    html = browser.get("/").text
    for words in ("真实时间", "世界时间", "×30", "监测我的品牌", "清除演示数据"):
        assert words in html


def test_a_real_installation_shows_no_demo(tmp_path: Any, desk: Desk) -> None:
    import attrs

    real = create_app(attrs.evolve(desk, demo=None, leave_demo=None, folder=tmp_path))
    with TestClient(real, base_url="http://localhost") as browser:
        html = browser.get("/story").text
        assert "演示数据" not in html
        assert "/demo/play" not in html


def test_blind_feeds_are_louder_than_calm(desk: Desk) -> None:
    desk.monitor.silence = "微博需要登录"  # type: ignore[method-assign, assignment]  # the fake holds a text
    desk.monitor.alert = None  # type: ignore[attr-defined]
    assert headline(desk.story.page()).tone == "blind"


def test_blind_feeds_are_told_beside_an_open_alert(browser: TestClient, desk: Desk) -> None:
    desk.monitor.silence = "数据不足：微博需要登录"  # type: ignore[method-assign, assignment]
    html = browser.get("/story/live").text
    assert "热水器漏电伤人" in html
    assert "数据不足：微博需要登录" in html


def test_missing_evidence_is_said_with_what_is_missing(desk: Desk) -> None:
    desk.monitor.alert = None  # type: ignore[attr-defined]
    said = headline(desk.story.page())
    assert said.tone == "waiting"
    assert "3 位新作者" in said.detail


def test_a_told_alert_says_after_how_many_minutes(desk: Desk) -> None:
    said = headline(desk.story.page())
    assert said.tone == "told"
    assert "4.1 分钟" in said.detail


def test_a_calm_screen_is_calm(desk: Desk) -> None:
    desk.monitor.alert = desk.monitor.evidence = None  # type: ignore[attr-defined, method-assign, assignment]
    assert headline(desk.story.page()).tone == "calm"


def test_the_one_screen_names_posts_evidence_message_and_chain(browser: TestClient) -> None:
    html = browser.get("/story/live").text
    for words in ("洗澡时热水器漏电", "还需 3 位新作者", "【严重·安全事故】", "企业微信", "送达", "4 分 6 秒"):
        assert words in html
    assert "<html" not in html


def test_a_script_is_started_from_the_screen(browser: TestClient, desk: Desk) -> None:
    token = re.search(r'name="token" value="([^"]+)"', browser.get("/story").text)[1]  # type: ignore[index]
    answer = browser.post("/demo/play/wave", data={"token": token}, headers={"hx-request": "true"})
    assert "脚本已开始" in answer.text
    assert desk.demo.played == ["wave"]  # type: ignore[union-attr]
    assert browser.post("/demo/play/nonsense", data={"token": token}).status_code == 404


def test_the_demo_is_left_in_one_click(browser: TestClient) -> None:
    token = re.search(r'name="token" value="([^"]+)"', browser.get("/").text)[1]  # type: ignore[index]
    answer = browser.post("/demo/leave", data={"token": token})
    assert "演示数据已清除" in answer.text
    assert 'data-leaving="/watches"' in answer.text  # the product restarts: the page waits for it
    assert browser.get("/health").json()["demo"] is True


def test_a_store_that_is_away_gives_a_page_that_says_so(browser: TestClient, desk: Desk) -> None:
    def away() -> Any:
        raise StoreUnavailable("Elasticsearch 在 127.0.0.1:9200 没有应答")

    desk.alerts.open = away  # type: ignore[method-assign, assignment]
    answer = browser.get("/")
    assert answer.status_code == 503
    assert "没有应答" in answer.text


def test_an_unknown_page_is_404_with_a_way_home(browser: TestClient) -> None:
    answer = browser.get("/nowhere")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
    assert browser.get("/api/nowhere").json() == {"error": "Not Found"}


def test_a_source_that_was_never_asked_can_be_chosen_and_switched(browser: TestClient, desk: Desk) -> None:
    desk.sources.rows.clear()  # type: ignore[attr-defined]
    html = browser.get("/feeds").text
    assert "尚未采集" in html
    assert 'value="jd"' in browser.get("/watches").text
    token = re.search(r'name="token" value="([^"]+)"', html)[1]  # type: ignore[index]
    assert browser.post("/feeds/jd/switch", data={"token": token, "reason": "暂不采集"}).status_code == 303
    assert not desk.sources.get("jd").on  # type: ignore[union-attr]


def test_feeds_name_what_a_person_must_do(browser: TestClient) -> None:
    html = browser.get("/feeds").text
    assert "请重新登录后运行 tingchao login weibo" in html
    assert "采集京东" in html


def test_a_source_is_switched_only_with_a_reason(browser: TestClient, desk: Desk) -> None:
    token = re.search(r'name="token" value="([^"]+)"', browser.get("/feeds").text)[1]  # type: ignore[index]
    assert browser.post("/feeds/shop/switch", data={"token": token, "reason": " "}).status_code == 400
    assert not desk.sources.get("shop").on  # type: ignore[union-attr]
    assert browser.post("/feeds/shop/switch", data={"token": token, "reason": "店主已同意"}).status_code == 303
    assert desk.sources.get("shop").on  # type: ignore[union-attr]


def test_themes_open_to_their_query(browser: TestClient, desk: Desk) -> None:
    html = browser.get("/themes", params={"brand": "澜川", "span": "7"}).text
    assert 'href="/search?q=bad%3A%22%E6%BC%8F%E6%B0%B4%22"' in html
    asked = desk.themes.asked  # type: ignore[attr-defined]
    assert asked.brand == "澜川"
    assert asked.since == desk.clock.now().replace(hour=16, minute=0) - timedelta(days=7)


def test_pages_are_compressed_and_static_files_kept(browser: TestClient) -> None:
    page = browser.get("/")
    assert page.headers["content-encoding"] == "gzip"
    assert page.headers["cache-control"] == "no-store"
    css = re.search(r'href="(/static/app\.css\?v=[0-9a-f]+)"', page.text)[1]  # type: ignore[index]
    assert "immutable" in browser.get(css).headers["cache-control"]
    assert browser.get("/static/app.css").headers["cache-control"] == "no-cache"


def test_the_story_weighs_less_than_400_kb_on_the_wire(browser: TestClient) -> None:
    html = browser.get("/story")
    wire = 0
    for path in ["/story", *set(re.findall(r'(?:src|href)="(/static/[^"#]+)', html.text)), "/api/story"]:
        with browser.stream("GET", path) as answer:
            wire += sum(len(chunk) for chunk in answer.iter_raw())
    assert 200_000 < wire < 400_000


def test_a_source_has_a_page_of_its_own_with_coverage_that_opens(browser: TestClient) -> None:
    html = browser.get("/feeds/weibo").text
    assert "47</a>" in html
    assert "500+" in html
    assert "507" in html
    assert "sku%3A%22610009%22" in html
    assert "承诺暂停" in html
    assert "需要人做的事" in html
    assert "<i>" not in html
    assert browser.get("/feeds/nobody").status_code == 404


def test_what_can_be_kept_is_on_the_overview_the_feeds_and_the_form(browser: TestClient) -> None:
    said = "18 个监测 15 分钟内、22 个监测 40 分钟内看完一轮；再加 1 个会话或接入商业 API"
    for path in ("/", "/feeds", "/feeds/weibo", "/watches/preview?brand=澜川"):
        assert said in browser.get(path).text, path
    assert "实测两次采集间隔中位 5.0 分钟" in browser.get("/feeds").text
    assert said not in browser.get("/watches/preview").text
