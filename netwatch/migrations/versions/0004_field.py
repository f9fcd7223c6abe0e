"""Sensors, field records, and what else is known of devices, surge protectors and services.

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

# ruff: noqa: E501, RUF100 - statements as they were written

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A change set may be written in any order: its references are checked at commit.
DEFERRED: dict[str, Any] = {"initially": "DEFERRED", "deferrable": True}

# What the database itself does, by its kind.
TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": (), "postgresql": ()}


def _field_record() -> None:
    op.create_table(
        "field_record",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.Text(), nullable=True),
        sa.Column("positions", sa.JSON(), nullable=False),
        sa.Column("input", sa.Text(), nullable=True),
        sa.Column("reading", sa.Float(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_record")),
        info={"since": "0004"},
    )
    op.create_index(op.f("ix_field_record_item"), "field_record", ["item"], unique=False)


def _sensor() -> None:
    op.create_table(
        "sensor",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("point", sa.Text(), nullable=True),
        sa.Column("closed_values", sa.JSON(), nullable=False),
        sa.Column("open_values", sa.JSON(), nullable=False),
        sa.Column("normal_position", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name=op.f("fk_sensor_contact"), **DEFERRED),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_sensor_device"), **DEFERRED),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("fk_sensor_site"), **DEFERRED),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sensor")),
        info={"since": "0004"},
    )
    op.create_index(op.f("ix_sensor_contact"), "sensor", ["contact"], unique=False)
    op.create_index(op.f("ix_sensor_device"), "sensor", ["device"], unique=False)
    op.create_index(op.f("ix_sensor_site"), "sensor", ["site"], unique=False)


def _device_more() -> None:
    op.add_column("device", sa.Column("protocols", sa.JSON(), server_default="[]", nullable=False))


def _service_more() -> None:
    op.add_column("service", sa.Column("expected", sa.JSON(), server_default="[]", nullable=False))


def _surge_protector_more() -> None:
    op.add_column("surge_protector", sa.Column("input_point", sa.Text(), nullable=True))
    op.add_column("surge_protector", sa.Column("debounce", sa.Integer(), nullable=True))
    op.add_column("surge_protector", sa.Column("counter_point", sa.Text(), nullable=True))


def upgrade() -> None:
    """Create the tables, those that others refer to first, and the triggers."""
    _field_record()
    _sensor()
    _device_more()
    _service_more()
    _surge_protector_more()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("going back is restoring the backup made before")
