"""What JD means by an answer without items: its codes, its words, and where it leads unwanted requests."""

import json
from typing import Any, NoReturn

from crawlers.sites.adapter import JsonObject
from crawlers.sites.answers import Refused, refuse_mark
from crawlers.sites.values import mapping
from domain.feeds import Outcome

CODES = {
    "605": (Outcome.CAPTCHA, "risk code 605"),
    "3": (Outcome.LOGIN_REQUIRED, "code 3: not logged in"),
    "-100": (Outcome.LOGIN_REQUIRED, "code -100: not logged in"),
    "601": (Outcome.BLOCKED, "code 601: signature refused"),
    "403": (Outcome.BLOCKED, "code 403"),
    "404": (Outcome.NOT_FOUND, "code 404"),
    "429": (Outcome.RATE_LIMITED, "code 429"),
}


def refuse_landing(page: str) -> None:
    """Raise Refused where this is a page to which JD leads a request that it does not want to answer."""
    if page == "login":
        raise Refused(Outcome.LOGIN_REQUIRED, "sent to passport.jd.com")
    if page == "risk":
        raise Refused(Outcome.CAPTCHA, "sent to JD's risk page")
    if page == "home":
        raise Refused(Outcome.NOT_FOUND, "sent to the home page")


def refuse_code(value: Any) -> NoReturn:  # any JSON value
    """Raise the outcome that an answer without items names by its code or its words."""
    answer = mapping(value)
    codes = [str(answer.get(key)) for key in ("code", "resultCode", "errCode", "errorCode", "error_code")]
    known = next((CODES[code] for code in codes if code in CODES), None)
    if known:
        raise Refused(*known)
    words = json.dumps(value, ensure_ascii=False)[:4000]
    refuse_mark(words, "answer with ")
    if any(word in words.lower() for word in ("系统繁忙", "服务器繁忙", "稍后", "busy", "timeout", "降级")):
        raise Refused(Outcome.UNAVAILABLE, "the site says that it is busy")
    if any(word in words for word in ("不存在", "已下架", "not exist")):
        raise Refused(Outcome.NOT_FOUND, "the site says that there is no such product")
    raise Refused(
        Outcome.CHANGED, f"unknown answer with {', '.join(map(str, list(answer)[:6])) or type(value).__name__}"
    )


def refuse_risk_code(value: JsonObject) -> None:
    """As `refuse_code`, only for a code that we know: an empty list may come with it."""
    if any(str(value.get(key)) in CODES for key in ("code", "resultCode")):
        refuse_code(value)
