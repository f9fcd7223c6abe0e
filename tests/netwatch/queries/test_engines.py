"""What somebody should look into: devices that share an SNMPv3 engine id, senders of useless datagrams."""

from dataclasses import replace

import pytest

from netwatch.check import Check, Observation
from netwatch.present import Present
from netwatch.queries.engines import KIND, NOTE, Engines, shared_engines
from netwatch.queries.health import health, remarks
from netwatch.translate.to_exporters_daemon import daemon_families
from probes.registry import probes

ENGINE, OTHER = "80001f8804ab", "80001f8804cd"


def told(present: Present, *rows: tuple[str, str, str]) -> Present:
    """The same present after looks at (device, address), each of which told an engine id."""
    template = next(iter(present.checks.values()))
    checks: dict[str, Check] = {}
    latest: dict[str, Observation] = {}
    for place, (device, address, engine) in enumerate(rows):
        id_ = f"system-{place}"
        checks[id_] = replace(template, id=id_, target=device, kind=KIND, address=address, snmp_port=161)
        note = (("", NOTE, engine),) if engine else ()
        latest[id_] = Observation("c", place, 1, id_, present.at, 1, (), notes=note)
    return replace(present, checks=checks, latest=latest)


@pytest.fixture
def cloned(present: Present) -> Present:
    """Two devices of one engine id, one of its own, one that tells none."""
    rows = [("sw-b", "10.0.0.2", ENGINE), ("sw-a", "10.0.0.1", ENGINE), ("sw-c", "10.0.0.3", OTHER)]
    return told(present, *rows, ("sw-d", "10.0.0.4", ""))


def test_devices_that_share_one_are_named(cloned: Present) -> None:
    assert shared_engines(cloned) == {ENGINE: ("sw-a", "sw-b")}


def test_one_agent_under_two_names_is_no_sharing(present: Present) -> None:
    rows = [("sw-a", "10.0.0.1", ENGINE), ("sw-a-old", "10.0.0.1", ENGINE)]
    assert shared_engines(told(present, *rows)) == {}


def test_who_asks_again_gets_the_same_until_a_look_says_otherwise(cloned: Present) -> None:
    """Nothing is gathered anew while the notes of every look are the same objects; a look that fails has none."""
    engines, latest = Engines(cloned.checks), dict(cloned.latest)
    first = engines.shared(latest)
    latest["system-0"] = replace(latest["system-0"], at=cloned.at + 1)
    assert engines.shared(latest) is first == {ENGINE: ("sw-a", "sw-b")}
    latest["system-2"] = replace(latest["system-2"], notes=(("", NOTE, ENGINE),))
    assert engines.shared(latest) == {ENGINE: ("sw-a", "sw-b", "sw-c")}
    latest["system-0"] = replace(latest["system-0"], notes=())
    del latest["system-1"]
    assert engines.shared(latest) == {}


def test_they_are_remarked_on_and_no_fault(cloned: Present, present: Present) -> None:
    """The daemon stays healthy."""
    assert remarks(cloned) == (("snmp_engine_shared", f"{ENGINE}: sw-a, sw-b"),)
    assert remarks(present) == ()
    assert health(cloned).healthy


def test_a_metric_counts_them(cloned: Present, present: Present) -> None:
    for shown, number in ((cloned, 1), (present, 0)):
        families = {family.name: family for family in daemon_families(shown, "1")}
        assert families["netwatch_snmp_duplicate_engine_ids"].points[0].value == number


def test_the_probe_that_tells_it_is_there() -> None:
    """The name by which it is known here."""
    assert KIND in probes()
    assert probes()[KIND].look.__globals__["ENGINE_ID"] == NOTE


def test_senders_of_many_useless_datagrams_are_named_and_a_few_late_answers_are_not(present: Present) -> None:
    """Whoever looks with the doctor learns the addresses; health is not affected."""
    counts = replace(present.counts, strays={"192.0.2.7": 60_000, "192.0.2.8": 12})
    found = replace(present, counts=counts)
    assert ("snmp_strays", "192.0.2.7: 60000") in remarks(found)
    assert health(found).healthy == health(present).healthy
