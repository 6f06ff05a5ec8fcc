"""Weibo's hot-search list 热搜榜, in the four forms in which the site gives it."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from parsel import Selector

from crawlers.sites import weibo_outcomes
from crawlers.sites.adapter import JsonObject, ParsedPage, RawPage
from crawlers.sites.answers import decode
from crawlers.sites.web_pages import attribute, is_cut
from crawlers.sites.weibo_addresses import Address
from crawlers.sites.weibo_numbers import count_of
from crawlers.sites.weibo_outcomes import Verdict
from crawlers.sites.weibo_posts import every_card
from crawlers.sites.weibo_results import changed, ended
from crawlers.sites.weibo_text import clean, from_html
from domain.feeds import HotTopic, Outcome

_HEAT = re.compile(r"(\d[\d,.]*\s*[万亿]?)\s*$")  # 综艺 1204033: a category may stand before the figure
_PAID = ("荐", "商", "广告", "推广")
_ICON_LABELS = {"new": "新", "hot": "热", "boil": "沸", "fei": "沸", "bao": "爆", "recommend": "荐", "shang": "商"}
_POSITION = re.compile(r"realpos[:=](\d{1,3})")
_PICTURE_RANK = re.compile(r"img_search_(\d{1,2})\.")
_PINNED_PICTURE = re.compile(r"img_search_(?:stick|top)")


def hot_json(page: RawPage, address: Address, data: JsonObject) -> ParsedPage:
    """weibo.com/ajax/side/hotSearch, weibo.com/ajax/statuses/hot_band and the container 106003 of m.weibo.cn."""
    inner = data.get("data")
    place: JsonObject = inner if isinstance(inner, dict) else {}
    if isinstance(place.get("cards"), list):
        topics = _of_cards(place["cards"], page.seen_at)
        return _listed(address, topics)
    listed = next((place[name] for name in ("realtime", "band_list") if isinstance(place.get(name), list)), None)
    if listed is None:
        return changed(address, "no realtime, band_list or cards")
    pinned = [*(place["hotgovs"] if isinstance(place.get("hotgovs"), list) else ()), place.get("hotgov")]
    top = [topic for item in pinned if (topic := _topic(item, page.seen_at, pinned=True))]
    ranked = [topic for item in listed if (topic := _topic(item, page.seen_at))]
    return _listed(address, (*top, *ranked))


def hot_html(page: RawPage, address: Address) -> ParsedPage:
    """s.weibo.com/top/summary: a table, a pinned line first, paid lines without a number between the others."""
    if page.status >= 400:
        return ended(address, weibo_outcomes.of_json(page, address).verdict or Verdict(outcome=Outcome.BLOCKED))
    text = decode(page.body)
    table = Selector(text=text or " ", type="html").css("#pl_top_realtimehot, table")[:1]
    topics = [topic for row in table.css("tr") if (topic := _of_row(row, page.seen_at))]
    if not table:
        otherwise = Outcome.TRUNCATED if is_cut(text) else Outcome.CHANGED
        return ended(address, weibo_outcomes.of_html(text.strip(), otherwise=otherwise))
    if is_cut(text):
        return ended(address, Verdict(outcome=Outcome.TRUNCATED, reason=f"HTML ends after {len(text)} characters"))
    return _listed(address, topics)


def _listed(address: Address, topics: Iterable[HotTopic]) -> ParsedPage:
    once: dict[str, HotTopic] = {}
    for topic in topics:
        if topic.title not in once or (topic.rank and not once[topic.title].rank):  # a place in the ranking says more
            once[topic.title] = topic
    kept = tuple(once.values())
    if not kept:
        return changed(address, "a hot list without a line")
    return ParsedPage(site="weibo", page=address.page, outcome=Outcome.OK, topics=kept)


def _topic(item: Any, seen_at: datetime, *, pinned: bool = False) -> HotTopic | None:  # Any: a line of the site's list
    """A line of the desktop's JSON. `num` is the figure that the page shows; paid lines have no `realpos`."""
    if not isinstance(item, dict):
        return None
    title = _title(item.get("word") or item.get("note") or item.get("name") or item.get("word_scheme"))
    label = clean(str(item.get("label_name") or item.get("icon_desc") or item.get("small_icon_desc") or ""))
    paid = any(item.get(name) in (1, "1", True) for name in ("is_ad", "topic_ad")) or label in _PAID
    heats = (count_of(item.get(name)) for name in ("num", "raw_hot"))
    return _made(
        title,
        rank=0 if pinned or paid else _rank(item),
        heat=next((heat for heat in heats if heat), None),
        label=label,
        paid=paid,
        seen_at=seen_at,
    )


def _rank(item: JsonObject) -> int:
    position, counted = count_of(item.get("realpos")), count_of(item.get("rank"))
    return position if position else counted + 1 if counted is not None else 0  # `rank` counts from 0


def _of_cards(cards: list[Any], seen_at: datetime) -> list[HotTopic]:
    """Lines of the phone's list: `desc` is the title, `desc_extr` the heat, the picture beside it the rank."""
    topics, position = [], 0
    for card in every_card(cards):
        title = _title(card.get("desc"))
        named = " ".join(str(card.get(name) or "") for name in ("itemid", "scheme", "actionlog", "promotion"))
        picture, icon = str(card.get("pic") or ""), str(card.get("icon") or "")
        found = _POSITION.search(named) or _PICTURE_RANK.search(picture)
        paid = bool(card.get("promotion")) or card.get("is_ad") in (1, "1", True) or "recommend" in icon
        pinned = bool(_PINNED_PICTURE.search(picture))
        position += bool(title) and not (paid or pinned)
        topic = _made(
            title,
            rank=0 if paid or pinned else int(found[1]) if found else position,
            heat=_heat(card.get("desc_extr")),
            label=next((label for name, label in _ICON_LABELS.items() if f"_{name}" in icon), ""),
            paid=paid,
            seen_at=seen_at,
        )
        if topic:
            topics.append(topic)
    return topics


def _of_row(row: Selector, seen_at: datetime) -> HotTopic | None:
    link = next((a for a in row.css("td.td-02 a") if "javascript" not in attribute(a, "href")), None)
    link = link if link is not None else next(iter(row.css("td.td-02 a")), None)
    if link is None:
        return None
    number = clean("".join(row.css("td.td-01 ::text").getall()))
    label = clean("".join(row.css("td.td-03 ::text").getall()))
    pinned = bool(row.css("td.td-01 .icon-top"))
    paid = label in _PAID or (not number.isdecimal() and not pinned)
    return _made(
        _title(clean("".join(link.css("::text").getall()))),
        rank=int(number) if number.isdecimal() and not paid else 0,
        heat=_heat(" ".join(row.css("td.td-02 span ::text").getall())),
        label=label,
        paid=paid,
        seen_at=seen_at,
    )


def _made(title: str, *, rank: int, heat: int | None, label: str, paid: bool, seen_at: datetime) -> HotTopic | None:
    if not title:
        return None
    return HotTopic(
        source="weibo",
        title=title,
        rank=rank,
        heat=heat,
        label=label[:4],
        advertised=paid,
        url=f"https://s.weibo.com/weibo?q={quote(f'#{title}#', safe='', errors='replace')}",
        seen_at=seen_at,
    )


def _title(value: Any) -> str:  # Any: a site's own value
    return from_html(value).text.strip().strip("#").strip()[:200] if isinstance(value, str) else ""


def _heat(value: Any) -> int | None:  # Any: a site's own value
    if type(value) is int:
        return value if value > 0 else None
    found = _HEAT.search(clean(value)) if isinstance(value, str) else None
    return count_of(found[1]) if found else None
