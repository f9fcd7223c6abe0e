"""SIP OPTIONS (RFC 3261 section 11) over UDP, TCP or TLS: whether an endpoint, a bridge or a proxy takes calls.

Fact `signalling`: a response came that belongs to the request; 1xx is waited through, what belongs to no request of
ours is passed over. Fact `available` is no after 480 alone (nobody is registered there). Fact `serving` is no after
408 and 5xx, by which the other side says itself that it fails. 486, 600 and 603 mean that it is in a call: all is well.
"""

import secrets
from typing import Annotated

from pydantic import Field

from probes.conferencing.signalling import answered, unanswered
from probes.contract import Fact, Metric, Note, Params, Probe, Reading, Reason, Sample, Seen, Target
from probes.kit import Kit
from probes.transports.errors import BadAnswer, Silent, TransportError
from probes.transports.sip.message import (
    LARGEST,
    MOST_HEADER_BYTES,
    Options,
    Response,
    Transport,
    response,
    shown,
)
from probes.transports.sip.standing import Standing, standing
from probes.transports.streams.contract import Stream, Tls

# Timer E of section 17.1.2.2, cut off: T1 is 0.5 s, doubled; what has not answered then is not fit for calls.
_RESEND = (0.5, 1.0, 2.0)
_PATIENCE = 5.0
_MOST_MESSAGES = 20
_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}


class SipParams(Params):
    """Over what is asked, at which port (None: 5060, with TLS 5061), and for whom (`user`, '' the target itself).

    Endpoints sign their own certificates: with `tls` nothing is verified, and no password is ever sent.
    """

    transport: Transport
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    user: Annotated[str, Field(pattern=r"^[\w.+\-]{0,100}$")] = ""


async def look(target: Target, params: SipParams, kit: Kit) -> Seen:
    """Ask once; what is lost on the way is asked again."""
    within = kit.until_at(min(kit.until, kit.monotonic() + _PATIENCE))
    asked = _by_datagram if params.transport == "udp" else _by_stream
    try:
        address = (await within.resolve(target.address))[0]
        came, rtt = await asked(address, target.address, params, within)
    except TransportError as error:
        silence = (Fact("", name, None, error.reason) for name in ("available", "serving"))
        return Seen((unanswered(error), *silence))
    return Seen(tuple(_readings(came, rtt)))


def _request(host: str, params: SipParams, local: tuple[str, int]) -> Options:
    port = params.port or _PORTS[params.transport]
    token = secrets.token_hex(16)
    return Options(host, port, params.transport, local, token, params.user)


async def _by_datagram(address: str, host: str, params: SipParams, kit: Kit) -> tuple[Response, float | None]:
    garbled = False

    def accept(data: bytes) -> bool:
        nonlocal garbled
        try:
            came = response(data)
        except BadAnswer:
            garbled = True
            return False
        return came.final and came.answers(request)

    async with kit.datagram(address, params.port or _PORTS["udp"]) as socket:
        request = _request(host, params, socket.local)
        try:
            reply = await socket.ask(request.encode(), accept, _RESEND)
        except Silent:
            if garbled:
                raise BadAnswer("no SIP response") from None
            raise
    return response(reply.data), reply.rtt


async def _by_stream(address: str, host: str, params: SipParams, kit: Kit) -> tuple[Response, float | None]:
    tls = Tls(trust="any") if params.transport == "tls" else None
    async with kit.stream(address, params.port or _PORTS[params.transport], tls) as stream:
        request = _request(host, params, stream.local)
        began = kit.monotonic()
        await stream.send(request.encode())
        for _ in range(_MOST_MESSAGES):
            came = await _message(stream)
            if came is not None and came.final and came.answers(request):
                return came, kit.monotonic() - began
    raise BadAnswer("only foreign responses")


async def _message(stream: Stream) -> Response | None:
    """The next response with its body taken off; None for empty lines that keep a connection alive (RFC 5626)."""
    head = await stream.read_until(b"\r\n\r\n", MOST_HEADER_BYTES)
    if not head.strip():
        return None
    came = response(head)
    if came.body_bytes > LARGEST:
        raise BadAnswer("Content-Length")
    await stream.read_exactly(came.body_bytes)
    return came


def _readings(came: Response, rtt: float | None) -> list[Reading]:
    stands = standing(came.status)
    evidence = shown(f"{came.status} {came.phrase} ({stands.value})")
    readings: list[Reading] = [answered(evidence), Note("", "standing", stands.value)]
    if stands is Standing.FAILING:
        readings.append(Fact("", "available", None, Reason.SERVER_FAULT))
        readings.append(Fact("", "serving", False, Reason.SERVER_FAULT, evidence))
    else:
        available = stands is not Standing.UNREGISTERED
        reason = Reason.AS_EXPECTED if available else Reason.NOT_AS_EXPECTED
        readings.append(Fact("", "available", available, reason, evidence))
        readings.append(Fact("", "serving", True, Reason.ANSWERED, evidence))
    if rtt is not None:
        readings.append(Sample("", "sip_rtt_seconds", rtt))
    if came.maker:
        readings.append(Note("", "signalling_software", shown(came.maker)))
    return readings


PROBE = Probe(
    name="sip_options",
    params=SipParams,
    look=look,
    facts=("signalling", "available", "serving"),
    metrics=(
        Metric(
            "sip_rtt_seconds", "Time from the request to its final response, unless it had to be repeated."
        ),
    ),
    interval=60.0,
    timeout=6.0,
)
