"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("stored_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("documents_author", "documents", ["author"])
    op.create_table(
        "tombstones",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String, nullable=False),
    )
    op.create_table(
        "sequences",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "receipts",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("stored", sa.Integer, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.Column("known", sa.Integer, nullable=False),
    )
    op.create_table(
        "mentions",
        sa.Column("watch", sa.String, primary_key=True),
        sa.Column("document", sa.String, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("negative", sa.Boolean, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("date_only", sa.Boolean, nullable=False),
        sa.Column("fresh", sa.Boolean, nullable=False),
    )
    op.create_index("mentions_author", "mentions", ["author", "watch"])
    op.create_index("mentions_document", "mentions", ["document"])
    op.create_index("mentions_time", "mentions", ["watch", "published_at"])
    op.create_table(
        "counts",
        sa.Column("watch", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("negative", sa.Integer, nullable=False),
        sa.Column("authors", sa.Integer, nullable=False),
    )
    op.create_index("counts_time", "counts", ["watch", "start"])
    op.create_table(
        "products",
        sa.Column("sku", sa.String, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("brand", sa.String, nullable=False),
        sa.Column("shop", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("category", sa.String, nullable=False),
    )
    op.create_table(
        "prices",
        sa.Column("sku", sa.String, primary_key=True),
        sa.Column("shop", sa.String, primary_key=True),
        sa.Column("seen_at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("price_fen", sa.BigInteger),
        sa.Column("list_price_fen", sa.BigInteger),
        sa.Column("promotions", sa.Text, nullable=False),
        sa.Column("in_stock", sa.Boolean),
        sa.Column("currency", sa.String, nullable=False),
        sa.Column("raw", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("brand", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
    )
    op.create_index("prices_time", "prices", ["seen_at"])
    op.create_table(
        "alerts",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("watch", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("alerts_state", "alerts", ["state", "opened_at"])
    op.create_index("alerts_time", "alerts", ["opened_at"])
    op.create_table(
        "alert_audit",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("alert_audit_alert", "alert_audit", ["alert"])
    op.create_table(
        "notices",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("waiting", sa.Boolean, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("claimed_until", sa.Float, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("delivered_at", sa.BigInteger),
    )
    op.create_index("notices_alert", "notices", ["alert"])
    op.create_index("notices_due", "notices", ["waiting", "due_at"])
    op.create_table(
        "frontier",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("page", sa.String, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("browser", sa.Boolean, nullable=False),
        sa.Column("first", sa.Boolean, nullable=False),
        sa.Column("watch", sa.String, nullable=False),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("leased_until", sa.BigInteger),
        sa.Column("done_at", sa.BigInteger),
    )
    op.create_index("frontier_due", "frontier", ["source", "done_at", "depth", "due_at"])
    op.create_table(
        "watches",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "sources",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("on", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("against_robots", sa.Boolean, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("last_success_at", sa.BigInteger),
        sa.Column("last_item_at", sa.BigInteger),
        sa.Column("last_outcome", sa.String),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger),
    )
    op.create_table(
        "source_audit",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("on", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String, nullable=False),
    )
    op.create_table(
        "pages",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("page", sa.String, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("items", sa.Integer, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("archive", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
    )
    op.create_index("pages_time", "pages", ["source", "seen_at"])
    op.create_table(
        "jobs",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("last_at", sa.BigInteger),
        sa.Column("last_s", sa.Float),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("misfires", sa.Integer, nullable=False),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "mappings",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("leases")
    op.drop_table("mappings")
    op.drop_table("facts")
    op.drop_table("jobs")
    op.drop_table("pages")
    op.drop_table("source_audit")
    op.drop_table("sources")
    op.drop_table("watches")
    op.drop_table("frontier")
    op.drop_table("notices")
    op.drop_table("alert_audit")
    op.drop_table("alerts")
    op.drop_table("prices")
    op.drop_table("products")
    op.drop_table("counts")
    op.drop_table("mentions")
    op.drop_table("receipts")
    op.drop_table("sequences")
    op.drop_table("tombstones")
    op.drop_table("documents")
