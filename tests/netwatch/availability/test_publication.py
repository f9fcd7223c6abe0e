"""Published availability comes back as it was, or not at all; what differs later is found row by row."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.sealing import Header, PublicationFault
from netwatch.availability.contract import Account, Class, Exclusion, Outage, Owner, Period
from netwatch.availability.publication import (
    KIND,
    SCHEMA,
    Frozen,
    FrozenLine,
    Total,
    differences,
    freeze,
    thaw,
)

PERIOD = Period(1000, 2000, "2026-10")
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
TIME = st.integers(0, 3000)
OUTAGES = st.builds(
    Outage, TIME, st.none() | TIME, TIME, st.none() | TIME, st.none() | TIME, TIME, TIME, TEXT, TEXT, TEXT
)
ACCOUNTS = st.builds(
    Account,
    period=st.just(PERIOD),
    until=TIME,
    up=TIME,
    down=TIME,
    unknown=TIME,
    excluded=TIME,
    by_reason=st.dictionaries(st.tuples(st.sampled_from(Class), TEXT), TIME, max_size=3),
    low=TIME,
    high=TIME,
    countable=TIME,
    outages=st.lists(OUTAGES, max_size=2).map(tuple),
)
LINES = st.builds(
    FrozenLine,
    st.sampled_from(("agency", "site", "line")),
    TEXT,
    TEXT,
    TEXT,
    ACCOUNTS,
    st.lists(TEXT, max_size=2).map(tuple),
    st.lists(st.builds(Exclusion, TIME, TIME, TEXT, TEXT), max_size=2).map(tuple),
    st.dictionaries(TEXT, st.sampled_from(Owner), max_size=2),
)
SETS = st.lists(LINES, max_size=5, unique_by=lambda line: (line.kind, line.id)).map(tuple)
HEADER = Header("A-2026-10-1", 2026, "", 5, "an", kind=KIND, period="2026-10")


def frozen_of(lines: Sequence[FrozenLine]) -> Frozen:
    """A publication of these lines."""
    totals = {"site": Total(len(lines), lines[0].account)} if lines else {}
    return Frozen(HEADER, PERIOD, 2500, 0, 7, 9, "1.0", "", tuple(lines), totals)


@settings(max_examples=40)
@given(SETS)
def test_what_is_frozen_thaws_to_the_same(lines: tuple[FrozenLine, ...]) -> None:
    """Byte for byte sealed, and equal when read; what is equal differs in nothing."""
    frozen = frozen_of(lines)
    sealed = freeze(frozen)
    assert thaw(sealed.content, HEADER) == (frozen, sealed.sha256)
    assert freeze(frozen) == sealed
    assert not list(differences(frozen.lines, thaw(sealed.content, HEADER)[0].lines))


@settings(max_examples=60)
@given(SETS, st.data())
def test_differences_are_exactly_the_rows_that_differ(
    lines: tuple[FrozenLine, ...], data: st.DataObject
) -> None:
    """Whatever was changed, left out or added, and nothing else."""
    deeds = data.draw(
        st.lists(st.sampled_from(["same", "up", "low", "name", "gone"]), min_size=5, max_size=5)
    )
    after, expected = list[FrozenLine](), set[tuple[str, str]]()
    for line, deed in zip(lines, deeds, strict=False):
        account = line.account
        if deed == "up":
            grown = {**account.by_reason, (Class.UP, "more"): 5000}
            account = replace(account, up=account.up + 5000, by_reason=grown)
        elif deed == "low":
            account = replace(account, low=account.low + 1)
        if deed in ("up", "low", "gone"):
            expected.add((line.kind, line.id))
        if deed != "gone":
            after.append(replace(line, account=account, name="Tên khác" if deed == "name" else line.name))
    assert {(one.kind, one.id) for one in differences(lines, after)} == expected
    assert {(one.kind, one.id) for one in differences(after, lines)} == expected


def test_how_an_outage_went_on_after_the_period_is_no_difference() -> None:
    """Its end, and what its longest part was, lie beyond; its end within the period does count."""
    still = Outage(1900, None, 1890, None, None, 100, 0, "", "no_answer", "1 of 2")
    over = replace(
        still, end=2600, earliest_end=2590, latest_end=2600, reason="power_lost", evidence="2 of 2"
    )
    within = replace(over, end=1950, earliest_end=1940, latest_end=1950)
    account = Account(PERIOD, 2000, 900, 100, 0, 0, {(Class.UP, "answers"): 900}, 890, 905, 1000, (still,))
    line = FrozenLine("site", "S", "S", "", account)
    told = [replace(line, account=replace(account, outages=(one,))) for one in (over, within)]
    assert not list(differences([line], told[:1]))
    assert [one.now for one in differences([line], told[1:])] == told[1:]


def test_a_row_of_another_period_or_kind_is_not_believed() -> None:
    """The digest covers the columns of the row."""
    content = freeze(frozen_of(())).content
    for header in (replace(HEADER, period="2026-11"), replace(HEADER, kind="coverage")):
        with pytest.raises(PublicationFault, match="header"):
            thaw(content, header)


@given(st.binary(max_size=200))
@settings(max_examples=30)
def test_other_bytes_are_no_publication(content: bytes) -> None:
    """Only the fault of publications leaves the reader."""
    with pytest.raises(PublicationFault):
        thaw(content, HEADER)


def _sealed_again(document: Mapping[str, Any]) -> bytes:
    """As somebody would who computes the digest anew."""
    text = json.dumps(document).encode()
    first = json.dumps({"schema": SCHEMA, "sha256": hashlib.sha256(text).hexdigest()}).encode()
    return zlib.compress(first + b"\n" + text)


@pytest.mark.parametrize("name", ["at", "watched_until", "last_event", "last_verdict"])
@pytest.mark.parametrize("value", [None, [], "x", 1e400, -1e400, 0.0 * 1e400])
def test_what_is_no_number_is_told_also_below_a_right_digest(name: str, value: object) -> None:
    """Only the fault of publications leaves the reader: JSON as Python reads it holds infinity too."""
    document = json.loads(zlib.decompress(freeze(frozen_of(())).content).partition(b"\n")[2])
    assert thaw(_sealed_again(document), HEADER)[0] == frozen_of(())
    with pytest.raises(PublicationFault, match="structure"):
        thaw(_sealed_again({**document, name: value}), HEADER)


@pytest.mark.parametrize("name", ["2026-11", "2026-99", "hôm qua", 7, None])
def test_figures_of_another_period_than_the_rows_are_not_believed(name: object) -> None:
    """Nor those of a period that is no month, whatever the row says: who lists publications tells of its days."""
    document = json.loads(zlib.decompress(freeze(frozen_of(())).content).partition(b"\n")[2])
    changed = {**document, "period": {**document["period"], "name": name}}
    with pytest.raises(PublicationFault, match="structure"):
        thaw(_sealed_again(changed), HEADER)
    header = replace(HEADER, period=str(name))
    again = {**changed, "header": {**document["header"], "period": str(name)}}
    if name != "2026-11":
        with pytest.raises(PublicationFault, match="structure"):
            thaw(_sealed_again(again), header)
