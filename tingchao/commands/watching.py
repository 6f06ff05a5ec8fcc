"""tingchao watch …, source …, notify …: what a team follows, which sites are asked, who is told."""

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from domain.errors import InvalidInput, InvalidSettings
from domain.times import shanghai
from domain.watches import Watch, WatchedProduct
from tingchao.commands.answers import Faults, emit, flush, say

if TYPE_CHECKING:
    from flows.desk import Desk

Words = Annotated[list[str] | None, typer.Option(help="repeat for several")]


def add_to(app: typer.Typer) -> None:
    """Put the command groups on the app."""
    watch = typer.Typer(help="What a team follows.", no_args_is_help=True)
    watch.command("add")(add)
    watch.command("list")(list_watches)
    watch.command("edit")(edit)
    watch.command("remove")(remove)
    app.add_typer(watch, name="watch")
    source = typer.Typer(help="Which sites are asked.", no_args_is_help=True)
    source.command("list")(list_sources)
    source.command("on")(switch_on)
    source.command("off")(switch_off)
    app.add_typer(source, name="source")
    notify = typer.Typer(help="Who is told.", no_args_is_help=True)
    notify.command("test")(test_channel)
    app.add_typer(notify, name="notify")


def add(
    name: Annotated[str, typer.Argument(help="name of the watch, such as the brand; not with --file")] = "",
    brand: Annotated[str, typer.Option(help="canonical brand name")] = "",
    alias: Words = None,
    word: Words = None,
    exclude: Words = None,
    product: Annotated[list[str] | None, typer.Option(help="product address[=控价 floor in yuan]; repeat")] = None,
    source: Words = None,
    channel: Words = None,
    rival: Annotated[bool, typer.Option(help="a competitor: no crisis pages")] = False,
    minimum_authors: Annotated[int, typer.Option(help="distinct new authors before a page")] = 5,
    strength: Annotated[float, typer.Option(help="times the usual before a page")] = 2.0,
    quiet_minutes: Annotated[int, typer.Option(help="between two messages of one alert")] = 30,
    file: Annotated[
        Path | None, typer.Option(help="TOML with [[watch]] tables, a JSON list, or the lines of `watch list --jsonl`")
    ] = None,
) -> None:
    """Follow a brand, words or products; shows the last matches at once. With --file all watches of a file.

    Fields in a file: name, brand, rival, aliases, words, excluded, products (url, title, floor), sources, channels,
    minimum_authors, strength, quiet_minutes. A wrong one is named, the others are added; exit 2 if one was wrong.

    Example:  tingchao watch add 格力 --brand 格力 --exclude 股票 --channel duty

    Example:  tingchao watch add --file watches.toml
    """
    from tingchao.wiring import working_desk

    if file is not None:
        if name or brand or alias or word or exclude or product or source or channel:
            raise InvalidInput("--file stands alone: put name, words and channels into the file")
        _add_file(file)
        return
    if not name.strip():
        raise InvalidInput("a watch needs a name:  tingchao watch add 格力  or  tingchao watch add --file watches.toml")

    watch = Watch(
        name=name,
        brand=brand or ("" if word or product else name),
        rival=rival,
        aliases=tuple(alias or ()),
        words=tuple(word or ()),
        excluded=tuple(exclude or ()),
        products=tuple(_product(p) for p in product or ()),
        sources=tuple(source or ()),
        channels=tuple(channel or ()),
        minimum_authors=minimum_authors,
        strength=strength,
        quiet=timedelta(minutes=quiet_minutes),
    )
    with working_desk() as desk:
        if desk.watches.get(name):
            raise _exists(name)
        _keep(desk, watch)


def _add_file(file: Path) -> None:
    from flows.watches import spelled
    from tingchao.watch_files import read_watches
    from tingchao.wiring import working_desk

    faults = Faults()
    found = list(read_watches(file))  # all of it before anything is opened: a file that can't be read changes nothing
    with working_desk() as desk:
        for watch in found:
            if isinstance(watch, InvalidSettings):
                faults.tell(watch)
                continue
            held = desk.watches.get(watch.name)
            if held == spelled(watch):
                say(f"监测 {watch.name}：已存在，没有变化")
                continue
            try:
                if held is not None:
                    raise _exists(watch.name)
                _keep(desk, watch)
            except InvalidInput as error:
                faults.tell(InvalidInput(f"{file}: watch {watch.name!r}: {error}"))
    faults.exit_code()


def _exists(name: str) -> InvalidInput:
    return InvalidInput(f"a watch named {name!r} exists: change it with  tingchao watch edit {name}")


def edit(
    name: Annotated[str, typer.Argument(help="name of the watch")],
    brand: Annotated[str | None, typer.Option(help="canonical brand name")] = None,
    alias: Words = None,
    word: Words = None,
    exclude: Words = None,
    product: Words = None,
    source: Words = None,
    channel: Words = None,
    minimum_authors: Annotated[int | None, typer.Option(help="distinct new authors before a page")] = None,
    strength: Annotated[float | None, typer.Option(help="times the usual before a page")] = None,
    quiet_minutes: Annotated[int | None, typer.Option(help="between two messages of one alert")] = None,
) -> None:
    """Change a watch; what is not named stays. A list option given replaces the whole list.

    Example:  tingchao watch edit 格力 --exclude 股票 --exclude 董明珠
    """
    from tingchao.wiring import working_desk

    given: dict[str, Any] = {
        "brand": brand,
        "aliases": tuple(alias) if alias else None,
        "words": tuple(word) if word else None,
        "excluded": tuple(exclude) if exclude else None,
        "products": tuple(_product(p) for p in product) if product else None,
        "sources": tuple(source) if source else None,
        "channels": tuple(channel) if channel else None,
        "minimum_authors": minimum_authors,
        "strength": strength,
        "quiet": timedelta(minutes=quiet_minutes) if quiet_minutes is not None else None,
    }
    with working_desk() as desk:
        watch = desk.watches.get(name)
        if watch is None:
            raise InvalidInput(f"no watch named {name!r}: `tingchao watch list` shows them")
        changes = {k: v for k, v in given.items() if v is not None}
        _keep(desk, attrs.evolve(watch, **changes))


def list_watches(jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON Lines")] = False) -> None:
    """All watches.

    Example:  tingchao watch list
    """
    from rich.console import Console
    from rich.table import Table

    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        watches = desk.watches.list()
    table = Table("名称", "品牌", "别名与词", "排除", "商品", "来源", "渠道", box=None)
    for w in watches:
        if jsonl:
            emit(w)
        table.add_row(
            w.name,
            w.brand + ("（竞品）" if w.rival else ""),
            "、".join((*w.aliases, *w.words)),
            "、".join(w.excluded),
            str(len(w.products)),
            "、".join(w.sources) or "全部",
            "、".join(w.channels),
        )
    flush()
    if not jsonl:
        Console().print(table)
        if not watches:
            say("还没有监测。例如：tingchao watch add 格力 --brand 格力")


def remove(name: Annotated[str, typer.Argument(help="name of the watch")]) -> None:
    """Stop following; documents stay.

    Example:  tingchao watch remove 格力
    """
    from tingchao.wiring import working_desk

    with working_desk() as desk:
        if not desk.watch_list.remove(name):
            raise InvalidInput(f"no watch named {name!r}: `tingchao watch list` shows them")
    say(f"已移除监测 {name}；已存储的文档保留")


def list_sources(jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON Lines")] = False) -> None:
    """All sources and how they answer.

    Example:  tingchao source list
    """
    from rich.console import Console
    from rich.table import Table

    from flows.accounts import in_short
    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        statuses, now = desk.feeds(), desk.clock.now()
        sessions = desk.sessions.accounts() if desk.sessions else []
    table = Table("来源", "开关", "状态", "会话", "最近成功", "最近新内容", "需要处理", box=None)
    for s in statuses:
        if jsonl:
            emit(s)
        times = [f"{shanghai(t):%m-%d %H:%M}" if t else "—" for t in (s.last_success_at, s.last_item_at)]
        whose = in_short([a for a in sessions if a.source == s.name], now)
        table.add_row(s.name, "开" if s.on else "关", s.state.value, whose, *times, s.detail or s.reason)
    flush()
    if not jsonl:
        Console().print(table)


def switch_on(
    name: Annotated[str, typer.Argument(help="source: jd, weibo, shop")],
    reason: Annotated[str, typer.Option(help="why; kept, shown and audited. Needed where robots refuse")] = "",
) -> None:
    """Switch a source on. Where its robots refuse, only with a reason that somebody answers for.

    Example:  tingchao source on weibo --reason '公司法务 2026-11-20 同意，仅公开页面'
    """
    _switch(name, on=True, reason=reason)


def switch_off(
    name: Annotated[str, typer.Argument(help="source: jd, weibo, shop")],
    reason: Annotated[str, typer.Option(help="why; kept and shown")] = "",
) -> None:
    """Switch a source off.

    Example:  tingchao source off jd --reason 账号更换中
    """
    _switch(name, on=False, reason=reason)


def test_channel(name: Annotated[str, typer.Argument(help="name of the channel in tingchao.toml")]) -> None:
    """Send a test message.

    Example:  tingchao notify test duty
    """
    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        delivery = desk.watch_list.test_message(name)
    if delivery.outcome != "delivered":
        raise InvalidInput(f"channel {name}: not delivered: {delivery.detail}")
    say(f"渠道 {name}：测试消息已送达")


def _switch(name: str, *, on: bool, reason: str) -> None:
    from tingchao.sources import ADAPTERS
    from tingchao.wiring import working_desk

    if name not in ADAPTERS:
        raise InvalidInput(f"no source named {name!r}; known: {', '.join(ADAPTERS)}")
    with working_desk() as desk:
        status = desk.sources.get(name)
        if on and not reason and status and not status.on and "robots" in status.detail:
            raise InvalidInput(f"{name}: its robots.txt refuses. Switch it on with --reason and who decided so")
        kept = reason or (
            status.reason if on and status and status.on else ""
        )  # why it is on stays; why it was off goes
        desk.sources.switch(name, on=on, reason=kept)
    say(f"来源 {name} 已{'打开' if on else '关闭'}" + (f"：{reason}" if reason else ""))


def _keep(desk: "Desk", watch: Watch) -> None:
    count = desk.watch_list.save(watch)
    known = {feed.name for feed in desk.feeds()}
    for name in watch.sources:
        if name not in known and not desk.search.count(f'source:"{name}"'):
            say(f"注意：还没有来源 {name!r} 的内容；已知来源：{'、'.join(sorted(known))}")
    say(f"监测 {watch.name}：已匹配 {count:,} 条历史内容")
    for line in desk.overview.promises():
        say(f"时效  {line}")
    for document in desk.watch_list.preview(watch, limit=5).newest:
        say(f"  {shanghai(document.published_at):%m-%d %H:%M}  {document.sentiment.value:8}  {document.text[:60]!r}")
    emit(watch)
    flush()


def _product(text: str) -> WatchedProduct:
    url, _, floor = text.partition("=") if text.count("=") == 1 and "?" not in text else (text, "", "")
    try:
        return WatchedProduct(url=url, floor=Decimal(floor) if floor else None)
    except InvalidOperation:
        raise InvalidInput(f"--product {text!r}: {floor!r} is no amount in yuan, such as 1299.00") from None
