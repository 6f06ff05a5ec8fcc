"""What every page stands in: the desk, the templates, the form guard, the demo's clocks."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

import attrs
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment
from starlette.datastructures import FormData

from domain.errors import TingchaoError
from domain.times import now as real_now
from flows.desk import Desk
from web.security import Guard

T = TypeVar("T")
log = logging.getLogger(__name__)
WHO = "tingchao_who"
YEAR_S = 365 * 86_400


@attrs.frozen(kw_only=True)
class Place:
    """One entry of the menu."""

    path: str
    name: str
    short: str
    """Under a phone's thumb there is room for two characters."""
    icon: str
    """A symbol of static/icons.svg."""
    group: str


MENU = (
    Place(path="/", name="首页看板", short="看板", icon="home", group="看"),
    Place(path="/story", name="危机时钟", short="时钟", icon="pulse", group="看"),
    Place(path="/alerts", name="舆情预警", short="预警", icon="bell", group="看"),
    Place(path="/search", name="全文搜索", short="搜索", icon="search", group="查"),
    Place(path="/themes", name="差评主题", short="主题", icon="bars", group="查"),
    Place(path="/reviews", name="差评处理", short="处理", icon="check", group="查"),
    Place(path="/insight", name="特征洞察", short="洞察", icon="pulse", group="查"),
    Place(path="/prices", name="竞品价格", short="价格", icon="tag", group="查"),
    Place(path="/watches", name="监测我的品牌", short="监测", icon="target", group="管"),
    Place(path="/feeds", name="数据源", short="来源", icon="plug", group="管"),
    Place(path="/import", name="导入数据", short="导入", icon="upload", group="管"),
    Place(path="/export", name="一键取数", short="取数", icon="download", group="管"),
)


@attrs.frozen(kw_only=True)
class Shell:
    """Draws pages for one desk."""

    desk: Desk
    title: str
    templates: Environment
    guard: Guard

    def show(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page or fragment as HTML, with everything that the frame around it needs."""
        browser = self.guard.browser(request)
        html = self.templates.get_template(template).render(
            title=self.title,
            path=request.url.path,
            menu=MENU,
            now=self.now,
            real_now=real_now(),
            speed=self.desk.clock.speed,
            demo=self.desk.demo is not None,
            open_alerts=quietly(lambda: len(self.desk.alerts.open()), 0),
            token=self.guard.token(browser),
            who=unquote(request.cookies.get(WHO, "")),
            said=self.guard.unseal(request.query_params.get("said", "")),
            **values,
        )
        response = HTMLResponse(html, status)
        if request.cookies.get("tingchao_form") != browser:
            self.guard.give_cookie(response, browser)
        return response

    def go(self, path: str, *, said: str = "") -> RedirectResponse:
        """Send the browser on after a form, with a sentence to show there."""
        if said:
            path += ("&" if "?" in path else "?") + urlencode({"said": self.guard.seal(said)})
        return RedirectResponse(path, 303)

    @property
    def now(self) -> datetime:
        """Product time, aware UTC."""
        return self.desk.clock.now()


def quietly(read: Callable[[], T], otherwise: T) -> T:
    """A figure of the frame; a store that is away must not take the error page away as well."""
    try:
        return read()
    except TingchaoError as error:
        log.warning("frame figure unavailable: %s", error)
        return otherwise


def field(form: FormData, name: str) -> str:
    """One text field of a form, stripped; empty if absent or a file."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def fields(form: FormData, name: str) -> tuple[str, ...]:
    """All ticked or repeated values of a field."""
    return tuple(v.strip() for v in form.getlist(name) if isinstance(v, str) and v.strip())
