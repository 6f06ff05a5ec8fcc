"""JD's nasty cases about answers: risk marks, walls, broken bytes, pages past the end, answers for another product."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import attrs
from starlette.responses import Response

from demo import catalogue, ids, site_jd
from demo.cases.case import Answer, Case, Scene, Visit, html_answer, json_answer, redirect
from demo.clock import beijing
from demo.events import Review

CLUB = ("club.jd.com",)
LISTS = ("club.jd.com", "api.m.jd.com")
COMMENTS = "/comment/productPageComments.action"
EDGE_403 = (
    "<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center><hr><center>jfe</center>"
    "</body></html>"
)
_JSONP = re.compile(r"^([\w$.]+)\((.*)\);?\s*$", re.DOTALL)
JsonObject = dict[str, Any]  # the site's own JSON


def answer_of(response: Response) -> Answer:
    """What a page function made, as a case's answer."""
    headers = tuple((key, value) for key, value in response.headers.items() if key != "content-length")
    return Answer(status=response.status_code, headers=headers, body=bytes(response.body))


def edited(visit: Visit, usual: Answer, edit: Callable[[JsonObject], None]) -> Answer:
    """The usual review list with its JSON changed in place; the bytes stay GBK in the same callback."""
    text = usual.body.decode("gbk")
    wrapped = _JSONP.match(text)
    value = json.loads(wrapped[2] if wrapped else text)
    edit(value)
    return attrs.evolve(usual, body=bytes(site_jd.jsonp(value, wrapped[1] if wrapped else "").body))


def review(scene: Scene, number: int, **more: Any) -> Review:
    """A review of our water heater that no everyday world has: one star, an hour old."""
    product = catalogue.product_of(catalogue.OURS, "热水器")
    at = more.pop("at", scene.world.now() - timedelta(hours=1))
    # the name keeps cases apart, the family 45–47 keeps them apart from the everyday and the scripted
    family = 45 + int(sha256(scene.case.name.encode()).hexdigest(), 16) % 3
    usual: dict[str, Any] = {
        "id": ids.review_id(beijing(at).toordinal() - 719_163, family, number + 15_000),
        "sku": product.sku,
        "at": at,
        "nickname": "m***7",
        "region": "浙江",
        "score": 1,
        "text": "用了两天就漏水，太失望了",
        "polarity": "negative",
        "variant": "16升 天然气",
        "ordered_at": at - timedelta(days=6),
    }
    return Review(**usual | more)


def _until_restored(bad: Callable[[Visit], Answer], *, after: int) -> Callable[[Visit, Answer], Answer]:
    def change(visit: Visit, usual: Answer) -> Answer:
        return usual if visit.scene.restored or visit.nth <= after else bad(visit)

    return change


def _login_redirect(visit: Visit) -> Answer:
    return redirect(f"https://passport.jd.com/new/login.aspx?ReturnUrl=https%3A%2F%2Fclub.jd.com{visit.path}")


def _pin_is_null(visit: Visit) -> Answer:
    return json_answer(
        {"success": False, "code": 1, "message": "pin is null", "url": "https://passport.jd.com/new/login.aspx"}
    )


def _busy(visit: Visit, usual: Answer) -> Answer:
    busy = html_answer("<html>busy</html>").with_headers(content_type="application/json;charset=GBK")
    return busy if visit.nth <= 2 else usual


def _wrong_charset(visit: Visit, usual: Answer) -> Answer:
    if visit.nth % 3 == 1:
        return usual.with_headers(content_type="application/javascript;charset=utf-8")
    return usual.without_header("content-type") if visit.nth % 3 == 2 else usual


def _emoji(scene: Scene) -> None:
    scene.publish(reviews=[review(scene, 0, text="师傅人很好👍🏻，就是水声大😤 ㎡", score=3, polarity="neutral")])


def _other_callback(visit: Visit, usual: Answer) -> Answer:
    wrapped = _JSONP.match(usual.body.decode("gbk"))
    assert wrapped
    ends = (");", ")", ");\n", ") ;")
    text = f"fetchJSON_comment98vv{visit.nth}124526({wrapped[2]}{ends[visit.nth % len(ends)]}"
    return attrs.evolve(usual, body=text.encode("gbk"))


def _many(scene: Scene) -> None:
    begin = scene.world.now() - timedelta(days=13)
    made = (
        review(scene, n, at=begin + timedelta(minutes=15 * n), score=5, polarity="positive", text=f"第{n}天，还不错")
        for n in range(1040)
    )
    scene.publish(reviews=made)


def _page_101(visit: Visit, usual: Answer) -> Answer:
    """Pages from 101 on repeat the first; page 100 is empty by itself."""
    page = visit.query.get("page", "")
    if not page.isdecimal() or int(page) <= site_jd.LAST_PAGE:
        return usual
    world, sku = visit.world, visit.query.get("productId", "")
    first = world.reviews(sku)[: site_jd.PAGE_SIZE]
    return edited(visit, usual, lambda value: value.update(comments=[site_jd.comment(r, world.now()) for r in first]))


def _mixed_up(visit: Visit, usual: Answer) -> Answer:
    """Every second list is another product's: a cache of JD has lost its way."""
    if visit.nth % 2 == 0 or visit.scene.restored:
        return usual
    asked = visit.query.get("productId", "")
    other = next(p.sku for p in catalogue.products() if p.sku != asked)
    return answer_of(site_jd.listed(visit.world, visit.query | {"productId": other}))


def _new_layout(visit: Visit, usual: Answer) -> Answer:
    """Fields have other names, and the reviews lie deeper."""

    def rename(value: JsonObject) -> None:
        rows = [{"cid": row["id"], "body": row["content"], "stars": row["score"]} for row in value["comments"]]
        value.clear()
        value |= {"v": 2, "payload": {"items": rows}}

    return edited(visit, usual, rename)


def _cut(visit: Visit, usual: Answer) -> Answer:
    """Each page breaks off the first time it is asked for."""
    key = json.dumps(visit.query, sort_keys=True)
    seen = visit.scene.memory.setdefault("seen", set())
    if key in seen or visit.scene.restored:
        return usual
    seen.add(key)
    return attrs.evolve(usual, cut_at=len(usual.body) // 2)


_WALL = "login_required; nothing stored as empty; after a new login everything, each once"
_RISK = "blocked at once, never retried by itself; what came before is kept; after `restore` the rest comes, each once"
CASES = (
    Case(
        name="jd-risk-605", number=1, site="jd", hosts=LISTS, expected=_RISK,
        about="after two pages: HTTP 200, empty body, header `x-rp-content` with code 605",
        change=_until_restored(lambda visit: answer_of(site_jd.captcha()), after=2),
    ),
    Case(
        name="jd-403-edge", number=2, site="jd", hosts=LISTS, expected=_RISK,
        about="403 from the edge (jfe) for a request that succeeded a minute ago",
        change=_until_restored(lambda visit: html_answer(EDGE_403, status=403), after=2),
    ),
    Case(
        name="jd-601-signature", number=3, site="jd", hosts=LISTS, expected=_RISK,
        about='`{"code":"601","echo":"request is not valid"}`: the signature is stale',
        change=_until_restored(lambda visit: json_answer({"code": "601", "echo": "request is not valid"}), after=2),
    ),
    Case(
        name="jd-login-redirect", number=4, site="jd", hosts=LISTS, expected=_WALL,
        about="302 to passport.jd.com, whose page is HTTP 200",
        change=_until_restored(_login_redirect, after=1),
    ),
    Case(
        name="jd-login-pin-null", number=4, site="jd", hosts=LISTS, expected=_WALL,
        about='HTTP 200 with `"message":"pin is null"`',
        change=_until_restored(_pin_is_null, after=1),
    ),
    Case(
        name="jd-login-minus-100", number=4, site="jd", hosts=LISTS, expected=_WALL,
        about='HTTP 200 with `"resultCode":-100`',
        change=_until_restored(lambda visit: json_answer({"resultCode": -100, "message": "用户未登录"}), after=1),
    ),
    Case(
        name="jd-login-code-3", number=4, site="jd", hosts=LISTS, expected=_WALL,
        about='HTTP 200 with `{"code":"3","echo":"not login"}`',
        change=_until_restored(lambda visit: json_answer({"code": "3", "echo": "not login"}), after=1),
    ),
    Case(
        name="jd-busy-html", number=5, site="jd", hosts=CLUB, paths=(COMMENTS,), change=_busy,
        about="`<html>busy</html>` with status 200 and a JSON content type, twice",
        expected="unavailable, not empty and not blocked; the next crawl has everything",
    ),
    Case(
        name="jd-gbk-wrong-charset", number=6, site="jd", hosts=CLUB, paths=(COMMENTS,), change=_wrong_charset,
        about="GBK bytes declared as UTF-8, or without a charset; emoji that GBK lacks", begin=_emoji,
        expected="healthy; every text as written, emoji too",
    ),
    Case(
        name="jd-callback-differs", number=7, site="jd", hosts=CLUB, paths=(COMMENTS,), change=_other_callback,
        about="JSONP in another callback than asked for, ending in `)`, `);` or a line break",
        expected="healthy; everything, each once",
    ),
    Case(
        name="jd-page-101-repeats", number=8, site="jd", hosts=CLUB, paths=(COMMENTS,), begin=_many, change=_page_101,
        about="1,040 reviews more: page 100 is `comments:[]`, page 101 repeats page 0",
        expected="healthy; paging ends by itself, no page repeated; the site's own total shows what it hides",
    ),
    Case(
        name="jd-cache-mixup", number=18, site="jd", hosts=CLUB, paths=(COMMENTS,), change=_mixed_up,
        about="every second list is the answer for another product",
        expected="wrong_item, state changed; no foreign review stored; the right answers are kept",
    ),
    Case(
        name="jd-layout-changed", number=0, site="jd", hosts=CLUB, paths=(COMMENTS,), change=_new_layout,
        about="the review list has a new layout: other fields, another depth",
        expected="changed, not empty; prices go on; with the old layout back, everything, each once",
    ),
    Case(
        name="jd-cut-body", number=19, site="jd", hosts=CLUB, paths=(COMMENTS,), change=_cut,
        about="each page breaks off in the middle of its JSON the first time, status 200, length declared in full",
        expected="truncated, not changed and not empty; asked again, everything, each once",
    ),
)  # fmt: skip
