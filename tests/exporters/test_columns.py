"""Blocks of series say line for line what prometheus_client says of the same families."""

import math
import re
from array import array
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics_text
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_prometheus

from exporters.columns import Block, Frame, Grouped, pieces, written, written_family
from exporters.prometheus import FamilyCollector
from exporters.series import Family, Point

NAMES = st.from_regex(re.compile(r"[a-z][a-z_]{0,8}[a-z]", re.ASCII), fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
INTEGERS = st.integers(0, 2**64 - 1)
# A counter is never negative and always a number.
COUNTS = st.one_of(st.floats(0, allow_nan=False), INTEGERS, INTEGERS.map(float), st.none())
NUMBERS = st.one_of(st.floats(), st.integers(-5, 5), COUNTS)


@st.composite
def grouped(draw: st.DrawFn) -> Grouped:
    """A family of several devices whose parts have numbers, or not."""
    kind = draw(st.sampled_from(["gauge", "counter"]))
    name = f"netwatch_{draw(NAMES)}_" + ("total" if kind == "counter" else "x")
    blocks = []
    for device in draw(st.lists(TEXTS, max_size=3, unique=True)):
        parts = draw(st.lists(TEXTS, min_size=1, max_size=4, unique=True))
        numbers = COUNTS if kind == "counter" else NUMBERS
        values = draw(st.lists(numbers, min_size=len(parts), max_size=len(parts)))
        blocks.append(Block(name, Frame({"device": device}, "part", parts), values))
    return Grouped(name, kind, draw(TEXTS), blocks)


FAMILIES = st.lists(grouped(), max_size=3, unique_by=lambda family: family.name.removesuffix("_total"))


def _samples(
    read: Callable[[str], object], text: bytes
) -> list[tuple[str, str, str, dict[str, str], float | str]]:
    """Every sample with its family; not-a-number as a word, so that it equals itself."""
    return [
        (m.name, m.type, s.name, s.labels, "nan" if math.isnan(s.value) else float(s.value))
        for m in read(text.decode())  # type: ignore[attr-defined]
        for s in m.samples
    ]


@given(FAMILIES)
def test_the_text_is_read_as_the_samples_of_prometheus_clients_own_output(families: list[Grouped]) -> None:
    """In both formats, whatever labels and numbers there are."""
    registry = CollectorRegistry()
    registry.register(FamilyCollector(lambda: [family.family() for family in families]))
    ours = b"".join(pieces(families))
    assert _samples(read_prometheus, ours) == _samples(read_prometheus, generate_latest(registry))
    ours = b"".join(pieces(families, openmetrics=True))
    assert _samples(read_openmetrics, ours) == _samples(read_openmetrics, openmetrics_text(registry))


@given(FAMILIES, st.integers(1, 50))
def test_pieces_make_up_the_same_text_whatever_their_size(families: list[Grouped], size: int) -> None:
    """Pauses are empty pieces and change nothing either."""
    whole = b"".join(pieces(families))
    with_pauses = [section for family in families for section in (None, family)]
    parts = list(pieces(with_pauses, size=size))
    assert b"".join(parts) == whole
    assert all(len(part) >= size for part in parts[:-1] if part)


def test_a_block_is_written_once() -> None:
    """The text of a block is the same object at every scrape, and lines without number are left out."""
    block = Block("x", Frame({"device": "50%"}, "part", ("a", "", "c")), (1, 2.5, None))
    assert block.text() == b'x{device="50%",part="a"} 1\nx{device="50%"} 2.5\n'
    assert block.text() is block.text()
    assert [dict(point.labels) for point in block.points()] == [
        {"device": "50%", "part": "a"},
        {"device": "50%"},
    ]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (array("Q", [0, 2**64 - 1]), ("0", "18446744073709551615")),
        (array("d", [3.0, 2.0**53]), ("3", "9007199254740992")),
        ([1.0, 0.25], ("1", "0.25")),
        ([1e300, 2], ("1e+300", "2")),
        ([2**53 + 1, 0.5], ("9007199254740993", "0.5")),
        ([math.inf, 1.0], ("+Inf", "1")),
        ([True, False], ("1", "0")),
    ],
)
def test_numbers_are_written_as_everywhere_else(values: Sequence[float], text: tuple[str, ...]) -> None:
    """Integers as integers, also where they come as doubles."""
    assert tuple(map(str, written(values))) == text


def test_a_counter_keeps_every_digit_however_few_lines_its_block_has() -> None:
    """One line says of a 64-bit counter what the same line among many says."""
    one, two = Frame({"part": "a"}), Frame({}, "part", ("a", "b"))
    value = 2**64 - 1
    assert Block("x", one, (value,)).text() == b'x{part="a"} 18446744073709551615\n'
    assert Block("x", two, (value, None)).text() == Block("x", one, (value,)).text()


def test_a_family_of_points_is_written_in_portions() -> None:
    """A thousand series are no single piece of work."""
    points = [Point({"device": str(number)}, number) for number in range(1100)]
    family = written_family(Family("x", "gauge", "Help.", points))
    assert len(list(family.texts())) == 3
    assert b"".join(pieces([family])).count(b"\n") == 2 + 1100
