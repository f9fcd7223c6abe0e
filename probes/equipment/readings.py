"""From raw values to readings: rows, filters, units, states, and everything that is dropped rather than told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from probes.equipment import arithmetic, labels
from probes.equipment.answers import Answers, Tally, amount, first_number, words
from probes.equipment.catalogue import METRICS, UNITS, Metric, MetricKind, State
from probes.equipment.indexes import decode
from probes.equipment.patterns import found
from probes.equipment.schema import Condition, Read
from probes.transports.snmp.contract import COUNTER64, INTEGER, OCTET_STRING, Index, Value

# What agents say for 'no value', whatever the unit: the ends of the integer types.
SENTINELS = frozenset({2147483647, -2147483648, 4294967295, 2**63 - 1, 2**64 - 1})
_WORD = 2**32


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one part ('' for the whole device) in the metric's base unit.

    States have `state` and a `value` of 1 (ok), 0 (at fault) or None; choices have `state` only. `text` is what the
    device called it. `width` is 64 or 32 for a counter, by the type received.
    """

    metric: str
    label: str
    value: float | None
    state: str = ""
    text: str = ""
    width: int = 0


def readings(read: Read, answers: Answers, tally: Tally) -> Iterator[Reading]:
    """All that a block gives."""
    rows = _scalar(read, answers) if read.scalar else _rows(read, answers, tally)
    for index, raw in rows:
        if not all(_holds(condition, read, index, answers, tally) for condition in read.where):
            continue
        label = labels.fixed(read) if index is None else labels.label(read, index, answers, tally)
        if label is None:
            tally.drop("index")
            continue
        reading = _reading(read, label, raw, tally)
        if reading is not None:
            yield reading
            if read.rows == "first":
                return


def needed(read: Read) -> Iterator[str]:
    """The OIDs that a block asks for: instances as they stand, columns with .*"""
    conditions = [condition.oid for condition in read.where if condition.oid]
    yield from filter(None, (read.oid, *read.oids.values(), *conditions))
    columns = [condition.column for condition in read.where if condition.column]
    yield from (f"{column}.*" for column in (read.column, *read.columns.values(), *columns) if column)
    yield from (f"{column}.*" for column in labels.needed(read))


Raw = Value | float


def _scalar(read: Read, answers: Answers) -> Iterator[tuple[None, Raw]]:
    if read.oid:
        value: Raw | None = answers.get(read.oid)
    else:
        value = _sum(read, {name: answers.get(oid) for name, oid in read.oids.items()})
    if value is not None:
        yield None, value


def _rows(read: Read, answers: Answers, tally: Tally) -> Iterator[tuple[Index, Raw]]:
    if read.column:
        yield from answers.column(read.column).items()
        return
    constants = {name: answers.get(oid) for name, oid in read.oids.items()}
    columns = {name: answers.column(oid) for name, oid in read.columns.items()}
    for index in next(iter(columns.values())):
        values = {name: rows.get(index) for name, rows in columns.items()}
        result = _sum(read, {**constants, **values})
        if result is None:
            tally.drop("no_sum")
        else:
            yield index, result


def _sum(read: Read, values: Mapping[str, Value | None]) -> float | None:
    numbers = {name: _number(read, value) for name, value in values.items()}
    if any(number is None or number in SENTINELS for number in numbers.values()):
        return None
    return arithmetic.calculate(read.value, {name: n for name, n in numbers.items() if n is not None})


def _number(read: Read, value: Value | None) -> float | None:
    number = amount(value)
    if read.unsigned and number is not None and number < 0 and value is not None and value[0] == INTEGER:
        return number + _WORD
    return number


def _holds(condition: Condition, read: Read, index: Index | None, answers: Answers, tally: Tally) -> bool:
    if condition.index is not None:
        return _meets(condition, _part(condition.index, read, index, tally))
    if condition.oid:
        value = answers.get(condition.oid)
    else:
        value = answers.column(condition.column).get(index) if index is not None else None
    return _meets(condition, None if value is None else words(value, tally.code_page))


def _part(number: int, read: Read, index: Index | None, tally: Tally) -> str | None:
    parts = decode(index, read.index, tally.code_page) if index is not None else None
    return parts[number].told if parts is not None and number < len(parts) else None


def _meets(condition: Condition, said: str | None) -> bool:
    told = said or ""
    if condition.matches:
        return said is not None and found(condition.matches, told) is not None
    if condition.not_equals:
        return told not in {_spoken(raw) for raw in condition.not_equals}
    return told in {_spoken(raw) for raw in condition.equals}


def _spoken(raw: float | str) -> str:
    return raw if isinstance(raw, str) else f"{raw:.15g}"


def _reading(read: Read, label: str, raw: Raw, tally: Tally) -> Reading | None:
    metric = METRICS[read.metric]
    told = words(raw, tally.code_page) if isinstance(raw, tuple) else _spoken(raw)
    if told in {_spoken(value) for value in read.sentinels}:
        tally.drop("sentinel")
        return None
    match metric.kind:
        case MetricKind.STATE:
            return _stated(read, label, told, tally)
        case MetricKind.CHOICE:
            return _chosen(read, label, told, tally)
    value = _value(read, metric, raw, told, tally)
    return None if value is None else Reading(read.metric, label, value, width=_width(metric, raw))


def _width(metric: Metric, raw: Raw) -> int:
    if metric.kind is not MetricKind.COUNTER:
        return 0
    return 64 if isinstance(raw, tuple) and raw[0] == COUNTER64 else 32


def _matched(read: Read, told: str) -> str | None:
    return found(read.match, told) if read.match else told


def _stated(read: Read, label: str, told: str, tally: Tally) -> Reading | None:
    matched = _matched(read, told)
    state, text = read.states.get(matched or "", ("", "")) if matched is not None else ("", "")
    if not state:
        # Beside its enumeration (draytek says ifOperStatus 0): nothing is known, and nothing is at fault.
        tally.drop("not_in_enumeration")
        return None
    value = {State.OK: 1.0, State.FAULT: 0.0}.get(State(state))
    return Reading(read.metric, label, value, state, text or told)


def _chosen(read: Read, label: str, told: str, tally: Tally) -> Reading | None:
    word = read.choices.get(_matched(read, told) or "", "")
    if not word:
        tally.drop("not_in_enumeration")
        return None
    return Reading(read.metric, label, None, word, told)


def _value(read: Read, metric: Metric, raw: Raw, told: str, tally: Tally) -> float | None:
    if read.match:
        matched = found(read.match, told)
        number = first_number(matched) if matched else None
    else:
        number = _number(read, raw) if isinstance(raw, tuple) else raw
    if number is None:
        empty = isinstance(raw, tuple) and raw[0] == OCTET_STRING
        tally.drop("no_number" if empty else "wrong_type")
        return None
    if number in SENTINELS:
        tally.drop("sentinel")
        return None
    factor, shift = UNITS[metric.unit][read.unit or metric.unit]
    return within(metric, (number * read.scale + read.offset) * factor + shift, tally, read.bounds)


def within(
    metric: Metric, value: float, tally: Tally, narrower: tuple[float, float] | None = None
) -> float | None:
    """The value, rounded to what floating point can tell; None, counted, when it cannot be."""
    lowest, highest = narrower or (metric.lowest, metric.highest)
    if not lowest <= value <= highest:
        tally.drop("out_of_bounds")
        return None
    return float(f"{value:.15g}")
