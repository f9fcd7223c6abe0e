"""Looks go on as they were planned, whatever happens to the plan meanwhile."""

import pytest

from netwatch.check import Check
from netwatch.clock import SECOND, ManualClock
from netwatch.looking import Looker
from netwatch.translate.to_probes import params
from probes.kit import Kit
from probes.registry import probes
from probes.transports.fakes import FakeIcmp, FakeMonotonic, FakeSnmp

pytestmark = pytest.mark.anyio


async def test_a_check_that_two_reloads_ago_was_removed_is_still_looked_at() -> None:
    """It waited in its lane behind others; its look is as planned and ends nobody."""
    monotonic, kinds = FakeMonotonic(), probes()
    looker = Looker(kinds, Kit(icmp=FakeIcmp(), snmp=FakeSnmp(), monotonic=monotonic), ManualClock(SECOND))
    check = Check("c", "d", "icmp_echo", "", "d", "127.0.9.1", 60 * SECOND, SECOND, SECOND)
    looker.adopt(1, {check.id: check}, {check.id: params(check, kinds["icmp_echo"])})
    looker.adopt(2, {}, {})
    looker.adopt(3, {}, {})
    seen = await looker.look(check)
    assert (seen.check, [fact.holds for fact in seen.facts]) == ("c", [False])
