"""Migrations arrive at what the tables say, on both databases, from any earlier revision."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from inventory.load import load
from netwatch.incidents.contract import DeskState
from netwatch.migrations import draft
from netwatch.store.contract import AlreadyServed, StoreFault
from netwatch.store.engine import open_engine, writing
from netwatch.store.hold import Holder
from netwatch.store.migrating import configuration
from netwatch.store.schema import (
    METADATA,
    MIGRATIONS,
    Upgrade,
    current,
    head,
    needs_upgrade,
    revisions,
    upgrade,
)
from netwatch.store.sql import SqlStore, open_store

SQLITE_OBJECTS = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND sql IS NOT NULL"
)
POSTGRESQL_OBJECTS = (
    (
        "SELECT table_name, column_name, data_type, is_nullable, collation_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
    ),
    (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid <> 0 AND conrelid::regclass::text <> 'alembic_version'"
        " AND connamespace = 'public'::regnamespace"
    ),
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
)


def objects(engine: Engine) -> set[tuple[str, ...]]:
    """Everything a database has, as it says it itself; blanks, quotes and the order of a table's parts are left out."""
    sqlite = engine.url.get_backend_name() == "sqlite"
    with engine.connect() as connection:
        rows = [
            row
            for query in ((SQLITE_OBJECTS,) if sqlite else POSTGRESQL_OBJECTS)
            for row in connection.execute(text(query))
        ]
    return {tuple(",".join(sorted(plain(str(cell)).split(","))) for cell in row) for row in rows}


def plain(text_: str) -> str:
    """Without blanks, quotes and a table's closing bracket."""
    return "".join(text_.replace('"', "").split()).removesuffix(")")


@pytest.fixture
def engine(store: SqlStore) -> Engine:
    """A database made by the migrations."""
    return store.engine


@pytest.fixture
def created(another_url: str) -> Iterator[Engine]:
    """A database made from the tables themselves."""
    made = open_engine(another_url)
    for tables in METADATA:
        tables.create_all(made)
    yield made
    made.dispose()


def test_alembic_finds_no_difference_between_migrations_and_tables(engine: Engine) -> None:
    """A table or column that was changed without a migration is named here."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, list(METADATA)) == []  # type: ignore[arg-type]


def test_constraints_partial_indexes_and_triggers_are_the_same_too(engine: Engine, created: Engine) -> None:
    """Alembic does not compare these; the databases' own words do."""
    assert objects(engine) == objects(created)


def test_the_drafted_revisions_are_those_in_the_tree(tmp_path: Path) -> None:
    """Until the first release the first revisions are written from the tables: run the draft again if this fails."""
    draft.write(tmp_path)
    files = [str(path) for path in tmp_path.iterdir()]
    for order in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *order,
                "--config",
                str(MIGRATIONS.parents[1] / "pyproject.toml"),
                *files,
            ],
            check=False,
            capture_output=True,
        )
    for path in tmp_path.iterdir():
        assert (MIGRATIONS / "versions" / path.name).read_text() == path.read_text()


def test_an_empty_database_is_upgraded_once(database_url: str, holder: Holder) -> None:
    """The second time there is nothing to do."""
    assert upgrade(database_url, holder) == Upgrade(None, head())
    assert upgrade(database_url, holder) == Upgrade(head(), head())
    assert current(database_url) == head()
    assert not needs_upgrade(database_url)


def test_an_older_database_is_brought_up_to_date(database_url: str, holder: Holder) -> None:
    """What was in it stays; until then it is refused to those who only read."""
    engine = open_engine(database_url)
    with writing(engine).begin() as connection:
        command.upgrade(configuration(connection), "0001")
        connection.execute(
            text("INSERT INTO contact (id, name, role, phone) VALUES ('C1', 'Ông Tư', 'site', '115')")
        )
    assert needs_upgrade(database_url)
    with pytest.raises(StoreFault, match="netwatch db upgrade") as caught:
        open_store(database_url)
    assert caught.value.what == "outdated"
    store = open_store(database_url, holder)
    with store.engine.connect() as reading:
        assert reading.scalar(text("SELECT name FROM contact")) == "Ông Tư"
    store.close()
    engine.dispose()


def test_verdicts_from_before_there_were_incidents_count_in_the_figures(
    database_url: str, holder: Holder
) -> None:
    """A database without a desk gains its tables; stored verdicts stay, nothing of them is excluded."""
    engine = open_engine(database_url)
    with writing(engine).begin() as connection:
        command.upgrade(configuration(connection), "0002")
        connection.execute(
            text(
                "INSERT INTO verdict_interval (id, subject, start_at, kind, reason, cause, evidence, contrary_at,"
                " topology, recorded_at) VALUES (1, 'line-1', 10, 'down', 'no_answer', '', '', 9, 1, 15)"
            )
        )
    engine.dispose()
    store = open_store(database_url, holder)
    (row,) = store.verdicts(0)
    assert (row.id, row.verdict.excluded, row.verdict.reason) == (1, "", "no_answer")
    assert store.desk(0) == DeskState()
    store.close()


def test_devices_and_protectors_from_before_there_were_field_records_are_kept(
    database_url: str, holder: Holder
) -> None:
    """What they have gained is empty; records can be written beside them."""
    engine = open_engine(database_url)
    with writing(engine).begin() as connection:
        command.upgrade(configuration(connection), "0003")
        for statement in (
            "INSERT INTO site (id, name) VALUES ('S', 'Xã')",
            (
                "INSERT INTO device (id, name, site, kind, routing_domain, credentials, snmp_port, core)"
                " VALUES ('D', 'IO', 'S', 'io_device', 'main', '[\"tinh\"]', 161, false)"
            ),
            (
                "INSERT INTO surge_protector (id, name, site, input_device, input_oid, input_closed_values,"
                " input_open_values, normal_position) VALUES ('P', 'SPD', 'S', 'D', '1.3.6', '[\"1\"]', '[]', 'closed')"
            ),
            "INSERT INTO service (id, name, site, kind, location) VALUES ('V', 'Web', 'S', 'web', 'web.vn')",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    store = open_store(database_url, holder)
    with Session(store.engine) as session:
        inventory = load(session, None)
    store.close()
    assert inventory.of("device")["D"].credentials == ("tinh",)
    assert inventory.of("device")["D"].protocols == ()
    protector = inventory.of("surge_protector")["P"]
    assert (protector.input_oid, protector.input_point, protector.debounce) == ("1.3.6", None, None)
    assert inventory.of("service")["V"].expected == ()
    assert (inventory.of("sensor"), inventory.of("field_record")) == ({}, {})


def test_a_database_of_a_newer_release_is_left_alone(database_url: str, holder: Holder) -> None:
    """Neither the daemon nor the upgrade touches it."""
    open_store(database_url, holder).close()
    engine = open_engine(database_url)
    with writing(engine).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for attempt in (lambda: open_store(database_url, holder), lambda: upgrade(database_url, holder)):
        with pytest.raises(StoreFault, match="A newer release wrote it") as caught:
            attempt()
        assert caught.value.what == "newer"
    with pytest.raises(StoreFault):
        needs_upgrade(database_url)


def test_nothing_is_upgraded_while_a_daemon_serves(
    store: SqlStore, database_url: str, holder: Holder
) -> None:
    """The holder is named."""
    with pytest.raises(AlreadyServed, match="hn-01"):
        upgrade(database_url, holder)


def test_a_failing_migration_leaves_the_schema_as_it_was(database_url: str, holder: Holder) -> None:
    """All or nothing: a table in the way of the last revision undoes the first one too."""
    engine = open_engine(database_url)
    with writing(engine).begin() as connection:
        connection.execute(text("CREATE TABLE look_block (mine INTEGER)"))
    before = objects(engine)
    with pytest.raises(StoreFault):
        upgrade(database_url, holder)
    assert objects(engine) == before
    assert current(database_url) is None
    engine.dispose()


def test_asking_makes_no_database(sqlite_url: str, tmp_path: Path) -> None:
    """`current` of a database that is not there says so and leaves it at that."""
    with pytest.raises(StoreFault, match="Has the daemon ever run"):
        current(sqlite_url)
    assert list(tmp_path.iterdir()) == []


def test_the_log_of_incidents_cannot_be_changed(store: SqlStore) -> None:
    """The migrated database refuses it by itself."""
    with writing(store.engine).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO incident_log (sequence, incident, at, recorded_at, actor, deed, facts)"
                " VALUES (1, 1, 1, 1, '', 'opened', '{}')"
            )
        )
    for statement in ("UPDATE incident_log SET actor = 'else'", "DELETE FROM incident_log"):
        with pytest.raises(DBAPIError, match="only ever added"), writing(store.engine).begin() as connection:
            connection.execute(text(statement))


def test_events_cannot_be_changed(store: SqlStore) -> None:
    """The migrated database refuses it by itself."""
    with writing(store.engine).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO event (at, recorded_at, actor, kind, entity, reason) VALUES (1, 1, 'an', 'note', 'x', '')"
            )
        )
    for statement in ("UPDATE event SET reason = 'else'", "DELETE FROM event"):
        with pytest.raises(DBAPIError, match="only ever added"), writing(store.engine).begin() as connection:
            connection.execute(text(statement))


def test_the_files_are_named_after_their_revisions() -> None:
    """What is read from their names is what Alembic finds in them, in the order in which it runs them."""
    scripts = ScriptDirectory.from_config(configuration())
    assert list(revisions()) == [script.revision for script in scripts.walk_revisions()][::-1]
    assert head() == scripts.get_current_head()
