"""pysnmp for what is rare: setting values, and sending traps and informs. Polling is never done by it.

pysnmp is large and slow, so nothing that the daemon starts with imports this module. It runs on a thread and an event
loop of its own with one engine for as long as it is open (a new one costs 50 ms and leaks), and at most 50 requests
are under way; others wait their turn. Whoever calls may be on any event loop.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from socket import AF_INET
from typing import Any, TypeVar

from pyasn1.error import PyAsn1Error
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch.asyncio import (
    USM_AUTH_HMAC96_MD5,
    USM_AUTH_HMAC96_SHA,
    USM_AUTH_HMAC128_SHA224,
    USM_AUTH_HMAC192_SHA256,
    USM_AUTH_HMAC256_SHA384,
    USM_AUTH_HMAC384_SHA512,
    USM_AUTH_NONE,
    USM_PRIV_CBC56_DES,
    USM_PRIV_CFB128_AES,
    USM_PRIV_CFB192_AES,
    USM_PRIV_CFB192_AES_BLUMENTHAL,
    USM_PRIV_CFB256_AES,
    USM_PRIV_CFB256_AES_BLUMENTHAL,
    USM_PRIV_NONE,
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    Udp6TransportTarget,
    UdpTransportTarget,
    UsmUserData,
    send_notification,
    set_cmd,
)
from pysnmp.proto import errind, rfc1902

from probes.contract import Target
from probes.secret import ResolveSecret, Secret
from probes.transports.errors import BadAnswer, CredentialsFault, LocalFault, Silent, TransportError
from probes.transports.snmp import contract
from probes.transports.snmp.ber import dotted, encode_oid
from probes.transports.snmp.contract import Answer, Value
from probes.transports.sockets import address_family, socket_address

MOST_UNDER_WAY = 50
_CLOSES_WITHIN = 5.0
# The tag of every address, see `_transport`.
_ALL = "all"
_UP_TIME = "1.3.6.1.2.1.1.3.0"
_TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"

_AUTHENTICATIONS = {
    "": USM_AUTH_NONE,
    "md5": USM_AUTH_HMAC96_MD5,
    "sha1": USM_AUTH_HMAC96_SHA,
    "sha224": USM_AUTH_HMAC128_SHA224,
    "sha256": USM_AUTH_HMAC192_SHA256,
    "sha384": USM_AUTH_HMAC256_SHA384,
    "sha512": USM_AUTH_HMAC384_SHA512,
}
_PRIVACIES = {
    "": USM_PRIV_NONE,
    "des": USM_PRIV_CBC56_DES,
    "aes128": USM_PRIV_CFB128_AES,
    "aes192": USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256": USM_PRIV_CFB256_AES_BLUMENTHAL,
    "aes192c": USM_PRIV_CFB192_AES,
    "aes256c": USM_PRIV_CFB256_AES,
}
# mpModel, pysnmp's word for the version.
_COMMUNITY_VERSIONS = {"snmp_v1": 0, "snmp_v2c": 1}
_TYPES = {
    contract.INTEGER: rfc1902.Integer32,
    contract.OCTET_STRING: rfc1902.OctetString,
    contract.OBJECT_IDENTIFIER: rfc1902.ObjectIdentifier,
    contract.IP_ADDRESS: rfc1902.IpAddress,
    contract.COUNTER32: rfc1902.Counter32,
    contract.GAUGE32: rfc1902.Gauge32,
    contract.TIME_TICKS: rfc1902.TimeTicks,
    contract.OPAQUE: rfc1902.Opaque,
    contract.COUNTER64: rfc1902.Counter64,
}
# What an agent says of our credentials, by pysnmp's names of it.
_CREDENTIALS = (
    errind.AuthenticationFailure,
    errind.WrongDigest,
    errind.UnknownUserName,
    errind.UnknownSecurityName,
    errind.UnsupportedSecurityLevel,
    errind.DecryptionError,
    errind.UnknownCommunityName,
)

T = TypeVar("T")


class SnmpLibrary:
    """Sets values, sends notifications. Made by `open_library`; raises TransportErrors.

    Of a target's credentials only the first is used: what changes a device is not tried with one after the other.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, engine: SnmpEngine, resolve_secret: ResolveSecret
    ) -> None:
        self._loop = loop
        self._engine = engine
        self._resolve_secret = resolve_secret
        self._turns = asyncio.Semaphore(MOST_UNDER_WAY)
        self._pepper = os.urandom(16)
        self._tags: dict[tuple[object, ...], str] = {}

    @property
    def engine_id(self) -> bytes:
        """Our own engine id, which receivers of SNMPv3 traps must know."""
        return bytes(self._engine.snmpEngineID)

    async def set(
        self, target: Target, values: Mapping[str, Value], *, patience: float = 2.0, retries: int = 0
    ) -> Answer:
        """Set values (OID -> BER tag and content) in one request; what the agent says they are, and its error status.

        `patience` is seconds for each attempt. A repeated SET may have been done already, so by default none is.
        """
        rows = _rows(values)
        return await self._run(self._set(target, rows, patience, retries))

    async def notify(
        self,
        target: Target,
        trap: str,
        values: Mapping[str, Value],
        *,
        up_time: int = 0,
        inform: bool = False,
        patience: float = 2.0,
        retries: int = 1,
    ) -> None:
        """Send a trap to a receiver, or an inform and wait until it is acknowledged (Silent when it is not).

        `trap` is the notification's OID, `up_time` our sysUpTime in hundredths of a second. Version and credentials
        are those of the target's secret; v1 knows no informs.
        """
        told: dict[str, Value] = {
            _UP_TIME: (contract.TIME_TICKS, up_time),
            _TRAP_OID: (contract.OBJECT_IDENTIFIER, encode_oid(trap)),
        }
        rows = _rows({**told, **values})
        await self._run(self._notify(target, rows, "inform" if inform else "trap", patience, retries))

    async def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it on the library's own thread."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._in_turn(work), self._loop))

    async def _in_turn(self, work: Coroutine[Any, Any, T]) -> T:
        async with self._turns:
            try:
                return await work
            except (PyAsn1Error, PySnmpError) as error:
                # Its text may hold what was sent, secrets among it.
                raise LocalFault(type(error).__name__) from None

    async def _set(self, target: Target, rows: Sequence[ObjectType], patience: float, retries: int) -> Answer:
        credentials, context = self._credentials(target)
        where = await self._transport(target, patience, retries)
        fault, status, index, told = await set_cmd(
            self._engine, credentials, where, context, *rows, lookupMib=False
        )
        _raise(fault, target)
        values = {} if status else {str(oid): _value(value) for oid, value in told}
        return Answer(values, int(status), int(index))

    async def _notify(
        self, target: Target, rows: Sequence[ObjectType], kind: str, patience: float, retries: int
    ) -> None:
        credentials, context = self._credentials(target)
        if (
            kind == "inform"
            and isinstance(credentials, CommunityData)
            and not credentials.message_processing_model
        ):
            raise LocalFault("SNMPv1 has no informs")
        where = await self._transport(target, patience, retries)
        fault, status, _, _ = await send_notification(
            self._engine, credentials, where, context, kind, *rows, lookupMib=False
        )
        _raise(fault, target)
        if status:
            raise BadAnswer(f"error_{int(status)}")

    async def _transport(
        self, target: Target, patience: float, retries: int
    ) -> UdpTransportTarget | Udp6TransportTarget:
        """Where to send to; no name is ever looked up. Raises LocalFault for a malformed address.

        pysnmp sends a notification to every address of its last tag, and takes answers in a community from addresses
        of the community's tag.
        """
        kind = UdpTransportTarget if address_family(target.address) == AF_INET else Udp6TransportTarget
        place = socket_address(target.address, target.snmp_port)[:2]
        key = (place, target.credentials[0], patience, retries)
        tag = self._tags.setdefault(key, f"only{len(self._tags)}")
        return await kind.create(place, timeout=patience, retries=retries, tagList=f"{_ALL} {tag}")

    def _credentials(self, target: Target) -> tuple[CommunityData | UsmUserData, ContextData]:
        if not target.credentials:
            raise LocalFault("no credentials named")
        name = target.credentials[0]
        try:
            return _credentials(self._resolve_secret(name), self._pepper)
        except (LookupError, OSError, ValueError):
            raise LocalFault(name) from None


def _credentials(secret: Secret, pepper: bytes) -> tuple[CommunityData | UsmUserData, ContextData]:
    """pysnmp's words for a secret; raises LookupError or ValueError for one that is of no use."""
    fields = secret.fields
    if secret.kind in _COMMUNITY_VERSIONS:
        version = _COMMUNITY_VERSIONS[secret.kind]
        community = fields["community"]
        # One index for all versions: of two for one community pysnmp may take the wrong one, and then drops the answer.
        index = blake2b(community.encode(), key=pepper, digest_size=8).hexdigest()
        return CommunityData(index, community, mpModel=version, tag=_ALL), ContextData()
    if secret.kind != "snmp_v3":
        raise LookupError(secret.kind)
    auth, privacy = fields.get("auth", ""), fields.get("privacy", "")
    user = UsmUserData(
        fields["user"],
        authKey=fields["auth_password"] if auth else None,
        privKey=fields["privacy_password"] if privacy else None,
        authProtocol=_AUTHENTICATIONS[auth],
        privProtocol=_PRIVACIES[privacy],
    )
    engine = bytes.fromhex(fields.get("context_engine", ""))
    context = fields.get("context", "").encode()
    return user, ContextData(rfc1902.OctetString(engine) if engine else None, context)


def _rows(values: Mapping[str, Value]) -> list[ObjectType]:
    """Typed rows; raises LocalFault for a type that cannot be sent or a content that is not of its type."""
    found = []
    for oid, (tag, content) in values.items():
        given = (
            dotted(content) if tag == contract.OBJECT_IDENTIFIER and isinstance(content, bytes) else content
        )
        try:
            encode_oid(oid)
            found.append(ObjectType(ObjectIdentity(oid), _TYPES[tag](given)))
        except (KeyError, ValueError, PyAsn1Error, PySnmpError):
            raise LocalFault(f"{oid} = type 0x{tag:02x}") from None
    return found


def _value(value: Any) -> Value:  # noqa: ANN401 - one of pysnmp's types
    tags = value.tagSet[0]
    tag = tags.tagClass | tags.tagFormat | tags.tagId
    if isinstance(value, rfc1902.ObjectIdentifier):
        return tag, encode_oid(str(value))
    return tag, bytes(value) if hasattr(value, "asOctets") else int(value)


def _raise(fault: object, target: Target) -> None:
    """Raise what pysnmp's word for a failure means."""
    if not fault:
        return
    kinds: Sequence[tuple[tuple[type, ...], type[TransportError], str]] = (
        ((errind.RequestTimedOut,), Silent, ""),
        (_CREDENTIALS, CredentialsFault, target.credentials[0]),
    )
    for marks, error, detail in kinds:
        if isinstance(fault, marks):
            raise error(detail)
    raise BadAnswer(type(fault).__name__)


@contextmanager
def open_library(
    resolve_secret: ResolveSecret, engine_id: bytes = b"", boots: int = 1
) -> Iterator[SnmpLibrary]:
    """Start the thread and the engine; `engine_id` (5 to 32 bytes) is our own, one of pysnmp's making when empty.

    Whoever sends SNMPv3 traps keeps the id and gives a larger `boots` at each start, else receivers refuse them.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="snmp-library", daemon=True)
    thread.start()
    try:
        engine = asyncio.run_coroutine_threadsafe(_new_engine(engine_id, boots), loop).result()
        try:
            yield SnmpLibrary(loop, engine, resolve_secret)
        finally:
            asyncio.run_coroutine_threadsafe(_close(engine), loop).result(_CLOSES_WITHIN)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_CLOSES_WITHIN)
        loop.close()


async def _new_engine(engine_id: bytes, boots: int) -> SnmpEngine:
    """An engine of this id. pysnmp's own way to name one keeps boots in a folder of /tmp that anybody may write to."""
    engine = SnmpEngine()
    names = ("snmpEngineID", "snmpEngineBoots")
    own_id, own_boots = engine.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", *names)
    own_boots.syntax = own_boots.syntax.clone(boots)
    if engine_id:
        own_id.syntax = own_id.syntax.clone(engine_id)
        engine.snmpEngineID = own_id.syntax
    return engine


async def _close(engine: SnmpEngine) -> None:
    """End what is under way, so that nobody waits for ever."""
    under_way = asyncio.all_tasks() - {asyncio.current_task()}
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)
    engine.close_dispatcher()
    # asyncio has addresses parsed on threads of its own.
    await asyncio.get_running_loop().shutdown_default_executor()
