"""What devices logged when an incident began: looked up once, few lines of the devices concerned."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine, create_engine

from alerts.contract import Severity
from inventory.snapshot import Inventory
from netwatch.clock import MINUTE, SECOND
from netwatch.incidents.contract import Incident, Nature
from netwatch.store import syslog_sql
from netwatch.store.contract import StoreFault
from netwatch.store.syslog_sql import LogRow
from netwatch.store.syslog_tables import metadata
from netwatch.syslog.evidence import LINES, LogEvidence

Result = TypeVar("Result")

pytestmark = pytest.mark.anyio
ONSET = 1_793_491_200 * SECOND


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with the table only."""
    made = create_engine(f"sqlite:///{tmp_path}/log.db")
    metadata.create_all(made)
    yield made
    made.dispose()


class Reader:
    """Counts how often it is asked; `broken` it raises."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.asked, self.broken = engine, 0, False

    async def __call__(self, operation: Callable[[Engine], Result]) -> Result:
        self.asked += 1
        if self.broken:
            raise StoreFault("gone", "")
        return operation(self.engine)


def incident(id_: int, *roots: str, onset: int = ONSET) -> Incident:
    """An incident of these things."""
    return Incident(
        id=id_, nature=Nature.FAULT, roots=roots, scope="", reason="no_answer", onset=onset, contrary=onset - SECOND,
        opened=onset, severity=Severity.MAJOR,
    )  # fmt: skip


def said(engine: Engine, source: str, seconds: int, severity: int = 4) -> None:
    """A device logged something so many seconds after the incident began."""
    at = ONSET + seconds * SECOND
    syslog_sql.write(engine, [LogRow(at, source, "", 1, severity, "", "", f"{source} {seconds}")])


async def test_the_last_lines_before_and_the_first_after_are_kept(
    engine: Engine, province: Inventory
) -> None:
    """Of the devices at both ends of a line; nothing of others, nothing informational, nothing of other times."""
    line = province.of("line")["L-AN"]
    for seconds in (-700, -30, -20, 10, 200):
        said(engine, line.a_device, seconds)
    said(engine, "codec", 1)
    said(engine, line.a_device, 5, severity=6)
    for seconds in range(20, 60):
        said(engine, line.b_device or "r-an", seconds)
    evidence = LogEvidence(Reader(engine))
    await evidence.gather({7: incident(7, "L-AN")}, province, ONSET + MINUTE)
    lines = [one.message for one in evidence.lines[7]]
    assert lines[:3] == [f"{line.a_device} {seconds}" for seconds in (-30, -20, 10)]
    assert len(lines) == 2 + LINES
    assert all("codec" not in one for one in lines)


async def test_an_incident_is_looked_up_until_its_minutes_are_over(
    engine: Engine, province: Inventory
) -> None:
    """Then never again; what is no longer shown is forgotten; a database that cannot be read harms nothing."""
    said(engine, "codec", 1)
    reader = Reader(engine)
    evidence, shown = LogEvidence(reader), {3: incident(3, "E-DAI")}
    for minutes in (1, 3, 4, 5):
        await evidence.gather(shown, province, ONSET + minutes * MINUTE)
    assert reader.asked == 2
    assert [one.message for one in evidence.lines[3]] == ["codec 1"]
    reader.broken = True
    await evidence.gather({**shown, 4: incident(4, "core")}, province, ONSET + 5 * MINUTE)
    assert evidence.lines.keys() == {3}
    await evidence.gather({}, province, ONSET + 6 * MINUTE)
    assert evidence.lines == {}
