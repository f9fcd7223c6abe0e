"""Contracts about lines: which line is under which on a day, steps of credit tables, and what must hold. Pure.

A contract that names a line comes before one that only has the line's contract number; of several of one number the
line's provider decides. Shares are thousandths of a percent.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from inventory.faults import CellFault
from inventory.problems import Problem, Severity
from inventory.quantities import text_of_number
from inventory.snapshot import EXCLUDABLE, NO_EXCLUSION, Inventory, Line, LineContract
from inventory.texts import fold

KIND = "line_contract"
WHOLE = 100_000
# The most a step can owe: a month's fee, or a year's days.
MOST_CREDIT = {"percent": 100, "days": 366}
_STEP = re.compile(
    r"<?\s*([0-9]{1,3}(?:[.,][0-9]{1,3})?)\s*%?\s*=\s*([0-9]{1,4}(?:[.,][0-9]{1,3})?)\s*%?", re.ASCII
)
# So many codes of lines a sentence names.
_NAMED = 5


def holds(contract: LineContract, on: date) -> bool:
    """Whether a version is in force on a local day."""
    return contract.valid_from <= on and (contract.valid_to is None or on < contract.valid_to)


def exclusions(contract: LineContract) -> tuple[str, ...]:
    """Whose outages a version leaves out of the figures."""
    return tuple(one for one in contract.exclusions or EXCLUDABLE if one != NO_EXCLUSION)


def thousandths(percent: float) -> int | None:
    """A share in percent, to the thousandth; None when it is finer, or not above 0 and at most 100."""
    share = Decimal(repr(percent)) * 1000
    return int(share) if share == share.to_integral_value() and 0 < share <= WHOLE else None


def read_steps(texts: Sequence[str], unit: str) -> tuple[tuple[int, float], ...]:
    """The steps `99.5=5` of a credit table: below which share how much is owed, highest first; raises CellFault.

    Availabilities fall from step to step, and what is owed never falls with them.
    """
    steps = tuple((text, *_read_step(text, unit)) for text in texts)
    for (before, higher, less), (text, lower, more) in pairwise(steps):
        if lower == higher:
            raise CellFault("credit_step_twice", value=text, before=before)
        if lower > higher:
            raise CellFault("credit_step_order", value=text, before=before)
        if more < less:
            raise CellFault("credit_step_less", value=text, before=before)
    return tuple((below, credit) for _, below, credit in steps)


def _read_step(text: str, unit: str) -> tuple[int, float]:
    match = _STEP.fullmatch(text.strip())
    if match is None:
        raise CellFault("credit_step_unreadable", value=text)
    below, credit = (float(part.replace(",", ".")) for part in match.groups())
    share = thousandths(below)
    if share is None:
        raise CellFault("credit_step_share", value=text)
    if not 0 < credit <= MOST_CREDIT[unit]:
        raise CellFault("credit_step_amount", value=text, limit=MOST_CREDIT[unit], unit_of_credit=unit)
    return share, credit


class Contracts:
    """The contracts of an inventory, found by line and day."""

    def __init__(self, inventory: Inventory) -> None:
        self.on = inventory.on
        self._naming: dict[str, list[LineContract]] = {}
        numbered: dict[str, list[LineContract]] = {}
        for contract in inventory.every(KIND):
            numbered.setdefault(_number(contract.number), []).append(contract)
            for line in contract.lines:
                self._naming.setdefault(line, []).append(contract)
        # Only those that some contract may be about by its number: most inventories have thousands of others.
        self._of_number: dict[str, tuple[Line, list[LineContract]]] = {}
        for record in inventory.of("line").values() if numbered else ():
            if record.contract_number and (found := numbered.get(_number(record.contract_number))):
                self._of_number[record.id] = record, found

    def lines(self) -> tuple[str, ...]:
        """Every line that a contract is ever about, by code."""
        return tuple(sorted({*self._naming, *self._of_number}))

    def concerning(self, line: str) -> tuple[LineContract, ...]:
        """Every version that names a line or has its number, in the order in which they begin."""
        _, numbered = self._of_number.get(line, (None, ()))
        found = (*self._naming.get(line, ()), *numbered)
        by_key = {(one.valid_from, one.id): one for one in found}
        return tuple(by_key[key] for key in sorted(by_key))

    def days(self, line: str) -> tuple[date, ...]:
        """The days on which a line may come under other terms."""
        ends = ((one.valid_from, one.valid_to) for one in self.concerning(line))
        return tuple(sorted({day for both in ends for day in both if day is not None}))

    def claiming(self, line: str, on: date) -> tuple[LineContract, ...]:
        """The contracts a line is under on a day: one, or none; several where nobody can tell which."""
        named = [one for one in self._naming.get(line, ()) if holds(one, on)]
        return tuple({one.id: one for one in named or self._by_number(line, on)}.values())

    def of(self, line: str, on: date) -> LineContract | None:
        """The contract a line is under on a day; None where there is none, or nobody can tell which."""
        found = self.claiming(line, on)
        return found[0] if len(found) == 1 else None

    def alike(self) -> Iterator[tuple[str, ...]]:
        """The lines of `lines` in groups that are always under the same contracts."""
        groups: dict[tuple[object, ...], list[str]] = {}
        for line in self.lines():
            record, numbered = self._of_number.get(line, (None, ()))
            named = tuple((one.id, one.valid_from) for one in self._naming.get(line, ()))
            provider = fold(record.provider) if record and record.provider else ""
            first = (numbered[0].id, numbered[0].valid_from) if numbered else None
            groups.setdefault((named, first, provider), []).append(line)
        yield from map(tuple, groups.values())

    def _by_number(self, line: str, on: date) -> Sequence[LineContract]:
        if line not in self._of_number:
            return ()
        record, numbered = self._of_number[line]
        found = [one for one in numbered if holds(one, on)]
        same = [one for one in found if _same_provider(one, record)]
        return same if len(found) > 1 and same else found


def _number(text: str) -> str:
    """A number as it is compared: blanks and case do not matter, every sign does."""
    return "".join(text.split()).casefold()


def _same_provider(contract: LineContract, line: Line) -> bool:
    return line.provider is not None and fold(line.provider) == fold(contract.provider)


def line_contract_needs(inventory: Inventory) -> Iterator[Problem]:
    """A contract's target, credits and exclusions mean something."""
    for contract in inventory.every(KIND):
        for problem in (*_target(contract), *_steps(contract), *_exclusions(contract)):
            yield _about(contract, problem)


def _about(contract: LineContract, problem: Problem) -> Problem:
    return replace(problem, kind=KIND, entity=contract.id, version=contract.valid_from)


def _target(contract: LineContract) -> Iterator[Problem]:
    if contract.availability_target is not None and thousandths(contract.availability_target) is None:
        params = {"value": text_of_number(contract.availability_target)}
        yield Problem("target_of_contract", params, column="availability_target")


def _steps(contract: LineContract) -> Iterator[Problem]:
    try:
        steps = read_steps(contract.credit_steps, contract.credit_unit)
    except CellFault as fault:
        params = {name: str(value) for name, value in fault.params.items()}
        yield Problem(fault.code, params, column="credit_steps")
        return
    target = contract.availability_target and thousandths(contract.availability_target)
    if target and steps and steps[0][0] > target:
        params = {"value": contract.credit_steps[0], "target": text_of_number(target / 1000)}
        yield Problem("credit_above_target", params, column="credit_steps", severity=Severity.WARNING)


def _exclusions(contract: LineContract) -> Iterator[Problem]:
    if NO_EXCLUSION in contract.exclusions and len(contract.exclusions) > 1:
        yield Problem("nothing_and_something", {"no_exclusion": NO_EXCLUSION}, column="exclusions")


def lines_under_contracts(inventory: Inventory) -> Iterator[Problem]:
    """On every day a line is under one contract at most; a contract is about lines, and about those of its provider."""
    contracts = Contracts(inventory)
    told: dict[tuple[str, str], tuple[date, LineContract, LineContract, list[str]]] = {}
    under: dict[tuple[str, date], dict[str, None]] = {}
    for lines in contracts.alike():
        for day in contracts.days(lines[0]):
            found = sorted(contracts.claiming(lines[0], day), key=lambda one: (one.valid_from, one.id))
            for one in found:
                under.setdefault((one.id, one.valid_from), {}).update(dict.fromkeys(lines))
            for one, other in pairwise(found):
                told.setdefault((one.id, other.id), (day, one, other, []))[3].extend(lines)
    for day, one, other, lines_of_both in told.values():
        yield _both(day, one, other, sorted(set(lines_of_both)))
    for contract in inventory.every(KIND):
        if of_it := under.get((contract.id, contract.valid_from)):
            yield from _of_others(contract, tuple(of_it), inventory)
        elif inventory.on is None or contract.valid_to is None or contract.valid_to > inventory.on:
            problem = Problem("contract_without_lines", {"number": contract.number}, column="number")
            yield _about(contract, replace(problem, severity=Severity.WARNING))


def _both(day: date, one: LineContract, other: LineContract, lines: Sequence[str]) -> Problem:
    params = {"lines": _some(lines), "other": one.id, "day": day.isoformat()}
    involved = ((KIND, one.id), *(("line", line) for line in lines))
    column = "lines" if set(other.lines) & set(lines) else "number"
    return _about(other, Problem("line_under_two_contracts", params, column=column, involved=involved))


def _of_others(contract: LineContract, lines: Sequence[str], inventory: Inventory) -> Iterator[Problem]:
    records = (inventory.of("line").get(line) for line in lines)
    strange = [line.id for line in records if line and line.provider and not _same_provider(contract, line)]
    if strange:
        params = {"lines": _some(strange), "value": contract.provider}
        problem = Problem("contract_of_other_provider", params, column="provider")
        yield _about(contract, replace(problem, severity=Severity.WARNING))


def _some(lines: Sequence[str]) -> str:
    more = ("…",) if len(lines) > _NAMED else ()
    return ", ".join((*lines[:_NAMED], *more))
