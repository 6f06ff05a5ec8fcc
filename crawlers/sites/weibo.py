"""Weibo 微博: the mobile and desktop JSON, the search page and the official API, read by one adapter."""

import re
from collections.abc import Iterable
from typing import Any

from crawlers.sites import weibo_addresses, weibo_html, weibo_outcomes
from crawlers.sites.adapter import JsonObject, PageRequest, ParsedPage, RawPage, Stats
from crawlers.sites.answers import decode
from crawlers.sites.weibo_addresses import LAST_PAGE, Address
from crawlers.sites.weibo_comments import comments, unfolded
from crawlers.sites.weibo_numbers import bid_of, count_of, id_text
from crawlers.sites.weibo_outcomes import Verdict
from crawlers.sites.weibo_posts import mblogs_in, posts, text_of
from domain.documents import Post
from domain.feeds import Outcome
from domain.watches import Watch

_USER_CONTAINER = re.compile(r"107603(\d{5,12})")


class Weibo:
    """Reads Weibo's pages. Never raises: a strange shape is `changed` with its reason."""

    name = "weibo"
    hosts = weibo_addresses.HOSTS

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        """The newest posts for each of the watch's terms."""
        return [weibo_addresses.search(term) for term in watch.terms]

    def page_of(self, url: str) -> str | None:
        """The page type of an address, by host, path and parameters in any order."""
        address = weibo_addresses.read(url)
        return address.page if address else None

    def parse(self, page: RawPage) -> ParsedPage:
        """Classify, then read; relative times are resolved against `page.seen_at`."""
        address = weibo_addresses.read(page.url)
        if address is None:
            return ParsedPage(site=self.name, page="", outcome=Outcome.CHANGED, reason="not an address of Weibo")
        try:
            return _parsed(page, address)
        except Exception as error:  # the seam promises an outcome for any bytes: a shape nobody thought of is "changed"
            reason = f"unexpected shape: {type(error).__name__}"
            return ParsedPage(site=self.name, page=address.page, outcome=Outcome.CHANGED, reason=reason)


def _parsed(page: RawPage, address: Address) -> ParsedPage:
    if verdict := weibo_outcomes.of_transport(page, address):
        return _ended(address, verdict)
    if address.page == "search_html":
        return _search_page(page, address)
    answer = weibo_outcomes.of_json(page, address)
    if answer.verdict:
        return _ended(address, answer.verdict, total=weibo_outcomes.total_of(answer.data))
    return _READERS.get(address.page, _cards)(page, address, answer.data)


def _cards(page: RawPage, address: Address, data: JsonObject) -> ParsedPage:
    """A container of m.weibo.cn, or the desktop's and the API's plain list of posts."""
    inner = data.get("data")
    place: JsonObject = inner if isinstance(inner, dict) else data
    if address.page == "profile" or (isinstance(place.get("userInfo"), dict) and "cards" not in place):
        known = isinstance(place.get("userInfo") or place.get("user") or place.get("cards"), dict | list)
        return _done(address) if known else _changed(address, "no userInfo")
    listed = next(
        (place[name] for name in ("cards", "list", "statuses", "data", "reposts") if isinstance(place.get(name), list)),
        None,
    )
    if listed is None:
        listed = inner if isinstance(inner, list) else None
    if listed is None:
        return _changed(address, "no cards, list or statuses")
    if wrong := _other_container(address, place):
        return _ended(address, Verdict(outcome=Outcome.WRONG_ITEM, reason=wrong))
    in_cards = "cards" in place
    mblogs = list(mblogs_in(listed)) if in_cards else [m for m in listed if isinstance(m, dict)]
    found = posts(mblogs, seen_at=page.seen_at)
    total = weibo_outcomes.total_of(data)
    if found:
        return _done(address, found, total=total, following=_next_list(address, place, total), data=mblogs)
    if address.page in ("album", "container", "likes") and listed:
        return _done(address)
    if listed and not in_cards:
        return _changed(address, "posts without an id that we know")
    return _ended(address, _without_posts(address, listed, total), total=total)


def _without_posts(address: Address, listed: list[Any], total: int | None) -> Verdict:
    """A list of posts that holds none: an empty one, a notice, or profile cards alone (a captcha in disguise, #479)."""
    if not listed:
        return weibo_outcomes.nothing(address, total=total, told=False)
    words = " ".join(_notices(listed))
    if re.search(r"法律法规|不予显示", words):
        return Verdict(outcome=Outcome.BLOCKED, reason=words[:80])
    if words or not address.first:
        return weibo_outcomes.nothing(address, total=None, told=True)
    return Verdict(outcome=Outcome.CAPTCHA, reason="only profile cards: open the site, a check is likely")


def _notices(cards: list[Any]) -> Iterable[str]:
    """The words of notice cards (card_type 58): nothing found, or only the last half year shown."""
    waiting = list(cards)
    while waiting:
        card = waiting.pop(0)
        if isinstance(card, dict):
            waiting.extend(group if isinstance(group := card.get("card_group"), list) else [])
            if card.get("card_type") in (58, "58"):
                yield (
                    " ".join(str(card.get(name) or "") for name in ("title", "desc", "desc1", "desc2")).strip()
                    or "notice"
                )


def _other_container(address: Address, place: JsonObject) -> str:
    """Why the answer is not of the user asked for; empty where it is, or does not say."""
    info = place.get("cardlistInfo")
    given = _USER_CONTAINER.match(str(info.get("containerid"))) if isinstance(info, dict) else None
    asked = _USER_CONTAINER.match(address.parameters.get("containerid", ""))
    if given is None or asked is None or given[1] == asked[1]:
        return ""
    return f"asked for {asked[0]}, got {given[0]}"


def _next_list(address: Address, place: JsonObject, total: int | None) -> PageRequest | None:
    """The next page of a list of posts: by the site's cursor where it gives one, else by number."""
    info = place.get("cardlistInfo")
    cursor = (info if isinstance(info, dict) else place).get("since_id")
    if address.page == "posts" and cursor and str(cursor) != address.parameters.get("since_id"):
        changes = {"since_id": str(cursor)[:40]}
        return address.following(**changes, **({"page": str(address.number + 1)} if "ajax" in address.path else {}))
    if address.number >= LAST_PAGE or (address.page == "api" and _api_done(address, total)):
        return None
    return address.following(page=str(address.number + 1))


def _api_done(address: Address, total: int | None) -> bool:
    count = count_of(address.parameters.get("count", "20")) or 20
    return total is None or address.number * count >= total


def _post(page: RawPage, address: Address, data: JsonObject) -> ParsedPage:
    mblog = data.get("data") if isinstance(data.get("data"), dict) else data
    found = posts([mblog], seen_at=page.seen_at, whole_texts=True) if isinstance(mblog, dict) else []
    if not found:
        return _changed(address, "no post in the answer")
    if address.mid and found[0].id != f"weibo:{address.mid}":
        return _ended(
            address, Verdict(outcome=Outcome.WRONG_ITEM, reason=f"asked for {address.mid}, got {found[0].id[6:]}")
        )
    return _done(address, found)


def _long_text(page: RawPage, address: Address, data: JsonObject) -> ParsedPage:
    """The whole text of a post, and nothing else about it: every other field stays as it was known."""
    inner = data.get("data")
    if not isinstance(inner, dict) or not isinstance(inner.get("longTextContent"), str):
        gone = isinstance(inner, dict) and not inner
        return (
            _ended(address, Verdict(outcome=Outcome.NOT_FOUND, reason="no long text"))
            if gone
            else _changed(address, "no longTextContent")
        )
    if not address.mid:
        return _changed(address, "no post id in the address")
    post = Post(
        id=f"weibo:{address.mid}",
        source="weibo",
        url=weibo_addresses.post_page(address.mid),
        text=text_of({"text": inner["longTextContent"]}).text,
        seen_at=page.seen_at,
        bid=bid_of(address.mid) or "",
    )
    return _done(address, [post])


def _comments(page: RawPage, address: Address, data: JsonObject) -> ParsedPage:
    inner = data.get("data")
    place: JsonObject = inner if isinstance(inner, dict) else data
    listed = place.get("data")
    if not isinstance(listed, list):
        return _changed(address, "no list of comments")
    hot = place.get("hot_data")
    items = [item for item in (*listed, *(hot if isinstance(hot, list) else ())) if isinstance(item, dict)]
    total = weibo_outcomes.total_of(data)
    found = comments(items, post_mid=_commented(address), seen_at=page.seen_at)
    if found:
        return _done(
            address, found, total=total, following=_next_comments(address, place), replies=_replies(address, items)
        )
    if items:
        return _changed(address, "comments without an id that we know")
    told = "已加载全部" in str(data.get("trendsText") or "")
    return _ended(address, weibo_outcomes.nothing(address, total=None if told else total, told=told), total=total)


def _commented(address: Address) -> str | None:
    """Long id of what is commented: the post, or on a page of replies the comment above them."""
    above = address.parameters.get("cid", "") if address.page == "replies" else address.mid
    if address.path.endswith("buildComments") and address.parameters.get("fetch_level") == "1":
        above = address.mid
    return id_text(above)


def _next_comments(address: Address, place: JsonObject) -> PageRequest | None:
    """By the site's cursor; a cursor that comes back unchanged is a loop (case 42)."""
    if address.path == "/api/comments/show":
        last = count_of(place.get("max"))
        return address.following(page=str(address.number + 1)) if last is None or address.number < last else None
    cursor = str(count_of(place.get("max_id")) or 0)
    if cursor in ("0", address.parameters.get("max_id")):
        return None
    kind = place.get("max_id_type")
    return address.following(max_id=cursor, **({"max_id_type": str(kind)} if type(kind) is int else {}))


def _replies(address: Address, items: list[JsonObject]) -> tuple[PageRequest, ...]:
    if address.path != "/comments/hotflow":
        return ()
    return tuple(weibo_addresses.replies(mid) for mid in unfolded(items))


def _search_page(page: RawPage, address: Address) -> ParsedPage:
    if page.status >= 400:
        return _ended(address, weibo_outcomes.of_json(page, address).verdict or Verdict(outcome=Outcome.BLOCKED))
    text = decode(page.body)
    shown = weibo_html.read(text, seen_at=page.seen_at)
    if not shown.known:
        return _ended(address, weibo_outcomes.of_html(text.strip(), otherwise=Outcome.CHANGED))
    if "</html" not in text[-400:].lower():
        return _ended(address, Verdict(outcome=Outcome.TRUNCATED, reason=f"HTML ends after {len(text)} characters"))
    if shown.shown_number is not None and shown.shown_number < address.number:
        return _ended(
            address, Verdict(outcome=Outcome.END, reason=f"page {address.number} shows page {shown.shown_number}")
        )
    if not shown.posts:
        return _ended(address, weibo_outcomes.nothing(address, total=None, told=True))
    more = shown.more and address.number < LAST_PAGE
    return _done(
        address, list(shown.posts), following=address.following(page=str(address.number + 1)) if more else None
    )


def _done(
    address: Address,
    documents: list[Post] | None = None,
    *,
    total: int | None = None,
    following: PageRequest | None = None,
    replies: tuple[PageRequest, ...] = (),
    data: list[JsonObject] | None = None,
) -> ParsedPage:
    cut = [] if address.page in ("comments", "replies") else [p for p in documents or () if p.truncated]
    rest = (weibo_addresses.long_text(address, post.id.removeprefix("weibo:"), post.bid) for post in cut)
    return ParsedPage(
        site="weibo",
        page=address.page,
        outcome=Outcome.OK,
        documents=tuple(documents or ()),
        stats=Stats(total=total) if total is not None else None,
        next_pages=(*((following,) if following else ()), *rest, *replies),
    )


def _ended(address: Address, verdict: Verdict, *, total: int | None = None) -> ParsedPage:
    stats = Stats(total=total) if total is not None else None
    return ParsedPage(site="weibo", page=address.page, outcome=verdict.outcome, reason=verdict.reason, stats=stats)


def _changed(address: Address, reason: str) -> ParsedPage:
    return _ended(address, Verdict(outcome=Outcome.CHANGED, reason=reason))


_READERS = {"post": _post, "longtext": _long_text, "comments": _comments, "replies": _comments}
