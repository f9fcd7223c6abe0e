"""Line witness by SNMP: what a router at one end found out about the path by its own test (IP SLA, link monitor).

The fact `path` holds while the object (such as rttMonLatestRttOperSense of CISCO-RTTMON-MIB, ok(1)) has one of the
expected values. An object that the router does not offer tells nothing: unknown(not_offered).
"""

from pydantic import Field

from probes.contract import Note, Params, Probe, Seen, Target
from probes.kit import Kit
from probes.reading import Oid, error_fact, expected
from probes.transports.snmp.contract import text


class PathParams(Params):
    """Which object tells about the path, and by which values it says that all is well."""

    oid: Oid
    expected: tuple[str, ...] = Field(("1",), min_length=1)


async def look(target: Target, params: PathParams, kit: Kit) -> Seen:
    """Ask the router for its verdict."""
    answer = await kit.get(target, [params.oid])
    if answer.error_status:
        return Seen((error_fact("path", answer),))
    value = answer.values.get(params.oid)
    shown = text(value)
    notes = () if shown is None else (Note("", "value", shown),)
    return Seen((expected("path", value, params.expected), *notes))


PROBE = Probe(
    name="snmp_path",
    params=PathParams,
    look=look,
    facts=("path",),
    interval=30.0,
    timeout=10.0,
)
