"""tingchao evidence: what was kept about a document, and its bytes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import attrs
import msgspec
import typer

from domain.errors import InvalidInput
from domain.times import iso_shanghai
from tingchao.commands.answers import emit, flush, say

if TYPE_CHECKING:
    from flows.evidence import Piece


def add_to(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command()(evidence)
    app.command(hidden=True)(pictures)


def evidence(
    document: Annotated[str, typer.Argument(help="document id, such as weibo:5012…; `search --jsonl` shows them")],
    out: Annotated[Path | None, typer.Option(help="write the bytes of one piece to this file")] = None,
    piece: Annotated[int, typer.Option("--piece", min=0, help="which one, 1 = the oldest; 0 = the newest")] = 0,
) -> None:
    """The archived answers from which a document was read and the pictures of its page: time, SHA-256, and whether they are whole.

    Example:  tingchao evidence weibo:5012345678901234 --out post.json
    """
    from tingchao.wiring import reading_desk

    with reading_desk() as desk:
        room = desk.evidence
        pieces = room.of(document) if room else []
        if not pieces:
            raise InvalidInput(f"nothing was kept about {document!r}: imported and composed documents have no page")
        for number, each in enumerate(pieces, 1):
            emit({"type": each.kind, "piece": number} | _row(each))
        flush()
        if out is None:
            return
        if piece > len(pieces):
            raise InvalidInput(f"--piece {piece}: there are {len(pieces)}")
        chosen = pieces[piece - 1]
        assert room is not None  # it had pieces
        data = room.read(chosen)
    out.write_bytes(data)
    say(f"{out}：{len(data):,} 字节，SHA-256 {chosen.sha256}")


def pictures(source: Annotated[str, typer.Argument(help="source")]) -> None:
    """Takes the pictures that stdin asks for; the running product starts it."""
    from flows.evidence import Wanted
    from tingchao.pictures import take

    for told in take(source, msgspec.json.decode(sys.stdin.buffer.read(), type=list[Wanted])):
        emit(told)
    flush()


def _row(piece: "Piece") -> dict[str, object]:
    row = attrs.asdict(piece)
    del row["kind"]
    return row | {"at": iso_shanghai(piece.at)}
