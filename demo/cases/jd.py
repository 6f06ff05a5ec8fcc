"""JD's nasty cases: risk answers, walls, broken bytes, pages that shift, and reviews that change."""

from demo import site_jd
from demo.cases.case import Answer, Case, Visit, json_answer

LISTS = ("club.jd.com", "api.m.jd.com")
_COMMENTS = "/comment/productPageComments.action"


def _risk_605(visit: Visit, usual: Answer) -> Answer:
    if visit.scene.restored or visit.nth <= 2:
        return usual
    captcha = site_jd.captcha()
    return Answer(body=b"", headers=tuple(captcha.headers.items())).without_header("content-length")


CASES = (
    Case(
        name="jd-risk-605",
        number=1,
        site="jd",
        about="after two pages: HTTP 200, empty body, header `x-rp-content` with code 605, until a person passes the check",
        expected="blocked; what came before is kept; after `restore` the rest comes, each once",
        hosts=LISTS,
        change=_risk_605,
    ),
)
