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
# The PDU's tag, max-repetitions, the OIDs.
Asked: TypeAlias = tuple[int, int, tuple[bytes, ...]]
_MOST_TEMPLATES = 20_000
# An agent decides what a walk goes on from, so that requests may be many and long: so many bytes are kept prepared.
MOST_TEMPLATE_BYTES = 32 * 2**20


class Templates:
    """Requests kept prepared, by what they ask; all are forgotten when they are too many or too large together."""

    __slots__ = ("bytes", "kept")

    def __init__(self) -> None:
        self.kept: dict[Asked, Template] = {}
        self.bytes = 0

    def keep(self, asked: Asked, made: Template) -> Template:
        """Keep a request; the names it asks for are kept with it, which are as long again."""
        size = 2 * len(made[1])
        if len(self.kept) >= _MOST_TEMPLATES or self.bytes + size > MOST_TEMPLATE_BYTES:
            self.clear()
        self.bytes += size
        self.kept[asked] = made
        return made

    def clear(self) -> None:
        """Forget them all."""
        self.kept.clear()
        self.bytes = 0


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

    __slots__ = ("_community", "_kept", "templates", "version")

    def __init__(self, version: int, community: bytes) -> None:
        self.version = version
        self._community = community
        self.templates = Templates()
        self._kept = self.templates.kept

    def _template(self, pdu: int, repetitions: int, oids: tuple[bytes, ...]) -> Template:
        """The request as (prefix, suffix) around its number, prepared once."""
        made = request(self.version, self._community, pdu, oids, 0, repetitions)
        return self.templates.keep((pdu, repetitions, oids), made)

    def message(
        self, request_id: int, pdu: int, oids: tuple[bytes, ...], repetitions: int, now: float
    ) -> bytes:
        """As `Speaker.message`."""
        del now
        prefix, suffix = self._kept.get((pdu, repetitions, oids)) or self._template(pdu, repetitions, oids)
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
