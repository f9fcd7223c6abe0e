"""SNMP system group: is the device reachable and manageable, who is it, since when does its agent run.

Any answer, even an error or a refused port, proves that the device is reachable; manageable means that its agent
answered with values. A v2c agent does not answer a wrong community, so that looks like silence.
"""

from probes.contract import Fact, Metric, Note, Params, Probe, Reading, Reason, Sample, Seen, Target
from probes.kit import Kit
from probes.reading import error_evidence, reachable
from probes.transports.errors import TransportError
from probes.transports.snmp.contract import Answer, number, text

# SNMPv2-MIB (RFC 3418).
SYS_UPTIME = "1.3.6.1.2.1.1.3.0"
NOTES = {
    "sysDescr": "1.3.6.1.2.1.1.1.0",
    "sysObjectID": "1.3.6.1.2.1.1.2.0",
    "sysContact": "1.3.6.1.2.1.1.4.0",
    "sysName": "1.3.6.1.2.1.1.5.0",
    "sysLocation": "1.3.6.1.2.1.1.6.0",
}
# Known to whoever asks by SNMPv3: a look costs nothing more for it.
ENGINE_ID = "snmpEngineID"
_TICKS_PER_SECOND = 100


class SystemParams(Params):
    """No parameters: the system group is the same everywhere."""


async def look(target: Target, params: SystemParams, kit: Kit) -> Seen:  # noqa: ARG001 - every look has this form
    """Ask for the system group."""
    try:
        answer = await kit.get(target, [SYS_UPTIME, *NOTES.values()])
    except TransportError as error:
        return Seen((reachable(error), _unmanageable(error)), complete=False)
    answered = Fact("", "reachable", True, Reason.ANSWERED)
    engine = kit.snmp.engine_id(target)
    known = (Note("", ENGINE_ID, engine),) if engine else ()
    return Seen((answered, _manageable(answer), *_values(answer), *known))


def _unmanageable(error: TransportError) -> Fact:
    # Wrong credentials are ours to mend and say nothing about the device.
    holds = None if error.reason is Reason.CREDENTIALS else False
    return Fact("", "manageable", holds, error.reason, error.detail)


def _manageable(answer: Answer) -> Fact:
    if answer.error_status:
        return Fact("", "manageable", False, Reason.BAD_ANSWER, error_evidence(answer))
    if all(text(value) is None for value in answer.values.values()):
        return Fact("", "manageable", False, Reason.NOT_OFFERED)
    return Fact("", "manageable", True, Reason.ANSWERED)


def _values(answer: Answer) -> list[Reading]:
    readings: list[Reading] = []
    uptime = number(answer.values.get(SYS_UPTIME))
    if uptime is not None:
        readings.append(Sample("", "snmp_uptime_seconds", uptime / _TICKS_PER_SECOND))
    for name, oid in NOTES.items():
        shown = text(answer.values.get(oid))
        if shown is not None:
            readings.append(Note("", name, shown))
    return readings


PROBE = Probe(
    name="snmp_system",
    params=SystemParams,
    look=look,
    facts=("reachable", "manageable"),
    metrics=(
        Metric(
            "snmp_uptime_seconds", "How long the device's SNMP agent has been running (wraps at 497 days)."
        ),
    ),
    interval=60.0,
    timeout=10.0,
)
