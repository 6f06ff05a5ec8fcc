"""危机时钟: the one screen that tells a crisis as it happens."""

from datetime import timedelta

import attrs
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from domain.times import iso_shanghai
from flows.story import StoryPage
from web.alerts import negatives_of
from web.demo import SCRIPTS
from web.live import Fresh
from web.shell import Shell

POLL_SECONDS = 1.0
PROMISE_MINUTES = 15


@attrs.frozen(kw_only=True)
class Headline:
    """Where things stand, in a few words."""

    tone: str
    """calm, waiting, alarm, told or blind."""
    text: str
    detail: str


def router(shell: Shell, live: Fresh[StoryPage]) -> APIRouter:
    """The addresses of the one screen."""
    routes = APIRouter()
    desk = shell.desk

    def draw(request: Request, template: str, watch: str) -> HTMLResponse:
        page = live(watch)
        return shell.show(
            request,
            template,
            page=page,
            chosen=watch,
            headline=headline(page),
            window=window_of(page),
            negatives=negatives_of(desk, page.watch),
            scripts=SCRIPTS if desk.demo else (),
            promise=PROMISE_MINUTES,
        )

    @routes.get("/story", response_class=HTMLResponse)
    def story(request: Request, watch: str = "") -> HTMLResponse:
        return draw(request, "story.html", watch)

    @routes.get("/story/live", response_class=HTMLResponse)
    def story_live(request: Request, watch: str = "") -> HTMLResponse:
        return draw(request, "story_live.html", watch)

    return routes


def headline(page: StoryPage) -> Headline:
    """Where things stand: an open alert, else blind feeds, else more than usual without evidence enough, else calm."""
    alert, evidence = page.alert, page.evidence
    if alert is not None and alert.resolved_at is None:
        told = page.chain[-1].since_start_s if page.chain else None
        detail = f"首帖发布后 {round(told / 60, 1):g} 分钟送达手机" if told is not None else "正在发送通知"
        return Headline(tone="told" if told is not None else "alarm", text=alert.topic or "负面激增", detail=detail)
    if page.silence:
        detail = page.silence.removeprefix("数据不足：")
        return Headline(tone="blind", text="数据不足：现在的安静不能当作没事", detail=detail)
    if evidence is not None and evidence.awaited and evidence.negative > evidence.usual.high:
        missing = max(evidence.needed_authors - evidence.authors, 0)
        need = f"还差 {missing} 位新作者" if missing else "还在等待更多证据"
        return Headline(tone="waiting", text="证据不足：有苗头，先不打扰人", detail=need)
    return Headline(tone="calm", text="一切如常", detail="负面在平时范围内，没有需要处理的事")


def window_of(page: StoryPage) -> dict[str, str]:
    """ISO since and until of the window that the evidence speaks of; empty without evidence."""
    if page.evidence is None:
        return {}
    since = page.at - timedelta(minutes=page.evidence.window_minutes)
    return {"since": iso_shanghai(since), "until": iso_shanghai(page.at)}
