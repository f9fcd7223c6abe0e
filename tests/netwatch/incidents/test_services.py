"""Services among incidents: told by themselves, with the device they run on, and for their certificates."""

from typing import Any

import pytest

from inventory.snapshot import Inventory, Service
from netwatch.check import FactKey
from netwatch.incidents.contract import Cause, Nature, Severity
from netwatch.incidents.places import Places
from netwatch.topology import topology
from netwatch.verdict import FactNow, Kind, Subject, SubjectKind, Verdict


@pytest.fixture
def served(world: Any) -> Any:  # noqa: ANN401 - the conftest's own world
    """The province with a portal and a name server that run on one device of site A."""
    services = {
        id_: Service(id=id_, name=name, site="A", kind="web", location="https://cong.example/", device="camA")
        for id_, name in (("WEB", "Cổng"), ("DNS", "Tên miền"))
    }
    world.inventory = Inventory({**world.inventory.records, "service": services}, revision=2)
    world.places = Places(world.inventory)
    subjects = [
        Subject(id_, SubjectKind.SERVICE, (FactKey(id_, "", "usable"),), parents=("camA",))
        for id_ in services
    ]
    world.topology = topology([*world.topology.subjects.values(), *subjects], 2)
    world.step()
    return world


def test_a_service_that_fails_alone_is_an_incident_of_its_own(served: Any) -> None:  # noqa: ANN401
    """It is blamed on what it says itself, and is of minor severity; once it is back, the incident ends."""
    served.cut("WEB").wait(120)
    incident = served.only
    assert incident.roots == ("WEB",)
    assert (incident.nature, incident.severity) == (Nature.FAULT, Severity.MINOR)
    assert incident.blame.cause in (Cause.STATE, Cause.UNDECIDED)
    served.mend("WEB").wait(3600, every=60)
    assert served.open == []


def test_the_services_of_a_failed_device_are_told_with_it(served: Any) -> None:  # noqa: ANN401
    """One cause, one message: they are members of the device's incident, whichever failed first."""
    served.cut("WEB").wait(5)
    served.cut("camA", "DNS").wait(300)
    incident = served.only
    assert "camA" in incident.roots
    assert "WEB" not in incident.roots
    assert {"WEB", "DNS"} <= served.members(incident)


def test_a_certificate_is_told_as_what_it_is(served: Any) -> None:  # noqa: ANN401
    """A degraded service is beyond a limit of its own, not failed."""
    served.stick(
        "WEB", Verdict(Kind.DEGRADED, "certificate_expired", evidence="certificate has expired")
    ).wait(120)
    incident = served.only
    assert (incident.nature, incident.roots, incident.reason) == (
        Nature.LIMIT,
        ("WEB",),
        "certificate_expired",
    )


def test_that_our_own_resolver_fails_is_told_of_us(served: Any) -> None:  # noqa: ANN401
    """Unknown for long is an incident of ignorance, and nothing is said to have failed."""
    served.wrong |= {id_: FactNow(None, "own_resolver") for id_ in ("WEB", "DNS")}
    served.wait(7200, every=60)
    assert {each.nature for each in served.open} == {Nature.IGNORANCE}


def test_a_fault_that_an_endpoint_reports_is_told(world: Any) -> None:  # noqa: ANN401
    """It works, but not well."""
    world.stick("vcD", Verdict(Kind.DEGRADED, "server_fault", evidence="503")).wait(120)
    assert (world.only.nature, world.only.roots) == (Nature.LIMIT, ("vcD",))


def test_what_an_endpoint_is_only_with_its_device_is_told_of_that(world: Any) -> None:  # noqa: ANN401
    """It belongs to the device's incident."""
    fault = Verdict(Kind.DEGRADED, "hardware_fault", evidence="Fan 1")
    world.stick("codecD", fault).stick(
        "vcD", Verdict(Kind.DEGRADED, "hardware_fault", "codecD", "Fan 1")
    ).wait(120)
    assert (world.only.nature, world.only.roots) == (Nature.LIMIT, ("codecD",))
    assert world.members(world.only) == {"vcD"}
