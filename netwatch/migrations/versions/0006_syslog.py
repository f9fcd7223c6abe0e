"""What devices log.

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

# ruff: noqa: E501, RUF100 - statements as they were written

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# What the database itself does, by its kind.
TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": (), "postgresql": ()}


def _syslog_message() -> None:
    op.create_table(
        "syslog_message",
        sa.Column("at", NUMBER, autoincrement=False, nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("sender", CODE, nullable=False),
        sa.Column("facility", sa.SmallInteger(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_syslog_message")),
    )
    op.create_index(
        "ix_syslog_message_grave",
        "syslog_message",
        ["at"],
        unique=False,
        sqlite_where=sa.text("severity <= 3"),
        postgresql_where=sa.text("severity <= 3"),
    )
    op.create_index("ix_syslog_message_source_at", "syslog_message", ["source", "at"], unique=False)


def upgrade() -> None:
    """Create the tables, those that others refer to first, and the triggers."""
    _syslog_message()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("going back is restoring the backup made before")
