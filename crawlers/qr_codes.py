"""QR codes of log-in pages: read from a picture of the page, drawn again in half-block characters for a terminal."""

import io

_INK_ON_PAPER = "\x1b[30;107m"
_PLAIN = "\x1b[0m"
QUIET = 2
"""Modules of paper around a drawn code; the standard wants 4, phones are content with 2."""


def decoded(png: bytes) -> str:
    """What the QR code in a picture says; empty where none can be read."""
    import zxingcpp  # with the extra 'browser'
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        found = zxingcpp.read_barcodes(picture.convert("L"))
    return next((code.text for code in found if "QR" in str(code.format)), "")


def drawn(text: str, *, colours: bool) -> str:
    """A QR code of this text, two modules a character.

    colours: say black on white whatever the terminal's own colours are; False for a file or a pipe: ink is then the character.
    """
    import segno  # with the extra 'browser'

    rows = [list(row) for row in segno.make_qr(text, error="l").matrix_iter(border=QUIET)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    lines = (
        "".join(_half(up, down) for up, down in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    )
    return "\n".join(f"{_INK_ON_PAPER}{line}{_PLAIN}" if colours else line for line in lines)


def _half(up: int, down: int) -> str:
    return (" ", "▄", "▀", "█")[2 * bool(up) + bool(down)]
