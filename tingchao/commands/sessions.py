"""tingchao login, session …: whose sessions the product may use."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import InvalidInput, TingchaoError
from domain.times import shanghai
from tingchao.commands.answers import emit, flush, say

if TYPE_CHECKING:
    from domain.accounts import Account
    from tingchao.login_status import LoginStatus

MAIN = "main"
"""Name of an account that nobody named."""
PATIENCE_S = 180


def add_to(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command()(login)
    session = typer.Typer(help="Whose sessions the product may use.", no_args_is_help=True)
    session.command("list")(list_sessions)
    session.command("remove")(remove)
    app.add_typer(session, name="session")


def login(
    site: Annotated[str, typer.Argument(help="source: jd, weibo, taobao …")],
    account: Annotated[str, typer.Option(help="what to call this session; several take turns")] = MAIN,
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            help="bring a session instead: a file, or - for stdin (storage_state.json, cookies.txt, Cookie header)",
        ),
    ] = "",
    window: Annotated[
        bool | None,
        typer.Option(
            "--window/--code", help="a window, or the QR code here; default: a window where there is a screen"
        ),
    ] = None,
    patience: Annotated[int, typer.Option(min=5, max=900, help="seconds to wait for you")] = PATIENCE_S,
    status: Annotated[
        Path | None, typer.Option(hidden=True, help="folder in which the console reads how it goes")
    ] = None,
) -> None:
    """Log in to a site by hand, and let the product use that session: it is saved encrypted, for this machine only.

    A window opens, or the site's QR code is drawn here: scan it with the site's own app. Nothing is typed or solved for you.

    Example:  tingchao login jd --account 备用

    Example:  tingchao login weibo --from cookies.txt
    """
    from tingchao.login_status import LoginStatus
    from tingchao.signing_in import bring, login_of
    from tingchao.wiring import changing_folder

    login_of(site)  # an unknown site is told before a file is read
    folder, told = changing_folder(), LoginStatus(status) if status else None
    if from_:
        saved = bring(folder, site, account, _brought(from_))
    else:
        try:
            saved = _by_hand(site, account, window, patience, told)
        except TingchaoError as error:
            if told:
                told.tell("failed", str(error))
            raise
    until = f"，有效至 {shanghai(saved.valid_until):%Y-%m-%d %H:%M}" if saved.valid_until else ""
    said = f"{site} 的会话 {account} 已加密保存{until}"
    if told:
        told.tell("done", said)
    say(said)
    emit(saved)
    flush()


def list_sessions(jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON Lines")] = False) -> None:
    """All saved sessions with their age and health.

    Example:  tingchao session list
    """
    from rich.console import Console
    from rich.table import Table

    from flows.accounts import told
    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        rows, now = (desk.sessions.accounts() if desk.sessions else []), desk.clock.now()
    table = Table("来源", "账号", "状态", "登录于", "最近成功", "说明", box=None)
    for row in rows:
        if jsonl:
            emit(row)
        last = f"{shanghai(row.last_ok_at):%m-%d %H:%M}" if row.last_ok_at else "—"
        health, why = told(row, now)
        table.add_row(row.source, row.name, health, f"{shanghai(row.saved_at):%m-%d %H:%M}", last, why)
    flush()
    if not jsonl:
        Console().print(table)
        if not rows:
            say("还没有保存的会话。例如：tingchao login jd")


def remove(
    site: Annotated[str, typer.Argument(help="source: jd, weibo, taobao …")],
    account: Annotated[str, typer.Option(help="which session")] = MAIN,
) -> None:
    """Delete a saved session.

    Example:  tingchao session remove jd --account 备用
    """
    from tingchao.signing_in import forget
    from tingchao.wiring import changing_folder

    if not forget(changing_folder(), site, account):
        raise InvalidInput(f"no saved session {account!r} of {site}: `tingchao session list` shows them")
    say(f"已删除 {site} 的会话 {account}")


def _brought(path: str) -> str:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"--from {path}: can't be read: {error}") from None


def _by_hand(site: str, account: str, window: bool | None, patience: int, told: "LoginStatus | None") -> "Account":
    from crawlers.login import Code, code_file
    from crawlers.qr_codes import drawn
    from tingchao.signing_in import has_display, sign_in
    from tingchao.wiring import changing_folder

    folder, window = changing_folder(), has_display() if window is None else window
    if window and not has_display():
        raise InvalidInput(
            "--window: there is no screen here (DISPLAY is not set); --code draws the QR code in the terminal"
        )

    def show(code: Code) -> None:
        if told:
            told.tell("code", "请用手机扫码并确认", png=code.png)
        elif not window:
            say(drawn(code.text, colours=sys.stderr.isatty()))
            say(f"请用 {site} 的手机应用扫码并确认（图片：{code_file(folder.path / 'login', code)}）")

    if told:
        told.tell("starting", "正在打开登录页 …")
    elif window:
        say(f"已打开浏览器窗口：请在 {patience} 秒内登录 {site}")
    try:
        return sign_in(folder, site, account, window=window, patience_s=patience, show=show)
    finally:
        for left in (folder.path / "login").glob("code-*.png"):
            left.unlink(missing_ok=True)
