"""One SNMP value compared with expected ones: a contact input, a registration state, a mode.

The fact `expected` holds while the value is one of those listed. Numbers are compared as numbers, all else as text.
A value that the device does not offer tells nothing: unknown(not_offered). Where the faulty values are listed too
(`unexpected`), a value in neither list tells nothing either ('input disabled'): unknown(bad_answer). Numbers by which
devices say that they have none (`no_value`) count as not offered, unless they are listed as healthy or faulty.
"""

from pydantic import Field

from probes.contract import Metric, Note, Params, Probe, Reading, Sample, Seen, Target
from probes.kit import Kit
from probes.reading import Oid, error_fact, expected
from probes.transports.snmp.contract import number, text


class ScalarParams(Params):
    """Which value, which of its values are the healthy ones, which (if any are named) are faulty, which are none."""

    oid: Oid
    expected: tuple[str, ...] = Field(min_length=1)
    unexpected: tuple[str, ...] = ()
    no_value: tuple[str, ...] = ("4294967295", "2147483647", "-2147483648")


async def look(target: Target, params: ScalarParams, kit: Kit) -> Seen:
    """Ask for the value."""
    answer = await kit.get(target, [params.oid])
    if answer.error_status:
        return Seen((error_fact("expected", answer),))
    value = answer.values.get(params.oid)
    if text(value) in {*params.no_value} - {*params.expected, *params.unexpected}:
        value = None
    readings: list[Reading] = [expected("expected", value, params.expected, params.unexpected)]
    measured, shown = number(value), text(value)
    if measured is not None:
        readings.append(Sample("", "snmp_scalar_value", measured))
    if shown is not None:
        readings.append(Note("", "value", shown))
    return Seen(tuple(readings))


PROBE = Probe(
    name="snmp_scalar",
    params=ScalarParams,
    look=look,
    facts=("expected",),
    metrics=(Metric("snmp_scalar_value", "The value read, when it is a number."),),
    interval=60.0,
    timeout=10.0,
)
