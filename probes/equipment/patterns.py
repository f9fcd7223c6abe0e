"""Regular expressions of profiles: a part of Python's syntax for which no text can make the search take long.

Texts come from devices and expressions from people, so that neither is trusted: the text is cut to `LONGEST_TEXT`
characters, and an expression is refused in which repeats stand inside repeats, or more than two of them compete for
the same characters.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

LONGEST_TEXT = 255
LONGEST_PATTERN = 200
# Repeats that may take so many characters at most are as harmless as so many optional ones.
_FEW = 8
# The search begins at every character, so that this makes the steps the third power of the length of the text.
_COMPETING = 2

_WORD = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?:|\((?!\?)|\(\?|[)|^$]|[*+?]\??|\{\d+(?:,\d*)?\}\??|[^\\]", re.DOTALL
)
_ESCAPES = frozenset("dDwWsSbBtnr")
_NO_WIDTH = frozenset({"^", "$", r"\b", r"\B"})
_EVERYTHING = frozenset(map(chr, range(256)))

Repeats = tuple[frozenset[str], ...]


class PatternError(ValueError):
    """An expression that cannot be used; `code` says why: unreadable, too_long, unknown_form, nested, competing."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@lru_cache(maxsize=4096)
def pattern(text: str) -> re.Pattern[str]:
    """The expression, case ignored; raises PatternError."""
    if len(text) > LONGEST_PATTERN:
        raise PatternError("too_long", str(LONGEST_PATTERN))
    try:
        made = re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError("unreadable", str(error)) from None
    _Check(_WORD.findall(text)).whole()
    return made


def found(expression: str, text: str) -> str | None:
    """What the expression finds in the first 255 characters (its first group, if it has one); None for nothing."""
    match = pattern(expression).search(text[:LONGEST_TEXT])
    if match is None:
        return None
    return (match[1] or "") if match.re.groups else match[0]


class _Check:
    """Walks through the tokens of an expression that is known to be well-formed."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def whole(self) -> None:
        self._choice(())

    def _choice(self, before: Repeats) -> tuple[Repeats, bool]:
        """Alternatives up to a closing bracket: the worst repeats still open after them, and whether there are any."""
        worst, varies = self._sequence(before)
        while self._taken("|"):
            other, also = self._sequence(before)
            worst, varies = max(worst, other, key=len), varies or also
        return worst, varies

    def _taken(self, word: str) -> bool:
        here = self.at < len(self.tokens) and self.tokens[self.at] == word
        self.at += here
        return here

    def _sequence(self, competing: Repeats) -> tuple[Repeats, bool]:
        varies = False
        while self.at < len(self.tokens) and self.tokens[self.at] not in ("|", ")"):
            word = self.tokens[self.at]
            self.at += 1
            if word in ("(", "(?:"):
                competing, within = self._group(competing)
            elif word in _NO_WIDTH:
                continue
            else:
                competing, within = self._single(word, competing)
            varies = varies or within
        return competing, varies

    def _group(self, before: Repeats) -> tuple[Repeats, bool]:
        after, within = self._choice(before)
        self._taken(")")
        least, most = self._quantity()
        if most > 1 and (within or most > _FEW):
            raise PatternError("nested")
        return (max(before, after, key=len) if least == 0 else after), within

    def _single(self, word: str, competing: Repeats) -> tuple[Repeats, bool]:
        characters = _characters(word)
        least, most = self._quantity()
        if least > 0:
            competing = tuple(open_ for open_ in competing if open_ & characters)
        if most - least > _FEW:
            competing = (*competing, characters)
        if len(competing) > _COMPETING:
            raise PatternError("competing")
        return competing, most != least

    def _quantity(self) -> tuple[int, int]:
        """How often the word before may stand: at least, at most."""
        word = self.tokens[self.at] if self.at < len(self.tokens) else ""
        if word[:1] in ("*", "+", "?"):
            self.at += 1
            return {"*": (0, 1 << 30), "+": (1, 1 << 30), "?": (0, 1)}[word[0]]
        if re.match(r"\{\d+(?:,\d*)?\}", word):
            self.at += 1
            low, comma, high = word.strip("{}?").partition(",")
            return int(low), int(high or 1 << 30) if comma else int(low)
        return 1, 1


@lru_cache(maxsize=1024)
def _characters(word: str) -> frozenset[str]:
    """Which characters (of Latin-1, for all) a word of one character stands for."""
    if word == "(?" or (word[0] == "\\" and word[1:].isalnum() and word[1:] not in _ESCAPES):
        raise PatternError("unknown_form", word)
    single = re.compile(word if len(word) > 1 or word == "." else re.escape(word), re.IGNORECASE)
    return frozenset(filter(single.fullmatch, _EVERYTHING))
