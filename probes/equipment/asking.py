"""Fetches from a device what a profile asks for, so that the same engine reads it as it reads recordings."""

from collections.abc import Mapping, Sequence

from probes.contract import Reason, Target
from probes.equipment.answers import Gathered
from probes.equipment.engine import Wanted
from probes.equipment.recognise import SYS_OBJECT_ID
from probes.equipment.survey import Survey, side_by_side
from probes.kit import Kit
from probes.transports.errors import TransportError
from probes.transports.snmp.contract import Index, Value, question

# What one look may spend on a survey: other looks at the device wait for it. The next look goes on where it ended.
SECONDS = 5.0
MOST_WALKS = 40
TIME = "time"


async def gather(kit: Kit, target: Target, wanted: Wanted) -> tuple[Gathered, Mapping[str, str]]:
    """Ask a device for everything; returns its answers, and why columns are cut short, by their OID.

    Raises TransportErrors where the device answers nothing at all: what it is asked for first are single values.
    """
    values = await _values(kit, target, sorted(wanted.instances))
    columns: dict[str, Mapping[Index, Value]] = {}
    cuts: dict[str, str] = {}
    for together in side_by_side(wanted.columns):
        try:
            table = await kit.walk(target, together)
        except TransportError as error:
            cuts |= dict.fromkeys(together, str(error.reason))
            continue
        columns |= table.columns
        if table.cut:
            cuts |= dict.fromkeys(together, table.cut)
    return Gathered(values, columns), cuts


async def _values(kit: Kit, target: Target, oids: Sequence[str]) -> dict[str, Value]:
    if not oids:
        return {}
    answered = await kit.ask(target, question(tuple(oids)))
    found = ((oid, answered.at(place)) for place, oid in enumerate(oids))
    return {oid: value for oid, value in found if value is not None}


async def go_on(kit: Kit, target: Target, survey: Survey) -> None:
    """Bring a survey as far as one look may. Raises TransportErrors while not even single values were answered."""
    began = kit.monotonic()
    until = min(kit.until, began + SECONDS)
    if survey.instances:
        survey.values |= await _values(kit, target, survey.instances)
        survey.instances = ()
    for walks in range(MOST_WALKS):
        if not survey.tables or (walks and kit.monotonic() >= until):
            return
        await _walk(kit, target, survey, until, first=not walks)


async def _walk(kit: Kit, target: Target, survey: Survey, until: float, *, first: bool) -> None:
    """The next tables. What time cuts short is walked again at the next look, unless it had all the time there is."""
    together = survey.tables.popleft()
    try:
        table = await kit.snmp.walk(target, together, until=until)
    except TransportError as error:
        survey.cut = survey.cut or str(error.reason)
        if error.reason is Reason.NO_ANSWER:
            # One table at which an agent falls silent does not keep the others from being read.
            await _still_there(kit, target)
        return
    if table.cut == TIME and not first:
        survey.tables.appendleft(together)
        return
    survey.columns |= {column: rows for column, rows in table.columns.items() if rows}
    survey.cut = survey.cut or table.cut


async def _still_there(kit: Kit, target: Target) -> None:
    """Ask for what every agent has; raises what keeps it from answering."""
    await kit.ask(target, question((SYS_OBJECT_ID,)))
