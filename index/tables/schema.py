"""All tables, as the newest migration leaves them."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text

from index.tables.columns import Moment

metadata = MetaData()

documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("sequence", BigInteger, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("source", String, nullable=False),
    Column("author", String, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("stored_at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Index("documents_author", "author"),
)
"""The ledger of truth; `body` is the StoredDocument as JSON, `stored_at` the product time of its first commit."""

tombstones = Table(
    "tombstones",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False),
)
"""Ids that were erased, in the ledger's own sequence, so that an engine that was away learns of it."""

sequences = Table(
    "sequences", metadata, Column("name", String, primary_key=True), Column("value", BigInteger, nullable=False)
)
"""Counters that only grow."""

receipts = Table(
    "receipts",
    metadata,
    Column("name", String, primary_key=True),
    Column("stored", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("known", Integer, nullable=False),
)

mentions = Table(
    "mentions",
    metadata,
    Column("watch", String, primary_key=True),
    Column("document", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("negative", Boolean, nullable=False),
    Column("author", String, nullable=False),
    Column("date_only", Boolean, nullable=False),
    Column("fresh", Boolean, nullable=False),
    Index("mentions_time", "watch", "published_at"),
    Index("mentions_author", "author", "watch"),
    Index("mentions_document", "document"),
)
"""Which document belongs to which watch. fresh: negative, and its author wrote no other negative in the 24 h before.

date_only: no time of day is known, so it stands in no tick of `counts`.
"""

counts = Table(
    "counts",
    metadata,
    Column("watch", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("start", Moment, primary_key=True),
    Column("total", Integer, nullable=False),
    Column("negative", Integer, nullable=False),
    Column("authors", Integer, nullable=False),
    Index("counts_time", "watch", "start"),
)

products = Table(
    "products",
    metadata,
    Column("sku", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("title", String, nullable=False),
    Column("brand", String, nullable=False),
    Column("shop", String, nullable=False),
    Column("url", String, nullable=False),
    Column("category", String, nullable=False),
)

prices = Table(
    "prices",
    metadata,
    Column("sku", String, primary_key=True),
    Column("shop", String, primary_key=True),
    Column("seen_at", Moment, primary_key=True),
    Column("source", String, nullable=False),
    Column("price_fen", BigInteger),
    Column("list_price_fen", BigInteger),
    Column("promotions", Text, nullable=False),
    Column("in_stock", Boolean),
    Column("currency", String, nullable=False),
    Column("raw", String, nullable=False),
    Column("title", String, nullable=False),
    Column("brand", String, nullable=False),
    Column("url", String, nullable=False),
    Index("prices_time", "seen_at"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("watch", String, nullable=False),
    Column("state", String, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Index("alerts_state", "state", "opened_at"),
    Index("alerts_time", "opened_at"),
)

alert_audit = Table(
    "alert_audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("alert", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("action", String, nullable=False),
    Column("note", Text, nullable=False),
    Index("alert_audit_alert", "alert"),
)

notices = Table(
    "notices",
    metadata,
    Column("key", String, primary_key=True),
    Column("alert", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("claimed_until", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("outcome", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("sent_at", Moment),
    Column("delivered_at", Moment),
    Index("notices_due", "waiting", "due_at"),
    Index("notices_alert", "alert"),
)
"""The outbox. claimed_until: real Unix seconds; due_at: product time."""

frontier = Table(
    "frontier",
    metadata,
    Column("key", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("page", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("browser", Boolean, nullable=False),
    Column("first", Boolean, nullable=False),
    Column("watch", String, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("done_at", Moment),
    Index("frontier_due", "source", "done_at", "depth", "due_at"),
)

watches = Table(
    "watches",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
"""number: order in which they were made."""

sources = Table(
    "sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("on", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("against_robots", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("last_success_at", Moment),
    Column("last_item_at", Moment),
    Column("last_outcome", String),
    Column("failures", Integer, nullable=False),
    Column("last_seen_at", Moment),
)

source_audit = Table(
    "source_audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("on", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("page", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("items", Integer, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("archive", String, nullable=False),
    Column("sha256", String, nullable=False),
    Index("pages_time", "source", "seen_at"),
)
"""How each answer of each source was classified."""

jobs = Table(
    "jobs",
    metadata,
    Column("name", String, primary_key=True),
    Column("next_at", Moment),
    Column("last_at", Moment),
    Column("last_s", Float),
    Column("last_error", Text, nullable=False),
    Column("misfires", Integer, nullable=False),
)

facts = Table("facts", metadata, Column("name", String, primary_key=True), Column("value", Text, nullable=False))

mappings = Table("mappings", metadata, Column("name", String, primary_key=True), Column("body", Text, nullable=False))
"""Saved import mappings."""

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", Float, nullable=False),
)
"""Who leads what; until: real Unix seconds."""
