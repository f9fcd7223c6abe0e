"""ENTITY-SENSOR-MIB: scale and precision (RFC 3433), and what is not told."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.equipment.answers import Gathered, Tally
from probes.equipment.schema import Sensors
from probes.equipment.sensors import scaled, sensor_readings
from probes.transports.snmp.contract import INTEGER, OCTET_STRING, Value

TABLE = Sensors(
    type="1.3.1", scale="1.3.2", precision="1.3.3", value="1.3.4", status="1.3.5", label=[{"column": "1.3.6"}]
)
CELSIUS, VOLTS, HUMIDITY = 8, 4, 9
MILLI, UNITS, KILO = 8, 9, 10


@given(st.integers(-(10**9), 10**9), st.integers(1, 17), st.integers(-8, 9))
def test_a_sensor_is_scaled_as_the_rfc_says(value: int, scale: int, precision: int) -> None:
    """Decimal places for a positive precision; a negative one, of accurate digits, changes nothing."""
    exact = Decimal(value) * Decimal(10) ** (3 * (scale - 9)) / Decimal(10) ** max(precision, 0)
    assert scaled(value, scale, precision) == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize(
    ("value", "scale", "precision", "meant"),
    [
        (365, UNITS, 1, 36.5),
        (36500, MILLI, 0, 36.5),
        (12, UNITS, 0, 12),
        (2, KILO, 0, 2000),
        (120, UNITS, -3, 120),
    ],
)
def test_known_values(value: int, scale: int, precision: int, meant: float) -> None:
    """As devices tell them."""
    assert scaled(value, scale, precision) == pytest.approx(meant)


def read(
    kind: int, scale: int, precision: int, value: Value, status: int = 1
) -> tuple[list[float | None], Tally]:
    """One row of the table, read."""
    columns = {
        "1.3.1": {(5,): (INTEGER, kind)},
        "1.3.2": {(5,): (INTEGER, scale)},
        "1.3.3": {(5,): (INTEGER, precision)},
        "1.3.4": {(5,): value},
        "1.3.5": {(5,): (INTEGER, status)},
        "1.3.6": {(5,): (OCTET_STRING, b"Inlet")},
    }
    tally = Tally()
    found = list(sensor_readings(TABLE, Gathered(columns=columns), tally))
    assert all(each.label == "Inlet" for each in found)
    return [each.value for each in found], tally


def test_a_working_sensor_is_told_in_its_base_unit() -> None:
    """Relative humidity becomes a ratio."""
    assert read(CELSIUS, UNITS, 1, (INTEGER, 365))[0] == [36.5]
    assert read(HUMIDITY, UNITS, 0, (INTEGER, 45))[0] == [0.45]
    assert read(VOLTS, MILLI, 0, (INTEGER, 12034))[0] == [12.034]


def test_a_sensor_without_a_value_is_not_told() -> None:
    """Unavailable ones are silent; broken ones, sentinels, wrong types and impossible values are counted."""
    assert read(CELSIUS, UNITS, 0, (INTEGER, 20), status=2) == ([], Tally())
    assert read(CELSIUS, UNITS, 0, (INTEGER, 20), status=3)[1].dropped == {"sensor_broken": 1}
    assert read(CELSIUS, UNITS, 0, (INTEGER, -1000000000))[1].dropped == {"sentinel": 1}
    assert read(CELSIUS, UNITS, 0, (INTEGER, 2147483647))[1].dropped == {"sentinel": 1}
    assert read(CELSIUS, UNITS, 0, (OCTET_STRING, b"20"))[1].dropped == {"wrong_type": 1}
    assert read(CELSIUS, 99, 0, (INTEGER, 20))[1].dropped == {"not_in_enumeration": 1}
    assert read(CELSIUS, UNITS, 0, (INTEGER, 5000))[1].dropped == {"out_of_bounds": 1}
    assert read(99, UNITS, 0, (INTEGER, 5000)) == ([], Tally())
