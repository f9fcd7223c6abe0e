"""Incidents, their log, who was told what; and verdicts taken out of the figures afterwards.

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

# ruff: noqa: E501, RUF100 - statements as they were written

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# What the database itself does, by its kind.
TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER incident_log_no_update BEFORE UPDATE ON incident_log BEGIN SELECT RAISE(ABORT, 'the log of incidents is only ever added to'); END",
        "CREATE TRIGGER incident_log_no_delete BEFORE DELETE ON incident_log BEGIN SELECT RAISE(ABORT, 'the log of incidents is only ever added to'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION incident_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the log of incidents is only ever added to'; END $$",
        "CREATE TRIGGER incident_log_append_only BEFORE UPDATE OR DELETE ON incident_log FOR EACH ROW EXECUTE FUNCTION incident_log_append_only()",
        "CREATE TRIGGER incident_log_no_truncate BEFORE TRUNCATE ON incident_log FOR EACH STATEMENT EXECUTE FUNCTION incident_log_append_only()",
    ),
}


def _desk_state() -> None:
    op.create_table(
        "desk_state",
        sa.Column("key", CODE, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_desk_state")),
    )


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("nature", CODE, nullable=False),
        sa.Column("scope", CODE, nullable=False),
        sa.Column("severity", CODE, nullable=False),
        sa.Column("onset_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("announced_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index("ix_incident_closed", "incident", ["closed_at"], unique=False)
    op.create_index(
        "ix_incident_open",
        "incident",
        ["id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _incident_log() -> None:
    op.create_table(
        "incident_log",
        sa.Column("sequence", NUMBER, autoincrement=False, nullable=False),
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("deed", CODE, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_incident_log")),
    )
    op.create_index("ix_incident_log_incident_at", "incident_log", ["incident", "at"], unique=False)


def _maintenance_window() -> None:
    op.create_table(
        "maintenance_window",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_window")),
    )
    op.create_index("ix_maintenance_window_end", "maintenance_window", ["end_at"], unique=False)


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("receiver", CODE, nullable=False),
        sa.Column("reference", CODE, nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("state", CODE, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_finished", "message", ["finished_at"], unique=False)
    op.create_index("ix_message_sealed", "message", ["sealed_at"], unique=False)
    op.create_index(
        "ix_message_under_way",
        "message",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state IN ('sending', 'dead')"),
        postgresql_where=sa.text("state IN ('sending', 'dead')"),
    )


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("receiver", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("severity", CODE, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_incident", "notice", ["incident"], unique=False)
    op.create_index(
        "ix_notice_undelivered",
        "notice",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sealed', 'over')"),
        postgresql_where=sa.text("state IN ('pending', 'sealed', 'over')"),
    )


def _silence() -> None:
    op.create_table(
        "silence",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
    )
    op.create_index("ix_silence_end", "silence", ["end_at"], unique=False)


def _used_code() -> None:
    op.create_table(
        "used_code",
        sa.Column("incident", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("receiver", CODE, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident", "receiver", name=op.f("pk_used_code")),
    )


def _verdict_interval_more() -> None:
    op.add_column("verdict_interval", sa.Column("excluded", sa.Text(), server_default="", nullable=False))


def upgrade() -> None:
    """Create the tables, those that others refer to first, and the triggers."""
    _desk_state()
    _incident()
    _incident_log()
    _maintenance_window()
    _message()
    _notice()
    _silence()
    _used_code()
    _verdict_interval_more()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("going back is restoring the backup made before")
