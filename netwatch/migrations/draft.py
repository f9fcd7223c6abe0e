"""Write the first revision from the tables as they are: `python -m netwatch.migrations.draft`.

Only until the first release; from then on every change is a revision of its own. One function per table, so that
each can be read (and replaced by SQL of its own) by itself.
"""

from collections.abc import Iterator
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations.ops import CreateIndexOp, CreateTableOp, MigrateOperation, UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from netwatch.store.schema import METADATA, MIGRATIONS

FIRST = MIGRATIONS / "versions" / "0001_everything.py"

# Types that recur, as Alembic writes them and as the revision calls them.
SHORT = {
    "sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')": "CODE",
    "sa.BigInteger().with_variant(sa.Integer(), 'sqlite')": "NUMBER",
}

HEAD = '''"""The first schema: what exists (the inventory) and what was found out (facts, verdicts, samples).

Written by `python -m netwatch.migrations.draft` until the first release, by hand never.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Triggers that keep the event table append-only, by database.
APPEND_ONLY: dict[str, tuple[str, ...]] = {
'''

TAIL = '''
def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError("before the first schema there was none")
'''


def operations() -> Iterator[tuple[str, list[MigrateOperation]]]:
    """For every table what creates it and its indexes, tables that others refer to first."""
    context = MigrationContext.configure(create_engine("sqlite://").connect())
    # Alembic takes several, though its annotation names one.
    made = produce_migrations(context, list(METADATA)).upgrade_ops  # type: ignore[arg-type]
    assert made is not None
    for operation in made.ops:
        if isinstance(operation, CreateTableOp):
            yield operation.table_name, [operation, *_indexes(made, operation.table_name)]


def _indexes(made: UpgradeOps, table: str) -> list[MigrateOperation]:
    return [index for operation in made.ops for index in _flat(operation) if _is_index_of(index, table)]


def _flat(operation: MigrateOperation) -> list[MigrateOperation]:
    return list(getattr(operation, "ops", [operation]))


def _is_index_of(operation: MigrateOperation, table: str) -> bool:
    return isinstance(operation, CreateIndexOp) and operation.table_name == table


def _body(made: list[MigrateOperation]) -> str:
    lines = render_python_code(UpgradeOps(ops=made)).splitlines()
    body = "\n".join(line for line in lines if "# ###" not in line)
    for long, short in SHORT.items():
        body = body.replace(long, short)
    return body


def source() -> str:
    """The revision's whole text."""
    parts = {name: _body(made) for name, made in operations()}
    triggers = "".join(f"    {kind!r}: {()!r},\n" for kind in ("sqlite", "postgresql"))
    functions = "".join(f"\n\ndef _{name}() -> None:\n{body}\n" for name, body in parts.items())
    calls = "".join(f"    _{name}()\n" for name in parts)
    return (
        f'{HEAD}{triggers}}}{functions}\n\ndef upgrade() -> None:\n    """Create everything."""\n{calls}'
        f"    for statement in APPEND_ONLY[op.get_bind().dialect.name]:\n        op.execute(statement)\n\n{TAIL}"
    )


def write(path: Path = FIRST) -> None:
    """Write the file; format it afterwards as any other."""
    path.write_text(source(), encoding="utf-8")


if __name__ == "__main__":
    write()
