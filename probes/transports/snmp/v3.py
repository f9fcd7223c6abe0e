"""Speaks SNMPv3 with agents by the User-based Security Model (RFC 3412, RFC 3414): we ask, they are authoritative.

First contact is discovery (RFC 3414 section 4): an unauthenticated Report tells the engine id, an authenticated one
boots and time. Only what is authentic changes boots and time. A Report that is authentic and bears the number of a
request under way is fresh, since no number is used twice, so it is believed also when it sets boots or time back:
agents that lose their boots counter exist. Everything else older than the 150 seconds of the time window is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from probes.secret import Secret
from probes.transports.errors import CredentialsFault, LocalFault
from probes.transports.snmp.ber import (
    GET,
    REPORT,
    RESPONSE,
    BerError,
    Response,
    decode_pdu,
    encode_oid,
    request_pdu,
)
from probes.transports.snmp.speaker import V3, Again, Template, Templates
from probes.transports.snmp.usm import AUTHENTICATIONS, PRIVACIES, Keys, KeyStore, User
from probes.transports.snmp.v3_message import (
    AUTHENTICATED,
    LARGEST,
    LEVEL,
    REPORTABLE,
    TIME_WINDOW,
    Envelope,
    Scoped,
    encode_scoped,
    open_plain,
    open_sealed,
    read_envelope,
    seal,
)
from probes.transports.sockets import SocketAddress

KIND = "snmp_v3"
_MOST_ENGINES = 100_000
# More requests are never under way to one agent.
_SENT_KEPT = 15

# What a Report counts, by OID without its last arc: RFC 3414 section 5, RFC 3412 section 5, RFC 3413 section 4.1.2.
_NOT_IN_TIME, _UNKNOWN_ENGINE = "notInTimeWindows", "unknownEngineIDs"
REPORTS: Mapping[bytes, str] = {
    encode_oid(oid): name
    for oid, name in {
        "1.3.6.1.6.3.15.1.1.1": "unsupportedSecLevels",
        "1.3.6.1.6.3.15.1.1.2": _NOT_IN_TIME,
        "1.3.6.1.6.3.15.1.1.3": "unknownUserNames",
        "1.3.6.1.6.3.15.1.1.4": _UNKNOWN_ENGINE,
        "1.3.6.1.6.3.15.1.1.5": "wrongDigests",
        "1.3.6.1.6.3.15.1.1.6": "decryptionErrors",
        "1.3.6.1.6.3.11.2.1.1": "unknownSecurityModels",
        "1.3.6.1.6.3.11.2.1.3": "unknownPDUHandlers",
        "1.3.6.1.6.3.12.1.4": "unavailableContexts",
        "1.3.6.1.6.3.12.1.5": "unknownContexts",
    }.items()
}


@dataclass(slots=True)
class Engine:
    """What is known of the engine at one address: its id, its boots and time, and when (monotonic) that was so.

    `sent` are the numbers of the last requests; `named` and `synchronised` what they were when the id and the time
    were learnt, so that complaints about earlier requests lead to no blame, None again after an answer or a blame.
    """

    id: bytes = b""
    boots: int = 0
    time: int = 0
    at: float = 0.0
    timed: bool = False
    sent: tuple[int, ...] = ()
    named: tuple[int, ...] | None = None
    synchronised: tuple[int, ...] | None = None

    def clock(self, now: float) -> int:
        """Its snmpEngineTime now, as far as we know."""
        return min(self.time + int(now - self.at), LARGEST)

    def adopt(self, boots: int, time: int, now: float) -> None:
        """Take over boots and time."""
        self.boots, self.time, self.at, self.timed = boots, time, now, True

    def lose_time(self) -> None:
        """Begin anew with time synchronisation (RFC 3414 section 4), the id being known."""
        self.boots = self.time = 0
        self.timed = False

    def settle(self) -> None:
        """Something was decided: what comes from now on counts again."""
        self.named = self.synchronised = None


class V3Speaker:
    """Speaks with one agent as one user; see `Speaker` for its face. Made by `V3Speakers`."""

    version = V3
    __slots__ = ("_credential", "_engine", "_keys", "_keys_for", "_shared", "_user")

    def __init__(self, user: User, credential: str, engine: Engine, shared: "V3Speakers") -> None:
        self._user = user
        self._credential = credential
        self._engine = engine
        self._shared = shared
        self._keys: Keys | None = None
        self._keys_for = b""

    def message(
        self, request_id: int, pdu: int, oids: tuple[bytes, ...], repetitions: int, now: float
    ) -> bytes:
        """As `Speaker.message`; while the agent's engine id is not known, discovery instead (RFC 3414 section 4)."""
        engine, user, shared = self._engine, self._user, self._shared
        engine.sent = (*engine.sent[-_SENT_KEPT:], request_id)
        number = request_id.to_bytes(4, "big")
        if not engine.id:
            return _discovery(request_id, number)
        head, tail = shared.template(pdu, oids, repetitions)
        scoped = encode_scoped(user.context_engine or engine.id, user.context, head + number + tail)
        # Zero asks for the time (RFC 3414 section 4) and stands where nothing is authenticated (section 3.1 (6)).
        known = engine.timed and user.authentication
        boots, time = (engine.boots, engine.clock(now)) if known else (0, 0)
        flags = user.flags | REPORTABLE
        return seal(
            request_id, flags, engine.id, boots, time, user.name, self._key(), shared.next_salt(), scoped
        )

    def read(self, data: bytes, now: float) -> Response | Again:
        """As `Speaker.read` (RFC 3412 section 7.2, RFC 3414 section 3.2)."""
        envelope = read_envelope(data)
        if not envelope.flags & AUTHENTICATED:
            return self._unauthenticated(data, envelope)
        user, engine = self._user, self._engine
        if envelope.user != user.name or envelope.engine != engine.id or not user.authentication:
            raise BerError("another user or engine")
        scoped = open_sealed(data, envelope, self._key())
        if scoped.pdu[0] == REPORT:
            return self._authentic_report(envelope, scoped, now)
        if envelope.flags & LEVEL != user.flags:
            raise BerError("security level below the request's")
        self._timely(envelope, now)
        return self._answer(envelope, scoped)

    def _key(self) -> Keys:
        if self._keys is None or self._keys_for != self._engine.id:
            # Keys of an id that the agent no longer tells: it may tell ever new ones.
            self._shared.forget_keys(self._user, self._keys_for)
            self._keys_for = self._engine.id
            self._keys = self._shared.keys(self._user, self._engine.id)
        return self._keys

    def _answer(self, envelope: Envelope, scoped: Scoped) -> Response:
        user = self._user
        if scoped.context != user.context or scoped.engine != (user.context_engine or self._engine.id):
            raise BerError("another context")
        tag, response = decode_pdu(scoped.pdu)
        if tag != RESPONSE or response.request_id != envelope.message_id:
            raise BerError("no response, or to another request")
        self._engine.settle()
        return response

    def _unauthenticated(self, data: bytes, envelope: Envelope) -> Response | Again:
        scoped = open_plain(data, envelope)
        if scoped.pdu[0] == REPORT:
            return self._report(envelope, _what(scoped))
        if self._user.flags or envelope.user != self._user.name or envelope.engine != self._engine.id:
            raise BerError("security level below the request's, or another user or engine")
        return self._answer(envelope, scoped)

    def _report(self, envelope: Envelope, what: str) -> Again:
        """A Report that may be forged: evidence about our credentials, never about time."""
        engine = self._engine
        if not engine.id or what == _UNKNOWN_ENGINE:
            return self._name(envelope)
        if envelope.engine != engine.id:
            # Whoever forges it does not know that, unless he asked the agent himself.
            raise BerError("report of another engine")
        if engine.named is not None and envelope.message_id in engine.named:
            return Again("engine")
        if what == _NOT_IN_TIME:
            raise BerError("report about time without authentication")
        raise self._fault(what)

    def _name(self, envelope: Envelope) -> Again:
        engine = self._engine
        if not envelope.engine:
            raise BerError("report without engine id")
        if envelope.engine != engine.id:
            engine.lose_time()
            engine.settle()
            engine.id, engine.named = envelope.engine, engine.sent
        elif engine.named is None or envelope.message_id not in engine.named:
            raise self._fault(_UNKNOWN_ENGINE)
        return Again("engine")

    def _authentic_report(self, envelope: Envelope, scoped: Scoped, now: float) -> Again:
        engine, what = self._engine, _what(scoped)
        if what != _NOT_IN_TIME:
            self._timely(envelope, now)
            return self._report(envelope, what)
        engine.adopt(envelope.boots, envelope.time, now)
        if engine.synchronised is not None and envelope.message_id not in engine.synchronised:
            raise self._fault(_NOT_IN_TIME)
        engine.synchronised = engine.sent
        return Again("time")

    def _timely(self, envelope: Envelope, now: float) -> None:
        """RFC 3414 section 3.2 (7)(b): adopt what is newer, refuse what is older than the time window."""
        engine, boots, time = self._engine, envelope.boots, envelope.time
        if not engine.timed or (boots, time) > (engine.boots, engine.time):
            engine.adopt(boots, time, now)
        if boots < engine.boots or boots == LARGEST or time + TIME_WINDOW < engine.clock(now):
            # An agent that does not watch its own time would stay refused for ever, so time is asked for anew.
            engine.lose_time()
            raise BerError("outside the time window")

    def _fault(self, what: str) -> CredentialsFault:
        self._engine.settle()
        return CredentialsFault(f"{self._credential}: {what}")


class V3Speakers:
    """Speakers by address and credential, what is known of each agent's engine, and the users' keys."""

    def __init__(self, pepper: bytes, first_salt: int) -> None:
        """`pepper` hides passwords in memory, salts count on from `first_salt`: both random, the latter of 64 bits."""
        self._pepper = pepper
        self._salt = first_salt
        self._stretched = KeyStore(pepper)
        self._speakers: dict[tuple[SocketAddress, str], tuple[Secret, V3Speaker]] = {}
        self._engines: dict[SocketAddress, Engine] = {}
        self._keys: dict[tuple[User, bytes], Keys] = {}
        self.templates = Templates()

    def speaker(self, address: SocketAddress, credential: str, secret: Secret) -> V3Speaker:
        """As `Speakers.speaker`; the first one of a password takes a millisecond or two for its hash."""
        place = address, credential
        known = self._speakers.get(place)
        if known is not None and (known[0] is secret or known[0] == secret):
            return known[1]
        try:
            user = user_of(secret, self._stretched)
        except (KeyError, ValueError):
            raise LocalFault(credential) from None
        if len(self._speakers) >= _MOST_ENGINES:
            self.forget()
        speaker = V3Speaker(user, credential, self._engines.setdefault(address, Engine()), self)
        self._speakers[place] = secret, speaker
        return speaker

    def forget(self) -> None:
        """As `Speakers.forget`: every engine, key and prepared request."""
        for kept in (self._speakers, self._engines, self._keys, self.templates):
            kept.clear()
        self._stretched = KeyStore(self._pepper)

    def engine_id(self, address: SocketAddress) -> bytes:
        """The engine id that was told at this address; empty when none was."""
        engine = self._engines.get(address)
        return b"" if engine is None else engine.id

    def next_salt(self) -> int:
        """A number for the next salt, which never comes twice."""
        self._salt += 1
        return self._salt

    def keys(self, user: User, engine: bytes) -> Keys:
        """The user's keys at this engine, localised once however many addresses share it."""
        found = self._keys.get((user, engine))
        if found is None:
            found = self._keys[user, engine] = Keys(user, engine)
        return found

    def forget_keys(self, user: User, engine: bytes) -> None:
        """The user has no use for these any more at one address; at others they are derived anew when needed."""
        self._keys.pop((user, engine), None)

    def template(self, pdu: int, oids: tuple[bytes, ...], repetitions: int) -> Template:
        """A PDU as (prefix, suffix) around four bytes of request id, the same for all agents."""
        asked = pdu, repetitions, oids
        found = self.templates.kept.get(asked)
        return found or self.templates.keep(asked, request_pdu(pdu, oids, 0, repetitions))


def user_of(secret: Secret, stretched: KeyStore) -> User:
    """The user a secret of kind snmp_v3 describes; raises KeyError or ValueError when it describes none."""
    fields = secret.fields
    auth, privacy = fields.get("auth", ""), fields.get("privacy", "")
    name = fields["user"].encode()
    if secret.kind != KIND or not 1 <= len(name) <= 32 or (privacy and not auth):
        raise ValueError("not a user of SNMPv3")
    if auth not in ("", *AUTHENTICATIONS) or privacy not in ("", *PRIVACIES):
        raise ValueError("unknown algorithm")
    return User(
        name,
        auth,
        privacy,
        stretched.key(fields["auth_password"], auth) if auth else b"",
        stretched.key(fields["privacy_password"], auth) if privacy else b"",
        fields.get("context", "").encode(),
        bytes.fromhex(fields.get("context_engine", "")),
    )


_NOBODY = User(b"")
_NO_KEYS = Keys(_NOBODY, b"")
_EMPTY_GET = request_pdu(GET, ())


def _discovery(request_id: int, number: bytes) -> bytes:
    scoped = encode_scoped(b"", b"", _EMPTY_GET[0] + number + _EMPTY_GET[1])
    return seal(request_id, REPORTABLE, b"", 0, 0, b"", _NO_KEYS, 0, scoped)


def _what(scoped: Scoped) -> str:
    """What a Report counts; raises BerError when it is nothing we know."""
    bindings = decode_pdu(scoped.pdu)[1].bindings
    if not bindings:
        raise BerError("report of nothing")
    name = REPORTS.get(bindings[0][0].removesuffix(b"\0"))
    if name is None:
        raise BerError("report of something else")
    return name
