"""The laboratory itself, before anything is believed that is seen in it."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network

pytestmark = pytest.mark.lab


def round_trips(network: "Network", address: str, count: int) -> tuple[int, float]:
    """How many of so many echoes returned, and the shortest round trip in seconds."""
    command = network.world.command("nms", "ping", "-q", "-i0.01", f"-c{count}", "-W1", address)
    said = network.answer(command)
    received = re.search(r"(\d+) received", said)
    shortest = re.search(r"= ([\d.]+)/", said)
    assert received is not None
    return int(received[1]), float(shortest[1]) / 1000 if shortest else 0.0


def test_it_is_a_province(network: "Network") -> None:
    """At least thirty namespaces, and whoever stands two steps behind a line of a line is reached."""
    assert len(network.world.run("", "ip", "netns", "list").splitlines()) >= 30
    network.until_reached("10.110.1.10", "10.114.0.10", "10.60.1.200")


def test_lines_delay_lose_and_are_cut(network: "Network") -> None:
    """A line's delay counts twice in a round trip, half lost both ways leaves a quarter, a cut one carries nothing."""
    network.line("f01", delay=0.03)
    assert 0.06 <= round_trips(network, "10.5.0.2", 5)[1] < 0.5
    network.line("f01", loss=0.5, delay=0.0)
    assert 5 < round_trips(network, "10.5.0.2", 100)[0] < 60
    network.line("f01", loss=0.0, cut=True, delay=0.002)
    assert round_trips(network, "10.5.0.2", 5)[0] == 0
    network.mend("f01")
    assert round_trips(network, "10.5.0.2", 5)[0] == 5


def test_routing_fails_over_when_a_line_is_cut(network: "Network") -> None:
    """A site with two lines is reached again within seconds after one is cut, and its lines' ends tell which."""
    network.cut("dual-a")
    network.until_reached("10.112.0.1", "10.3.1.2")
    assert not network.reaches("10.2.0.2")
    network.heal()
    network.until_reached("10.2.0.2")


def test_agents_answer_and_begin_anew_after_a_power_cut(network: "Network") -> None:
    """The UPS tells whether it is on battery; an agent that lost power counts its uptime from zero."""
    asking = ("snmpget", "-m", "", "-Oqv", "-v2c", "-c", network.community, "-r8", "-t0.25", "10.114.0.10")
    assert network.world.run("nms", *asking, "1.3.6.1.2.1.33.1.4.1.0").strip() == "3"
    network.on_battery(True)
    assert network.world.run("nms", *asking, "1.3.6.1.2.1.33.1.4.1.0").strip() == "5"
    before = network.agents["p01-ups"]
    network.power_off("p01-ups")
    network.heal()
    assert network.agents["p01-ups"] is not before
    assert network.world.run("nms", *asking, "1.3.6.1.2.1.33.1.4.1.0").strip() == "3"
