"""Configurations of devices, how backing them up went, and the host keys they are known by.

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

# ruff: noqa: E501, RUF100 - statements as they were written

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# What the database itself does, by its kind.
TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": (), "postgresql": ()}


def _configuration_backup() -> None:
    op.create_table(
        "configuration_backup",
        sa.Column("device", CODE, nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("good_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("platform", CODE, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_configuration_backup")),
    )


def _configuration_content() -> None:
    op.create_table(
        "configuration_content",
        sa.Column("device", CODE, nullable=False),
        sa.Column("content", CODE, nullable=False),
        sa.Column("key", CODE, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device", "content", name=op.f("pk_configuration_content")),
    )


def _configuration_version() -> None:
    op.create_table(
        "configuration_version",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("device", CODE, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("content", CODE, nullable=False),
        sa.Column("platform", CODE, nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configuration_version")),
    )
    op.create_index(
        "ix_configuration_version_device_at", "configuration_version", ["device", "at"], unique=False
    )


def _host_key() -> None:
    op.create_table(
        "host_key",
        sa.Column("device", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("pinned_at", sa.BigInteger(), nullable=False),
        sa.Column("pinned_by", sa.Text(), nullable=False),
        sa.Column("offered_kind", CODE, nullable=False),
        sa.Column("offered_key", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_host_key")),
    )


def upgrade() -> None:
    """Create the tables, those that others refer to first, and the triggers."""
    _configuration_backup()
    _configuration_content()
    _configuration_version()
    _host_key()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("going back is restoring the backup made before")
