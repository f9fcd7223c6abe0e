"""Sensor tables in which each row tells its own type, scale and precision: ENTITY-SENSOR-MIB (RFC 3433) and Cisco's."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from probes.equipment import labels
from probes.equipment.answers import Answers, Tally
from probes.equipment.catalogue import METRICS
from probes.equipment.readings import SENTINELS, Reading, within
from probes.equipment.schema import Sensors
from probes.transports.snmp.contract import Index, Value

# EntitySensorDataType, with dBm(14) of CISCO-ENTITY-SENSOR-MIB. The factor is to the base unit.
_TYPES: Mapping[int, tuple[str, float]] = MappingProxyType(
    {
        3: ("voltage_volts", 1),
        4: ("voltage_volts", 1),
        5: ("current_amperes", 1),
        6: ("power_watts", 1),
        7: ("frequency_hertz", 1),
        8: ("temperature_celsius", 1),
        9: ("humidity_ratio", 0.01),
        10: ("fan_rpm", 1),
        14: ("optical_power_dbm", 1),
    }
)
# EntitySensorDataScale: yocto(1) is 10^-24, units(9) is 1, each step three powers of ten.
_UNITS, _STEP = 9, 3
_SCALES = range(1, 18)
_PRECISIONS = range(-8, 10)
_LIMIT = 1_000_000_000
_OK, _UNAVAILABLE, _BROKEN = 1, 2, 3


def scaled(value: int, scale: int, precision: int) -> float:
    """What a sensor means: value * 10^scale / 10^precision, with so many decimal places for a positive precision.

    A negative precision tells how many digits are good, and changes nothing (RFC 3433, EntitySensorPrecision).
    """
    exponent = _STEP * (scale - _UNITS) - max(precision, 0)
    return value * 10.0**exponent if exponent >= 0 else value / 10.0**-exponent


def sensor_readings(table: Sensors, answers: Answers, tally: Tally) -> Iterator[Reading]:
    """The readings of all rows whose sensor works."""
    kinds, statuses = answers.column(table.type), answers.column(table.status)
    for index in answers.column(table.value):
        kind, status = _integer(kinds.get(index)), _integer(statuses.get(index))
        if kind is None or kind not in _TYPES or status == _UNAVAILABLE:
            continue
        if status == _BROKEN:
            tally.drop("sensor_broken")
            continue
        measured = _measured(table, index, answers, tally)
        metric, factor = _TYPES[kind]
        value = None if measured is None else within(METRICS[metric], measured * factor, tally)
        label = None if value is None else labels.label(table, index, answers, tally)
        if label is not None:
            yield Reading(metric, label, value)


def _measured(table: Sensors, index: Index, answers: Answers, tally: Tally) -> float | None:
    columns = (answers.column(oid) for oid in (table.value, table.scale, table.precision))
    raw, scale, precision = (_integer(rows.get(index)) for rows in columns)
    if raw is None or scale is None or precision is None:
        tally.drop("wrong_type")
        return None
    if scale not in _SCALES or precision not in _PRECISIONS:
        tally.drop("not_in_enumeration")
        return None
    if raw in SENTINELS or abs(raw) >= _LIMIT:
        tally.drop("sentinel")
        return None
    return scaled(raw, scale, precision)


def needed(table: Sensors) -> Iterator[str]:
    """The columns that a table asks for, each with .*"""
    columns = (table.type, table.scale, table.precision, table.value, table.status, *labels.needed(table))
    yield from (f"{column}.*" for column in columns)


def _integer(value: Value | None) -> int | None:
    return value[1] if value is not None and isinstance(value[1], int) else None
