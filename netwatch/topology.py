"""The graph of subjects: who tells about whom, and in which order to judge. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import TypeVar

from netwatch.check import FactKey
from netwatch.verdict import Subject

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Topology:
    """Subjects by id in an order in which everything comes after what it leans on.

    `told_by` names the subjects a fact tells about, `leaned_on_by` those whose verdict depends on a subject's.
    `revision` is the plan's. Raises `graphlib.CycleError` when built from a graph with a cycle (the inventory's
    rules refuse those before).
    """

    revision: int = 0
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    told_by: Mapping[FactKey, tuple[str, ...]] = field(default_factory=dict)
    leaned_on_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: Mapping[str, int] = field(default_factory=dict)

    def touched(self, keys: Iterable[FactKey], ids: Iterable[str] = ()) -> list[str]:
        """Ids of these subjects and of all whose verdict may change with theirs or these facts, in judging order."""
        return self._closure([*ids, *(id_ for key in keys for id_ in self.told_by.get(key, ()))])

    def _closure(self, queue: list[str]) -> list[str]:
        found: set[str] = set()
        while queue:
            id_ = queue.pop()
            if id_ not in found:
                found.add(id_)
                queue.extend(self.leaned_on_by.get(id_, ()))
        return sorted(found, key=self.order.__getitem__)


def topology(subjects: Iterable[Subject], revision: int) -> Topology:
    """Order the subjects and index them."""
    given = {subject.id: subject for subject in subjects}
    graph = {id_: [other for other in s.leans_on if other in given] for id_, s in given.items()}
    ordered = {id_: given[id_] for id_ in TopologicalSorter(graph).static_order()}
    told_by = _gather((key, id_) for id_, subject in ordered.items() for key in subject.hears)
    leaned_on_by = _gather((other, id_) for id_, others in graph.items() for other in others)
    order = {id_: place for place, id_ in enumerate(ordered)}
    return Topology(revision, ordered, told_by, leaned_on_by, order)


def _gather(pairs: Iterable[tuple[Key, str]]) -> dict[Key, tuple[str, ...]]:
    gathered: dict[Key, list[str]] = {}
    for key, id_ in pairs:
        gathered.setdefault(key, []).append(id_)
    return {key: tuple(ids) for key, ids in gathered.items()}
