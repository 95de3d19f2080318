"""What each demand of a take came to, as rows, and which checks are options of one demand.

Reports that were indexed before are marked as changed: the next start reads
them again and fills in both.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both."""
    with op.batch_alter_table("checks") as checks:
        checks.add_column(sa.Column("alternative", sa.String(length=120), nullable=True))
        checks.add_column(sa.Column("option", sa.String(length=120), nullable=True))
    op.create_table(
        "outcomes",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("demand", sa.String(length=120), nullable=False),
        sa.Column("drill", sa.String(length=24), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name="fk_outcomes_assessment_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("assessment_id", "segment", "demand", name="pk_outcomes"),
    )
    op.create_index("ix_outcomes_drill", "outcomes", ["drill", "assessment_id", "demand", "verdict"])
    op.execute("UPDATE assessments SET report_bytes = 0, report_mtime_ns = 0")
