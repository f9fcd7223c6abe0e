"""SNMP interfaces: carrier, traffic, errors, discards and speed of every port (ifTable and ifXTable).

The fact `carrier` of each port holds while ifOperStatus is up. A port that is switched off by configuration
(ifAdminStatus not up) is unknown(switched_off): neither healthy nor at fault. Counters are own sums that start at 0
with the daemon. Ports are discovered by walking and then asked for by their known instances; they are discovered again
when the agent restarted, when something says that they are others, and every `discover_interval` seconds. A walk that
the agent cuts short removes no port.
"""

from pydantic import Field, field_validator

from probes.contract import Metric, Params, Probe, Seen, Target
from probes.kit import Kit
from probes.ports.discovery import Walked, found_ports
from probes.ports.layout import walked_values
from probes.ports.memory import Ports, adopted
from probes.ports.objects import COUNTERS, SCALARS, SPEED_METRIC, SYS_UPTIME, WALKED
from probes.ports.observe import answered, discovered, next_discovery
from probes.ports.risen import new_speeds, speed_oids
from probes.transports.errors import BadAnswer, TransportError
from probes.transports.snmp.contract import Values


class InterfacesParams(Params):
    """How often ports are looked for anew, and how names that are not UTF-8 are read."""

    discover_interval: float = Field(default=3600.0, ge=60, le=86400)
    legacy_encoding: str = "latin-1"

    @field_validator("legacy_encoding")
    @classmethod
    def _text_encoding(cls, name: str) -> str:
        try:
            "".encode(name)
        except (LookupError, UnicodeError):
            allowed = "latin-1, cp1258, gbk, big5 and such"
            raise ValueError(f"'{name}' is no text encoding; allowed are {allowed}") from None
        return name


async def look(target: Target, params: InterfacesParams, kit: Kit) -> Seen:
    """Ask for the known instances; walk the tables where there are none, or where they may be others by now."""
    at = kit.monotonic()
    known = kit.counters.of(target.id)
    if known is not None and at < known.due:
        values = await _ask(target, kit, known)
        if kit.counters.of(target.id) is not known or at < known.agent.at:
            # Another look at the same device, asked for by hand, was faster.
            return Seen((), complete=False)
        seen = answered(known, values, at, kit.counters.odd) if values else None
        if seen is not None:
            await _read_speeds(target, kit, known)
            return seen
    return await _discover(target, params, kit)


async def _ask(target: Target, kit: Kit, known: Ports) -> Values | None:
    """The known instances; None when the agent fails at the question, which a walk may get around."""
    try:
        return await kit.ask(target, known.layout.question)
    except BadAnswer:
        return None


async def _read_speeds(target: Target, kit: Kit, known: Ports) -> None:
    """Ports that came up may have agreed on another speed."""
    if oids := speed_oids(known):
        try:
            answer = await kit.get(target, oids)
        except TransportError:
            return
        new_speeds(known, answer.values)


async def _discover(target: Target, params: InterfacesParams, kit: Kit) -> Seen:
    at = kit.monotonic()
    answer = await kit.get(target, SCALARS)
    if answer.error_status:
        # SNMPv1 refuses the whole request when one object is not there.
        answer = await kit.get(target, [SYS_UPTIME])
    table = await kit.walk(target, WALKED)
    known = kit.counters.of(target.id)
    walked = Walked(answer.values, table, params.legacy_encoding)
    found = found_ports(walked, known.layout if known else None)
    if found is None or (known is not None and at < known.agent.at):
        # An agent that is starting may show an empty table for a moment: that is no reason to call all ports gone.
        return Seen((), complete=False)
    ports = adopted(found, known, at, kit.counters.odd)
    seen = discovered(ports, known, walked_values(found.layout, answer.values, table), at, kit.counters.odd)
    ports.due = (
        at if found.stuck else min(ports.due, next_discovery(target.id, ports, at, params.discover_interval))
    )
    kit.counters.put(target.id, ports)
    return seen


PROBE = Probe(
    name="snmp_interfaces",
    params=InterfacesParams,
    look=look,
    facts=(),
    part_facts=("carrier",),
    metrics=(
        *(Metric(metric, words, "counter") for metric, (words, _) in COUNTERS.items()),
        Metric(SPEED_METRIC, "Speed of the port as the device states it."),
    ),
    interval=60.0,
    timeout=20.0,
)
