import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import is_well

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PAGES = ("/", "/story", "/alerts", "/search?q=漏水", "/themes", "/prices", "/feeds", "/watches", "/import", "/export", "/demo/messages")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_drawn_without_a_complaint_and_fits_its_width(window: Any, path: str) -> None:
    window.open(path)
    is_well(window)


def test_charts_are_drawn_and_a_point_opens_its_rows(window: Any) -> None:
    window.open("/")
    window.page.wait_for_selector('.chart[data-drawn="yes"] canvas')
    box = window.page.locator(".chart").bounding_box()
    window.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    window.page.wait_for_selector(".tip b")
    is_well(window)


def test_a_tile_opens_as_many_rows_as_it_says(window: Any) -> None:
    for _ in range(3):  # a post may arrive between the two pages
        window.open("/")
        tile = window.page.locator(".tile", has_text="今日负面")
        said = int(tile.locator(".value").inner_text().replace(",", ""))
        tile.click()
        total = int(re.sub(r"\D", "", window.page.locator("#total").inner_text()))
        if total == said:
            break
    assert total == said
    is_well(window)


def test_a_word_is_found_marked_and_more_rows_come(window: Any) -> None:
    window.open("/search?q=漏水")
    assert set(window.page.locator("#rows mark").all_inner_texts()) == {"漏水"}
    before = window.page.locator("article.doc").count()
    window.page.get_by_role("link", name="更多").click()
    expect(window.page.locator("article.doc")).not_to_have_count(before)
    is_well(window)


def test_a_theme_opens_exactly_its_rows(window: Any) -> None:
    window.open("/themes?span=90")
    count = window.page.locator(".theme:not(.heading) a.right").first
    said = int(re.sub(r"\D", "", count.inner_text()))
    count.click()
    total = int(re.sub(r"\D", "", window.page.locator("#total").inner_text()))
    assert abs(total - said) <= 2  # the world goes on between two looks
    is_well(window)


def test_a_query_that_cannot_be_read_points_at_its_character(window: Any) -> None:
    window.open("/search?q=" + "漏水 AND (brand:澜川")
    assert window.page.locator(".fault").is_visible()
    assert window.page.locator(".fault code mark").count() == 1


def test_a_product_is_shown_over_time(window: Any) -> None:
    window.open("/prices")
    window.page.locator("td a.strong").first.click()
    window.page.wait_for_selector('.chart[data-drawn="yes"] canvas')
    is_well(window)


def test_the_preview_of_a_watch_follows_the_typing(window: Any) -> None:
    window.open("/watches")
    window.page.get_by_label("其它关键词").fill("漏水")
    window.page.wait_for_selector("#preview article.doc")
    is_well(window)


def test_the_story_goes_on_by_itself_and_shows_the_message(window: Any, alert_id: str) -> None:
    window.open("/story")
    clock = window.page.locator("#state .clock b")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)
    window.page.wait_for_selector(".phone .msg-title >> visible=true", timeout=60_000)
    window.page.get_by_role("tab", name="企业微信").click()
    window.page.wait_for_timeout(4000)  # two polls later the choice still stands
    assert window.page.locator(".wecom .msg-title").is_visible()
    assert window.page.locator(".chain li.done").count() >= 4
    is_well(window)


def test_an_alert_is_claimed_with_a_note(window: Any, alert_id: str) -> None:
    window.open(f"/alerts/{alert_id}")
    window.page.wait_for_selector('.chart[data-drawn="yes"] canvas')
    window.page.get_by_label("您的名字").fill("周值班")
    window.page.get_by_label("备注").fill("已联系售后")
    window.page.locator("#handling button.primary").click()
    window.page.wait_for_selector("#handling .quote:has-text('已联系售后')")
    assert "周值班" in window.page.locator("#handling").inner_text()
    is_well(window)


def test_a_page_is_usable_fast_and_light(window: Any) -> None:
    window.open("/")
    wire = window.page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".reduce((sum, e) => sum + e.encodedBodySize, 0)"
    )
    ready = window.page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    print(f"page weight {wire / 1024:.0f} KB, DOM ready after {ready:.0f} ms")
    assert wire < 400 * 1024
