"""What things tell of themselves by their newest looks, as details: equipment, calls, services, what lines carry. Pure.

Only looks that are not older than two of their intervals count. Values are as in `figures`, or codes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple, TypeAlias

from inventory.snapshot import Line
from netwatch.identities import KIND as EQUIPMENT
from netwatch.limits.contract import Limit, Watched
from netwatch.planning.devices import POWER
from netwatch.planning.services import WAYS
from netwatch.queries.backups import BackupSeen
from netwatch.queries.figures import celsius, figure, milliseconds, percent, span, traffic
from netwatch.queries.looks import FRESH_INTERVALS, Latest
from netwatch.throughput import Carried
from netwatch.verdict import REGISTERED, SIGNALLING
from probes.conferencing.quality import ACTIVE, JITTER, LOSS, ROUND_TRIP
from probes.equipment.catalogue import HARDWARE, REGISTRATION
from probes.equipment.told import SOURCE
from probes.serving import ANSWER_SECONDS, CERTIFICATE_REMAINING, USABLE

Pairs: TypeAlias = Iterator[tuple[str, str | None]]
Values: TypeAlias = Mapping[str, Sequence[tuple[str, float]]]
Format: TypeAlias = Callable[[float], str | None]
Pick: TypeAlias = Callable[[Iterable[float]], float]

BITS_A_BYTE, DAY = 8, 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YES_NO = {True: "yes", False: "no"}
# By which looks an endpoint's registration is known, what the inventory itself names before all others.
REGISTRATIONS = (("snmp_scalar", "expected"), ("xapi_status", REGISTERED), (EQUIPMENT, REGISTRATION))
SPOKEN = frozenset({"sip_options", "h323_port"})
# What an HDX goes on telling when the call is long over.
OVER = "last"
# What services and cameras say of themselves, by the notes that hold it.
SERVING_KINDS = frozenset(way.kind for way in WAYS.values())
TOOK = (ANSWER_SECONDS.name, "http_first_byte_seconds", "sip_rtt_seconds", "h323_connect_seconds")
SAID = ("answer", "greeting", "server", "version")


class _Number(NamedTuple):
    """A detail made of the numbers of a metric; `worth` False leaves one of 0 out."""

    name: str
    metric: str
    pick: Pick
    shown: Format
    worth: bool = True


def _count(value: float) -> str:
    return f"{value:.0f}"


def _watts(value: float) -> str:
    return f"{figure(value)} W"


NUMBERS = (
    _Number("battery_charge", "battery_charge_ratio", min, percent),
    _Number("battery_runtime", "battery_runtime_seconds", min, span),
    _Number("on_battery_for", "on_battery_seconds", max, span, worth=False),
    _Number("load", "load_ratio", max, percent),
    _Number("cpu", "cpu_ratio", max, percent),
    _Number("memory", "memory_used_ratio", max, percent),
    _Number("storage", "storage_used_ratio", max, percent),
    _Number("temperature", "temperature_celsius", max, celsius),
    _Number("poe_power", "poe_power_watts", sum, _watts),
    _Number("access_points", "access_points", sum, _count),
    _Number("radio_clients", "radio_clients", sum, _count),
    _Number("calls", "calls", sum, _count),
    _Number("alarms", "alarms", sum, _count, worth=False),
    _Number("uptime", "uptime_seconds", max, span),
)
# Of these parts it is shown how many are well, of how many.
PARTS = {"power_supplies": "power_supply_ok", "fans": "fan_ok", "disks": "disk_ok"}
# Air of rooms, with the limits that hold for it.
ROOM: Mapping[str, tuple[str, Format]] = {
    "room_temperature": ("room_temperature_celsius", celsius),
    "room_humidity": ("room_humidity_ratio", percent),
}
CALLS: Mapping[str, tuple[tuple[str, ...], Format]] = {
    "call_loss": ((LOSS,), percent),
    "call_jitter": ((JITTER,), milliseconds),
    "call_rtt": ((ROUND_TRIP, "call_latency_seconds"), milliseconds),
}
_WANTED = frozenset(
    {
        *(number.metric for number in NUMBERS),
        *PARTS.values(),
        *(metric for metric, _ in ROOM.values()),
        *(metric for metrics, _ in CALLS.values() for metric in metrics),
        ACTIVE,
    }
)


def fresh_looks(looks: Iterable[Latest], now: int) -> tuple[Latest, ...]:
    """Those that may be shown as the present."""
    return tuple(look for look in looks if look.fresh(now))


def line_details(line: Line, carried: Carried | None, now: int) -> Pairs:
    """What runs over a line in each direction, of what is contracted."""
    if carried is not None and now - carried.at <= FRESH_INTERVALS * carried.interval:
        yield "utilisation_down", _traffic(carried.down, line.bandwidth_down)
        yield "utilisation_up", _traffic(carried.up, line.bandwidth_up)


def _traffic(bytes_per_second: float | None, contracted: int | None) -> str | None:
    return None if bytes_per_second is None else traffic(bytes_per_second * BITS_A_BYTE, contracted)


def device_details(fresh: Sequence[Latest], limits: Iterable[Watched]) -> Pairs:
    """How a device and its parts fare: first what is at fault, then what it runs on, its air, and how busy it is."""
    for look in fresh:
        if look.check.kind == EQUIPMENT:
            yield from _faults(look)
    values = _values(fresh)
    yield "drawing_on", _drawing_on(fresh)
    yield from ((name, _wellness(values.get(metric, ()))) for name, metric in PARTS.items())
    for name, (metric, shown) in ROOM.items():
        yield name, _room([value for _, value in values.get(metric, ())], shown, limits, metric)
    for number in NUMBERS:
        yield number.name, _number(number, [value for _, value in values.get(number.metric, ())])


def _faults(look: Latest) -> Pairs:
    for fact in look.observation.facts:
        if fact.holds is False and fact.fact in HARDWARE and not fact.part:
            yield f"fault_{fact.fact.removesuffix('_ok')}", fact.evidence or "?"


def _values(fresh: Iterable[Latest]) -> Values:
    found: dict[str, list[tuple[str, float]]] = {}
    for look in fresh:
        for part, metric, value in look.observation.samples:
            if metric in _WANTED:
                found.setdefault(metric, []).append((part, value))
    return found


def _drawing_on(fresh: Sequence[Latest]) -> str | None:
    """What feeds those behind a UPS: as its profile tells it, else by the object that is asked more often."""
    for look in fresh:
        for _, name, text in look.observation.notes:
            if name == SOURCE:
                return text
    for look in fresh:
        if look.check.instance == POWER:
            for fact in look.observation.facts:
                if fact.fact == "expected" and fact.holds is not None:
                    return "normal" if fact.holds else "battery"
    return None


def _wellness(parts: Sequence[tuple[str, float]]) -> str | None:
    return f"{sum(value > 0 for _, value in parts)} / {len(parts)}" if parts else None


def _room(values: Sequence[float], shown: Format, limits: Iterable[Watched], metric: str) -> str | None:
    if not values:
        return None
    low, high = shown(min(values)), shown(max(values))
    text = f"{low}" if low == high else f"{low} – {high}"
    allowed = allowed_range(limits, metric)
    return f"{text} ({allowed})" if allowed else text


def allowed_range(limits: Iterable[Watched], metric: str, unit: str = "") -> str | None:
    """What the limits in force allow a metric to be: '20 – 25 °C', '≤ 80 %'; those without a unit have this one."""
    own = [one.limit for one in limits if one.limit.metric == metric]
    highest = min((limit for limit in own if limit.upper), key=_bound, default=None)
    lowest = max((limit for limit in own if not limit.upper), key=_bound, default=None)
    if lowest and highest:
        return f"{_shown(lowest, unit).split(' ')[0]} – {_shown(highest, unit)}"
    if highest:
        return f"≤ {_shown(highest, unit)}"
    return f"≥ {_shown(lowest, unit)}" if lowest else None


def _shown(limit: Limit, unit: str) -> str:
    shown = limit.shown(limit.bound)
    return f"{shown} {unit}" if unit and not limit.unit else shown


def _bound(limit: Limit) -> float:
    return limit.bound


def _number(number: _Number, values: Sequence[float]) -> str | None:
    if not values:
        return None
    value = number.pick(values)
    return number.shown(value) if value or number.worth else None


def endpoint_details(own: Sequence[Latest], of_device: Sequence[Latest]) -> Pairs:
    """Registration, signalling by protocol, whether a call is under way and how it goes. No call is no fault."""
    yield "registered", _registered((*own, *of_device))
    for look in (*own, *of_device):
        if look.check.kind in SPOKEN:
            yield look.check.instance, _reason(look, SIGNALLING)
    values = _values((*own, *of_device))
    calling = _calling(values)
    yield "in_call", calling
    if calling != "no":
        for name, (metrics, shown) in CALLS.items():
            found = [
                value
                for metric in metrics
                for part, value in values.get(metric, ())
                if not part.startswith(OVER)
            ]
            yield name, shown(max(found)) if found else None


def _registered(looks: Sequence[Latest]) -> str | None:
    for kind, name in REGISTRATIONS:
        for look in looks:
            for fact in (
                look.observation.facts if look.check.kind == kind and look.check.instance != POWER else ()
            ):
                if fact.fact == name and not fact.part and fact.holds is not None:
                    return YES_NO[fact.holds]
    return None


def _reason(look: Latest, name: str) -> str | None:
    return next((fact.reason for fact in look.observation.facts if fact.fact == name), None)


def _calling(values: Values) -> str | None:
    found = [value for metric in (ACTIVE, "calls") for _, value in values.get(metric, ())]
    return YES_NO[max(found) > 0] if found else None


def service_details(fresh: Sequence[Latest]) -> Pairs:
    """What a service or camera answered, how fast, and for how long its certificate is good."""
    for look in fresh:
        if look.check.kind == "rtsp_options":
            yield "rtsp", _reason(look, USABLE)
        if look.check.kind in SERVING_KINDS:
            yield from _answered(look)


def _answered(look: Latest) -> Pairs:
    status, took = look.whole("http_status_code"), next(filter(None, map(look.whole, TOOK)), None)
    remaining = look.whole(CERTIFICATE_REMAINING.name)
    said = {name: text for part, name, text in look.observation.notes if not part}
    yield "status_code", _count(status) if status is not None else None
    yield "answer_time", milliseconds(took)
    yield "certificate_days", f"{remaining // DAY:.0f} d" if remaining is not None else None
    yield "certificate_issuer", said.get("certificate_issuer")
    yield "says", next((said[name] for name in SAID if said.get(name)), None)


def backup_details(seen: BackupSeen | None, zone: tzinfo) -> Pairs:
    """When a configuration was last read and last another, and why reading it fails."""
    if seen is not None:
        yield "configuration_read", moment(seen.good, zone)
        yield "configuration_changed", moment(seen.changed, zone)
        yield "configuration_failing", seen.outcome if seen.failures else None


def moment(at: int, zone: tzinfo) -> str | None:
    """A moment (microseconds UTC) to the minute, as details hold it; None for 0, which is never."""
    if not at:
        return None
    return f"{(EPOCH + timedelta(microseconds=at)).astimezone(zone):%Y-%m-%d %H:%M}"
