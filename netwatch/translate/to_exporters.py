"""From the present to what /metrics says: verdicts, what the looks measured, and what the inventory knows. Pure.

A value series carries only its own stable id; names stand in `_info` series. Verdicts and the moment of the newest
look are always there; `_up` and everything measured are absent while unknown or older than two intervals, because a
frozen value is a false one. What a place lacks is absent, never 0.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from exporters.columns import Grouped, Section, written_family
from exporters.series import Family
from netwatch.present import Present
from netwatch.queries.engines import Engines
from netwatch.translate.to_exporters_availability import AvailabilityLines, availability_families
from netwatch.translate.to_exporters_contacts import contact_families, contacts_of
from netwatch.translate.to_exporters_coverage import coverage_families
from netwatch.translate.to_exporters_daemon import daemon_families
from netwatch.translate.to_exporters_equipment import equipment_families
from netwatch.translate.to_exporters_incidents import incident_families
from netwatch.translate.to_exporters_info import info_families
from netwatch.translate.to_exporters_measured import Sheets, exported_ports
from netwatch.translate.to_exporters_subjects import SubjectLines
from probes.contract import Probe


class Exposition:
    """What to say of one plan and one inventory; keeps every line's text for as long as it stays the same.

    Made anew when the plan or the inventory is another (`fits`); that takes a moment with many subjects and ports.
    """

    def __init__(self, present: Present, probes: Mapping[str, Probe]) -> None:
        self._inventory, self._checks = present.inventory, present.checks
        self._subjects = present.subjects
        self._engines = Engines(present.checks)
        self._lines = SubjectLines(present)
        self._availability = AvailabilityLines()
        self._contacts = contacts_of(present)
        self._sheets = Sheets(present, exported_ports(present.inventory), probes)
        self._info = [written_family(family) for family in info_families(present.inventory) if family.points]

    def fits(self, present: Present) -> bool:
        """Whether the plan and the inventory are still those it was made for."""
        return (
            self._inventory is present.inventory
            and self._checks is present.checks
            and self._subjects is present.subjects
        )

    def sections(self, present: Present, now: int, version: str) -> Iterator[Section | None]:
        """All families with lines at `now` (microseconds UTC); between them None, where others may have their turn.

        `present` must not move meanwhile.
        """
        told = chain(
            incident_families(present),
            contact_families(present, self._contacts),
            equipment_families(present, now),
            coverage_families(present),
            availability_families(present),
            daemon_families(present, version, self._engines),
        )
        own = [written_family(family) for family in told if family.points]
        yield from grouped(self._lines, self._sheets, present, now)
        yield from (family for family in self._availability.families(present) if family.blocks)
        yield from self._info
        yield from own


def grouped(lines: SubjectLines, sheets: Sheets, present: Present, now: int) -> Iterator[Grouped | None]:
    """The families of subjects and of what was measured, those with lines; None as in `Exposition.sections`."""
    for family in chain(lines.families(present, now), sheets.families(present, now)):
        if family is None or family.blocks:
            yield family


def families(present: Present, now: int, probes: Mapping[str, Probe], version: str) -> list[Family]:
    """The same as families of points, for whoever has a registry of its own; those without points are left out."""
    sheets = Sheets(present, exported_ports(present.inventory), probes)
    every = (
        *(family.family() for family in grouped(SubjectLines(present), sheets, present, now) if family),
        *(family.family() for family in AvailabilityLines().families(present)),
        *info_families(present.inventory),
        *incident_families(present),
        *contact_families(present, contacts_of(present)),
        *equipment_families(present, now),
        *coverage_families(present),
        *availability_families(present),
        *daemon_families(present, version),
    )
    return [family for family in every if family.points]
