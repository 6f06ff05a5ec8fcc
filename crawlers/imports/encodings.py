"""Which encoding a text file is in: found out from its first megabyte, a declared one believed only if it fits."""

import re

from domain.errors import InvalidInput

# GBK read as UTF-8 breaks at nearly every character, so a few broken rows leave a file UTF-8; read as GBK, much else passes.
_MOST_DAMAGE = {"utf-8": 0.25, "gb18030": 0.02}
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_NAMES = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "utf8": "utf-8", "utf-8-sig": "utf-8"}
_UTF16_ZEROS = 0.2  # of the bytes at one parity: commas, digits and line ends make them; no other text has any


def encoding_of(head: bytes, declared: str, name: str) -> str:
    """Python's name of the encoding that the beginning of a file fits. Raises InvalidInput where none does."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if wide := _utf16(head):
        return wide
    damage = {"utf-8": _damage(head, "utf-8"), "gb18030": _damage(head, "gb18030")}
    fits = next((encoding for encoding, limit in _MOST_DAMAGE.items() if damage[encoding] < limit), "")
    wanted = _NAMES.get(declared.lower().replace("_", "-"), declared.lower())
    if wanted == "gb18030" and fits == "utf-8" and not head.isascii():
        damage[wanted] = 1.0  # Chinese GBK text practically never passes for UTF-8, the other way round it often does
    if wanted in damage and damage[wanted] >= _MOST_DAMAGE[wanted]:
        raise _not_as_declared(head, wanted, fits, name)
    if not fits:
        raise InvalidInput(f"{name}：认不出文字编码（不是 UTF-8，也不是 GBK）；请用原软件重新导出为 UTF-8")
    chosen = wanted if wanted in damage else fits
    return "utf-8-sig" if chosen == "utf-8" else chosen


def _not_as_declared(head: bytes, wanted: str, fits: str, name: str) -> InvalidInput:
    other = f"它看起来是 {'GBK/GB18030' if fits == 'gb18030' else 'UTF-8'}" if fits else "也不是另一种常见的中文编码"
    way = f"请把编码改成 {fits}，或留空让系统自己判断" if fits else "请用原软件重新导出为 UTF-8"
    line = _first_broken_line(head, wanted)
    return InvalidInput(f"{name}：第 {line} 行起不是声明的 {wanted.upper()} 编码，{other}；{way}", line=line)


def _utf16(head: bytes) -> str:
    """UTF-16 without a mark at its start: half of the bytes of its ASCII characters are zero."""
    if b"\x00" not in head[:4096]:
        return ""
    even, odd = head[0:4096:2], head[1:4096:2]
    share = {"utf-16-le": odd.count(0) / max(len(odd), 1), "utf-16-be": even.count(0) / max(len(even), 1)}
    name, most = max(share.items(), key=lambda pair: pair[1])
    if most < _UTF16_ZEROS or min(share.values()) > most / 4:
        return ""
    return name if "\ufffd" not in head[: len(head) // 2 * 2].decode(name, "replace")[:-1] else ""


def _damage(head: bytes, encoding: str) -> float:
    """Share of the characters beyond ASCII that this encoding can't read, 0 … 1; unreadable control bytes count too."""
    complete = head[: head.rfind(b"\n") + 1] or head  # the megabyte may end inside a character
    text = complete.decode(encoding, errors="replace")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    strange = text.count("\ufffd") + text.count("\x00")
    if encoding == "gb18030":  # other encodings read as GBK fall into its private-use corner
        strange += len(_PRIVATE.findall(text))
    return strange / beyond if beyond else float("\x00" in text)


def _first_broken_line(head: bytes, encoding: str) -> int:
    for number, line in enumerate(head.split(b"\n"), 1):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            return number
    return 1
