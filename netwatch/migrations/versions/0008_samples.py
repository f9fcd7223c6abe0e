"""What was measured, in buckets of five minutes, hours and days.

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

# ruff: noqa: E501, RUF100 - statements as they were written

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

# What the database itself does, by its kind.
TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": (), "postgresql": ()}


def _sample_block() -> None:
    op.create_table(
        "sample_block",
        sa.Column("grain", CODE, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series", CODE, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("grain", "day", "series", name=op.f("pk_sample_block")),
    )


def _sample_recent() -> None:
    op.create_table(
        "sample_recent",
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("portion", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("start", "portion", name=op.f("pk_sample_recent")),
    )


def upgrade() -> None:
    """Create the tables, those that others refer to first, and the triggers."""
    _sample_block()
    _sample_recent()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("going back is restoring the backup made before")
