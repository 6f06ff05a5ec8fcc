"""What an answer of Weibo is before anything is read from it: a blocked page, a dead session and an empty list look alike.

Weibo answers 432 both to a client without a session and to a session that must solve a captcha; the bytes do not tell
which. We say `captcha`, because in both cases going on is useless and a person must open the site (sites.md §6, case 31).
"""

import json
import re
from typing import Any

import attrs

from crawlers.sites.adapter import JsonObject, RawPage
from crawlers.sites.answers import BUSY, CALLBACK, REFUSED, decode
from crawlers.sites.weibo_addresses import Address
from crawlers.sites.weibo_numbers import count_of
from domain.feeds import Outcome

_SINGLE = ("post", "longtext")
_WORDLESS = (Outcome.UNAVAILABLE, Outcome.CHANGED, Outcome.EMPTY, Outcome.END)
_FEW = 20
"""So many comments the site may have filtered away altogether; more than a page of them has been withheld."""
_UNDER_A_POST = ("comments", "replies", "reposts", "likes")
_VISITOR = re.compile(r"sina visitor system|genvisitor|visitor/visitor|visitor\.passport", re.I)
_CAPTCHA = re.compile(r"captcha|geetest|验证码|安全验证|人机验证|完成验证|异常访问", re.I)
_LOGIN = re.compile(
    r"passport\.(?:sina|weibo)\.|sso/signin|signin/login|login\.php|登录|login|sign in|token.{0,4}(?:校验|验证|过期|失效)|xsrf",
    re.I,
)
_RATE = re.compile(r"频繁|歇歇|过快|too many|rate limit|out of rate", re.I)
_BUSY = re.compile(r"繁忙|稍后|系统错误|维护|升级|busy|system error|timeout|超时", re.I)
_GONE = re.compile(r"不存在|删除|权限|可见|隐私|法律法规|违反|无法查看|does not exist|not exist|deleted", re.I)
_GONE_PAGE = re.compile(r"微博不存在|(?:暂无|没有)[^<]{0,12}查看权限|此微博已被[^<]{0,8}删除")
_NO_COMMENTS = re.compile(r"关闭.{0,4}评论|评论.{0,8}(?:关闭|精选)|(?:禁止|限制|不允许|仅).{0,12}评论")
_NOTHING = re.compile(r"没有内容|还没有|没有更多|没有相关|没有找到|未找到|暂无|无结果|抢沙发|已加载全部")
_REFUSED = re.compile(r"法律法规|违反|封禁|不予显示|无法查看|forbidden|permission", re.I)
_API_TOKEN = frozenset({21301, 21302, 21311, 21314, 21315, 21316, 21317, 21319, 21321, 21325, 21327, 21332})
_API_RATE = frozenset({10022, 10023, 10024, 20016, 20019})
_API_BUSY = frozenset({10001, 10002, 10003, 10009, 10010, 10011})
_API_REFUSED = frozenset({10004, 10005, 10006, 10014, 10018})
_API_GONE = frozenset({20003, 20101, 20112, 20603})
_ERRNO = {  # of m.weibo.cn and weibo.com/ajax, where the words are missing or say something else
    100005: Outcome.RATE_LIMITED,
    100006: Outcome.LOGIN_REQUIRED,  # the XSRF pair is over
    20003: Outcome.NOT_FOUND,
    20101: Outcome.NOT_FOUND,
    20112: Outcome.NOT_FOUND,
}


@attrs.frozen(kw_only=True)
class Verdict:
    """How an answer was classified."""

    outcome: Outcome
    reason: str = ""


@attrs.frozen(kw_only=True)
class Answer:
    """A JSON answer: either a verdict that ends the matter, or data to read."""

    verdict: Verdict | None
    data: JsonObject = attrs.field(factory=dict)


def of_transport(page: RawPage, address: Address) -> Verdict | None:
    """What status, redirect and host alone tell; None = the body decides."""
    if address.page == "login":
        outcome = Outcome.CAPTCHA if _CAPTCHA.search(page.url) else Outcome.LOGIN_REQUIRED
        return Verdict(outcome=outcome, reason="redirected to the login host")
    if 300 <= page.status < 400:
        return _of_redirect(dict(page.headers).get("location", ""))
    if page.status == 432:
        return Verdict(outcome=Outcome.CAPTCHA, reason="status 432: open the site and solve its check")
    if page.status in (418, 429):
        return Verdict(outcome=Outcome.RATE_LIMITED, reason=f"status {page.status}")
    if page.status == 414:
        return Verdict(outcome=Outcome.BLOCKED, reason="status 414: address banned for a while")
    if page.status >= 500:
        return Verdict(outcome=Outcome.UNAVAILABLE, reason=f"status {page.status}")
    return None


def of_json(page: RawPage, address: Address) -> Answer:
    """Decode and classify an answer that should be JSON."""
    text = decode(page.body).strip()
    called = CALLBACK.match(text)
    if called and text[called.end() : called.end() + 1] in ("{", "["):
        text = text[called.end() :]
    if not text.startswith(("{", "[")):
        return Answer(verdict=_of_status(page.status) or _of_no_json(text, address))
    try:
        data, end = json.JSONDecoder(strict=False).raw_decode(text)
        if not called and text[end:].strip():
            raise json.JSONDecodeError("Extra data", text, end)
    except RecursionError:
        return _answer(Outcome.CHANGED, "JSON nested too deep")
    except ValueError as error:
        broken = _of_status(page.status) or _of_broken(text, error)
        return Answer(verdict=broken)
    if not isinstance(data, dict):
        return Answer(verdict=_of_status(page.status) or Verdict(outcome=Outcome.CHANGED, reason="JSON is no object"))
    verdict = _of_api_error(data) if address.page == "api" else _of_ok(data, address)
    # a refusal by status is never an empty list
    wordless = verdict is not None and page.status >= 400 and verdict.outcome in _WORDLESS
    return Answer(
        verdict=(_of_status(page.status) if wordless else None) or verdict or _of_status(page.status), data=data
    )


def _of_no_json(text: str, address: Address) -> Verdict:
    verdict = of_html(text, otherwise=Outcome.UNAVAILABLE)
    told = _GONE_PAGE.search(text[:20_000]) if address.page in _SINGLE else None
    if told and verdict.outcome is Outcome.UNAVAILABLE:
        return Verdict(outcome=Outcome.NOT_FOUND, reason=told.group())
    return verdict


def of_html(text: str, *, otherwise: Outcome) -> Verdict:
    """What HTML is that shows none of the content asked for; `otherwise` where it bears no risk mark."""
    if not text:
        return Verdict(outcome=Outcome.UNAVAILABLE, reason="empty body")
    head = text[:200_000]
    if _VISITOR.search(head):
        return Verdict(outcome=Outcome.LOGIN_REQUIRED, reason="visitor page instead of content")
    if _CAPTCHA.search(head):
        return Verdict(outcome=Outcome.CAPTCHA, reason="captcha page instead of content")
    if _RATE.search(head):
        return Verdict(outcome=Outcome.RATE_LIMITED, reason="page asks to slow down")
    if _LOGIN.search(head):
        return Verdict(outcome=Outcome.LOGIN_REQUIRED, reason="login page instead of content")
    if refused := REFUSED.search(head[:5000]):
        return Verdict(outcome=Outcome.BLOCKED, reason=f"page says {refused.group()}")
    if busy := BUSY.search(head[:5000]):
        return Verdict(outcome=Outcome.UNAVAILABLE, reason=f"page says {busy.group()}")
    return Verdict(outcome=otherwise, reason="HTML or text without the content asked for")


def nothing(address: Address, *, total: int | None, told: bool) -> Verdict:
    """What a list without items is.

    total: the site's own count, None if it gave none. told: the site said in words that there is nothing.
    """
    if not address.first and (told or not total or (address.number - 1) * address.size >= total):
        return Verdict(outcome=Outcome.END, reason="no more items")
    if total and address.page in _UNDER_A_POST and total <= _FEW:
        return Verdict(outcome=Outcome.EMPTY, reason=f"none of {total} is shown: the site filters comments")
    if total:
        return Verdict(outcome=Outcome.BLOCKED, reason=f"emptied list, though the site counts {total}")
    return Verdict(outcome=Outcome.EMPTY, reason="no items")


def says_nothing(words: str) -> bool:
    """Do these words of the site mean that there is nothing?"""
    return _NOTHING.search(words) is not None


def total_of(data: JsonObject) -> int | None:
    """The site's own count of a list, wherever this page keeps it."""
    inner = data.get("data")
    for place in (inner, inner.get("cardlistInfo") if isinstance(inner, dict) else None, data):
        if isinstance(place, dict):
            for name in ("total_number", "total"):
                if (count := count_of(place.get(name))) is not None:
                    return count
    return None


def _answer(outcome: Outcome, reason: str) -> Answer:
    return Answer(verdict=Verdict(outcome=outcome, reason=reason))


def _of_redirect(location: str) -> Verdict:
    if _CAPTCHA.search(location):
        return Verdict(outcome=Outcome.CAPTCHA, reason="redirected to a captcha")
    if _LOGIN.search(location) or _VISITOR.search(location):
        return Verdict(outcome=Outcome.LOGIN_REQUIRED, reason="redirected to login")
    return Verdict(outcome=Outcome.UNAVAILABLE, reason="redirected elsewhere")


def _of_status(status: int) -> Verdict | None:
    if status < 400:
        return None
    outcome = {401: Outcome.LOGIN_REQUIRED, 403: Outcome.BLOCKED, 404: Outcome.NOT_FOUND, 410: Outcome.NOT_FOUND}
    return Verdict(outcome=outcome.get(status, Outcome.CHANGED), reason=f"status {status}")


def _of_broken(text: str, error: ValueError) -> Verdict:
    position = getattr(error, "pos", 0)
    rest = text[position:]
    cut_word = any(word.startswith(rest) for word in ("true", "false", "null", "-")) or re.fullmatch(
        r"u[0-9a-fA-F]{0,3}", rest
    )
    if "Unterminated string" in str(error) or not rest or cut_word:
        return Verdict(outcome=Outcome.TRUNCATED, reason=f"JSON ends after {len(text)} characters")
    return Verdict(outcome=Outcome.CHANGED, reason=f"no JSON at character {position}")


def _of_ok(data: JsonObject, address: Address) -> Verdict | None:
    """What the `ok` of m.weibo.cn and weibo.com/ajax says; None = there is something to read."""
    ok = data.get("ok")
    if ok in (1, True, "1") or (ok is None and "data" in data):
        return None
    words = " ".join(str(data.get(name) or "") for name in ("msg", "message", "error", "url"))[:2000]
    if ok in (-100, "-100"):
        captcha = _CAPTCHA.search(words)
        return Verdict(
            outcome=Outcome.CAPTCHA if captcha else Outcome.LOGIN_REQUIRED, reason="ok -100: session is over"
        )
    return _of_words(words, data, address)


def _of_words(words: str, data: JsonObject, address: Address) -> Verdict:
    """An answer that is not ok, by its message."""
    said = words.strip()[:80]
    risks = ((_RATE, Outcome.RATE_LIMITED), (_CAPTCHA, Outcome.CAPTCHA), (_LOGIN, Outcome.LOGIN_REQUIRED))
    for pattern, outcome in risks:
        if pattern.search(words):
            return Verdict(outcome=outcome, reason=f"site says: {said}")
    code = count_of(data.get("errno")) or count_of(data.get("error_code")) or count_of(data.get("code"))
    if code in _ERRNO:
        return Verdict(outcome=_ERRNO[code], reason=f"{code}: {said}".rstrip(": "))
    if _BUSY.search(words):
        return Verdict(outcome=Outcome.UNAVAILABLE, reason=f"site says: {said}")
    if address.page in _UNDER_A_POST and _NO_COMMENTS.search(words):
        return nothing(address, total=None, told=True)
    if address.page in _SINGLE and (not said or _GONE.search(words)):
        return Verdict(outcome=Outcome.NOT_FOUND, reason=said or "ok 0")
    if _NOTHING.search(words):
        return nothing(address, total=total_of(data), told=True)
    if not said:
        return _of_bare_refusal(data, address, code)
    outcome = (
        Outcome.BLOCKED if _REFUSED.search(words) else Outcome.NOT_FOUND if _GONE.search(words) else Outcome.CHANGED
    )
    return Verdict(outcome=outcome, reason=f"site says: {said}")


def _of_bare_refusal(data: JsonObject, address: Address, code: int | None) -> Verdict:
    """`{"ok":0}` and no word: the usual end of comments, but of a first page of posts nothing is known."""
    if code or "ok" not in data:
        return Verdict(
            outcome=Outcome.CHANGED, reason=f"an error without a word: {code}" if code else "neither ok nor data"
        )
    if address.page in _UNDER_A_POST or isinstance(data.get("data"), dict) or not address.first:
        return nothing(address, total=total_of(data), told=False)
    return Verdict(outcome=Outcome.UNAVAILABLE, reason="ok 0 without a word on the first page")


def _of_api_error(data: JsonObject) -> Verdict | None:
    code: Any = count_of(data.get("error_code"))
    if code is None and "error" not in data:
        return None
    said = str(data.get("error") or code)[:80]
    named = (
        (_API_TOKEN, Outcome.LOGIN_REQUIRED),
        (_API_RATE, Outcome.RATE_LIMITED),
        (_API_BUSY, Outcome.UNAVAILABLE),
        (_API_REFUSED, Outcome.BLOCKED),
        (_API_GONE, Outcome.NOT_FOUND),
    )
    for codes, outcome in named:
        if code in codes:
            return Verdict(outcome=outcome, reason=f"{code}: {said}")
    return Verdict(outcome=Outcome.CHANGED, reason=f"{code}: {said}")
