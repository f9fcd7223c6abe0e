"""Backups are whole, private and checked; restoring is all or nothing."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from netwatch.check import FactKey
from netwatch.state import Transition
from netwatch.store.backup import backup, restore
from netwatch.store.contract import AlreadyServed, Judgement, StoreFault, VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.integrity import check_integrity
from netwatch.store.look_sql import LookBlock, looks_between, put_looks
from netwatch.store.schema import head
from netwatch.store.sql import SqlStore, open_store

AWKWARD = "tab\t, line\nbreak, back\\slash, \\N, Nguyễn, 🔥"


@pytest.fixture
def filled(
    store: SqlStore, change: Callable[..., Transition], verdict: Callable[..., VerdictRow]
) -> SqlStore:
    """A store with some of everything."""
    store.record(
        [change(10, True, reason=AWKWARD), change(20, None), change(20, False, check="c2")], {"local": 21}, 21
    )
    store.judge(Judgement(2, add=(verdict(10, 20), verdict(20))))
    put_looks(store.engine, [LookBlock("line-1", 10, b"\x00\xff")])
    return store


@pytest.fixture
def url(filled: SqlStore) -> str:
    """The address of the filled database."""
    return filled.engine.url.render_as_string(hide_password=False)


def everything(store: SqlStore) -> list[object]:
    """All that a store can tell."""
    return [
        store.fact_rows(0, 100),
        store.versions("line-1", 0, 100),
        looks_between(store.engine, "line-1", 0, 100),
        store.heartbeats(),
        store.cursor(),
    ]


def test_a_backup_can_be_restored_into_an_empty_database(
    filled: SqlStore, url: str, tmp_path: Path, holder: Holder, another_url: str
) -> None:
    """What comes back is what was there, to the last bit, and numbering goes on."""
    made = backup(url, tmp_path / "netwatch.backup")
    brought = restore(tmp_path / "netwatch.backup", another_url, holder)
    assert brought.tables == made.tables
    assert dict(made.tables)["fact_interval"] == 3
    restored = open_store(another_url, holder)
    assert everything(restored) == everything(filled)
    assert (
        restored.record([Transition(FactKey("c3", "", "f"), None, True, 1, 1, 1, "r")], {}, 30)[0].sequence
        == 4
    )
    restored.close()
    assert check_integrity(another_url) == ()


def test_a_backup_is_readable_by_its_owner_alone(url: str, tmp_path: Path) -> None:
    """The file has mode 0600, its name only once it is whole, and nothing is left beside it."""
    report = backup(url, tmp_path / "netwatch.backup")
    assert stat.S_IMODE((tmp_path / "netwatch.backup").stat().st_mode) == 0o600
    assert report.done
    assert report.revision == head()
    assert report.size == (tmp_path / "netwatch.backup").stat().st_size
    assert list(tmp_path.glob("netwatch.backup?*")) == []


def test_a_dry_run_of_a_backup_writes_nothing(url: str, tmp_path: Path) -> None:
    """It only tells what would be copied."""
    report = backup(url, tmp_path / "netwatch.backup", dry_run=True)
    assert not report.done
    assert dict(report.tables)["verdict_interval"] == 2
    assert not (tmp_path / "netwatch.backup").exists()


def test_an_existing_file_is_not_overwritten(url: str, tmp_path: Path) -> None:
    """Yesterday's backup stays."""
    (tmp_path / "netwatch.backup").write_text("yesterday's")
    with pytest.raises(StoreFault, match="exists already"):
        backup(url, tmp_path / "netwatch.backup")
    assert (tmp_path / "netwatch.backup").read_text() == "yesterday's"


def test_a_backup_into_a_directory_that_does_not_exist(url: str, tmp_path: Path) -> None:
    """It is refused in a sentence."""
    with pytest.raises(StoreFault, match="No such file or directory") as caught:
        backup(url, tmp_path / "nowhere" / "netwatch.backup")
    assert caught.value.what == "gone"


def test_nothing_is_restored_while_a_daemon_serves(url: str, tmp_path: Path, holder: Holder) -> None:
    """The holder is named."""
    backup(url, tmp_path / "netwatch.backup")
    with pytest.raises(AlreadyServed, match="process 4711 on hn-01"):
        restore(tmp_path / "netwatch.backup", url, holder, replace=True)


def test_a_database_with_contents_is_replaced_only_if_told(
    filled: SqlStore, url: str, tmp_path: Path, holder: Holder, change: Callable[..., Transition]
) -> None:
    """Without `replace` it is refused; with it the backup's contents come back and later ones are gone."""
    backup(url, tmp_path / "netwatch.backup")
    before = everything(filled)
    filled.record([change(30, True)], {"local": 31}, 31)
    filled.close()
    with pytest.raises(StoreFault, match="holds 9 rows"):
        restore(tmp_path / "netwatch.backup", url, holder)
    rehearsed = restore(tmp_path / "netwatch.backup", url, holder, replace=True, dry_run=True)
    assert dict(rehearsed.replaced)["fact_interval"] == 4
    assert not rehearsed.done
    restore(tmp_path / "netwatch.backup", url, holder, replace=True)
    restored = open_store(url, holder)
    assert everything(restored) == before
    restored.close()


@pytest.mark.parametrize("damage", ["cut off", "changed", "empty", "something else"])
def test_a_damaged_backup_is_refused(
    url: str, tmp_path: Path, holder: Holder, another_url: str, damage: str
) -> None:
    """It is told before anything is replaced."""
    path = tmp_path / "netwatch.backup"
    backup(url, path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "cut off": whole[:middle],
            "changed": whole[:middle]
            + bytes(b ^ 0x15 for b in whole[middle : middle + 4096])
            + whole[middle + 4096 :],
            "empty": b"",
            "something else": b'{"format": 1}\n' * 1000,
        }[damage]
    )
    with pytest.raises(StoreFault) as caught:
        restore(path, another_url, holder)
    assert caught.value.what in ("corrupt", "outdated")


def test_a_missing_backup_is_told(sqlite_url: str, tmp_path: Path, holder: Holder) -> None:
    """No database is made for it."""
    with pytest.raises(StoreFault, match="there is no backup"):
        restore(tmp_path / "no.backup", sqlite_url, holder)
    assert not (tmp_path / "netwatch.db").exists()


def test_a_dry_run_of_a_restore_makes_no_database(
    sqlite_store: SqlStore, tmp_path: Path, holder: Holder
) -> None:
    """It tells what would come back."""
    backup(str(sqlite_store.engine.url), tmp_path / "netwatch.backup")
    report = restore(tmp_path / "netwatch.backup", f"sqlite:///{tmp_path}/new.db", holder, dry_run=True)
    assert report.revision == head()
    assert not (tmp_path / "new.db").exists()


def test_a_backup_of_a_newer_release_is_refused(
    sqlite_store: SqlStore, tmp_path: Path, holder: Holder
) -> None:
    """Its schema is unknown here."""
    path = tmp_path / "netwatch.backup"
    with sqlite_store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    backup(str(sqlite_store.engine.url), path)
    with pytest.raises(StoreFault, match="newer release"):
        restore(path, f"sqlite:///{tmp_path}/new.db", holder)


def test_integrity_is_told_in_sentences(store: SqlStore, filled: SqlStore, url: str) -> None:
    """An overlap of verdicts, which only a foreign hand can make, is found."""
    assert check_integrity(url) == ()
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE verdict_interval SET end_at = 25 WHERE start_at = 10"))
    assert check_integrity(url) == ("verdict line-1 from 10 ends at 25, the next begins at 20",)
