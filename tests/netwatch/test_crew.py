"""The daemon's side of its workers: what they are told, in what order, and when they are started again."""

import asyncio
import logging
import socket
import sys
from collections.abc import Iterator

import pytest

from netwatch.bus.local import LocalBus
from netwatch.check import Check
from netwatch.clock import SECOND, ManualClock
from netwatch.settings_sections import Settings
from netwatch.workers.crew import Crew
from netwatch.workers.frames import CLOCK, FORGIVE, READY
from netwatch.workers.stream import Stream

pytestmark = pytest.mark.anyio

OFFSET = 7 * SECOND
ABSENT = ("/nonexistent/worker",)
# Ends only with the connection.
HANGS = """
import socket, sys
with socket.socket(fileno=int(sys.argv[1])) as daemon:
    while daemon.recv(65536):
        pass
"""


@pytest.fixture
def clock() -> ManualClock:
    """Moved by hand."""
    return ManualClock(1000 * SECOND)


@pytest.fixture
def crew(clock: ManualClock) -> Crew:
    """Two workers whose program is not there."""
    return Crew(Settings(), 2, LocalBus(), clock, lambda: OFFSET, ABSENT)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What the crew logs."""
    with caplog.at_level(logging.INFO, "netwatch.workers.crew"):
        yield caplog


async def test_workers_learn_the_clock_before_they_are_to_forgive_by_it(crew: Crew) -> None:
    """Else all that became due while a clock jumped forward would count as late in the workers alone."""
    ours, theirs = socket.socketpair()
    crew._hands[0].stream, other = await Stream.over(ours), await Stream.over(theirs)
    crew.forgive()
    assert [await other.receive(), await other.receive()] == [(CLOCK, OFFSET), (FORGIVE, None)]
    crew._hands[0].stream.close()
    other.close()


async def test_a_worker_that_cannot_be_started_is_tried_again_and_ends_nobody(
    crew: Crew, clock: ManualClock, log: pytest.LogCaptureFixture
) -> None:
    """After 1 s, then 2, 4, up to 60; the reason is in the log."""
    running = asyncio.create_task(crew.run())
    waits = []
    for _ in range(8):
        log.clear()
        while not log.records and not running.done():
            await asyncio.sleep(0)
            clock.move_to(clock.now() + SECOND // 4)
        waits.append(int(log.records[0].getMessage().split()[-2]))
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1, 60)
    assert "No such file or directory" in log.text
    assert not running.done()
    assert crew.tally().groups["transport"]["worker_restarts"] >= len(waits)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_worker_that_hangs_is_ended_and_started_again(
    clock: ManualClock, log: pytest.LogCaptureFixture
) -> None:
    """One that lives and says nothing would leave its routing domains unmeasured for ever."""
    crew = Crew(Settings(), 1, LocalBus(), clock, lambda: OFFSET, (sys.executable, "-I", "-c", HANGS))
    running = asyncio.create_task(crew.run())
    while any(hand.stream is None for hand in crew._hands):  # noqa: ASYNC110 - until the process is there
        await asyncio.sleep(0)
    clock.move_to(clock.now() + 119 * SECOND)
    for _ in range(20):
        await asyncio.sleep(0)
    assert not log.records
    clock.move_to(clock.now() + 2 * SECOND)
    while not log.records:  # noqa: ASYNC110 - until the process is gone
        await asyncio.sleep(0)
    assert "it has said nothing for 120 s" in log.text
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_ails_every_worker_is_a_warning_once_and_what_is_routine_never(
    crew: Crew, log: pytest.LogCaptureFixture
) -> None:
    """In the words of the transports, not as they travelled."""
    for hand in crew._hands:
        await crew._take(hand, READY, [["icmp.mode", "Raw."], ["icmp.off", "No echoes."]])
    told = [(record.levelno, record.getMessage()) for record in log.records if "runs" not in record.message]
    assert told == [
        (logging.INFO, "Worker 0: Raw."),
        (logging.WARNING, "Worker 0: No echoes."),
        (logging.INFO, "Worker 1: Raw."),
        (logging.INFO, "Worker 1: No echoes."),
    ]


async def test_a_worker_without_a_routing_domain_is_named_with_the_remedy(
    crew: Crew, log: pytest.LogCaptureFixture
) -> None:
    """One domain cannot employ two workers."""
    check = Check("c", "d", "icmp_echo", "", "d", "127.0.0.1", 60 * SECOND, SECOND, SECOND)
    crew.adopt(1, {check.id: check}, {}, 10)
    assert "set looks.workers to fewer" in log.text
