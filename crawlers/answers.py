"""What came of asking for a page, and what the transport itself says about it."""

import attrs
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)

from crawlers.manners import RobotsRefuse, RobotsUnread
from crawlers.origin import ForeignHost
from crawlers.settings import MAX_BYTES
from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage
from domain.feeds import Outcome, SiteTotal

TOO_LARGE = f"answer larger than {MAX_BYTES // 1024 // 1024} MiB"


@attrs.frozen(kw_only=True)
class Answer:
    """What came of asking for one address."""

    request: PageRequest
    page: RawPage | None = None
    """None = no answer at all."""
    outcome: Outcome | None = None
    """What the transport knows of it; None = all is the adapter's to say."""
    reason: str = ""
    heard: bool = False
    """A browser page loaded it by itself."""


def judge(answer: Answer, parsed: ParsedPage | None) -> tuple[Outcome, str]:
    """Outcome and reason: the transport's word where it has one, unless the adapter saw why (a log-in page, a busy site)."""
    if parsed is None:
        return answer.outcome or Outcome.UNAVAILABLE, answer.reason
    telling = parsed.outcome.risk or parsed.outcome in (Outcome.UNAVAILABLE, Outcome.NOT_FOUND)
    if answer.outcome and not telling:
        return answer.outcome, answer.reason
    if parsed.outcome.good and answer.page and answer.page.status >= 500:
        return Outcome.UNAVAILABLE, f"HTTP {answer.page.status}"
    return parsed.outcome, parsed.reason


def site_total(parsed: ParsedPage, page: RawPage) -> SiteTotal | None:
    """The site's own totals as the ledger keeps them; None where the page says none."""
    stats = parsed.stats
    if stats is None:
        return None
    return SiteTotal(
        source=parsed.site,
        page=parsed.page,
        subject=stats.subject or page.url,
        total=stats.total,
        by_rating=dict(stats.by_rating),
        folded=stats.folded,
        exact=stats.exact,
        seen_at=page.seen_at,
    )


def why(error: Exception) -> tuple[Outcome, str]:
    """What a failed request means for the feed."""
    match error:
        case RobotsRefuse():
            return Outcome.BLOCKED, str(error)
        case RobotsUnread():
            return Outcome.UNAVAILABLE, str(error)
        case ForeignHost():
            return Outcome.CHANGED, str(error)
        case DownloadCancelledError():
            return Outcome.CHANGED, TOO_LARGE
        case IgnoreRequest() if "decompression" in str(error):
            return Outcome.CHANGED, f"{TOO_LARGE} once decompressed"
        case IgnoreRequest() if "redirections" in str(error):
            return Outcome.CHANGED, "redirected in a circle"
        case IgnoreRequest():
            return Outcome.CHANGED, str(error)
        case DownloadTimeoutError():
            return Outcome.UNAVAILABLE, "no answer in time"
        case CannotResolveHostError():
            return Outcome.UNAVAILABLE, "host name does not resolve to a public address"
        case DownloadConnectionRefusedError() | DownloadFailedError():
            return Outcome.UNAVAILABLE, "connection failed"
    return Outcome.UNAVAILABLE, f"{type(error).__name__}: {error}".splitlines()[0][:200]
