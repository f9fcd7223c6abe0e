"""`netwatch record trip-test` without positions: looks at the contact every second and tells the person what to do."""

from collections.abc import Iterable
from contextlib import suppress
from threading import Event

from inventory.inputs import Item
from netwatch.cli.probe import looks_at
from netwatch.cli.shell import Shell
from netwatch.clock import SECOND
from netwatch.control.contract import OneOff
from netwatch.planning.contacts import EXPECTED
from netwatch.trip_test import TripTest, look

PACE = 1.0


def watched(shell: Shell, item: Item, seconds: float, pace: float = PACE) -> tuple[str, ...]:
    """The positions that were seen, in order; ends when both were and the contact is back, or after `seconds`.

    Interrupted it ends with what was seen until then.
    """
    test, until = TripTest(item.normal_position), shell.clock.now() + round(seconds * SECOND)
    pause = Event()
    with suppress(KeyboardInterrupt):
        while not test.over and shell.clock.now() < until:
            test, told = look(test, position_in(looks_at(shell, item.id), test))
            shell.remark(*told)
            pause.wait(0 if test.over else pace)
    return test.seen


def position_in(looks: Iterable[OneOff], test: TripTest) -> str:
    """The position that a look at an item shows; '' when it shows none."""
    positions = {"yes": test.normal, "no": test.other}
    for one in looks:
        for saw in one.saw:
            if not one.instance and (saw.type, saw.name) == ("fact", EXPECTED):
                return positions.get(saw.value, "")
    return ""
