"""How the page on coverage says things, in the reader's language. Pure."""

from dataclasses import dataclass
from datetime import date

from netwatch.language import number
from netwatch.queries.coverage import percent
from netwatch.queries.coverage_units import CellLine, ContradictionLine, ItemLine
from netwatch.queries.coverage_words import (
    contradiction_words,
    item_word,
    level_word,
    reason_word,
    state_word,
)
from netwatch.queries.figures import bandwidth
from netwatch.queries.words import kind_word
from netwatch.web.speech import Speech


@dataclass(frozen=True, slots=True)
class CoverageSpeech:
    """Words of coverage, beside those of every page."""

    speech: Speech

    def state(self, code: str) -> str:
        """The word of a state."""
        return state_word(code, self.speech.translate)

    def level(self, code: str) -> str:
        """Which agencies."""
        return level_word(code, self.speech.translate)

    def item(self, code: str) -> str:
        """What a norm is about."""
        return item_word(code, self.speech.translate)

    def share(self, part: int, whole: int) -> str:
        """'80 %', never rounded up; '-' of nothing."""
        told = percent(part, whole)
        return "-" if told is None else f"{number(told, self.speech.language)} %"

    @staticmethod
    def day(day: date) -> str:
        """'23/11/2026'."""
        return f"{day:%d/%m/%Y}"

    def why(self, cell: CellLine) -> str:
        """What is to be said of a cell as a whole: an exemption, or why its need is not known; else ''."""
        _ = self.speech.translate
        if cell.state == "exempt":
            until = (
                _("until {day}").format(day=self.day(cell.until)) if cell.until else _("until further notice")
            )
            return f"{until}: {cell.reason}"
        return "" if cell.need else reason_word(cell.reason, _)

    def thing(self, item: ItemLine) -> str:
        """Why a thing is in its state: 'serial number X declared, Y found'; '' of what is proved."""
        if item.contradictions:
            return "; ".join(map(self._contradiction, item.contradictions))
        return reason_word(item.reason, self.speech.translate) if item.reason else ""

    def _contradiction(self, one: ContradictionLine) -> str:
        declared, found = (self._value(one.what, text) for text in (one.declared, one.found))
        return contradiction_words(one.what, declared, found, self.speech.translate)

    def _value(self, what: str, text: str) -> str:
        if what == "speed":
            return (bandwidth(int(text)) if text.isdecimal() else None) or text
        return kind_word(text, self.speech.translate) if what == "kind" else text
