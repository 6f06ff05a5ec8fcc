"""The pretended hot-search list 热搜榜: fifty invented lines that come and go, and our public's outrage when there is any."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import attrs

from demo.catalogue import BRANDS
from demo.world import World

LINES = 50
OUTRAGE = 25
"""Scripted complaints about one appliance within an hour that put it on the list."""
_SLOT = timedelta(minutes=20)
_SUBJECTS = (
    "江岸地铁", "雾凇", "冬至", "烟花秀", "古城灯会", "县城婚礼", "早高峰", "研究生", "围巾", "热干面", "糖葫芦", "冰雕", "大白菜",
    "高铁盒饭", "体测", "老人机", "露营", "橘猫", "煎饼摊", "羽绒服", "图书馆", "纪录片", "跳绳", "火锅店", "电影节", "晚自习",
)  # fmt: skip
_HAPPENINGS = (
    "上新了", "今年有点早", "排队三小时", "刷屏了", "该怎么选", "背后的故事", "回应来了", "有多治愈", "真实现状", "又出圈了", "走红",
    "最新通知", "有多难抢", "第一视角",
)  # fmt: skip
_MARKS = ("", "", "", "新", "新", "热", "暖")


@attrs.frozen(kw_only=True)
class Line:
    """One line of the list."""

    title: str
    heat: int
    label: str = ""
    category: str = ""
    paid: bool = False


def lines(world: World) -> list[Line]:
    """The ranked lines now, hottest first, a paid one among them; without the pinned one."""
    now = world.now()
    slot = int(now.timestamp() // _SLOT.total_seconds())
    found = {line.title: line for line in _everyday(world.seed, slot)}
    found |= {line.title: line for line in _outrage(world)}
    ranked = sorted(found.values(), key=lambda line: (-line.heat, line.title))[:LINES]
    brand = BRANDS[slot // 72 % len(BRANDS)]  # another maker pays each day
    ranked.insert(3, Line(title=f"{brand.name}新品直播间", heat=402_113, label="荐", paid=True))
    return ranked


def side_list(world: World) -> dict[str, Any]:
    """As /ajax/side/hotSearch tells it."""
    pinned = _pinned()
    return {"ok": 1, "data": {"realtime": _numbered(world), "hotgov": pinned, "hotgovs": [pinned]}}


def band_list(world: World) -> dict[str, Any]:
    """As /ajax/statuses/hot_band tells it."""
    return {"ok": 1, "data": {"band_list": _numbered(world), "hotgov": _pinned()}}


def phone_list(world: World) -> dict[str, Any]:
    """As the container 106003 of m.weibo.cn tells it: ranks in the pictures only."""
    picture = "https://simg.s.weibo.example/20210408_img_search_{}.png"
    cards = [{"card_type": 4, "pic": picture.format("stick"), "desc": _pinned()["word"].strip("#"), "desc_extr": ""}]
    rank = 0
    for line in lines(world):
        rank += not line.paid
        told: dict[str, Any] = {"card_type": 4, "desc": line.title, "desc_extr": line.heat}
        if line.paid:
            told |= {"pic": picture.format("point_orange"), "promotion": {"monitor_url": []}}
        else:
            told |= {"pic": picture.format(rank), "itemid": f"seqid:1|type:1|realpos:{rank}|"}
        cards.append(told)
    return {
        "ok": 1,
        "data": {"cardlistInfo": {"title_top": "微博热搜"}, "cards": [{"card_type": 11, "card_group": cards}]},
    }


def _numbered(world: World) -> list[dict[str, Any]]:
    told, rank = [], 0
    for line in lines(world):
        shared = {"word": line.title, "note": line.title, "num": line.heat, "label_name": line.label, "topic_flag": 1}
        if line.paid:
            told.append(shared | {"is_ad": 1, "topic_ad": 1, "rank": rank, "icon_desc": line.label})
            continue
        rank += 1
        told.append(
            shared
            | {"raw_hot": line.heat, "rank": rank - 1, "realpos": rank, "category": line.category,
               "icon_desc": line.label, "word_scheme": f"#{line.title}#", "emoticon": ""}
        )  # fmt: skip
    return told


def _pinned() -> dict[str, Any]:
    words = "#江岸市冬季用气安全提示#"
    return {"word": words, "name": words, "note": words, "pos": 1, "is_gov": 1, "icon_desc": "热", "topic_flag": 1}


def _everyday(seed: int, slot: int) -> list[Line]:
    """A line lives two to nine slots; its heat rises and falls."""
    found = []
    for born in range(slot - 8, slot + 1):
        rng = Random(f"{seed}/hot/{born}")
        for _ in range(12):
            title = rng.choice(_SUBJECTS) + rng.choice(_HAPPENINGS)
            peak, lives, mark = int(rng.lognormvariate(12.6, 0.7)), rng.randrange(2, 10), rng.choice(_MARKS)
            age = slot - born
            if age < lives:
                share = 1 - abs(2 * (age + 0.5) / lives - 1) * 0.7
                found.append(Line(title=title, heat=int(peak * share) + 20_000, label=mark if age < 2 else ""))
    return found


def _outrage(world: World) -> list[Line]:
    """What people are angry about: a brand's appliance with many scripted complaints within the hour."""
    now = world.now()
    angry = Counter(
        (p.brand, p.category)
        for p in world.posts("", since=now - timedelta(hours=1))
        if p.script and p.polarity == "negative" and p.category
    )
    return [
        Line(
            title=f"{brand}{category}怎么了",
            heat=200_000 + count * 9_000,
            label="沸" if count > 100 else "热",
            category="社会",
        )
        for (brand, category), count in angry.items()
        if count >= OUTRAGE
    ]
