"""Asks one address what it is, at the pace of its sweep: an echo, SNMP with the allowed credentials, TCP ports."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import ceil

from netwatch.discovery import hints
from netwatch.discovery.contract import Found, Hint, Place
from netwatch.discovery.order import ECHOES, Order
from netwatch.discovery.pace import Pace
from probes.contract import UNABLE, Reason, Target
from probes.equipment import identity, neighbours
from probes.equipment.answers import Gathered, words
from probes.equipment.engine import SYS_NAME, Equipment, read, recognising
from probes.equipment.indexes import mac
from probes.equipment.library import Written
from probes.equipment.look import manners
from probes.equipment.recognise import SYS_DESCRIPTION, SYS_OBJECT_ID, choose
from probes.equipment.survey import side_by_side
from probes.kit import Kit
from probes.transports.errors import (
    CredentialsFault,
    PermissionDenied,
    Refused,
    TransportError,
)
from probes.transports.snmp.contract import OCTET_STRING, Index, Value, question

# By what neighbours know a device: lldpLocChassisId (IEEE 802.1AB) and dot1dBaseBridgeAddress (RFC 4188).
_CHASSIS = ("1.0.8802.1.1.2.1.3.2.0", "1.3.6.1.2.1.17.1.1.0")
_SYSTEM = (SYS_DESCRIPTION, SYS_OBJECT_ID, SYS_NAME)
_MAC_OCTETS = 6
# Seconds that one device may take, and with what it has met; a port that takes no connection within this is shut.
_DEVICE_SECONDS, _HINT_SECONDS, _PORT_SECONDS = 30.0, 60.0, 2.0
_ECHO_SECONDS = 1.0
# Rows that come in one packet, and values asked for in one, when packets are counted: both on the low side.
_ROWS_A_PACKET, _VALUES_A_PACKET = 10, 20


@dataclass(frozen=True, slots=True)
class Asker:
    """What asking needs: the transports, the pace, the profiles, and what is wanted."""

    kit: Kit
    pace: Pace
    profiles: Mapping[str, Written]
    order: Order
    # What kept us from asking, by how often: a missing route, a secret that cannot be read.
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def echo(self, place: Place) -> float | None:
        """The round trip in seconds; None when no echo came back. Raises TransportErrors of ours."""
        await self.pace.turn(ECHOES)
        burst = await self.kit.burst(place.address, count=ECHOES, spacing=0.2, size=56, wait=_ECHO_SECONDS)
        return burst.mean

    async def ask(self, place: Place, round_trip: float | None) -> Found | None:
        """Everything that the order wants of an address; None when it answers nothing at all.

        Raises PermissionDenied; what else keeps us from asking is counted in `faults`.
        """
        found = Found(place, round_trip, snmp_port=self.order.snmp_port)
        found = await self._by_snmp(found)
        found = replace(found, protocols=tuple([name async for name in self._open_ports(place)]))
        told = (
            found.round_trip is not None
            or found.refusing
            or found.credential
            or found.refused
            or found.protocols
        )
        return found if told else None

    async def _by_snmp(self, found: Found) -> Found:
        refused = []
        for name in self.order.credentials:
            target = Target(
                f"discovery:{found.place.domain}:{found.place.address}",
                found.place.address,
                found.place.domain,
                snmp_port=self.order.snmp_port,
                credentials=(name,),
            )
            try:
                values = await self._values(target, _SYSTEM, _DEVICE_SECONDS)
            except CredentialsFault:
                refused.append(name)
            except Refused:
                # Its own word that it serves no SNMP: it is there.
                return replace(found, refusing=True, refused=tuple(refused))
            except PermissionDenied:
                raise
            except TransportError as error:
                self._note(error)
            else:
                return await self._identified(replace(found, credential=name), target, values)
        return replace(found, refused=tuple(refused))

    async def _identified(self, found: Found, target: Target, values: dict[str, Value]) -> Found:
        seconds = _HINT_SECONDS if self.order.hints else _DEVICE_SECONDS
        until = self.kit.monotonic() + seconds
        answers = Gathered(values, {})
        with suppress(TransportError):
            asked = recognising(self.profiles.values())
            values |= await self._values(target, (*sorted(asked.instances), *_CHASSIS), seconds)
            answers = Gathered(values, {})
        written, _ = choose(self.profiles, answers)
        if written is None:
            return replace(found, equipment=_unread(answers))
        self.kit.snmp.mind(target, manners(written.profile.agent))
        return await self._read(found, target, written, answers, until)

    async def _read(
        self, found: Found, target: Target, written: Written, answers: Gathered, until: float
    ) -> Found:
        instances, columns = _wanted(written)
        values, complete = dict(answers.values), True
        try:
            values |= await self._values(target, sorted(instances), until - self.kit.monotonic())
        except TransportError:
            complete = False
        wanted = [*side_by_side(columns), *(side_by_side(hints.COLUMNS) if self.order.hints else ())]
        rows: dict[str, Mapping[Index, Value]] = {}
        for together in wanted:
            complete = await self._walk(target, together, rows, until) and complete
        gathered = Gathered(values, rows)
        told = read(written, gathered)
        met: tuple[Hint, ...] = hints.hints(found.place, gathered) if self.order.hints else ()
        return replace(found, equipment=told, chassis=_chassis(values), hints=met, complete=complete)

    async def _walk(
        self, target: Target, together: Sequence[str], rows: dict[str, Mapping[Index, Value]], until: float
    ) -> bool:
        """Walk columns of a table into `rows`; whether all of it came."""
        await self.pace.turn()
        if self.kit.monotonic() >= until:
            return False
        try:
            table = await self.kit.until_at(until).walk(target, together)
        except TransportError as error:
            return error.reason is Reason.REFUSED
        rows |= table.columns
        self.pace.owe(ceil(max(map(len, table.columns.values()), default=0) / _ROWS_A_PACKET))
        return not table.cut

    async def _values(self, target: Target, oids: Sequence[str], seconds: float) -> dict[str, Value]:
        if not oids:
            return {}
        await self.pace.turn(ceil(len(oids) / _VALUES_A_PACKET))
        kit = self.kit.until_at(self.kit.monotonic() + seconds)
        answered = await kit.ask(target, question(tuple(oids)))
        found = ((oid, answered.at(place)) for place, oid in enumerate(oids))
        return {oid: value for oid, value in found if value is not None}

    async def _open_ports(self, place: Place) -> AsyncIterator[str]:
        for name, port in (self.order.ports or {}).items():
            await self.pace.turn()
            kit = self.kit.until_at(self.kit.monotonic() + _PORT_SECONDS)
            try:
                async with kit.stream(place.address, port):
                    yield name
            except TransportError as error:
                self._note(error)

    def _note(self, error: TransportError) -> None:
        """Count a fault of ours; what others do is no fault."""
        if error.reason in UNABLE:
            self.faults[str(error.reason), error.detail] += 1


def _wanted(written: Written) -> tuple[set[str], set[str]]:
    """Instances and columns that say who a device is, which ports it has and who is at their other ends."""
    oids: set[str] = set()
    for profile in written.layers():
        oids.update(identity.needed(profile.identity))
        oids.update(f"{column}.*" for union in profile.interfaces for column in union)
        for table in profile.neighbours:
            oids.update(neighbours.needed(table))
    columns = {oid.removesuffix(".*") for oid in oids if oid.endswith(".*")}
    return {oid for oid in oids if not oid.endswith(".*")}, columns


def _chassis(values: Mapping[str, Value]) -> frozenset[str]:
    told: Iterable[Value] = filter(None, map(values.get, _CHASSIS))
    return frozenset(
        mac(octets)
        for tag, octets in told
        if tag == OCTET_STRING and isinstance(octets, bytes) and len(octets) == _MAC_OCTETS and any(octets)
    )


def _unread(answers: Gathered) -> Equipment:
    """What every agent tells, where not even the general profile is there."""
    name, description, number = (
        words(answers.get(oid)) for oid in (SYS_NAME, SYS_DESCRIPTION, SYS_OBJECT_ID)
    )
    return Equipment(name=name, description=description, object_id=number)
