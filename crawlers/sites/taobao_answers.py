"""How Taobao answers: bodies mended where the site writes bad JSON, and what its refusals mean."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from crawlers.sites.adapter import JsonObject, RawPage
from crawlers.sites.answers import (
    CALLBACK,
    Refused,
    decode,
    header,
    looks_like_html,
    refuse_html,
    refuse_mark,
    refuse_status,
    unpack,
)
from crawlers.sites.taobao_addresses import PUNISH, read_address
from crawlers.sites.values import mapping
from domain.feeds import Outcome

BARE = re.compile(r'\s*"rateDetail"\s*:')
LOGIN = re.compile(r"(?:login|passport)(?:\.m)?\.(?:taobao|tmall)\.com|/member/login|need_?login", re.IGNORECASE)
RETURNED = (
    (re.compile(r"TOKEN_E\w+|SESSION_EXPIRED|NEED_?LOGIN|NOT_?LOGIN|请先登录|未登录|令牌"), Outcome.LOGIN_REQUIRED),
    (re.compile(r"TRAFFIC_LIMIT|FLOW_?LIMIT|QPS|限流|频繁", re.IGNORECASE), Outcome.RATE_LIMITED),
    (re.compile(r"USER_VALIDATE|RGV587|CAPTCHA|被挤爆", re.IGNORECASE), Outcome.CAPTCHA),
    (
        re.compile(
            r"ILLEGAL|ILEGEL|denycdc|FORBIDDEN|ACCESS_DENIED|UNAUTHORIZED|SIGN|REQUEST_EXPIRED|BLACK|非法",
            re.IGNORECASE,
        ),
        Outcome.BLOCKED,
    ),
    (
        re.compile(r"ITEM_?NOT|NOT_?FOUND|NOT_?EXIST|NO_?EXIST|不存在|已下架|QUERY_DETAIL_FAIL|已删除", re.IGNORECASE),
        Outcome.NOT_FOUND,
    ),
    (
        re.compile(r"TIMEOUT|SERVICE|HSF|SYSTEM_?ERROR|FAIL_SYS_ERROR|UNKNOWN|BUSY|繁忙|稍后|降级|异常", re.IGNORECASE),
        Outcome.UNAVAILABLE,
    ),
)
"""Words in mtop's `ret` → what they mean; the first that fits decides. TOKEN_EXOIRED is the site's own spelling."""
STOPPED = re.compile(r"API_(?:NOT_FOUND|STOP)|API_(?:PARSER|VERSION)", re.IGNORECASE)


def refuse_landing(page: RawPage, kind: str) -> None:
    """Raise Refused where this is, or leads to, a log-in or slider page."""
    led_to = header(page, "location") if 300 <= page.status < 400 else ""
    target = read_address(led_to) if led_to else None
    for place in (kind, target.page if target else ""):
        if place == "login":
            raise Refused(Outcome.LOGIN_REQUIRED, "sent to the log-in page")
        if place == "punish":
            raise Refused(Outcome.CAPTCHA, "sent to the slider page")
    if led_to and re.search(r"noitem|error|notfound|404", led_to, re.IGNORECASE):
        raise Refused(Outcome.NOT_FOUND, "sent to the page for missing items")


def read_value(page: RawPage) -> Any:  # a site's own JSON, of any shape
    """The value of a JSON or JSONP answer; bare and badly quoted bodies of the old review list are mended. Raises Refused."""
    refuse_status(page)
    text = decode(page.body).strip()
    if looks_like_html(text):
        refuse_html(text)
    callback = CALLBACK.match(text)
    rest = text[callback.end() :] if callback else text
    if BARE.match(rest):
        text = "{" + (rest.rstrip().rstrip(";").rstrip().removesuffix(")") if callback else rest.rstrip(";")) + "}"
    try:
        return unpack(text)
    except Refused as refused:
        value = _mended(text) if refused.outcome in (Outcome.CHANGED, Outcome.TRUNCATED) else None
        if value is None:
            raise
        return value


def refuse_returned(value: Any) -> None:
    """Raise Refused where an answer says no: mtop's `ret`, the flag rgv587, or an address to which a person must go."""
    answer = mapping(value)
    url = " ".join(str(part.get("url") or part.get("h5url") or "") for part in (answer, mapping(answer.get("data"))))
    flagged = any(str(key).lower().startswith("rgv587") for key in answer)
    returned = answer.get("ret")
    said = " ".join(map(str, returned)) if isinstance(returned, list) else str(returned or "")
    if said.upper().startswith("SUCCESS") and not flagged:
        return
    shown = said[:80] or "rgv587_flag"
    if flagged or re.search(r"RGV587|USER_VALIDATE", said):
        login = LOGIN.search(url.partition("?")[0])
        raise Refused(Outcome.LOGIN_REQUIRED if login else Outcome.CAPTCHA, f"answer with {shown}")
    if STOPPED.search(said):
        raise Refused(Outcome.CHANGED, f"answer with {shown}")
    for words, outcome in RETURNED:
        if said and words.search(said):
            raise Refused(outcome, f"answer with {shown}")
    if PUNISH.search(url):
        raise Refused(Outcome.CAPTCHA, "sent to the slider page")
    if LOGIN.search(url.partition("?")[0]):
        raise Refused(Outcome.LOGIN_REQUIRED, "sent to the log-in page")
    if said:
        raise Refused(Outcome.CHANGED, f"answer with {shown}")


def refuse_unknown(value: Any) -> NoReturn:
    """Raise the outcome of an answer that holds nothing we know."""
    answer = mapping(value)
    refuse_returned(value)
    words = json.dumps(value, ensure_ascii=False)[:4000]
    refuse_mark(words, "answer with ")
    if any(word in words.lower() for word in ("系统繁忙", "服务器繁忙", "稍后", "busy", "timeout", "降级")):
        raise Refused(Outcome.UNAVAILABLE, "the site says that it is busy")
    if any(word in words for word in ("不存在", "已下架", "已删除")):
        raise Refused(Outcome.NOT_FOUND, "the site says that there is no such item")
    data = mapping(answer.get("data"))
    known = ", ".join(map(str, list(data or answer)[:6])) or type(value).__name__
    raise Refused(Outcome.CHANGED, f"unknown answer with {known}")


def inner(value: Any) -> JsonObject:
    """The `data` of an mtop answer, or the whole where it comes without its wrapping."""
    answer = mapping(value)
    data = answer.get("data")
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except (ValueError, RecursionError):
            data = None
    return mapping(data) if "data" in answer else answer


MENDED_CAP = 1_000_000
"""Longer bodies are not mended: a page of twenty reviews has some 40,000 characters."""


def _mended(text: str) -> Any | None:  # a site's own JSON; None where it can't be mended
    """The value of JSON whose texts hold quotation marks that nobody escaped (the old list's `reply`)."""
    if len(text) > MENDED_CAP or '"rateList"' not in text:
        return None
    callback = CALLBACK.match(text)
    start = callback.end() if callback else 0
    try:
        return json.JSONDecoder(strict=False).raw_decode("".join(_escaped(text[start:])))[0]
    except (ValueError, RecursionError):
        return None


PIECE = re.compile(r'\\.|[^\\"{}\[\],\s]+|.', re.DOTALL)
_AFTER_KEY = re.compile(r"\s*:")
_AFTER_VALUE = {
    "{": re.compile(r'\s*(?:\}\s*(?:[,}\])]|$)|,\s*"[A-Za-z_]\w*"\s*:)'),
    "[": re.compile(r'\s*(?:\]\s*(?:[,}\])]|$)|,\s*["{\[\d])'),
    "": re.compile(r"\s*$"),
}


def _escaped(text: str) -> Iterator[str]:
    """The pieces of JSON text; a quotation mark that can't end its string comes escaped."""
    stack, before = [""], ""
    ends: re.Pattern[str] | None = None  # what must follow the end of the string that we are in
    for piece in PIECE.finditer(text):
        said = piece.group()
        if ends is not None:
            if said == '"' and ends.match(text, piece.end()):
                ends = None
            yield '\\"' if said == '"' and ends is not None else said
        else:
            if said == '"':
                ends = _AFTER_KEY if stack[-1] == "{" and before in ("{", ",") else _AFTER_VALUE[stack[-1]]
            elif said in ("{", "["):
                stack.append(said)
            elif said in ("}", "]") and len(stack) > 1:
                stack.pop()
            yield said
        before = before if said.isspace() else said
