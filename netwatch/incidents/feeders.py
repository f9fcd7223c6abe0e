"""Feeders as others write them ('Lộ 471 E1'), found among those the inventory names ('471-E1'). Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from inventory.texts import clean, fold
from netwatch.incidents.maintenance import unknown_feeder
from netwatch.incidents.places import Places
from netwatch.language import Sentence

# Words that stand before a feeder's number, folded; taken once and for all, so that no text takes long.
_WORDS = re.compile(r"^(?:xuattuyen|phattuyen|duongday|feeder|tuyen|tram|lo|dz|dd)++(?=.*[0-9])")
_BETWEEN = re.compile(r"[;,+\n]|\svà\s|\sand\s", re.IGNORECASE)
_MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """Feeders in the inventory's own spelling, and what was not found."""

    feeders: tuple[str, ...] = ()
    problems: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Feeders:
    """Finds feeders by what is written of them: without regard to case, diacritics, blanks, signs, and such words."""

    places: Places

    @cached_property
    def _keys(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for name in self.places.by_feeder:
            for key in (fold(name), _bare(name)):
                found.setdefault(key, {})[name] = None
        return {key: tuple(names) for key, names in found.items() if key}

    def named(self, text: str) -> Found:
        """The feeders a cell names, one or several."""
        whole = clean(text)
        if not whole:
            return Found(problems=(Sentence("The feeder is missing."),))
        parts = (
            [whole]
            if self._one(whole)
            else [part for each in _BETWEEN.split(whole)[:_MOST] if (part := clean(each))]
        )
        found = [(part, self._one(part)) for part in parts]
        return Found(
            tuple(dict.fromkeys(names[0] for _, names in found if len(names) == 1)),
            tuple(self._problem(part, names) for part, names in found if len(names) != 1),
        )

    def _one(self, text: str) -> tuple[str, ...]:
        return self._keys.get(fold(text)) or self._keys.get(_bare(text)) or ()

    def _problem(self, text: str, names: tuple[str, ...]) -> Sentence:
        if not names:
            return unknown_feeder(text[:80], self.places)
        words = "'{name}' may be several feeders: {names}. Write it as the inventory does."
        return Sentence(words, {"name": text[:80], "names": "; ".join(names)})


def _bare(name: str) -> str:
    return _WORDS.sub("", fold(name))
