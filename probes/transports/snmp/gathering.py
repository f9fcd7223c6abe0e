"""When answers are better gathered than read one by one. Pure: time is handed in, in monotonic seconds.

Where looks are spread over time each answer wakes the process for itself, and waking costs more than reading. A socket
that is read at ticks gives each turn several answers, and sends what they lead to together. That makes every request
of a sequence wait for the next tick, so it is done only as long as several sequences share the ticks.
"""

from math import floor

# Ticks are the same for all sockets, and for echoes: those that are due at one moment share a turn of the event loop.
TICK = 0.01
# Gathering begins when so many turns a second were needed for answers, of fewer answers each than would pay anyway...
_MANY_TURNS = 150
_FEW_ANSWERS = 8
# ...and goes on while a tick finds at least so many answers on average, and at most so many.
_LEAST, _MOST = 1.5, 64
# It is judged over so many seconds, and tried again so many seconds after it did not pay.
_SPELL = 0.5
_TRY_AGAIN = 10.0


class Gathering:
    """Counts turns and answers; `on` while answers are to be gathered."""

    __slots__ = ("_answers", "_since", "_turns", "_until", "on")

    def __init__(self, now: float) -> None:
        self.on = False
        self._answers = 0
        self._turns = 0
        self._since = now
        self._until = now

    def judge(self, now: float, turns: int, answers: int) -> None:
        """To be called now and then with all turns that read something and all answers until now; sets `on`."""
        spell = now - self._since
        if spell < _SPELL:
            return
        more, fresh = turns - self._turns, answers - self._answers
        self._since, self._turns, self._answers = now, turns, answers
        if self.on:
            found = fresh * TICK / spell
            self.on = _LEAST <= found <= _MOST
            if found < _LEAST:
                self._until = now + _TRY_AGAIN
        else:
            self.on = more >= _MANY_TURNS * spell and fresh < more * _FEW_ANSWERS and now >= self._until


def next_tick(now: float) -> float:
    """The moment of the next tick."""
    return (floor(now / TICK + 1e-6) + 1) * TICK
