"""SNMP interfaces: carrier, traffic, errors, discards and speed of every port (ifTable and ifXTable).

The fact `carrier` of each port holds while ifOperStatus is up. A port that is switched off by configuration
(ifAdminStatus not up) is unknown(switched_off): neither healthy nor at fault. Counters are own sums that start at 0
with the daemon. A walk that the agent cuts short removes no port.
"""

from collections.abc import Mapping

from probes.contract import Fact, Metric, Note, Params, Probe, Reading, Reason, Sample, Seen, Target
from probes.counters import Reading as CounterReading
from probes.kit import Kit
from probes.part import part_names
from probes.transports.snmp.contract import COUNTER64, Table, Value, number, text

# IF-MIB (RFC 2863) and SNMPv2-MIB (RFC 3418).
SYS_UPTIME = "1.3.6.1.2.1.1.3.0"
_IF_TABLE = "1.3.6.1.2.1.2.2.1"
_IF_X_TABLE = "1.3.6.1.2.1.31.1.1.1"
DESCR, SPEED, ADMIN, OPER = (f"{_IF_TABLE}.{column}" for column in (2, 5, 7, 8))
NAME, HIGH_SPEED, ALIAS = (f"{_IF_X_TABLE}.{column}" for column in (1, 15, 18))
# Metric -> its help, and its columns in order of preference: 64 bits first where the device has them.
COUNTERS = {
    "interface_receive_bytes_total": (
        "Bytes received by the port since the daemon first saw it.",
        (f"{_IF_X_TABLE}.6", f"{_IF_TABLE}.10"),
    ),
    "interface_transmit_bytes_total": (
        "Bytes sent by the port since the daemon first saw it.",
        (f"{_IF_X_TABLE}.10", f"{_IF_TABLE}.16"),
    ),
    "interface_receive_discards_total": (
        "Received packets dropped without fault since the daemon first saw the port.",
        (f"{_IF_TABLE}.13",),
    ),
    "interface_receive_errors_total": (
        "Received packets with errors since the daemon first saw the port.",
        (f"{_IF_TABLE}.14",),
    ),
    "interface_transmit_discards_total": (
        "Packets to send dropped without fault since the daemon first saw the port.",
        (f"{_IF_TABLE}.19",),
    ),
    "interface_transmit_errors_total": (
        "Packets that could not be sent for errors since the daemon first saw the port.",
        (f"{_IF_TABLE}.20",),
    ),
}
_COUNTER_COLUMNS = (column for _, columns in COUNTERS.values() for column in columns)
COLUMNS = (NAME, DESCR, ADMIN, OPER, SPEED, HIGH_SPEED, ALIAS, *_COUNTER_COLUMNS)
_UP = 1
_DOWN = frozenset({2, 5, 6, 7})
# ifSpeed stands still at its largest value; ifHighSpeed (Mbit/s) beyond 1.6 Tbit/s is garbage of known agents.
_SPEED_SATURATED = 2**32 - 1
_HIGH_SPEED_MOST = 1_600_000


class InterfacesParams(Params):
    """No parameters: the tables are the same everywhere."""


async def look(target: Target, params: InterfacesParams, kit: Kit) -> Seen:  # noqa: ARG001 - every look has this form
    """Ask for the agent's uptime, then walk both tables side by side."""
    started = kit.monotonic()
    uptime = number((await kit.get(target, [SYS_UPTIME])).values.get(SYS_UPTIME))
    table = await kit.walk(target, COLUMNS)
    parts = _parts(table)
    # An agent that is starting may show an empty table for a moment: that is no reason to call all ports gone.
    complete = not table.cut and bool(parts)
    raw = CounterReading(started, None if uptime is None else int(uptime), _counters(table, parts))
    totals = kit.counters.add(target.id, raw, complete)
    readings: list[Reading] = [Sample(part, metric, total) for (part, metric), total in totals.items()]
    for index, part in parts.items():
        readings.extend(_port(_row(table, index), part))
    return Seen(tuple(readings), complete)


def _row(table: Table, index: int) -> Mapping[str, Value]:
    return {oid: rows[index,] for oid, rows in table.columns.items() if (index,) in rows}


def _parts(table: Table) -> dict[int, str]:
    """Parts by ifIndex. In a cut walk a port whose name was not read is left out, as it would get a wrong one."""
    named = table.columns[NAME] or table.columns[DESCR]
    names: dict[int, str] = {}
    for index in (index for index in table.columns[OPER] if len(index) == 1):
        if index in named or not table.cut:
            name = text(named.get(index)) or text(table.columns[DESCR].get(index)) or str(index[0])
            names[index[0]] = name
    return part_names(names)


def _port(row: Mapping[str, Value], part: str) -> list[Reading]:
    readings: list[Reading] = [_carrier(part, number(row.get(ADMIN)), number(row[OPER]))]
    speed = _speed(number(row.get(SPEED)), number(row.get(HIGH_SPEED)))
    if speed is not None:
        readings.append(Sample(part, "interface_speed_bytes_per_second", speed / 8))
    for name, oid in (("ifName", NAME), ("ifDescr", DESCR), ("ifAlias", ALIAS)):
        if shown := text(row.get(oid)):
            readings.append(Note(part, name, shown))
    return readings


def _carrier(part: str, admin: float | None, oper: float | None) -> Fact:
    evidence = f"ifOperStatus {oper or 0:g}"
    if oper == _UP:
        return Fact(part, "carrier", True, Reason.CARRIER_UP, evidence)
    if admin is not None and admin != _UP:
        return Fact(part, "carrier", None, Reason.SWITCHED_OFF, f"ifAdminStatus {admin:g}")
    if oper in _DOWN:
        return Fact(part, "carrier", False, Reason.CARRIER_DOWN, evidence)
    return Fact(part, "carrier", None, Reason.NOT_OFFERED, evidence)


def _speed(low: float | None, high: float | None) -> float | None:
    if low is not None and 0 < low < _SPEED_SATURATED:
        return low
    return high * 1e6 if high is not None and 0 < high <= _HIGH_SPEED_MOST else None


def _counters(table: Table, parts: Mapping[int, str]) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for index, part in parts.items():
        for metric, (_, columns) in COUNTERS.items():
            values = [table.columns[oid][index,] for oid in columns if (index,) in table.columns[oid]]
            # Some agents leave the 64-bit counter at 0 while the 32-bit one moves.
            best = next((value for value in values if value[1]), values[0] if values else None)
            if best is not None and isinstance(best[1], int) and best[1] >= 0:
                found[part, metric] = best[1], 64 if best[0] == COUNTER64 else 32
    return found


PROBE = Probe(
    name="snmp_interfaces",
    params=InterfacesParams,
    look=look,
    facts=(),
    part_facts=("carrier",),
    metrics=(
        *(Metric(metric, words, "counter") for metric, (words, _) in COUNTERS.items()),
        Metric("interface_speed_bytes_per_second", "Speed of the port as the device states it."),
    ),
    interval=60.0,
    timeout=20.0,
)
