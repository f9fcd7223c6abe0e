"""Why an outage is whose it is, in few words for a row of a table."""

from datetime import UTC

from inventory.snapshot import Inventory
from netwatch.incidents.contract import Clue, Confidence
from netwatch.incidents.places import Places
from netwatch.queries.outage_words import MOST, chief, why
from netwatch.sla.attribution import POWER_CUT
from netwatch.sla.contract import Attribution, Party

NOWHERE = Places(Inventory())
WEAK = Clue("whole_site_dark", 1, {"site": "x"})
FORGED = Clue("ups_on_battery", 2, {"ups": "forged"}, trusted=False)
SIGN = Clue("lines_together", 3, {"count": "2"})
STRONG = Clue("ups_on_battery", 4, {"ups": "u"})
ANNOUNCED = Clue(POWER_CUT, 5, {"reason": "EVN"})


def words(clues: tuple[Clue, ...], *, all_: bool = False) -> list[str]:
    """The sentences for clues of incident 7."""
    told = Attribution(Party.OWN_POWER, Confidence.LIKELY, None, clues, 7)
    return [str(one) for one in (why if all_ else chief)(told, NOWHERE, UTC, "en")]


def test_the_strongest_three_come_first_and_the_others_are_counted() -> None:
    """What lies in no incident, then strong signs, then weak ones; what anybody could have sent comes last."""
    clues = (WEAK, FORGED, SIGN, STRONG, ANNOUNCED)
    told = words(clues)
    chosen = words((ANNOUNCED, STRONG, SIGN), all_=True)
    assert told == [*chosen, "and 2 more grounds"]
    assert len(words(clues, all_=True)) == len(clues) + 1


def test_few_grounds_are_told_whole() -> None:
    """Nothing is counted where nothing is left out."""
    assert len(words((WEAK, SIGN, STRONG))) == MOST + 1
    assert words(()) == ["incident 7"]
