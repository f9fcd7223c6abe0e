"""Names as told beforehand: no socket, no time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from probes.transports.errors import NameUnknown, Silent, TransportError
from probes.transports.names.contract import DnsAnswer, Question


@dataclass
class FakeNames:
    """`addresses` by host, others are unknown; `answers` by (server, name, type), other servers are silent."""

    addresses: Mapping[str, tuple[str, ...] | TransportError] = field(default_factory=dict)
    answers: Mapping[tuple[str, str, str], DnsAnswer | TransportError] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    async def query(self, address: str, question: Question, *, until: float) -> DnsAnswer:  # noqa: ARG002
        """As `Names.query`."""
        self.asked.append(question)
        answer = self.answers.get((address, question.name, question.type), Silent())
        if isinstance(answer, TransportError):
            raise answer
        return answer

    async def resolve(self, host: str, *, until: float) -> tuple[str, ...]:  # noqa: ARG002
        """As `Names.resolve`."""
        try:
            return (str(ip_address(host)),)
        except ValueError:
            found = self.addresses.get(host, NameUnknown(host))
        if isinstance(found, TransportError):
            raise found
        return found

    def counts(self) -> dict[str, int]:
        """As `Names.counts`."""
        return {"names_asked": len(self.asked)}
