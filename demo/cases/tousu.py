"""黑猫投诉's nasty cases: marked and masked names, cut texts, and a status that moves over days."""

from demo.cases.case import Answer, Case, Visit, json_answer


def _signed_only(visit: Visit, usual: Answer) -> Answer:
    return json_answer({"result": {"status": {"code": 2, "msg": "参数错误：signature"}, "data": []}})


CASES = (
    Case(
        name="tousu-red-and-masked",
        number=59,
        site="tousu",
        about="the searched word is marked in title and company, some companies are masked: 澜*电器",
        expected="texts and names without marks, the mask kept as the platform shows it",
    ),
    Case(
        name="tousu-cut-summary",
        number=59,
        site="tousu",
        about="the list shows the first sixty characters and ...",
        expected="the whole text from the complaint's own page; the list never puts the beginning in its place",
    ),
    Case(
        name="tousu-status-days",
        number=59,
        site="tousu",
        about="待分配 → 处理中 → 已回复 → 已完成 over nine days",
        expected="one document, its status the newest; each status with the day on which it was first seen",
    ),
    Case(
        name="tousu-signature-wanted",
        number=59,
        site="tousu",
        about="the list wants its page's signature, which we do not make",
        expected="blocked after one request, nothing forged; a browser is the way",
        hosts=("tousu.sina.com.cn",),
        paths=("/api/",),
        change=_signed_only,
    ),
)
