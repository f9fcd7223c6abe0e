"""What is agreed with providers about lines; publications of other figures than coverage.

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

# ruff: noqa: E501, RUF100 - statements as they were written

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# A change set may be written in any order: its references are checked at commit.
DEFERRED: dict[str, Any] = {"initially": "DEFERRED", "deferrable": True}

# What the database itself does, by its kind.
TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": (), "postgresql": ()}


def _line_contract() -> None:
    op.create_table(
        "line_contract",
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_contract")),
        info={"since": "0009"},
    )


def _line_contract_version() -> None:
    op.create_table(
        "line_contract_version",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("measuring_period", sa.Text(), nullable=False),
        sa.Column("availability_target", sa.Float(), nullable=True),
        sa.Column("restoration_time", sa.Integer(), nullable=True),
        sa.Column("rtt_limit", sa.Float(), nullable=True),
        sa.Column("loss_limit", sa.Float(), nullable=True),
        sa.Column("jitter_limit", sa.Float(), nullable=True),
        sa.Column("minimum_outage", sa.Integer(), nullable=False),
        sa.Column("degraded", sa.Text(), nullable=False),
        sa.Column("exclusions", sa.JSON(), nullable=False),
        sa.Column("notice_hours", sa.Integer(), nullable=False),
        sa.Column("credit_steps", sa.JSON(), nullable=False),
        sa.Column("credit_unit", sa.Text(), nullable=False),
        sa.Column("monthly_fee", sa.BigInteger(), nullable=True),
        sa.Column("legal_document", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_line_contract_version_dates")),
        sa.ForeignKeyConstraint(
            ["id"], ["line_contract.id"], name=op.f("fk_line_contract_version_id"), **DEFERRED
        ),
        sa.PrimaryKeyConstraint("id", "valid_from", name=op.f("pk_line_contract_version")),
        info={"since": "0009"},
    )


def _publication_more() -> None:
    op.add_column("publication", sa.Column("kind", sa.Text(), server_default="coverage", nullable=False))
    op.add_column("publication", sa.Column("period", sa.Text(), server_default="", nullable=False))


def upgrade() -> None:
    """Create the tables, those that others refer to first, and the triggers."""
    _line_contract()
    _line_contract_version()
    _publication_more()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("going back is restoring the backup made before")
