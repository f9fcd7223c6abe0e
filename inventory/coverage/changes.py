"""Two audits compared: which cells moved, and by which items. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from inventory.coverage.contract import DECLARED, Audit, Cell, Covering, State

APPEARED, VANISHED, NEED = "appeared", "vanished", "need"
EXEMPTED, EXEMPTION_ENDED, ITEMS = "exempted", "exemption_ended", "items"


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What became of an item towards a cell: None where it was not weighed; `reason` is that of the state after."""

    item: str
    kind: str
    before: State | None
    after: State | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that is not as it was; None where there was or is none. `reason` is a code: why it moved."""

    norm: str
    unit: str
    level: str
    before: State | None
    after: State | None
    need_before: int
    need_after: int
    declared_before: int
    declared_after: int
    proved_before: int
    proved_after: int
    reason: str
    items: tuple[ItemChange, ...] = ()


def changes(before: Audit, after: Audit) -> tuple[CellChange, ...]:
    """Every cell whose counts or state differ, by norm and agency."""
    old = {(cell.norm, cell.unit): cell for cell in before.cells}
    new = {(cell.norm, cell.unit): cell for cell in after.cells}
    return tuple(
        _change(old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if _standing(old.get(key)) != _standing(new.get(key))
    )


def _standing(cell: Cell | None) -> object:
    return None if cell is None else (cell.need, cell.state, dict(cell.counts))


def _change(old: Cell | None, new: Cell | None) -> CellChange:
    cell = new if new is not None else old
    assert cell is not None, "there is no change of a cell that neither was nor is"
    return CellChange(
        cell.norm,
        cell.unit,
        cell.level,
        old.state if old else None,
        new.state if new else None,
        *_numbers(old, new),
        _reason(old, new),
        tuple(_items(old, new)),
    )


def _numbers(old: Cell | None, new: Cell | None) -> tuple[int, int, int, int, int, int]:
    def counted(cell: Cell | None, *states: State) -> int:
        return cell.count(*states) if cell else 0

    return (
        old.need if old else 0,
        new.need if new else 0,
        counted(old, *DECLARED),
        counted(new, *DECLARED),
        counted(old, State.PROVED),
        counted(new, State.PROVED),
    )


def _reason(old: Cell | None, new: Cell | None) -> str:
    if old is None or new is None:
        return APPEARED if old is None else VANISHED
    if (old.state is State.EXEMPT) != (new.state is State.EXEMPT):
        return EXEMPTED if new.state is State.EXEMPT else EXEMPTION_ENDED
    return NEED if old.need != new.need else ITEMS


def _items(old: Cell | None, new: Cell | None) -> Iterator[ItemChange]:
    was, is_ = _weighed(old), _weighed(new)
    for item in sorted(was.keys() | is_.keys()):
        first, last = was.get(item), is_.get(item)
        if (first and first.state) != (last and last.state):
            told = last or first
            assert told is not None, "an item of neither cell"
            yield ItemChange(
                item,
                told.kind,
                first.state if first else None,
                last.state if last else None,
                last.reason if last else "",
            )


def _weighed(cell: Cell | None) -> Mapping[str, Covering]:
    return {covering.item: covering for covering in cell.coverings} if cell else {}
