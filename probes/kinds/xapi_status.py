"""Cisco codecs and Webex room devices (TC, CE, RoomOS) by their xAPI over HTTP(S): registration, calls, diagnostics.

Fact `registered`: with a SIP proxy or an H.323 gatekeeper; none is told while both are switched off. Fact `healthy` is
no while the codec itself reports an error, a critical state, or heat. It needs a credential of kind `login`.
"""

from pydantic import Field

from probes.conferencing.quality import ACTIVE, JITTER, LOSS, METRICS, ROUND_TRIP
from probes.conferencing.xapi import Channel, Codec, codec
from probes.contract import Fact, Metric, Note, Params, Probe, Reading, Reason, Sample, Seen, Target
from probes.kit import Kit
from probes.transports.errors import BadAnswer, CredentialsFault
from probes.transports.streams.contract import Trust
from probes.transports.web.contract import MEBIBYTE, Request

_LARGEST = 2 * MEBIBYTE
_LOCKED = frozenset({401, 403})
_OK = 200


class XapiParams(Params):
    """Where the codec listens; its certificate is its own as a rule, so only `verify` asks for a trusted one."""

    port: int = Field(ge=1, le=65535)
    tls: bool = True
    verify: bool = False


async def look(target: Target, params: XapiParams, kit: Kit) -> Seen:
    """Fetch the codec's whole status: several smaller requests would cost it more."""
    logins = kit.logins(target)
    if not logins:
        raise CredentialsFault("login")
    host = f"[{target.address}]" if ":" in target.address else target.address
    url = f"{'https' if params.tls else 'http'}://{host}:{params.port}/getxml?location=/Status"
    trust: Trust = "chain" if params.verify else "any"
    # Without TLS only where the inventory says xapi-http: codecs know no Digest.
    request = Request(url, logins=logins, clear=not params.tls, trust=trust, limit=_LARGEST)
    answer = await kit.fetch(target.address, request)
    if answer.status in _LOCKED:
        raise CredentialsFault(f"{logins[0].name} HTTP {answer.status}")
    if answer.status != _OK:
        raise BadAnswer(f"HTTP {answer.status}")
    if answer.cut:
        raise BadAnswer(f"more than {_LARGEST} bytes")
    return Seen(tuple(_readings(codec(answer.body))))


def _readings(told: Codec) -> list[Reading]:
    readings: list[Reading] = [_registered(told), _healthy(told), Sample("", ACTIVE, float(told.calls > 0))]
    readings += (Sample("", f"diagnostics_{level}s", float(count)) for level, count in told.messages.items())
    for metric, value in (("uptime_seconds", told.uptime), ("temperature_celsius", told.temperature)):
        if value is not None:
            readings.append(Sample("", metric, value))
    for channel in told.channels:
        readings += _quality(channel)
    readings += (Note("", name, words) for name, words in told.identity.items())
    if told.standby:
        readings.append(Note("", "standby", told.standby))
    return readings


def _registered(told: Codec) -> Fact:
    holds, evidence = told.registration.holds, told.registration.evidence
    if holds is None:
        reason = Reason.SWITCHED_OFF if evidence else Reason.NOT_OFFERED
    else:
        reason = Reason.AS_EXPECTED if holds else Reason.NOT_AS_EXPECTED
    return Fact("", "registered", holds, reason, evidence)


def _healthy(told: Codec) -> Fact:
    reason = Reason.SERVER_FAULT if told.faults else Reason.AS_EXPECTED
    return Fact("", "healthy", not told.faults, reason, told.faults[0] if told.faults else "")


def _quality(channel: Channel) -> list[Sample]:
    numbers = ((LOSS, channel.loss), (JITTER, channel.jitter), (ROUND_TRIP, channel.round_trip))
    return [Sample(channel.part, metric, value) for metric, value in numbers if value is not None]


PROBE = Probe(
    name="xapi_status",
    params=XapiParams,
    look=look,
    facts=("registered", "healthy"),
    metrics=(
        *METRICS,
        Metric("diagnostics_warnings", "Warnings that the codec itself reports."),
        Metric("diagnostics_errors", "Errors that the codec itself reports."),
        Metric("diagnostics_criticals", "Critical states that the codec itself reports."),
        Metric("uptime_seconds", "How long the codec has been running."),
        Metric("temperature_celsius", "Temperature within the codec."),
    ),
    interval=60.0,
    timeout=20.0,
)
