"""A frozen audit comes back as it was, or not at all; and what is different later is found cell by cell."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.coverage.contract import Audit, Cell, Contradiction, Covering, Figure, State, Tally
from inventory.coverage.publication import (
    Frozen,
    compare,
    freeze,
    thaw,
)
from inventory.sealing import Header, PublicationFault
from inventory.snapshot import Norm

ON = date(2026, 12, 31)
NORM = Norm(
    id="lan",
    name="Mạng LAN",
    item="lan",
    levels=("commune",),
    bandwidth=100_000_000,
    valid_from=date(2025, 7, 1),
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
STATES = st.sampled_from(State)
COUNTS = st.dictionaries(STATES, st.integers(0, 10**6), max_size=4)
COVERINGS = st.builds(
    Covering,
    item=TEXT,
    kind=TEXT,
    units=st.integers(0, 10**6),
    state=STATES,
    reason=TEXT,
    seen_at=st.integers(0, 2**62),
    proved_at=st.integers(0, 2**62),
    contradictions=st.lists(st.builds(Contradiction, TEXT, TEXT, TEXT), max_size=2).map(tuple),
)
CELLS = st.builds(
    Cell,
    norm=TEXT,
    unit=TEXT,
    level=TEXT,
    need=st.integers(0, 10**6),
    counts=COUNTS,
    state=STATES,
    coverings=st.lists(COVERINGS, max_size=3).map(tuple),
    reason=TEXT,
    until=st.none() | st.dates(),
)
HEADERS = st.builds(
    Header,
    id=TEXT,
    year=st.integers(1900, 2199),
    scope=TEXT,
    recorded_at=st.integers(0, 2**62),
    author=TEXT,
    reason=TEXT,
    replaces=st.none() | TEXT,
)


def cell(unit: str, *items: Covering, need: int = 1) -> Cell:
    """A cell whose items cover one unit each."""
    counts: dict[State, int] = {}
    for item in items:
        counts[item.state] = counts.get(item.state, 0) + 1
    lacking = need - len(items)
    counts |= {State.MISSING: lacking} if lacking else {}
    return Cell("lan", unit, "commune", need, counts, min(counts), items)


def covering(item: str, state: State, seen_at: int = 0) -> Covering:
    """An item of one unit."""
    return Covering(item, "device", 1, state, "", seen_at)


def frozen(*cells: Cell, header: Header | None = None) -> Frozen:
    """A publication of these cells."""
    figure = Figure("lan", "commune", len(cells), {State.PROVED: 1}, len(cells), 1, 1, 1, 1)
    audit = Audit(ON, "tinh", cells, (figure,), (Tally("camera", "", 3, 2, 1, 0),))
    first = Header("P-2026-1", 2026, "tinh", 10, "an")
    return Frozen(header or first, 9, 7, "1.0", audit, {"lan": NORM}, {"xa": "UBND xã"})


def fault_of(content: bytes, header: Header) -> str:
    """Why a content is refused."""
    with pytest.raises(PublicationFault) as caught:
        thaw(content, header)
    return caught.value.code


@given(st.lists(CELLS, max_size=4), HEADERS)
def test_what_is_frozen_thaws_to_the_same(cells: list[Cell], header: Header) -> None:
    """Every cell with its items, the norms, the header; and the digest is the same each time."""
    whole = frozen(*cells, header=header)
    sealed = freeze(whole)
    assert thaw(sealed.content, header) == (whole, sealed.sha256)
    assert freeze(whole) == sealed


@given(st.data())
@settings(max_examples=60)
def test_a_changed_byte_is_found_out(data: st.DataObject) -> None:
    """Wherever it stands in what is compressed: either it says the same still, or it is refused."""
    whole = frozen(cell("xa", covering("sw", State.PROVED)))
    text = bytearray(zlib.decompress(freeze(whole).content))
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] = data.draw(st.integers(0, 255))
    with suppress(PublicationFault):
        assert thaw(zlib.compress(bytes(text)), whole.header)[0] == whole


@given(st.binary(max_size=200) | st.binary(max_size=200).map(zlib.compress))
def test_rubbish_is_refused(content: bytes) -> None:
    """By our own fault and no other."""
    assert fault_of(content, frozen().header) in ("unreadable", "schema")


@given(
    st.recursive(
        st.none() | st.integers() | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)
    )
)
def test_a_document_of_another_form_is_refused(document: object) -> None:
    """Even with the right digest."""
    text = json.dumps(document).encode()
    first = json.dumps({"schema": 1, "sha256": hashlib.sha256(text).hexdigest()}).encode()
    assert fault_of(zlib.compress(first + b"\n" + text), frozen().header) in ("structure", "unreadable")


@pytest.mark.parametrize("column", ["id", "year", "scope", "recorded_at", "author", "reason", "replaces"])
def test_a_changed_column_is_found_out(column: str) -> None:
    """The digest covers the row's own columns."""
    whole = frozen(cell("xa"))
    other: dict[str, Any] = {column: {"year": 2027, "recorded_at": 11}.get(column, "else")}
    with pytest.raises(PublicationFault) as caught:
        thaw(freeze(whole).content, replace(whole.header, **other))
    assert (caught.value.code, caught.value.params["column"]) == ("header", column)


def test_bombs_are_refused() -> None:
    """A few hundred bytes that would become a hundred thousand times as many."""
    with pytest.raises(PublicationFault) as caught:
        thaw(zlib.compress(bytes(2**20)), frozen().header, most_text=2**16)
    assert caught.value.code == "too_large"


def test_the_same_day_known_the_same_is_no_difference() -> None:
    """That an item answered again is none."""
    then = frozen(cell("xa", covering("sw", State.PROVED, 5)))
    now = replace(then.audit, cells=(cell("xa", covering("sw", State.PROVED, 99)),))
    assert not compare(then, now, {"lan": NORM}).differs


def test_rows_differ_by_their_items() -> None:
    """One retired, one seen since, one agency that is no longer asked."""
    then = frozen(
        cell("a", covering("sw-a", State.DECLARED)),
        cell("b", covering("sw-b", State.DECLARED)),
        cell("c", covering("sw-c", State.DECLARED)),
    )
    now = (cell("a"), cell("b", covering("sw-b", State.PROVED, 8)))
    found = compare(then, replace(then.audit, cells=now), {"lan": NORM})
    rows: Mapping[str, object] = {
        row.unit: [
            (item.item, item.published and item.published.state, item.now and item.now.state)
            for item in row.items
        ]
        for row in found.rows
    }
    assert rows == {
        "a": [("sw-a", State.DECLARED, None)],
        "b": [("sw-b", State.DECLARED, State.PROVED)],
        "c": [("sw-c", State.DECLARED, None)],
    }
    assert (found.rows[2].now, found.figures, found.norms) == (None, (), ())


def test_another_version_of_a_norm_is_told_by_its_fields() -> None:
    """Also when no row moved by it; one that asks nobody any more has no fields."""
    then = frozen(cell("a", covering("sw", State.PROVED)))
    (norm,) = compare(then, then.audit, {"lan": replace(NORM, bandwidth=10**9)}).norms
    assert [(one.field, one.published, one.now) for one in norm.fields] == [
        ("bandwidth", "100 Mbps", "1 Gbps")
    ]
    (gone,) = compare(then, then.audit, {}).norms
    assert (gone.norm, gone.fields) == ("lan", ())


def test_counts_of_things_are_compared_too() -> None:
    """A camera less is a camera less, whatever norms ask."""
    then = frozen()
    now = replace(then.audit, tallies=(Tally("camera", "", 2, 2, 1, 0),))
    (tally,) = compare(then, now, {"lan": NORM}).tallies
    assert (tally.published and tally.published.items, tally.now and tally.now.items) == (3, 2)
