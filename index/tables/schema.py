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
    Column("sales", BigInteger),
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
    Column("priority", Integer, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("done_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("since", Moment),
    Index("frontier_due", "source", "done_at", "priority", "depth", "due_at"),
)
"""attempts: tries in a row that got no answer (busy, cut); a page that is done with some was set aside.

since: when its list was begun at the first page; documents stored later don't end it.
"""

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

site_totals = Table(
    "site_totals",
    metadata,
    Column("source", String, primary_key=True),
    Column("page", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("total", BigInteger),
    Column("by_rating", Text, nullable=False),
    Column("folded", BigInteger),
    Column("exact", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
"""What sites say they have, as last seen."""

source_states = Table(
    "source_states",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("reason", Text, nullable=False),
    Index("source_states_time", "source", "at"),
)
"""Every change of a source's health."""

crawls = Table(
    "crawls",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("account", String, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("documents", Integer, nullable=False),
    Column("fresh", Integer, nullable=False),
    Column("stopped", String, nullable=False),
    Column("reason", Text, nullable=False),
    Index("crawls_time", "source", "began_at"),
)
"""One line a crawl; fresh: documents that the ledger did not know."""

page_budgets = Table(
    "page_budgets",
    metadata,
    Column("source", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("pages", Integer, nullable=False),
)
"""Pages asked for on a Shanghai day (2026-11-22)."""

paces = Table(
    "paces",
    metadata,
    Column("source", String, primary_key=True),
    Column("watch", String, primary_key=True),
    Column("next_at", Moment, nullable=False),
    Column("every_s", Integer, nullable=False),
    Column("last_fresh_at", Moment),
    Column("reason", String, nullable=False),
)
"""How often a watch is asked for at a source: hot ones often, calm ones slower."""

accounts = Table(
    "accounts",
    metadata,
    Column("source", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("valid_until", Moment),
    Column("last_ok_at", Moment),
    Column("last_risk_at", Moment),
)
"""Sessions that people logged in by hand; the secrets themselves are in encrypted files."""

evidence = Table(
    "evidence",
    metadata,
    Column("document", String, primary_key=True),
    Column("archive", String, primary_key=True),
    Column("sha256", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
"""The archived answers from which a document was read."""

screenshots = Table(
    "screenshots",
    metadata,
    Column("document", String, primary_key=True),
    Column("taken_at", Moment, primary_key=True),
    Column("alert", String, nullable=False),
    Column("file", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("url", Text, nullable=False),
    Index("screenshots_alert", "alert"),
)

engagement = Table(
    "engagement",
    metadata,
    Column("document", String, primary_key=True),
    Column("seen_at", Moment, primary_key=True),
    Column("reposts", BigInteger),
    Column("comments", BigInteger),
    Column("likes", BigInteger),
)
"""A post's counts each time that it was seen."""

reposts = Table(
    "reposts",
    metadata,
    Column("child", String, primary_key=True),
    Column("parent", String, primary_key=True),
    Column("author", String, nullable=False),
    Column("at", Moment, nullable=False),
    Index("reposts_parent", "parent", "at"),
)
"""Who reposted whom: child and parent are document ids, author the keyed hash of who reposted."""

hot_topics = Table(
    "hot_topics",
    metadata,
    Column("source", String, primary_key=True),
    Column("title", String, primary_key=True),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("best_rank", Integer, nullable=False),
    Column("heat", BigInteger),
    Column("peak_heat", BigInteger),
    Column("label", String, nullable=False),
    Column("advertised", Boolean, nullable=False),
    Column("brands", Text, nullable=False),
    Column("url", Text, nullable=False),
    Index("hot_topics_time", "source", "last_seen"),
)

hot_sightings = Table(
    "hot_sightings",
    metadata,
    Column("source", String, primary_key=True),
    Column("title", String, primary_key=True),
    Column("seen_at", Moment, primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("heat", BigInteger),
)

complaint_steps = Table(
    "complaint_steps",
    metadata,
    Column("document", String, primary_key=True),
    Column("status", String, primary_key=True),
    Column("seen_at", Moment, nullable=False),
)
"""When each status of a complaint was first seen."""

handling = Table(
    "handling",
    metadata,
    Column("document", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("cause", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("handling_state", "state", "updated_at"),
    Index("handling_owner", "owner"),
)
"""What a team does about single documents; one that nobody touched has no row."""

handling_audit = Table(
    "handling_audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("document", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("action", String, nullable=False),
    Column("note", Text, nullable=False),
    Index("handling_audit_document", "document"),
)

named_themes = Table(
    "named_themes",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("state", String, nullable=False),
    Column("phrases", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
"""Themes outside the taxonomy that a person named; phrases: JSON list of normalised texts."""

named_theme_audit = Table(
    "named_theme_audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("theme", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("action", String, nullable=False),
    Column("note", Text, nullable=False),
    Index("named_theme_audit_theme", "theme"),
)

imported_files = Table(
    "imported_files",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("source", String, nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
)
"""Files that were imported, so that the same one again is recognised."""

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
