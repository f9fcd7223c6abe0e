"""Looks around transitions, the evidence of verdicts.

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

# ruff: noqa: E501, RUF100 - statements as they were written

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

# What the database itself does, by its kind.
TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": (), "postgresql": ()}


def _look_block() -> None:
    op.create_table(
        "look_block",
        sa.Column("subject", CODE, nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "start", name=op.f("pk_look_block")),
        info={"since": "0010"},
    )


def upgrade() -> None:
    """Create the tables, those that others refer to first, and the triggers."""
    _look_block()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("going back is restoring the backup made before")
