"""Whether a device is the one the inventory declares."""

import pytest

from inventory.snapshot import Device, Inventory
from netwatch.check import Check, Observation
from netwatch.identities import EVENT, Identities, differences, from_facts

CHECK = Check("c", "sw1", "snmp_equipment", "", "sw1", "10.0.0.1", 1, 1, 1)


def device(model: str | None = None, serial: str | None = None) -> Device:
    return Device(id="sw1", name="SW 1", site="S", kind="switch", model=model, serial=serial)


def look(at: int, **told: str) -> Observation:
    notes = tuple(("", name, text) for name, text in told.items())
    return Observation("local", at, 1, "c", at, 0, (), notes=notes)


@pytest.mark.parametrize(
    ("declared", "told", "differing"),
    [
        ({"serial": "FOC1234X0AA"}, {"serial": "FOC1234X0AA"}, []),
        ({"serial": "foc1234-x0aa "}, {"serial": "FOC1234X0AA"}, []),
        ({"serial": "FOC1234X0AA"}, {"serial": "FOC1234X0AB"}, ["serial"]),
        ({"serial": "FOC1234"}, {"serial": "FOC1234X0AB"}, ["serial"]),
        ({"model": "S5720"}, {"model": "S5720-28P-SI-AC"}, []),
        ({"model": "Cisco C9200L-24T"}, {"model": "C9200L-24T"}, []),
        ({"model": "C9200L-24T"}, {"model": "C9200L-48T"}, ["model"]),
        ({"model": "C9", "serial": "1"}, {"model": "X", "serial": "2"}, ["model", "serial"]),
        ({}, {"model": "X", "serial": "2"}, []),
        ({"model": "X", "serial": "2"}, {}, []),
    ],
)
def test_what_is_another_than_declared(
    declared: dict[str, str], told: dict[str, str], differing: list[str]
) -> None:
    """Case and signs do not matter; a model may be told at greater length, a serial number not."""
    assert [one.name for one in differences(device(**declared), told)] == differing


def test_it_is_told_once_and_again_when_it_is_another() -> None:
    """Also over a restart; a device that is as declared in between is news when it no longer is."""
    inventory = Inventory({"device": {"sw1": device(serial="A")}})
    identities = Identities()

    def news(seen: Observation) -> list[str]:
        told.extend(identities.news(inventory, {"c": CHECK}, {"c": seen}))
        return [str(one.facts["found"]) for one in told[-1:]]

    told = [*identities.news(inventory, {"c": CHECK}, {})]
    assert news(look(1, serial="B")) == ["B"]
    assert (told[0].kind, told[0].at) == (EVENT, 1)
    assert told[0].facts == {"device": "sw1", "what": "serial", "declared": "A", "found": "B"}
    news(look(2, serial="B"))
    assert len(told) == 1
    identities = Identities([from_facts(one.facts) for one in told])
    news(look(3, serial="B"))
    assert len(told) == 1
    # A look that could not tell says nothing about who it is.
    news(Observation("local", 4, 1, "c", 4, 0, ()))
    news(look(5, serial="B"))
    assert len(told) == 1
    news(look(6, serial="A"))
    assert news(look(7, serial="B")) == ["B"]
    assert len(told) == 2
