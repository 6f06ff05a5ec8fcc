"""Weibo's nasty cases about answers: sessions that die, lists that are emptied, shapes that hide posts, cursors that loop."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import attrs

from demo.cases.case import Answer, Case, Visit, html_answer, json_answer, redirect
from demo.weibo_session import VISITOR

PHONE, SEARCH = "m.weibo.cn", "s.weibo.com"
CONTAINER, HOTFLOW = "/api/container/getIndex", "/comments/hotflow"
JsonObject = dict[str, Any]  # the site's own JSON


def edited(usual: Answer, edit: Callable[[JsonObject], None]) -> Answer:
    """The usual JSON answer, changed in place."""
    value = json.loads(usual.body)
    edit(value)
    return attrs.evolve(usual, body=json.dumps(value, ensure_ascii=False).encode())


def posts_in(value: JsonObject) -> list[JsonObject]:
    """Every post of a container's answer, groups opened, originals after their reposts."""
    waiting, found = list(value.get("data", {}).get("cards", [])), list[JsonObject]()
    while waiting:
        card = waiting.pop(0)
        waiting = [*card.get("card_group", []), *waiting]
        if "mblog" in card:
            found += [card["mblog"], *filter(None, [card["mblog"].get("retweeted_status")])]
    return found


def _until_restored(bad: Callable[[Visit], Answer], *, after: int) -> Callable[[Visit, Answer], Answer]:
    def change(visit: Visit, usual: Answer) -> Answer:
        return usual if visit.scene.restored or visit.nth <= after else bad(visit)

    return change


def _432(visit: Visit) -> Answer:
    return html_answer("<html><head><title>432</title></head><body></body></html>", status=432)


def _to_visitor(visit: Visit) -> Answer:
    back = quote(f"https://{visit.request.host}{visit.path}", safe="")
    return redirect(f"https://passport.weibo.com/visitor/visitor?entry=miniblog&a=enter&url={back}&_rand=1.1")


def _visitor_body(visit: Visit) -> Answer:
    return html_answer(VISITOR)


def _minus_100(visit: Visit) -> Answer:
    return json_answer({"ok": -100, "url": "https://passport.weibo.com/sso/signin?entry=wapsso&source=wapssowb&url=x"})


def _too_fast(visit: Visit) -> Answer:
    words = ({"ok": 0, "msg": "请求过于频繁，歇歇吧"}, {"ok": 0, "errno": "100005", "extra": ""})
    return json_answer(words[visit.nth % 2])


def _limited(visit: Visit) -> Answer:
    info = {"containerid": visit.query.get("containerid", ""), "v_p": 42, "show_style": 1, "total": 7233}
    return json_answer({"ok": 0, "data": {"cardlistInfo": info, "cards": []}})


def _profile_only(visit: Visit) -> Answer:
    people = [{"card_type": 10, "user": {"id": 9_000_000_001, "screen_name": "示例", "verified": False}}]
    cards = [{"card_type": 42, "desc": "全部用户"}, {"card_type": 11, "card_group": people}]
    return json_answer({"ok": 1, "data": {"cardlistInfo": {"total": 900}, "cards": cards}})


def _album(visit: Visit, usual: Answer) -> Answer:
    """The album tab of any account: pictures, and not one post."""
    if not visit.query.get("containerid", "").startswith("107803"):
        return usual
    pictures = [{"pic_id": f"p{n}", "object_id": f"1042018:{n}", "type": "pic"} for n in range(9)]
    card = {"card_type": 11, "card_group": [{"card_type": 47, "pics": pictures}], "title": "照片墙"}
    return json_answer({"ok": 1, "data": {"cardlistInfo": {"total": 900, "since_id": "x_4"}, "cards": [card]}})


def _nested(visit: Visit, usual: Answer) -> Answer:
    """Posts two groups deep, behind a notice and a card without a post."""

    def wrap(value: JsonObject) -> None:
        cards = value["data"]["cards"]
        if not cards:
            return
        inner = [{"card_type": 11, "show_type": 1, "card_group": [{"card_type": 11, "card_group": [c]}]} for c in cards]
        notice = {"card_type": 58, "desc": "以下为部分结果，其余内容根据设置未展示"}
        value["data"]["cards"] = [notice, {"card_type": 4, "desc": "相关搜索"}, *inner]

    return edited(usual, wrap)


def _kinds_of_ids(visit: Visit, usual: Answer) -> Answer:
    """Ids as numbers on every second page, and on each page one that a float has rounded."""

    def change(value: JsonObject) -> None:
        for post in posts_in(value) if visit.nth % 2 else []:
            post["id"], post["mid"], post["idstr"] = int(post["id"]), int(post["mid"]), None
        if value["data"]["cards"]:
            mangled = {
                "id": 5.2500000000001e15,
                "text": "编号被四舍五入",
                "created_at": "刚刚",
                "user": {"id": 9_000_000_002},
            }
            value["data"]["cards"].append({"card_type": 9, "mblog": mangled})

    return edited(usual, change)


def _kinds_of_counts(visit: Visit, usual: Answer) -> Answer:
    """The same three figures as number, text, and rounded text; of comments their list, false, or nothing."""

    def change(value: JsonObject) -> None:
        for n, post in enumerate(posts_in(value)):
            post["reposts_count"] = (12, "12", "1.2万")[n % 3]
            post["comments_count"] = ("3,400", 3400, "0.34万")[n % 3]
            post["attitudes_count"] = ("100万+", "100万+", 1_000_000)[n % 3]
        for n, comment in enumerate(value["data"].get("data", [])):
            if not comment["comments"]:
                comment["comments"] = (False, [])[n % 2]
            if n % 3 == 2 and not comment["comments"]:
                del comment["comments"]
            comment["like_count"] = (5, "5", "0.0005万")[n % 3]

    return edited(usual, change)


def _looping_cursor(visit: Visit, usual: Answer) -> Answer:
    """Comments in three pages: the second switches the cursor's type, the third gives back the cursor it came with."""
    whole = json.loads(usual.body) if "max_id" not in visit.query else visit.scene.memory.get(visit.query.get("id", ""))
    if not whole or not whole.get("data"):
        return usual
    visit.scene.memory[visit.query.get("id", "")] = whole
    told, cursor, kind = whole["data"]["data"], visit.query.get("max_id", "0"), visit.query.get("max_id_type", "0")
    third = max(len(told) // 3, 1)
    parts = {("0", "0"): (0, third, 77_001, 0), ("77001", "0"): (third, 2 * third, 77_002, 1),
             ("77002", "1"): (2 * third, None, 77_002, 1)}  # fmt: skip
    if (cursor, kind) not in parts:
        return json_answer({"ok": 0})
    start, end, following, next_kind = parts[cursor, kind]
    data = whole["data"] | {"data": told[start:end], "max_id": following, "max_id_type": next_kind}
    return json_answer({"ok": 1, "data": data})


def _far_more_than_shown(visit: Visit, usual: Answer) -> Answer:
    def change(value: JsonObject) -> None:
        if value.get("data"):
            value["data"]["total_number"] = 125_020
            for comment in value["data"]["data"]:
                comment["reply_count"] = 0

    return edited(usual, change)


_RISK = (
    "the source stops at once and says what a person must do; what came is kept; after `restore` the rest, each once"
)
CASES = (
    Case(
        name="weibo-432-first", number=31, site="weibo", hosts=(PHONE,), expected="blocked, never 0 posts; after `restore` everything",
        about="432 with an empty page on the very first call", change=_until_restored(_432, after=0),
    ),
    Case(
        name="weibo-432-later", number=31, site="weibo", hosts=(PHONE,), expected=_RISK,
        about="432 after three good pages, though the cookie is valid, until a captcha is solved by hand",
        change=_until_restored(_432, after=3),
    ),
    Case(
        name="weibo-visitor-redirect", number=32, site="weibo", hosts=(PHONE, SEARCH), expected=_RISK,
        about="302 to the visitor page, which followed is HTTP 200 without a card",
        change=_until_restored(_to_visitor, after=2),
    ),
    Case(
        name="weibo-visitor-page", number=32, site="weibo", hosts=(PHONE, SEARCH), expected=_RISK,
        about="the visitor page itself as HTTP 200 where data were due", change=_until_restored(_visitor_body, after=2),
    ),
    Case(
        name="weibo-minus-100", number=33, site="weibo", hosts=(PHONE,), expected=_RISK,
        about='`{"ok":-100}` in the middle of a crawl: the session is over', change=_until_restored(_minus_100, after=3),
    ),
    Case(
        name="weibo-too-fast", number=33, site="weibo", hosts=(PHONE,), expected=_RISK,
        about="请求过于频繁，歇歇吧, in words or as errno 100005", change=_until_restored(_too_fast, after=3),
    ),
    Case(
        name="weibo-nothing-there", number=34, site="weibo",
        about="这里还没有内容: nobody has said these words", expected="empty, healthy",
    ),
    Case(
        name="weibo-emptied-list", number=34, site="weibo", hosts=(PHONE,), paths=(CONTAINER,), expected=_RISK,
        about='`{"ok":0}` with no cards although the site counts 7,233', change=_until_restored(_limited, after=2),
    ),
    Case(
        name="weibo-profile-cards", number=35, site="weibo", hosts=(PHONE,), paths=(CONTAINER,),
        about="`ok:1` with profile cards only: a captcha in disguise", expected=_RISK,
        change=_until_restored(_profile_only, after=0),
    ),
    Case(
        name="weibo-album", number=35, site="weibo", hosts=(PHONE,), paths=(CONTAINER,), change=_album,
        about="the album tab: cards without a single post", expected="ok, 0 posts, healthy",
    ),
    Case(
        name="weibo-card-groups", number=36, site="weibo", hosts=(PHONE,), paths=(CONTAINER,), change=_nested,
        about="posts two groups deep behind a notice card (58)", expected="healthy; everything, each once",
    ),
    Case(
        name="weibo-counts", number=39, site="weibo", hosts=(PHONE,), paths=(CONTAINER, HOTFLOW), change=_kinds_of_counts,
        about="counts as number, text and 100万+; `comments` a list, false or missing", expected="healthy; the same figures",
    ),
    Case(
        name="weibo-ids", number=41, site="weibo", hosts=(PHONE,), paths=(CONTAINER,), change=_kinds_of_ids,
        about="ids as number here, text there, the short one in the address; one rounded by a float on each page",
        expected="healthy; each post once; the rounded id is never stored",
    ),
    Case(
        name="weibo-comment-loop", number=42, site="weibo", hosts=(PHONE,), paths=(HOTFLOW,), change=_looping_cursor,
        about="max_id_type switches 0→1, then max_id comes back unchanged", expected="each comment once, and an end",
    ),
    Case(
        name="weibo-comment-total", number=43, site="weibo", hosts=(PHONE,), paths=(HOTFLOW,), change=_far_more_than_shown,
        about="125,020 comments counted, a few shown; reply_count 0 though replies stand there",
        expected="what is shown, with its replies; the site's own total is kept to show the gap",
    ),
)  # fmt: skip
