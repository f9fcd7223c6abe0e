"""`netwatch traps` against a daemon that answers."""

from collections.abc import Callable
from typing import Any

import pytest

from netwatch.control.fake import FakeDaemon
from netwatch.present import TrapCounts
from netwatch.queries.traps import SenderLine, TrapReport

SENT = 1_795_000_000_000_000


@pytest.fixture
def told(daemon: FakeDaemon) -> None:
    """One device and one stranger have sent something."""
    counts = TrapCounts(
        12,
        {"1": 0, "2c": 4, "3": 0},
        {"rate": 0, "community": 7, "unknown_sender": 1},
        2,
        3,
        {"known": 1, "unknown": 1},
    )
    known = SenderLine(
        "10.0.0.1", True, ("core",), 4, 4, 0, SENT, SENT, "2c", True, "linkDown", 7, "10.0.0.9", "link"
    )
    stranger = SenderLine("192.0.2.7", False, (), 8, 0, 8, SENT, SENT, "1", False, "1.3.6.1.4.1.9.0.1")
    daemon.traps = TrapReport("127.0.0.1:9162", "80007ed905", counts, 3, (stranger, known))


@pytest.mark.usefixtures("told")
def test_senders_are_listed_with_what_they_said(stocked: Callable[..., Any]) -> None:
    """What was heard, what was dropped and why, who is not in the inventory."""
    outcome = stocked("traps")
    assert outcome.code == 0
    for words in (
        "takes traps and informs at 127.0.0.1:9162",
        "Heard 12, believed 4",
        "wrong community: 7; sender not in the inventory: 1.",
        "does not know: 4",
        "linkDown (v2c, inform), ifIndex 7: a link; says it is from 10.0.0.9",
        "not in the inventory",
    ):
        assert words in outcome.out
    assert "too many" not in outcome.out


@pytest.mark.usefixtures("told")
def test_only_strangers_and_only_so_many(stocked: Callable[..., Any]) -> None:
    """--unknown leaves the inventory's devices out; --limit says how many are left."""
    assert "core" not in stocked("traps", "--unknown").out
    assert "1 more senders" in stocked("traps", "--limit", "1").out
    answer = stocked("traps", "--unknown", "--json").json
    assert (answer["schema"], [sender["address"] for sender in answer["senders"]]) == (1, ["192.0.2.7"])


@pytest.mark.usefixtures("daemon")
def test_a_daemon_that_takes_none_says_so(stocked: Callable[..., Any]) -> None:
    """traps.listen is empty by default."""
    assert "takes no traps" in stocked("traps").out


def test_without_a_daemon_there_is_nothing_to_show(stocked: Callable[..., Any]) -> None:
    """It lives in the daemon's memory."""
    outcome = stocked("traps")
    assert outcome.code == 1
    assert "No daemon answers" in outcome.err
