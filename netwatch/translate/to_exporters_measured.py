"""From the newest looks to the families of what they measured: one per metric and kind of target. Pure.

The text of a look's numbers is kept until the check is looked at again, and forgotten when the look is no longer
fresh.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TypeAlias
from urllib.parse import unquote

from exporters.columns import Block, Frame, Grouped
from inventory.snapshot import Inventory
from netwatch.check import Check, Observation
from netwatch.present import Present
from netwatch.queries.looks import FRESH_INTERVALS
from netwatch.verdict import Subject
from probes.contract import Columns, Metric, Probe

Numbers: TypeAlias = Sequence[float | None]
Pick: TypeAlias = Callable[[Numbers], Numbers]
Ports: TypeAlias = Mapping[str, Collection[str]]

# A probe's metrics of ports are about (device, part), whoever asked.
PORT_METRIC = "interface_"
# After so many checks others have their turn.
TURN = 200


class _Sheet:
    """What one check measured: the look's numbers, their blocks by metric, and the frames made so far."""

    __slots__ = ("blocks", "columns", "frames", "samples")

    def __init__(self) -> None:
        self.samples: tuple[tuple[str, str, float], ...] = ()
        self.columns: tuple[Columns, ...] = ()
        self.blocks: list[tuple[str, Block]] = []
        self.frames: dict[tuple[bool, tuple[str, ...]], tuple[Frame, Pick] | None] = {}

    def shows(self, seen: Observation) -> bool:
        """Whether these are the numbers of this look: the very same objects."""
        return (
            self.samples is seen.samples
            and len(self.columns) == len(seen.columns)
            and all(old is new for old, new in zip(self.columns, seen.columns, strict=True))
        )


class Sheets:
    """The numbers of every check of a plan as blocks; `ports` are the interface names to export, by device."""

    def __init__(self, subjects: Mapping[str, Subject], ports: Ports, probes: Mapping[str, Probe]) -> None:
        self._subjects, self._ports = subjects, ports
        self._declared = {metric.name: metric for probe in probes.values() for metric in probe.metrics}
        self._sheets: dict[str, _Sheet] = {}

    def families(self, present: Present, now: int) -> Iterator[Grouped | None]:
        """One family per metric and kind of target, of looks that are fresh; None where others may have their turn."""
        gathered: dict[str, tuple[Metric, list[Block]]] = {}
        for place, (id_, check) in enumerate(present.checks.items()):
            seen = present.latest.get(id_)
            if seen is None or now - seen.at > FRESH_INTERVALS * check.interval:
                self._sheets.pop(id_, None)
            else:
                self._gather(self._sheet(check, seen), gathered)
            if place % TURN == TURN - 1:
                yield None
        for family, (metric, blocks) in gathered.items():
            yield Grouped(family, metric.kind, metric.help, blocks)

    def _gather(
        self, blocks: list[tuple[str, Block]], gathered: dict[str, tuple[Metric, list[Block]]]
    ) -> None:
        for metric, block in blocks:
            family = gathered.get(block.name)
            if family is None:
                family = gathered[block.name] = self._declared[metric], []
            family[1].append(block)

    def _sheet(self, check: Check, seen: Observation) -> list[tuple[str, Block]]:
        sheet = self._sheets.get(check.id)
        if sheet is None:
            sheet = self._sheets[check.id] = _Sheet()
        if not sheet.shows(seen):
            sheet.samples, sheet.columns = seen.samples, seen.columns
            # A new list: a scrape under way goes on with the one it has.
            sheet.blocks = [
                block for metric in _metrics(seen) for block in self._block(check, sheet, *metric)
            ]
        return sheet.blocks

    def _block(
        self, check: Check, sheet: _Sheet, metric: str, parts: tuple[str, ...], values: Numbers
    ) -> Iterator[tuple[str, Block]]:
        """The block of a metric; none for ports nobody asked for and for a subject that is gone."""
        name = self._name(check, metric)
        if metric not in self._declared or name is None:
            return
        key = metric.startswith(PORT_METRIC), parts
        if key not in sheet.frames:
            sheet.frames = {} if len(sheet.frames) > 8 else sheet.frames
            sheet.frames[key] = self._frame(check, *key)
        found = sheet.frames[key]
        if found is not None:
            frame, pick = found
            yield metric, Block(name, frame, pick(values))

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


def _all(values: Numbers) -> Numbers:
    return values


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


def port_name(part: str) -> str:
    """The interface name that a part was made of (percent-encoded, with '#index' where names repeat)."""
    return unquote(part.partition("#")[0])
