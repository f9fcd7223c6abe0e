"""Names and words of what stands in documents: agencies by their name on that day, codes as the sheets write them."""

from dataclasses import dataclass
from typing import Any

from exporters.documents.model import Language
from inventory.organisation import path_of_names
from inventory.sheets.columns import choice_words
from inventory.snapshot import Inventory
from netwatch.language import Translate
from netwatch.queries.coverage_words import level_word


@dataclass(frozen=True, slots=True)
class Naming:
    """Names things of one inventory in one language; what nobody knows keeps its code."""

    inventory: Inventory
    language: Language
    translate: Translate

    def record(self, id_: str) -> Any:  # noqa: ANN401 - a record of any kind, or None
        """The record of a code."""
        return next(
            (records[id_] for kind, records in self.inventory.records.items() if id_ in records), None
        )

    def name(self, id_: str) -> str:
        """The name of a thing, an agency or a norm."""
        return str(getattr(self.record(id_), "name", None) or id_)

    def unit(self, id_: str) -> str:
        """The name of an agency."""
        unit = self.inventory.of("organisation_unit").get(id_)
        return unit.name if unit else id_

    def units(self, ids: tuple[str, ...]) -> str:
        """Several agencies."""
        return "; ".join(map(self.unit, ids))

    def above(self, id_: str) -> str:
        """The names of the units above an agency, the topmost first."""
        return " / ".join(path_of_names(self.inventory, id_)[:-1])

    def norm(self, id_: str) -> str:
        """The name of a norm."""
        norm = self.inventory.of("norm").get(id_)
        return norm.name if norm else id_

    def choice(self, kind: str, field: str, code: str) -> str:
        """The word of a code as the sheets write it."""
        words = choice_words(kind, field)
        return words[code][self.language] if code in words else code

    def level(self, code: str) -> str:
        """The word of a level; '' is all of them."""
        return level_word(code, self.translate)
