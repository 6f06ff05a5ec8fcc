"""Weibo's nasty cases about posts: who wrote them, when, in which letters, and what became of them; searches that overflow."""

from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any

from demo import ids, people
from demo.cases.case import Answer, Case, Scene, Visit, html_answer, json_answer
from demo.cases.weibo import CONTAINER, PHONE, JsonObject, edited, posts_in
from demo.catalogue import OURS
from demo.clock import beijing
from demo.events import Passage, Post
from demo.weibo_json import DELETED, dated

STORM, STORM_LASTS = 500, timedelta(minutes=10)
FULL = 640
"""Posts within one hour: more than fifty pages of ten."""
STRANGE = "家人们👨‍👩‍👧 澜川热水器☔️又漏⚠️了[允悲][怒]，1️⃣修2️⃣换3️⃣退？@澜川官方微博 #澜川#"
_NOTE = "澜川热水器今早漏水，编号{}"


def post(scene: Scene, number: int, text: str, **more: Any) -> Post:
    """A post that no everyday world has, half an hour old; `number` is below 2,000."""
    at = more.pop("at", scene.world.now() - timedelta(minutes=30))
    # plays use the ordinals from 0 on: cases keep to the last ones, apart by their names
    play = 100 + int(sha256(scene.case.name.encode()).hexdigest(), 16) % 28
    usual: dict[str, Any] = {
        "mid": ids.mid(at, ids.SCRIPTED, play << 13 | number),
        "brand": OURS.name,
        "at": at.replace(microsecond=0),
        "author": people.newcomer(play, number),
        "text": text,
        "polarity": "negative",
        "category": "热水器",
        "fame": 3,
    }
    return Post(**usual | more)


def _accounts_posts(scene: Scene) -> None:
    """Three pages of the brand's own account, and a repost whose original its author took back."""
    world, account = scene.world, people.official(OURS)
    now = world.now()
    lost = post(scene, 900, "澜川客服态度差", at=now - timedelta(days=2), deleted_at=now - timedelta(days=1))
    written = [
        post(
            scene, n, f"澜川热水器保养第{n}课", at=now - timedelta(hours=2 + 2 * n), author=account, polarity="neutral"
        )
        for n in range(24)
    ]
    reply = post(scene, 901, "已联系用户处理", at=now - timedelta(hours=1), author=account, repost=lost)
    later = [  # appear when time has passed
        post(scene, 100 + n, f"澜川热水器冬季提示第{n}条", at=now + timedelta(hours=1, minutes=n), author=account)
        for n in range(13)
    ]
    scene.publish(posts=[lost, *written, reply, *later])


def _fast_repost(visit: Visit, usual: Answer) -> Answer:
    """快转: among the account's posts stands a stranger's, years old."""
    if not visit.query.get("containerid", "").startswith("107603"):
        return usual

    def insert(value: JsonObject) -> None:
        cards = value["data"]["cards"]
        if not cards or visit.query.get("since_id"):
            return
        other = {
            "created_at": "2019-06-14", "id": "4383183661430999", "mid": "4383183661430999", "text": "几年前的一条",
            "user": {"id": 9_000_000_137, "screen_name": "路人", "verified": False, "verified_type": -1},
            "title": {"text": "澜川官方微博 快转了", "base_color": 1}, "reposts_count": 1, "comments_count": 2,
            "attitudes_count": 3, "isLongText": False, "mblogtype": 0,
        }  # fmt: skip
        cards.insert(1, {"card_type": 9, "mblog": other})

    return edited(usual, insert)


def _around_midnight(scene: Scene) -> None:
    """Posts on both sides of the next two midnights and of the year's end."""
    now = scene.world.now()
    midnight = beijing(now).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    year = beijing(now).replace(month=12, day=31, hour=23, minute=50, second=0)
    moments = [midnight - timedelta(minutes=3), midnight - timedelta(hours=3), midnight + timedelta(minutes=2), year]
    account = people.official(OURS)
    scene.publish(posts=[post(scene, n, f"澜川跨夜第{n}条", at=at, author=account) for n, at in enumerate(moments)])


def _clock_ahead(visit: Visit, usual: Answer) -> Answer:
    """The site's clock is seven minutes ahead of everybody's: no 5分钟前, only dates, some of them still to come."""
    ahead = timedelta(minutes=7)

    def change(value: JsonObject) -> None:
        for told in posts_in(value):
            real = visit.world.post(int(told["mid"]))
            if real:
                told["created_at"] = dated(real.at + ahead, visit.world.now())

    return edited(usual, change)


def _long_texts(scene: Scene) -> None:
    days = "".join(f"第{n}天：又漏了，客服说明天来人，没有人来。" for n in range(1, 12))
    scene.publish(posts=[post(scene, n, f"澜川热水器维修日记之{n}[怒]\n{days}全文完") for n in range(3)])


def _no_long_texts(visit: Visit, usual: Answer) -> Answer:
    return json_answer({"ok": 0}) if visit.nth % 2 else html_answer("<html>服务升级</html>", status=502)


def _strange_letters(scene: Scene) -> None:
    scene.publish(posts=[post(scene, 0, STRANGE)])


def _unquoted(visit: Visit, usual: Answer) -> Answer:
    """As in 2019: `alt` without quotes, zero-width ends; the site's icon glyphs between."""

    def change(value: JsonObject) -> None:
        for told in posts_in(value):
            if told["text"] != DELETED:
                told["text"] = (
                    told["text"].replace('alt="[', "alt=[").replace(']" src=', "] src=") + " \ue627\u200b\u200b\u200b"
                )

    return edited(usual, change)


def _full_hour(scene: Scene) -> None:
    rng = Random(45)
    begin = beijing(scene.world.now()).replace(hour=20, minute=0, second=0) - timedelta(days=1)
    scene.publish(
        posts=[post(scene, n, _NOTE.format(n), at=begin + timedelta(seconds=rng.randrange(3600))) for n in range(FULL)]
    )


def _what_becomes_of_posts(scene: Scene) -> None:
    now = scene.world.now()
    changed = Passage(text="更正：不是澜川的问题，是安装师傅没拧紧[允悲]", at=now + timedelta(hours=1))
    scene.publish(
        posts=[
            post(scene, 0, "澜川热水器又漏水，刚修完三天[怒]", edits=(changed,)),
            post(scene, 1, "澜川热水器冒烟了，谁来管管", deleted_at=now + timedelta(hours=1)),
            post(scene, 2, "澜川售后电话打了八遍没人接", fans_only_at=now + timedelta(hours=1)),
            post(scene, 3, "围观", repost=post(scene, 4, "澜川热水器拆机", deleted_at=now + timedelta(hours=1))),
        ]
    )


def _storm(scene: Scene) -> None:
    """Alt accounts: one text, with a word changed here and there."""
    rng, now = Random(47), scene.world.now()
    tails = ("", "！", "！！", "[怒]", "[怒][怒]", " 求扩散", "，求扩散", "。。")
    places = ("杭州", "武汉", "成都", "广州")
    told = "澜川热水器半夜漏水把地板泡坏了，客服推给安装师傅，师傅推给客服，十天了没人管，{}的用户一起维权{}"
    scene.publish(
        posts=[
            post(scene, n, told.format(rng.choice(places), rng.choice(tails)),
                 at=now - STORM_LASTS + timedelta(seconds=int(n * STORM_LASTS.total_seconds() / STORM)))
            for n in range(STORM)
        ]
    )  # fmt: skip


_LIST: dict[str, Any] = {"site": "weibo", "hosts": (PHONE,), "paths": (CONTAINER,)}
CASES = (
    Case(
        name="weibo-pinned-first", number=37, begin=_accounts_posts, change=_fast_repost, **_LIST,
        about="an account's list begins with an old pinned post and a 快转 of a stranger; a repost has lost its original",
        expected="paging stops neither at the pinned post nor at the 快转; the repost stays, its original has no words",
    ),
    Case(
        name="weibo-times", number=38, site="weibo", begin=_around_midnight,
        about="刚刚, 昨天, 今天23:57 without a blank and 12-31, seen before and after midnight and new year",
        expected="each moment as it was, to the minute; a bare date of last year stays last year",
    ),
    Case(
        name="weibo-clock-ahead", number=38, change=_clock_ahead, **_LIST,
        about="the site's clock is seven minutes ahead of the collector's", expected="healthy; everything, at the site's times",
    ),
    Case(
        name="weibo-extend-fails", number=40, site="weibo", hosts=(PHONE,), paths=("/statuses/extend",),
        about="the list shows 140 characters and 全文, but the whole text can't be had",
        expected="healthy; the beginning is stored, and the whole once it can be had",
        begin=_long_texts, change=_no_long_texts,
    ),
    Case(
        name="weibo-letters", number=44, begin=_strange_letters, change=_unquoted, **_LIST,
        about="keyword split by `<em>`, unquoted `alt`, U+200B, U+FE0F, joined emoji, glyphs of the site's icon font",
        expected="the text as its author wrote it, from the phone and from the desktop's search alike",
    ),
    Case(
        name="weibo-full-day", number=45, site="weibo", begin=_full_hour,
        about="640 posts within an hour: the day and the hour are full, page 51 is page 1, slices overlap",
        expected="hours, then provinces are asked for; every post of the day, each once",
    ),
    Case(
        name="weibo-edited-deleted", number=46, site="weibo", begin=_what_becomes_of_posts,
        about="posts are edited, deleted, and put behind 仅粉丝可见 after they were collected",
        expected="the new text; the gone ones keep their words and are marked; no outcome that stops the source",
    ),
    Case(
        name="weibo-storm", number=47, site="weibo", begin=_storm,
        about="500 near-identical posts by 500 new accounts within ten minutes",
        expected="all 500 stored, each once and each author counted; marked as copies of each other",
    ),
)  # fmt: skip
