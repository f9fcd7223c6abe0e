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

    What lies beyond the bounds cannot be and is dropped. `every` is seconds; `choices` are the words of a choice;
    `says` tells people what a number means.
    """

    kind: MetricKind
    says: str = ""
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


def _gauge(says: str, unit: str, lowest: float, highest: float, every: float = _SENSORS) -> Metric:
    return Metric(MetricKind.GAUGE, says, unit, lowest, highest, every)


def _ratio(says: str) -> Metric:
    return _gauge(says, "ratio", 0, 1)


def _bytes(says: str) -> Metric:
    return _gauge(says, "bytes", 0, 1e18, _INVENTORY)


def _count(says: str, highest: float = 1e10) -> Metric:
    return _gauge(says, "count", 0, highest)


def _state(says: str) -> Metric:
    return Metric(MetricKind.STATE, says)


def _counter(says: str) -> Metric:
    return Metric(MetricKind.COUNTER, says, "count", 0, 2.0**64)


def _choice(*words: str) -> Metric:
    return Metric(MetricKind.CHOICE, choices=words)


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "access_points": _count("Access points that are connected."),
        "alarms": _count("Alarms that the device itself raises."),
        "apparent_power_voltamperes": _gauge("Apparent power.", "voltamperes", 0, 1e7),
        "battery_charge_ratio": _ratio("How full the battery is."),
        "battery_ok": _state("Whether the battery is in order."),
        "battery_runtime_seconds": _gauge(
            "How long the battery would last, as the device estimates it.", "seconds", 0, 7 * 86400
        ),
        "bgp_peer_ok": _state("Whether the session with the BGP peer is established."),
        "call_jitter_seconds": _gauge("Jitter of a call, as the endpoint measures it.", "seconds", 0, 10),
        "call_latency_seconds": _gauge("Delay of a call, as the endpoint measures it.", "seconds", 0, 60),
        "call_loss_ratio": _ratio("Share of a call's packets that were lost."),
        "calls": _count("Calls under way.", 1e4),
        "cluster_ok": _state("Whether the cluster or stack is in order."),
        "contact": _choice("closed", "open"),
        "cpu_ratio": _ratio("How busy the processor is."),
        "current_amperes": _gauge("Electric current.", "amperes", -10000, 10000),
        "disk_ok": _state("Whether the disk is in order."),
        "door_ok": _state("Whether the door is shut."),
        "duplex": _choice("half", "full"),
        "fan_ok": _state("Whether the fan is in order."),
        "fan_ratio": _ratio("How fast the fan turns, of the most it can."),
        "fan_rpm": _gauge("How fast the fan turns, a minute.", "rpm", 0, 100000),
        "forwarding_entries": _count("Entries of the forwarding table."),
        "frame_check_errors": _counter("Frames with a wrong checksum."),
        "frequency_hertz": _gauge("Frequency of the mains.", "hertz", 0, 1000),
        "humidity_ratio": _ratio("Relative humidity within the device."),
        "input_failures": _counter("How often the mains failed."),
        "late_collisions": _counter("Collisions that came late: the two ends disagree on the duplex."),
        "license_ok": _state("Whether the licence is valid."),
        # An overloaded UPS tells more than it is made for; RFC 1628 allows 200 percent.
        "load_ratio": _gauge("Load, of the most the device is made for.", "ratio", 0, 2),
        "load_average": _gauge("Processes that wait for the processor, on average.", "count", 0, 10000),
        "memory_bytes": _bytes("Memory that is there."),
        "memory_used_bytes": _gauge("Memory in use.", "bytes", 0, 1e18),
        "memory_used_ratio": _ratio("Share of the memory in use."),
        "module_ok": _state("Whether the module is in order."),
        "on_battery_seconds": _gauge(
            "For how long the UPS has run on its battery.", "seconds", 0, 30 * 86400
        ),
        "optical_power_dbm": _gauge("Optical power.", "dbm", -60, 30),
        "ospf_neighbour_ok": _state("Whether the OSPF neighbour is fully adjacent."),
        "output_source": _choice(
            "none", "normal", "bypass", "battery", "booster", "reducer", "off", "test", "sleep"
        ),
        "path_jitter_seconds": _gauge("Jitter of a path, by the device's own test.", "seconds", 0, 60),
        "path_loss_ratio": _ratio("Loss of a path, by the device's own test."),
        "path_mos": _gauge("Quality of speech over a path, by the device's own estimate.", "count", 1, 5),
        "path_ok": _state("Whether the device's own test of a path goes well."),
        "path_rtt_seconds": _gauge("Round-trip time of a path, by the device's own test.", "seconds", 0, 120),
        "peripheral_ok": _state("Whether the camera, microphone or display is connected."),
        "poe_budget_watts": _gauge(
            "Power that the device can give to others.", "watts", 0, 100000, _INVENTORY
        ),
        "poe_ok": _state("Whether power over Ethernet is in order."),
        "poe_port_ok": _state("Whether the port gives the power it should."),
        "poe_power_watts": _gauge("Power that the device gives to others.", "watts", 0, 100000),
        "power_supply_ok": _state("Whether the power supply is in order."),
        "power_watts": _gauge("Electric power.", "watts", -1e7, 1e7),
        "processes": _count("Processes that run."),
        "radio_clients": _count("Clients on the radio."),
        "registration_ok": _state("Whether the endpoint is registered there."),
        # The air of a room, where people and machines are: other limits hold for it than for chips.
        "room_humidity_ratio": _ratio("Relative humidity of the room."),
        "room_temperature_celsius": _gauge("Temperature of the room.", "celsius", -60, 150),
        "sensor_ok": _state("Whether what the sensor watches is in order."),
        "service_ok": _state("Whether the service works."),
        "sessions": _count("Sessions under way."),
        "signal_dbm": _gauge("Strength of the radio signal.", "dbm", -150, 30),
        "smoke_ok": _state("Whether there is no smoke."),
        "storage_bytes": _bytes("Storage that is there."),
        "storage_ok": _state("Whether the storage is in order."),
        "storage_used_ratio": _ratio("Share of the storage in use."),
        "swap_used_ratio": _ratio("Share of the swap space in use."),
        # Below the coldest place with people; above what chips and optics are made for.
        "temperature_celsius": _gauge("Temperature within the device.", "celsius", -60, 150),
        "temperature_ok": _state("Whether the temperature is in order, as the device judges it."),
        "topology_changes": _counter("How often the spanning tree changed."),
        "tunnel_ok": _state("Whether the tunnel is up."),
        "tunnels": _count("Tunnels that are up."),
        "uptime_seconds": _gauge("How long the device has been running.", "seconds", 0, 68 * 366 * 86400.0),
        "users": _count("Users who are logged in."),
        "vlans": _gauge("Virtual LANs.", "count", 0, 4096, _INVENTORY),
        "voltage_ok": _state("Whether the voltage is in order."),
        "voltage_volts": _gauge("Voltage.", "volts", -1000, 1000),
        "water_ok": _state("Whether no water is where it should not be."),
    }
)
# States of the device itself. Each is a fact of the whole device too; others tell of paths, peers and doors around it.
HARDWARE = (
    "power_supply_ok",
    "fan_ok",
    "temperature_ok",
    "voltage_ok",
    "battery_ok",
    "disk_ok",
    "storage_ok",
    "module_ok",
    "cluster_ok",
    "poe_ok",
    "peripheral_ok",
    "service_ok",
    "smoke_ok",
    "water_ok",
)
REGISTRATION = "registration_ok"
# Whether what a UPS gives comes from the mains; where it does not, the evidence is the word of its `output_source`.
ON_MAINS = "on_mains"
