"""`netwatch record trip-test` without positions: looks at the contact every second and tells the person what to do."""

from collections.abc import Iterable
from contextlib import suppress
from threading import Event

from inventory.inputs import Item
from netwatch.cli.probe import looks_at
from netwatch.cli.shell import Shell
from netwatch.clock import SECOND
from netwatch.control.contract import OneOff
from netwatch.language import Sentence
from netwatch.planning.contacts import EXPECTED
from netwatch.queries.words import reason_words
from netwatch.trip_test import TripTest, look

PACE = 1.0
POSITIVE = ("yes", "no")


def watched(shell: Shell, item: Item, seconds: float, pace: float = PACE) -> tuple[str, ...]:
    """The positions that were seen, in order; ends when both were and the contact is back, or after `seconds`.

    Interrupted it ends with what was seen until then.
    """
    test, until = TripTest(item.normal_position), shell.clock.now() + round(seconds * SECOND)
    pause = Event()
    with suppress(KeyboardInterrupt):
        while not test.over and shell.clock.now() < until:
            looks = looks_at(shell, item.id)
            test, told = look(test, position_in(looks, test), why_unread(looks))
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


def why_unread(looks: Iterable[OneOff]) -> tuple[Sentence | str, ...]:
    """Why a look at an item shows no position, with what the device said; nothing where it shows one."""
    for one in looks:
        told = [saw for saw in one.saw if (saw.type, saw.name) == ("fact", EXPECTED)]
        reason, detail = (told[0].reason, told[0].evidence) if told else (one.reason, one.detail)
        if not one.instance and reason and not (told and told[0].value in POSITIVE):
            return (Sentence(reason_words(reason, str)), *([f"[{detail}]"] if detail else []))
    return ()
