"""Consents of people who are no trainees in the records, which wording they saw, and how long data is kept.

The row "since" says when periods began to run: what was there before is kept for a whole period from then on.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; consents from before say version "0"."""
    with op.batch_alter_table("consents") as consents:
        consents.alter_column("trainee_id", existing_type=sa.Integer(), nullable=True)
        consents.add_column(sa.Column("version", sa.String(length=40), nullable=False, server_default="0"))
        consents.add_column(sa.Column("language", sa.String(length=8), nullable=False, server_default="zh"))
        consents.add_column(sa.Column("how", sa.String(length=16), nullable=False, server_default="self"))
    retention = op.create_table(
        "retention",
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_retention"),
    )
    op.bulk_insert(retention, [{"kind": "since", "days": None, "changed": datetime.now(UTC), "by": ""}])
