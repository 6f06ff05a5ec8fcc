"""A world whose clock the test moves, and the pretended internet over it."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from demo.history import write_history
from demo.server import application
from demo.world import World

START = datetime(2026, 11, 22, 19, 30, tzinfo=timezone(timedelta(hours=8)))
SEED = 7


class MovedClock:
    """Stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(START)


@pytest.fixture(scope="session")
def calm() -> World:
    """A world in which no script is played: shared, because its days take a moment to make."""
    return World(seed=SEED, start=START, now=lambda: START)


@pytest.fixture
def world(clock: MovedClock, calm: World) -> World:
    """A world of its own for a test that plays scripts, with the days that the shared one has made already."""
    return sharing_days(World(seed=SEED, start=START, now=clock), calm)


@pytest.fixture
def at(clock: MovedClock, calm: World, tmp_path: Path) -> Callable[..., httpx.Client]:
    """A client of one host of the pretended internet: `at("m.weibo.cn", SUB="demo")`."""
    app = application(seed=SEED, started=START, now=clock, folder=tmp_path)
    sharing_days(app.state.world, calm)

    def client(host: str, **cookies: str) -> TestClient:
        return TestClient(app, base_url=f"http://{host}", follow_redirects=False, cookies=cookies)

    return client


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The export files of ninety days: posts, reviews, prices."""
    return write_history(tmp_path_factory.mktemp("history"), seed=SEED, started=START)


def sharing_days(made: World, calm: World) -> World:
    """Everyday life is the same in every world of one seed and start: give it the days that exist already."""
    made._brand_days, made._reviews = calm._brand_days, calm._reviews
    return made
