"""What log lines mean, as data: which words make a line a reason to look, and at what. Pure but for reading files.

Lines come from anybody and expressions from people, so that neither is trusted: a line is searched for plain words, and
only where they stand an expression is tried, of the kind that no text can keep busy (`probes.equipment.patterns`).
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from probes.equipment.patterns import LONGEST_TEXT, PatternError, pattern

SHIPPED = Path(__file__).parent / "patterns.toml"
FOLDER = "syslog"
MOST_BYTES = 1 << 20
# What a line says that matters stands at its beginning.
READ = 512
LONGEST_PART = 64


def _expression(text: str) -> str:
    try:
        pattern(text)
    except PatternError as error:
        raise ValueError(f"{error.code} {error.detail}".strip()) from None
    return text


class LinePattern(BaseModel):
    """A line in which `words` stand, and after them what `then` expects, is about a topic.

    The first group of `then` names the part: a port. `on_battery` says that the device runs on battery then; `event`
    that it is worth a line among the events.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    words: Annotated[str, Field(min_length=3, max_length=120)]
    then: Annotated[str, AfterValidator(_expression)] = ""
    about: Literal[
        "link", "power", "contact", "registration", "hardware", "configuration", "path", "restart", "login",
        "host_key", "other",
    ]  # fmt: skip
    severity: Literal["info", "warning", "critical"] = "info"
    event: bool = False
    on_battery: bool = False


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    vendor: Annotated[str, Field(min_length=1, max_length=60)]
    source: Annotated[str, Field(min_length=1)]
    line: Annotated[tuple[LinePattern, ...], Field(strict=False, max_length=500)]


class _Shipped(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    vendors: Annotated[tuple[_File, ...], Field(strict=False)]


class Found(NamedTuple):
    """What a line is about: whose way of speaking it is, the words it was known by, and the part it names."""

    vendor: str
    words: str
    about: str
    severity: str
    part: str
    event: bool
    on_battery: bool


@dataclass(frozen=True, slots=True)
class PatternFault:
    """A file of patterns that cannot be used, or one pattern of it."""

    file: str
    problem: str


class Patterns:
    """Reads lines; the first pattern that fits counts, a user's before the shipped ones."""

    def __init__(self, files: Sequence[_File] = ()) -> None:
        self._lines = [(line.words.lower(), file.vendor, line) for file in files for line in file.line]

    def __len__(self) -> int:
        return len(self._lines)

    def vendors(self) -> Mapping[str, int]:
        """How many patterns there are of each vendor."""
        return Counter(vendor for _, vendor, _line in self._lines)

    def found(self, text: str) -> Found | None:
        """What a line is about; None where no pattern fits."""
        text = text[:READ]
        plain = text.lower()
        if len(plain) != len(text):
            # A few letters grow when they are made small: then places no longer fit.
            plain = text
        for words, vendor, line in self._lines:
            at = plain.find(words)
            if at >= 0 and (told := _fits(line, text, at + len(words))) is not None:
                return Found(vendor, line.words, line.about, line.severity, told, line.event, line.on_battery)
        return None


def _fits(line: LinePattern, text: str, at: int) -> str | None:
    """The part that a line names, '' where it names none; None when it does not fit."""
    if not line.then:
        return ""
    match = pattern(line.then).match(text[at : at + LONGEST_TEXT])
    if match is None:
        return None
    return (match[1] or "")[:LONGEST_PART] if match.re.groups else ""


def load_patterns(folder: Path | None = None) -> tuple[Patterns, tuple[PatternFault, ...]]:
    """The shipped patterns behind those of a user's folder, and what is wrong with files that cannot be used."""
    faults: list[PatternFault] = []
    own = list(_own(folder, faults)) if folder is not None and folder.is_dir() else []
    shipped = _Shipped.model_validate(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))
    return Patterns([*own, *shipped.vendors]), tuple(faults)


def _own(folder: Path, faults: list[PatternFault]) -> Iterator[_File]:
    for file in sorted(folder.glob("*.toml")):
        try:
            with file.open("rb") as reading:
                text = reading.read(MOST_BYTES + 1)
            if len(text) > MOST_BYTES:
                raise ValueError(f"longer than {MOST_BYTES} bytes")
            yield _File.model_validate(tomllib.loads(text.decode("utf-8-sig")))
        except ValidationError as error:
            faults.extend(PatternFault(str(file), problem) for problem in _problems(error))
        except (OSError, ValueError, RecursionError) as error:
            faults.append(PatternFault(str(file), str(error)))


def _problems(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_input=False):
        yield f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
