"""Reading any site's answer before its meaning: bytes to text, JSON or JSONP to values, and the marks of a refusal."""

import json
import re
import zlib
from collections.abc import Callable
from typing import Any

from crawlers.sites.adapter import ParsedPage, RawPage
from domain.feeds import Outcome

INFLATED_CAP_BYTES = 32 * 1024 * 1024
CALLBACK = re.compile(
    r"[\s;]*(?:/\*.*?\*/\s*)?(?:try\s*\{\s*)?(?:typeof\s[^&|({]{1,250}&&\s*)?[\w$.\[\]\"']{1,200}\s*\(\s*", re.DOTALL
)
HTML_START = re.compile(
    r"\s*(?:<!doctype|<html|<head|<body|<script|<meta|<title|<div|<p\b|<center|<h1|<\?xml|<!--)", re.IGNORECASE
)

# Words that only a page asking for a person's hand carries. Bare product words never decide anything.
CAPTCHA = re.compile(
    r"captcha|验证码|安全验证|滑块|拖动.{0,6}拼图|人机验证|京东验证|risk_handler|jcap\b|punish\?|x5secdata|rgv587|_____tmd_____"
    r"|FAIL_SYS_USER_VALIDATE|访问验证|请完成验证|点击.{0,4}按钮进行验证|cf-challenge|_cf_chl_opt"
    r"|<title>Just a moment|geetest",
    re.IGNORECASE,
)
LOGIN = re.compile(
    r"passport\.(?:jd|weibo|suning)\.com|login\.(?:taobao|tmall|sina)\.com|Sina Visitor System|pin is null|login\.aspx"
    r"|FAIL_SYS_(?:SESSION_EXPIRED|TOKEN_\w+)|欢迎登录|请先登录|请登录后|您尚未登录|扫码登录",
    re.IGNORECASE,
)
LOGIN_PLACE = re.compile(r"//(?:login|passport)\.|passport\.\w+\.c|/(?:log-?in|sign-?in)\b", re.IGNORECASE)
"""In a redirect's address, before its parameters."""
SLOW_DOWN = re.compile(
    r"过于频繁|太频繁|访问频率|请求频率|too many requests|rate limit|FAIL_SYS_TRAFFIC_LIMIT", re.IGNORECASE
)
REFUSED = re.compile(
    r"403 forbidden|access denied|拒绝访问|访问被拒绝|request is not valid|FAIL_SYS_ILLEGAL_ACCESS|denycdc_forbidden|非法请求",
    re.IGNORECASE,
)
BUSY = re.compile(
    r"<(?:title|h1)>\s*5\d\d\b|bad gateway|gateway time-?out|service (?:temporarily )?unavailable|internal server error"
    r"|<html>\s*busy|(?:系统|服务器|网络)(?:繁忙|太忙|开小差)",
    re.IGNORECASE,
)
MARKS = (
    (Outcome.CAPTCHA, CAPTCHA),
    (Outcome.LOGIN_REQUIRED, LOGIN),
    (Outcome.RATE_LIMITED, SLOW_DOWN),
    (Outcome.BLOCKED, REFUSED),
    (Outcome.UNAVAILABLE, BUSY),
)


class Refused(Exception):
    """An answer that holds no items: its outcome and why. Adapters raise it inside, `parse` turns it into a page."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        """outcome: the class of the answer. reason: a few English words."""
        super().__init__(reason)
        self.outcome, self.reason = outcome, reason

    def page(self, site: str, page: str) -> ParsedPage:
        """The refusal as an adapter's answer."""
        return ParsedPage(site=site, page=page, outcome=self.outcome, reason=self.reason[:200])


def answered(site: str, page: str, read: Callable[[], ParsedPage]) -> ParsedPage:
    """What `read` gives: a refusal as a page without items, and a shape that nobody thought of as `changed`. Never raises."""
    try:
        return read()
    except Refused as refused:
        return refused.page(site, page)
    except Exception as error:  # the seam promises an outcome for any bytes
        return Refused(Outcome.CHANGED, f"unexpected shape: {type(error).__name__}").page(site, page)


def header(page: RawPage, name: str) -> str:
    """The value of a header, empty where it is missing; `name` in any case."""
    wanted = name.lower()
    return next((value for key, value in page.headers if key.lower() == wanted), "")


def decode(body: bytes) -> str:
    """Text of a body in UTF-8 or GBK/GB18030, whatever charset was declared; compressed bytes are unpacked first.

    UTF-8 wins where it fits (Chinese GBK text practically never does), a character cut at the end doesn't count against it.
    """
    body = inflated(body).removeprefix(b"\xef\xbb\xbf")
    for cut in range(min(4, len(body) + 1)):
        try:
            return body[: len(body) - cut].decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start < len(body) - 4:
                break
    guesses = (body.decode("gb18030", errors="replace"), body.decode("utf-8", errors="replace"))
    return min(guesses, key=lambda text: text.count("\ufffd"))


def inflated(body: bytes) -> bytes:
    """The body without a gzip or zlib wrapping that its headers forgot to mention; other bytes come back as they are."""
    if body[:2] != b"\x1f\x8b" and body[:2] not in (b"x\x9c", b"x\xda", b"x\x01"):
        return body
    try:
        return zlib.decompressobj(wbits=47).decompress(body, INFLATED_CAP_BYTES) or body
    except zlib.error:
        return body


def looks_like_html(text: str) -> bool:
    """Does the text begin as a web page does?"""
    return HTML_START.match(text.removeprefix("\ufeff")) is not None


def refuse_status(page: RawPage) -> None:
    """Raise Refused where status and headers alone say that there is nothing to read."""
    status, location = page.status, header(page, "location")
    if header(page, "x-rp-content") and not page.body.strip():  # JD's risk answer 605: 200, empty, a sealed question
        raise Refused(Outcome.CAPTCHA, "empty body with x-rp-content: a person must pass JD's check")
    if 300 <= status < 400:
        refuse_mark(location, "redirect to ")
        if LOGIN_PLACE.search(location.partition("?")[0]):
            raise Refused(Outcome.LOGIN_REQUIRED, f"redirect to {location[:80]}")
        raise Refused(Outcome.UNAVAILABLE, f"redirect {status} to {location[:80] or 'nowhere'}")
    named = {401: Outcome.LOGIN_REQUIRED, 404: Outcome.NOT_FOUND, 410: Outcome.NOT_FOUND, 429: Outcome.RATE_LIMITED}
    if status in named:
        raise Refused(named[status], f"status {status}")
    if 400 <= status < 500:
        refuse_mark(decode(page.body), f"status {status}: ")
        raise Refused(Outcome.BLOCKED, f"status {status}")
    if status >= 500 or status < 200:
        raise Refused(Outcome.UNAVAILABLE, f"status {status}")
    if not page.body.strip():
        declared = header(page, "content-length").strip()
        if declared.isdecimal() and int(declared) > 0:
            raise Refused(Outcome.TRUNCATED, "the body is missing though its length was declared")
        raise Refused(Outcome.UNAVAILABLE, "empty body")


def refuse_mark(text: str, where: str = "") -> None:
    """Raise Refused where the text carries a mark of captcha, login, too much haste, refusal or a fault; else do nothing."""
    for outcome, mark in MARKS:
        found = mark.search(text)
        if found:
            raise Refused(outcome, f"{where}{found.group()[:60]}")


def refuse_html(text: str) -> None:
    """Raise Refused for a web page where data were due: its mark, or unavailable."""
    refuse_mark(text, "web page with ")
    raise Refused(Outcome.UNAVAILABLE, "web page instead of JSON")


def read_json(page: RawPage) -> Any:  # a site's own JSON, of any shape until the adapter has looked at it
    """The value in a JSON or JSONP answer, whatever callback and charset.

    Raises Refused: a status or mark that says no, `unavailable` for a web page, `truncated` for JSON that was cut,
    `changed` for anything else.
    """
    refuse_status(page)
    text = decode(page.body)
    if looks_like_html(text):
        refuse_html(text)
    return unpack(text)


def unpack(text: str) -> Any:  # any JSON value
    """The JSON value in plain JSON or JSONP text. Raises Refused (`truncated` or `changed`)."""
    text = text.strip().removeprefix("\ufeff")
    callback = CALLBACK.match(text)
    start = callback.end() if callback else 0
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
    except json.JSONDecodeError as error:
        refuse_mark(text[:2000], "answer with ")
        begun = text[start : start + 1] in ("{", "[") or (callback is not None and start >= len(text))
        if begun and (error.msg.startswith("Unterminated string") or error.pos >= len(text) - 8):
            raise Refused(Outcome.TRUNCATED, f"JSON ends in the middle at character {len(text)}") from None
        raise Refused(Outcome.CHANGED, f"neither JSON nor JSONP: {error.msg} at character {error.pos}") from None
    except (ValueError, RecursionError) as error:
        raise Refused(Outcome.CHANGED, f"JSON can't be read: {str(error)[:80]}") from None
    return value
