"""RSS, Atom and RDF to entries: whatever charset, escaping and date style, and never an entity of the feed's own making."""

import email.utils
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import attrs

from crawlers.sites.adapter import RawPage
from crawlers.sites.answers import Refused, decode, inflated, looks_like_html, refuse_mark, refuse_status
from crawlers.sites.clock_times import moment
from crawlers.sites.values import name, one_line, plain, whole
from domain.feeds import Outcome
from domain.times import SHANGHAI, day_start

MOST = 500
ROOT = re.compile(r"<(?:[\w-]+:)?(rss|feed|RDF|channel)\b", re.IGNORECASE)
_START = re.compile(r"\s*(?:<\?xml[^>]*\?>|<!--.*?-->|<\?[^>]*\?>|<!DOCTYPE[^>\[]*>|\s)*", re.DOTALL | re.IGNORECASE)
_CHARSET = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w-]{2,20})", re.IGNORECASE)
_CHARSETS = frozenset(("big5", "iso-8859-1", "windows-1252", "shift_jis", "euc-jp", "euc-kr"))
_STILL_ESCAPED = re.compile(
    r"</?(?:p|br|div|span|a|img|em|b|i|strong|ul|li|h\d|blockquote|figure|section)\b[^<>]*>", re.I
)
_ZONE = re.compile(r"(?:Z|[+-]\d{2}:?\d{2}|\b[A-Z]{1,4})$")
_CHINA = re.compile(r"\s+CST$")  # in Chinese feeds China's time, not Chicago's


@attrs.frozen(kw_only=True)
class FeedEntry:
    """One entry of a feed."""

    guid: str
    """The feed's own id, else the link; never empty."""
    link: str
    title: str
    text: str
    """Tags removed; the longer of description and content."""
    published_at: datetime | None = None
    """Aware UTC."""
    date_only: bool = False
    published_raw: str = ""
    author: str = ""
    comments: int | None = None


def is_feed(body: bytes) -> bool:
    """Do the bytes begin as a feed does?"""
    return _begins(_text(body[:4000]))


def entries_in(page: RawPage) -> Iterator[FeedEntry]:
    """The entries of a feed, in its order. Raises Refused: a refusal, a cut feed, or bytes that are none."""
    refuse_status(page)
    text = _text(page.body)
    if re.search(r"<!ENTITY", text, re.IGNORECASE):
        raise Refused(Outcome.CHANGED, "the feed declares entities of its own, which are never expanded")
    if looks_like_html(text) and not _begins(text):
        refuse_mark(text, "web page with ")
        raise Refused(Outcome.UNAVAILABLE, "web page instead of a feed")
    if not _begins(text):
        refuse_mark(text[:4000], "answer with ")
        raise Refused(Outcome.CHANGED, "neither RSS nor Atom")
    root = ROOT.search(text)
    if root and not re.search(rf"</(?:[\w-]+:)?{root[1]}\s*>\s*(?:<!--.*?-->\s*)*$", text[-2000:], re.I | re.S):
        raise Refused(Outcome.TRUNCATED, f"the feed ends after {len(text)} characters")
    yield from (entry for row in _rows(text)[:MOST] if (entry := _entry(row)))


def _begins(text: str) -> bool:
    head = text[:4000].removeprefix("\ufeff")
    lead = _START.match(head)
    return ROOT.match(head, lead.end() if lead else 0) is not None


def _text(body: bytes) -> str:
    """The feed's text; the charset is chosen here, because a parser would believe any declared one (UTF-7 hides tags)."""
    body = inflated(body)
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", errors="replace")
    declared = _CHARSET.match(body.lstrip())
    charset = declared[1].decode().lower() if declared else ""
    if charset in _CHARSETS:
        try:
            return body.decode(charset)
        except UnicodeDecodeError:
            pass
    return decode(body)


def _rows(text: str) -> list[Any]:  # feedparser has no types
    import feedparser  # a tenth of a second to import: only when a feed comes

    bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.removeprefix("\ufeff"))
    # bytes in a file: a plain string would be taken for an address or a path
    stream = io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + bare.encode("utf-8", "replace"))
    try:
        return list(feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False).entries)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, RecursionError) as error:
        raise Refused(Outcome.CHANGED, f"the feed can't be read: {type(error).__name__}") from None


def _entry(row: Any) -> FeedEntry | None:  # feedparser's dictionary
    link, title = one_line(row.get("link")), _unescaped(row.get("title")).replace("\n", " ").strip()
    texts = [_unescaped(part.get("value")) for part in row.get("content") or () if hasattr(part, "get")]
    text = max([_unescaped(row.get("summary")), *texts], key=len)
    guid = name(row.get("id")) or link
    if not (guid and (title or text)):
        return None
    raw = one_line(row.get("published")) or one_line(row.get("updated")) or one_line(row.get("created"))
    at, bare = feed_time(raw)
    return FeedEntry(
        guid=guid,
        link=link,
        title=title,
        text=text,
        published_at=at,
        date_only=bare,
        published_raw=raw,
        author=one_line(row.get("author")),
        comments=whole(row.get("slash_comments")),
    )


def feed_time(raw: str) -> tuple[datetime | None, bool]:
    """Aware UTC from RFC 822, ISO 8601 or a Chinese date, and whether it is a bare date; without a zone it is Beijing's."""
    text = _CHINA.sub(" +0800", raw.strip())[:64]
    try:
        return day_start(date.fromisoformat(text)), True
    except ValueError:
        pass
    for read in (datetime.fromisoformat, email.utils.parsedate_to_datetime):
        try:
            at = read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        zone = _ZONE.search(text)
        try:
            return (at if at.tzinfo and zone else at.replace(tzinfo=SHANGHAI)).astimezone(UTC), False
        except (ValueError, OverflowError):
            return None, False
    said = moment(text, datetime(9000, 1, 1, tzinfo=UTC)) if re.match(r"\d{4}", text) else None
    return (said.at, said.date_only) if said else (None, False)


def _unescaped(raw: Any) -> str:  # a feed's own value
    """The text without tags, also where they were escaped twice."""
    text = plain(raw)
    return plain(text.replace("\n", "<br>")) if _STILL_ESCAPED.search(text) else text
