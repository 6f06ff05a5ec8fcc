"""差评主题, the card and 差评处理 in a real browser, at both widths."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import is_well

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PAGES = ("/themes?tab=new", "/themes?tab=wishes", "/themes?tab=contradictions", "/themes?span=30&nospam=1&q=漏水", "/reviews", "/reviews?state=solved")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_drawn_without_a_complaint_and_fits_its_width(window: Any, path: str) -> None:
    window.open(path)
    is_well(window)


def test_causes_open_in_place_and_their_numbers_open_their_rows(window: Any) -> None:
    window.open("/themes?span=90")
    window.page.get_by_role("link", name="看原因").first.click()
    row = window.page.locator(".cause").first
    row.wait_for()
    assert "/themes?span=90" in window.page.url
    is_well(window)
    said = int(re.sub(r"\D", "", row.locator("a.right").inner_text()))
    row.locator("a.right").click()
    total = int(re.sub(r"\D", "", window.page.locator("#total").inner_text()))
    assert abs(total - said) <= 3  # the world goes on between two looks


def test_a_new_theme_is_kept_under_a_name_and_let_go(window: Any) -> None:
    window.open("/themes?tab=new")
    name = f"自己起的名{window.page.viewport_size['width']}"
    window.page.get_by_text("命名、保留或忽略").first.click()
    window.page.get_by_label("名称").first.fill(name)
    window.page.get_by_label("您的名字").first.fill("周产品")
    window.page.get_by_role("button", name="保留并跟踪").first.click()
    expect(window.page.locator(".said")).to_contain_text(name)
    window.open("/themes")
    expect(window.page.locator(".theme .name", has_text=name)).to_be_visible()
    is_well(window)
    window.open("/themes?tab=new")
    window.page.locator("li", has_text=name).get_by_role("button", name="撤销").click()
    expect(window.page.locator(".said")).to_contain_text("已撤销")


def test_a_review_is_handled_from_the_list_by_keyboard(window: Any) -> None:
    window.open("/reviews?state=new")
    window.page.keyboard.press("j")
    window.page.keyboard.press("j")
    expect(window.page.locator(".job-text").nth(1)).to_be_focused()
    window.page.keyboard.press("k")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/reviews/*")
    is_well(window)
    window.page.get_by_label("您的名字").fill("林售后")
    window.page.get_by_label("负责人").fill("周工")
    window.page.get_by_label("处理中").check()
    window.page.get_by_label("备注").fill("已联系，电话 13800138000")
    window.page.get_by_role("button", name="记录").click()
    trail = window.page.locator("#handling .lines")
    expect(trail).to_contain_text("周工")
    expect(trail).to_contain_text("已联系")
    assert "13800138000" not in trail.inner_text()
    is_well(window)
    window.open("/reviews?state=working&owner=周工")
    assert window.page.locator(".job").count() >= 1
    is_well(window)
