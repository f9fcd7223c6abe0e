"""What every record of the synthetic province is drawn from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from netwatch.demo.addresses import Numbering
from netwatch.demo.dice import Dice
from netwatch.demo.lines import Plan
from netwatch.demo.places import Place


@dataclass(frozen=True, slots=True)
class Draft:
    """Places, how addresses are given, the dice, and what lines are drawn with.

    `since` is the day on which the agencies came into being, `today` the one that everything else is dated by.
    """

    places: tuple[Place, ...]
    numbering: Numbering
    dice: Dice
    plan: Plan
    since: date
    today: date

    def fitted(self, code: str) -> Iterator[Place]:
        """The places that have a device of this code."""
        return (place for place in self.places if any(fitting.code == code for fitting in place.fittings))

    def address(self, unit: str, code: str) -> str:
        """The address of a device: they are counted through each building."""
        number = 0
        home = next(place for place in self.places if place.unit == unit)
        for place in self.places:
            for fitting in place.fittings if place.site == home.site else ():
                number += 1
                if (place.unit, fitting.code) == (unit, code):
                    return self.numbering.device(home.site, number)
        raise LookupError(f"{unit}-{code}")
