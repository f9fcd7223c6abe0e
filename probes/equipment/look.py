"""One look at a device by its profile: recognise it, survey it where that is due, ask for what moves."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar

from probes.contract import Seen, Target
from probes.equipment.answers import Gathered, Tally
from probes.equipment.asking import go_on
from probes.equipment.engine import neighbours_of, readings_of, recognising
from probes.equipment.identity import identify
from probes.equipment.memory import Device
from probes.equipment.recognise import choose
from probes.equipment.schema import Agent
from probes.equipment.survey import WHO, Noted, Place, Survey, moving, named, places, portions, survey
from probes.equipment.told import MOST_SAMPLES, identity_notes, neighbour_notes, told
from probes.kit import Kit
from probes.transports.errors import BadAnswer
from probes.transports.snmp.contract import Manners, Question, Value, Values, question

Key = TypeVar("Key")

# Why a look did not see all: a survey is under way, more values than are asked for at once, more than are handed on.
SURVEYING, IN_TURNS, SAMPLE_CAP = "surveying", "in_turns", "sample_cap"

# Descriptions that are never the same twice bring a survey no more often than this.
DESCRIPTION_SECONDS = 600.0


async def look_at(target: Target, kit: Kit, survey_interval: float, only: Collection[str] = ()) -> Seen:
    """See how a device fares; with `only` in these metrics. Raises TransportErrors while it answers nothing."""
    device = kit.equipment.of(target.id)
    moved = False
    if device is not None and device.asked:
        moved = await _ask(target, kit, device)
        if _is_another(device, kit.monotonic()):
            kit.equipment.changes += 1
            device = None
    if device is None:
        device = await _begin(target, kit, only)
    if not device.busy:
        device.busy = True
        try:
            moved = await _survey(target, kit, device, survey_interval) or moved
        finally:
            device.busy = False
    if moved:
        _read(device)
    return _seen(device)


def _is_another(device: Device, at: float) -> bool:
    """By its object id at once; by its description too, though there are some that tell the time of day in it."""
    before, now = device.who, _who(device)
    if before[0] == now[0] and (before == now or at - device.began < DESCRIPTION_SECONDS):
        device.who = now
        return False
    return True


def _who(device: Device) -> tuple[Value | None, ...]:
    return tuple(map(device.values.get, WHO))


async def _begin(target: Target, kit: Kit, only: Collection[str]) -> Device:
    """Find out by which profile the device is to be read."""
    book = kit.equipment
    asked = sorted(recognising(book.profiles.values()).instances)
    values = await kit.ask(target, question(tuple(asked)))
    found = ((oid, values.at(place)) for place, oid in enumerate(asked))
    answers = {oid: value for oid, value in found if value is not None}
    written, _ = choose(book.profiles, Gathered(answers))
    if written is None:
        raise BadAnswer("no profile")
    who = tuple(map(answers.get, WHO))
    device = Device(who, written, tuple(only), survey(written, only), kit.monotonic(), values=answers)
    book.surveys += 1
    book.put(target.id, device)
    return device


def manners(agent: Agent) -> Manners:
    """What a profile says of its agents, as walks want to know it."""
    most = agent.max_repetitions if agent.named("max_repetitions") else 0
    return Manners(agent.bulk, agent.ordered, most)


async def _ask(target: Target, kit: Kit, device: Device) -> bool:
    """Ask for this look's portion of what moves; whether anything did."""
    turn = device.turn % len(device.asked)
    device.turn = (turn + 1) % len(device.asked)
    wanted, asking = device.asked[turn]
    values = await kit.ask(target, asking)
    said = values.tags, values.contents
    if device.said.get(turn) == said:
        return False
    device.said[turn] = said
    _take(device, wanted, values)
    return True


def _take(device: Device, wanted: Sequence[Place], values: Values) -> None:
    for number, (oid, index) in enumerate(wanted):
        value = values.at(number)
        if index is None:
            _put(device.values, oid, value)
        else:
            _put(device.columns[oid], index, value)


def _put(known: dict[Key, Value], key: Key, value: Value | None) -> None:
    if value is None:
        known.pop(key, None)
    else:
        known[key] = value


async def _survey(target: Target, kit: Kit, device: Device, interval: float) -> bool:
    """Begin a survey that is due, go on with the one under way; whether anything may be another now."""
    if device.survey is None and kit.monotonic() >= device.due:
        device.survey = survey(device.written, device.only)
        kit.equipment.surveys += 1
    found = device.survey
    if found is None:
        return False
    first = not device.asked
    kit.snmp.mind(target, manners(device.written.profile.agent))
    await go_on(kit, target, found)
    if found.done:
        _settle(device, found, not device.only)
        device.due = kit.monotonic() + _spread(target.id, interval, first)
        return True
    if first:
        # Better some of it now than nothing until all is known.
        device.values |= found.values
        device.columns = {oid: dict(rows) for oid, rows in found.columns.items()}
    return first


def _spread(target: str, interval: float, first: bool) -> float:
    """When the next survey is, in seconds: of devices surveyed together at the start, at different times."""
    share = int.from_bytes(sha256(target.encode()).digest()[:4], "big") / 2**32
    return interval * (0.5 + share / 2) if first else interval


def _settle(device: Device, found: Survey, whole: bool) -> None:
    """A survey is over: keep what is read of it, and ask for what moves of that from now on."""
    written, tally = device.written, Tally(device.written.profile.agent.code_page)
    answers = found.answers()
    if whole:
        names = identify(written, answers, tally)
        neighbours = neighbours_of(written, answers, tally)
        device.notes = (*identity_notes(names, written.name), *neighbour_notes(neighbours))
    noted = Noted(answers)
    readings_of(written, noted, tally)
    values, device.columns = noted.kept()
    device.values = values | {oid: value for oid in WHO if (value := answers.get(oid)) is not None}
    moves = moving(written, device.only)
    device.asked = [_asking(portion) for portion in portions(places(device.values, device.columns, moves))]
    device.said.clear()
    device.survey, device.cut = None, found.cut


@lru_cache(maxsize=4096)
def _asking(portion: tuple[Place, ...]) -> tuple[tuple[Place, ...], Question]:
    """Devices of the same make share what is asked of them."""
    return portion, question(tuple(map(named, portion)))


def _read(device: Device) -> None:
    """Make readings of what is known now; the same objects where they say the same."""
    tally = Tally(device.written.profile.agent.code_page)
    found = readings_of(device.written, device.answers(), tally)
    device.found = found if device.only else ()
    made = (*told(found), *device.notes)
    if made != device.readings:
        device.readings = made
    device.capped = len(found) > MOST_SAMPLES


def _seen(device: Device) -> Seen:
    if device.survey is not None and not device.asked:
        return Seen(device.readings, False, cut=SURVEYING)
    cut = SAMPLE_CAP if device.capped else IN_TURNS if len(device.asked) > 1 else device.cut
    return Seen(device.readings, not cut, cut=cut)
