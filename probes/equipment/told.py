"""From what was read of a device to what a look says: facts, numbers and texts. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from probes.contract import Fact, Note, Reason, Sample
from probes.contract import Reading as Told
from probes.equipment.catalogue import HARDWARE, METRICS, ON_MAINS, REGISTRATION, MetricKind, State
from probes.equipment.identity import Names
from probes.equipment.neighbours import Neighbour
from probes.equipment.readings import Reading
from probes.part import part_name

FACTS = (*HARDWARE, REGISTRATION, ON_MAINS)
SOURCE = "output_source"
# What a UPS gives to those behind it comes from the mains, whatever it makes of it on the way.
MAINS = frozenset({"normal", "bypass", "booster", "reducer", "test"})
NEIGHBOUR = "neighbour"
# So many numbers of a device are handed on, and so many neighbours; so many parts at fault are named.
MOST_SAMPLES = 2_000
MOST_NEIGHBOURS = 200
_MOST_NAMED = 3
_LONGEST_EVIDENCE = 200


def told(readings: Sequence[Reading]) -> tuple[Told, ...]:
    """All that a look says of readings: at most `MOST_SAMPLES` numbers and texts, and a fact for each state that is
    known."""
    kept = readings[:MOST_SAMPLES]
    values = (value for each in kept if (value := _value(each)) is not None)
    return (*facts(readings), *values)


def _value(reading: Reading) -> Told | None:
    if METRICS[reading.metric].kind is MetricKind.CHOICE:
        return Note(part_name(reading.label), reading.metric, reading.state)
    if reading.value is None:
        return None
    return Sample(part_name(reading.label), reading.metric, reading.value)


def facts(readings: Iterable[Reading]) -> Iterator[Fact]:
    """A fact of the whole device for each kind of part that is known to be well or at fault."""
    by_metric: dict[str, list[Reading]] = {}
    for reading in readings:
        if reading.metric in FACTS or reading.metric == SOURCE:
            by_metric.setdefault(reading.metric, []).append(reading)
    for name in (*HARDWARE, REGISTRATION):
        known = [each for each in by_metric.get(name, ()) if each.value is not None]
        if known:
            yield _fact(name, known)
    if SOURCE in by_metric:
        yield _mains(by_metric[SOURCE][0])


def _fact(name: str, known: Sequence[Reading]) -> Fact:
    """Well while no part is at fault; who is registered at one of several places can be called."""
    faulty = [each for each in known if each.state == State.FAULT]
    registered = name == REGISTRATION and len(faulty) < len(known)
    if not faulty or registered:
        return Fact("", name, True, Reason.AS_EXPECTED)
    return Fact("", name, False, Reason.NOT_AS_EXPECTED, _named(faulty))


def _named(faulty: Sequence[Reading]) -> str:
    """The parts at fault and what the device calls that; always the same words for the same fault."""
    words = [": ".join(filter(None, (each.label, each.text))) for each in faulty[:_MOST_NAMED]]
    more = len(faulty) - len(words)
    spoken = "; ".join([*words, *([f"+{more}"] if more else [])])
    return spoken if len(spoken) <= _LONGEST_EVIDENCE else f"{spoken[: _LONGEST_EVIDENCE - 1]}…"


def _mains(source: Reading) -> Fact:
    well = source.state in MAINS
    reason = Reason.AS_EXPECTED if well else Reason.NOT_AS_EXPECTED
    return Fact("", ON_MAINS, well, reason, source.state)


def identity_notes(names: Names, profile: str) -> tuple[Note, ...]:
    """What the device is, as far as it tells."""
    known: Mapping[str, str] = {
        "vendor": names.vendor,
        "model": names.model,
        "serial": names.serial,
        "version": names.version,
        "profile": profile,
    }
    return tuple(Note("", name, text) for name, text in known.items() if text)


def neighbour_notes(neighbours: Sequence[Neighbour]) -> Iterator[Note]:
    """A text for each neighbour at a local port: its name, its port, its address or chassis, parted by ' | '."""
    for each in neighbours[:MOST_NEIGHBOURS]:
        words = (each.name, each.port, each.address or each.chassis)
        text = " | ".join(word.replace("|", "/") for word in words)
        yield Note(part_name(each.local), NEIGHBOUR, text)
