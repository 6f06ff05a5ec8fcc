"""监测我的品牌: making, changing and trying a watch."""

from datetime import timedelta

import attrs

from alerts.notifiers.notifier import Notifier
from domain.alerts import Delivery, Notice, NoticeReason
from domain.documents import StoredDocument
from domain.errors import DeliveryFailed, InvalidInput
from domain.times import Clock
from domain.watches import Watch, needle
from flows.protocols import Watches
from index.query import And, Node, Not, Or, Term, render
from index.store import Documents, Ledger
from nlp.normalize import normalize


@attrs.frozen(kw_only=True)
class Preview:
    """What a watch would have matched."""

    total: int
    newest: tuple[StoredDocument, ...]


@attrs.frozen(kw_only=True)
class WatchList:
    """Keeps the watches."""

    watches: Watches
    ledger: Ledger
    documents: Documents
    notifiers: dict[str, Notifier]
    """By channel name."""
    clock: Clock

    def all(self) -> list[Watch]:
        """All watches, in the order in which they were made."""
        return self.watches.list()

    def save(self, watch: Watch) -> int:
        """Keep it and count its past. Returns its number of documents. Raises InvalidInput for a watch that can match nothing."""
        problem = fault(watch, channels=set(self.notifiers))
        if problem:
            raise InvalidInput(problem)
        watch = spelled(watch)
        self.watches.save(watch)
        return self.ledger.recount(watch)

    def remove(self, name: str) -> bool:
        """Take it away with its counts. False if unknown."""
        return self.watches.remove(name)

    def preview(self, watch: Watch, *, limit: int = 10) -> Preview:
        """The last matches that the watch would have had."""
        node = node_of(spelled(watch))
        if node is None:
            return Preview(total=0, newest=())
        found = self.documents.search(node, limit=limit)
        return Preview(total=found.total, newest=tuple(h.document for h in found.hits))

    def test_message(self, channel: str) -> Delivery:
        """Send a test message now, past the outbox. Raises InvalidInput for an unknown channel."""
        notifier = self.notifiers.get(channel)
        if notifier is None:
            raise InvalidInput(
                f"no channel named {channel!r} in tingchao.toml; known: {', '.join(self.notifiers) or 'none'}"
            )
        now = self.clock.now()
        notice = Notice(
            key=f"test-{channel}-{int(now.timestamp())}",
            alert_id="",
            channel=channel,
            reason=NoticeReason.TEST,
            title="听潮测试消息",
            lines=("这是一条测试消息，收到说明渠道已连通。",),
            created_at=now,
        )
        try:
            notifier.send(notice)
        except DeliveryFailed as error:
            return Delivery(
                key=notice.key, channel=channel, attempts=1, outcome="dead", detail=str(error), created_at=now
            )
        return Delivery(
            key=notice.key,
            channel=channel,
            attempts=1,
            outcome="delivered",
            created_at=now,
            delivered_at=self.clock.now(),
        )


def spelled(watch: Watch) -> Watch:
    """The watch with a simplified spelling beside each word that people wrote in traditional characters."""
    return attrs.evolve(
        watch,
        aliases=_both(watch.aliases, also=(watch.brand,)),
        words=_both(watch.words),
        excluded=_both(watch.excluded),
    )


def _both(words: tuple[str, ...], *, also: tuple[str, ...] = ()) -> tuple[str, ...]:
    simple = [s for w in (*also, *words) if (s := normalize(w).strip()) != needle(w)]
    return tuple(dict.fromkeys((*words, *simple)))


def node_of(watch: Watch) -> Node | None:
    """The search for a watch's documents, as `domain.watches.matches` decides; None where it has neither brand nor words."""
    terms: tuple[Node, ...] = tuple(Term(field="text", value=t) for t in map(needle, watch.terms) if t)
    if brand := needle(watch.brand):
        terms = (*terms, Term(field="brand", value=brand))
    if not terms:
        return None
    parts: list[Node] = [Or(parts=terms)]
    parts += [Not(part=Term(field="text", value=w)) for w in map(needle, watch.excluded) if w]
    if watch.sources:
        parts.append(Or(parts=tuple(Term(field="source", value=s) for s in watch.sources)))
    return And(parts=tuple(parts))


def query_of(watch: Watch, *, counted: bool = False) -> str:
    """The same search as text, for links on screens. counted: only what the monitor counts as negative. Empty where it matches nothing."""
    node = node_of(watch)
    if node is None:
        return ""
    return render(And(parts=(node, Term(field="counted", value="negative")))) if counted else render(node)


def fault(watch: Watch, *, channels: set[str]) -> str:
    """What is wrong with a watch in one sentence for people; empty = nothing."""
    if not watch.name.strip():
        return "监测需要一个名称"
    if not watch.terms and not watch.products:
        return "请至少填写品牌、一个关键词或一个商品链接"
    short = [t for t in watch.terms if len(needle(t)) < 2]
    if short:
        return f"关键词 {short[0]!r} 太短：至少两个字，否则几乎什么都会命中"
    wrong = [p.url for p in watch.products if not p.url.startswith(("http://", "https://"))]
    if wrong:
        return f"商品链接 {wrong[0]!r} 应以 https:// 开头"
    low = [p.floor for p in watch.products if p.floor is not None and not (p.floor.is_finite() and p.floor > 0)]
    if low:
        return f"控价 {low[0]} 不是金额：请写大于 0 的元数，例如 1299.00"
    if watch.minimum_authors < 1 or not watch.strength >= 1 or watch.quiet < timedelta():
        return "最少作者数至少为 1，强度至少为 1 倍，静默时间不能为负"
    unknown = [c for c in watch.channels if c not in channels]
    if unknown:
        return f"没有名为 {unknown[0]!r} 的渠道；已配置：{'、'.join(sorted(channels)) or '无'}"
    return ""
