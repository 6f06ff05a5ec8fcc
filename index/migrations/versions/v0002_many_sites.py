"""What collecting from many sites needs: totals, states, crawls, budgets, paces, accounts, evidence, engagement, hot topics."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("products", sa.Column("sales", sa.BigInteger))
    op.add_column("frontier", sa.Column("priority", sa.Integer, nullable=False, server_default="0"))
    op.add_column("frontier", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    op.add_column("frontier", sa.Column("since", sa.BigInteger))
    op.drop_index("frontier_due", "frontier")
    op.create_index("frontier_due", "frontier", ["source", "done_at", "priority", "depth", "due_at"])
    op.create_table(
        "site_totals",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("page", sa.String, primary_key=True),
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("total", sa.BigInteger),
        sa.Column("by_rating", sa.Text, nullable=False),
        sa.Column("folded", sa.BigInteger),
        sa.Column("exact", sa.Boolean, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "source_states",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("before", sa.String, nullable=False),
        sa.Column("after", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("source_states_time", "source_states", ["source", "at"])
    op.create_table(
        "crawls",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("documents", sa.Integer, nullable=False),
        sa.Column("fresh", sa.Integer, nullable=False),
        sa.Column("stopped", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("crawls_time", "crawls", ["source", "began_at"])
    op.create_table(
        "page_budgets",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("pages", sa.Integer, nullable=False),
    )
    op.create_table(
        "paces",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("watch", sa.String, primary_key=True),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("every_s", sa.Integer, nullable=False),
        sa.Column("last_fresh_at", sa.BigInteger),
        sa.Column("reason", sa.String, nullable=False),
    )
    op.create_table(
        "accounts",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
        sa.Column("valid_until", sa.BigInteger),
        sa.Column("last_ok_at", sa.BigInteger),
        sa.Column("last_risk_at", sa.BigInteger),
    )
    op.create_table(
        "evidence",
        sa.Column("document", sa.String, primary_key=True),
        sa.Column("archive", sa.String, primary_key=True),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "screenshots",
        sa.Column("document", sa.String, primary_key=True),
        sa.Column("taken_at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
    )
    op.create_index("screenshots_alert", "screenshots", ["alert"])
    op.create_table(
        "engagement",
        sa.Column("document", sa.String, primary_key=True),
        sa.Column("seen_at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("reposts", sa.BigInteger),
        sa.Column("comments", sa.BigInteger),
        sa.Column("likes", sa.BigInteger),
    )
    op.create_table(
        "reposts",
        sa.Column("child", sa.String, primary_key=True),
        sa.Column("parent", sa.String, primary_key=True),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("reposts_parent", "reposts", ["parent", "at"])
    op.create_table(
        "hot_topics",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("title", sa.String, primary_key=True),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("best_rank", sa.Integer, nullable=False),
        sa.Column("heat", sa.BigInteger),
        sa.Column("peak_heat", sa.BigInteger),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("advertised", sa.Boolean, nullable=False),
        sa.Column("brands", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
    )
    op.create_index("hot_topics_time", "hot_topics", ["source", "last_seen"])
    op.create_table(
        "hot_sightings",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("title", sa.String, primary_key=True),
        sa.Column("seen_at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("heat", sa.BigInteger),
    )
    op.create_table(
        "complaint_steps",
        sa.Column("document", sa.String, primary_key=True),
        sa.Column("status", sa.String, primary_key=True),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "imported_files",
        sa.Column("sha256", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("imported_at", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("stored", sa.BigInteger, nullable=False),
        sa.Column("known", sa.BigInteger, nullable=False),
        sa.Column("refused", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("imported_files")
    op.drop_table("complaint_steps")
    op.drop_table("hot_sightings")
    op.drop_table("hot_topics")
    op.drop_table("reposts")
    op.drop_table("engagement")
    op.drop_table("screenshots")
    op.drop_table("evidence")
    op.drop_table("accounts")
    op.drop_table("paces")
    op.drop_table("page_budgets")
    op.drop_table("crawls")
    op.drop_table("source_states")
    op.drop_table("site_totals")
    op.drop_index("frontier_due", "frontier")
    op.drop_column("frontier", "attempts")
    op.drop_column("frontier", "priority")
    op.drop_column("products", "sales")
    op.create_index("frontier_due", "frontier", ["source", "done_at", "depth", "due_at"])
