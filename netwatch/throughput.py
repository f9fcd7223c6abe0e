"""What runs over each line: how fast the sums of the port at its end grow from look to look. No clock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inventory.snapshot import Inventory, Line
from netwatch.check import Check, Observation, check_id
from netwatch.limits.meter import Growth
from probes.part import part_name

PORTS = "snmp_interfaces"
RECEIVED, SENT = "interface_receive_bytes_total", "interface_transmit_bytes_total"


@dataclass(frozen=True, slots=True)
class Carried:
    """Bytes a second towards the site and from it by the look of `at` and the one before; None where not known.

    Looks are due every `interval`; both are microseconds. Each number is of the time since another look, `down_since`
    and `up_since`: mostly the one before.
    """

    at: int
    interval: int
    down: float | None
    up: float | None
    down_since: int = 0
    up_since: int = 0


class _End:
    """The port that tells of a line: at the site's end what is received comes down, at the other what is sent."""

    __slots__ = ("_at", "_down", "_up", "interval", "line", "port")

    def __init__(self, line: str, port: tuple[str, str, bool], interval: int) -> None:
        self.line, self.port, self.interval = line, port, interval
        _, part, at_site = port
        down, up = (RECEIVED, SENT) if at_site else (SENT, RECEIVED)
        self._down, self._up = Growth(part, down), Growth(part, up)
        self._at = 0

    def take(self, seen: Observation) -> Carried | None:
        """What ran over it since the look before; None for a look that is too soon after that to tell."""
        if seen.at - self._at < self.interval // 2:
            return None
        self._at = seen.at
        down, up = self._down.take(seen), self._up.take(seen)
        return Carried(seen.at, self.interval, down, up, self._down.since, self._up.since)


class Throughput:
    """What runs over the lines of the inventory in force; `by_line` moves with every look that is taken in."""

    def __init__(self) -> None:
        self.by_line: dict[str, Carried] = {}
        self._ends: dict[str, list[_End]] = {}

    def adopt(self, inventory: Inventory, checks: Mapping[str, Check]) -> None:
        """Take over inventory and plan; what is known of ends that stay the same stays."""
        known = {(end.line, end.port, end.interval): end for ends in self._ends.values() for end in ends}
        self._ends = {}
        for line, port, interval in _ports(inventory, checks):
            end = known.get((line, port, interval)) or _End(line, port, interval)
            self._ends.setdefault(port[0], []).append(end)
        kept = {
            end.line
            for ends in self._ends.values()
            for end in ends
            if (end.line, end.port, end.interval) in known
        }
        self.by_line = {line: carried for line, carried in self.by_line.items() if line in kept}

    def take(self, seen: Observation) -> Sequence[tuple[str, Carried]]:
        """Take a look in, and say of which lines it told what; one that could not tell changes nothing."""
        ends = self._ends.get(seen.check)
        if ends is None or seen.reason is not None:
            return ()
        told = [(end.line, carried) for end in ends if (carried := end.take(seen)) is not None]
        self.by_line.update(told)
        return told


def _ports(
    inventory: Inventory, checks: Mapping[str, Check]
) -> Iterator[tuple[str, tuple[str, str, bool], int]]:
    """(line, (check, part, whether at the site's end), interval) of each line of which a port is read."""
    for line in inventory.of("line").values():
        port = _port(line, checks)
        if port is not None:
            yield line.id, port, checks[port[0]].interval


def _port(line: Line, checks: Mapping[str, Check]) -> tuple[str, str, bool] | None:
    ends = ((line.a_device, line.a_interface, True), (line.b_device, line.b_interface, False))
    for device, interface, at_site in ends:
        check = check_id(device or "", PORTS)
        if interface and check in checks:
            return check, part_name(interface), at_site
    return None
