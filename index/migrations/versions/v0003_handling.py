"""What teams do about single reviews, and the themes that people have named."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "handling",
        sa.Column("document", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_index("handling_state", "handling", ["state", "updated_at"])
    op.create_index("handling_owner", "handling", ["owner"])
    op.create_table(
        "handling_audit",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("document", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("handling_audit_document", "handling_audit", ["document"])
    op.create_table(
        "named_themes",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("phrases", sa.Text, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "named_theme_audit",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("theme", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("named_theme_audit_theme", "named_theme_audit", ["theme"])


def downgrade() -> None:
    op.drop_table("named_theme_audit")
    op.drop_table("named_themes")
    op.drop_table("handling_audit")
    op.drop_table("handling")
