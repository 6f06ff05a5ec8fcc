"""Weibo's lists of posts: the containers of m.weibo.cn, the desktop's plain lists, reposts, and the official API."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crawlers.sites import weibo_outcomes, weibo_slices
from crawlers.sites.adapter import JsonObject, PageRequest, ParsedPage, RawPage
from crawlers.sites.weibo_addresses import LAST_PAGE, Address
from crawlers.sites.weibo_numbers import count_of
from crawlers.sites.weibo_outcomes import Verdict
from crawlers.sites.weibo_posts import every_card, mblogs_in, posts
from crawlers.sites.weibo_reposts import reposts_of
from crawlers.sites.weibo_results import changed, done, ended
from domain.documents import Post
from domain.feeds import Outcome

_USER_CONTAINER = re.compile(r"107603(\d{5,12})")
_LISTS = ("cards", "list", "statuses", "data", "reposts")
_NO_POSTS_ARE_FINE = ("album", "container", "likes")
_PROFILES_ALONE = Verdict(outcome=Outcome.CAPTCHA, reason="only profile cards: open the site, a check is likely")


def post_list(page: RawPage, address: Address, data: JsonObject) -> ParsedPage:
    """A container of m.weibo.cn, or the desktop's and the API's plain list of posts."""
    inner = data.get("data")
    place: JsonObject = inner if isinstance(inner, dict) else data
    if address.page == "profile" or (isinstance(place.get("userInfo"), dict) and "cards" not in place):
        return _profile(page, address, place)
    listed = (
        inner if isinstance(inner, list) else next((place[n] for n in _LISTS if isinstance(place.get(n), list)), None)
    )
    total = weibo_outcomes.total_of(data)
    if listed is None:
        counted = address.page == "api" and total is not None  # onlynum=1: the API counts and shows nothing
        return done(address, total=total) if counted else changed(address, "no cards, list or statuses")
    if wrong := _other_container(address, place):
        return ended(address, Verdict(outcome=Outcome.WRONG_ITEM, reason=wrong))
    in_cards = "cards" in place
    mblogs = list(mblogs_in(listed)) if in_cards else [m for m in listed if isinstance(m, dict)]
    reposts = address.page == "reposts" or "reposts" in place
    found = (reposts_of(mblogs, of=address.mid, seen_at=page.seen_at) if reposts
             else posts(mblogs, seen_at=page.seen_at))  # fmt: skip
    if found:
        following = _next_list(address, place, data, total)
        return done(address, found, total=total, following=following, further=_cut_off(address, found))
    if address.page in _NO_POSTS_ARE_FINE and listed:
        return done(address)
    if listed and not in_cards:
        return changed(address, "posts without an id that we know")
    return ended(address, _without_posts(address, listed, total), total=total)


def _profile(page: RawPage, address: Address, place: JsonObject) -> ParsedPage:
    """An account's own page: seldom with posts. Where posts were searched for it is a check in disguise."""
    if not isinstance(place.get("userInfo") or place.get("user") or place.get("cards"), dict | list):
        return changed(address, "no userInfo")
    if address.page == "search":
        return ended(address, _PROFILES_ALONE)
    cards = place.get("cards")
    return done(address, posts(mblogs_in(cards), seen_at=page.seen_at) if isinstance(cards, list) else ())


def _cut_off(address: Address, found: Sequence[Post]) -> Iterable[PageRequest]:
    """Where the older posts of a search are, once its last page is full: the next crawl would find newer ones in their place."""
    times = [post.published_at for post in found if post.published_at and not post.pinned]
    if address.page != "search" or address.number < LAST_PAGE or not times:
        return ()
    return weibo_slices.older(address.term, reached=max(times))


def _without_posts(address: Address, listed: list[Any], total: int | None) -> Verdict:
    """A list of posts that holds none: an empty one, a notice, or profile cards alone (a captcha in disguise, #479)."""
    if not listed:
        return weibo_outcomes.nothing(address, total=total, told=not address.first and not _withheld(address, total))
    words = " ".join(_notices(listed))
    if re.search(r"法律法规|不予显示", words):
        return Verdict(outcome=Outcome.BLOCKED, reason=words[:80])
    if words:  # 未找到, or a notice that hides what the site itself counts
        told = not address.first or not total or weibo_outcomes.says_nothing(words)
        return weibo_outcomes.nothing(address, total=None if told else total, told=told)
    if not address.first:
        return weibo_outcomes.nothing(address, total=None, told=True)
    return _PROFILES_ALONE


def _withheld(address: Address, total: int | None) -> bool:
    """Does an account's list end long before its own total? A few posts are always deleted or hidden."""
    passed = (address.number - 1) * address.size
    return address.page == "posts" and "since_id" not in address.parameters and 2 * passed < (total or 0)


def _notices(cards: list[Any]) -> Iterator[str]:
    """The words of notice cards (card_type 58): nothing found, or only the last half year shown."""
    for card in every_card(cards):
        if card.get("card_type") in (58, "58"):
            said = " ".join(str(card.get(name) or "") for name in ("title", "desc", "desc1", "desc2"))
            yield said.strip() or "notice"


def _other_container(address: Address, place: JsonObject) -> str:
    """Why the answer is not of the user asked for; empty where it is, or does not say."""
    info = place.get("cardlistInfo")
    given = _USER_CONTAINER.match(str(info.get("containerid"))) if isinstance(info, dict) else None
    asked = _USER_CONTAINER.match(address.parameters.get("containerid", ""))
    if given is None or asked is None or given[1] == asked[1]:
        return ""
    return f"asked for {asked[0]}, got {given[0]}"


def _next_list(address: Address, place: JsonObject, data: JsonObject, total: int | None) -> PageRequest | None:
    """The next page of a list of posts: by the site's cursor where it gives one, else by number."""
    info = place.get("cardlistInfo")
    cursor = (info if isinstance(info, dict) else place).get("since_id")
    if address.page == "posts" and cursor and str(cursor) != address.parameters.get("since_id"):
        changes = {"since_id": str(cursor)[:40]}
        return address.following(**changes, **({"page": str(address.number + 1)} if "ajax" in address.path else {}))
    if address.page == "api":
        return _next_of_api(address, place, total)
    last = count_of(place.get("max") if address.host.startswith("m.") else data.get("max_page"))
    if address.page == "reposts" and last is not None and address.number >= last:
        return None
    return address.following(page=str(address.number + 1)) if address.number < LAST_PAGE else None


def _next_of_api(address: Address, place: JsonObject, total: int | None) -> PageRequest | None:
    """By number up to the API's own total; without a total by its cursor, which is 0 at the end."""
    if total is not None:
        count = address.size
        return address.following(page=str(address.number + 1)) if address.number * count < total else None
    cursor = str(count_of(place.get("next_cursor")) or 0)
    return address.following(cursor=cursor) if cursor not in ("0", address.parameters.get("cursor")) else None
