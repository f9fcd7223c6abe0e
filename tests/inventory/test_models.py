"""The tables agree with the records, and keep to what both databases can do."""

import pytest
from sqlalchemy import JSON, BigInteger, Enum, Text

from inventory.models import LISTS, RECORDS, append_only, metadata
from inventory.snapshot import KINDS, CellType, cells

TEXTUAL = (CellType.TEXT, CellType.CODE, CellType.ADDRESS, CellType.OID, CellType.MAC)


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_has_a_column_or_a_list_for_every_field_of_its_record(kind: str) -> None:
    """And nothing else."""
    columns = {column.name for column in RECORDS[kind].columns}
    lists = {field for kind_, field in LISTS if kind_ == kind}
    assert columns | lists == set(cells(kind))
    assert not columns & lists


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_may_be_null_exactly_where_the_field_may_be_none(kind: str) -> None:
    """What the record requires the database requires."""
    for field, cell in cells(kind).items():
        if field in RECORDS[kind].columns:
            default = KINDS[kind].__dataclass_fields__[field].default
            assert RECORDS[kind].columns[field].nullable == (not cell.required and default is None), field


@pytest.mark.parametrize("kind", KINDS)
def test_codes_are_text_and_rates_are_64_bits(kind: str) -> None:
    """No database enums, no lengths."""
    for field, cell in cells(kind).items():
        if field in RECORDS[kind].columns:
            column = RECORDS[kind].columns[field]
            assert not isinstance(column.type, Enum)
            assert cell.type not in TEXTUAL or isinstance(column.type, Text)
            assert cell.type is not CellType.BANDWIDTH or isinstance(column.type, BigInteger)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reference_to_one_kind_is_a_foreign_key_checked_at_commit(kind: str) -> None:
    """Whether in a column or in a list."""
    for field, cell in cells(kind).items():
        column = (
            list(LISTS[kind, field].columns)[-1] if (kind, field) in LISTS else RECORDS[kind].columns[field]
        )
        # A list without a table of its own is JSON: the rules alone see to what it refers to.
        if len(cell.refers) == 1 and not isinstance(column.type, JSON):
            (key,) = column.foreign_keys
            assert key.column.table.name == cell.refers[0]
            assert key.deferrable
            assert key.initially == "DEFERRED"


def test_every_constraint_has_a_name_that_fits_postgresql() -> None:
    """Migrations change constraints by name; 63 bytes is the most PostgreSQL keeps."""
    for table in metadata.tables.values():
        names = [
            *(constraint.name for constraint in table.constraints),
            *(index.name for index in table.indexes),
        ]
        assert all(name and len(str(name)) <= 63 for name in names), table.name


def test_times_are_64_bits() -> None:
    """Microseconds since 1970 do not fit fewer."""
    for table, names in {
        "event": ("at", "recorded_at"),
        "change_set": ("at", "recorded_at"),
        "heading": ("at",),
    }.items():
        assert all(isinstance(metadata.tables[table].columns[name].type, BigInteger) for name in names)


def test_both_databases_have_statements_that_keep_events() -> None:
    """A migration runs them after it made the table."""
    assert all(
        "event" in statement for dialect in ("sqlite", "postgresql") for statement in append_only(dialect)
    )
