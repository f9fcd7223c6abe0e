"""The one writer thread."""

import asyncio
import threading

import pytest

from netwatch.store.contract import StoreFault
from netwatch.store.writer import Writer

pytestmark = pytest.mark.anyio


async def test_calls_are_made_one_after_the_other_in_one_thread() -> None:
    """In the order they were asked for, never two at once, never on the event loop's thread."""
    made: list[tuple[int, int]] = []
    async with Writer(lambda _: None) as writer:
        await asyncio.gather(
            *(writer.run(lambda n=n: made.append((n, threading.get_ident()))) for n in range(50))  # type: ignore[misc]
        )
    assert [number for number, _ in made] == list(range(50))
    assert len({thread for _, thread in made}) == 1
    assert made[0][1] != threading.get_ident()


async def test_results_and_faults_come_back() -> None:
    """What the call returns or raises reaches its caller; the next call is made all the same."""

    def fault() -> int:
        raise StoreFault("locked", "database x")

    async with Writer(lambda _: None) as writer:
        with pytest.raises(StoreFault, match="locked: database x"):
            await writer.run(fault)
        assert await writer.run(lambda: 7) == 7


async def test_every_call_is_measured() -> None:
    """The seconds a call took are told on the event loop's thread, also when it raised."""
    ticks = iter([10.0, 10.5, 20.0, 22.0])
    told: list[tuple[float, int]] = []
    async with Writer(lambda took: told.append((took, threading.get_ident())), lambda: next(ticks)) as writer:
        await writer.run(lambda: None)
        with pytest.raises(ZeroDivisionError):
            await writer.run(lambda: 1 // 0)
        await asyncio.sleep(0)
    assert told == [(0.5, threading.get_ident()), (2.0, threading.get_ident())]


async def test_the_depth_of_the_queue_is_known() -> None:
    """Callers that wait are counted; a slow database shows."""
    gate = threading.Event()
    async with Writer(lambda _: None) as writer:
        waiting = [asyncio.ensure_future(writer.run(gate.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        assert writer.depth == 3
        gate.set()
        assert await asyncio.gather(*waiting) == [True, True, True]
        assert writer.depth == 0


async def test_closing_lets_queued_calls_finish() -> None:
    """What was handed over is written; after that nothing is taken any more."""
    gate, made = threading.Event(), list[int]()
    writer = Writer(lambda _: None)
    waiting = [asyncio.ensure_future(writer.run(gate.wait))]
    waiting += [asyncio.ensure_future(writer.run(lambda n=n: made.append(n) or True)) for n in range(3)]  # type: ignore[misc, func-returns-value]
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(writer.close())
    gate.set()
    await closing
    await asyncio.gather(*waiting)
    assert made == [0, 1, 2]
    with pytest.raises(RuntimeError):
        await writer.run(lambda: None)


async def test_a_cancelled_caller_takes_its_queued_call_back() -> None:
    """A call that has not begun is not made for somebody who no longer waits for it."""
    gate, made = threading.Event(), list[str]()
    async with Writer(lambda _: None) as writer:
        first = asyncio.ensure_future(writer.run(gate.wait))
        second = asyncio.ensure_future(writer.run(lambda: made.append("second")))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        gate.set()
        await first
    assert made == []
