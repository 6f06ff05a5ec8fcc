"""A theme opens to its causes, wishes are a theme of their own: every figure is the number of rows its query finds."""

from typing import Any

import attrs
import pytest

from domain.analysis import AspectOpinion, Wish
from flows.selections import Selection, periods
from nlp.segment import segmenter
from tests.flows.desks import DAY, NOW, Rig, document, opinion

CUT = segmenter()


def caused(cause: str, clause: str = "接口漏水", aspect: str = "漏水") -> AspectOpinion:
    return attrs.evolve(opinion(aspect, clause), cause=cause)


def wishing(number: int, text: str, aspect: str, **changes: Any) -> Any:
    wish = Wish(text=text, aspect=aspect, start=0, end=len(text))
    return document(number, text, wishes=(wish,), tokens=tuple(CUT.cut(text)), **changes)


def test_a_theme_opens_to_causes_that_add_up_to_it(here: Rig) -> None:
    here.store(
        document(1, "接口漏水", aspects=(caused("接口"),)),
        document(2, "接口和内胆都漏", aspects=(caused("接口"), caused("内胆", "内胆漏"))),
        document(3, "内胆漏", aspects=(caused("内胆", "内胆漏"),)),
        document(4, "一直漏水", aspects=(caused("", "一直漏水"),)),
        document(5, "漏水，噪音来自风机", aspects=(caused("", "漏水"), caused("风机", "噪音来自风机", "噪音"))),
        document(6, "安装没弄好", aspects=(caused("安装"),), brands=("北屿",)),
        document(7, sentiment="positive", aspects=(caused("接口"),)),
    )
    drill = here.desk.themes.causes(Selection(brand="岚川"), "漏水")
    assert [(r.cause, r.count, r.share) for r in drill.rows] == [("内胆", 2, 0.4), ("接口", 2, 0.4), ("", 2, 0.4)]
    assert (drill.count, drill.overlap) == (5, 1)
    assert here.desk.search.count(drill.query) == drill.count
    for row in drill.rows:
        assert here.desk.search.count(row.query) == row.count
        assert row.quotes
    unsaid = {d.id for d in here.desk.search.scan(drill.rows[-1].query)}
    assert unsaid == {"jd:4", "jd:5"}


def test_a_theme_without_any_cause_says_so_with_all_its_rows(here: Rig) -> None:
    here.store(document(1, aspects=(opinion("漏水"),)), document(2, aspects=(opinion("漏水"),)))
    drill = here.desk.themes.causes(Selection(), "漏水")
    assert [(r.cause, r.count) for r in drill.rows] == [("", 2)]
    assert here.desk.search.count(drill.rows[0].query) == 2
    assert here.desk.themes.causes(Selection(), "噪音").rows == ()


@pytest.mark.parametrize("whole", [True, False])
def test_a_trend_opens_to_the_period_before_and_knows_chance(here: Rig, whole: bool) -> None:
    new = [document(n, aspects=(opinion("漏水"),), published_at=NOW - (n % 28) * DAY) for n in range(30)]
    old = [document(100 + n, aspects=(opinion("漏水"),), published_at=NOW - (32 + n) * DAY) for n in range(4)]
    quiet = [document(200 + n, sentiment="positive", published_at=NOW - n * DAY) for n in range(60)]
    here.store(*new, *old, *quiet)
    selection = Selection(since=NOW - 30 * DAY) if whole else Selection()
    (row,) = here.desk.themes.of(selection)
    assert row.trend is not None
    assert (row.trend.recent, row.trend.before, row.trend.words) == (30, 4, "明显上升")
    assert here.desk.search.count(row.trend.query) == 4
    assert row.count == (30 if whole else 34)
    assert sum(row.bars) == (30 if whole else 34)
    assert periods(selection, NOW).days == 30


def test_documents_by_stars_line_group_and_without_spam_are_told_apart(here: Rig) -> None:
    here.store(
        document(1, rating=1, line="酷爽", groups=("岚川集团",), aspects=(opinion("漏水"),)),
        document(2, rating=2, spam=0.9, aspects=(opinion("漏水"),)),
        document(3, rating=5, sku="77", aspects=(opinion("漏水"),)),
    )
    for selection, count in (
        (Selection(stars=(1, 2)), 2),
        (Selection(stars=(1, 2), without_spam=True), 1),
        (Selection(line="酷爽", group="岚川集团"), 1),
        (Selection(sku="77", source="jd"), 1),
        (Selection(without_spam=True), 2),
    ):
        (row,) = here.desk.themes.of(selection)
        assert row.count == here.desk.search.count(row.query) == count


def test_wishes_are_counted_by_aspect_and_by_phrase_whatever_the_mood(here: Rig) -> None:
    timers = ("要是能定时就好了", "希望增加定时功能", "建议加个定时", "希望能定时开关", "要是可以定时加热就好了")
    here.store(
        *(wishing(n, text, "功能遥控", sentiment=("positive", "negative")[n % 2]) for n, text in enumerate(timers)),
        wishing(11, "希望便宜一点", "价格"),
        wishing(12, "希望多搞活动", ""),
        document(13, "定时功能坏了"),
        wishing(14, "建议加个定时", "功能遥控", brands=("北屿",)),
    )
    wishes = here.desk.wishes.of(Selection(brand="岚川"))
    assert [(r.theme, r.count) for r in wishes.aspects] == [("功能遥控", 5), ("价格", 1), ("其他", 1)]
    assert wishes.count == here.desk.search.count(wishes.query) == 7
    for row in (*wishes.aspects, *wishes.phrases):
        assert here.desk.search.count(row.query) == row.count
    assert wishes.aspects[2].quotes[0].text == "希望多搞活动"
    timer = next(r for r in wishes.phrases if "定时" in r.phrases)
    assert timer.count == 5


def test_no_wishes_is_an_answer(here: Rig) -> None:
    here.store(document(1))
    wishes = here.desk.wishes.of(Selection())
    assert (wishes.count, wishes.aspects, wishes.phrases) == (0, (), ())
