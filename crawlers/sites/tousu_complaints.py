"""黑猫投诉's complaints one by one: rows of JSON, cards as they are rendered, and the page of a single one."""

import re
from datetime import UTC, date, datetime
from typing import Any

from parsel import Selector

from crawlers.sites.adapter import JsonObject
from crawlers.sites.clock_times import epoch, moment
from crawlers.sites.values import mapping, name, one_line, plain, whole
from crawlers.sites.web_pages import attribute
from domain.documents import Kind, Post
from domain.times import day_start

_SN = re.compile(r"/complaint/view/(\d{6,20})")
_CUT = re.compile(r"(?:\.{3,}|…+)\s*$")
_DEMANDS = re.compile(r"[,，、;；|\n]+")
_FILED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:\s+(\d{1,2}:\d{2}(?::\d{2})?))?\s*于黑猫")
_FIELD = re.compile(
    r"[\[【]?\s*(投诉编号|投诉对象|投诉问题|投诉要求|投诉进度|投诉状态|涉诉金额)\s*[\]】]?\s*[:：]?\s*(.*)"
)
_STATUS = re.compile(r"待审核|待分配|处理中|已回复|已完成|已关闭|已撤诉|待确认|投诉完成|申请完成")
_CODES = {"4": "处理中", "6": "已回复", "7": "已完成", "8": "已关闭"}
"""Numbers that the lists write for a status, as projects that read them in 2019 note; the others are known to nobody."""
_STEPS = (  # the words of a timeline's newest step, and the status that they mean
    (re.compile(r"完成|评价|结束"), "已完成"),
    (re.compile(r"回复"), "已回复"),
    (re.compile(r"分配|受理"), "处理中"),
    (re.compile(r"审核|发起"), "待分配"),
)
_ANONYMOUS = re.compile(r"匿名|^\*+$")


def complaint_in_row(row: JsonObject, seen_at: datetime) -> Post | None:
    """The complaint of one row of a list: `main`, and `author` beside it; None without a number."""
    main, author = mapping(row.get("main")) or row, mapping(row.get("author"))
    sn = name(main.get("sn")) or _number(str(main.get("url") or ""))
    if not sn.isdigit():
        return None
    summary = plain(main.get("summary"))
    at = epoch(main.get("timestamp"))
    who = one_line(author.get("title") or author.get("name"))
    return _made(
        sn,
        title=one_line(main.get("title")),
        summary=summary,
        target=one_line(main.get("cotitle")),
        demands=_demanded(main.get("appeal")),
        status=_status(main),
        at=at if at else moment(main.get("date"), seen_at).at,
        raw="" if at else one_line(main.get("date")),
        author="" if _ANONYMOUS.search(who) else name(author.get("uid") or author.get("wb_uid")) or who,
        comments=whole(main.get("comment_amount")),
        likes=whole(main.get("upvote_amount")),
        reposts=whole(main.get("share_amount")),
        seen_at=seen_at,
    )


def complaint_in_card(text: str, href: str, seen_at: datetime) -> Post | None:
    """The complaint of a card's rendered text: day, title, summary, then `[投诉对象]…` and `[投诉要求]…`.

    href: its link; without one the number must stand in the text (投诉编号). None without a number.
    """
    lines = [line.strip() for line in text.replace("\r", "").split("\n")]
    fields = {hit[1]: one_line(hit[2]) for line in lines if (hit := _FIELD.match(line))}
    sn = _number(href) or re.sub(r"\D", "", fields.get("投诉编号", ""))
    if not sn or not ("投诉对象" in fields or "投诉要求" in fields):
        return None
    filed = next((hit for line in lines if (hit := _FILED.search(line))), None)
    status = next((hit[0] for line in lines if (hit := _STATUS.fullmatch(line))), "")
    said = [x for x in lines if x and not _FIELD.match(x) and not _FILED.search(x) and not _STATUS.fullmatch(x)]
    at = _filed_at(filed, seen_at) if filed else None
    return _made(
        sn,
        title=said[0] if said else "",
        summary="\n".join(said[1:]),
        target=fields.get("投诉对象", ""),
        demands=fields.get("投诉要求", ""),
        status=status or fields.get("投诉进度", fields.get("投诉状态", "")),
        at=at,
        date_only=bool(filed and not filed[2]),
        raw=filed[1] if filed else "",
        seen_at=seen_at,
    )


def complaints_in_page(html: str, seen_at: datetime) -> list[Post]:
    """The complaints that a rendered list shows: each link to one, with the card that it is or that holds it."""
    found: dict[str, Post] = {}
    for link in Selector(text=html or " ", type="html").css("a[href*='/complaint/view/']"):
        href = attribute(link, "href")
        around = (link, *link.xpath("ancestor::*[position() <= 4]")[::-1])
        for box in around:
            numbers = {_number(h) for h in box.xpath(".//a/@href | @href").getall() if _number(h)}
            if len(numbers) > 1:
                break
            if post := complaint_in_card(_lines(box), href, seen_at):
                found.setdefault(post.id, post)
                break
    return list(found.values())


def complaint_page(html: str, asked: str, seen_at: datetime) -> Post | None:
    """The complaint on its own page; None where the page is none. asked: the number in the page's address."""
    page = Selector(text=html or " ", type="html")
    question = page.css(".ts-d-question")
    if not question:
        return None
    fields = {hit[1]: hit[2] for li in question.css(".ts-q-list li") if (hit := _FIELD.match(one_line(li.get())))}
    steps = [_step(step) for step in page.css(".ts-d-steplist > *, .ts-d-steplist > ul > li")]
    filed = moment(_date(one_line(question.css(".u-date").get())), seen_at)
    own = next((text for _, text in reversed(steps) if text), "")
    told = plain(question.css(".ts-q-content, .ts-q-summary, .article-content").get() or "") or own
    who = one_line(question.css(".u-name").get())
    return _made(
        re.sub(r"\D", "", fields.get("投诉编号", "")) or asked,
        title=one_line(question.css("h1.article, h1, .article").get()),
        summary=told,
        target=fields.get("投诉对象", ""),
        demands=fields.get("投诉要求", ""),
        status=fields.get("投诉进度", "") or fields.get("投诉状态", "") or _newest([words for words, _ in steps]),
        at=filed.at,
        date_only=filed.date_only,
        author="" if _ANONYMOUS.search(who) else who,
        seen_at=seen_at,
    )


def complaint_url(sn: str) -> str:
    """The public page of a complaint, without its reader's mark `sld`."""
    return f"https://tousu.sina.com.cn/complaint/view/{sn}/"


def _made(
    sn: str,
    *,
    title: str,
    summary: str,
    target: str,
    demands: str,
    status: str,
    at: datetime | None,
    seen_at: datetime,
    date_only: bool = False,
    raw: str = "",
    author: str = "",
    comments: int | None = None,
    likes: int | None = None,
    reposts: int | None = None,
) -> Post:
    begin = _CUT.sub("", title)
    text = summary if begin and summary.startswith(begin) else "\n".join(part for part in (title, summary) if part)
    return Post(
        id=f"tousu:{sn}",
        source="tousu",
        kind=Kind.COMPLAINT,
        url=complaint_url(sn),
        text=text,
        published_at=at,
        date_only=date_only,
        published_raw=raw,
        seen_at=seen_at,
        author=author,
        comments=comments,
        likes=likes,
        reposts=reposts,
        truncated=bool(_CUT.search(summary or title)),
        target=target,
        demands=tuple(dict.fromkeys(word for part in _DEMANDS.split(demands) if (word := part.strip(" 。.")))),
        status=status[:20],
    )


def _number(href: str) -> str:
    hit = _SN.search(href)
    return hit[1] if hit else ""


def _demanded(appeal: Any) -> str:  # a text, or a list of them
    return ",".join(map(one_line, appeal)) if isinstance(appeal, list) else one_line(appeal)


def _status(main: JsonObject) -> str:
    """The site's word for where it stands, or the word of its code number; an unknown number says nothing."""
    for key in ("status_desc", "status_text", "status_title", "status_name", "status"):
        value = main.get(key)
        word = (
            one_line(mapping(value).get("title") or mapping(value).get("text"))
            if isinstance(value, dict)
            else one_line(value)
        )
        if word and not word.isdigit():
            return word
    return _CODES.get(name(main.get("status")), "")


def _filed_at(filed: re.Match[str], seen_at: datetime) -> datetime | None:
    try:
        parts = [int(part) for part in filed[1].split("-")]
        if filed[2]:
            return moment(f"{filed[1]} {filed[2]}", seen_at).at
        return day_start(date(*parts)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _date(text: str) -> str:
    """The date among other words: 发布于 2026-11-20 10:20:30, 2026年11月20日."""
    hit = re.search(r"\d{4}[-年]\d{1,2}[-月]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?", text)
    return hit[0] if hit else ""


def _step(step: Selector) -> tuple[str, str]:
    """The words of a timeline's step, and what the buyer wrote in it; empty where it is the company's or the site's."""
    words = one_line(" ".join(step.css(".u-status, .u-date, .u-name").getall()))
    text = "\n".join(part for p in step.css("p").getall() if (part := plain(p)))
    return words, text if re.search(r"发起", words) else ""


def _newest(steps: list[str]) -> str:
    """The status that the timeline's steps amount to: the farthest of them, whatever order they stand in."""
    return next((status for mark, status in _STEPS if any(mark.search(words) for words in steps)), "")


def _lines(box: Any) -> str:  # a Selector
    """The text of an element with one line for each block in it."""
    html = re.sub(r"\s+", " ", box.get() or "")
    return plain(re.sub(r"<br\s*/?>|</?(?:div|p|li|h\d|ul|section)\b[^>]*>", "\n", html))
