"""`netwatch layouts`, and imports by one; imports of many rows into a running daemon."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inventory.apply import Moved
from inventory.incoming import IncomingRow
from netwatch import commands, layouts
from netwatch.commands import ImportOrder
from netwatch.control.contract import Refused
from netwatch.control.fake import FakeDaemon
from netwatch.control.proposal_wire import NotUnderstood, rows_from_line
from netwatch.control.proposing import MOST_UPLOADS, Uploads

Run = Callable[..., Any]

LAYOUT = """note = "Bảng của huyện"
[[sheet]]
headings = 2
skip = ["Tổng*"]
[[sheet.rows]]
of = "contact"
[sheet.rows.fields]
id = "LH-{Họ tên|code}"
name = "{Họ tên}"
role = { from = "{Việc}", words = { "báo hỏng*" = "provider_fault_desk" } }
phone = "{Số máy}"
"""
TABLE = "Danh bạ\nHọ tên;Việc;Số máy\nNguyễn Thị Nga;Báo hỏng VNPT;0900\nTổng: 1;;\n"


@pytest.fixture
def table(home: Path) -> Path:
    """Somebody's list."""
    path = home / "danh-ba.csv"
    path.write_text(TABLE, "utf-8")
    (home / "huyen.toml").write_text(LAYOUT, "utf-8")
    return path


def test_a_layout_is_saved_listed_shown_used_and_deleted(stocked: Run, home: Path, table: Path) -> None:
    """Attributed, and every change of it an event."""
    assert "No layout is saved" in stocked("layouts", "list").out
    assert "Would save" in stocked("layouts", "save", home / "huyen.toml", "--dry-run").out
    assert stocked("layouts", "save", home / "huyen.toml").code == 0
    (kept,) = stocked("layouts", "list", "--json").json["layouts"]
    assert (kept["name"], bool(kept["author"]), kept["content"]) == ("huyen", True, LAYOUT)
    assert "Bảng của huyện" in stocked("layouts", "list").out
    assert stocked("layouts", "show", "huyen").out == LAYOUT
    dry = stocked("import", table, "--layout", "huyen", "--dry-run", "--json").json
    assert [(each["kind"], each["id"]) for each in dry["changes"]] == [("contact", "LH-NGUYEN-THI-NGA")]
    done = stocked("import", table, "--layout", "huyen")
    assert (done.code, "Applied as CS-2: 1 changes." in done.out) == (0, True)
    assert stocked("layouts", "export", "huyen", "-o", home / "again.toml").code == 0
    assert (home / "again.toml").read_text("utf-8") == LAYOUT
    assert stocked("layouts", "delete", "huyen").code == 0
    events = stocked("events", "--kind", "layout", "--json").json
    assert [each["entity"] for each in events] == ["huyen", "huyen"]
    assert stocked("layouts", "show", "huyen").code == 64


def test_a_layout_in_a_file_needs_no_saving(stocked: Run, home: Path, table: Path) -> None:
    """Named by its path; an unknown name tells the known ones, a faulty one its line."""
    assert stocked("import", table, "--layout", home / "huyen.toml", "--dry-run").code == 0
    assert "There is no layout 'x'" in stocked("import", table, "--layout", "x").err
    (home / "bad.toml").write_text(LAYOUT.replace("of =", "off ="), "utf-8")
    refused = stocked("layouts", "save", home / "bad.toml")
    assert (refused.code, "Layout, line 6: 'off' is not known here." in refused.err) == (64, True)
    vietnamese = stocked("layouts", "save", home / "bad.toml", "--lang", "vi")
    assert "Bố cục, dòng 6" in vietnamese.err


def test_a_layout_is_proposed_from_a_file(stocked: Run, home: Path, table: Path) -> None:
    """To be edited and saved."""
    done = stocked("layouts", "guess", table, "-o", home / "guess.toml")
    assert done.code == 0
    assert stocked("import", table, "--layout", home / "guess.toml", "--dry-run").code in (0, 1)
    (home / "leer.csv").write_text("a\n1\n", "utf-8")
    assert stocked("layouts", "guess", home / "leer.csv").code == 1


def test_layouts_of_a_running_daemon(daemon: FakeDaemon, stocked: Run, home: Path, table: Path) -> None:
    """The database belongs to it while it runs."""
    assert stocked("layouts", "save", home / "huyen.toml", "--as", "a b").code == 1
    assert stocked("layouts", "save", home / "huyen.toml", "--as", "kèm-1").code == 0
    assert list(layouts.saved(daemon.engine)) == ["kèm-1"]
    assert stocked("import", table, "--layout", "kèm-1").code == 0
    assert stocked("layouts", "delete", "kèm-1").code == 0
    assert stocked("layouts", "list", "--json").json["layouts"] == []


def _assets(path: Path, count: int, site: str) -> Path:
    entry = '[[asset]]\nid = "M{0}"\nname = "Máy {0}"\nsite = "{1}"\nkind = "pc"\n'
    path.write_text("".join(entry.format(number, site) for number in range(count)), "utf-8")
    return path


def test_many_rows_go_by_parts_and_are_proposed_in_a_process_of_their_own(
    daemon: FakeDaemon, stocked: Run, home: Path
) -> None:
    """The report is whole all the same; a faulty row keeps all out, and an undo takes all back."""
    site = next(iter(commands.inventory_of(daemon.engine, None).of("site")))
    file = _assets(home / "assets.toml", 1_201, site)
    done = stocked("import", file, "--json")
    assert (done.code, len(done.json["changes"]), done.json["change_set"]) == (0, 1_201, "CS-2")
    assert daemon.reloads == [False]
    assert len(commands.inventory_of(daemon.engine, None).of("asset")) >= 1_201
    with file.open("a", encoding="utf-8") as more:
        more.write('[[asset]]\nid = "X"\nname = "x"\nsite = "NOWHERE"\nkind = "pc"\n')
    refused = stocked("import", file, "--json")
    assert (refused.code, refused.json["applicable"], len(refused.json["changes"])) == (1, False, 0)
    assert stocked("undo", "CS-2").code == 0
    assert "M7" not in commands.inventory_of(daemon.engine, None).of("asset")


def test_an_import_is_proposed_anew_when_the_inventory_moved(
    daemon: FakeDaemon, stocked: Run, home: Path
) -> None:
    """What was proposed against an older revision is never written."""
    order = _order(daemon, IncomingRow("contact", "c", 1, {"id": "LH-DIEN-LUC", "phone": "0901"}))
    proposed = commands.propose_import(daemon.engine, order)
    other = _order(daemon, IncomingRow("contact", "c", 1, {"id": "LH-DIEN-LUC", "phone": "0902"}))
    commands.import_rows(daemon.engine, other)
    with pytest.raises(Moved):
        commands.write_import(daemon.engine, proposed, order)
    assert commands.import_rows(daemon.engine, order).changes[0].fields[0].before == "0902"


def _order(daemon: FakeDaemon, *rows: IncomingRow) -> ImportOrder:
    return ImportOrder(rows, "nga", daemon.now(), daemon.local_time().date(), "x")


def test_uploads_belong_to_who_sends_them_and_are_bounded() -> None:
    """Nobody adds to or takes another's rows; so many at a time, and old ones make room."""
    now = [0]
    uploads = Uploads(lambda: now[0])
    uploads.add("a", "nga", "[]")
    for name, author, line in (("a", "lan", "[]"), ("a", "nga", "[]\n[]")):
        with pytest.raises(Refused):
            uploads.add(name, author, line)
    with pytest.raises(Refused):
        uploads.take("a", "lan")
    for number in range(1, MOST_UPLOADS):
        uploads.add(str(number), "nga", "[]")
    with pytest.raises(Refused, match="busy"):
        uploads.add("one too many", "nga", "[]")
    now[0] = 10**12
    uploads.add("later", "nga", json.dumps([["device", "s", 1, {"id": "x"}]]))
    with uploads.take("later", "nga").file as file:
        file.seek(0)
        assert len(file.readlines()) == 1


@pytest.mark.parametrize(
    "line",
    ["[5]", '[["device", "s", 1, {"id": 5}]]', "{", '[["device", "s", 1, []]]', '[["device", 5, 1, {}]]'],
)
def test_rows_that_are_none_are_refused(line: str) -> None:
    """By the process that reads them."""
    with pytest.raises(NotUnderstood):
        list(rows_from_line(line))
