"""At which line of a TOML file each value stands; for a text that tomllib has already accepted."""

import re
from collections.abc import Mapping
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}\n#]*")


def lines_of(text: str) -> Mapping[Path, int]:
    """The line of every key, table and element by its path, arrays counted from 0."""
    return _Scan(text.replace("\r\n", "\n")).places()


def line_of(places: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of what is nearest around it; 1 for the file."""
    while path and path not in places:
        path = path[:-1]
    return places.get(path, 1)


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, int] = {}
        self.elements: dict[Path, int] = {}

    def places(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip(_BLANK) and self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.found

    def _skip(self, what: re.Pattern[str]) -> bool:
        match = what.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return True

    def _note(self, path: Path, at: int) -> None:
        self.found.setdefault(path, self.text.count("\n", 0, at) + 1)

    def _header(self) -> Path:
        start = self.at
        several = self.text.startswith("[[", self.at)
        self.at += 1 + several
        key = self._key()
        self.at = self.text.index("]", self.at) + 1 + several
        path = self._inside(key[:-1]) + key[-1:]
        if several:
            count = self.elements[path] = self.elements.get(path, -1) + 1
            self._note(path, start)
            path = (*path, count)
        self._note(path, start)
        return path

    def _inside(self, key: tuple[str, ...]) -> Path:
        """Where a table below arrays belongs: to the latest element of each."""
        path: Path = ()
        for part in key:
            path = (*path, part)
            if path in self.elements:
                path = (*path, self.elements[path])
        return path

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            match = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            if match is None:
                # Not TOML after all; go on behind it, so that there is an end.
                self.at += 1
                return tuple(parts) or ("",)
            parts.append(match[0].strip("\"'"))
            self.at = match.end()
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return tuple(parts)
            self.at += 1

    def _pair(self, table: Path) -> None:
        start = self.at
        key = self._key()
        path = (*table, *key)
        for length in range(len(table) + 1, len(path) + 1):
            self._note(path[:length], start)
        self._skip(re.compile(r"[ \t]*=?[ \t]*"))
        self._value(path)

    def _value(self, path: Path) -> None:
        if self.text.startswith("[", self.at):
            self._array(path)
        elif self.text.startswith("{", self.at):
            self._inline(path)
        elif string := _STRING.match(self.text, self.at):
            self.at = string.end()
        else:
            self._skip(_PLAIN)

    def _array(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self._skip(_BLANK) and self.at < len(self.text) and self.text[self.at] != "]":
            self._note((*path, number), self.at)
            self._value((*path, number))
            number += 1
            self._skip(_BLANK)
            self.at += self.text.startswith(",", self.at)
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while self._skip(_BLANK) and self.at < len(self.text) and self.text[self.at] != "}":
            self._pair(path)
            self._skip(_BLANK)
            self.at += self.text.startswith(",", self.at)
        self.at += 1
