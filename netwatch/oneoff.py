"""One look on request: by every check of a target, now, with everything it saw."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address

from exporters.text import number
from netwatch.check import Check, check_id
from netwatch.clock import SECOND
from netwatch.control.contract import OneOff, Refused, Saw
from netwatch.language import Sentence
from netwatch.settings_faults import suggestion
from netwatch.translate.to_probes import params, target
from probes.contract import Fact, Look, Note, Probe, Reading, Sample
from probes.kit import Kit
from probes.run import run_look
from probes.transports.errors import NoRoute, PermissionDenied, TransportError

STRANGER = "address"
YES_NO: Mapping[bool | None, str] = {True: "yes", False: "no", None: "unknown"}


def chosen(
    checks: Iterable[Check],
    probes: Mapping[str, Probe],
    wanted: str,
    kinds: Sequence[str] = (),
    credentials: Sequence[str] = (),
) -> tuple[Check, ...]:
    """The checks of a target (its id or its address), or only those kinds of them.

    An address the inventory does not know is looked at by every kind that needs no parameters of its own, with all
    `credentials`. Raises Refused when there is nothing to look at.
    """
    for kind in kinds:
        if kind not in probes:
            raise Refused(_unknown_kind(kind, probes))
    known = [check for check in checks if wanted in (check.target, check.device, check.address)]
    found = known or _strangers(wanted, probes, tuple(credentials))
    kept = tuple(check for check in found if not kinds or check.kind in kinds)
    if not kept:
        raise Refused(Sentence("No check of '{target}' is of that kind.", {"target": wanted}))
    return kept


def _unknown_kind(kind: str, probes: Mapping[str, Probe]) -> Sentence:
    known = Sentence(
        "There is no probe '{kind}'. There are: {known}.", {"kind": kind, "known": ", ".join(probes)}
    )
    return Sentence("{parts}", {"parts": (known, *suggestion(kind, probes))})


def _strangers(wanted: str, probes: Mapping[str, Probe], credentials: tuple[str, ...]) -> list[Check]:
    try:
        address = str(ip_address(wanted))
    except ValueError:
        text = "There is no target '{target}': it is neither an id of the inventory nor an IP address."
        raise Refused(Sentence(text, {"target": wanted})) from None
    willing = (probe for probe in probes.values() if not _needs_parameters(probe))
    return [_stranger(probe, address, credentials) for probe in willing]


def _needs_parameters(probe: Probe) -> bool:
    return any(field.is_required() for field in probe.params.model_fields.values())


def _stranger(probe: Probe, address: str, credentials: tuple[str, ...]) -> Check:
    return Check(
        id=check_id(STRANGER, probe.name, address),
        target=address,
        kind=probe.name,
        instance="",
        device=address,
        address=address,
        interval=round(probe.interval * SECOND),
        deadline=round(probe.timeout * SECOND),
        recheck=round(probe.interval * SECOND),
        credentials=credentials,
    )


def way_to(checks: Sequence[Check]) -> str:
    """The address whose route is traced for these checks: where echoes go, else that of the first."""
    echoes = [check.address for check in checks if check.kind == "icmp_echo"]
    return next((address for address in (*echoes, *(check.address for check in checks)) if address), "")


def untraced(address: str, error: TransportError) -> Sentence:
    """Why a route could not be traced, and what to do."""
    match error:
        case PermissionDenied():
            text = (
                "Tracing the route to {address} needs raw sockets, which this user may not open. "
                "Use sudo, or give the program the capability CAP_NET_RAW."
            )
        case NoRoute():
            text = "This machine has no route to {address}. Examine its own network first: ip route get {address}"
        case _:
            text = "The route to {address} cannot be traced ({detail})."
    return Sentence(text, {"address": address, "detail": error.detail})


async def look_once(
    checks: Iterable[Check], probes: Mapping[str, Probe], kit: Kit, monotonic: Callable[[], float]
) -> tuple[OneOff, ...]:
    """One look by each check, one after the other: a device is never asked two things at once."""
    return tuple([await _look(check, probes[check.kind], kit, monotonic) for check in checks])


async def _look(check: Check, probe: Probe, kit: Kit, monotonic: Callable[[], float]) -> OneOff:
    seconds = check.deadline / SECOND
    look = await run_look(probe, target(check), params(check, probe), kit, seconds, monotonic)
    return _one_off(check, look)


def _one_off(check: Check, look: Look) -> OneOff:
    return OneOff(
        target=check.target,
        kind=check.kind,
        instance=check.instance,
        address=check.address,
        took=look.took,
        complete=look.complete,
        reason=str(look.reason) if look.reason else "",
        detail=look.detail,
        saw=tuple(_saw(reading) for reading in (*look.readings, *_samples(look))),
    )


def _samples(look: Look) -> Iterator[Sample]:
    for columns in look.columns:
        for metric, values in columns.values.items():
            for part, value in zip(columns.parts, values, strict=True):
                if value is not None:
                    yield Sample(part, metric, value)


def _saw(reading: Reading) -> Saw:
    match reading:
        case Fact(part, name, holds, reason, evidence):
            return Saw("fact", part, name, YES_NO[holds], str(reason), evidence)
        case Sample(part, name, value):
            return Saw("sample", part, name, number(value))
        case Note(part, name, text):
            return Saw("note", part, name, text)
