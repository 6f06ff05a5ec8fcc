"""The words of a notice: what happened, how far from usual, since when and where, in the reader's Chinese. Pure."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from alerts import feeds
from alerts.detectors import Reason
from domain.alerts import Alert, AlertKind, Level, Notice, NoticeReason, SignKind
from domain.analysis import SeverityClass
from domain.documents import AuthorKind, StoredDocument
from domain.times import shanghai

SEVERITY: Final = {
    SeverityClass.SAFETY: "安全事故",
    SeverityClass.GROUP: "群体维权",
    SeverityClass.REGULATOR: "召回与监管",
    SeverityClass.REPUTATION: "声誉",
    None: "重要账号",
}
LEVELS: Final = {Level.NOTICE: "提示", Level.WARNING: "预警", Level.PAGE: "紧急"}
REASONS: Final = {
    Reason.AS_USUAL: "与平时一致",
    Reason.TOO_FEW_AUTHORS: "证据不足：独立作者还太少",
    Reason.TOO_WEAK: "证据不足：高于平时，但还可能是偶然",
    Reason.FLOOD: "疑似刷屏：条数多，作者少",
    Reason.PROVISIONAL: "已达预警线，但历史不足 14 天，暂按试运行处理",
    Reason.SURGE: "负面激增",
    Reason.NO_DATA: "数据不足：数据源没有正常返回",
}
VOICES: Final = {
    AuthorKind.MEDIA: "媒体",
    AuthorKind.GOVERNMENT: "政府机构",
    AuthorKind.ORGANISATION: "机构",
    AuthorKind.VERIFIED_PERSON: "认证用户",
}
SIGNS: Final = {SignKind.SPREAD: "传播", SignKind.HOT: "热搜"}
QUOTES: Final = 3
QUOTE_CHARACTERS: Final = 60
WEEKS: Final = ((10.0, 10), (12.0, 35), (14.0, 150), (15.0, 250), (16.0, 400), (18.0, 900), (20.0, 1500))
"""Score → about how many weeks of one series pass until chance alone does it (simulated, surge.md table 4.4)."""


def compose(
    alert: Alert,
    reason: NoticeReason,
    *,
    channel: str,
    now: datetime,
    documents: Sequence[StoredDocument],
    link: str = "",
    step: str = "",
) -> Notice:
    """The notice of one step of an alert for one channel.

    documents: the alert's posts, any order, may be empty. step: what makes this step different from the alert's other ones
    of the same reason; by default the time of the last notice. link: address of the alert in the console.
    """
    step = step or (alert.last_notice_at.isoformat() if alert.last_notice_at else "first")
    return Notice(
        key=key_of(alert.id, reason, step, channel),
        alert_id=alert.id,
        channel=channel,
        reason=reason,
        title=title(alert, reason),
        lines=tuple(line for line in lines(alert, reason, documents=documents, now=now) if line),
        link=link,
        created_at=now,
    )


def trial(*, channel: str, now: datetime, link: str = "") -> Notice:
    """What a person gets who asks whether a channel works."""
    return Notice(
        key=key_of("test", NoticeReason.TEST, now.isoformat(), channel),
        alert_id="",
        channel=channel,
        reason=NoticeReason.TEST,
        title="【测试】听潮通知已接通",
        lines=("这是一条测试消息，没有事件发生。", f"通道：{channel}", f"时间：{_clock(now, now)}"),
        link=link,
        created_at=now,
    )


def key_of(alert_id: str, reason: NoticeReason, step: str, channel: str) -> str:
    """hash(alert, reason, step, channel): 32 hex digits."""
    return hashlib.sha256("\x1f".join((alert_id, reason.value, step, channel)).encode()).hexdigest()[:32]


def title(alert: Alert, reason: NoticeReason) -> str:
    """One line, the most important first, at most 80 characters."""
    who = alert.brand or alert.watch
    match alert.kind, reason:
        case (AlertKind.FEED, NoticeReason.RESOLVED):
            text = f"【数据恢复】{alert.topic.partition('：')[0]}"
        case (AlertKind.FEED, _):
            text = f"【数据中断】{alert.topic}"
        case (AlertKind.PRICE, _):
            text = f"【价格】{alert.topic}"
        case (_, NoticeReason.RESOLVED):
            text = f"【已平息】{who}：{alert.topic or '负面'}"
        case (_, NoticeReason.GROWING):
            text = f"【升级】{who}：{_what(alert)}"
        case (AlertKind.SEVERE, _):
            text = f"【严重·{_gravity(alert)}】{who}：{_what(alert)}"
        case _:
            text = f"【负面{LEVELS[alert.level]}】{who}：{_what(alert)}"
    return text if len(text) <= 80 else text[:79] + "…"


def lines(alert: Alert, reason: NoticeReason, *, documents: Sequence[StoredDocument], now: datetime) -> tuple[str, ...]:
    """The body, most important first; a figure in it is a field of the alert or its evidence."""
    if alert.kind in (AlertKind.FEED, AlertKind.PRICE):
        return (alert.why, _since(alert, now))
    if reason is NoticeReason.RESOLVED:
        return (_over(alert, now), f"共 {alert.authors} 位作者、{len(alert.document_ids)} 条内容", _note(alert))
    posts = sorted(documents, key=lambda d: (d.published_at, d.id))
    return (*why(alert, now=now), _where(posts), *_quotes(alert, posts), _latency(alert, now))


def why(alert: Alert, *, now: datetime) -> tuple[str, ...]:
    """Why it fired, a sentence each."""
    evidence = alert.evidence
    said = []
    said += [sign.text for sign in alert.signs]
    if alert.severity or (alert.kind is AlertKind.SEVERE and not alert.signs):
        said.append(f"单帖直报（{SEVERITY[alert.severity]}）：{alert.topic}")
    if evidence:
        expected = evidence.usual.corrected or evidence.usual.negative
        said.append(_usual_and_now(alert))
        said.append(_strength(evidence.authors, expected, evidence.score))
        if evidence.total:
            said.append(
                f"负面占比 {evidence.negative / evidence.total:.0%}（{evidence.negative} / {evidence.total} 条）"
            )
        if evidence.source:
            said.append(f"主要在{feeds.name(evidence.source)}")
        if evidence.reason == Reason.PROVISIONAL:
            said.append(f"试运行：历史只有 {evidence.usual.days} 天，基线尚不稳定")
    said.append(_since(alert, now))
    return tuple(said)


def _gravity(alert: Alert) -> str:
    signs = [] if alert.severity else [SIGNS[sign.kind] for sign in alert.signs]
    return signs[0] if signs else SEVERITY[alert.severity]


def _what(alert: Alert) -> str:
    evidence = alert.evidence
    if evidence is None or alert.score == 0:
        return alert.topic
    many = f"近 {evidence.window_minutes} 分钟 {evidence.authors} 位新作者负面"
    return f"{alert.topic}，{many}" if alert.kind is AlertKind.SEVERE and alert.topic else many


def _usual_and_now(alert: Alert) -> str:
    evidence = alert.evidence
    assert evidence is not None
    text = f"平时该时段 {evidence.usual.negative * 60 / evidence.window_minutes:.1f} 位/小时"
    corrected, season = evidence.usual.corrected, evidence.usual.negative
    if corrected and abs(corrected - season) > 0.2 * season:
        text += f"（按当前整体声量应为 {corrected * 60 / evidence.window_minutes:.1f}）"
    return f"{text}，近 {evidence.window_minutes} 分钟 {evidence.negative} 条，来自 {evidence.authors} 位新作者"


def _strength(authors: int, expected: float, score: float) -> str:
    ratio = authors / max(expected, 0.01)
    strength = f"强度 ×{ratio:.1f}" if ratio < 100 else "强度 ×100 以上"
    weeks = next((w for s, w in reversed(WEEKS) if score >= s), None)
    more = "以上" if score > WEEKS[-1][0] + 1 else ""
    return f"{strength}，纯属偶然约每 {weeks} 周{more}才有一次（仿真估计）" if weeks else strength


def _since(alert: Alert, now: datetime) -> str:
    return f"起点约 {_clock(alert.onset, now)}" if alert.onset else ""


def _where(posts: Sequence[StoredDocument]) -> str:
    counts = Counter(d.source for d in posts).most_common(4)
    return "来源：" + "，".join(f"{feeds.name(source)} {n}" for source, n in counts) if counts else ""


def _quotes(alert: Alert, posts: Sequence[StoredDocument]) -> list[str]:
    """The first, the most engaged and the most negative post, no near-copies of each other."""
    if not posts:
        return []
    wanted = (posts[0], max(posts, key=_engagement), max(posts, key=lambda d: d.p_negative), *posts)
    chosen: dict[str, StoredDocument] = {}
    for post in wanted:
        chosen.setdefault(post.cluster or post.id, post)
        if len(chosen) == QUOTES:
            break
    return [_quote(post) for post in chosen.values()]


def _quote(post: StoredDocument) -> str:
    who = VOICES.get(post.author_kind, "") if post.author_kind else ""
    name = post.author_name if post.author_kind in (AuthorKind.MEDIA, AuthorKind.GOVERNMENT) else ""
    speaker = " ".join(part for part in (feeds.name(post.source), who + name) if part)
    text = " ".join(post.text.split())
    short = text if len(text) <= QUOTE_CHARACTERS else text[: QUOTE_CHARACTERS - 1] + "…"
    return f"{shanghai(post.published_at):%H:%M} {speaker}：「{short}」"


def _engagement(post: StoredDocument) -> int:
    return (post.reposts or 0) + (post.comments or 0) + (post.likes or 0)


def _latency(alert: Alert, now: datetime) -> str:
    if alert.first_post_at is None or now < alert.first_post_at:
        return ""
    minutes = (alert.opened_at - alert.first_post_at).total_seconds() / 60
    return f"首帖 {_clock(alert.first_post_at, now)} 发布，{max(minutes, 0):.0f} 分钟后发现"


def _over(alert: Alert, now: datetime) -> str:
    end = alert.resolved_at or now
    hours = (end - alert.opened_at).total_seconds() / 3600
    lasted = f"{hours:.1f} 小时" if hours >= 1 else f"{hours * 60:.0f} 分钟"
    return f"已恢复平时水平：历时 {lasted}，当前 {alert.now:g} 条/小时，平时 {alert.usual:.1f}" if alert.calm_since else f"已由 {alert.owner or '值班人员'} 关闭，历时 {lasted}"  # fmt: skip


def _note(alert: Alert) -> str:
    return f"备注：{alert.note}" if alert.note else ""


def _clock(moment: datetime, now: datetime) -> str:
    """Shanghai time as people say it: the hour today, the date before."""
    local = shanghai(moment)
    return f"{local:%H:%M}" if local.date() == shanghai(now).date() else f"{local:%m-%d %H:%M}"
