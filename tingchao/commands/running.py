"""tingchao run, init, doctor, crawl, demo …: starting the product and looking after it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import InvalidInput
from tingchao.commands.answers import emit, flush, moment, say

ROLES = ("crawler", "monitor", "web")


def add_to(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command()(run)
    app.command()(init)
    app.command()(doctor)
    app.command()(crawl)
    app.command()(demo)
    app.command("demo-world", hidden=True)(demo_world)


def run(
    demo: Annotated[bool, typer.Option("--demo", help="the pretended world, in its own folder")] = False,
    speed: Annotated[float, typer.Option(help="demo: seconds of world time per second")] = 30.0,
    port: Annotated[int | None, typer.Option(help="console port; 0 = any free one")] = None,
    role: Annotated[list[str] | None, typer.Option(help="only these parts: crawler, monitor, web")] = None,
) -> None:
    """Start the product: crawl, analyse, monitor and console in one process tree.

    Example:  tingchao run --demo
    """
    from tingchao.product import run_product

    wrong = [r for r in role or () if r not in ROLES]
    if wrong:
        raise InvalidInput(f"--role {wrong[0]!r}: one of {', '.join(ROLES)}")
    if not 1 <= speed <= 120:
        raise InvalidInput(f"--speed {speed:g}: between 1 and 120")
    run_product(demo=demo, speed=speed, port=port, roles=tuple(role or ROLES))


def init(
    folder: Annotated[Path | None, typer.Option(help="data folder; default TINGCHAO_DATA or ./var")] = None,
) -> None:
    """Write a commented tingchao.toml for a real start.

    Example:  tingchao init
    """
    from tingchao.folders import Folder, real_folder
    from tingchao.settings import FILE, TEMPLATE

    target = (Folder(path=folder.absolute()) if folder else real_folder()).made()
    path = target.path / FILE
    if path.exists():
        raise InvalidInput(f"{path} exists already: edit it, or move it away")
    path.write_text(TEMPLATE, "utf-8")
    say(f"{path} 已写好。下一步：编辑它，然后  ./run watch add 品牌  和  ./run")


def doctor(
    sources: Annotated[bool, typer.Option("--sources", help="only the feeds, with all that is known of each")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="with --sources: JSON Lines on stdout, a source each")] = False,
) -> None:
    """What is installed, reachable, writable and healthy, and how to mend what isn't. Exit 1 if something must be mended.

    Example:  tingchao doctor --sources
    """
    if sources or jsonl:
        _doctor_sources(jsonl)
        return
    from tingchao.doctor import examine

    findings = examine()
    for finding in findings:
        mark = {"ok": "✓", "note": "·", "bad": "✗"}[finding.state]
        typer.echo(f"{mark} {finding.what}: {finding.seen}" + (f"\n    → {finding.mend}" if finding.mend else ""))
    if any(f.state == "bad" for f in findings):
        raise typer.Exit(1)


def _doctor_sources(jsonl: bool) -> None:
    from flows.feed_reports import report_row
    from tingchao.doctor import source_lines, source_reports

    with source_reports() as reports:
        for report in reports:
            if jsonl:
                emit(report_row(report))
            else:
                typer.echo("\n".join(source_lines(report)))
        flush()
    if any(report.todo and report.status.on for report in reports):
        raise typer.Exit(1)


def crawl(
    source: Annotated[str, typer.Argument(help="source: jd, weibo, shop")],
    watch: Annotated[str, typer.Option(help="only this watch")] = "",
    once: Annotated[
        bool, typer.Option("--once", help="plan, fetch once, store and end (always so in this version)")
    ] = True,
    since: Annotated[
        str | None, typer.Option(help="also what was published from then on: 2026-10-01 or ISO 8601")
    ] = None,
    until: Annotated[str | None, typer.Option(help="with --since: published before; without it until now")] = None,
    due: Annotated[bool, typer.Option("--due", help="only watches whose time has come, as the schedule asks")] = False,
) -> None:
    """Crawl one source once and say what came. What --since asks for and one crawl can't bring, later ones do.

    Example:  tingchao crawl weibo --watch 格力 --once      tingchao crawl weibo --since 2026-10-01
    """
    from flows.backfill import Past
    from tingchao.crawling import crawl_once

    first, last = moment(since, option="--since"), moment(until, option="--until")
    if last and not first:
        raise InvalidInput("--until needs --since: from when on?")
    report = crawl_once(source, watch=watch, past=Past(since=first, until=last) if first else None, due=due)
    emit(report)
    flush()


def demo(
    script: Annotated[
        str,
        typer.Argument(
            help="severe, wave, promotion, session-death, captcha, price-drop, restore, scan, case, day, sink or state"
        ),
    ],
    name: Annotated[str, typer.Argument(help="case: the nasty case to play; without it all are listed")] = "",
    stop: Annotated[bool, typer.Option("--stop", help="case: end it")] = False,
) -> None:
    """Play a script in the running demo; `sink` prints every message that its channels received.

    Example:  tingchao demo severe      tingchao demo case jd-risk-605      tingchao demo day
    """
    from tingchao.demo import controls

    if script == "day":
        from tingchao.demo_day import play_day

        if not play_day(lambda line: typer.echo(line)):
            raise typer.Exit(1)
        return
    world = controls()
    if script == "sink":
        for message in world.messages():
            emit(message)
        flush()
    elif script == "case" and not name:
        for case in world.cases():
            mark = "▶" if case["playing"] else " "
            typer.echo(f"{mark} {case['number']:>2} {case['name']:<32} {case['about']}")
    elif script == "case":
        say(world.case(name, stop=stop))
    elif script == "state":
        typer.echo(json.dumps(world.state(), ensure_ascii=False))
    else:
        say(world.play(script))


def demo_world(
    folder: Annotated[Path, typer.Argument(help="the demo's data folder")],
) -> None:
    """The pretended world's own process; `tingchao run --demo` starts it."""
    from tingchao.demo import serve_world

    serve_world(folder)
