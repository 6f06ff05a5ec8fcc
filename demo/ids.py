"""Ids as the sites make them: unique by construction, the same for the same event."""

from datetime import UTC, datetime

WEIBO_EPOCH = 515_483_463
"""Unix second at which Weibo's ids begin: the upper bits of a mid are the seconds since."""
EVERYDAY, COMMENT, SCRIPTED, SCRIPTED_COMMENT = 0, 1, 2, 3
"""Families of Weibo ids: everyday posts and their comments, scripted posts and theirs."""
_LOW = 22
_SCRAMBLE = 2_654_435  # odd: multiplying by it permutes the low bits
_BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def mid(at: datetime, family: int, serial: int) -> int:
    """A 16-digit Weibo id. `serial` (below 2**20) must differ for events of one family in the same second."""
    if not 0 <= serial < 1 << 20:
        raise ValueError(f"serial {serial} does not fit in 20 bits")
    low = (family << 20 | serial) * _SCRAMBLE % (1 << _LOW)
    return (int(at.timestamp()) - WEIBO_EPOCH) << _LOW | low


def second_of(weibo_id: int) -> datetime:
    """When a Weibo id was made, aware UTC, to the second."""
    return datetime.fromtimestamp((weibo_id >> _LOW) + WEIBO_EPOCH, UTC)


def family_and_serial(weibo_id: int) -> tuple[int, int]:
    """What `mid` was given."""
    low = weibo_id % (1 << _LOW) * pow(_SCRAMBLE, -1, 1 << _LOW) % (1 << _LOW)
    return low >> 20, low & ((1 << 20) - 1)


def bid(weibo_id: int) -> str:
    """The short id: base 62 in groups of seven digits from the right."""
    text, groups = str(weibo_id), []
    while text:
        text, group = text[:-7], text[-7:]
        groups.append(_base62(int(group)).rjust(4 if text else 0, "0"))
    return "".join(reversed(groups))


def mid_of_bid(short: str) -> int:
    """The number behind a short id. Raises ValueError for other text."""
    digits = ""
    while short:
        short, group = short[:-4], short[-4:]
        number = 0
        for letter in group:
            number = number * 62 + _BASE62.index(letter)
        digits = f"{number:07d}" + digits if short else f"{number}" + digits
    return int(digits)


def review_id(day_number: int, product: int, serial: int) -> int:
    """An 11-digit JD review id. `serial` is below 20,000, `product` below 50."""
    return day_number * 1_000_000 + product * 20_000 + serial


def _base62(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits or "0"
