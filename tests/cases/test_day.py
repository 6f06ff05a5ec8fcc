"""The scripted day with a clock that the test moves: what goes wrong is seen as what it is, and at midnight nothing is missing."""

from datetime import datetime, timedelta
from typing import Any

from demo.clock import BEIJING
from demo.day import BEGINS, ENDS, acts
from domain.feeds import FeedState
from index import tables
from tingchao.demo import WorldControls
from tingchao.demo_day import balances, perform
from tingchao.folders import DemoState

ROUNDS = tuple(float(hour) for hour in range(int(BEGINS), int(ENDS) + 1))
"""When both sources are asked. Every hour: the storm then fills all that a search shows, and what it pushed out lies behind."""


def controls(replica: Any) -> WorldControls:
    state = DemoState.read(replica.folder.path)
    assert state

    def mended() -> None:
        for status in replica.sources.all():
            replica.sources.switch(status.name, on=True, reason=status.reason)

    return WorldControls(base=f"http://127.0.0.1:{state.port}", restored=mended)


def at(day: datetime, hour: float) -> datetime:
    return day.replace(hour=0, minute=0) + timedelta(hours=hour)


def test_the_day_ends_with_everything_collected_or_a_gap_that_is_told(replica: Any, product: Any) -> None:
    heater, cooler = product("热水器"), product("空调")
    replica.follow(heater.offers[0].url, cooler.offers[0].url)
    world = controls(replica)
    today = replica.clock.now().astimezone(BEIJING) + timedelta(days=1)
    replica.wait(seconds=(at(today, BEGINS) - replica.clock.now()).total_seconds())
    since, left = replica.clock.now(), list(acts())
    playing: set[str] = set()
    states: list[tuple[str, str, FeedState]] = []
    for hour in ROUNDS:
        replica.wait(seconds=(at(today, hour) - replica.clock.now()).total_seconds())
        while left and left[0].hour <= hour:
            act = left.pop(0)
            perform(act, world)
            playing = (
                set() if act.does == "restore" else playing - {act.name} if act.does == "stop" else playing | {act.name}
            )
        for source in ("weibo", "jd"):
            replica.collect(source)
            states += [(name, source, replica.state(source)) for name in playing or {""}]
    assert not left
    made = [(act.name, act.makes[0], FeedState(act.makes[1])) for act in acts() if act.makes[0]]
    assert len(made) == 3
    assert set(made) <= set(states)
    assert {(source, state) for name, source, state in states if source == "weibo" and name != "session-death"} == {
        ("weibo", FeedState.HEALTHY)  # neither the clock nor the storm is a fault of the feed
    }
    found = balances(
        world, tables.Watches(replica.engine).list(), tables.Ledger(replica.engine), replica.sources.all(),
        since=since, until=replica.clock.now(),
    )  # fmt: skip
    assert [(b.source, b.missing, b.state) for b in found] == [
        ("weibo", 0, FeedState.HEALTHY),
        ("jd", 0, FeedState.HEALTHY),
    ]
    assert found[0].existing > 500
    assert found[1].existing > 2
