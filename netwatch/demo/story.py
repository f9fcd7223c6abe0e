"""The story: what befalls the synthetic province, when, and what to look at. Pure.

Times are seconds since every thing was seen well for the first time. Each step replaces one world by another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from inventory.snapshot import Inventory
from netwatch.demo.places import TOP
from netwatch.demo.world import World


class Act(StrEnum):
    """What a step does; the texts are in `netwatch.demo.texts`."""

    LINE_CUT = "line_cut"
    LINE_MENDED = "line_mended"
    POWER_LOST = "power_lost"
    POWER_BACK = "power_back"
    REGISTRATION_LOST = "registration_lost"
    REGISTRATION_BACK = "registration_back"
    CONTACT_OPENED = "contact_opened"
    CONTACT_BACK = "contact_back"
    FLAP_DOWN = "flap_down"
    FLAP_UP = "flap_up"
    MAINS_LOST = "mains_lost"
    MAINS_BACK = "mains_back"
    SERVICE_STOPPED = "service_stopped"
    SERVICE_BACK = "service_back"
    CERTIFICATE_ENDING = "certificate_ending"
    CERTIFICATE_RENEWED = "certificate_renewed"
    REPLACED = "protector_replaced"
    SWITCH_SWAPPED = "switch_swapped"
    SWITCH_BACK = "switch_back"


BREAKS = frozenset(
    {
        Act.LINE_CUT,
        Act.POWER_LOST,
        Act.REGISTRATION_LOST,
        Act.CONTACT_OPENED,
        Act.FLAP_DOWN,
        Act.MAINS_LOST,
        Act.SERVICE_STOPPED,
        Act.CERTIFICATE_ENDING,
        Act.SWITCH_SWAPPED,
    }
)
# Deeds of people, which change nothing in the world: they are told to netwatch.
RECORDED = frozenset({Act.REPLACED})
_FIELD = {
    "line": "cut",
    "power": "dark",
    "registration": "unregistered",
    "contact": "tripped",
    "flap": "cut",
    "mains": "on_battery",
    "service": "stopped",
    "certificate": "expiring",
    "switch": "swapped",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of the story: at `at` seconds `act` befalls `target` (what `World` names) in `unit`.

    `shows` are ids of what is worth looking at: the thing itself, then its site.
    """

    at: float
    act: Act
    target: str
    unit: str
    shows: tuple[str, ...]

    def change(self, world: World) -> World:
        """The world after this step."""
        if self.act in RECORDED:
            return world
        name = _FIELD[self.act.partition("_")[0]]
        broken: frozenset[str] = getattr(world, name)
        target = frozenset({self.target})
        return replace(world, **{name: broken | target if self.act in BREAKS else broken - target})


@dataclass(frozen=True, slots=True)
class Cast:
    """The units to which something happens; the centre's services are the same in every performance."""

    cut: str
    power: str
    registration: str
    contact: str
    flap: str
    swap: str


# A flap lasts longer than it takes the daemon to believe it, so that every turn of it shows.
FLAP = 14.0
_FLAPS = 3


def cast(inventory: Inventory, performance: int = 0) -> Cast:
    """Choose six communes; the one whose surge protector trips must have a contact that was tried.

    Each performance has others, as far as there are: what fails every few minutes would be said to flap.
    """
    everybody = [unit.id for unit in inventory.of("organisation_unit").values() if unit.level == "commune"]
    first = 6 * performance % len(everybody)
    communes = everybody[first:] + everybody[:first]
    tried = {record.item for record in inventory.of("field_record").values() if record.kind == "trip_test"}
    wired = next(unit for unit in (*communes[3:], *communes) if f"{unit}-CS1" in tried)
    cut, power, registration, flap, swap = [unit for unit in communes if unit != wired][:5]
    return Cast(cut, power, registration, wired, flap, swap)


def story(players: Cast) -> tuple[Step, ...]:
    """The whole story in order of time: seven faults and a device that is another, then everything recovers."""
    return tuple(sorted(_steps(players), key=lambda step: step.at))


def _steps(players: Cast) -> Iterator[Step]:
    a, b, c, d = players.cut, players.power, players.registration, players.contact
    yield from _pair(Act.LINE_CUT, Act.LINE_MENDED, (10, 80), a, f"{a}-L1", (f"{a}-L1", f"{a}-TS"))
    yield from _pair(Act.MAINS_LOST, Act.MAINS_BACK, (14, 90), b, f"{b}-UPS1", (f"{b}-UPS1",))
    # As long as the battery lasts, and it is seen to be drawn on.
    yield from _pair(
        Act.POWER_LOST, Act.POWER_BACK, (32, 90), b, f"{b}-TS", (f"{b}-TS", f"{b}-R1", f"{b}-L1")
    )
    yield from _pair(
        Act.REGISTRATION_LOST, Act.REGISTRATION_BACK, (36, 96), c, f"{c}-VC1", (f"{c}-DC1", f"{c}-VC1")
    )
    protector = (f"{d}-CS1",)
    yield from _pair(Act.CONTACT_OPENED, Act.CONTACT_BACK, (39, 62), d, protector[0], protector)
    yield Step(100.0, Act.REPLACED, protector[0], d, protector)
    for breaks, mends, times, service in _SERVICES:
        yield from _pair(breaks, mends, times, TOP, service, (service,))
    switch = f"{players.swap}-SW1"
    yield from _pair(Act.SWITCH_SWAPPED, Act.SWITCH_BACK, (18, 76), players.swap, switch, (switch,))
    e = players.flap
    for turn in range(_FLAPS):
        down = 42 + 2 * FLAP * turn
        yield from _pair(
            Act.FLAP_DOWN, Act.FLAP_UP, (down, down + FLAP), e, f"{e}-L1", (f"{e}-L1", f"{e}-TS")
        )


# The document system answers with a fault; the certificate of the portal has few days left.
_SERVICES = (
    (Act.SERVICE_STOPPED, Act.SERVICE_BACK, (46.0, 86.0), f"{TOP}-DV3"),
    (Act.CERTIFICATE_ENDING, Act.CERTIFICATE_RENEWED, (50.0, 98.0), f"{TOP}-DV1"),
)


def _pair(
    breaks: Act, mends: Act, times: tuple[float, float], unit: str, target: str, shows: tuple[str, ...]
) -> Iterator[Step]:
    for act, at in zip((breaks, mends), times, strict=True):
        yield Step(float(at), act, target, unit, shows)


def after(steps: Sequence[Step], elapsed: float) -> World:
    """The world when `elapsed` seconds of a story have passed."""
    world = World()
    for step in steps:
        if step.at <= elapsed:
            world = step.change(world)
    return world
