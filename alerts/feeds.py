"""Feed trouble as incidents for the operator: which source is silent, why, and who must do what."""

from datetime import datetime, timedelta
from typing import Final

import attrs

from alerts.episodes import Change, alert_id
from domain.alerts import Alert, AlertKind, AlertState, Level, NoticeReason
from domain.feeds import SOURCE_NAMES, FeedState, Outcome, SourceStatus
from domain.health import in_words

TROUBLE: Final = {
    FeedState.LOGIN_REQUIRED: "登录已失效",
    FeedState.BLOCKED: "访问被拒绝",
    FeedState.CHANGED: "页面结构已改变",
    FeedState.STALE: "久无新数据",
    FeedState.DEGRADED: "应答不正常",
}
DUTY: Final = {
    FeedState.LOGIN_REQUIRED: "请持有该账号的同事重新登录，并由运维更新会话（tingchao login {source}）",
    FeedState.BLOCKED: "请运维暂停该数据源并查看拒绝原因，确认后再开启；不要更换地址强行重试",
    FeedState.CHANGED: "请运维把存档页面交给开发更新解析（数据源页可下载样本）",
    FeedState.STALE: "请运维检查采集进程与网络（tingchao doctor）",
    FeedState.DEGRADED: "网站连续没有给出正常回答，会自动重试；持续则请运维查看原因（tingchao doctor --sources）",
}
REFUSED_BY_ROBOTS: Final = "robots.txt 不允许采集"
CAPTCHA_DUTY: Final = "请账号持有人在浏览器里打开该站点完成验证，然后由运维恢复采集"


def name(source: str) -> str:
    """How people call a source."""
    return SOURCE_NAMES.get(source, source)


def troubled(status: SourceStatus) -> bool:
    """Does a person have to act? A source that a person switched off is no trouble; one that its site's robots closed is."""
    return status.state in TROUBLE if status.on else _closed_by_robots(status)


def trouble(status: SourceStatus) -> str:
    """What is wrong, Chinese, a few words; empty when nothing is."""
    if not troubled(status):
        return ""
    if not status.on:
        return REFUSED_BY_ROBOTS
    return "出现验证码" if _captcha(status) else TROUBLE[status.state]


def duty(status: SourceStatus) -> str:
    """Who must do what, a Chinese sentence; the source's own detail goes first where it has one."""
    if not troubled(status):
        return ""
    if status.detail or not status.on:
        return status.detail
    return CAPTCHA_DUTY if _captcha(status) else DUTY[status.state].format(source=status.name)


def silence(status: SourceStatus) -> str:
    """Why this source's quiet is no good news, Chinese; empty when it answers, or was switched off by a person."""
    if troubled(status):
        said, wrong = duty(status), trouble(status)
        return f"{name(status.name)}{said}" if said.startswith(wrong) else f"{name(status.name)}{wrong}：{said}"
    if status.on and status.state is FeedState.UNKNOWN:
        return f"{name(status.name)}还没有采集过"
    return ""


def feed_change(
    alert: Alert | None, status: SourceStatus, *, now: datetime, since: datetime | None = None
) -> Change | None:
    """The next state of a source's incident: told when it begins, when it becomes another trouble, and when it is over.

    alert: its open one, None if there is none. since: when this trouble began, as the states tell; None = from the last success.
    """
    if alert is None:
        return _opened(status, now, since) if troubled(status) else None
    if status.on and status.state is FeedState.UNKNOWN:
        return None  # switched on again: whether it is over, the next answer says
    if not troubled(status):
        return _over(alert, status, now)
    after = attrs.evolve(alert, topic=_topic(status), why=duty(status))
    if after == alert:
        return None
    if after.topic == alert.topic:
        return Change(alert=after, reason=NoticeReason.QUIET, action="", step="")
    after = attrs.evolve(after, last_notice_at=now)
    step = f"{status.state.value}:{(since or now).isoformat()}"
    return Change(alert=after, reason=NoticeReason.GROWING, action="changed", step=step)


def of_source(alert: Alert, source: str) -> bool:
    """Is it this source's incident?"""
    return alert.kind is AlertKind.FEED and alert.topic.startswith(f"{name(source)}：")


def _over(alert: Alert, status: SourceStatus, now: datetime) -> Change:
    closed = attrs.evolve(alert, state=AlertState.RESOLVED, resolved_at=now)
    if status.on:
        well = attrs.evolve(closed, why=f"{name(status.name)}已恢复采集")
        return Change(alert=well, reason=NoticeReason.RESOLVED, action="resolved", step="over")
    # switched off by a person, who knows it: nobody is told of a recovery that was none
    off = attrs.evolve(closed, why=f"{name(status.name)}已由人关闭" + (f"：{status.reason}" if status.reason else ""))
    return Change(alert=off, reason=NoticeReason.QUIET, action="resolved", step="")


def _opened(status: SourceStatus, now: datetime, since: datetime | None) -> Change:
    began = since or status.last_success_at or now
    alert = Alert(
        id=alert_id("", AlertKind.FEED, began, status.name),
        kind=AlertKind.FEED,
        watch="",
        topic=_topic(status),
        level=Level.WARNING,
        opened_at=now,
        onset=status.last_success_at or began,
        why=duty(status),
        last_notice_at=now,
    )
    return Change(alert=alert, reason=NoticeReason.FIRST, action="opened", step="first")


def _topic(status: SourceStatus) -> str:
    return f"{name(status.name)}：{trouble(status)}"


def _captcha(status: SourceStatus) -> bool:
    return status.state is FeedState.BLOCKED and status.last_outcome is Outcome.CAPTCHA


def _closed_by_robots(status: SourceStatus) -> bool:
    return not status.on and status.detail.startswith("robots.txt")


@attrs.frozen(kw_only=True)
class WatchFeed:
    """One source as one watch sees it."""

    status: SourceStatus
    named: bool = False
    """The watch names this source; else it follows all that are on."""
    asked_at: datetime | None = None
    """When the watch's own pages there were last answered; None = never."""
    due_within: timedelta | None = None
    """By plan and promise it is asked again within this time; None = not known: its own pages say nothing."""
    paused: str = ""
    """Why it is not asked for the time being (承诺暂停), Chinese."""


def lack(feed: WatchFeed, *, now: datetime) -> str:
    """Why this watch hears nothing from this source although it should, Chinese; empty = it is well."""
    status, called = feed.status, name(feed.status.name)
    if not status.on and feed.named:
        return silence(status) or f"{called}已关闭" + (f"（{status.reason}）" if status.reason else "")
    if said := silence(status):
        return said
    if not status.on:
        return ""
    if feed.paused:
        return f"{called}承诺暂停：{feed.paused}"
    if feed.due_within is None:
        return ""
    if feed.asked_at is None:
        return f"{called}还没有为这个监测采集过"
    if now - feed.asked_at > feed.due_within:
        return f"{called}已 {in_words(now - feed.asked_at)}没有为这个监测采集"
    return ""
