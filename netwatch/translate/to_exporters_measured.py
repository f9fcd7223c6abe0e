"""From the newest looks to the families of what they measured: one per metric and kind of target. Pure.

The text of a look's numbers is kept until the check is looked at again and they are others, and forgotten when the
look is no longer fresh. Most ports have neither errors nor discards from look to look, and keep their speed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TypeAlias
from urllib.parse import unquote

from exporters.columns import Block, Frame, Grouped
from inventory.snapshot import Inventory
from netwatch.check import Check, Observation
from netwatch.present import Present
from netwatch.queries.looks import FRESH_INTERVALS
from probes.contract import Probe

Numbers: TypeAlias = Sequence[float | None]
Pick: TypeAlias = Callable[[Numbers], Numbers]
Ports: TypeAlias = Mapping[str, Collection[str]]

# Metric and family of each of a look's blocks.
Names: TypeAlias = tuple[tuple[str, str], ...]

# Kind of a check and the metric it was told to give, '' where it was told nothing.
Given: TypeAlias = tuple[str, str]

# The parameter by which a point is told what its number is.
CHOSEN = "metric"
# A probe's metrics of ports are about (device, part), whoever asked.
PORT_METRIC = "interface_"
# After so many checks others have their turn: while what they measured is looked through, and while it is sorted.
TURN = 200
ROWS = 2000


def _all(values: Numbers) -> Numbers:
    return values


@dataclass(slots=True)
class _Place:
    """Where a metric of these parts is shown, and by which block the last time; no frame: nowhere."""

    parts: tuple[str, ...]
    name: str = ""
    frame: Frame | None = None
    pick: Pick = _all
    block: Block | None = None


class _Sheet:
    """What one check measured: its look, their blocks with the families' names, and how each metric is shown."""

    __slots__ = ("blocks", "frames", "names", "places", "seen")

    def __init__(self) -> None:
        self.seen: Observation | None = None
        self.names: Names = ()
        self.blocks: list[Block] = []
        self.places: dict[str, _Place] = {}
        self.frames: dict[tuple[bool, tuple[str, ...], str], tuple[Frame, Pick] | None] = {}

    def shows(self, seen: Observation) -> bool:
        """Whether these are the numbers of this look: the very same objects."""
        mine = self.seen
        return mine is seen or (
            mine is not None
            and mine.samples is seen.samples
            and len(mine.columns) == len(seen.columns)
            and all(old is new for old, new in zip(mine.columns, seen.columns, strict=True))
        )


class Sheets:
    """The numbers of every check of a plan as blocks; `ports` are the interface names to export, by device."""

    def __init__(self, present: Present, ports: Ports, probes: Mapping[str, Probe]) -> None:
        self._subjects, self._ports = present.subjects, ports
        self._shared = shared_metrics(present.checks.values(), probes)
        self._declared = {metric.name: metric for probe in probes.values() for metric in probe.metrics}
        self._sheets: dict[str, _Sheet] = {}

    def families(self, present: Present, now: int) -> Iterator[Grouped | None]:
        """One family per metric and kind of target, of looks that are fresh; None where others may have their turn."""
        rows: dict[Names, list[list[Block]]] = {}
        for place, (id_, check) in enumerate(present.checks.items()):
            seen = present.latest.get(id_)
            if seen is None or now - seen.at > FRESH_INTERVALS * check.interval:
                self._sheets.pop(id_, None)
            else:
                sheet = self._sheet(check, seen)
                rows.setdefault(sheet.names, []).append(sheet.blocks)
            if place % TURN == TURN - 1:
                yield None
        yield from self._gathered(rows)

    def _gathered(self, rows: Mapping[Names, Sequence[list[Block]]]) -> Iterator[Grouped | None]:
        """From blocks by check to blocks by family."""
        gathered: dict[tuple[str, str], list[Block]] = {}
        for names, blocks in rows.items():
            for start in range(0, len(blocks), ROWS):
                for name, column in zip(names, zip(*blocks[start : start + ROWS], strict=True), strict=False):
                    gathered.setdefault(name, []).extend(column)
                yield None
        for (metric, family), every in gathered.items():
            declared = self._declared[metric]
            yield Grouped(family, declared.kind, declared.help, every)

    def _sheet(self, check: Check, seen: Observation) -> _Sheet:
        sheet = self._sheets.get(check.id)
        if sheet is None:
            sheet = self._sheets[check.id] = _Sheet()
        if not sheet.shows(seen):
            shown = [block for metric in _metrics(seen) for block in self._block(check, sheet, *metric)]
            # A new list: a scrape under way goes on with the one it has.
            sheet.blocks = [block for _, block in shown]
            sheet.names = tuple((metric, block.name) for metric, block in shown)
        sheet.seen = seen
        return sheet

    def _block(
        self, check: Check, sheet: _Sheet, metric: str, parts: tuple[str, ...], values: Numbers
    ) -> Iterator[tuple[str, Block]]:
        """The block of a metric; none for ports nobody asked for and for a subject that is gone."""
        place = sheet.places.get(metric)
        if place is None or (place.parts is not parts and place.parts != parts):
            place = sheet.places[metric] = self._place(check, sheet, metric, parts)
        if place.frame is not None:
            picked, block = place.pick(values), place.block
            if block is None or block.values != picked:
                block = place.block = Block(place.name, place.frame, picked)
            yield metric, block

    def _place(self, check: Check, sheet: _Sheet, metric: str, parts: tuple[str, ...]) -> _Place:
        name = self._name(check, metric)
        if metric not in self._declared or name is None:
            return _Place(parts)
        of_ports = metric.startswith(PORT_METRIC)
        by = (check.instance or check.kind) if metric in self._shared.get(check.id, ()) else ""
        if (of_ports, parts, by) not in sheet.frames:
            # Only those of the present parts are of use again.
            sheet.frames = {key: frame for key, frame in sheet.frames.items() if key[1] == parts}
            told = tuple(f"{by}:{part}" if part else by for part in parts) if by else parts
            sheet.frames[of_ports, parts, by] = self._frame(check, of_ports, told)
        found = sheet.frames[of_ports, parts, by]
        return _Place(parts, name, *found) if found else _Place(parts)

    def _name(self, check: Check, metric: str) -> str | None:
        if metric.startswith(PORT_METRIC):
            return f"netwatch_{metric}"
        if check.anchor:
            return f"netwatch_anchor_{metric}"
        subject = self._subjects.get(check.target)
        return f"netwatch_{subject.kind}_{metric}" if subject else None

    def _frame(self, check: Check, of_ports: bool, parts: tuple[str, ...]) -> tuple[Frame, Pick] | None:
        """Labels of the parts that are exported, and what picks their numbers; None when none is."""
        if of_ports:
            wanted = self._ports.get(check.target, ())
            places = [place for place, part in enumerate(parts) if port_name(part) in wanted]
            if not places:
                return None
            return Frame({"device": check.target}, "part", [parts[place] for place in places]), _picking(
                places
            )
        fixed = {"anchor": check.address} if check.anchor else self._own(check)
        return Frame(fixed, "part", parts), _all

    def _own(self, check: Check) -> Mapping[str, str]:
        return {self._subjects[check.target].kind: check.target}


def shared_metrics(checks: Iterable[Check], probes: Mapping[str, Probe]) -> Mapping[str, frozenset[str]]:
    """By check the metrics that another check of the same target gives before it: an endpoint may speak SIP twice.

    Their parts are named after what gives them, so that no series is there twice.
    """
    by_target: dict[str, list[Check]] = {}
    for check in checks:
        by_target.setdefault(check.target, []).append(check)
    known: dict[tuple[Given, ...], tuple[frozenset[str], ...]] = {}
    found = {}
    for own in by_target.values():
        given = tuple((check.kind, str(check.params.get(CHOSEN, ""))) for check in own)
        if given not in known:
            known[given] = tuple(_again(given, probes))
        found.update({check.id: again for check, again in zip(own, known[given], strict=True) if again})
    return found


def _again(checks: Iterable[Given], probes: Mapping[str, Probe]) -> Iterator[frozenset[str]]:
    given: set[str] = set()
    for kind, chosen in checks:
        own = _gives(probes[kind], chosen) if kind in probes else set()
        yield frozenset(own & given)
        given |= own


def _gives(probe: Probe, chosen: str) -> set[str]:
    """The metrics a check gives: all of its kind, or the one that it was told to give where a kind lets choose."""
    choice = probe.params.model_fields.get(CHOSEN)
    return {metric.name for metric in probe.metrics} if choice is None else {chosen or str(choice.default)}


def _picking(places: Sequence[int]) -> Pick:
    if len(places) == 1:
        return lambda values: (values[places[0]],)
    return itemgetter(*places)


def _metrics(seen: Observation) -> Iterator[tuple[str, tuple[str, ...], Numbers]]:
    """(metric, parts, a number per part) of a look's columns and single samples."""
    for columns in seen.columns:
        for metric, values in columns.values.items():
            yield metric, columns.parts, values
    by_metric: dict[str, dict[str, float]] = {}
    for part, metric, value in seen.samples:
        by_metric.setdefault(metric, {})[part] = value
    for metric, by_part in by_metric.items():
        yield metric, tuple(by_part), tuple(by_part.values())


def exported_ports(inventory: Inventory) -> Ports:
    """Interface names by device of the ports whose counters leave: line ends and ports the inventory flags.

    A port that the inventory says is not to be exported is not, even where it is a line's end.
    """
    lines = inventory.of("line").values()
    ends = {(line.a_device, line.a_interface) for line in lines} | {
        (line.b_device, line.b_interface) for line in lines
    }
    named = inventory.of("interface").values()
    flagged = {(port.device, port.name) for port in named if port.exported}
    refused = {(port.device, port.name) for port in named if not port.exported}
    return _by_device((ends | flagged) - refused)


def _by_device(ports: Iterable[tuple[str | None, str | None]]) -> Ports:
    gathered: dict[str, set[str]] = {}
    for device, name in ports:
        if device and name:
            gathered.setdefault(device, set()).add(name)
    return gathered


@lru_cache(maxsize=65_536)
def port_name(part: str) -> str:
    """The interface name that a part was made of (percent-encoded, with '#index' where names repeat)."""
    return unquote(part.partition("#")[0])
