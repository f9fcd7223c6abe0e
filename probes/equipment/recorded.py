"""The SNMP seam answered from recordings: whole looks at real devices without any, for tests and demonstrations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from probes.contract import Target
from probes.equipment.recording import Recording
from probes.transports.errors import Silent
from probes.transports.snmp.contract import (
    NO_SUCH_INSTANCE,
    Answer,
    Manners,
    Question,
    Table,
    Value,
    Values,
)

_NOTHING: Value = (NO_SUCH_INSTANCE, b"")


@dataclass
class RecordedSnmp:
    """Recordings by address; an address without one is silent. `changed` are single values that are others by now.

    `asked` records (address, what, how many OIDs) in order; `manners` are what was said of agents, by address.
    """

    recordings: dict[str, Recording] = field(default_factory=dict)
    changed: dict[str, Value] = field(default_factory=dict)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    manners: dict[str, Manners] = field(default_factory=dict)

    def _of(self, target: Target, what: str, oids: Sequence[str]) -> Recording:
        self.asked.append((target.address, what, len(oids)))
        found = self.recordings.get(target.address)
        if found is None:
            raise Silent
        return found

    def _value(self, recording: Recording, oid: str) -> Value:
        return self.changed.get(oid) or recording.get(oid) or _NOTHING

    async def get(self, target: Target, oids: Sequence[str], *, until: float | None = None) -> Answer:  # noqa: ARG002
        """As `Snmp.get`."""
        recording = self._of(target, "get", oids)
        return Answer({oid: self._value(recording, oid) for oid in oids})

    async def ask(self, target: Target, wanted: Question, *, until: float | None = None) -> Values:  # noqa: ARG002
        """As `Snmp.ask`."""
        recording = self._of(target, "ask", wanted.oids)
        found = [self._value(recording, oid) for oid in wanted.oids]
        return Values(bytes(tag for tag, _ in found), [content for _, content in found])

    async def walk(self, target: Target, columns: Sequence[str], *, until: float | None = None) -> Table:  # noqa: ARG002
        """As `Snmp.walk`."""
        recording = self._of(target, "walk", columns)
        return Table({oid: dict(recording.column(oid)) for oid in columns})

    def strays(self, most: int = 10) -> Mapping[str, int]:  # noqa: ARG002
        """As `Snmp.strays`: none."""
        return {}

    def engine_id(self, target: Target) -> str:  # noqa: ARG002
        """As `Snmp.engine_id`: none."""
        return ""

    def mind(self, target: Target, manners: Manners) -> None:
        """As `Snmp.mind`; kept by address."""
        self.manners[target.address] = manners

    def forget(self) -> None:
        """As `Snmp.forget`; nothing is learned here."""

    def counts(self) -> dict[str, int]:
        """As `Snmp.counts`."""
        return {"snmp_requests": len(self.asked)}
