"""The closed list of metrics that profiles may feed, their units and physical bounds, and the units of raw values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from types import MappingProxyType

_INVENTORY, _SENSORS = 3600.0, 300.0


class MetricKind(StrEnum):
    """What the values of a metric are."""

    GAUGE = "gauge"
    COUNTER = "counter"
    STATE = "state"
    CHOICE = "choice"


class State(StrEnum):
    """How a part fares. Absent is not at fault: nobody has put one in. Unknown is neither ok nor at fault."""

    OK = "ok"
    FAULT = "fault"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its kind, base unit ('' for states and choices), physical bounds, and how often it is worth asking.

    What lies beyond the bounds cannot be and is dropped. `every` is seconds; `choices` are the words of a choice.
    """

    kind: MetricKind
    unit: str = ""
    lowest: float = -inf
    highest: float = inf
    every: float = _SENSORS
    choices: tuple[str, ...] = ()


# From the raw unit to the base unit: factor and offset. The KB of MIBs are 1,024 bytes.
UNITS: Mapping[str, Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "ratio": {"ratio": (1, 0), "percent": (0.01, 0), "permille": (0.001, 0), "basis_points": (0.0001, 0)},
        "bytes": {
            "bytes": (1, 0),
            "kilobytes": (1000, 0),
            "kibibytes": (1024, 0),
            "mebibytes": (1024**2, 0),
            "gibibytes": (1024**3, 0),
        },
        "celsius": {"celsius": (1, 0), "fahrenheit": (5 / 9, -160 / 9), "kelvin": (1, -273.15)},
        "seconds": {
            "seconds": (1, 0),
            "ms": (0.001, 0),
            "us": (1e-6, 0),
            "centiseconds": (0.01, 0),
            "minutes": (60, 0),
            "hours": (3600, 0),
        },
        "volts": {"volts": (1, 0), "millivolts": (0.001, 0)},
        "amperes": {"amperes": (1, 0), "milliamperes": (0.001, 0)},
        "watts": {"watts": (1, 0), "milliwatts": (0.001, 0), "kilowatts": (1000, 0)},
        "voltamperes": {"voltamperes": (1, 0), "kilovoltamperes": (1000, 0)},
        "hertz": {"hertz": (1, 0)},
        "rpm": {"rpm": (1, 0)},
        "dbm": {"dbm": (1, 0)},
        "count": {"count": (1, 0)},
    }
)


def _gauge(unit: str, lowest: float, highest: float, every: float = _SENSORS) -> Metric:
    return Metric(MetricKind.GAUGE, unit, lowest, highest, every)


def _choice(*words: str) -> Metric:
    return Metric(MetricKind.CHOICE, choices=words)


_RATIO = _gauge("ratio", 0, 1)
_BYTES = _gauge("bytes", 0, 1e18, _INVENTORY)
_COUNT = _gauge("count", 0, 1e10)
_STATE = Metric(MetricKind.STATE)
_COUNTER = Metric(MetricKind.COUNTER, "count", 0, 2.0**64)

METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "access_points": _COUNT,
        "alarms": _COUNT,
        "apparent_power_voltamperes": _gauge("voltamperes", 0, 1e7),
        "battery_charge_ratio": _RATIO,
        "battery_ok": _STATE,
        "battery_runtime_seconds": _gauge("seconds", 0, 7 * 86400),
        "bgp_peer_ok": _STATE,
        "cluster_ok": _STATE,
        "contact": _choice("closed", "open"),
        "cpu_ratio": _RATIO,
        "current_amperes": _gauge("amperes", -10000, 10000),
        "disk_ok": _STATE,
        "door_ok": _STATE,
        "duplex": _choice("half", "full"),
        "fan_ok": _STATE,
        "fan_ratio": _RATIO,
        "fan_rpm": _gauge("rpm", 0, 100000),
        "forwarding_entries": _COUNT,
        "frame_check_errors": _COUNTER,
        "frequency_hertz": _gauge("hertz", 0, 1000),
        "humidity_ratio": _RATIO,
        "input_failures": _COUNTER,
        "late_collisions": _COUNTER,
        "license_ok": _STATE,
        # An overloaded UPS tells more than it is made for; RFC 1628 allows 200 percent.
        "load_ratio": _gauge("ratio", 0, 2),
        "load_average": _gauge("count", 0, 10000),
        "memory_bytes": _BYTES,
        "memory_used_bytes": _gauge("bytes", 0, 1e18),
        "memory_used_ratio": _RATIO,
        "module_ok": _STATE,
        "on_battery_seconds": _gauge("seconds", 0, 30 * 86400),
        "optical_power_dbm": _gauge("dbm", -60, 30),
        "ospf_neighbour_ok": _STATE,
        "output_source": _choice(
            "none", "normal", "bypass", "battery", "booster", "reducer", "off", "test", "sleep"
        ),
        "path_jitter_seconds": _gauge("seconds", 0, 60),
        "path_loss_ratio": _RATIO,
        "path_mos": _gauge("count", 1, 5),
        "path_ok": _STATE,
        "path_rtt_seconds": _gauge("seconds", 0, 120),
        "poe_budget_watts": _gauge("watts", 0, 100000, _INVENTORY),
        "poe_ok": _STATE,
        "poe_port_ok": _STATE,
        "poe_power_watts": _gauge("watts", 0, 100000),
        "power_supply_ok": _STATE,
        "power_watts": _gauge("watts", -1e7, 1e7),
        "processes": _COUNT,
        "radio_clients": _COUNT,
        "sensor_ok": _STATE,
        "sessions": _COUNT,
        "signal_dbm": _gauge("dbm", -150, 30),
        "smoke_ok": _STATE,
        "storage_bytes": _BYTES,
        "storage_ok": _STATE,
        "storage_used_ratio": _RATIO,
        "swap_used_ratio": _RATIO,
        # Below the coldest place with people; above what chips and optics are made for.
        "temperature_celsius": _gauge("celsius", -60, 150),
        "temperature_ok": _STATE,
        "topology_changes": _COUNTER,
        "tunnel_ok": _STATE,
        "tunnels": _COUNT,
        "uptime_seconds": _gauge("seconds", 0, 68 * 366 * 86400.0),
        "users": _COUNT,
        "vlans": _gauge("count", 0, 4096, _INVENTORY),
        "voltage_ok": _STATE,
        "voltage_volts": _gauge("volts", -1000, 1000),
        "water_ok": _STATE,
    }
)
