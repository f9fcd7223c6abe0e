"""Import, export, undo, record and events: without a daemon, and through one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netwatch.control.contract import Change, ReloadReport
from netwatch.control.fake import FakeDaemon
from netwatch.language import Sentence

Run = Callable[..., Any]
PHONE = '[[contact]]\nid = "LH-DIEN-LUC"\nphone = "19009999"\n'
STRAY = '[[device]]\nid = "RT-MOI"\nname = "Mới"\nsite = "KHONG-CO"\nkind = "router"\n'


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A file that changes one field."""
    path = tmp_path / "small.toml"
    path.write_text(PHONE, "utf-8")
    return path


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A file with one good row and one bad."""
    path = tmp_path / "faulty.toml"
    path.write_text(PHONE + STRAY, "utf-8")
    return path


def test_an_import_shows_each_row_and_becomes_one_change_set(stocked: Run, small: Path) -> None:
    """What changed, from what to what, and where it stood."""
    done = stocked("import", small)
    assert done.code == 0
    assert "~ changed: contact LH-DIEN-LUC" in done.out
    assert "→ 19009999" in done.out
    assert "Applied as CS-2: 1 changes." in done.out


def test_a_dry_run_shows_the_same_and_changes_nothing(stocked: Run, small: Path) -> None:
    """Twice in a row."""
    for _ in range(2):
        done = stocked("import", small, "--dry-run")
        assert (done.code, "1 changes would be applied" in done.out) == (0, True)


def test_a_faulty_row_is_not_shown_as_a_change(stocked: Run, faulty: Path) -> None:
    """It creates nothing; only its error is told."""
    done = stocked("import", faulty, "--dry-run")
    assert done.code == 1
    assert "~ changed: contact LH-DIEN-LUC" in done.out
    assert "created" not in done.out
    assert len(stocked("import", faulty, "--dry-run", "--json").json["changes"]) == 1


def test_a_template_is_written_under_no_other_suffix(run: Run, tmp_path: Path) -> None:
    """A workbook named .csv opens nowhere."""
    done = run("template", tmp_path / "t.csv")
    assert (done.code, ".xlsx" in done.err, (tmp_path / "t.csv").exists()) == (64, True, False)


def test_a_dry_run_makes_no_database(run: Run, small: Path, home: Path) -> None:
    """Looking leaves no trace."""
    run("import", small, "--dry-run")
    assert not (home / "netwatch.db").exists()


def test_with_a_faulty_row_nothing_is_applied(stocked: Run, faulty: Path) -> None:
    """The row is named, and the good one waits too."""
    done = stocked("import", faulty)
    assert done.code == 1
    assert "KHONG-CO" in done.err
    assert "Nothing was applied." in done.out
    assert stocked("events", "--item", "LH-DIEN-LUC", "--json").json[0]["change_set"] == "CS-1"


def test_good_rows_are_applied_and_the_others_written_with_reasons(stocked: Run, faulty: Path) -> None:
    """To a file that can be corrected and imported in its turn."""
    done = stocked("import", faulty, "--good-rows")
    assert done.code == 1
    assert "Applied as CS-2: 1 changes." in done.out
    rejected = faulty.with_name("faulty-rejected.toml")
    assert "KHONG-CO" in rejected.read_text("utf-8")
    assert str(rejected) in done.err


def test_a_complete_file_retires_what_is_absent(stocked: Run, tmp_path: Path) -> None:
    """Only with --complete and --scope together."""
    file = tmp_path / "devices.toml"
    file.write_text(
        '[[asset]]\nid = "TS-MOI"\nname = "Máy in"\nsite = "TRU-SO-SUOI-MAU"\nkind = "Máy in"\n', "utf-8"
    )
    assert stocked("import", file, "--complete").code == 64
    done = stocked("import", file, "--complete", "--scope", "UBND-SUOI-MAU", "--dry-run")
    assert "- retired: asset TS-SUOI-MAU-1" in done.out


@pytest.mark.parametrize("wrong", ["Heading", "=site.name", "Heading="])
def test_a_mapping_that_is_none_is_not_understood(run: Run, small: Path, wrong: str) -> None:
    """With the form it should have."""
    done = run("import", small, "--map", wrong)
    assert (done.code, "Heading=kind.field" in done.err) == (64, True)


def test_a_mapped_heading_is_remembered(stocked: Run, tmp_path: Path) -> None:
    """The next import understands it without being told."""
    folder = tmp_path / "contact.csv"
    folder.write_text("id,Số máy lạ\nLH-DIEN-LUC,0900\n", "utf-8-sig")
    assert stocked("import", folder, "--map", "Số máy lạ=contact.phone").code == 0
    folder.write_text("id,Số máy lạ\nLH-DIEN-LUC,0901\n", "utf-8-sig")
    again = stocked("import", folder)
    assert (again.code, "→ 0901" in again.out) == (0, True)


@pytest.mark.parametrize("name", ["out.xlsx", "out.toml", "out"])
def test_export_then_import_changes_nothing(stocked: Run, tmp_path: Path, name: str) -> None:
    """In every format."""
    assert stocked("export", tmp_path / name).code == 0
    assert "There is no difference" in stocked("import", tmp_path / name).out


def test_an_export_overwrites_nothing_unless_told(stocked: Run, tmp_path: Path) -> None:
    """Somebody may have worked in the file."""
    file = tmp_path / "out.toml"
    assert stocked("export", file).code == 0
    assert "exists already" in stocked("export", file).err
    assert stocked("export", file, "--force").code == 0


def test_an_export_of_unknown_kind_is_refused(stocked: Run, tmp_path: Path) -> None:
    """With what is allowed."""
    assert "Use .xlsx, .toml" in stocked("export", tmp_path / "out.pdf").err


def test_a_dry_export_and_a_dry_template_write_nothing(stocked: Run, tmp_path: Path) -> None:
    """They say what they would write."""
    assert "Would write" in stocked("export", tmp_path / "a.toml", "--dry-run").out
    assert "Would write" in stocked("template", tmp_path / "a.xlsx", "--dry-run").out
    assert not list(tmp_path.glob("a.*"))


def test_an_undo_puts_the_old_value_back(stocked: Run, small: Path) -> None:
    """As a change set of its own."""
    before = stocked("events", "--item", "LH-DIEN-LUC", "--json").json[0]["after"]
    stocked("import", small)
    assert "would" not in stocked("undo", "CS-2", "--dry-run").out
    done = stocked("undo", "CS-2")
    assert "CS-2 is undone by CS-3." in done.out
    newest = stocked("events", "--item", "LH-DIEN-LUC", "--json").json[0]
    assert newest["after"].split("=")[1] in before


def test_an_undo_of_nothing_is_a_sentence(stocked: Run) -> None:
    """Not a traceback."""
    done = stocked("undo", "CS-99")
    assert (done.code, "CS-99" in done.err) == (1, True)


def test_a_note_is_kept_with_its_author(stocked: Run) -> None:
    """And found again by its item."""
    assert stocked("record", "RT-SUOI-MAU", "Đã thay nguồn").code == 0
    (note,) = stocked("events", "--kind", "note", "--json").json
    assert (note["entity"], note["reason"]) == ("RT-SUOI-MAU", "Đã thay nguồn")
    assert note["actor"]


def test_a_note_about_nothing_suggests_an_item(stocked: Run) -> None:
    """Ids are long and easily misspelt."""
    done = stocked("record", "RT-SUOI-MAO", "x")
    assert (done.code, "Did you mean RT-SUOI-MAU?" in done.err) == (1, True)
    assert stocked("record", "RT-SUOI-MAU", "x" * 3000).code == 1


@pytest.mark.parametrize("since", ["2026-01-01", "2026-01-01T08:00", "100d", "100d ago", "100 d trước"])
def test_events_are_found_by_time(stocked: Run, since: str) -> None:
    """Local dates, moments, or so long ago."""
    assert stocked("events", "--since", since).code == 0
    assert stocked("events", "--until", "2001-01-01").out == "There are no such events.\n"
    assert "is no moment" in stocked("events", "--since", "yesterday").err


def test_an_import_into_a_running_daemon_reloads_it(daemon: FakeDaemon, stocked: Run, small: Path) -> None:
    """The change takes the same path as a reload."""
    done = stocked("import", small)
    assert (done.code, daemon.reloads) == (0, [False])
    assert "Applied as CS-2: 1 changes." in done.out
    assert stocked("import", small, "--dry-run").code == 0
    assert daemon.reloads == [False]


def test_rejects_come_back_through_the_socket(daemon: FakeDaemon, stocked: Run, faulty: Path) -> None:
    """With their reasons in the reader's language."""
    done = stocked("import", faulty, "--good-rows", "--json", "--lang", "vi")
    assert done.json["change_set"] == "CS-2"
    assert done.json["rejects"][0]["reasons"]
    assert faulty.with_name("faulty-rejected.toml").exists()


def test_undo_record_and_events_go_through_the_daemon_too(
    daemon: FakeDaemon, stocked: Run, small: Path
) -> None:
    """The database belongs to it while it runs."""
    stocked("import", small)
    assert "undone by CS-3" in stocked("undo", "CS-2").out
    assert stocked("record", "RT-SUOI-MAU", "gọi VNPT").code == 0
    assert stocked("events", "--limit", "1", "--json").json[0]["reason"] == "gọi VNPT"
    assert stocked("undo", "CS-99").code == 1


def test_a_reload_shows_the_difference(daemon: FakeDaemon, stocked: Run) -> None:
    """And asks for a dry one when told."""
    daemon.report = ReloadReport(False, True, 2, (Change("settings", "snmp.retries", "2", "3"),))
    done = stocked("reload", "--dry-run")
    assert (done.code, daemon.reloads) == (0, [True])
    assert "snmp.retries" in done.out


def test_a_reload_remarks_on_what_nobody_would_hear_of(daemon: FakeDaemon, stocked: Run) -> None:
    """It is in force all the same."""
    text = Sentence(
        "{key}: the inventory has no organisation unit '{unit}'.", {"key": "routes.a.units", "unit": "B"}
    )
    daemon.report = ReloadReport(True, False, 2, remarks=(text,))
    done = stocked("reload")
    assert done.code == 0
    assert "routes.a.units: the inventory has no organisation unit 'B'." in done.err


def test_a_refused_reload_says_why_and_fails(daemon: FakeDaemon, stocked: Run) -> None:
    """In the language of the command."""
    daemon.report = ReloadReport(False, False, 1, refused=(Sentence("it must not be empty."),))
    done = stocked("reload", "--lang", "vi")
    assert done.code == 1
    assert "không được để trống." in done.err
    assert "vẫn giữ nguyên hiệu lực" in done.err


def test_what_needs_a_daemon_says_so(stocked: Run) -> None:
    """And how to start it."""
    done = stocked("reload")
    assert (done.code, "netwatch run" in done.err) == (1, True)


def test_a_database_in_use_by_a_silent_daemon_is_refused(
    daemon: FakeDaemon, stocked: Run, small: Path
) -> None:
    """Whose socket is elsewhere, say: its holder is named."""
    done = stocked("-s", "daemon.control_socket=elsewhere.sock", "import", small)
    assert (done.code, "The database is in use by" in done.err) == (1, True)


def test_what_a_file_holds_steers_no_terminal(stocked: Run, tmp_path: Path) -> None:
    """Headings and values are shown without the control characters that they bring along."""
    file = tmp_path / "device.csv"
    file.write_bytes(b"id,name,\x1b]52;c;eA==\x07,\xc2\x9b31m\nA\x1b[31m,b,c,d\n")
    done = stocked("import", file, "--dry-run")
    assert "52;c;eA==" in done.err
    assert not [each for each in done.out + done.err if each in "\x1b\x07\x9b"]
