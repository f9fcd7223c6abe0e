"""Looks go on as they were planned, whatever happens to the plan meanwhile."""

from dataclasses import replace

import pytest

from netwatch.check import Check
from netwatch.clock import SECOND, ManualClock
from netwatch.looking import Looker
from netwatch.translate.to_probes import params
from probes.contract import Note, Params, Probe, Seen, Target
from probes.kit import Kit
from probes.transports.fakes import FakeIcmp, FakeMonotonic, FakeSnmp

pytestmark = pytest.mark.anyio


class Words(Params):
    """What to say."""

    word: str


async def _say(target: Target, words: Words, _kit: Kit) -> Seen:
    return Seen((Note("", words.word, target.address),))


SAYS = Probe("says", Words, _say, ())
OLD = Check("c", "d", "says", "", "d", "127.0.9.1", 60 * SECOND, SECOND, SECOND, params={"word": "old"})
NEW = replace(OLD, address="127.0.9.2", params={"word": "new"})


@pytest.fixture
def looker() -> Looker:
    """It has adopted the old check."""
    kit = Kit(icmp=FakeIcmp(), snmp=FakeSnmp(), monotonic=FakeMonotonic())
    looker = Looker({"says": SAYS}, kit, ManualClock(SECOND))
    looker.adopt(1, {"c": OLD}, {"c": params(OLD, SAYS)})
    return looker


async def test_a_check_that_two_reloads_ago_was_removed_is_still_looked_at(looker: Looker) -> None:
    """It waited in its lane behind others; its look is as planned and ends nobody."""
    looker.adopt(2, {}, {})
    looker.adopt(3, {}, {})
    seen = await looker.look(OLD)
    assert (seen.check, seen.notes) == ("c", (("", "old", "127.0.9.1"),))


async def test_a_look_that_waits_keeps_address_and_parameters_together(looker: Looker) -> None:
    """The old address is never asked by the new parameters: what they say of it would be wrong."""
    looker.adopt(2, {"c": NEW}, {"c": params(NEW, SAYS)})
    for check, word in ((OLD, "old"), (NEW, "new")):
        assert (await looker.look(check)).notes == (("", word, check.address),)
