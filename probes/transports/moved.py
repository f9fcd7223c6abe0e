"""An event loop whose time stands still while there is work, and jumps to the next timer when there is none.

With it a test of minutes takes milliseconds and comes out the same on a slow machine: what was sent over loopback is
there at once, so that only timers are left to wait for. All parties must live in this loop.
"""

import asyncio
import selectors


class _NeverWaiting(selectors.EpollSelector):
    """A selector that moves time where others would wait."""

    def __init__(self, loop: "MovedLoop") -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; moves the loop's time on when nothing is."""
        found = super().select(0)
        if not found and timeout is None:
            raise RuntimeError("everything waits and there is no timer")
        if not found and timeout:
            self._loop.now += timeout
        return found


class MovedLoop(asyncio.SelectorEventLoop):
    """Use it as `asyncio.Runner(loop_factory=MovedLoop)`; `now` is its time in seconds and may be moved by hand too."""

    def __init__(self) -> None:
        self.now = 1000.0
        super().__init__(_NeverWaiting(self))

    def time(self) -> float:
        """The moved time."""
        return self.now

    async def passes(self, seconds: float) -> None:
        """Come back when so much of the moved time has passed."""
        over = self.create_future()
        self.call_later(seconds, over.set_result, None)
        await over
