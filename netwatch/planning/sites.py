"""Sites: judged by their lines and core devices. Pure."""

from collections.abc import Iterable, Iterator

from inventory.snapshot import Device, Inventory, Line
from netwatch.verdict import Subject, SubjectKind


def subjects(inventory: Inventory) -> Iterator[Subject]:
    """Every site with its members."""
    lines, core = _by_site(inventory.of("line").values()), _by_site(_core(inventory))
    backups = {line.id for line in inventory.of("line").values() if line.role == "backup"}
    for site in inventory.of("site"):
        members = tuple(sorted(lines.get(site, ()), key=backups.__contains__))
        yield Subject(
            site,
            SubjectKind.SITE,
            lines=members,
            backups=tuple(id_ for id_ in members if id_ in backups),
            core=core.get(site, ()),
        )


def _core(inventory: Inventory) -> Iterator[Device]:
    return (device for device in inventory.of("device").values() if device.core)


def _by_site(records: Iterable[Device | Line]) -> dict[str, tuple[str, ...]]:
    gathered: dict[str, list[str]] = {}
    for record in records:
        gathered.setdefault(record.site, []).append(record.id)
    return {site: tuple(ids) for site, ids in gathered.items()}
