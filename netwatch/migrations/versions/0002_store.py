"""What was found out: facts, verdicts, samples, and who serves the database.

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

# ruff: noqa: E501, RUF100 - statements as they were written

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# What the database itself does, by its kind.
TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": (), "postgresql": ()}


def _daemon() -> None:
    op.create_table(
        "daemon",
        sa.Column("role", CODE, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_daemon")),
    )


def _fact_interval() -> None:
    op.create_table(
        "fact_interval",
        sa.Column("sequence", NUMBER, autoincrement=False, nullable=False),
        sa.Column("check_id", CODE, nullable=False),
        sa.Column("part", CODE, nullable=False),
        sa.Column("fact", CODE, nullable=False),
        sa.Column("vantage", CODE, nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=True),
        sa.Column("was", sa.Boolean(), nullable=True),
        sa.Column("holds", sa.Boolean(), nullable=True),
        sa.Column("contrary_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", CODE, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("ever", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("end_at > start_at", name=op.f("ck_fact_interval_length")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_fact_interval")),
    )
    op.create_index(
        "ix_fact_interval_key_start",
        "fact_interval",
        ["check_id", "part", "fact", "vantage", "start_at"],
        unique=False,
    )
    op.create_index(
        "uq_fact_interval_open",
        "fact_interval",
        ["check_id", "part", "fact", "vantage"],
        unique=True,
        sqlite_where=sa.text("end_at IS NULL AND superseded_by IS NULL"),
        postgresql_where=sa.text("end_at IS NULL AND superseded_by IS NULL"),
    )


def _feed_cursor() -> None:
    op.create_table(
        "feed_cursor",
        sa.Column("consumer", CODE, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", name=op.f("pk_feed_cursor")),
    )


def _heartbeat() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("vantage", CODE, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("vantage", name=op.f("pk_heartbeat")),
    )


def _verdict_interval() -> None:
    op.create_table(
        "verdict_interval",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("subject", CODE, nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=True),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("reason", CODE, nullable=False),
        sa.Column("cause", CODE, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("manageable", sa.Boolean(), nullable=True),
        sa.Column("contrary_at", sa.BigInteger(), nullable=False),
        sa.Column("topology", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("end_at > start_at", name=op.f("ck_verdict_interval_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict_interval")),
    )
    op.create_index("ix_verdict_interval_end", "verdict_interval", ["end_at"], unique=False)
    op.create_index(
        "ix_verdict_interval_subject_end", "verdict_interval", ["subject", "end_at"], unique=False
    )
    op.create_index(
        "uq_verdict_interval_current",
        "verdict_interval",
        ["subject", "start_at"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_index(
        "uq_verdict_interval_open",
        "verdict_interval",
        ["subject"],
        unique=True,
        sqlite_where=sa.text("end_at IS NULL AND superseded_by IS NULL"),
        postgresql_where=sa.text("end_at IS NULL AND superseded_by IS NULL"),
    )


def upgrade() -> None:
    """Create the tables, those that others refer to first, and the triggers."""
    _daemon()
    _fact_interval()
    _feed_cursor()
    _heartbeat()
    _verdict_interval()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("going back is restoring the backup made before")
