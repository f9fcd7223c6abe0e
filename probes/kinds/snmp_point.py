"""One SNMP object as a point: a contact, or a number that is scaled, such as tenths of a degree.

A value that the device does not offer tells nothing: unknown(not_offered). Values count after the scale. Where none is
called healthy (a temperature), the fact `expected` only says that there is a value.
"""

from probes.contract import Probe, Seen, Target
from probes.kit import Kit
from probes.point import METRIC, STRIKES, PointParams, readings, shown_number
from probes.reading import Oid, error_fact
from probes.transports.snmp.contract import number, text


class SnmpPointParams(PointParams):
    """Which object."""

    oid: Oid
    # By these numbers devices say that they have none (the ends of 32 bits).
    no_value: tuple[str, ...] = ("4294967295", "2147483647", "-2147483648")


async def look(target: Target, params: SnmpPointParams, kit: Kit) -> Seen:
    """Ask for the value."""
    answer = await kit.get(target, [params.oid])
    if answer.error_status:
        return Seen((error_fact("expected", answer),))
    value = answer.values.get(params.oid)
    shown, measured = text(value), number(value)
    if shown in {*params.no_value} - {*params.expected, *params.unexpected}:
        shown = measured = None
    if measured is not None:
        measured *= params.scale
        shown = shown_number(measured)
    return Seen(readings(shown, measured, params))


PROBE = Probe(
    name="snmp_point",
    params=SnmpPointParams,
    look=look,
    facts=("expected",),
    metrics=(METRIC, STRIKES),
    interval=60.0,
    timeout=10.0,
)
