"""How the readers of Weibo's pages hand over what they found: posts, an end, or a shape that nobody knows."""

from collections.abc import Iterable

from crawlers.sites import weibo_addresses
from crawlers.sites.adapter import PageRequest, ParsedPage, Stats
from crawlers.sites.weibo_addresses import Address
from crawlers.sites.weibo_outcomes import Verdict
from domain.documents import Post
from domain.feeds import Outcome

_UNDER_A_POST = ("comments", "replies")


def done(
    address: Address,
    documents: Iterable[Post] = (),
    *,
    total: int | None = None,
    following: PageRequest | None = None,
    further: Iterable[PageRequest] = (),
) -> ParsedPage:
    """A page that was read. The next page of its list comes first, then the whole of each cut text, then `further`."""
    found = tuple(documents)
    cut = [] if address.page in _UNDER_A_POST else [post for post in found if post.truncated]
    rest = (weibo_addresses.long_text(address, post.id.removeprefix("weibo:"), post.bid) for post in cut)
    return ParsedPage(
        site="weibo",
        page=address.page,
        outcome=Outcome.OK,
        documents=found,
        stats=stats_of(address, total),
        next_pages=(*((following,) if following else ()), *rest, *further),
    )


def ended(
    address: Address, verdict: Verdict, *, total: int | None = None, documents: Iterable[Post] = ()
) -> ParsedPage:
    """A page that gave nothing to read. documents: only what the site says is gone."""
    return ParsedPage(
        site="weibo",
        page=address.page,
        outcome=verdict.outcome,
        reason=verdict.reason,
        stats=stats_of(address, total),
        documents=tuple(documents),
    )


def changed(address: Address, reason: str) -> ParsedPage:
    """A shape that the adapter does not know."""
    return ended(address, Verdict(outcome=Outcome.CHANGED, reason=reason))


def stats_of(address: Address, total: int | None, *, exact: bool = True) -> Stats | None:
    """The site's own total under one subject for every page of its list; None where the site gives none."""
    return Stats(total=total, subject=address.subject, exact=exact) if total is not None else None
