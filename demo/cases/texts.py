"""Nasty cases about what stands in a text, and about the clock: copies, edits, personal data, zones. Played at JD."""

from datetime import UTC, timedelta
from email.utils import format_datetime

from demo.cases.case import Answer, Case, Scene, Visit, html_answer
from demo.cases.jd import CLUB, COMMENTS, review

PRAISE = "做工扎实，颜色跟页面照片一样，家里老人小孩都夸，客服妹妹也有耐心，下回换新还来这家"
PHONE, ORDER, ADDRESS = "13912345678", "296412345678", "杭州市西湖区文三路478号3幢502室"
"""Invented; what a stored text must not hold."""
OFF = timedelta(hours=8)


def _copies(scene: Scene) -> None:
    scene.publish(reviews=[review(scene, n, text=PRAISE, score=5, polarity="positive") for n in range(6)])


def _first_text(scene: Scene) -> None:
    scene.publish(reviews=[review(scene, 0, text="水温稳定，安装师傅也很好", score=5, polarity="positive")])


def _edit(visit: Visit, usual: Answer) -> Answer:
    """A day later the same id has another text."""
    if visit.world.now() >= visit.scene.since + timedelta(days=1) and not visit.scene.memory.get("edited"):
        visit.scene.memory["edited"] = True
        at = visit.scene.since - timedelta(hours=1)
        visit.scene.publish(reviews=[review(visit.scene, 0, at=at, text="才一天就漏水，安装师傅也不管了")])
    return usual


def _captcha(visit: Visit, usual: Answer) -> Answer:
    if visit.scene.restored or visit.nth <= 1:
        return usual
    return html_answer(
        "<!DOCTYPE html><html><head><title>京东验证</title></head><body><h1>澜川 燃气热水器 16升 零冷水 评价</h1>"
        "<p>漏水 安装 恒温 好评 差评 评价 comments</p><div id='captcha'>请完成验证：拖动滑块完成拼图</div></body></html>"
    )


def _clock_off(visit: Visit, usual: Answer) -> Answer:
    return usual.with_headers(date=format_datetime(visit.scene.world.now().astimezone(UTC) + OFF, usegmt=True))


def _personal(scene: Scene) -> None:
    words = (
        f"太差了，漏水没人管，我的电话{PHONE}，快点联系我",
        f"订单号{ORDER}，三天了还没人来修",
        f"地址是{ADDRESS}，师傅来了两次都没修好",
    )
    scene.publish(reviews=[review(scene, n, text=text) for n, text in enumerate(words)])


CASES = (
    Case(
        name="jd-copied-praise", number=52, site="jd", hosts=CLUB, paths=(COMMENTS,), begin=_copies,
        about="the same praise under six different ids",
        expected="healthy; six documents, one group of copies, marked as likely spam",
    ),
    Case(
        name="jd-text-changed", number=52, site="jd", hosts=CLUB, paths=(COMMENTS,), begin=_first_text, change=_edit,
        about="the same id with another text a day later",
        expected="healthy; one document, its newer version, with the new text's mood",
    ),
    Case(
        name="jd-captcha-with-words", number=53, site="jd", hosts=CLUB, paths=(COMMENTS,), change=_captcha,
        about="a captcha page with HTTP 200 that holds the product's words",
        expected="blocked; nothing stored from it; after `restore` the rest",
    ),
    Case(
        name="any-clock-8h-off", number=54, site="any", change=_clock_off,
        about="the Date header is eight hours ahead; the pages' own times have no zone",
        expected="healthy; every time as written, in Shanghai; none in the future",
    ),
    Case(
        name="jd-personal-data", number=60, site="jd", hosts=CLUB, paths=(COMMENTS,), begin=_personal,
        about="phone number, order number and address in review texts",
        expected="healthy; stored masked, in no table and no inbox file as written",
    ),
)  # fmt: skip
