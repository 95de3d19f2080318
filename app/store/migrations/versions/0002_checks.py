"""The checks of assessments as rows, and which order a recording came from.

Reports that were indexed before are marked as changed: the next start reads
them again and fills in their checks.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both."""
    op.create_table(
        "checks",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("drill", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("section", sa.String(length=200), nullable=False),
        sa.Column("measurement", sa.String(length=80), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("word", sa.String(length=80), nullable=True),
        sa.Column("u", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name="fk_checks_assessment_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("assessment_id", "segment", "rule", name="pk_checks"),
    )
    op.create_index("ix_checks_rule_verdict", "checks", ["rule", "verdict"])
    with op.batch_alter_table("recordings") as recordings:
        recordings.add_column(sa.Column("intake", sa.String(length=40), nullable=True))
        recordings.create_unique_constraint("uq_recordings_intake", ["intake"])
    op.execute("UPDATE assessments SET report_bytes = 0, report_mtime_ns = 0")
