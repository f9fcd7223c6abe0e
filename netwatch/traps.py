"""From a trap or inform to an early look, never to a verdict: what a device says of itself is only a reason to look.

Whoever is believed has the checks of its device hastened, those of every device at that address where routing domains
overlap. Notifications write no facts.
"""

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from inventory.snapshot import Inventory
from netwatch.bus.contract import Bus, Hasten
from netwatch.clock import SECOND, Clock
from netwatch.plan import Plan
from netwatch.present import TrapCounts
from netwatch.queries.traps import SenderLine, TrapReport
from netwatch.secrets import SecretFault, resolver
from netwatch.settings_sections import Credential, Settings, TrapSettings
from netwatch.verdict import SubjectKind
from probes.listeners.listener import Listener
from probes.listeners.notification import NAMES, Notification
from probes.listeners.reception import Drop, Reception
from probes.listeners.senders import Sender, Senders, plain_address
from probes.part import part_name
from probes.ports.memory import PortBook
from probes.secret import Secret
from probes.transports.snmp.ber import dotted, encode_oid
from probes.transports.snmp.usm import KeyStore, User
from probes.transports.snmp.v3 import KIND as V3
from probes.transports.snmp.v3 import user_of
from probes.transports.snmp.v3_listener import OwnEngine

Key = TypeVar("Key", bound=Hashable)

_log = logging.getLogger(__name__)

# What comes together is passed on together.
GATHER = SECOND // 20
# Where more checks witness the lines of a device, none of them is hastened by a link that cannot be told.
MOST_LINE_CHECKS = 50
ANY = "*"
# UPS-MIB upsTrapOnBattery (RFC 1628), PowerNet-MIB upsOnBattery (APC): hints about a cause, never a verdict.
POWER_TRAPS = frozenset(encode_oid(oid) for oid in ("1.3.6.1.2.1.33.2.1", "1.3.6.1.4.1.318.0.5"))
# From so many on those whose spacing is over are forgotten.
_MANY_LOOKED = 20_000
COMMUNITY_KINDS = frozenset({"snmp_v1", "snmp_v2c"})


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose notifications lead where: owners (a device, a line's far end, an anchor) by address, checks by owner.

    `lines` are further checks that tell of the lines which end at a device, wanted when a link changes: by the part
    at which they end, '' where the inventory names none.
    """

    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def own(self, owner: str) -> tuple[str, ...]:
        """The checks of a device, or of whatever else has the address."""
        return self.checks.get(owner, ())

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
    owners = _gathered((plain_address(check.address), check.device) for check in plan.checks.values())
    checks = _gathered((check.device, check.id) for check in plan.checks.values())
    ends = _gathered(_line_checks(plan, inventory))
    lines: dict[str, dict[str, tuple[str, ...]]] = {}
    for (device, part), found in ends.items():
        lines.setdefault(device, {})[part] = found
    return Watched(owners, checks, lines)


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
# (device, at, whether its sender proved who it is): it said that it runs on battery.
Heard = Callable[[str, int, bool], None]


def unheard(_device: str, _at: int, _trusted: bool) -> None:
    """Nobody listens to what devices say of their power."""


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


class Traps:
    """Takes notifications in once `listening`, and tells the collector to look while `run` runs.

    `part_of` names the part of a device that has an ifIndex, '' where that is not known.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        settings: TrapSettings,
        own: OwnEngine,
        part_of: PartOf = unknown_part,
        heard: Heard = unheard,
    ) -> None:
        salt = secrets.randbits(64)
        self.reception = Reception(Senders(settings.rate, settings.burst), self._take, own, salt)
        self._own, self._stretched = own, KeyStore(secrets.token_bytes(32))
        self.hastened = 0
        self._bus, self._clock, self._part_of, self._heard = bus, clock, part_of, heard
        self._watched = Watched()
        self._spacing = Spacing(round(settings.spacing * SECOND))
        self._soon: dict[int, set[str]] = {}
        self._due = asyncio.Event()
        self._listener: Listener | None = None
        self._listening = ""

    def adopt(
        self, plan: Plan, inventory: Inventory, settings: Settings, environment: Mapping[str, str]
    ) -> None:
        """Take over a plan's addresses, and the limits and credentials of the settings."""
        own, self._watched = settings.traps, watched(plan, inventory)
        self.reception.senders.limit(own.rate, own.burst)
        self.reception.senders.adopt(self._watched.owners)
        self.reception.believe(*believed(_secrets(settings.credentials, environment), self._stretched))
        self._spacing.spacing = round(own.spacing * SECOND)
        self._spacing.keep(self._watched.checks)

    @contextmanager
    def listening(self, opened: socket.socket | None) -> Iterator[None]:
        """Take in what arrives at a socket; without one nothing arrives."""
        if opened is None:
            yield
            return
        host, port = opened.getsockname()[:2]
        self._listening = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._listener = Listener(opened, self.reception.receive, self._clock.now)
        try:
            yield
        finally:
            self._listener.close()
            self._listener = None

    def _take(self, address: str, found: Notification) -> None:
        """A known address has spoken; of a relay also the device it speaks for, where that is known too."""
        now = self._clock.now()
        for where in {address, found.agent or address}:
            for owner in self._watched.owners.get(where, ()):
                self._hasten((owner, ""), partial(self._watched.own, owner), now)
                if found.trap in POWER_TRAPS:
                    # Of another device whoever relays for it may say what it likes.
                    self._heard(owner, now, found.proven and where == address)
                if found.about_link:
                    part = self._part_of(owner, found.if_index) if found.if_index is not None else ""
                    self._hasten((owner, part or ANY), partial(self._watched.about_link, owner, part), now)

    def _hasten(self, key: tuple[str, str], find: Callable[[], Collection[str]], now: int) -> None:
        within = self._spacing.within(key, now)
        if within is not None and (checks := find()):
            self.hastened += 1
            # Whatever waits is asked for at once or at the end of the spacing: two commands, however many devices.
            self._soon.setdefault(min(within, 1) * self._spacing.spacing, set()).update(checks)
            self._due.set()

    async def run(self) -> None:
        """Pass on what is to be looked at, for ever."""
        while True:
            await self._due.wait()
            await self._clock.sleep_until(self._clock.now() + GATHER)
            self._due.clear()
            soon, self._soon = self._soon, {}
            for within, checks in sorted(soon.items()):
                await self._bus.command(Hasten(tuple(sorted(checks)), within))

    def counts(self) -> TrapCounts:
        """Everything counted since the start."""
        told = self.reception
        lost = self._listener.lost if self._listener else 0
        known, unknown = told.senders.sizes
        return TrapCounts(
            received=told.received,
            accepted={version: told.accepted[version] for version in ("1", "2c", "3")},
            dropped={str(why): told.dropped[why] for why in Drop} | {str(Drop.BUFFER): lost},
            answered=told.answered,
            hastened=self.hastened,
            senders={"known": known, "unknown": unknown},
        )

    def report(self) -> TrapReport:
        """What `netwatch traps` shows, the newest first."""
        lines = [self._line(sender, known) for sender, known in self.reception.senders.each()]
        lines.sort(key=lambda line: (-line.last, line.address))
        told = self.reception
        return TrapReport(
            self._listening, self._own.id.hex(), self.counts(), told.senders.forgotten, tuple(lines)
        )

    def _line(self, sender: Sender, known: bool) -> SenderLine:
        said = sender.said
        return SenderLine(
            address=sender.address,
            known=known,
            owners=self._watched.owners.get(sender.address, ()),
            received=sender.received,
            accepted=sender.accepted,
            dropped=sender.dropped,
            first=sender.first,
            last=sender.last,
            version=said.version if said else "",
            inform=bool(said and said.inform),
            trap=(NAMES.get(said.trap) or dotted(said.trap)) if said else "",
            if_index=said.if_index if said else None,
            agent=said.agent if said else "",
        )


def _secrets(
    credentials: Mapping[str, Credential], environment: Mapping[str, str]
) -> Iterator[tuple[str, Secret]]:
    """The secrets by which devices are asked, by name; one that cannot be read is told and left out."""
    find = resolver(credentials, environment)
    for name in credentials:
        try:
            yield name, find(name)
        except SecretFault as fault:
            _log.warning("Notifications with the credentials '%s' are not believed: %s", name, fault)


def believed(found: Iterable[tuple[str, Secret]], stretched: KeyStore) -> tuple[list[bytes], list[User]]:
    """The communities and the users of v3 by which notifications are believed."""
    communities, users = [], []
    for name, secret in found:
        try:
            if secret.kind == V3:
                users.append(user_of(secret, stretched))
            elif secret.kind in COMMUNITY_KINDS:
                communities.append(secret.fields["community"].encode())
        except (KeyError, ValueError):
            # What is wrong with it must not be shown: it may quote the secret.
            _log.warning(
                "Notifications with the credentials '%s' are not believed: they are incomplete.", name
            )
    return communities, users
