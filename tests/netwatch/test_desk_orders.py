"""Orders to the desk from whoever may open the control socket: bounded and readable, or refused in a sentence."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.contract import Severity, Silence, Window
from inventory.snapshot import Inventory, Site
from netwatch import desk_commands as acts
from netwatch.clock import DAY, HOUR, SECOND
from netwatch.control.contract import Refused
from netwatch.incidents.arrangement import Arrangement
from netwatch.incidents.circumstances import Circumstances
from netwatch.incidents.contract import DeskChange, Incident, Nature
from netwatch.incidents.desk import Desk
from netwatch.incidents.places import Places
from netwatch.incidents.reclassifying import Reclassification, carry_out
from netwatch.queries.windows import silence_list, window_list
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store

NOW = 1_800_000_000 * SECOND
WHO = acts.Who("lan", NOW)
PLACES = Places(Inventory({"site": {"S1": Site(id="S1", name="trụ sở", organisation_units=())}}))
INCIDENT = Incident(
    1, Nature.FAULT, ("S1",), "subject:S1", "no_answer", NOW - HOUR, NOW - HOUR, NOW - HOUR, Severity.MAJOR
)
SILENCE = Silence(0, NOW, NOW + HOUR, "", "thử", sites=("S1",))
WINDOW = Window(0, NOW, HOUR, "", "thử", sites=("S1",))
FAR = (10**17, 2**62, 2**63, 10**30)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """A database with one open incident."""
    opened = open_store(f"sqlite:///{tmp_path}/netwatch.db", Holder("here", 1, 0, "test"))
    opened.put(DeskChange(incidents=(INCIDENT,)))
    yield opened
    opened.close()


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    """The desk on it."""
    made = Desk(store, Arrangement(lambda *_: None, places=PLACES), Circumstances())  # type: ignore[arg-type]
    made.restore({}, (), NOW - DAY, NOW)
    return made


@pytest.mark.parametrize("far", FAR)
def test_no_silence_lies_beyond_the_calendar(desk: Desk, far: int) -> None:
    """It would be stored, and nobody could list silences any more."""
    for asked in (replace(SILENCE, start=far, end=far + HOUR), replace(SILENCE, start=-far, end=NOW + HOUR)):
        with pytest.raises(Refused):
            acts.add_silence(desk, acts.AddSilence(asked), WHO)
    assert silence_list(desk.view, NOW).silences == ()


@pytest.mark.parametrize("far", FAR)
def test_no_window_lasts_or_lies_beyond_the_calendar(desk: Desk, far: int) -> None:
    """One that lasts for ages and comes every hour would be walked through again and again."""
    for asked in (
        replace(WINDOW, duration=far),
        replace(WINDOW, duration=far, rule="FREQ=HOURLY"),
        replace(WINDOW, start=far),
        replace(WINDOW, until=far, rule="FREQ=DAILY"),
    ):
        with pytest.raises(Refused):
            acts.add_windows(desk, acts.AddWindows((asked,)), WHO)
    assert window_list(desk.view, PLACES, NOW).windows == ()


@pytest.mark.parametrize("far", FAR)
def test_no_time_beyond_the_calendar_is_reclassified(store: SqlStore, far: int) -> None:
    """Refused, not failed."""
    given = Reclassification(WINDOW, NOW - DAY, NOW - HOUR, "thử", "lan")
    for order in (
        replace(given, end=far),
        replace(given, start=-far),
        replace(given, window=replace(WINDOW, zone="../x"), end=NOW),
    ):
        with pytest.raises(Refused):
            carry_out(store, PLACES, order, NOW)


def test_a_window_of_a_year_is_possible_and_a_longer_one_is_not(desk: Desk) -> None:
    """A building that is pulled down; longer ones are entered again."""
    acts.add_windows(desk, acts.AddWindows((replace(WINDOW, duration=366 * DAY),)), WHO)
    with pytest.raises(Refused, match="366 days"):
        acts.add_windows(desk, acts.AddWindows((replace(WINDOW, duration=366 * DAY + 1),)), WHO)


def test_nothing_hidden_is_kept_of_what_people_write(desk: Desk) -> None:
    """Others read it on their terminals."""
    wild = " đã\x1b[2J gọi\r\n\u202eEVN\x00\ud800 "
    acts.acknowledge(desk, acts.Acknowledge("1", wild), WHO)
    acts.assign(desk, acts.Assign(1, wild), WHO)
    acts.blame(desk, acts.Blame(1, "power", wild), WHO)
    incident = desk.view.incidents[1]
    assert incident.assigned == "đã[2J gọi EVN"
    assert incident.word is not None
    assert incident.word.params["text"] == "đã[2J gọi EVN"


def test_a_list_of_names_without_end_is_refused(desk: Desk) -> None:
    """Each unknown name would be compared with all there are."""
    many = tuple(f"X{number}" for number in range(5000))
    with pytest.raises(Refused, match="1000"):
        acts.add_silence(desk, acts.AddSilence(replace(SILENCE, sites=many)), WHO)
    with pytest.raises(Refused, match="1000"):
        acts.add_windows(desk, acts.AddWindows((replace(WINDOW, subjects=many),)), WHO)
