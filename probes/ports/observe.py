"""From one answer about a device's ports to facts and numbers, and when its ports have to be discovered anew."""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from probes.contract import Columns, Seen
from probes.counters import (
    Agent,
    CounterValues,
    Judged,
    Run,
    agent_seconds,
    grown_plainly,
    judge,
    run_between,
)
from probes.ports.carrier import update_readings
from probes.ports.layout import (
    DISCONTINUITIES,
    FIRST_COUNTER,
    NAMES,
    Layout,
    spread,
)
from probes.ports.memory import Ports, growth_rates, heads
from probes.ports.objects import (
    COUNTERS,
    ENGINE_BOOTS,
    IF_NUMBER,
    IF_TABLE_LAST_CHANGE,
    SPEED_METRIC,
    SYS_UPTIME,
)
from probes.ports.speed import FASTEST_BYTES
from probes.transports.snmp.contract import (
    ABSENT,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    NULL,
    Values,
)

_UPTIME_WRAP = 2**32
# After so many looks in a row in which sysUpTime did not fit, it is not asked any more whether the agent ran through.
_UNSTEADY = 2
# A discovery that found nothing new makes the next sign of change wait so long, twice as long each time; seconds.
_PATIENCE = 60.0
_MOST_DOUBLINGS = 16


@dataclass(frozen=True, slots=True)
class Head:
    """What an answer says of the agent, and what it says of its tables: ifTableLastChange and ifNumber."""

    agent: Agent
    run: Run
    marks: tuple[int | None, ...]
    steady: bool


def read_head(ports: Ports, values: Values, at: float) -> Head:
    """Read the scalars; sysUpTime at the end of a long answer tells of a restart in its midst."""
    read = heads(ports.layout, values.contents)
    uptime = read.get(SYS_UPTIME)
    agent = Agent(
        at, uptime if uptime is not None and 0 <= uptime < _UPTIME_WRAP else None, read.get(ENGINE_BOOTS)
    )
    run = run_between(ports.agent, agent)
    if ports.layout.tail and run is Run.SAME and _went_back(agent.uptime, values.contents[-1]):
        run = Run.RESTARTED
    steady = run in {Run.SAME, Run.UNKNOWN}
    if not steady and ports.unsteady >= _UNSTEADY:
        run = Run.UNKNOWN
    return Head(agent, run, (read.get(IF_TABLE_LAST_CHANGE), read.get(IF_NUMBER)), steady)


def _went_back(first: int | None, last: int | bytes | None) -> bool:
    if first is None or not isinstance(last, int):
        return False
    return (last - first) % _UPTIME_WRAP > _UPTIME_WRAP // 2


def unidentified(shape: Layout, values: Values) -> tuple[frozenset[int], bool]:
    """The ports that may be others than those known: their name is another or was not read; and whether any is."""
    span = shape.spans[NAMES]
    given = list(values.contents[span.start : span.stop])
    if given == shape.names:
        return frozenset(), False
    places = [place for place, (now, was) in enumerate(zip(given, shape.names, strict=True)) if now != was]
    renamed = any(values.tags[span.start + place] not in ABSENT for place in places)
    return frozenset(map(span.row, places)), renamed


def changed(ports: Ports, head: Head, values: Values, renamed: bool) -> bool:
    """Whether an answer shows that the ports may be others than those known."""
    return (
        head.run in {Run.RESTARTED, Run.JUMPED}
        or renamed
        or any(now is not None and now != was for now, was in zip(head.marks, ports.marks, strict=True))
        or (values.tags != ports.tags and (NO_SUCH_INSTANCE in values.tags or NO_SUCH_OBJECT in values.tags))
    )


def answered(ports: Ports, values: Values, at: float, odd: Counter[str]) -> Seen | None:
    """What an answer to the layout's question says; None when the ports should rather be discovered now.

    A sign of change that comes too soon after a discovery that found nothing new has to wait; until then nothing is
    said of ports that may be others.
    """
    if values.cut.startswith("error_"):
        # One instance may spoil the whole question; walking goes around it.
        return None
    head = read_head(ports, values, at)
    others, renamed = unidentified(ports.layout, values)
    if not changed(ports, head, values, renamed):
        ports.fruitless = 0
    elif at >= ports.not_before:
        return None
    else:
        ports.due = min(ports.due, ports.not_before)
    return observed(ports, values, head, odd, others)


def discovered(ports: Ports, known: Ports | None, values: Values, at: float, odd: Counter[str]) -> Seen:
    """What the values of a discovery say; they count from what is known of the same ports."""
    odd["port_discoveries"] += 1
    head = read_head(ports, values, at)
    ports.marks = head.marks
    if known is not None and known.layout is ports.layout:
        ports.fruitless = known.fruitless + 1
        ports.not_before = at + _PATIENCE * 2 ** min(known.fruitless, _MOST_DOUBLINGS)
    if ports.cut:
        ports.cuts = known.cuts + 1 if known else 1
    return observed(ports, values, head, odd, frozenset())


def next_discovery(target: str, ports: Ports, at: float, interval: float) -> float:
    """When a target's ports are discovered again without a sign of change.

    After three to five quarters of the interval, by the target's id; sooner where the last discovery was cut.
    """
    regular = interval * (0.75 + 0.5 * crc32(target.encode()) / _UPTIME_WRAP)
    if not ports.cut:
        return at + regular
    return at + min(regular, _PATIENCE * float(2 ** min(ports.cuts, _MOST_DOUBLINGS)))


def observed(ports: Ports, values: Values, head: Head, odd: Counter[str], others: frozenset[int]) -> Seen:
    """Take an answer into account: readings and columns."""
    shown = _totals(ports, values, head, odd, others)
    _note_run(ports, head, odd)
    update_readings(ports, values, others)
    cut = values.cut or ports.cut
    complete = not cut and ports.told and not others
    return Seen(ports.readings, complete, (Columns(ports.layout.parts, dict(_columns(ports, shown))),), cut)


def _note_run(ports: Ports, head: Head, odd: Counter[str]) -> None:
    odd["agent_restarts"] += head.run is Run.RESTARTED
    odd["agent_time_jumps"] += head.run is Run.JUMPED
    ports.unsteady = 0 if head.steady else ports.unsteady + 1
    if head.agent.uptime is not None or ports.agent.uptime is None:
        ports.agent = head.agent


def _totals(
    ports: Ports, values: Values, head: Head, odd: Counter[str], others: frozenset[int]
) -> Sequence[int | None]:
    """The totals of all counters, by slot."""
    counters = ports.layout.counters
    contents = values.contents[counters]
    before = ports.sums
    # The agent's clock says how long the counters ran since its last answer, ours how long since they were read.
    seconds = agent_seconds(ports.agent, head.agent, head.run) + ports.agent.at - before.at
    fresh = _discontinued(ports, values)
    if values.tags == ports.tags and head.run is Run.SAME and not fresh and not others:
        sums = grown_plainly(before, contents, ports.rates, seconds, head.agent.at)
        if sums is not None:
            ports.sums, ports.doubted = sums, frozenset()
            return sums.totals
    undecided = bool(values.cut) and head.agent.uptime is None
    heard = CounterValues(
        head.agent.at,
        seconds,
        head.run,
        values.tags[counters],
        contents,
        ports.rates,
        FASTEST_BYTES,
        undecided,
    )
    if others:
        heard = _without(ports.layout, heard, others)
    judged = judge(before, ports.pinned, heard, fresh)
    _remember(ports, judged, values.tags, odd)
    odd["counter_discontinuities"] += len(fresh)
    return judged.shown


def _remember(ports: Ports, judged: Judged, tags: bytes, odd: Counter[str]) -> None:
    odd.update(judged.counts)
    ports.sums, ports.pinned = judged.sums, judged.tags
    ports.tags = tags if NULL not in tags else b""
    if judged.counts["counter_garbage"]:
        # The speed by which it was judged may be out of date.
        ports.due = min(ports.due, ports.not_before)
    if judged.faster:
        _doubt(ports, judged.faster)


def _doubt(ports: Ports, faster: list[int]) -> None:
    """A port that is too fast for its speed twice in a row has another speed than its agent says."""
    wanted = set(faster)
    rows = frozenset(row for slot, row, _ in ports.layout.slots() if slot in wanted)
    again = rows & ports.doubted
    ports.doubted = rows
    if again:
        ports.unbound |= {ports.layout.ports[row].key for row in again}
        ports.rates = growth_rates(ports.layout, ports.speeds, ports.unbound)


def _discontinued(ports: Ports, values: Values) -> frozenset[int]:
    """The slots of ports whose ifCounterDiscontinuityTime has changed: what they grew by means nothing."""
    span = ports.layout.spans[DISCONTINUITIES]
    now, before = list(values.contents[span.start : span.stop]), ports.discontinuities
    if now == before:
        return frozenset()
    ports.discontinuities = [
        value if isinstance(value, int) else was for value, was in zip(now, before or now, strict=True)
    ]
    rows = {
        span.row(place)
        for place, (value, was) in enumerate(zip(now, before, strict=False))
        if value != was and isinstance(value, int) and isinstance(was, int)
    }
    return frozenset(slot for slot, row, _ in ports.layout.slots() if row in rows)


def _without(shape: Layout, heard: CounterValues, rows: frozenset[int]) -> CounterValues:
    """The same without the counters of some ports."""
    gone = {slot for slot, row, _ in shape.slots() if row in rows}
    contents = [None if slot in gone else content for slot, content in enumerate(heard.contents)]
    return replace(heard, contents=contents)


def _columns(ports: Ports, shown: Sequence[int | None]) -> Iterator[tuple[str, Sequence[float | None]]]:
    shape = ports.layout
    first = shape.counters.start
    for metric, span in zip(COUNTERS, shape.spans[FIRST_COUNTER:], strict=True):
        totals = shown[span.start - first : span.stop - first]
        if isinstance(totals, list) and None not in totals:
            totals = array("Q", totals)
        if totals:
            yield metric, spread(totals, span, len(shape.parts))
    if any(speed is not None for speed in ports.speeds):
        yield SPEED_METRIC, ports.speeds
