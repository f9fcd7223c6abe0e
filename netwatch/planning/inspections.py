"""The inspection of every surge protector as a check of its own: its term, and what of the records forces one. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo
from typing import Any

from inventory.inspections import PASS, Term, first_day_after, terms
from inventory.snapshot import Inventory
from netwatch.check import Check
from netwatch.clock import SECOND
from netwatch.planning.maker import Maker

KIND = "inspection_term"
# The instance of the check, beside that of the contact and that of the strike counter.
INSPECTION = "inspection"
PACE = 300 * SECOND


def checks(inventory: Inventory, make: Maker) -> Iterator[Check]:
    """One for every surge protector, also without a date: a strike may force an inspection of it, too."""
    for id_, term in terms(inventory).items():
        params = asked(term, make.settings.zone)
        yield make.check(KIND, id_, "", PACE, params, instance=INSPECTION)


def asked(term: Term, zone: tzinfo) -> dict[str, Any]:
    """What the probe is told: moments in seconds, days as the evidence shows them."""
    return {
        "due": None if term.due is None else _begin(first_day_after(term.due), zone),
        "due_on": "" if term.due is None else f"{term.due}",
        "passed": f"{term.last.on}" if term.last is not None and term.last.result == PASS else "",
        "life": None if term.life_over is None else _begin(term.life_over, zone),
        "life_on": "" if term.life_over is None else f"{term.life_over}",
        "forced": tuple((str(one.trigger), one.evidence) for one in term.forced),
        "ohms": term.ohms,
    }


def _begin(day: date, zone: tzinfo) -> int:
    """When a local day begins; the last days there are begin in UTC, where no zone can shift them out of the range."""
    try:
        return round(datetime.combine(day, time(), zone).timestamp())
    except (OverflowError, ValueError):
        return round((day - date(1970, 1, 1)).total_seconds())
