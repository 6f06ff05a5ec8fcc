"""The scripted day: everything that goes wrong for a collector between morning and midnight, in its order."""

import attrs

from demo.cases.registry import all_cases

STORM = 47
"""Number of the case in which one text comes from five hundred accounts."""


@attrs.frozen(kw_only=True)
class Act:
    """One thing that happens, or is mended, at an hour of the day."""

    hour: float
    """Hour of the day, 6 … 24."""
    does: str
    """`play` a script, `start` or `stop` a case, or `restore`: a person logs in again or passes the check."""
    name: str = ""
    """Script or case."""
    says: str
    """One Chinese line for whoever watches."""
    makes: tuple[str, str] = ("", "")
    """Source and the state that it must come to; what mends it waits until that was seen. Empty = none."""


BEGINS, ENDS = 6.0, 24.0
"""Hours."""


def acts() -> tuple[Act, ...]:
    """The day's acts in their order; what breaks lasts long enough for every source's next crawl to meet it. Raises StopIteration where no case plays the storm."""
    storm = next(case.name for case in all_cases().values() if case.number == STORM)
    return (
        Act(hour=6.5, does="play", name="session-death", says="微博会话失效", makes=("weibo", "login_required")),
        Act(hour=9.5, does="restore", says="运营人员重新登录"),
        Act(
            hour=9.6,
            does="start",
            name="jd-layout-changed",
            says="京东评价接口改版，字段全变了",
            makes=("jd", "changed"),
        ),
        Act(hour=11.5, does="start", name="any-clock-8h-off", says="各网站的时钟快了八小时"),
        Act(hour=14.5, does="stop", name="jd-layout-changed", says="京东改回旧版"),
        Act(hour=15.0, does="stop", name="any-clock-8h-off", says="时钟恢复正常"),
        Act(hour=15.1, does="play", name="captcha", says="京东要求人工验证", makes=("jd", "blocked")),
        Act(hour=16.0, does="start", name=storm, says="五百个小号十分钟内发出几乎相同的帖子"),
        Act(hour=19.5, does="restore", says="运营人员通过了验证"),
        Act(hour=20.0, does="start", name="jd-cut-body", says="京东的回答传到一半就断"),
        Act(hour=21.0, does="stop", name="jd-cut-body", says="京东恢复正常"),
    )
