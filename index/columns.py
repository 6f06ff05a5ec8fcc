"""What both engines index of a document: the same columns, made in one place, so that answers are equal."""

import re
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import attrs

from domain.analysis import Polarity
from domain.documents import StoredDocument
from domain.errors import InvalidQuery
from index.counting import counts_as_negative

KEYWORDS = (
    *("source", "kind", "sentiment", "brand", "group", "category", "line", "model", "sku", "product"),
    *("aspect", "bad", "good", "cause", "wish", "flag", "severity", "cluster", "author", "counted"),
)
"""Columns of whole values, several in `brand group aspect bad good cause wish flag`; facets give them as stored, queries match either case."""
EXACT = ("cluster", "author", "kind", "sentiment", "severity", "counted", "flag")
"""Columns compared letter by letter."""
FOLDED = tuple(name for name in KEYWORDS if name not in EXACT)
"""Columns compared without regard to case."""
FACETS = (*KEYWORDS, "rating")
"""What can be counted by value."""
NO_ASPECT = "其他"
"""Value of `wish` for a wish that no aspect covers."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SPACE = re.compile(r"\s")
_FURTHEST = 1 << 51
_TIE_BITS = 11


def keywords(document: StoredDocument) -> dict[str, str | list[str]]:
    """Values per column of KEYWORDS, columns without a value left out, no repeats. Written out for speed."""
    values: dict[str, str | list[str]] = {
        "source": document.source,
        "kind": document.kind,  # a StrEnum is the very string
        "sentiment": document.sentiment,
    }
    if counts_as_negative(document):
        values["counted"] = Polarity.NEGATIVE
    if document.brands:
        values["brand"] = _once(document.brands)
    if document.groups:
        values["group"] = _once(document.groups)
    if document.category:
        values["category"] = document.category
    if document.line:
        values["line"] = document.line
    if document.model:
        values["model"] = document.model
    if document.sku:
        values["sku"] = document.sku
    if document.product:
        values["product"] = _SPACE.sub(" ", document.product)
    if document.severity:
        values["severity"] = document.severity
    if document.cluster:
        values["cluster"] = document.cluster
    if document.author:
        values["author"] = document.author
    if document.aspects:
        values["aspect"] = _once([a.aspect for a in document.aspects])
        values["bad"] = _once([a.aspect for a in document.aspects if a.polarity is Polarity.NEGATIVE])
        values["good"] = _once([a.aspect for a in document.aspects if a.polarity is Polarity.POSITIVE])
        values["cause"] = _once(
            [f"{a.aspect}/{a.cause}" for a in document.aspects if a.cause and a.polarity is Polarity.NEGATIVE]
        )
    if document.wishes:
        values["wish"] = _once([wish.aspect or NO_ASPECT for wish in document.wishes])
    if document.flags:
        values["flag"] = _once(document.flags)
    return values


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def characters(text: str) -> str:
    """A text as one word a character, so that a phrase of such words is an exact substring.

    White space, which the engines' analyser would drop, becomes a longer word that no character can be.
    """
    if _SPACE.search(text) is None:
        return " ".join(text)
    return " ".join([f"_{ord(c):x}" if c.isspace() else c for c in text])


def words(document: StoredDocument) -> str:
    """Our tokens as the white-space analyser takes them."""
    return " ".join(document.tokens)


def folded(value: str) -> str:
    """A keyword as queries compare it."""
    return _SPACE.sub(" ", value).strip().lower()


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (moment - EPOCH) // _MICROSECOND


def moment(since_epoch: int) -> datetime:
    """The way back from `micros`, aware UTC."""
    return EPOCH + timedelta(microseconds=since_epoch)


def order(document: StoredDocument) -> int:
    """Place in time as one whole number: microseconds, then 11 bits of the id, so that ties are few and fixed."""
    time = max(-_FURTHEST, min(micros(document.published_at), _FURTHEST - 1))
    return (time << _TIE_BITS) | (zlib.crc32(document.id.encode()) & ((1 << _TIE_BITS) - 1))


@attrs.frozen(kw_only=True)
class Cursor:
    """Where a page by time ended."""

    order: int
    id: str

    def text(self) -> str:
        """As handed to people."""
        return f"{self.order}~{self.id}"


def cursor(text: str | None) -> Cursor | None:
    """The cursor that a person gave back. Raises InvalidQuery for one that we did not make."""
    if text is None:
        return None
    place, mark, id_ = text.partition("~")
    if not mark or not place.lstrip("-").isdecimal():
        raise InvalidQuery(f"翻页标记 {text[:40]!r} 无效；请从第一页重新开始")
    return Cursor(order=int(place), id=id_)


def offset(text: str | None) -> int:
    """Rows to pass over in a page by relevance. Raises InvalidQuery for a mark that we did not make."""
    if text is None:
        return 0
    if not text.isdecimal() or int(text) > MAXIMUM_OFFSET:
        raise InvalidQuery(f"翻页标记 {text[:40]!r} 无效；按相关度最多翻到第 {MAXIMUM_OFFSET:,} 行，之后请按时间排序")
    return int(text)


MAXIMUM_OFFSET = 9_000
"""Deepest row of an answer by relevance; by time there is no limit."""


def bucket_offset(bucket_s: int) -> int:
    """Microseconds by which buckets of this length are moved so that they begin at midnight (weeks: on Monday) in Shanghai."""
    hours = -8 + (96 if bucket_s % (7 * 86_400) == 0 else 0)  # 1970 began on a Thursday
    return hours * 3_600_000_000 % (bucket_s * 1_000_000)
