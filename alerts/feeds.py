"""Feed trouble as incidents for the operator: which source is silent, why, and who must do what."""

from datetime import datetime, timedelta
from typing import Final

import attrs

from alerts.episodes import Change, alert_id
from domain.alerts import Alert, AlertKind, AlertState, Level, NoticeReason
from domain.feeds import FeedState, Outcome, SourceStatus

NAMES: Final = {
    "weibo": "微博",
    "jd": "京东",
    "taobao": "淘宝",
    "tmall": "天猫",
    "suning": "苏宁",
    "heimao": "黑猫投诉",
    "shop": "店铺页面",
    "douyin": "抖音",
    "xiaohongshu": "小红书",
}
TROUBLE: Final = {
    FeedState.LOGIN_REQUIRED: "登录已失效",
    FeedState.BLOCKED: "访问被拒绝",
    FeedState.CHANGED: "页面结构已改变",
    FeedState.STALE: "长时间没有成功采集",
}
DUTY: Final = {
    FeedState.LOGIN_REQUIRED: "请持有该账号的同事重新登录，并由运维更新会话（tingchao login {source}）",
    FeedState.BLOCKED: "请运维暂停该数据源并查看拒绝原因，确认后再开启；不要更换地址强行重试",
    FeedState.CHANGED: "请运维把存档页面交给开发更新解析（数据源页可下载样本）",
    FeedState.STALE: "请运维检查采集进程与网络（tingchao doctor）",
}
CAPTCHA_DUTY: Final = "请账号持有人在浏览器里打开该站点完成验证，然后由运维恢复采集"


def name(source: str) -> str:
    """How people call a source."""
    return NAMES.get(source, source)


def troubled(status: SourceStatus) -> bool:
    """Does a person have to act? A source that is off was switched off by a person."""
    return status.on and status.state in TROUBLE


def trouble(status: SourceStatus) -> str:
    """What is wrong, Chinese, a few words; empty when nothing is."""
    if not troubled(status):
        return ""
    return "出现验证码" if status.last_outcome is Outcome.CAPTCHA else TROUBLE[status.state]


def duty(status: SourceStatus) -> str:
    """Who must do what, a Chinese sentence; the source's own detail goes first where it has one."""
    if not troubled(status):
        return ""
    told = CAPTCHA_DUTY if status.last_outcome is Outcome.CAPTCHA else DUTY[status.state].format(source=status.name)
    return status.detail or told


def silence(status: SourceStatus) -> str:
    """Why this source's quiet is no good news, Chinese; empty when it answers."""
    if troubled(status):
        said, wrong = duty(status), trouble(status)
        return f"{name(status.name)}{said}" if said.startswith(wrong) else f"{name(status.name)}{wrong}：{said}"
    if status.on and status.state is FeedState.UNKNOWN:
        return f"{name(status.name)}还没有采集过"
    return ""


def feed_change(alert: Alert | None, status: SourceStatus, *, now: datetime) -> Change | None:
    """The next state of a source's incident. alert: its open one, None if there is none."""
    if alert is None:
        return _opened(status, now) if troubled(status) else None
    if not troubled(status):
        over = attrs.evolve(alert, state=AlertState.RESOLVED, resolved_at=now, why=f"{name(status.name)}已恢复采集")
        return Change(alert=over, reason=NoticeReason.RESOLVED, action="resolved", step="over")
    after = attrs.evolve(alert, topic=_topic(status), why=duty(status))
    if after == alert:
        return None
    return Change(alert=after, reason=NoticeReason.QUIET, action="changed", step="")


def of_source(alert: Alert, source: str) -> bool:
    """Is it this source's incident?"""
    return alert.kind is AlertKind.FEED and alert.topic.startswith(f"{name(source)}：")


def _opened(status: SourceStatus, now: datetime) -> Change:
    alert = Alert(
        id=alert_id("", AlertKind.FEED, (status.last_success_at or now), status.name),
        kind=AlertKind.FEED,
        watch="",
        topic=_topic(status),
        level=Level.WARNING,
        opened_at=now,
        onset=status.last_success_at or now,
        why=duty(status),
        last_notice_at=now,
    )
    return Change(alert=alert, reason=NoticeReason.FIRST, action="opened", step="first")


def _topic(status: SourceStatus) -> str:
    return f"{name(status.name)}：{trouble(status)}"


STALE_AFTER: Final = timedelta(hours=6)
"""A source that is on and has not answered well for so long is stale, whatever its last word was."""


def aged(status: SourceStatus, *, now: datetime, watching_since: datetime) -> SourceStatus:
    """The status with its age taken into account: healthy words of long ago are stale.

    watching_since: when the product was started; while it was off nothing could answer.
    """
    if not status.on or status.state not in (FeedState.HEALTHY, FeedState.DEGRADED) or status.last_success_at is None:
        return status
    if now - max(status.last_success_at, watching_since) <= STALE_AFTER:
        return status
    return attrs.evolve(status, state=FeedState.STALE, detail="")
