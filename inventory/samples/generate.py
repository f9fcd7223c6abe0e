"""From a short description of an administration to the rows of an inventory that add up to it. Pure.

A description is TOML: `[sample]` names the administration, `[defaults.KIND]` the cells that all records of a kind have,
and each `[[KIND]]` is an entry, which makes records. What an entry says besides cells:

`key` is what ids are made of; `for` names entries whose records get one each (their place and agency come along);
`first` and `after` take only some of those; `times` makes so many of each; `total` so many altogether, dealt out as
evenly as whole numbers go; `start` numbers on from there; `spread` is the sum of a field over all records made, dealt
out likewise; `deal` deals the ids of other entries' records to a field, like cards; `since` is the day from which the
records hold. Texts may say {prefix}, {id}, {number}, {of} (the record it is made for), {parent} (its agency),
{unit} and {site} (those it stands at).

Nothing is drawn by chance: the same description always gives the same rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from inventory.incoming import IncomingRow
from inventory.snapshot import KINDS

MARK = "DỮ LIỆU MẪU"
# Fields that people read: each says what it is of.
MARKED = ("name", "source", "reason")
CONTROLS = frozenset(
    {"key", "for", "first", "after", "times", "total", "start", "spread", "deal", "since"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a description; see the module for what each field means."""

    kind: str
    key: str
    cells: Mapping[str, Any]
    since: date
    among: tuple[str, ...] = ()
    first: int | None = None
    after: int = 0
    times: int = 1
    total: int | None = None
    start: int = 1
    spread: Mapping[str, int] = field(default_factory=dict)
    deal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Description:
    """A synthetic administration: the real name of its top unit, and when its figures were published."""

    name: str
    title: str
    prefix: str
    published: date
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """Rows that hold from a day on (`netwatch import --since`)."""

    since: date
    rows: tuple[IncomingRow, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A record made: its id, and the agency and site of whatever is made for it."""

    id: str
    unit: str = ""
    site: str = ""


NOBODY = Made("")


def described(name: str, tables: Mapping[str, Any]) -> Description:
    """The description in a parsed TOML document; raises KeyError for one that lacks what it needs."""
    sample, defaults = tables["sample"], tables.get("defaults", {})
    entries = tuple(
        _entry(kind, defaults.get(kind, {}), table, sample["published"])
        for kind in KINDS
        for table in tables.get(kind, ())
    )
    return Description(name, sample["title"], sample["prefix"], sample["published"], entries)


def _entry(kind: str, defaults: Mapping[str, Any], table: Mapping[str, Any], published: date) -> Entry:
    table = {**defaults, **table}
    return Entry(
        kind=kind,
        key=table["key"],
        cells={name: value for name, value in table.items() if name not in CONTROLS},
        since=table.get("since", published),
        among=tuple(table.get("for", ())),
        first=table.get("first"),
        after=table.get("after", 0),
        times=table.get("times", 1),
        total=table.get("total"),
        start=table.get("start", 1),
        spread=table.get("spread", {}),
        deal={name: tuple(keys) for name, keys in table.get("deal", {}).items()},
    )


def stages(description: Description) -> tuple[Stage, ...]:
    """Its rows by the day from which they hold, oldest first; each stage holds all that the ones before it hold."""
    writer = _Writer(description.prefix)
    rows = [(entry.since, row) for entry in description.entries for row in writer.rows(entry)]
    days = sorted({since for since, _ in rows})
    return tuple(Stage(day, tuple(row for since, row in rows if since <= day)) for day in days)


def shares(total: int, count: int) -> list[int]:
    """A whole number dealt out to so many, none more than one above another, the larger shares first."""
    least, more = divmod(total, count)
    return [least + (place < more) for place in range(count)]


class _Writer:
    """Makes the records of one entry after the other and remembers what later entries refer to."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._made: dict[str, list[Made]] = {}
        self._sites: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def rows(self, entry: Entry) -> Iterator[IncomingRow]:
        """The rows of an entry."""
        subjects = list(self._subjects(entry))
        several: dict[str, Sequence[object]] = {
            **{name: self._dealt(keys, len(subjects)) for name, keys in entry.deal.items()},
            **{name: shares(total, len(subjects)) for name, total in entry.spread.items()},
        }
        numbered = len(subjects) > 1 or entry.start > 1
        for place, (subject, turn) in enumerate(subjects):
            number = entry.start + place
            id_ = self._id(entry, subject, number if numbered else 0, turn)
            cells = {**entry.cells, **{name: each[place] for name, each in several.items()}}
            yield self._row(entry.kind, self._texts(cells, id_, number, subject))
            self._remember(entry, id_, subject, cells)

    def _subjects(self, entry: Entry) -> Iterator[tuple[Made, int]]:
        """Whom each record is made for, and which of theirs it is (0: the only one)."""
        found = [made for key in entry.among for made in self._made[key]] if entry.among else [NOBODY]
        end = None if entry.first is None else entry.after + entry.first
        found = found[entry.after : end]
        counts = [entry.times] * len(found) if entry.total is None else shares(entry.total, len(found))
        alone = entry.total is None and entry.times == 1
        for subject, count in zip(found, counts, strict=True):
            yield from ((subject, 0 if alone else turn) for turn in range(1, count + 1))

    def _id(self, entry: Entry, subject: Made, number: int, turn: int) -> str:
        """Agencies are numbered through; everything else is named after what it is made for."""
        if entry.kind == "organisation_unit" or not subject.id:
            return f"{self._prefix}-{entry.key}" + (f"-{number:03}" if number else "")
        return f"{entry.key}-{subject.id}" + (f"-{turn}" if turn else "")

    def _dealt(self, keys: Sequence[str], hands: int) -> list[list[str]]:
        cards = [made.id for key in keys for made in self._made[key]]
        return [cards[place::hands] for place in range(hands)]

    def _texts(self, cells: Mapping[str, Any], id_: str, number: int, subject: Made) -> dict[str, str]:
        words = {
            "prefix": self._prefix,
            "id": id_,
            "number": number,
            "of": subject.id,
            "parent": subject.unit,
            "unit": subject.unit,
            "site": subject.site or self._sites.get(subject.unit, ""),
        }
        texts = {name: _text(value).format_map(words) for name, value in cells.items()}
        marked = {name: f"{texts[name]} ({MARK})" for name in MARKED if name in texts}
        return {"id": id_, **texts, **marked}

    def _row(self, kind: str, cells: Mapping[str, str]) -> IncomingRow:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return IncomingRow(kind, kind, self._numbers[kind], MappingProxyType(dict(cells)))

    def _remember(self, entry: Entry, id_: str, subject: Made, cells: Mapping[str, Any]) -> None:
        made = Made(id_, subject.unit, subject.site)
        if entry.kind == "organisation_unit":
            made = Made(id_, id_)
        if entry.kind == "site":
            units = cells["organisation_units"]
            hosts = units if isinstance(units, list) else [subject.unit]
            made = Made(id_, hosts[0], id_)
            for unit in hosts:
                self._sites.setdefault(unit, id_)
        self._made.setdefault(entry.key, []).append(made)


def _text(value: object) -> str:
    """A value of TOML as a cell of a sheet holds it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
