"""贴吧's nasty cases: times without zeros, names escaped in attributes, pictures without words, and the check page."""

from demo.cases.case import Answer, Case, Visit, html_answer

_CHECK = """<!DOCTYPE html><html><head><title>百度安全验证</title></head><body><p>澜川 热水器 漏水</p>
<div class="timeout">网络不给力，请稍后重试</div></body></html>"""


def _checked(visit: Visit, usual: Answer) -> Answer:
    return usual if visit.scene.restored or visit.nth <= 3 else html_answer(_CHECK)


CASES = (
    Case(
        name="tieba-no-zeros",
        number=58,
        site="tieba",
        about="replies tell their times without zeros: 2026-11-8 9:05",
        expected="every thread, floor and reply once, with its moment",
    ),
    Case(
        name="tieba-names-escaped",
        number=58,
        site="tieba",
        about="names stand as \\uXXXX in JSON escaped in an attribute",
        expected="one keyed hash a person on search, floor and reply; no name in the ledger",
    ),
    Case(
        name="tieba-picture-alone",
        number=58,
        site="tieba",
        about="floors and replies that are a picture without a word",
        expected="stored as comments with an empty text, counted once, no opinion read into them",
    ),
    Case(
        name="tieba-check-page",
        number=58,
        site="tieba",
        about="from the fourth page on 百度安全验证 with status 200, the searched words in it",
        expected="blocked; what came before is kept; after `restore` everything is there",
        hosts=("tieba.baidu.com",),
        change=_checked,
    ),
)
