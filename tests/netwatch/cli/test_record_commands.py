"""Field records by the command line: written as rows of the inventory, listed, undone."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from inventory.snapshot import SurgeProtector
from netwatch.cli.shell import Shell
from netwatch.cli.trip_test import watched, why_unread
from netwatch.control.contract import OneOff, Saw
from netwatch.control.fake import FakeDaemon, answering

Run = Callable[..., Any]
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
SPD, AT = "CS-SUOI-MAU", ("--on", "2026-03-01", "--at", "08:05")


def test_a_replacement_is_a_row_of_the_inventory_that_can_be_undone(stocked: Run) -> None:
    """With its person, its moment and a code of its own."""
    done = stocked("record", "replacement", SPD, *AT, "--person", "An", "--note", "Mô-đun L1", "--json")
    assert done.code == 0
    assert done.json["change_set"] == "CS-2"
    assert done.json["record"] == {
        "id": f"{SPD}/replacement/2026-03-01T08:05",
        "item": SPD,
        "kind": "replacement",
        "on": "2026-03-01",
        "at": "08:05",
        "person": "An",
        "note": "Mô-đun L1",
    }
    listed = stocked("record", "list", SPD, "--json").json
    assert [row["kind"] for row in listed["records"]] == ["replacement", "trip_test"]
    assert listed["commissioned"] is True
    assert stocked("undo", "CS-2").code == 0
    assert len(stocked("record", "list", SPD, "--json").json["records"]) == 1


def test_a_dry_run_changes_nothing(stocked: Run) -> None:
    """But says what would be written down."""
    done = stocked("record", "earth", SPD, *AT, "--reading", "3,5", "--note", "khô", "--dry-run")
    assert "dry run" in done.out
    shown = next(line for line in done.out.splitlines() if line.startswith("01/03/2026 08:05"))
    assert all(word in shown for word in ("earth", "3,5", "khô"))
    assert len(stocked("record", "list", SPD, "--json").json["records"]) == 1


def test_a_record_of_now_has_the_moment_of_now(stocked: Run) -> None:
    """Two of one minute do not overwrite each other."""
    done = stocked("record", "strike", SPD, "--reading", "3", "--json").json["record"]
    assert done["id"].startswith(f"{SPD}/strike/{done['on']}T{done['at']}:")
    assert done["reading"] == "3"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("earth", SPD, *AT), 1, "needs"),
        (("earth", SPD, *AT, "--reading", "viele"), 1, "is not a number"),
        (("strike", "CS-SUOI-MAO"), 64, "Did you mean CS-SUOI-MAU?"),
        (("replacement", SPD, "--on", "2199-01-01"), 64, "lies in the future"),
        (("replacement", SPD, "--on", "31/02/2026"), 64, "there is no day"),
        (("replacement", SPD, "--at", "25:00"), 64, "is not a time of day"),
        (("trip-test", "RT-SUOI-MAU", *AT), 1, "has no contact that is read"),
        (("trip-test", SPD, *AT, "--positions", "ajar"), 1, "is not one of the choices"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    stocked: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    """And nothing is written down."""
    done = stocked("record", *words)
    assert done.code == code
    assert said in done.out + done.err
    assert len(stocked("record", "list", SPD, "--json").json["records"]) == 1


def test_a_trip_test_done_by_hand_names_the_input_that_was_tried(stocked: Run) -> None:
    """Another input would need another test."""
    done = stocked("record", "trip-test", SPD, *AT, "--positions", "closed,open", "--json")
    assert done.code == 0
    assert done.json["record"]["input"] == "IO-SUOI-MAU snmp:1.3.6.1.4.1.99999.2.1.0"


def _look(value: str) -> tuple[OneOff, ...]:
    return (
        OneOff(SPD, "snmp_scalar", "", "10.0.0.1", 0.01, True, saw=(Saw("fact", "", "expected", value),)),
    )


def test_a_live_trip_test_writes_down_only_what_was_seen(stocked: Run, daemon: FakeDaemon) -> None:
    """The contact never moved: one position, exit code 1, and the person is told."""
    daemon.looks = _look("yes")
    done = stocked("record", "trip-test", SPD, "--seconds", "1", "--json")
    assert done.code == 1
    assert "Only one position was seen" in done.err
    assert "pull the module" in done.err


def test_notes_are_written_as_before(stocked: Run, home: Path) -> None:
    """`record ITEM TEXT` needs no word `note`, wherever its options stand."""
    assert stocked("record", SPD, "gọi điện").code == 0
    assert stocked("record", "--dry-run", SPD, "gọi điện").code == 0
    assert stocked("record", "note", SPD, "gọi điện").code == 0


@dataclass
class Moving(FakeDaemon):
    """A daemon whose contact is looked at again and again, and is somewhere else each time."""

    coming: list[str] = field(default_factory=list)

    async def probe(self, target: str, kinds: tuple[str, ...]) -> tuple[OneOff, ...]:
        """The next position."""
        return _look(self.coming.pop(0))


def test_a_live_trip_test_ends_when_the_contact_is_back(
    stocked: Run,
    home: Path,
    daemon: FakeDaemon,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Pulled, unreadable for a moment, put back: the person is told each time, and both positions were seen."""
    coming = ["yes", "yes", "no", "unknown", "no", "yes", "no"]
    socket = home / "moving.socket"
    moving = Moving(daemon.engine, NOON, daemon.shown, coming=coming)
    shell = Shell("en", home / "netwatch.toml", (f"daemon.control_socket={socket}",))
    protector = SurgeProtector(id=SPD, name="Chống sét", site="s")
    with answering(moving, socket):
        assert watched(shell, protector, 60, pace=0) == ("closed", "open")
    told = capfd.readouterr().err.splitlines()
    assert [line for line in told if line.startswith("Seen")] == [
        "Seen: closed.", "Seen: open.", "Seen: open.", "Seen: closed.",
    ]  # fmt: skip
    assert coming == ["no"]


def test_why_a_contact_cannot_be_read_is_told() -> None:
    """What the device said, or why it said nothing; a strike counter has no part in it."""
    saw = Saw("fact", "", "expected", "unknown", "not_offered", "state.json#spd")
    counter = OneOff(SPD, "http_point", "strikes", "10.0.0.5", 0.1, False, "refused", "TCP 80")
    unread = replace(_look("unknown")[0], saw=(saw,))
    assert [str(one) for one in why_unread((counter, unread))] == [
        "does not offer the value",
        "[state.json#spd]",
    ]
    silent = replace(_look("unknown")[0], saw=(), reason="refused", detail="TCP 80")
    assert str(why_unread((silent,))[1]) == "[TCP 80]"
    assert why_unread(_look("no")) == ()


@pytest.mark.parametrize(("kind", "refused"), [("earth", True), ("strike", True), ("inspection", False)])
def test_what_cannot_be_negative_is_refused(stocked: Run, kind: str, refused: bool) -> None:
    """Resistances and numbers of strikes; what an inspection reads may be a temperature."""
    done = stocked("record", kind, SPD, *AT, "--reading", "-3")
    assert (done.code == 1, "never negative" in done.err) == (refused, refused)
