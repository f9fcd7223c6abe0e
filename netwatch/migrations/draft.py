"""Write the first revisions from the tables as they are: `python -m netwatch.migrations.draft`.

Only until the first release; from then on every change is a revision of its own. One function per table, so that
each can be read (and replaced by SQL of its own) by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations.ops import AddColumnOp, CreateIndexOp, CreateTableOp, MigrateOperation, UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, MetaData, create_engine

from inventory.models import append_only
from inventory.models import metadata as inventory_metadata
from netwatch.store import configuration_tables, coverage_tables, desk_tables, sample_tables, syslog_tables
from netwatch.store.schema import MIGRATIONS
from netwatch.store.tables import metadata

# What recurs, as Alembic writes it and as the revision calls it.
SHORT = {
    "sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')": "CODE",
    "sa.BigInteger().with_variant(sa.Integer(), 'sqlite')": "NUMBER",
    "initially='DEFERRED', deferrable=True": "**DEFERRED",
}

DEFINITIONS = {
    "CODE": 'CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")\n',
    "NUMBER": 'NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")\n',
    "DEFERRED": (
        "# A change set may be written in any order: its references are checked at commit.\n"
        'DEFERRED: dict[str, Any] = {"initially": "DEFERRED", "deferrable": True}\n'
    ),
}

HEAD = '''"""{title}

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

# ruff: noqa: E501, RUF100 - statements as they were written

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before!r}
branch_labels = None
depends_on = None

{definitions}
# What the database itself does, by its kind.
TRIGGERS: dict[str, tuple[str, ...]] = {triggers}
{functions}

def upgrade() -> None:
    """Create the tables, those that others refer to first, and the triggers."""
{calls}
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("going back is restoring the backup made before")
'''


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision to write: what it creates, and the triggers by kind of database.

    It also adds the columns of `extended` whose `since` it is. One that comes `later` than its metadata creates only
    the tables whose `since` it is. It creates all tables of `beside`.
    """

    revision: str
    before: str | None
    name: str
    title: str
    metadata: MetaData
    triggers: dict[str, tuple[str, ...]]
    extended: MetaData = field(default_factory=MetaData)
    later: bool = False
    beside: MetaData = field(default_factory=MetaData)


DRAFTS = (
    Draft(
        revision="0001",
        before=None,
        name="inventory",
        title="What exists: the inventory of record, its change sets and events.",
        metadata=inventory_metadata,
        triggers={kind: append_only(kind) for kind in ("sqlite", "postgresql")},
    ),
    Draft(
        revision="0002",
        before="0001",
        name="store",
        title="What was found out: facts, verdicts, samples, and who serves the database.",
        metadata=metadata,
        triggers={"sqlite": (), "postgresql": ()},
    ),
    Draft(
        revision="0003",
        before="0002",
        name="desk",
        title="Incidents, their log, who was told what; and verdicts taken out of the figures afterwards.",
        metadata=desk_tables.metadata,
        triggers=desk_tables.TRIGGERS,
        extended=metadata,
    ),
    Draft(
        revision="0004",
        before="0003",
        name="field",
        title="Sensors, field records, and what else is known of devices, surge protectors and services.",
        metadata=inventory_metadata,
        triggers={"sqlite": (), "postgresql": ()},
        extended=inventory_metadata,
        later=True,
    ),
    Draft(
        revision="0005",
        before="0004",
        name="configurations",
        title="Configurations of devices, how backing them up went, and the host keys they are known by.",
        metadata=configuration_tables.metadata,
        triggers={"sqlite": (), "postgresql": ()},
    ),
    Draft(
        revision="0006",
        before="0005",
        name="syslog",
        title="What devices log.",
        metadata=syslog_tables.metadata,
        triggers={"sqlite": (), "postgresql": ()},
    ),
    Draft(
        revision="0007",
        before="0006",
        name="coverage",
        title="Norms, statements and what else coverage is told from; sightings, publications, attachments.",
        metadata=inventory_metadata,
        triggers=coverage_tables.TRIGGERS,
        extended=inventory_metadata,
        later=True,
        beside=coverage_tables.metadata,
    ),
    Draft(
        revision="0008",
        before="0007",
        name="samples",
        title="What was measured, in buckets of five minutes, hours and days.",
        metadata=sample_tables.metadata,
        triggers={"sqlite": (), "postgresql": ()},
    ),
    Draft(
        revision="0009",
        before="0008",
        name="contracts",
        title="What is agreed with providers about lines; publications of other figures than coverage.",
        metadata=inventory_metadata,
        triggers={"sqlite": (), "postgresql": ()},
        extended=coverage_tables.metadata,
        later=True,
    ),
    Draft(
        revision="0010",
        before="0009",
        name="looks",
        title="Looks around transitions, the evidence of verdicts.",
        metadata=sample_tables.metadata,
        triggers={"sqlite": (), "postgresql": ()},
        later=True,
    ),
)


def operations(draft: Draft) -> Iterator[tuple[str, list[MigrateOperation]]]:
    """For every table what creates it and its indexes, tables that others refer to first."""
    yield from _created(draft.metadata, draft.revision if draft.later else None)
    yield from _created(draft.beside, None)


def _created(metadata: MetaData, since: str | None) -> Iterator[tuple[str, list[MigrateOperation]]]:
    with create_engine("sqlite://").connect() as connection:
        made = produce_migrations(MigrationContext.configure(connection), metadata).upgrade_ops
    for operation in made.ops if made else ():
        if isinstance(operation, CreateTableOp) and _since(metadata, operation) == since:
            operation.columns = [column for column in operation.columns if not _later(column)]
            yield operation.table_name, [operation, *_indexes(made.ops if made else [], operation.table_name)]


def _since(metadata: MetaData, operation: CreateTableOp) -> object:
    return metadata.tables[operation.table_name].info.get("since")


def additions(draft: Draft) -> Iterator[tuple[str, list[MigrateOperation]]]:
    """What the revision adds to each table of an earlier one."""
    for table in draft.extended.sorted_tables:
        new = [column for column in table.c if column.info.get("since") == draft.revision]
        if new:
            yield f"{table.name}_more", [AddColumnOp(table.name, _bare(column)) for column in new]


def _bare(column: Column[Any]) -> Column[Any]:
    """The column by itself, outside its table."""
    return Column(column.name, column.type, nullable=column.nullable, server_default=column.server_default)


def _later(column: object) -> bool:
    """Whether a revision after the table's own adds it."""
    return isinstance(column, Column) and "since" in column.info


def _indexes(made: list[MigrateOperation], table: str) -> list[MigrateOperation]:
    flat = [each for operation in made for each in getattr(operation, "ops", [operation])]
    return [each for each in flat if isinstance(each, CreateIndexOp) and each.table_name == table]


def _body(made: list[MigrateOperation]) -> str:
    lines = render_python_code(UpgradeOps(ops=made)).splitlines()
    body = "\n".join(line for line in lines if "# ###" not in line)
    for long, short in SHORT.items():
        body = body.replace(long, short)
    return body


def source(draft: Draft) -> str:
    """The revision's whole text, not yet formatted."""
    parts = {name: _body(made) for name, made in (*operations(draft), *additions(draft))}
    functions = "".join(f"\n\ndef _{name}() -> None:\n{body}\n" for name, body in parts.items())
    return HEAD.format(
        title=draft.title,
        revision=draft.revision,
        before=draft.before,
        definitions="".join(text for name, text in DEFINITIONS.items() if name in functions),
        triggers=repr(draft.triggers),
        functions=functions,
        calls="\n".join(f"    _{name}()" for name in parts),
    )


def write(folder: Path = MIGRATIONS / "versions") -> None:
    """Write the files; format them afterwards as any other."""
    for draft in DRAFTS:
        (folder / f"{draft.revision}_{draft.name}.py").write_text(source(draft), encoding="utf-8")


if __name__ == "__main__":
    write()
