"""How one agent is spoken to: what every version of SNMP gives the engine, and the two versions by community.

The engine numbers requests, matches answers by source address and number, repeats and waits; a speaker only turns a
request into bytes and bytes into an answer. The number is the PDU's request id in v1 and v2c (RFC 1157, RFC 3416) and
the header's msgID in v3 (RFC 3412), where the PDU's request id is the same number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

from probes.secret import Secret
from probes.transports.errors import LocalFault
from probes.transports.snmp.ber import Response, decode_response, request
from probes.transports.sockets import SocketAddress

# The version field of a message (RFC 1157, RFC 1901, RFC 3412).
V1 = 0
V2C = 1
V3 = 3

# A message around its four bytes of request id.
Template: TypeAlias = tuple[bytes, bytes]
_MOST_TEMPLATES = 20_000


@dataclass(frozen=True, slots=True)
class Again:
    """The request should be sent once more, because the agent told what was lacking; `reason` says what, in a word.

    It is sent with a new number, at most twice for one request (discovery, then time), and costs no retry.
    """

    reason: str


class Speaker(Protocol):
    """How one agent is spoken to with one credential. `now` is monotonic seconds."""

    # The version field of its messages: what came with another is not read by it.
    version: int

    def message(
        self, request_id: int, pdu: int, oids: tuple[bytes, ...], repetitions: int, now: float
    ) -> bytes:
        """The bytes to send for a request; max-repetitions only counts for GetBulk."""
        ...

    def read(self, data: bytes, now: float) -> Response | Again:
        """The answer in these bytes, which came from the agent's address with a number under way.

        Raises BerError for what is no message of the agent (garbage, forgery, replay): it is counted and the wait
        goes on. Raises CredentialsFault for what the agent says about our credentials.
        """
        ...


class Speakers(Protocol):
    """Makes speakers for one or more kinds of secrets, and keeps what they share."""

    def speaker(self, address: SocketAddress, credential: str, secret: Secret) -> Speaker:
        """The speaker for this agent and credential: the same object as long as the secret is equal.

        Raises LocalFault with the credential's name (never the secret) when the secret cannot be used.
        """
        ...

    def forget(self) -> None:
        """Forget what was learned of agents, after credentials or the plan have changed."""
        ...


class CommunitySpeaker:
    """v1 or v2c: the community in the clear, so that a request is a prepared prefix and suffix around its number."""

    __slots__ = ("_community", "_templates", "version")

    def __init__(self, version: int, community: bytes) -> None:
        self.version = version
        self._community = community
        self._templates: dict[tuple[int, int, tuple[bytes, ...]], Template] = {}

    def _template(self, pdu: int, repetitions: int, oids: tuple[bytes, ...]) -> Template:
        """The request as (prefix, suffix) around its number, prepared once."""
        if len(self._templates) >= _MOST_TEMPLATES:
            self._templates.clear()
        made = request(self.version, self._community, pdu, oids, 0, repetitions)
        self._templates[pdu, repetitions, oids] = made
        return made

    def message(
        self, request_id: int, pdu: int, oids: tuple[bytes, ...], repetitions: int, now: float
    ) -> bytes:
        """As `Speaker.message`."""
        del now
        prefix, suffix = self._templates.get((pdu, repetitions, oids)) or self._template(
            pdu, repetitions, oids
        )
        return prefix + request_id.to_bytes(4, "big") + suffix

    def read(self, data: bytes, now: float) -> Response | Again:
        """As `Speaker.read`; agents of these versions say nothing of credentials but authorizationError."""
        del now
        return decode_response(data)


class Communities:
    """Speakers of v1 and v2c, shared by all agents of one community."""

    KINDS: ClassVar[Mapping[str, int]] = {"snmp_v1": V1, "snmp_v2c": V2C}

    def __init__(self) -> None:
        self._speakers: dict[tuple[int, str], CommunitySpeaker] = {}

    def speaker(self, address: SocketAddress, credential: str, secret: Secret) -> CommunitySpeaker:
        """As `Speakers.speaker`."""
        del address
        version, community = self.KINDS.get(secret.kind), secret.fields.get("community")
        if version is None or community is None:
            raise LocalFault(credential)
        key = version, community
        found = self._speakers.get(key)
        if found is None:
            found = self._speakers[key] = CommunitySpeaker(version, community.encode())
        return found

    def forget(self) -> None:
        """As `Speakers.forget`: every prepared request and every community."""
        self._speakers.clear()
