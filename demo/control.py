"""The handles of the world over HTTP, on addresses that no real site has: state, scripts, ids, clock."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo import pricing
from demo.cases.desk import Desk
from demo.clock import BEIJING
from demo.events import Play
from demo.ledger import Shelf, Span
from demo.world import World

SAID = {
    "severe": "已开始：认证账号爆料「热水器漏电伤人」，随后扩散升级",
    "wave": "已开始：空调更新后开不了机，抱怨慢慢变多",
    "promotion": "已开始：大促夜，声量约为平时的五倍，差评占比不变",
    "session-death": "已开始：微博会话失效，直到恢复",
    "captcha": "已开始：京东要求验证，直到恢复",
    "price-drop": "已开始：对手热水器降价，一家店跌破控价线",
    "restore": "已恢复：会话与验证都好了",
}


@attrs.define(kw_only=True)
class Speedometer:
    """How fast world time runs, seen from outside: the world only has a function that tells the time."""

    now: Callable[[], datetime]
    _world: datetime = attrs.field(init=False)
    _real: datetime = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._world, self._real = self.now(), datetime.now(UTC)

    def read(self) -> float:
        """World seconds per real second since the beginning, to one place."""
        elapsed = (datetime.now(UTC) - self._real).total_seconds()
        return round((self.now() - self._world).total_seconds() / elapsed, 1) if elapsed > 0.01 else 0.0


def routes(
    world: World, desk: Desk, ledgers: Mapping[str, Mapping[str, Shelf]], *, first_page: Callable[[], None]
) -> list[Route]:
    """The handles. `first_page` is told when a person has seen the product's first page."""
    speedometer = Speedometer(now=world.now)

    async def state(request: Request) -> Response:
        return JSONResponse(world.state() | _clock(world, speedometer))

    async def clock(request: Request) -> Response:
        return JSONResponse(_clock(world, speedometer))

    async def play(request: Request) -> Response:
        try:
            played = world.play(request.path_params["script"])
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 404)
        return JSONResponse(_told(played))

    async def restore(request: Request) -> Response:
        desk.restore()
        return JSONResponse(_told(world.restore()))

    async def ids(request: Request) -> Response:
        asked = request.query_params
        kind = asked.get("kind", "post")
        site = asked.get("source") or next((name for name, shelves in ledgers.items() if kind in shelves), "")
        shelf = ledgers.get(site, {}).get(kind)
        kinds = {name: list(shelves) for name, shelves in ledgers.items()}
        if shelf is None:
            return JSONResponse({"error": f"no {kind!r} at {site or 'any site'!r}", "kinds": kinds}, 400)
        try:
            since, until = (moment_of(asked.get(name)) for name in ("since", "until"))
            span = Span(since=since, until=until, query=asked.get("query", ""), subject=asked.get("subject", ""))
            found = shelf(world, span)
        except ValueError as error:
            return JSONResponse({"error": str(error), "kinds": kinds}, 400)
        return JSONResponse({"site": site, "count": len(found), "ids": sorted(found)})

    async def seen(request: Request) -> Response:
        first_page()
        return JSONResponse({"ok": True})

    return [
        *_case_routes(desk),
        Route("/__world/state", state),
        Route("/__world/clock", clock),
        Route("/__world/play/{script}", play, methods=["POST"]),
        Route("/__world/restore", restore, methods=["POST"]),
        Route("/__world/first_page", seen, methods=["POST"]),
        Route("/__world/ids", ids),
    ]


def _case_routes(desk: Desk) -> list[Route]:
    """GET lists the nasty cases; POST …/NAME plays one from its beginning, DELETE …/NAME stops it."""

    async def listing(request: Request) -> Response:
        return JSONResponse({"cases": desk.listing()})

    async def one(request: Request) -> Response:
        name = str(request.path_params["name"])
        if request.method == "DELETE":
            return JSONResponse({"case": name, "playing": False, "played": desk.stop(name)})
        try:
            case = desk.start(name).case
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 404)
        return JSONResponse({"case": name, "playing": True, "about": case.about, "expected": case.expected})

    return [
        Route("/__world/cases", listing),
        Route("/__world/cases/{name}", one, methods=["POST", "DELETE"]),
    ]


def moment_of(text: str | None) -> datetime | None:
    """A moment from ISO 8601, Beijing time where it has no zone; None for nothing. Raises ValueError for other text."""
    if not text:
        return None
    moment = datetime.fromisoformat(text.replace(" ", "+"))  # an unescaped + of an address arrives as a blank
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def _told(play: Play) -> dict[str, Any]:
    about = [p.sku for p in pricing.dropped_products()] if play.name == "price-drop" else []
    return {"script": play.name, "at": play.at.isoformat(), "message": SAID[play.name], "skus": about}


def _clock(world: World, speedometer: Speedometer) -> dict[str, Any]:
    return {
        "world_time": world.now().astimezone(BEIJING).isoformat(timespec="seconds"),
        "real_time": datetime.now(BEIJING).isoformat(timespec="seconds"),
        "speed": speedometer.read(),
    }
