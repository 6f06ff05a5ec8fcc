"""The demo's scripted day: what goes wrong is played in two minutes, then what was collected is held against what exists."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from crawlers.sites.jd_addresses import read_address
from domain.feeds import FeedState, SourceStatus
from domain.times import shanghai
from domain.watches import Watch
from index import tables
from tingchao.demo import WorldControls

if TYPE_CHECKING:
    from demo.day import Act

REAL_SECONDS = 120.0
"""How long the day takes."""
PATIENCE_S = 60.0
"""Real seconds for which a state is waited for."""
CATCH_UP_S = 150.0
"""Real seconds after the day in which the crawls may catch up: calm watches are asked seldom."""
WORDS = {
    FeedState.HEALTHY: "正常",
    FeedState.DEGRADED: "不稳定",
    FeedState.BLOCKED: "被拦截，需要人工验证",
    FeedState.LOGIN_REQUIRED: "需要重新登录",
    FeedState.CHANGED: "页面结构变了",
    FeedState.STALE: "没有新数据",
    FeedState.OFF: "已关闭",
    FeedState.UNKNOWN: "尚未采集",
}


@attrs.frozen(kw_only=True)
class Balance:
    """What one source collected of what exists."""

    source: str
    kind: str
    existing: int
    collected: int
    """Of these; ids are unique in the ledger, so nothing counts twice."""
    state: FeedState

    @property
    def missing(self) -> int:
        """Exists, and is not stored."""
        return self.existing - self.collected

    @property
    def stands(self) -> bool:
        """All collected, or a gap that the state of the source tells of."""
        return not self.missing or self.state is not FeedState.HEALTHY

    def line(self) -> str:
        """One Chinese line."""
        gap = f"，缺 {self.missing}（{WORDS[self.state]}）" if self.missing else ""
        return f"{self.source} {self.kind}：存在 {self.existing}，已收 {self.collected}，各一次{gap}"


def perform(act: "Act", world: WorldControls) -> None:
    """Let an act of the day happen."""
    if act.does == "restore":
        world.play("restore")
    elif act.does == "play":
        world.play(act.name)
    else:
        world.case(act.name, stop=act.does == "stop")


def balances(
    world: WorldControls,
    watches: Sequence[Watch],
    ledger: tables.Ledger,
    sources: Sequence[SourceStatus],
    *,
    since: datetime,
    until: datetime,
) -> list[Balance]:
    """What was published in [since, until] at Weibo for the watches' words, and at JD for their products."""
    skus = {sku for w in watches for p in w.products if (address := read_address(p.url)) for sku in address.skus}
    span = {"since": since.isoformat(), "until": until.isoformat()}
    wanted = {
        ("weibo", "post"): [{"query": term} for w in watches for term in w.terms],
        ("jd", "review"): [{"subject": sku} for sku in sorted(skus)],
    }
    states = {status.name: status.state for status in sources}
    found = []
    for (source, kind), asked in wanted.items():
        ids = {f"{source}:{i}" for parameters in asked for i in world.ids(source, kind, **parameters, **span)}
        state = states.get(source, FeedState.UNKNOWN)
        found.append(
            Balance(source=source, kind=kind, existing=len(ids), collected=len(ledger.known(ids)), state=state)
        )
    return found


def played(
    acts: Sequence["Act"],
    world: WorldControls,
    states: Callable[[], dict[str, FeedState]],
    *,
    begins: float,
    ends: float,
    seconds: float = REAL_SECONDS,
) -> Iterator[str]:
    """Play the acts over so many real seconds; yields a Chinese line for each, and for each change of a source's state.

    What an act must make of a source is waited for, up to PATIENCE_S: the acts behind it come so much later. What was not
    seen then is said.
    """
    began, before = time.monotonic(), states()
    wanted: tuple[str, str] = ("", "")
    for act in (*acts, None):
        due = began + seconds * ((act.hour if act else ends) - begins) / (ends - begins)
        while time.monotonic() < due + (PATIENCE_S if wanted[0] else 0):
            time.sleep(0.5)
            now = states()
            yield from (
                f"        {name}：{WORDS[now[name]]}" for name in sorted(now) if now[name] is not before.get(name)
            )
            before = now
            if wanted[0] and now.get(wanted[0]) == wanted[1]:
                wanted = ("", "")
        if wanted[0]:
            yield f"        {wanted[0]}：还没有采集到，状态未变"
        began += max(time.monotonic() - due, 0.0)
        if act:
            perform(act, world)
            yield f"{int(act.hour):02d}:{round(act.hour % 1 * 60):02d}  {act.says}"
            wanted = act.makes


def play_day(say: Callable[[str], None], *, seconds: float = REAL_SECONDS) -> bool:
    """The whole day on the running demo, a line at a time; the last ones are the balance.

    Returns False where something is missing that no source's state tells of. Raises InvalidInput, StoreUnavailable.
    """
    from demo.day import BEGINS, ENDS, acts
    from tingchao.demo import controls
    from tingchao.folders import demo_folder
    from tingchao.opening import open_tables
    from tingchao.settings import load

    world, folder = controls(), demo_folder()
    engine = open_tables(load(folder.path), folder)
    rows, ledger = tables.Sources(engine), tables.Ledger(engine)
    since = folder.clock().now()
    say(f"一天开始（世界时间 {shanghai(since):%Y-%m-%d %H:%M}，约 {seconds / 60:g} 分钟）")
    for line in played(
        acts(), world, lambda: {s.name: s.state for s in rows.all()}, begins=BEGINS, ends=ENDS, seconds=seconds
    ):
        say(line)
    until = folder.clock().now()
    watches, patience = tables.Watches(engine).list(), time.monotonic() + CATCH_UP_S
    while True:
        found = balances(world, watches, ledger, rows.all(), since=since, until=until)
        if not any(b.missing for b in found) or time.monotonic() > patience:
            break
        time.sleep(2)
    engine.dispose()
    for balance in found:
        say(balance.line())
    return all(balance.stands for balance in found)
