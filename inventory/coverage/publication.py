"""Publications: an audit frozen with the norms it was held against, and what is different by what is known later. Pure.

The document holds the audit with every cell and the items weighed in it, the versions of the norms and the names of the
agencies; `inventory.sealing` says how it is stored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from inventory.cells import text_of
from inventory.coverage.contract import Audit, Cell, Contradiction, Covering, Figure, State, Tally
from inventory.kinds.planning import Norm
from inventory.records import from_plain, to_plain
from inventory.sealing import MOST_TEXT, Header, Sealed, plain, sealed, unsealed
from inventory.snapshot import cells

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is published: the audit, by evidence until `at` (µs UTC), its norms and the agencies' names by id.

    `release` is the release of the program that computed it, `last_event` the number of the last event it knew of.
    """

    header: Header
    at: int
    last_event: int
    release: str
    audit: Audit
    norms: Mapping[str, Norm]
    names: Mapping[str, str]


def freeze(frozen: Frozen) -> Sealed:
    """The content of a publication's row; the same publication always gives the same digest."""
    document = {
        "at": frozen.at,
        "last_event": frozen.last_event,
        "release": frozen.release,
        "audit": plain(frozen.audit),
        "norms": {id_: to_plain(norm) for id_, norm in sorted(frozen.norms.items())},
        "names": dict(sorted(frozen.names.items())),
    }
    return sealed(frozen.header, document, SCHEMA)


def thaw(content: bytes, header: Header, most_text: int = MOST_TEXT) -> tuple[Frozen, str]:
    """A stored publication and its digest; raises PublicationFault unless every byte of it is as it was frozen."""
    return unsealed(content, header, SCHEMA, _frozen, most_text)


def _frozen(document: Mapping[str, Any]) -> Frozen:
    audit = document["audit"]
    return Frozen(
        header=Header(**document["header"]),
        at=int(document["at"]),
        last_event=int(document["last_event"]),
        release=str(document["release"]),
        audit=Audit(
            on=date.fromisoformat(audit["on"]),
            scope=str(audit["scope"]),
            cells=tuple(map(_cell, audit["cells"])),
            figures=tuple(Figure(**{**data, "counts": _counts(data)}) for data in audit["figures"]),
            tallies=tuple(Tally(**data) for data in audit["tallies"]),
        ),
        norms={str(id_): _norm(data) for id_, data in document["norms"].items()},
        names={str(id_): str(name) for id_, name in document["names"].items()},
    )


def _cell(data: Mapping[str, Any]) -> Cell:
    given = {
        **data,
        "counts": _counts(data),
        "state": State(data["state"]),
        "coverings": tuple(map(_covering, data["coverings"])),
        "until": date.fromisoformat(data["until"]) if data["until"] else None,
    }
    return Cell(**given)


def _covering(data: Mapping[str, Any]) -> Covering:
    found = tuple(Contradiction(**each) for each in data["contradictions"])
    return Covering(**{**data, "state": State(data["state"]), "contradictions": found})


def _counts(data: Mapping[str, Any]) -> dict[State, int]:
    return {State(state): int(count) for state, count in data["counts"].items()}


def _norm(data: Mapping[str, Any]) -> Norm:
    norm = from_plain("norm", data)
    if not isinstance(norm, Norm):
        raise TypeError
    return norm


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field before and after, as sheets write it in codes."""

    field: str
    published: str
    now: str


@dataclass(frozen=True, slots=True)
class NormDifference:
    """A norm whose version in force that day is another one by now; no `fields`: it was not, or is no longer, there."""

    norm: str
    fields: tuple[FieldDifference, ...]


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """A figure as published and as known now; None where there was, or is, none."""

    norm: str
    level: str
    published: Figure | None
    now: Figure | None


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """An item weighed in a cell, as published and as known now; None where it was, or is, not weighed."""

    item: str
    published: Covering | None
    now: Covering | None


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A cell as published and as known now, and the items that make the difference."""

    norm: str
    unit: str
    published: Cell | None
    now: Cell | None
    items: tuple[ItemDifference, ...]


@dataclass(frozen=True, slots=True)
class TallyDifference:
    """A count of things as published and as known now."""

    kind: str
    detail: str
    published: Tally | None
    now: Tally | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything by which a publication differs from the same day as it is known now."""

    norms: tuple[NormDifference, ...]
    figures: tuple[FigureDifference, ...]
    rows: tuple[RowDifference, ...]
    tallies: tuple[TallyDifference, ...]

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return bool(self.norms or self.figures or self.rows or self.tallies)


def compare(frozen: Frozen, audit: Audit, norms: Mapping[str, Norm]) -> Comparison:
    """A publication against an audit of the same scope and day. When items answered last is no difference by itself."""
    before = {(cell.norm, cell.unit): cell for cell in frozen.audit.cells}
    after = {(cell.norm, cell.unit): cell for cell in audit.cells}
    figures = _by_key(frozen.audit.figures, "norm", "level"), _by_key(audit.figures, "norm", "level")
    tallies = _by_key(frozen.audit.tallies, "kind", "detail"), _by_key(audit.tallies, "kind", "detail")
    # One that asks nobody on either side makes no figure.
    asking = {norm for norm, _ in (*before, *after)}
    return Comparison(
        norms=tuple(one for one in _norms(frozen.norms, norms) if one.norm in asking),
        figures=tuple(FigureDifference(*key, *sides) for key, *sides in _differing(*figures)),
        rows=tuple(
            RowDifference(key[0], key[1], old, new, tuple(_items(old, new)))
            for key, old, new in _differing(before, after, _weight)
        ),
        tallies=tuple(TallyDifference(*key, *sides) for key, *sides in _differing(*tallies)),
    )


def _by_key(values: tuple[Any, ...], *names: str) -> dict[tuple[str, ...], Any]:
    return {tuple(getattr(value, name) for name in names): value for value in values}


def _same(value: Any) -> Any:  # noqa: ANN401 - whatever is compared
    return value


def _differing(
    before: Mapping[Any, Any],
    after: Mapping[Any, Any],
    weight: Any = _same,  # noqa: ANN401 - a function of what is compared
) -> Iterator[tuple[Any, Any, Any]]:
    for key in sorted({**before, **after}):
        old, new = before.get(key), after.get(key)
        if old is None or new is None or weight(old) != weight(new):
            yield key, old, new


def _weight(cell: Cell) -> tuple[object, ...]:
    """What of a cell makes figures."""
    counts = {state: count for state, count in cell.counts.items() if count}
    return cell.level, cell.need, counts, cell.until, cell.reason if not cell.need else ""


def _items(old: Cell | None, new: Cell | None) -> Iterator[ItemDifference]:
    before = {covering.item: covering for covering in (old.coverings if old else ())}
    after = {covering.item: covering for covering in (new.coverings if new else ())}
    for item, was, now in _differing(before, after, lambda covering: (covering.units, covering.state)):
        yield ItemDifference(item, was, now)


def _norms(before: Mapping[str, Norm], after: Mapping[str, Norm]) -> Iterator[NormDifference]:
    for id_, old, new in _differing(before, after):
        if old is None or new is None:
            yield NormDifference(id_, ())
            continue
        pairs = ((name, getattr(old, name), getattr(new, name)) for name in cells("norm"))
        changed = (
            (name, text_of("norm", name, was), text_of("norm", name, now))
            for name, was, now in pairs
            if was != now
        )
        yield NormDifference(id_, tuple(FieldDifference(*each) for each in changed))
