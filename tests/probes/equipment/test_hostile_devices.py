"""Agents that answer anything to everything: profiles read them to an end and tell nothing that cannot be."""

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.equipment.catalogue import METRICS, MetricKind, State
from probes.equipment.engine import Equipment, read, read_device
from probes.equipment.library import Library, load
from probes.transports.snmp.contract import Index, Value

NUMBERS = (
    0,
    1,
    2,
    3,
    5,
    9,
    50,
    100,
    255,
    65535,
    -1,
    -273,
    2**31 - 1,
    -(2**31),
    2**32 - 1,
    2**63 - 1,
    2**64 - 1,
)
TEXTS = (
    b"",
    b"N/A",
    b"1e999",
    b"-",
    b"36 C",
    b"\xff\xfe\x00",
    b"\x00" * 9,
    b"9" * 400,
    b"Ph\xc3\xb2ng",
    b"a\nb|c",
    b"nan",
)


class Hostile:
    """Answers by chance, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.columns: dict[str, Mapping[Index, Value]] = {}

    def value(self) -> Value:
        """Any content under any tag that can hold it."""
        if self.random.random() < 0.6:
            return self.random.choice((2, 65, 66, 67, 70)), self.random.choice(NUMBERS)
        return self.random.choice((4, 6, 64, 68)), self.random.choice(TEXTS)

    def get(self, oid: str) -> Value | None:
        """A value, mostly."""
        return self.value() if self.random.random() < 0.9 else None

    def column(self, oid: str) -> Mapping[Index, Value]:
        """A few rows with indexes that fit sometimes."""
        if oid not in self.columns:
            indexes = [(1,), (2,), (1, 1), (3, 65, 66, 67), (10, 0, 0, 1), (0, 1, 1), (2**32 - 1,), (7,) * 40]
            self.columns[oid] = {index: self.value() for index in indexes if self.random.random() < 0.8}
        return self.columns[oid]


@pytest.fixture(scope="module")
def library() -> Library:
    """The shipped profiles."""
    return load()


def possible(found: Equipment) -> None:
    """Nothing beyond bounds, no word that is not in the catalogue, every part once."""
    for each in found.readings:
        metric = METRICS[each.metric]
        assert each.label.isprintable()
        if metric.kind is MetricKind.STATE:
            assert each.state in set(State)
        elif metric.kind is MetricKind.CHOICE:
            assert each.state in metric.choices
        else:
            assert each.value is not None
            assert metric.lowest <= each.value <= metric.highest
    for told in (found.vendor, found.model, found.serial, found.version, found.name):
        assert told.isprintable()
        assert len(told) <= 255
    parts = [(each.metric, each.label) for each in found.readings]
    assert len(parts) == len(set(parts))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_profile_survives_any_answers(library: Library, seed: int) -> None:
    """Of all types, at all indexes."""
    for written in library.profiles.values():
        possible(read(written, Hostile(seed)))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_recognition_survives_any_answers(library: Library, seed: int) -> None:
    """Some profile is found, or the generic one."""
    found = read_device(library.profiles, Hostile(seed))
    assert found.profile in library.profiles
    possible(found)
