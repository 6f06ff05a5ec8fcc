"""What people type on a Chinese keyboard, made ASCII where it is syntax, with the way back to each character's place."""

import attrs

from domain.errors import InvalidQuery

MAXIMUM_DEPTH = 50
_QUOTES = {'"': '"', "“": "”", "「": "」", "『": "』", "＂": "＂", "〝": "〞"}  # fmt: skip
_PLAIN = {
    "（": "(",
    "）": ")",
    "：": ":",
    "＜": "<",
    "＞": ">",
    "＝": "=",
    "　": " ",
    "［": "[",
    "］": "]",
    "｛": "{",
    "｝": "}",
}
_WIDE = {"≤": "<=", "≥": ">=", "≦": "<=", "≧": ">="}
_MINUS = "-－−"


@attrs.frozen(kw_only=True)
class Plain:
    """A query in ASCII syntax."""

    text: str
    places: tuple[int, ...]
    """For each character of `text`, and one past the end, the zero-based character of the query as typed."""

    def place(self, position: int) -> int:
        """Where a character of `text` stands in the query as typed."""
        return self.places[max(0, min(position, len(self.places) - 1))]


def plain(query: str) -> Plain:
    """Quotes, brackets, colons, comparisons and spaces of either width become ASCII; inside quotes nothing changes.

    Raises InvalidQuery at an open quote, an unmatched bracket or more than MAXIMUM_DEPTH brackets.
    """
    out: list[str] = []
    places: list[int] = []
    opened: list[int] = []
    at = 0
    while at < len(query):
        start, char = at, query[at]
        if char in _QUOTES:
            piece, at = _phrase(query, at)
        elif char == "\\":
            piece, at = query[at : at + 2], at + 2
        else:
            piece, at = _syntax(char, out), at + 1
            _bracket(piece, start, opened)
        out.extend(piece)
        places.extend([start] * len(piece))
    if opened:
        raise InvalidQuery("这个左括号没有右括号；请在它管辖的词后面补上 )", position=opened[-1])
    return Plain(text="".join(out), places=(*places, len(query)))


def _syntax(char: str, before: list[str]) -> str:
    if char in _MINUS:
        # after a colon or comparison it is the sign of a number, not a NOT
        if before and before[-1] in ":<>=":
            return "\\-"
        return "-" if _begins(before) else char
    return _WIDE.get(char) or _PLAIN.get(char, char)


def _begins(before: list[str]) -> bool:
    return not before or before[-1].isspace() or before[-1] == "("


def _bracket(piece: str, at: int, opened: list[int]) -> None:
    if piece == "(":
        opened.append(at)
        if len(opened) > MAXIMUM_DEPTH:
            raise InvalidQuery(f"括号套得太深（最多 {MAXIMUM_DEPTH} 层）；请拆成几个查询", position=at)
    elif piece == ")":
        if not opened:
            raise InvalidQuery("这个右括号没有左括号；请删掉它，或在前面补上 (", position=at)
        opened.pop()


def _phrase(query: str, start: int) -> tuple[str, int]:
    """The phrase that opens at `start` as an ASCII-quoted one, and the index after it."""
    end = _QUOTES[query[start]]
    inside: list[str] = []
    at = start + 1
    while at < len(query):
        char = query[at]
        if char == "\\" and query[at + 1 : at + 2] in ("\\", '"', end):
            inside.append(query[at + 1])
            at += 2
            continue
        if char == end or (
            end == "”" and char == '"'
        ):  # a Chinese quote closed by an ASCII one is a slip of the keyboard
            escaped = "".join("\\" + c if c in '\\"' else c for c in inside)
            return f'"{escaped}"', at + 1
        inside.append(char)
        at += 1
    raise InvalidQuery("引号没有闭合；请在短语末尾补上引号", position=start)
