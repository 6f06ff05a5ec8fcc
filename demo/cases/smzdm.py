"""什么值得买's nasty cases: prices as free text, deals that end, HTML inside JSON, and a guard that comes at regular intervals."""

from demo.cases.case import Answer, Case, Visit, html_answer

_HOSTS = ("search.smzdm.com", "www.smzdm.com", "m.smzdm.com", "feed.smzdm.com")
_GUARD = """<!DOCTYPE html><html><head><title>安全防护</title><script src="https://turing.captcha.qcloud.com/TCaptcha.js"></script></head>
<body><ul id="feed-main-list"><li>澜川 热水器 2999元包邮</li></ul><div id="waf_captcha">请完成验证后继续访问</div></body></html>"""


def _guarded(visit: Visit, usual: Answer) -> Answer:
    return usual if visit.scene.restored or visit.nth % 3 else html_answer(_GUARD)


CASES = (
    Case(
        name="smzdm-free-prices",
        number=29,
        site="smzdm",
        about="prices as free text: coupons, 低至, dollars and yen, a discount alone, a date in the place of the price",
        expected="each deal once with the price that one buyer pays, its currency, or none; never a guess",
    ),
    Case(
        name="smzdm-sold-out",
        number=29,
        site="smzdm",
        about="a deal is sold out hours after it was read",
        expected="its price stays in the history, and from then on it is not for sale",
    ),
    Case(
        name="smzdm-html-in-json",
        number=29,
        site="smzdm",
        about="the phone's list: HTML escaped inside JSON, bare clock times",
        expected="the same deals with the same prices as in the JSON list",
    ),
    Case(
        name="smzdm-captcha-regular",
        number=30,
        site="smzdm",
        about="each third page is a check with status 200, with a product and a price in it",
        expected="blocked, nothing read from the check; what came before is kept; after `restore` the rest",
        hosts=_HOSTS,
        change=_guarded,
    ),
)
