"""The speeds of ports that came up, read again between two discoveries."""

from collections.abc import Mapping

from probes.ports.memory import Ports, growth_rates, shared_speeds
from probes.ports.objects import HIGH_SPEED, SPEED
from probes.ports.speed import bytes_per_second
from probes.transports.snmp.contract import Value, number


def speed_oids(ports: Ports) -> tuple[str, ...]:
    """What to ask for when ports came up: they may have agreed on another speed."""
    indexes = (ports.layout.ports[row].ifindex for row in sorted(ports.risen))
    return tuple(f"{column}.{index}" for index in indexes for column in (SPEED, HIGH_SPEED))


def new_speeds(ports: Ports, values: Mapping[str, Value]) -> None:
    """Take the speeds of ports that came up into account."""
    speeds = list(ports.speeds)
    for row in ports.risen:
        index = ports.layout.ports[row].ifindex
        low, high = (number(values.get(f"{column}.{index}")) for column in (SPEED, HIGH_SPEED))
        speeds[row] = bytes_per_second(low, high)
    ports.risen = frozenset()
    if speeds != list(ports.speeds):
        ports.speeds = shared_speeds(speeds)
        ports.rates = growth_rates(ports.layout, ports.speeds, ports.unbound)
