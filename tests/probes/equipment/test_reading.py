"""From a profile and answers to what is told: identity, readings, labels, neighbours; and what is not."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.equipment.answers import Gathered, amount, words
from probes.equipment.engine import Equipment, read, read_device, recognising, wanted
from probes.equipment.library import Library, Written, load
from probes.equipment.recording import Recording
from probes.equipment.schema import Profile

HEAD = 'title = "A device"\nvendor = "Nobody"\nproof = [{ manual = "none" }]\nrecognise = [{ object_id = "1.3.6" }]\n'


@pytest.fixture(scope="module")
def library() -> Library:
    """The shipped profiles."""
    return load()


def recorded(text: str) -> Recording:
    """A recording of these lines; blanks in front do not count."""
    return Recording([line.strip().encode("latin-1") for line in text.strip().splitlines()])


def device(profile: str, answers: str) -> Equipment:
    """A device with these answers, read by a profile of these lines."""
    content = Profile.model_validate(tomllib.loads(HEAD + profile))
    return read(Written("a_device", Path("a_device.toml"), content), recorded(answers))


def told(found: Equipment) -> list[tuple[str, float | None, str]]:
    """The readings without their metric."""
    return [(each.label, each.value, each.state) for each in found.readings]


def test_a_column_is_filtered_scaled_and_named() -> None:
    """Rows of other operational states are left out; tenths become degrees."""
    profile = """
    [[read]]
    metric = "temperature_celsius"
    column = "1.3.9.1"
    scale = 0.1
    where = [{ column = "1.3.9.2", equals = 3 }]
    label = [{ column = "1.3.9.3" }, { text = "sensor ", index = 0 }]
    """
    answers = """
    1.3.9.1.1|2|365
    1.3.9.1.2|2|900
    1.3.9.1.3|2|-55
    1.3.9.2.1|2|3
    1.3.9.2.2|2|2
    1.3.9.2.3|2|3
    1.3.9.3.1|4|Inlet
    """
    assert told(device(profile, answers)) == [("Inlet", 36.5, ""), ("sensor 3", -5.5, "")]


@pytest.mark.parametrize(
    ("value", "unit", "meant"),
    [
        ("4|4.102", "ms", 0.004102),
        ("4|0.000%", "percent", 0.0),
        ("4|36 C", "celsius", 36.0),
        ("4|97.7 F", "fahrenheit", 36.5),
        ("2|12", "centiseconds", 0.12),
        ("66|512", "kibibytes", 524288.0),
        ("4| 45 %", "percent", 0.45),
    ],
)
def test_numbers_and_units(value: str, unit: str, meant: float) -> None:
    """Numbers in texts, and units that become base units."""
    metric = {
        "ms": "path_rtt_seconds",
        "centiseconds": "path_rtt_seconds",
        "percent": "path_loss_ratio",
        "kibibytes": "memory_bytes",
    }.get(unit, "temperature_celsius")
    profile = f'[[read]]\nmetric = "{metric}"\noid = "1.3.9.1.0"\nunit = "{unit}"\n'
    [reading] = device(profile, f"1.3.9.1.0|{value}").readings
    assert reading.value == pytest.approx(meant)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2|2147483647", "sentinel"),
        ("66|4294967295", "sentinel"),
        ("2|-273", "out_of_bounds"),
        ("2|9000", "out_of_bounds"),
        ("2|77", "sentinel"),
        ("4|", "no_number"),
        ("4|N/A", "no_number"),
        ("6|1.3.6.1", "wrong_type"),
        ("64|10.0.0.1", "wrong_type"),
    ],
)
def test_what_is_no_value_is_dropped_and_counted(value: str, reason: str) -> None:
    """Sentinels, wrong types, and what cannot be."""
    profile = '[[read]]\nmetric = "temperature_celsius"\noid = "1.3.9.1.0"\nsentinels = [77]\n'
    found = device(profile, f"1.3.9.1.0|{value}")
    assert found.readings == []
    assert found.dropped == {reason: 1}


def test_states_and_choices() -> None:
    """Numbers and words of an enumeration; one that stands in none is counted and raises no alarm."""
    profile = """
    [[read]]
    metric = "fan_ok"
    column = "1.3.9.1"
    states = { 1 = "ok", 2 = ["fault", "abnormal"], 3 = "absent", Running = "ok" }
    [[read]]
    metric = "output_source"
    oid = "1.3.9.2.0"
    choices = { 5 = "battery" }
    """
    answers = "1.3.9.1.1|2|1\n1.3.9.1.2|2|2\n1.3.9.1.3|2|3\n1.3.9.1.4|4|Running\n1.3.9.1.5|2|0\n1.3.9.2.0|2|5"
    found = device(profile, answers)
    expected = [
        ("1", 1.0, "ok"),
        ("2", 0.0, "fault"),
        ("3", None, "absent"),
        ("4", 1.0, "ok"),
        ("", None, "battery"),
    ]
    assert told(found) == expected
    assert found.readings[1].text == "abnormal"
    assert found.dropped == {"not_in_enumeration": 1}


def test_sums_over_rows_and_scalars() -> None:
    """A row without one of its values, and a division by zero, are counted."""
    profile = """
    [[read]]
    metric = "memory_used_ratio"
    value = "used / (used + free)"
    columns = { used = "1.3.9.1", free = "1.3.9.2" }
    [[read]]
    metric = "swap_used_ratio"
    value = "(total - free) / total"
    oids = { total = "1.3.9.3.0", free = "1.3.9.4.0" }
    """
    answers = "1.3.9.1.1|66|30\n1.3.9.1.2|66|0\n1.3.9.1.3|66|7\n1.3.9.2.1|66|10\n1.3.9.2.2|66|0\n"
    answers += "1.3.9.3.0|2|4\n1.3.9.4.0|2|1"
    found = device(profile, answers)
    assert told(found) == [("1", 0.75, ""), ("", 0.75, "")]
    assert found.dropped == {"no_sum": 2}


def test_large_numbers_that_agents_tell_as_negative() -> None:
    """Disks of more than 2^31 units."""
    profile = """
    [[read]]
    metric = "storage_bytes"
    value = "size * unit"
    columns = { size = "1.3.9.1", unit = "1.3.9.2" }
    unsigned = true
    """
    found = device(profile, "1.3.9.1.1|2|-2\n1.3.9.2.1|2|4096")
    assert told(found) == [("1", (2**32 - 2) * 4096.0, "")]


def test_labels_from_other_tables() -> None:
    """By a part of the index, a column that holds the other index, texts in the index; equal names are numbered."""
    profile = """
    [[read]]
    metric = "cpu_ratio"
    column = "1.3.9.1"
    unit = "percent"
    label = [{ column = "1.3.8.1", via = "1.3.9.2" }, { column = "1.3.8.1", by = 0 }]
    [[read]]
    metric = "path_ok"
    column = "1.3.7.1"
    index = ["text", "text"]
    states = { 1 = "ok" }
    label = [{ index = [0, 1] }]
    """
    answers = """
    1.3.9.1.1|2|10
    1.3.9.1.2|2|20
    1.3.9.1.3|2|30
    1.3.9.2.1|2|7
    1.3.9.2.2|2|7
    1.3.8.1.3|4|Slot 3
    1.3.8.1.7|4|Slot 7
    1.3.7.1.2.104.110.1.97|2|1
    1.3.7.1.9.104.110.1.97|2|1
    """
    found = device(profile, answers)
    assert [each.label for each in found.readings] == ["Slot 7#1", "Slot 7#2", "Slot 3", "hn/a"]
    assert found.dropped == {"index": 1}


def test_only_where_nothing_else_came() -> None:
    """`fallback` and `rows = "first"`."""
    profile = """
    [[read]]
    metric = "cpu_ratio"
    column = "1.3.9.1"
    unit = "percent"
    rows = "first"
    [[read]]
    metric = "cpu_ratio"
    oid = "1.3.9.2.0"
    unit = "percent"
    fallback = true
    """
    assert told(device(profile, "1.3.9.1.4|2|250\n1.3.9.1.5|2|5\n1.3.9.1.6|2|6\n1.3.9.2.0|2|9")) == [
        ("5", 0.05, "")
    ]
    assert told(device(profile, "1.3.9.2.0|2|9")) == [("", 0.09, "")]


@pytest.mark.parametrize(
    ("serial", "told_serial"),
    [
        ("4|FDO1622Y10H", "FDO1622Y10H"),
        ("4|  2102 \0junk", "2102"),
        ("4|N/A", "from text"),
        ("4|0000000", "from text"),
        ("4|To be filled by O.E.M.", "from text"),
        ("4x|0102030405", "from text"),
        ("4|" + "9" * 300, "from text"),
        ("2|471100", "471100"),
    ],
)
def test_only_a_plausible_serial_is_told(serial: str, told_serial: str) -> None:
    """What devices write for want of one, binary numbers and endless texts are passed over."""
    profile = '[identity]\nserial = [{ oid = "1.3.9.1.0" }, { text = "from text" }]\n'
    assert device(profile, f"1.3.9.1.0|{serial}").serial == told_serial


def test_the_outermost_chassis_is_the_device() -> None:
    """Not the first row, not a chassis within, not a module; else the first member of the stack."""
    profile = (
        '[identity]\nserial = [{ entity = "serial" }]\nmodel = [{ entity = "model", class = "module" }]\n'
    )
    base = "1.3.6.1.2.1.47.1.1.1.1"
    rows = {1: (9, 7, "MODULE"), 5: (3, 7, "INNER"), 7: (3, 0, "OUTER")}
    lines = [
        line
        for row, (kind, parent, serial) in rows.items()
        for line in (f"{base}.5.{row}|2|{kind}", f"{base}.4.{row}|2|{parent}", f"{base}.11.{row}|4|{serial}")
    ]
    found = device(profile, "\n".join([*lines, f"{base}.13.1|4|M-1"]))
    assert (found.serial, found.model) == ("OUTER", "M-1")


def test_an_agent_that_contains_itself_does_no_harm() -> None:
    """Circles of containment end."""
    profile = '[identity]\nserial = [{ entity = "serial" }]\n'
    base = "1.3.6.1.2.1.47.1.1.1.1"
    answers = f"{base}.5.1|2|3\n{base}.4.1|2|2\n{base}.4.2|2|1\n{base}.5.2|2|3\n{base}.11.1|4|S1"
    assert device(profile, answers).serial == "S1"


def test_texts_of_any_code_page() -> None:
    """UTF-8, else the profile's code page, else Latin-1; controls become blanks."""
    profile = '[agent]\ncode_page = "gbk"\n'
    chinese = "机房".encode("gbk").decode("latin-1")
    assert device(profile, f"1.3.6.1.2.1.1.5.0|4|{chinese}").name == "机房"
    vietnamese = "Phòng máy".encode().decode("latin-1")
    assert device(profile, f"1.3.6.1.2.1.1.5.0|4|{vietnamese}").name == "Phòng máy"
    assert device("", "1.3.6.1.2.1.1.5.0|4|caf\xe9 \x07bar").name == "café bar"


def test_the_most_specific_profile_wins(library: Library) -> None:
    """Without any, the general MIBs are read and the enterprise number names the vendor."""
    unknown = read_device(library.profiles, recorded("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.18928.1.2"))
    assert (unknown.profile, unknown.vendor, unknown.generic) == ("generic", "Areca", True)
    nameless = read_device(library.profiles, recorded("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.60001.1"))
    assert nameless.vendor == "enterprise 60001"


def test_a_ups_without_profile_is_read_by_rfc_1628(library: Library) -> None:
    """Tenths of volts, minutes, percents; a temperature of -273 is none, a runtime of 2^32-1 minutes neither."""
    base = "1.3.6.1.2.1.33.1"
    answers = f"""
    1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.60001.1
    {base}.1.1.0|4|Santak
    {base}.1.2.0|4|C3K
    {base}.2.1.0|2|2
    {base}.2.3.0|66|4294967295
    {base}.2.4.0|2|97
    {base}.2.5.0|2|548
    {base}.2.7.0|2|-273
    {base}.4.1.0|2|5
    {base}.4.4.1.5.1|2|41
    """
    found = read_device(library.profiles, recorded(answers))
    assert (found.vendor, found.model) == ("Santak", "C3K")
    values = {(each.metric, each.label): each.value for each in found.readings}
    assert values == {
        ("battery_ok", "battery"): 1.0,
        ("battery_charge_ratio", ""): 0.97,
        ("voltage_volts", "battery"): 54.8,
        ("output_source", ""): None,
        ("load_ratio", "output 1"): 0.41,
    }
    assert found.dropped == {"out_of_bounds": 1, "sentinel": 1}


def test_neighbours_by_lldp(library: Library) -> None:
    """Hardware and network addresses by their subtype, the local port by its number."""
    remote, local = "1.0.8802.1.1.2.1.4.1.1", "1.0.8802.1.1.2.1.3.7.1"
    answers = f"""
    {local}.4.3|4|GigabitEthernet0/3
    {remote}.4.0.3.1|2|4
    {remote}.5.0.3.1|4x|00aabbccddee
    {remote}.6.0.3.1|2|5
    {remote}.7.0.3.1|4|ge-0/0/1
    {remote}.9.0.3.1|4|core-1
    {remote}.4.0.4.1|2|5
    {remote}.5.0.4.1|4x|010a000001
    {remote}.7.0.4.1|4|1
    """
    first, second = read_device(library.profiles, recorded(answers)).neighbours
    assert (first.local, first.name, first.chassis, first.port) == (
        "GigabitEthernet0/3",
        "core-1",
        "00:aa:bb:cc:dd:ee",
        "ge-0/0/1",
    )
    assert (second.local, second.chassis) == ("port 4", "10.0.0.1")


def test_what_is_asked_is_known_beforehand(library: Library) -> None:
    """For devices, answers are fetched before they are read: nothing is read that was not wanted."""
    written = library.profiles["generic"]
    asked = wanted(written)
    seen: set[str] = set()

    class Watched(Gathered):
        def get(self, oid: str) -> None:
            seen.add(oid)

        def column(self, oid: str) -> dict[tuple[int, ...], tuple[int, int]]:
            seen.add(oid)
            return {(1,): (2, 3)}

    read(written, Watched())
    assert seen <= asked.instances | asked.columns
    assert wanted(written, 300.0).columns < asked.columns
    assert "1.3.6.1.2.1.1.2.0" in recognising(library.profiles.values()).instances


@given(st.binary(max_size=80))
def test_any_octets_are_told_as_one_line(octets: bytes) -> None:
    """Printable, bounded, without blanks at its ends; and a number in it is a number."""
    line = words((4, octets), "gbk")
    assert line.isprintable()
    assert line == line.strip()
    number = amount((4, octets))
    assert number is None or isinstance(number, int | float)
