"""The words of a notice: they say what the reader needs, and every figure is the alert's own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from alerts.detectors import Reason
from alerts.notices import REASONS, compose, key_of, title, trial
from domain.alerts import Alert, AlertKind, AlertState, Evidence, Level, NoticeReason, Usual
from domain.analysis import Polarity, SeverityClass
from domain.documents import AuthorKind, Kind, StoredDocument

NOW = datetime(2026, 11, 18, 6, 14, tzinfo=UTC)  # 14:14 in Shanghai
EVIDENCE = Evidence(
    window_minutes=15,
    authors=27,
    negative=31,
    total=91,
    usual=Usual(negative=1.05, low=0, high=3, total=13, days=28, corrected=1.525),
    score=16.4,
    needed_score=15,
    needed_authors=9,
    level=Level.PAGE,
    reason=Reason.SURGE,
    onset=NOW - timedelta(minutes=9),
)
SURGE = Alert(
    id="surge-1",
    kind=AlertKind.SURGE,
    watch="岚川",
    brand="岚川",
    topic="负面激增",
    opened_at=NOW,
    onset=NOW - timedelta(minutes=9),
    first_post_at=NOW - timedelta(minutes=9),
    usual=4.2,
    now=31,
    score=16.4,
    authors=27,
    evidence=EVIDENCE,
)


def post(number: int, text: str = "用了三天就漏水", **more: Any) -> StoredDocument:
    at = NOW - timedelta(minutes=9 - number)
    return StoredDocument(
        id=f"weibo:{number}",
        kind=Kind.POST,
        text=text,
        normalized=text,
        published_at=at,
        seen_at=at,
        sentiment=Polarity.NEGATIVE,
        score=-0.9,
        **{"source": "weibo", "p_negative": 0.9, **more},
    )


def body(alert: Alert, reason: NoticeReason = NoticeReason.FIRST, *posts: StoredDocument) -> str:
    return "\n".join(compose(alert, reason, channel="群", now=NOW, documents=posts).lines)


def test_a_first_notice_says_usual_and_now_authors_share_strength_chance_onset_and_sources() -> None:
    text = body(SURGE, NoticeReason.FIRST, post(0), post(1, "客服不理人", source="jd"))
    assert "平时该时段 4.2 位/小时（按当前整体声量应为 6.1）" in text
    assert "近 15 分钟 31 条，来自 27 个新作者".replace("个", "位") in text
    assert "负面占比 34%（31 / 91 条）" in text
    assert "强度 ×17.7，纯属偶然约每 400 周才有一次" in text
    assert "起点约 14:05" in text
    assert "来源：微博 1，京东 1" in text
    assert "14:05 微博：「用了三天就漏水」" in text
    assert "首帖 14:05 发布，9 分钟后发现" in text


def test_at_most_three_posts_are_quoted_and_no_copies_of_one() -> None:
    posts = [post(n, cluster="same", text="复制的话") for n in range(5)] + [post(n, f"第 {n} 句") for n in range(5, 9)]
    quotes = [line for line in body(SURGE, NoticeReason.FIRST, *posts).split("\n") if "「" in line]
    assert len(quotes) == 3
    assert sum("复制的话" in q for q in quotes) == 1


def test_the_most_engaged_post_is_among_the_quotes() -> None:
    posts = [post(n, f"第 {n} 句") for n in range(6)]
    loud = attrs.evolve(posts[4], likes=900, author_kind=AuthorKind.MEDIA, author_name="江海晚报")
    text = body(SURGE, NoticeReason.FIRST, *posts[:4], loud, posts[5])
    assert "微博 媒体江海晚报：「第 4 句」" in text


def test_titles_say_what_kind_of_news_it_is() -> None:
    severe = attrs.evolve(SURGE, kind=AlertKind.SEVERE, severity=SeverityClass.SAFETY, topic="漏电伤人", score=0.0, evidence=None)  # fmt: skip
    assert title(SURGE, NoticeReason.FIRST) == "【负面紧急】岚川：近 15 分钟 27 位新作者负面"
    assert title(severe, NoticeReason.FIRST) == "【严重·安全事故】岚川：漏电伤人"
    assert title(SURGE, NoticeReason.GROWING).startswith("【升级】岚川")
    assert title(SURGE, NoticeReason.RESOLVED).startswith("【已平息】岚川")


def test_a_recovery_says_how_long_it_lasted_and_who_closed_it() -> None:
    over = attrs.evolve(SURGE, state=AlertState.RESOLVED, resolved_at=NOW + timedelta(minutes=50), now=2, usual=4.2)
    assert "历时 50 分钟" in body(attrs.evolve(over, calm_since=NOW), NoticeReason.RESOLVED)
    closed = body(attrs.evolve(over, owner="林", note="已回访"), NoticeReason.RESOLVED)
    assert "已由 林 关闭" in closed
    assert "备注：已回访" in closed


def test_a_provisional_surge_says_so() -> None:
    young = attrs.evolve(EVIDENCE, reason=Reason.PROVISIONAL, usual=attrs.evolve(EVIDENCE.usual, days=3))
    assert "试运行：历史只有 3 天" in body(attrs.evolve(SURGE, evidence=young))


def test_every_reason_of_the_detector_has_its_chinese() -> None:
    assert set(REASONS) == set(Reason)


def test_keys_differ_by_alert_reason_step_and_channel_and_only_by_these() -> None:
    keys = {
        key_of(a, r, s, c)
        for a in ("1", "2")
        for r in (NoticeReason.FIRST, NoticeReason.GROWING)
        for s in ("first", "x")
        for c in ("群", "g")
    }
    assert len(keys) == 16
    one = compose(SURGE, NoticeReason.FIRST, channel="群", now=NOW, documents=(post(1),))
    two = compose(SURGE, NoticeReason.FIRST, channel="群", now=NOW + timedelta(minutes=1), documents=())
    assert one.key == two.key


def test_a_test_message_says_that_nothing_happened() -> None:
    notice = trial(channel="群", now=NOW)
    assert notice.reason is NoticeReason.TEST
    assert "没有事件发生" in notice.lines[0]


@given(st.text(max_size=300), st.text(max_size=200), st.text(max_size=50))
def test_any_text_gives_a_short_title_and_no_empty_line(text: str, topic: str, watch: str) -> None:
    alert = attrs.evolve(SURGE, topic=topic, watch=watch, brand="", kind=AlertKind.SEVERE)
    notice = compose(alert, NoticeReason.FIRST, channel="群", now=NOW, documents=(post(1, text),))
    assert len(notice.title) <= 80
    assert all(notice.lines)
    assert len(notice.lines) < 20
