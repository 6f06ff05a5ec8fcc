"""Nasty cases of the wire: bans, circles, cookies that rotate, labels that lie, answers that never end, robots.txt of every kind."""

import gzip
import zlib

import attrs

from demo.cases.case import Answer, Case, Change, Visit, html_answer, redirect
from demo.cases.jd import CLUB, COMMENTS

WEIBO = "m.weibo.cn"
ROBOTS = ("/robots.txt",)
BAN = "<html><head><title>{0} {1}</title></head><body><center><h1>{0} {1}</h1></center></body></html>"


def _banned(status: int, words: str) -> Change:
    """From the second request on, until a person says that it is over; an hour of world time ends it as well."""

    def change(visit: Visit, usual: Answer) -> Answer:
        over = (visit.world.now() - visit.scene.since).total_seconds() >= 3600
        return usual if visit.nth <= 1 or over else html_answer(BAN.format(status, words), status=status)

    return change


def _circle(visit: Visit, usual: Answer) -> Answer:
    if visit.nth == 1:
        return usual
    return redirect(f"https://{visit.request.host}{visit.path}?turn={visit.nth}")


def _rotating(visit: Visit, usual: Answer) -> Answer:
    token = f"rot{visit.nth:06d}x"
    cookies = (("set-cookie", f"XSRF-TOKEN={token}; path=/"), ("set-cookie", f"_T_WM={token}; path=/; HttpOnly"))
    if "XSRF-TOKEN" in visit.request.cookies:  # somebody who gives it back has mixed it into the session
        return attrs.evolve(html_answer("<html>busy</html>", status=403), headers=cookies)
    return attrs.evolve(usual, headers=(*usual.headers, *cookies))


def _mislabelled(visit: Visit, usual: Answer) -> Answer:
    """Each answer lies in another way."""
    body, plain = usual.body, usual
    ways = (
        plain.with_headers(content_encoding="gzip"),
        attrs.evolve(plain, body=gzip.compress(body)).with_headers(content_encoding="br"),
        attrs.evolve(plain, body=zlib.compress(body)).with_headers(content_encoding="gzip"),
        plain.with_headers(content_encoding="br"),
        attrs.evolve(plain, body=gzip.compress(body)),
        plain.with_headers(content_encoding="deflate"),
    )
    return ways[(visit.nth - 1) % len(ways)]


def _once(bad: Change) -> Change:
    """The second request is spoiled, and no other."""
    return lambda visit, usual: bad(visit, usual) if visit.nth == 2 else usual


def _endless(visit: Visit, usual: Answer) -> Answer:
    return attrs.evolve(usual, endless=True)


def _drip(visit: Visit, usual: Answer) -> Answer:
    return attrs.evolve(usual, drip=(max(len(usual.body) // 60, 1), 0.5))  # half a minute in all


def _reset(visit: Visit, usual: Answer) -> Answer:
    return attrs.evolve(usual, reset=True)


def _robots(text: bytes, status: int = 200) -> Change:
    answer = Answer(status=status, headers=(("content-type", "text/plain"),), body=text)
    return lambda visit, usual: answer


_MIXED = b"User-agent: EtaoSpider\r\nDisallow: /\nUser-agent: *\r\nDisallow: /pop/*.html\nDisallow: /comment/\r\n"
_FILLER = b"# nothing is said in this line\n" * 330_000

CASES = (
    Case(
        name="any-ban-page-414", number=48, site="any", hosts=(WEIBO,), change=_banned(414, "Request-URI Too Large"),
        about="414 with an HTML page for an hour, no Retry-After",
        expected="stopped at the first; not asked again by itself; complete once a person has looked after the hour",
    ),
    Case(
        name="any-ban-page-403", number=48, site="any", hosts=CLUB, paths=(COMMENTS,), change=_banned(403, "Forbidden"),
        about="403 with an HTML page for an hour, no Retry-After",
        expected="stopped at the first; not asked again by itself; complete once a person has looked after the hour",
    ),
    Case(
        name="any-redirect-circle", number=49, site="any", hosts=CLUB, paths=(COMMENTS,), change=_circle,
        about="from the second page on each answer leads to the same page again",
        expected="at most six requests a page, called changed; the first page is kept; complete when it is over",
    ),
    Case(
        name="any-rotating-cookie", number=50, site="any", change=_rotating,
        about="XSRF-TOKEN and another cookie are set anew by each answer; who gives them back is refused",
        expected="the session stays as the person gave it; complete; no such cookie on the disk",
    ),
    Case(
        name="any-mislabelled-coding", number=51, site="any", hosts=CLUB, paths=(COMMENTS,), change=_mislabelled,
        about="plain bodies called gzip, br or deflate, gzip called br, zlib called gzip, gzip without a label",
        expected="read by what the bytes are: complete",
    ),
    Case(
        name="any-endless-chunks", number=51, site="any", hosts=CLUB, paths=(COMMENTS,), change=_once(_endless),
        about="a chunked body whose last chunk never comes", expected="cut at the deadline, asked again: complete",
    ),
    Case(
        name="any-slow-drip", number=51, site="any", hosts=CLUB, paths=(COMMENTS,), change=_once(_drip),
        about="a body that takes half a minute, never silent for long",
        expected="cut at the deadline of the whole answer, asked again: complete",
    ),
    Case(
        name="any-connection-reset", number=51, site="any", hosts=CLUB, paths=(COMMENTS,), change=_once(_reset),
        about="the connection is torn down without a byte", expected="asked again: complete",
    ),
    Case(
        name="any-robots-forbid", number=57, site="any", hosts=CLUB, paths=ROBOTS, change=_robots(b"User-agent: *\nDisallow: /\n"),
        about="robots.txt forbids everything to everybody",
        expected="no page of that host asked for; the source is off, saying why and how a person may decide",
    ),
    Case(
        name="any-robots-mixed-endings", number=57, site="any", hosts=CLUB, paths=ROBOTS,
        change=_robots(b"\xef\xbb\xbf" + _MIXED),
        about="robots.txt with a byte-order mark, mixed line ends and no blank lines between its groups",
        expected="the rule for * is found behind another's, and obeyed",
    ),
    Case(
        name="any-robots-404", number=57, site="any", hosts=CLUB, paths=ROBOTS,
        change=_robots(b"User-agent: *\nDisallow: /\n", 404),
        about="no robots.txt, with an error page that looks like one", expected="complete",
    ),
    Case(
        name="any-robots-500", number=57, site="any", hosts=CLUB, paths=ROBOTS, change=_robots(b"", 500),
        about="robots.txt answers 500", expected="nothing asked for now, unavailable; complete when it answers again",
    ),
    Case(
        name="any-robots-10-mb", number=57, site="any", hosts=CLUB, paths=ROBOTS,
        change=_robots(b"User-agent: *\nDisallow: /pop/\n" + _FILLER + b"Disallow: /comment/\n"),
        about="robots.txt of 10 MB, a rule at its very end",
        expected="the first 500 KiB are read, quickly and in little memory: complete",
    ),
)  # fmt: skip
