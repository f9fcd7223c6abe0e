"""What exists: the inventory of record, its change sets and events.

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

# ruff: noqa: E501, RUF100 - statements as they were written

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# A change set may be written in any order: its references are checked at commit.
DEFERRED: dict[str, Any] = {"initially": "DEFERRED", "deferrable": True}

# What the database itself does, by its kind.
TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END",
        "CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'events are only ever added'; END $$",
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_append_only()",
        "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()",
    ),
}


def _administrative_unit() -> None:
    op.create_table(
        "administrative_unit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administrative_unit")),
    )


def _change_set() -> None:
    op.create_table(
        "change_set",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('applied', 'undone')", name=op.f("ck_change_set_state")),
        sa.ForeignKeyConstraint(["undoes"], ["change_set.id"], name=op.f("fk_change_set_undoes"), **DEFERRED),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_set")),
        sa.UniqueConstraint("revision", name=op.f("uq_change_set_revision")),
    )
    op.create_index(op.f("ix_change_set_undoes"), "change_set", ["undoes"], unique=False)


def _contact() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )


def _heading() -> None:
    op.create_table(
        "heading",
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("heading", name=op.f("pk_heading")),
    )


def _organisation_unit() -> None:
    op.create_table(
        "organisation_unit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_unit")),
    )


def _administrative_unit_version() -> None:
    op.create_table(
        "administrative_unit_version",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_administrative_unit_version_dates")),
        sa.ForeignKeyConstraint(
            ["id"], ["administrative_unit.id"], name=op.f("fk_administrative_unit_version_id"), **DEFERRED
        ),
        sa.ForeignKeyConstraint(
            ["parent"],
            ["administrative_unit.id"],
            name=op.f("fk_administrative_unit_version_parent"),
            **DEFERRED,
        ),
        sa.PrimaryKeyConstraint("id", "valid_from", name=op.f("pk_administrative_unit_version")),
    )
    op.create_index(
        op.f("ix_administrative_unit_version_parent"), "administrative_unit_version", ["parent"], unique=False
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("change_set", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_set"], ["change_set.id"], name=op.f("fk_event_change_set"), **DEFERRED
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_change_set"), "event", ["change_set"], unique=False)
    op.create_index(op.f("ix_event_kind"), "event", ["kind", "entity", "seq"], unique=False)
    op.create_index(op.f("ix_event_recorded_at"), "event", ["recorded_at"], unique=False)


def _organisation_unit_version() -> None:
    op.create_table(
        "organisation_unit_version",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("administrative_unit", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_organisation_unit_version_dates")),
        sa.ForeignKeyConstraint(
            ["administrative_unit"],
            ["administrative_unit.id"],
            name=op.f("fk_organisation_unit_version_administrative_unit"),
            **DEFERRED,
        ),
        sa.ForeignKeyConstraint(
            ["contact"], ["contact.id"], name=op.f("fk_organisation_unit_version_contact"), **DEFERRED
        ),
        sa.ForeignKeyConstraint(
            ["id"], ["organisation_unit.id"], name=op.f("fk_organisation_unit_version_id"), **DEFERRED
        ),
        sa.ForeignKeyConstraint(
            ["parent"], ["organisation_unit.id"], name=op.f("fk_organisation_unit_version_parent"), **DEFERRED
        ),
        sa.PrimaryKeyConstraint("id", "valid_from", name=op.f("pk_organisation_unit_version")),
    )
    op.create_index(
        op.f("ix_organisation_unit_version_administrative_unit"),
        "organisation_unit_version",
        ["administrative_unit"],
        unique=False,
    )
    op.create_index(
        op.f("ix_organisation_unit_version_contact"), "organisation_unit_version", ["contact"], unique=False
    )
    op.create_index(
        op.f("ix_organisation_unit_version_parent"), "organisation_unit_version", ["parent"], unique=False
    )


def _site() -> None:
    op.create_table(
        "site",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("administrative_unit", sa.Text(), nullable=True),
        sa.Column("street_address", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("power_source", sa.Text(), nullable=True),
        sa.Column("feeder", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("power_contact", sa.Text(), nullable=True),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_site_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_site_longitude")),
        sa.ForeignKeyConstraint(
            ["administrative_unit"],
            ["administrative_unit.id"],
            name=op.f("fk_site_administrative_unit"),
            **DEFERRED,
        ),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name=op.f("fk_site_contact"), **DEFERRED),
        sa.ForeignKeyConstraint(
            ["power_contact"], ["contact.id"], name=op.f("fk_site_power_contact"), **DEFERRED
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_index(op.f("ix_site_administrative_unit"), "site", ["administrative_unit"], unique=False)
    op.create_index(op.f("ix_site_contact"), "site", ["contact"], unique=False)
    op.create_index(op.f("ix_site_power_contact"), "site", ["power_contact"], unique=False)


def _asset() -> None:
    op.create_table(
        "asset",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_asset_quantity")),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("fk_asset_site"), **DEFERRED),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
    )
    op.create_index(op.f("ix_asset_site"), "asset", ["site"], unique=False)


def _device() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("routing_domain", sa.Text(), nullable=False),
        sa.Column("credentials", sa.JSON(), nullable=False),
        sa.Column("snmp_port", sa.Integer(), nullable=False),
        sa.Column("core", sa.Boolean(), nullable=False),
        sa.Column("power_source", sa.Text(), nullable=True),
        sa.Column("feeder", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.CheckConstraint("snmp_port BETWEEN 1 AND 65535", name=op.f("ck_device_snmp_port")),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name=op.f("fk_device_contact"), **DEFERRED),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("fk_device_site"), **DEFERRED),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_index(op.f("ix_device_contact"), "device", ["contact"], unique=False)
    op.create_index(op.f("ix_device_site"), "device", ["site"], unique=False)


def _site_organisation_unit() -> None:
    op.create_table(
        "site_organisation_unit",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_unit"],
            ["organisation_unit.id"],
            name=op.f("fk_site_organisation_unit_organisation_unit"),
            **DEFERRED,
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.id"], name=op.f("fk_site_organisation_unit_site"), **DEFERRED
        ),
        sa.PrimaryKeyConstraint("site", "position", name=op.f("pk_site_organisation_unit")),
    )
    op.create_index(
        op.f("ix_site_organisation_unit_organisation_unit"),
        "site_organisation_unit",
        ["organisation_unit"],
        unique=False,
    )


def _conferencing_endpoint() -> None:
    op.create_table(
        "conferencing_endpoint",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=True),
        sa.Column("registration_oid", sa.Text(), nullable=True),
        sa.Column("registration_expected", sa.JSON(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact"], ["contact.id"], name=op.f("fk_conferencing_endpoint_contact"), **DEFERRED
        ),
        sa.ForeignKeyConstraint(
            ["device"], ["device.id"], name=op.f("fk_conferencing_endpoint_device"), **DEFERRED
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conferencing_endpoint")),
    )
    op.create_index(
        op.f("ix_conferencing_endpoint_contact"), "conferencing_endpoint", ["contact"], unique=False
    )
    op.create_index(
        op.f("ix_conferencing_endpoint_device"), "conferencing_endpoint", ["device"], unique=False
    )


def _device_uplink() -> None:
    op.create_table(
        "device_uplink",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_device_uplink_device"), **DEFERRED),
        sa.PrimaryKeyConstraint("device", "position", name=op.f("pk_device_uplink")),
    )


def _interface() -> None:
    op.create_table(
        "interface",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("exported", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_interface_device"), **DEFERRED),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interface")),
    )
    op.create_index(op.f("ix_interface_device"), "interface", ["device"], unique=False)


def _line() -> None:
    op.create_table(
        "line",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("line_class", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("a_device", sa.Text(), nullable=True),
        sa.Column("a_interface", sa.Text(), nullable=True),
        sa.Column("b_device", sa.Text(), nullable=True),
        sa.Column("b_interface", sa.Text(), nullable=True),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("witness_address", sa.Text(), nullable=True),
        sa.Column("witness_device", sa.Text(), nullable=True),
        sa.Column("witness_oid", sa.Text(), nullable=True),
        sa.Column("witness_expected", sa.JSON(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("contract_number", sa.Text(), nullable=True),
        sa.Column("bandwidth_down", sa.BigInteger(), nullable=True),
        sa.Column("bandwidth_up", sa.BigInteger(), nullable=True),
        sa.Column("route_group", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.CheckConstraint("a_device <> b_device", name=op.f("ck_line_ends")),
        sa.CheckConstraint("bandwidth_down > 0", name=op.f("ck_line_bandwidth_down")),
        sa.CheckConstraint("bandwidth_up > 0", name=op.f("ck_line_bandwidth_up")),
        sa.ForeignKeyConstraint(["a_device"], ["device.id"], name=op.f("fk_line_a_device"), **DEFERRED),
        sa.ForeignKeyConstraint(["b_device"], ["device.id"], name=op.f("fk_line_b_device"), **DEFERRED),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name=op.f("fk_line_contact"), **DEFERRED),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("fk_line_site"), **DEFERRED),
        sa.ForeignKeyConstraint(
            ["witness_device"], ["device.id"], name=op.f("fk_line_witness_device"), **DEFERRED
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
    )
    op.create_index(op.f("ix_line_a_device"), "line", ["a_device"], unique=False)
    op.create_index(op.f("ix_line_b_device"), "line", ["b_device"], unique=False)
    op.create_index(op.f("ix_line_contact"), "line", ["contact"], unique=False)
    op.create_index(op.f("ix_line_site"), "line", ["site"], unique=False)
    op.create_index(op.f("ix_line_witness_device"), "line", ["witness_device"], unique=False)


def _service() -> None:
    op.create_table(
        "service",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name=op.f("fk_service_contact"), **DEFERRED),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_service_device"), **DEFERRED),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("fk_service_site"), **DEFERRED),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    op.create_index(op.f("ix_service_contact"), "service", ["contact"], unique=False)
    op.create_index(op.f("ix_service_device"), "service", ["device"], unique=False)
    op.create_index(op.f("ix_service_site"), "service", ["site"], unique=False)


def _surge_protector() -> None:
    op.create_table(
        "surge_protector",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("protects", sa.Text(), nullable=True),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("input_device", sa.Text(), nullable=True),
        sa.Column("input_oid", sa.Text(), nullable=True),
        sa.Column("input_closed_values", sa.JSON(), nullable=False),
        sa.Column("input_open_values", sa.JSON(), nullable=False),
        sa.Column("normal_position", sa.Text(), nullable=False),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact"], ["contact.id"], name=op.f("fk_surge_protector_contact"), **DEFERRED
        ),
        sa.ForeignKeyConstraint(
            ["input_device"], ["device.id"], name=op.f("fk_surge_protector_input_device"), **DEFERRED
        ),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("fk_surge_protector_site"), **DEFERRED),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surge_protector")),
    )
    op.create_index(op.f("ix_surge_protector_contact"), "surge_protector", ["contact"], unique=False)
    op.create_index(
        op.f("ix_surge_protector_input_device"), "surge_protector", ["input_device"], unique=False
    )
    op.create_index(op.f("ix_surge_protector_site"), "surge_protector", ["site"], unique=False)


def upgrade() -> None:
    """Create the tables, those that others refer to first, and the triggers."""
    _administrative_unit()
    _change_set()
    _contact()
    _heading()
    _organisation_unit()
    _administrative_unit_version()
    _event()
    _organisation_unit_version()
    _site()
    _asset()
    _device()
    _site_organisation_unit()
    _conferencing_endpoint()
    _device_uplink()
    _interface()
    _line()
    _service()
    _surge_protector()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("going back is restoring the backup made before")
