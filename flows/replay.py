"""Replay: archived answers are read once more by today's parsers, and what differs from what was made of them is told."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import attrs

from crawlers.answers import Answer, judge, site_total
from crawlers.archive import Archive
from crawlers.handoff import Inbox
from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage, SiteAdapter
from domain.documents import Document, StoredDocument
from domain.feeds import Outcome, PageSeen
from flows.collect import whole_text
from index.store import Ledger
from index.tables.recorded import Read, Recorded, Records

EXAMPLES: Final = 5
COMPARED: Final = (
    "kind", "rating", "sku", "product", "region", "repost_of", "parent", "author_kind", "author_name",
    "followers", "likes", "reposts", "comments", "default_text", "target", "demands", "status",
)  # fmt: skip
"""Fields that stand in the ledger as the site said them."""


class Mask(Protocol):
    """Hides personal data in a text; `nlp.normalize.mask` does."""

    def __call__(self, text: str) -> str:
        """The text with tokens in the place of personal data."""
        ...


@attrs.define(kw_only=True)
class PageType:
    """What became of one page type of one source. Every answer is in exactly one of the first six."""

    source: str
    page: str
    answers: int = 0
    same: int = 0
    more: int = 0
    """The same outcome, and more documents or items than then."""
    fewer: int = 0
    other_items: int = 0
    """As many, but others, or with other content."""
    other_outcome: int = 0
    unrecorded: int = 0
    """Archived, but its line is gone or never came: a kill between the two, or lines expired."""
    outcomes: Counter[str] = attrs.field(factory=Counter)
    """`changed → ok` and the like: how many."""
    new: int = 0
    """Documents that are read now and were not then."""
    gone: int = 0
    """Documents that were read then and are not now; they stay in the ledger."""
    changed: Counter[str] = attrs.field(factory=Counter)
    """Field → documents whose stored value differs, judged at their newest look only."""
    examples: dict[str, list[str]] = attrs.field(factory=dict)
    """new, gone or a field → up to five ids."""
    stored: int = 0
    """Answers that were handed over again."""

    def example(self, what: str, id_: str) -> None:
        """Remember a few ids of each kind of difference."""
        some = self.examples.setdefault(what, [])
        if len(some) < EXAMPLES and id_ not in some:
            some.append(id_)


@attrs.frozen(kw_only=True)
class Replay:
    """Reads the past again."""

    archive: Archive
    adapters: Mapping[str, SiteAdapter]
    records: Records
    ledger: Ledger
    inbox: Inbox
    mask: Mask

    def run(
        self,
        source: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        store: bool = False,
        told: Callable[[str], None],
    ) -> list[PageType]:
        """What today's parsers make of a source's answers seen in [since, until), by page type.

        store: answers that differ go through the inbox once more, with the time at which they were seen; a document that
        was seen later again keeps what that look said. told: gets a sentence for each cut file and damaged record.
        """
        adapter = self.adapters[source]
        recorded, read = (
            self.records.answers(source, since=since, until=until),
            self.records.documents(source, since=since),
        )
        found: dict[str, PageType] = {}
        for record_id, page in self.archive.replay(source, since=since, until=until, told=told):
            before = recorded.get(record_id)
            parsed, outcome, reason = _read(adapter, page, before)
            kind = found.setdefault(parsed.page or "—", PageType(source=source, page=parsed.page or "—"))
            differs = self._compare(kind, record_id, parsed, outcome, before, read)
            if store and differs:
                self._hand_over(record_id, page, parsed, outcome, reason, read)
                kind.stored += 1
        return sorted(found.values(), key=lambda each: each.page)

    def _compare(
        self, kind: PageType, record_id: str, parsed: ParsedPage, outcome: Outcome, before: Recorded | None, read: Read
    ) -> bool:
        """Count one answer. Returns whether handing it over again would change anything."""
        kind.answers += 1
        then = read.by_answer.get(record_id, set())
        now = {document.id: document for document in parsed.documents}
        for what, ids in (("new", sorted(now.keys() - then)), ("gone", sorted(then - now.keys()))):
            setattr(kind, what, getattr(kind, what) + len(ids))
            for id_ in ids:
                kind.example(what, id_)
        changed = self._changed(kind, [now[id_] for id_ in now if read.newest.get(id_) == record_id], read.once)
        if before is None:
            kind.unrecorded += 1
            return True
        if before.outcome is not outcome:
            kind.other_outcome += 1
            kind.outcomes[f"{before.outcome} → {outcome}"] += 1
            return True
        items, others = _items(parsed) - before.items, now.keys() != then or changed
        kind.more += items > 0
        kind.fewer += items < 0
        kind.other_items += items == 0 and others
        kind.same += items == 0 and not others
        return items != 0 or others

    def _changed(self, kind: PageType, documents: Sequence[Document], once: Collection[str]) -> bool:
        stored = {row.id: row for row in self.ledger.get([document.id for document in documents])}
        any_changed = False
        for document in documents:
            if row := stored.get(document.id):
                fields = self._differences(document, row, once=document.id in once and row.seen_at == document.seen_at)
                kind.changed.update(fields)
                for field in fields:
                    kind.example(field, document.id)
                any_changed = any_changed or bool(fields)
        return any_changed

    def _differences(self, document: Document, row: StoredDocument, *, once: bool) -> list[str]:
        """Fields in which the newest look, as read now, says something else than what is stored; silence says nothing.

        once: it was the only look. Of several the ledger keeps the best publishing time (5分钟前 drifts) and the longest text.
        """
        found = []
        for field in COMPARED:
            said = getattr(document, field, None)
            if said not in (None, "", (), False) and said != getattr(row, field):
                found.append(field)
        if once and document.published_at is not None and document.published_at != row.published_at:
            found.append("published_at")
        text = self.mask(whole_text(document))
        if text != row.text and (once or not _begins(row.text, text)):
            found.append("text")
        return found

    def _hand_over(
        self, record_id: str, page: RawPage, parsed: ParsedPage, outcome: Outcome, reason: str, read: Read
    ) -> None:
        mine = [d for d in parsed.documents if read.newest.get(d.id, record_id) == record_id]
        total = site_total(parsed, page)
        seen = PageSeen(
            source=parsed.site,
            page=parsed.page,
            url=page.url,
            outcome=outcome,
            reason=reason,
            items=_items(parsed),
            seen_at=page.seen_at,
            archive=record_id,
            sha256=_sha256(page),
            document_ids=tuple(d.id for d in parsed.documents),
        )
        self.inbox.put(parsed.site, [*mine, *parsed.prices, *((total,) if total else ()), *parsed.topics, seen])


def row_of(kind: PageType) -> dict[str, Any]:
    """A line of `tingchao replay --jsonl`."""
    return attrs.asdict(kind) | {"outcomes": dict(kind.outcomes), "changed": dict(kind.changed)}


def _read(adapter: SiteAdapter, page: RawPage, before: Recorded | None) -> tuple[ParsedPage, Outcome, str]:
    """Parsed, outcome and reason; what only the transport knew (a connection that was cut) is still known."""
    try:
        parsed = adapter.parse(page)
    except Exception as error:  # an adapter promises not to raise: one that does is told as the crawl tells it
        reason = f"the adapter raised {type(error).__name__}"
        parsed = ParsedPage(site=adapter.name, page="", outcome=Outcome.CHANGED, reason=reason)
    cut = before is not None and before.outcome is Outcome.TRUNCATED and before.reason == "cut"
    request = PageRequest(source=adapter.name, page=parsed.page, url=page.url)
    answer = Answer(request=request, page=page, outcome=Outcome.TRUNCATED if cut else None, reason="cut" if cut else "")
    return (parsed, *judge(answer, parsed))


def _begins(whole: str, part: str) -> bool:
    """Is a list's preview the beginning of a text that another page gave whole?"""
    seen = part.rstrip(" .…。").removesuffix("全文").rstrip(" .…。")
    return len(seen) < len(whole) and whole.startswith(seen)


def _items(parsed: ParsedPage) -> int:
    return len(parsed.documents) + len(parsed.prices) + len(parsed.products) + len(parsed.topics)


def _sha256(page: RawPage) -> str:
    return hashlib.sha256(page.body).hexdigest()
