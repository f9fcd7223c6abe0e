"""What is agreed about a line at a moment: contracts of the inventory as terms, and what they owe. Pure.

A contract's versions hold by their own dates, local days. A line that has only a contract's number is under it as the
inventory given has that number: of a past period, give the inventory as of its last day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import pairwise

from inventory.contracts import Contracts, exclusions, read_steps, thousandths
from inventory.local_days import start_of
from inventory.snapshot import Inventory, LineContract
from inventory.texts import fold
from netwatch.availability.contract import Period
from netwatch.clock import HOUR, MINUTE, SECOND
from netwatch.sla.contract import CreditUnit, MeasuringPeriod, Party, Step, Terms

# Milliseconds in a second, and percent in the whole.
_MILLI, _PERCENT = 1000, 100


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a period under the same terms; None: under no contract."""

    start: int
    end: int
    terms: Terms | None


def terms_of(source: Inventory | Contracts, line: str, on: date | None = None) -> Terms | None:
    """The terms a line is under on a local day (None: that of the inventory); None where it is under no contract.

    Who asks for many lines gives the inventory's `Contracts`, so that they are looked through once.
    """
    contracts = _contracts(source)
    found = contracts.of(line, on or contracts.on or date.max)
    return None if found is None else terms_from(found)


def terms_in(source: Inventory | Contracts, line: str, period: Period, zone: tzinfo) -> tuple[Piece, ...]:
    """A line's terms in the course of a period: pieces that follow each other without gaps and fill it."""
    return tuple(_pieces(_contracts(source), line, period, zone))


def _pieces(contracts: Contracts, line: str, period: Period, zone: tzinfo) -> Iterator[Piece]:
    turns = [(date.min, period.start), *((day, start_of(day, zone)) for day in contracts.days(line))]
    last: Piece | None = None
    for (day, start), (_, end) in pairwise((*turns, (date.max, period.end))):
        first, after = max(start, period.start), min(end, period.end)
        if first >= after:
            continue
        found = contracts.of(line, day)
        piece = Piece(first, after, None if found is None else terms_from(found))
        if last is not None and last.terms == piece.terms:
            piece = Piece(last.start, after, piece.terms)
        elif last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def lines_in(
    source: Inventory | Contracts, period: Period, zone: tzinfo, provider: str = ""
) -> Mapping[str, tuple[Piece, ...]]:
    """By code, every line that is under a contract (with a provider) at some moment of a period, and its pieces."""
    contracts = _contracts(source)
    found = {line: terms_in(contracts, line, period, zone) for line in contracts.lines()}
    return {line: pieces for line, pieces in found.items() if any(_with(piece, provider) for piece in pieces)}


def _with(piece: Piece, provider: str) -> bool:
    return piece.terms is not None and (not provider or fold(piece.terms.provider) == fold(provider))


def _contracts(source: Inventory | Contracts) -> Contracts:
    return source if isinstance(source, Contracts) else Contracts(source)


def terms_from(contract: LineContract) -> Terms:
    """One version of a contract in the units that figures are made in; raises CellFault for steps no rule allows."""
    target = contract.availability_target
    return Terms(
        contract=contract.id,
        number=contract.number,
        provider=contract.provider,
        valid_from=contract.valid_from,
        valid_to=contract.valid_to,
        measuring_period=MeasuringPeriod(contract.measuring_period),
        target=None if target is None else thousandths(target),
        restoration=_times(contract.restoration_time, MINUTE),
        rtt=_part(contract.rtt_limit, _MILLI),
        loss=_part(contract.loss_limit, _PERCENT),
        jitter=_part(contract.jitter_limit, _MILLI),
        minimum_outage=contract.minimum_outage * SECOND,
        degraded_down=contract.degraded == "down",
        excluded=frozenset(map(Party, exclusions(contract))),
        notice=contract.notice_hours * HOUR,
        steps=tuple(Step(*step) for step in read_steps(contract.credit_steps, contract.credit_unit)),
        credit_unit=CreditUnit(contract.credit_unit),
        fee=contract.monthly_fee,
    )


def _times(number: int | None, unit: int) -> int | None:
    return None if number is None else number * unit


def _part(number: float | None, whole: int) -> float | None:
    return None if number is None else number / whole


def credit(terms: Terms, thousandths: int) -> Step | None:
    """The step owed for an availability, cut off (`netwatch.availability.shares`): the lowest that it is below.

    None where nothing is owed.
    """
    return next((step for step in reversed(terms.steps) if thousandths < step.below), None)
