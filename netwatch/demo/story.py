"""The story: what befalls the synthetic province, when, and what to look at. Pure.

Times are seconds since every thing was seen well for the first time. Each step replaces one world by another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from inventory.snapshot import Inventory
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


BREAKS = frozenset({Act.LINE_CUT, Act.POWER_LOST, Act.REGISTRATION_LOST, Act.CONTACT_OPENED, Act.FLAP_DOWN})
_FIELD = {"line": "cut", "power": "dark", "registration": "unregistered", "contact": "tripped", "flap": "cut"}


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
        name = _FIELD[self.act.partition("_")[0]]
        broken: frozenset[str] = getattr(world, name)
        target = frozenset({self.target})
        return replace(world, **{name: broken | target if self.act in BREAKS else broken - target})


@dataclass(frozen=True, slots=True)
class Cast:
    """The units to which something happens."""

    cut: str
    power: str
    registration: str
    contact: str
    flap: str


# A flap lasts longer than it takes the daemon to believe it, so that every turn of it shows.
FLAP = 18.0
_FLAPS = 3


def cast(inventory: Inventory, performance: int = 0) -> Cast:
    """Choose five communes; the one whose surge protector trips must have a digital input.

    Each performance has others, as far as there are: what fails every few minutes would be said to flap.
    """
    everybody = [unit.id for unit in inventory.of("organisation_unit").values() if unit.level == "commune"]
    first = 5 * performance % len(everybody)
    communes = everybody[first:] + everybody[:first]
    protected = inventory.of("surge_protector")
    wired = next(unit for unit in (*communes[3:], *communes) if f"{unit}-CS1" in protected)
    cut, power, registration, flap = [unit for unit in communes if unit != wired][:4]
    return Cast(cut, power, registration, wired, flap)


def story(players: Cast) -> tuple[Step, ...]:
    """The whole story in order of time: five faults, then everything recovers."""
    return tuple(sorted(_steps(players), key=lambda step: step.at))


def _steps(players: Cast) -> Iterator[Step]:
    a, b, c, d = players.cut, players.power, players.registration, players.contact
    yield from _pair(Act.LINE_CUT, Act.LINE_MENDED, (10, 80), a, f"{a}-L1", (f"{a}-L1", f"{a}-TS"))
    yield from _pair(
        Act.POWER_LOST, Act.POWER_BACK, (20, 90), b, f"{b}-TS", (f"{b}-TS", f"{b}-R1", f"{b}-L1")
    )
    yield from _pair(
        Act.REGISTRATION_LOST, Act.REGISTRATION_BACK, (30, 100), c, f"{c}-VC1", (f"{c}-DC1", f"{c}-VC1")
    )
    yield from _pair(Act.CONTACT_OPENED, Act.CONTACT_BACK, (35, 105), d, f"{d}-CS1", (f"{d}-CS1",))
    e = players.flap
    for turn in range(_FLAPS):
        down = 42 + 2 * FLAP * turn
        yield from _pair(
            Act.FLAP_DOWN, Act.FLAP_UP, (down, down + FLAP), e, f"{e}-L1", (f"{e}-L1", f"{e}-TS")
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
