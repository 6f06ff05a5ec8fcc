"""The pretended internet: one ASGI application that answers as each site does, by the Host header."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Host, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from demo import (
    ledger,
    site_feeds,
    site_jd,
    site_jd_app,
    site_login,
    site_shop,
    site_smzdm,
    site_suning,
    site_taobao,
    site_tieba,
    site_tousu,
    site_weibo,
)
from demo.cases import layer
from demo.cases.desk import Desk
from demo.ledger import Shelf
from demo.pages import WorldPage
from demo.world import World

ROBOTS = "User-agent: *\nAllow: /\nDisallow: /account/\nDisallow: /cart/\n"
PAGES: dict[str, dict[str, WorldPage]] = {
    **site_jd.PAGES,
    **site_jd_app.PAGES,
    **site_weibo.PAGES,
    **site_shop.PAGES,
    **site_taobao.PAGES,
    **site_suning.PAGES,
    **site_smzdm.PAGES,
    **site_tousu.PAGES,
    **site_tieba.PAGES,
    **site_feeds.PAGES,
}
HOSTS = tuple(site_login.added(PAGES))
"""Every host that the pretended internet answers for."""


LEDGERS: dict[str, dict[str, Shelf]] = {
    "jd": site_jd.LEDGER,
    "weibo": {"post": ledger.posts, "comment": ledger.comments},
    "shop": site_shop.LEDGER,
    "taobao": site_taobao.LEDGER,
    "suning": site_suning.LEDGER,
    "smzdm": site_smzdm.LEDGER,
    "tousu": site_tousu.LEDGER,
    "tieba": site_tieba.LEDGER,
    "rss": site_feeds.LEDGER,
}
"""What exists at each site, by kind."""


class Internet(Starlette):
    """All sites, with the nasty cases between them and whoever asks."""

    desk: Desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            await layer.play(super().__call__, self.desk, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def internet(
    world: World, *, desk: Desk | None = None, here: Sequence[BaseRoute] = (), lifespan: Any = None
) -> Internet:
    """All sites; `here` are the routes of the server's own address. `lifespan` is Starlette's."""
    hosts = [Host(host, app=_site(world, pages)) for host, pages in site_login.added(PAGES).items()]
    app = Internet(routes=[*hosts, Mount("/", routes=list(here))], lifespan=lifespan)
    app.desk = desk or Desk(world)
    return app


def _site(world: World, pages: dict[str, WorldPage]) -> Router:
    routes = [Route(path, _endpoint(world, page), methods=["GET", "POST"]) for path, page in pages.items()]
    return Router([Route("/robots.txt", _robots), *routes])


def _endpoint(world: World, page: WorldPage) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def answer(request: Request) -> Response:
        return page(world, request)

    return answer


async def _robots(request: Request) -> Response:
    return PlainTextResponse(ROBOTS)
