"""Taobao's and Tmall's nasty cases: sliders and tokens that all come as HTTP 200, false ends, bad JSON, four ways to write a day, ads."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import attrs

from demo import elsewhere, site_jd, site_taobao
from demo.cases.case import Answer, Case, Visit
from demo.clock import BEIJING

LISTS = ("rate.tmall.com", "h5api.m.tmall.com")
GATE = ("h5api.m.tmall.com",)
_JSONP = re.compile(r"^([\w$.]+)\((.*)\);?\s*$", re.DOTALL)
PUNISH = "//rate.tmall.com:443/list_detail_rate.htm/_____tmd_____/punish?x5secdata=5e0c8e13DEMO"
BUSY = "RGV587_ERROR::SM::哎哟喂,被挤爆啦,请稍后重试"
X5SEC_LASTS = 2
"""Answers that a solved slider is good for, in the case where it expires."""
VISIBLE = 47
"""Rows that an item of 500+ reviews really shows."""
JsonObject = dict[str, Any]  # the site's own JSON


def edited(usual: Answer, edit: Callable[[JsonObject], None]) -> Answer:
    """The usual answer with its JSON changed in place, in the same callback and charset."""
    gbk = "gbk" in usual.header("content-type").lower()
    text = usual.body.decode("gbk" if gbk else "utf-8")
    wrapped = _JSONP.match(text)
    value = json.loads(wrapped[2] if wrapped else text)
    edit(value)
    if gbk:
        return attrs.evolve(usual, body=bytes(site_jd.jsonp(value, wrapped[1] if wrapped else "").body))
    said = json.dumps(value, ensure_ascii=False)
    return attrs.evolve(usual, body=(f"{wrapped[1]}({said})" if wrapped else said).encode())


def _refused(ret: str, *, data: JsonObject | None = None, cookie: str = "") -> Answer:
    text = site_taobao.mtop_text(data or {}, api="mtop.taobao.rate.detaillist.get", ret=ret, callback="mtopjsonp1")
    headers = (("content-type", "application/javascript;charset=utf-8"),)
    return Answer(headers=(*headers, ("set-cookie", cookie)) if cookie else headers, body=(text + ";").encode())


def _until_restored(bad: Callable[[Visit], Answer], *, after: int) -> Callable[[Visit, Answer], Answer]:
    def change(visit: Visit, usual: Answer) -> Answer:
        return usual if visit.scene.restored or visit.nth <= after else bad(visit)

    return change


def _flag(visit: Visit) -> Answer:
    said = json.dumps({"rgv587_flag": "sm", "url": PUNISH})
    return Answer(headers=(("content-type", "text/html;charset=GBK"),), body=b"\r\n\r\n\r\n" + said.encode())


def _token_empty(visit: Visit) -> Answer:
    return _refused("FAIL_SYS_TOKEN_EMPTY::令牌为空", cookie="_m_h5_tk=77aa_1790000000000; Domain=tmall.com; Path=/")


def _renewed(visit: Visit, usual: Answer) -> Answer:
    """Only the first call of each API is refused: the page's own script asks again with the token that it was given."""
    first = visit.path not in visit.scene.memory
    visit.scene.memory[visit.path] = True
    if not first:
        return usual
    refusal = _token_empty(visit)
    callback = visit.query.get("callback", "mtopjsonp1").encode()
    return attrs.evolve(refusal, body=refusal.body.replace(b"mtopjsonp1", callback, 1))


def _expired_with_cookie(visit: Visit) -> Answer:
    return _refused("FAIL_SYS_TOKEN_EXOIRED::令牌过期", cookie="_m_h5_tk=88bb_1790000000000; Domain=tmall.com; Path=/")


def _expired(visit: Visit) -> Answer:
    return _refused("FAIL_SYS_TOKEN_EXOIRED::令牌过期")


def _slider(visit: Visit) -> Answer:
    url = f"https://h5api.m.tmall.com:443/{visit.path}/_____tmd_____/punish?x5secdata=DEMO&action=captcha"
    return _refused(f"FAIL_SYS_USER_VALIDATE|{BUSY}", data={"url": url})


def _slider_again(visit: Visit, usual: Answer) -> Answer:
    """A person solves it; the cookie x5sec is good for two answers, then a person must solve it once more."""
    memory = visit.scene.memory
    if visit.scene.restored:
        visit.scene.restored = False
        memory["solved"] = memory.get("solved", 0) + 1
        memory["left"] = X5SEC_LASTS if memory["solved"] == 1 else 1000
    left = memory.setdefault("left", 1)
    memory["left"] = left - 1
    return usual if left > 0 else _slider(visit)


def _false_end(visit: Visit, usual: Answer) -> Answer:
    def edit(value: JsonObject) -> None:
        value["data"] |= {"hasNext": "false", "feedAllCount": "500", "foldCount": "507"}

    return edited(usual, edit) if b"rateList" in usual.body else usual


def _page_of_50(visit: Visit, usual: Answer) -> Answer:
    """Fifty are asked for: 47 come, and the list says that this was all."""
    asked = json.loads(visit.query.get("data", "{}"))
    stall = elsewhere.stalls("taobao").get(str(asked.get("auctionNumId")))
    if asked.get("pageSize") != 50 or stall is None:
        return usual
    shown = site_taobao.visible(visit.world, stall)[:VISIBLE]

    def edit(value: JsonObject) -> None:
        rows = [site_taobao.rate(r, stall, visit.world.now()) for r in shown]
        value["data"] |= {"rateList": rows, "hasNext": "false"}

    return edited(usual, edit)


def _bare(visit: Visit, usual: Answer) -> Answer:
    """As before 2016: no braces around, quotation marks that nobody escaped, appends of three shapes, tags as a text."""

    def edit(value: JsonObject) -> None:
        detail = value["rateDetail"]
        detail["tags"] = ""
        for number, row in enumerate(detail["rateList"]):
            row["appendComment"] = row["appendComment"] or (None, "")[number % 2]
            row["reply"] = '亲，"静音"款,"五星"服务，欢迎再来' if number % 3 == 0 else row["reply"]

    body = edited(usual, edit).body.decode("gbk")
    wrapped = _JSONP.match(body)
    inside = (wrapped[2] if wrapped else body).strip()[1:-1].replace('\\"', '"')
    return attrs.evolve(usual, body=inside.encode("gbk", "json-escape"))


def _four_dates(visit: Visit, usual: Answer) -> Answer:
    """The same days as 2026年3月4日, 2026-03-04, milliseconds and a Java Date, row by row."""

    def edit(value: JsonObject) -> None:
        for number, row in enumerate(value["data"]["rateList"]):
            at = datetime.strptime(row.pop("createTime"), "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
            shapes = (f"{at.year}年{at.month}月{at.day}日", f"{at:%Y-%m-%d}", str(int(at.timestamp() * 1000)))
            row["feedbackDate"] = (*shapes, site_taobao.java_date(at.astimezone(UTC)))[number % 4]

    return edited(usual, edit) if b"createTime" in usual.body else usual


def _odd_rows(visit: Visit, usual: Answer) -> Answer:
    """Prices with a sign and as a range, sales in 万; the ads stay as they are, the same on each page."""
    head, _, rest = usual.body.decode().partition("g_page_config = ")
    config, end = json.JSONDecoder().raw_decode(rest)
    auctions = config["mods"]["itemlist"]["data"].get("auctions", [])
    unpaid = [row for row in auctions if not row.get("p4p")]
    for row, price, sales in zip(unpaid, ("¥7.90", "99.00-199.00"), ("1.5万+人付款", "2000+人收货"), strict=False):
        row |= {"view_price": price, "view_sales": sales}
    said = json.dumps(config, ensure_ascii=False).replace("</", "<\\/")
    return attrs.evolve(usual, body=f"{head}g_page_config = {said}{rest[end:]}".encode())


CASES = (
    Case(
        name="taobao-rgv587-blank-lines", number=20, site="taobao", hosts=("rate.tmall.com",),
        change=_until_restored(_flag, after=0),
        about="`rgv587_flag` JSON behind three empty lines, as the first answer",
        expected="captcha, source blocked, nothing counted as «no reviews»; after a person acted all reviews",
    ),
    Case(
        name="taobao-token-empty", number=21, site="taobao", hosts=GATE, change=_until_restored(_token_empty, after=0),
        about="`FAIL_SYS_TOKEN_EMPTY` with a token in Set-Cookie",
        expected="log in; the token is never used to sign: one request, then none",
    ),
    Case(
        name="taobao-token-renewed-by-page", number=21, site="taobao", hosts=GATE, change=_renewed,
        about="`FAIL_SYS_TOKEN_EMPTY` once, and the page in the browser asks again by itself",
        expected="the page's second try is heard; nothing stops, nobody is called",
    ),
    Case(
        name="taobao-token-expired-new-cookie", number=21, site="taobao", hosts=GATE,
        change=_until_restored(_expired_with_cookie, after=1),
        about="`FAIL_SYS_TOKEN_EXOIRED` (their spelling) after a good page, with a new token",
        expected="log in; the page that came is kept, the rest comes after",
    ),
    Case(
        name="taobao-token-expired-no-cookie", number=21, site="taobao", hosts=GATE,
        change=_until_restored(_expired, after=1),
        about="`FAIL_SYS_TOKEN_EXOIRED` after a good page, without a new token",
        expected="log in; the page that came is kept, the rest comes after",
    ),
    Case(
        name="taobao-slider-after-pages", number=22, site="taobao", hosts=LISTS,
        change=_until_restored(_slider, after=1),
        about="`RGV587_ERROR::SM` after a page, HTTP 200",
        expected="captcha, source blocked, what came is kept; after a person acted the rest",
    ),
    Case(
        name="taobao-x5sec-expires", number=22, site="taobao", hosts=("rate.tmall.com",), change=_slider_again,
        about="the slider is solved, and comes back two answers later",
        expected="blocked twice, a person twice, nothing lost and nothing twice",
    ),
    Case(
        name="taobao-has-next-false", number=23, site="taobao", hosts=GATE, change=_false_end,
        about="`hasNext` is the text \"false\" although the site counts 500; 507 more are folded",
        expected="ok; the gap is stated: 500+ and 507 folded beside what was collected",
    ),
    Case(
        name="taobao-page-size-50", number=24, site="taobao", hosts=GATE, change=_page_of_50,
        about="50 asked, 47 rows and a false end",
        expected="47 stored, the end not believed: 500+ stated beside them",
    ),
    Case(
        name="taobao-bare-body", number=25, site="taobao", hosts=("rate.tmall.com",), change=_bare,
        about="no braces around the body, unescaped quotation marks in replies, `appendComment` null, \"\" or an object, `tags` \"\"",
        expected="all reviews, once each, replies whole",
    ),
    Case(
        name="taobao-four-dates", number=26, site="taobao", hosts=GATE, change=_four_dates,
        about="days as 2026年3月4日, 2026-03-04, milliseconds and Java's Date (year 119, month 6 = July)",
        expected="each review on its own day; a bare day stays a day",
    ),
    Case(
        name="taobao-search-ads", number=27, site="taobao", hosts=("s.taobao.com",), change=_odd_rows,
        about="ads (p4p) repeated over pages, `<span class=H>` in titles, ¥7.90, 99.00-199.00, 1.5万+人付款",
        expected="each product once, title without markup, price as one buyer pays, sales as a number",
    ),
)  # fmt: skip
