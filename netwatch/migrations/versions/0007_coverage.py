"""Norms, statements and what else coverage is told from; sightings, publications, attachments.

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

# ruff: noqa: E501, RUF100 - statements as they were written

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# A change set may be written in any order: its references are checked at commit.
DEFERRED: dict[str, Any] = {"initially": "DEFERRED", "deferrable": True}

# What the database itself does, by its kind.
TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER publication_no_update BEFORE UPDATE ON publication BEGIN SELECT RAISE(ABORT, 'publications are only ever added'); END",
        "CREATE TRIGGER publication_no_delete BEFORE DELETE ON publication BEGIN SELECT RAISE(ABORT, 'publications are only ever added'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION publication_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'publications are only ever added'; END $$",
        "CREATE TRIGGER publication_append_only BEFORE UPDATE OR DELETE ON publication FOR EACH ROW EXECUTE FUNCTION publication_append_only()",
        "CREATE TRIGGER publication_no_truncate BEFORE TRUNCATE ON publication FOR EACH STATEMENT EXECUTE FUNCTION publication_append_only()",
    ),
}


def _attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        info={"since": "0007"},
    )
    op.create_index(op.f("ix_attachment_item"), "attachment", ["item"], unique=False)


def _layout() -> None:
    op.create_table(
        "layout",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_layout")),
        info={"since": "0007"},
    )


def _norm() -> None:
    op.create_table(
        "norm",
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_norm")),
        info={"since": "0007"},
    )


def _organisation_change() -> None:
    op.create_table(
        "organisation_change",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("predecessors", sa.JSON(), nullable=False),
        sa.Column("successors", sa.JSON(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_change")),
        info={"since": "0007"},
    )


def _exemption() -> None:
    op.create_table(
        "exemption",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("norm", sa.Text(), nullable=False),
        sa.Column("organisation_unit", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["norm"], ["norm.id"], name=op.f("fk_exemption_norm"), **DEFERRED),
        sa.ForeignKeyConstraint(
            ["organisation_unit"],
            ["organisation_unit.id"],
            name=op.f("fk_exemption_organisation_unit"),
            **DEFERRED,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
        info={"since": "0007"},
    )
    op.create_index(op.f("ix_exemption_norm"), "exemption", ["norm"], unique=False)
    op.create_index(op.f("ix_exemption_organisation_unit"), "exemption", ["organisation_unit"], unique=False)


def _norm_version() -> None:
    op.create_table(
        "norm_version",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("unit_kinds", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("without_tags", sa.JSON(), nullable=False),
        sa.Column("within", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("per", sa.Text(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("line_classes", sa.JSON(), nullable=False),
        sa.Column("bandwidth", sa.BigInteger(), nullable=True),
        sa.Column("routes", sa.Integer(), nullable=True),
        sa.Column("security_level", sa.Integer(), nullable=True),
        sa.Column("inspected_within", sa.Integer(), nullable=True),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.Column("in_warranty", sa.Boolean(), nullable=False),
        sa.Column("proof_days", sa.Integer(), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_norm_version_dates")),
        sa.ForeignKeyConstraint(["id"], ["norm.id"], name=op.f("fk_norm_version_id"), **DEFERRED),
        sa.ForeignKeyConstraint(
            ["within"], ["organisation_unit.id"], name=op.f("fk_norm_version_within"), **DEFERRED
        ),
        sa.PrimaryKeyConstraint("id", "valid_from", name=op.f("pk_norm_version")),
        info={"since": "0007"},
    )
    op.create_index(op.f("ix_norm_version_within"), "norm_version", ["within"], unique=False)


def _statement() -> None:
    op.create_table(
        "statement",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_unit", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("value >= 0", name=op.f("ck_statement_value")),
        sa.ForeignKeyConstraint(
            ["organisation_unit"],
            ["organisation_unit.id"],
            name=op.f("fk_statement_organisation_unit"),
            **DEFERRED,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        info={"since": "0007"},
    )
    op.create_index(op.f("ix_statement_organisation_unit"), "statement", ["organisation_unit"], unique=False)


def _attachment_content() -> None:
    op.create_table(
        "attachment_content",
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_attachment_content")),
    )


def _publication() -> None:
    op.create_table(
        "publication",
        sa.Column("id", CODE, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("scope", CODE, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaces", CODE, nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )


def _sighting() -> None:
    op.create_table(
        "sighting",
        sa.Column("item", CODE, nullable=False),
        sa.Column("aspect", CODE, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item", "aspect", "value", "first", name=op.f("pk_sighting")),
        sqlite_with_rowid=False,
    )


def _field_record_more() -> None:
    op.add_column("field_record", sa.Column("result", sa.Text(), nullable=True))
    op.add_column("field_record", sa.Column("indicator", sa.Text(), nullable=True))
    op.add_column("field_record", sa.Column("method", sa.Text(), nullable=True))
    op.add_column("field_record", sa.Column("instrument", sa.Text(), nullable=True))


def _organisation_unit_version_more() -> None:
    op.add_column(
        "organisation_unit_version", sa.Column("tags", sa.JSON(), server_default="[]", nullable=False)
    )


def _asset_more() -> None:
    op.add_column("asset", sa.Column("acquired_on", sa.Date(), nullable=True))
    op.add_column("asset", sa.Column("warranty_until", sa.Date(), nullable=True))
    op.add_column("asset", sa.Column("end_of_life", sa.Date(), nullable=True))
    op.add_column("asset", sa.Column("serves", sa.JSON(), server_default="[]", nullable=False))


def _device_more() -> None:
    op.add_column("device", sa.Column("position", sa.Text(), nullable=True))
    op.add_column("device", sa.Column("mac", sa.Text(), nullable=True))
    op.add_column("device", sa.Column("port_speed", sa.BigInteger(), nullable=True))
    op.add_column("device", sa.Column("acquired_on", sa.Date(), nullable=True))
    op.add_column("device", sa.Column("warranty_until", sa.Date(), nullable=True))
    op.add_column("device", sa.Column("end_of_life", sa.Date(), nullable=True))
    op.add_column("device", sa.Column("serves", sa.JSON(), server_default="[]", nullable=False))


def _line_more() -> None:
    op.add_column("line", sa.Column("channels", sa.Integer(), server_default="1", nullable=False))
    op.add_column("line", sa.Column("legal_document", sa.Text(), nullable=True))
    op.add_column("line", sa.Column("connected_on", sa.Date(), nullable=True))
    op.add_column("line", sa.Column("serves", sa.JSON(), server_default="[]", nullable=False))


def _service_more() -> None:
    op.add_column("service", sa.Column("security_level", sa.Integer(), nullable=True))


def _surge_protector_more() -> None:
    op.add_column("surge_protector", sa.Column("panel", sa.Text(), nullable=True))
    op.add_column("surge_protector", sa.Column("protection_kind", sa.Text(), nullable=True))
    op.add_column("surge_protector", sa.Column("protected", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("surge_protector", sa.Column("serial", sa.Text(), nullable=True))
    op.add_column("surge_protector", sa.Column("part_number", sa.Text(), nullable=True))
    op.add_column("surge_protector", sa.Column("spd_type", sa.Text(), nullable=True))
    op.add_column("surge_protector", sa.Column("poles", sa.Text(), nullable=True))
    op.add_column("surge_protector", sa.Column("continuous_voltage", sa.Float(), nullable=True))
    op.add_column("surge_protector", sa.Column("protection_level", sa.Float(), nullable=True))
    op.add_column("surge_protector", sa.Column("nominal_current", sa.Float(), nullable=True))
    op.add_column("surge_protector", sa.Column("maximum_current", sa.Float(), nullable=True))
    op.add_column("surge_protector", sa.Column("impulse_current", sa.Float(), nullable=True))
    op.add_column("surge_protector", sa.Column("open_circuit_voltage", sa.Float(), nullable=True))
    op.add_column("surge_protector", sa.Column("backup_fuse", sa.Text(), nullable=True))
    op.add_column("surge_protector", sa.Column("commissioned_on", sa.Date(), nullable=True))
    op.add_column("surge_protector", sa.Column("design_life", sa.Integer(), nullable=True))
    op.add_column("surge_protector", sa.Column("lightning_level", sa.Text(), nullable=True))
    op.add_column("surge_protector", sa.Column("earth_electrode", sa.Text(), nullable=True))
    op.add_column(
        "surge_protector", sa.Column("earth_limit", sa.Float(), server_default="10", nullable=False)
    )
    op.add_column(
        "surge_protector", sa.Column("inspection_interval", sa.Integer(), server_default="12", nullable=False)
    )
    op.add_column("surge_protector", sa.Column("serves", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("surge_protector", sa.Column("note", sa.Text(), nullable=True))


def upgrade() -> None:
    """Create the tables, those that others refer to first, and the triggers."""
    _attachment()
    _layout()
    _norm()
    _organisation_change()
    _exemption()
    _norm_version()
    _statement()
    _attachment_content()
    _publication()
    _sighting()
    _field_record_more()
    _organisation_unit_version_more()
    _asset_more()
    _device_more()
    _line_more()
    _service_more()
    _surge_protector_more()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("going back is restoring the backup made before")
