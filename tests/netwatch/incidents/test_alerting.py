"""What routes and silences see of an incident."""

from dataclasses import replace
from typing import Any, TypeAlias

from alerts.contract import Severity
from netwatch.incidents.alerting import to_alert
from netwatch.incidents.contract import Mark

# The class in conftest.py, which cannot be imported.
World: TypeAlias = Any


def test_an_alert_names_whatever_is_hit_and_whose_it_is(world: World) -> None:
    """Roots and members, their sites, agencies with all above, providers and feeders."""
    world.cut("mC").wait(20)
    alert = to_alert(world.only, world.places)
    assert (alert.incident, alert.nature, alert.severity) == (1, "fault", Severity.CRITICAL)
    assert alert.subjects == {"mC", "rC", "swC", "camC", "C"}
    assert (alert.units, alert.sites) == ({"XA-C", "TINH"}, {"C"})
    assert (alert.providers, alert.feeders) == ({"VNPT"}, {"472"})
    assert (alert.onset, alert.opened) == (world.only.onset, world.only.opened)
    assert alert.announced == world.only.announced
    assert (alert.closed, alert.blame, alert.suppressed, alert.acknowledged) == (None, "undecided", "", False)


def test_an_acknowledged_suppressed_alert_says_so(world: World) -> None:
    """And what was hit stays named after the end."""
    world.cut("mC").wait(20)
    world.mend("mC").wait(70)
    over = replace(world.incidents[1], acknowledged=Mark("an", 1), suppressed="maintenance:3")
    alert = to_alert(over, world.places)
    assert (alert.acknowledged, alert.suppressed, alert.closed) == (True, "maintenance:3", over.closed)
    assert "camC" in alert.subjects


def test_our_own_blindness_belongs_to_nobody(world: World) -> None:
    """Only routes for everything take it."""
    world.more["blind"] = {"local": world.now}
    world.step()
    alert = to_alert(world.only, world.places)
    assert (alert.units, alert.sites, alert.subjects) == (frozenset(), frozenset(), {"vantage:local"})
