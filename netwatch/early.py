"""Early looks: what is looked at out of turn because somebody said something, how often, and never more than that.

Traps and log lines come here with the device they are of and the topic they are about. What follows is a look at the
checks that can tell of it, and nothing else: whatever is said, the device's own checks decide.
"""

import asyncio
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from urllib.parse import unquote

from inventory.snapshot import Inventory
from netwatch.bus.contract import Bus, Hasten
from netwatch.check import Check
from netwatch.clock import SECOND, Clock
from netwatch.plan import Plan
from netwatch.planning.devices import POWER
from netwatch.verdict import SubjectKind
from probes.listeners.senders import plain_address
from probes.part import part_name
from probes.ports.memory import PortBook

Key = TypeVar("Key", bound=Hashable)

# What comes together is passed on together.
GATHER = SECOND // 20
# Where more checks witness the lines of a device, none of them is hastened by a link that cannot be told.
MOST_LINE_CHECKS = 50
ANY = "*"
# Letters, then numbers, as all vendors name ports: Gi1/0/24, ge-0/0/1.100, port3.
_PORT = re.compile(r"([a-z -]{1,40})(\d[\d/.:]{0,30})")
_CONFIGURED = " configured"
# From so many on those whose spacing is over are forgotten.
_MANY_LOOKED = 20_000

LINK, CONFIGURATION, RESTART = "link", "configuration", "restart"
# What checks of a device can tell of, by their kind.
_OF_KIND: Mapping[str, frozenset[str]] = {
    "icmp_echo": frozenset({LINK, "power", "registration"}),
    "snmp_system": frozenset({LINK, "hardware", CONFIGURATION}),
    "snmp_interfaces": frozenset({LINK}),
    "snmp_equipment": frozenset({"hardware", "power", "path", "registration", CONFIGURATION}),
}
# And checks that go through a device to tell of something else, by what that is.
_OF_TARGET: Mapping[str, frozenset[str]] = {
    "surge_protector": frozenset({"contact"}),
    "sensor": frozenset({"contact"}),
    "conferencing_endpoint": frozenset({"registration"}),
    "line": frozenset({"path"}),
}
_NO_TOPICS: frozenset[str] = frozenset()
_POWER = frozenset({"power"})


def topics_of(check: Check, kind: str) -> frozenset[str]:
    """The topics that a check can tell of; `kind` is what its target is. Of a restart every check tells."""
    if kind in _OF_TARGET:
        return _OF_TARGET[kind]
    return _POWER if check.instance == POWER else _OF_KIND.get(check.kind, _NO_TOPICS)


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose notifications lead where: owners (a device, a line's far end, an anchor) by address, checks by owner.

    `lines` are further checks that tell of the lines which end at a device, wanted when a link changes: by the part
    at which they end, '' where the inventory names none. `topics` is what each check can tell of.
    """

    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def own(self, owner: str, topic: str = "") -> tuple[str, ...]:
        """The checks of a device, or of whatever else has the address, that tell of a topic; all where none does."""
        checks = self.checks.get(owner, ())
        telling = tuple(check for check in checks if topic in self.topics.get(check, _NO_TOPICS))
        return telling or checks

    def about_link(self, device: str, part: str) -> tuple[str, ...]:
        """The checks of the lines that may be meant when a link of a device changed; `part` '' where it is not known.

        A device at which many lines end must say which one: looking at all of them whenever a port of an office
        changes would take more echoes than there are.
        """
        ends = self.lines.get(device, {})
        if part:
            return (*ends.get(part, ()), *ends.get("", ()))
        found = [check for checks in ends.values() for check in checks]
        return tuple(found) if len(found) <= MOST_LINE_CHECKS else ()


def watched(plan: Plan, inventory: Inventory) -> Watched:
    """The index of a plan."""
    asked = [check for check in plan.checks.values() if check.address]
    owners = _gathered((plain_address(check.address), check.device) for check in asked)
    checks = _gathered((check.device, check.id) for check in asked)
    ends = _gathered(_line_checks(plan, inventory))
    lines: dict[str, dict[str, tuple[str, ...]]] = {}
    for (device, part), found in ends.items():
        lines.setdefault(device, {})[part] = found
    kinds = {id_: str(subject.kind) for id_, subject in plan.topology.subjects.items()}
    topics = {check.id: topics_of(check, kinds.get(check.target, "")) for check in asked}
    return Watched(owners, checks, lines, topics)


def _line_checks(plan: Plan, inventory: Inventory) -> Iterator[tuple[tuple[str, str], str]]:
    """((device, part), check) for each line end and each check that witnesses its line, at the other end too."""
    lines = inventory.of("line")
    for subject in plan.topology.subjects.values():
        if subject.kind is SubjectKind.LINE and (line := lines.get(subject.id)):
            for device, interface in ((line.a_device, line.a_interface), (line.b_device, line.b_interface)):
                if device:
                    yield from (((device, part_name(interface or "")), fact.check) for fact in subject.facts)


def _gathered(pairs: Iterable[tuple[Key, str]]) -> dict[Key, tuple[str, ...]]:
    found: dict[Key, dict[str, None]] = {}
    for key, value in pairs:
        found.setdefault(key, {})[value] = None
    return {key: tuple(values) for key, values in found.items()}


PartOf = Callable[[str, int], str]
PartNamed = Callable[[str, str], str]


def unknown_part(_device: str, _ifindex: int) -> str:
    """The part of a device whose ports nobody has seen yet."""
    return ""


def part_finder(book: PortBook) -> PartOf:
    """Finds parts among the ports that were seen last."""

    def part_of(device: str, ifindex: int) -> str:
        ports = book.of(device)
        parts = (port.part for port in ports.layout.ports if port.ifindex == ifindex) if ports else ()
        return next(iter(parts), "")

    return part_of


def unknown_name(_device: str, _name: str) -> str:
    """The part of a device whose ports nobody has seen yet."""
    return ""


def named_part_finder(book: PortBook) -> PartNamed:
    """Finds parts by name among the ports that were seen last."""

    def part_named(device: str, name: str) -> str:
        ports = book.of(device)
        if not ports:
            return ""
        # Anybody may send log lines, and a chassis has thousands of ports: most are told apart by their numbers alone.
        numbered = _PORT.fullmatch(name.lower())
        ending = part_name(numbered[2] if numbered else name).lower()
        near = [port.part for port in ports.layout.ports if port.part.lower().endswith(ending)]
        found = [part for part in near if same_port(unquote(part), name)]
        return found[0] if len(found) == 1 else ""

    return part_named


def same_port(one: str, other: str) -> bool:
    """Whether two names mean one port: the same letters or a beginning of them, and the same numbers.

    Cisco's ifName is Gi0/1 where its log says GigabitEthernet0/1.
    """
    first, second = _PORT.fullmatch(one.lower()), _PORT.fullmatch(other.lower())
    if first is None or second is None:
        return one.lower() == other.lower()
    letters = first[1].startswith(second[1]) or second[1].startswith(first[1])
    return letters and min(len(first[1]), len(second[1])) > 1 and first[2] == second[2]


class Spacing:
    """Keeps early looks at one thing (an owner, and a part of it) apart, so that a storm costs no more than a few.

    The last word always has its look: what is said within the spacing leads to one at its end.
    """

    def __init__(self, spacing: int) -> None:
        self.spacing = spacing
        self._looked: dict[tuple[str, str], int] = {}
        self._room = _MANY_LOOKED

    def __len__(self) -> int:
        return len(self._looked)

    def within(self, key: tuple[str, str], now: int) -> int | None:
        """How soon to look because of what was said at `now`, microseconds; None when a look comes anyway."""
        last = self._looked.get(key)
        if last is None or now - last >= self.spacing:
            self._looked[key] = now
            if len(self._looked) > self._room:
                self._forget_past(now)
            return 0
        if last > now:
            return None
        self._looked[key] = last + self.spacing
        return last + self.spacing - now

    def _forget_past(self, now: int) -> None:
        """Whose spacing is over counts like one never looked at; a device may make up ever new parts."""
        self._looked = {key: at for key, at in self._looked.items() if now - at < self.spacing}
        self._room = max(_MANY_LOOKED, 2 * len(self._looked))

    def keep(self, owners: Collection[str]) -> None:
        """Forget all others."""
        self._looked = {key: at for key, at in self._looked.items() if key[0] in owners}


class EarlyLooks:
    """Gathers what is to be looked at early, and tells the collector while `run` runs.

    `part_of` names the part of a device that has an ifIndex, '' where that is not known. `configured` are told the
    device, and when, whenever one is said to be configured anew. Between two early looks for the same reason lie
    `spacing` microseconds.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        spacing: int,
        part_of: PartOf = unknown_part,
        part_named: PartNamed = unknown_name,
    ) -> None:
        self.watched = Watched()
        self.spacing = Spacing(spacing)
        self.configured: list[Callable[[str, int], None]] = []
        self._bus, self._clock, self._part_of, self._part_named = bus, clock, part_of, part_named
        self._soon: dict[int, set[str]] = {}
        self._due = asyncio.Event()

    def adopt(self, plan: Plan, inventory: Inventory, spacing: int) -> None:
        """Take over a plan's addresses and checks."""
        self.watched = watched(plan, inventory)
        self.spacing.spacing = spacing
        self.spacing.keep(self.watched.checks)

    def owners(self, address: str) -> tuple[str, ...]:
        """Who has an address in the inventory; several where routing domains overlap."""
        return self.watched.owners.get(address, ())

    def part(self, owner: str, if_index: int | None) -> str:
        """The part of a device that has an ifIndex; '' where none is told or known."""
        return self._part_of(owner, if_index) if if_index is not None else ""

    def part_named(self, owner: str, name: str) -> str:
        """The part of a device that log lines call so; '' where none is told, or it is not known which."""
        return self._part_named(owner, name) if name else ""

    def said(self, owner: str, topic: str, part: str = "") -> int:
        """Something was said of a device: have looked at what can tell; how many looks that makes due.

        `part` is the port a link is at, '' where that is not known.
        """
        now = self._clock.now()
        if topic == CONFIGURATION and self.spacing.within((owner, _CONFIGURED), now) is not None:
            for tell in self.configured:
                tell(owner, now)
        asked = self._hasten((owner, f" {topic}"), partial(self.watched.own, owner, topic), now)
        if topic == LINK:
            asked += self._hasten((owner, part or ANY), partial(self.watched.about_link, owner, part), now)
        return asked

    def _hasten(self, key: tuple[str, str], find: Callable[[], Collection[str]], now: int) -> int:
        within = self.spacing.within(key, now)
        if within is None or not (checks := find()):
            return 0
        # Whatever waits is asked for at once or at the end of the spacing: two commands, however many devices.
        self._soon.setdefault(min(within, 1) * self.spacing.spacing, set()).update(checks)
        self._due.set()
        return 1

    async def run(self) -> None:
        """Pass on what is to be looked at, for ever."""
        while True:
            await self._due.wait()
            await self._clock.sleep_until(self._clock.now() + GATHER)
            self._due.clear()
            soon, self._soon = self._soon, {}
            for within, checks in sorted(soon.items()):
                await self._bus.command(Hasten(tuple(sorted(checks)), within))
