"""What becomes of a document that is seen again: nothing new, or a newer version."""

import re

import attrs

from domain.documents import StoredDocument
from domain.times import UNDATED

_STAYS = (
    "url", "author", "author_name", "author_kind", "followers", "reposts", "comments", "likes", "repost_of", "parent",
    "region", "rating", "sku", "product", "seller_replies", "target", "demands", "status",
)  # fmt: skip
"""What only the site can say."""
_FILLER = ("text", "normalized", "tokens")
_CUT = re.compile(r"(?:\.{2,}|…|全文)\s*$")


def merged(old: StoredDocument, new: StoredDocument) -> StoredDocument | None:
    """The next version of a stored document, None where the new look says nothing new.

    The first seen time stays, and so does the publishing time, unless the new look knows it better: 5分钟前 drifts
    from look to look. A text that is only the beginning of the stored one (a list's preview) is nothing new; a complaint's
    new status beside it is.
    """
    if new.gone and not new.text:  # all that the site says of it now
        return None if old.gone else attrs.evolve(old, gone=True, version=old.version + 1)
    if _preview(old, new):
        moved = bool(new.status) and new.status != old.status
        return attrs.evolve(old, status=new.status, version=old.version + 1) if moved else None
    new = _with_known(old, new)
    known = old if _knows_time(old, new) else new
    candidate = attrs.evolve(
        new, version=old.version, seen_at=old.seen_at, published_at=known.published_at, date_only=known.date_only
    )
    if candidate == old:
        return None
    return attrs.evolve(candidate, version=old.version + 1)


def _with_known(old: StoredDocument, new: StoredDocument) -> StoredDocument:
    """What the new look does not say stays known: a page of long texts names neither author nor counts."""
    kept = {name: getattr(old, name) for name in _STAYS if getattr(new, name) in (None, "", ())}
    if old.default_text and new.default_text:  # two pages of a site word their filler differently
        kept |= {name: getattr(old, name) for name in _FILLER}
    return attrs.evolve(new, **kept)


def _preview(old: StoredDocument, new: StoredDocument) -> bool:
    begin = new.normalized.rstrip(" .…。").removesuffix("全文").rstrip(" .…。")
    # a mark of the cut may be as long as the little that it stands for
    length = len(begin) if _CUT.search(new.normalized) else len(new.normalized)
    if length >= len(old.normalized) or new.analyzer != old.analyzer:
        return False
    return bool(new.normalized) and old.normalized.startswith(begin)


def _knows_time(old: StoredDocument, new: StoredDocument) -> bool:
    """Does the stored row know the publishing time at least as well as the new look?"""
    if UNDATED in (old.published_at, new.published_at):  # an import without times
        return new.published_at == UNDATED
    if old.published_at == old.seen_at:  # nobody said: the seen time stands in
        return new.published_at == new.seen_at
    return not old.date_only or new.date_only or new.published_at == new.seen_at
