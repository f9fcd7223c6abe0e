"""From what was measured to go, caution or no-go, each with its reason in words. Pure.

Nothing unknown is go: it is caution, with what is not known.
"""

from collections.abc import Iterable, Iterator, Sequence

from netwatch.check import Check
from netwatch.control.contract import OneOff, Saw
from netwatch.language import Sentence
from netwatch.preflight.contract import VOICE, Finding, Grade, LineSeen, Measured, PathSeen, worst
from netwatch.preflight.emodel import opinion, over, rating
from netwatch.preflight.order import SiteOrder
from netwatch.queries.words import REASONS
from netwatch.settings_preflight import PreflightSettings

REGISTRATION = {
    "snmp_scalar": "expected",
    "xapi_status": "registered",
    "snmp_equipment": "registration_ok",
}
# Whoever asks on behalf of the endpoint, its registrar, says that it is not registered; the other way round it says
# nothing: an endpoint that answers itself need not be registered anywhere.
UNAVAILABLE = ("sip_options", "available")
FAULTLESS = ("xapi_status", "healthy")
IN_CALL = "call_active"
SIGNALLING = "signalling"
SERVING = "serving"
POWER_FACTS = {("snmp_scalar", "expected"), ("snmp_equipment", "on_mains")}
RUNTIME = "battery_runtime_seconds"
_MEGABIT = 1_000_000


def judge(order: SiteOrder, measured: Measured, bounds: PreflightSettings) -> tuple[Finding, ...]:
    """Every finding about a site, in the order in which people read them."""
    found: list[Finding] = []
    if not order.called:
        text = "no conferencing endpoint with an address is known here"
        found.append(Finding("conference", order.site.id, Grade.CAUTION, Sentence(text)))
    for seat in order.seats:
        looks = [one for one in measured.looks if (one.target, one.address) in _asked(seat.checks)]
        found += paths([one for one in measured.paths if one.item == seat.item], _alive(looks), bounds)
        if order.called:
            found.append(_registration(seat.item, looks))
            found.append(_signalling(seat.item, looks))
            found += _state(seat.item, looks)
    if not order.seats:
        text = "there is no address here to measure the path to"
        found.append(Finding("path", order.site.id, Grade.CAUTION, Sentence(text)))
    found += _lines(order, measured.lines, bounds)
    for supply in order.supplies:
        looks = [one for one in measured.looks if (one.target, one.address) in _asked(supply)]
        found.append(_power(supply[0].target if supply else order.site.id, looks, bounds))
    return tuple(found)


def _asked(checks: Iterable[Check]) -> set[tuple[str, str]]:
    return {(check.target, check.address) for check in checks}


def reason_sentence(code: str) -> Sentence:
    """A reason in words, a phrase that follows a colon."""
    return Sentence(REASONS.get(code, code))


def verdict(findings: Sequence[Finding]) -> Grade:
    """The worst of all findings."""
    return worst(tuple(finding.grade for finding in findings))


def path_opinion(paths: Iterable[PathSeen], bounds: PreflightSettings) -> float | None:
    """The lowest estimated voice MOS of the bursts of voice that were answered."""
    found = [
        opinion(
            rating(
                over(
                    one.rtt / 2 * 1000,
                    one.loss * 100,
                    ie=bounds.codec_impairment,
                    bpl=bounds.codec_robustness,
                )
            )
        )
        for one in paths
        if one.stream == VOICE and one.rtt is not None and one.loss is not None
    ]
    return min(found, default=None)


def _alive(looks: Iterable[OneOff]) -> bool:
    """Whether anything at the address answered otherwise than by echoes."""
    return any(fact.value == "yes" for fact in _facts(looks))


def _facts(looks: Iterable[OneOff]) -> Iterator[Saw]:
    for look in looks:
        yield from (saw for saw in look.saw if saw.type == "fact")


def _rising(value: float, caution: float, no_go: float) -> Grade:
    return Grade.GO if value <= caution else Grade.CAUTION if value <= no_go else Grade.NO_GO


def _falling(value: float, caution: float, no_go: float) -> Grade:
    return Grade.GO if value >= caution else Grade.CAUTION if value >= no_go else Grade.NO_GO


def paths(seen: Sequence[PathSeen], alive: bool, bounds: PreflightSettings) -> Iterator[Finding]:
    """What the bursts to one address say: loss over both together, the worse delay and jitter of voice and video."""
    if not seen:
        return
    item = seen[0].item
    if faulty := [one for one in seen if one.fault]:
        why = reason_sentence(faulty[0].fault)
        text = "the path could not be measured: {why}"
        yield Finding("path", item, Grade.CAUTION, Sentence(text, {"why": why}))
    answered = [one for one in seen if one.rtt is not None]
    if not answered and not faulty:
        yield _unanswered(seen, alive)
    if answered:
        yield from _numbers(item, answered, seen, bounds)


def _unanswered(seen: Sequence[PathSeen], alive: bool) -> Finding:
    item, count = seen[0].item, sum(one.sent for one in seen)
    if alive:
        text = "answers calls but no echoes, so that the path is not known"
        return Finding("path", item, Grade.CAUTION, Sentence(text))
    if router := next((one.router for one in seen if one.router), ""):
        text = "the path is broken, says the router {router}"
        return Finding("path", item, Grade.NO_GO, Sentence(text, {"router": router}))
    text = "none of {count} echoes came back"
    return Finding("path", item, Grade.NO_GO, Sentence(text, {"count": str(count)}))


def _numbers(
    item: str, answered: Sequence[PathSeen], seen: Sequence[PathSeen], bounds: PreflightSettings
) -> Iterator[Finding]:
    # Over all echoes: one lost of a single burst would be a share that is no measure of anything.
    lost, sent = sum(one.sent * (one.loss or 0.0) for one in seen), sum(one.sent for one in seen)
    loss = lost / sent if sent else 1.0
    rtt = max(one.rtt for one in answered if one.rtt is not None)
    text = "loss {value} %"
    grade = _rising(loss, bounds.loss_caution, bounds.loss_no_go)
    yield Finding("path", item, grade, Sentence(text, {"value": f"{loss * 100:.3g}"}))
    text = "round trip {value} ms"
    grade = _rising(rtt, bounds.rtt_caution, bounds.rtt_no_go)
    yield Finding("path", item, grade, Sentence(text, {"value": f"{rtt * 1000:.1f}"}))
    jitters = [one.jitter_p95 for one in answered if one.jitter_p95 is not None]
    if jitters:
        text = "jitter {value} ms (95th percentile less the shortest round trip)"
        grade = _rising(max(jitters), bounds.jitter_caution, bounds.jitter_no_go)
        yield Finding("path", item, grade, Sentence(text, {"value": f"{max(jitters) * 1000:.1f}"}))
    else:
        yield Finding("path", item, Grade.CAUTION, Sentence("too few echoes came back to know the jitter"))
    mos = path_opinion(answered, bounds)
    if mos is None:
        yield Finding("voice", item, Grade.CAUTION, Sentence("voice quality could not be estimated"))
    else:
        text = "estimated voice quality MOS {value} (ITU-T G.107, half the round trip as one-way delay)"
        grade = _falling(mos, bounds.opinion_caution, bounds.opinion_no_go)
        yield Finding("voice", item, grade, Sentence(text, {"value": f"{mos:.2f}"}))


def _registration(item: str, looks: Sequence[OneOff]) -> Finding:
    told = [saw for one in looks for saw in _facts([one]) if REGISTRATION.get(one.kind) == saw.name]
    if any(saw.value == "yes" for saw in told):
        return Finding("registration", item, Grade.GO, Sentence("registered"))
    told += [saw for one in looks for saw in _facts([one]) if (one.kind, saw.name) == UNAVAILABLE]
    if refused := [saw for saw in told if saw.value == "no"]:
        text = "not registered: {why}"
        why = reason_sentence(refused[0].reason)
        return Finding("registration", item, Grade.NO_GO, Sentence(text, {"why": why}))
    text = "whether it is registered is not known"
    return Finding("registration", item, Grade.CAUTION, Sentence(text))


def _signalling(item: str, looks: Sequence[OneOff]) -> Finding:
    values = [saw.value for saw in _facts(looks) if saw.name == SIGNALLING]
    failing = any(saw.name == SERVING and saw.value == "no" for saw in _facts(looks))
    if "no" in values and "yes" not in values:
        return Finding("signalling", item, Grade.NO_GO, Sentence("takes calls neither by SIP nor by H.323"))
    if "no" in values or failing:
        text = "one way of calling does not work: SIP or H.323"
        return Finding("signalling", item, Grade.CAUTION, Sentence(text))
    if "yes" in values:
        return Finding("signalling", item, Grade.GO, Sentence("takes calls"))
    text = "whether it takes calls is not known"
    return Finding("signalling", item, Grade.CAUTION, Sentence(text))


def _state(item: str, looks: Sequence[OneOff]) -> Iterator[Finding]:
    """What the endpoint says of itself that whoever is about to call should know."""
    for look in looks:
        for saw in look.saw:
            if (look.kind, saw.name, saw.value) == (*FAULTLESS, "no"):
                text = "reports a fault of its own: {what}"
                yield Finding("endpoint", item, Grade.CAUTION, Sentence(text, {"what": saw.evidence}))
            if saw.type == "sample" and saw.name == IN_CALL and float(saw.value) > 0:
                yield Finding("endpoint", item, Grade.CAUTION, Sentence("is in a call now"))


def _lines(order: SiteOrder, seen: Sequence[LineSeen], bounds: PreflightSettings) -> Iterator[Finding]:
    mains = [one for one in seen if one.role == "main"] or list(seen)
    if not mains:
        text = "no line of this site is known, and so no headroom"
        yield Finding("line", order.site.id, Grade.CAUTION, Sentence(text))
    yield from (_headroom(one, bounds) for one in mains)


def _headroom(line: LineSeen, bounds: PreflightSettings) -> Finding:
    free = [
        (contracted - used, contracted)
        for used, contracted in ((line.down, line.contracted_down), (line.up, line.contracted_up))
        if used is not None and contracted is not None
    ]
    if len(free) < 2:
        lacking = line.contracted_down is None or line.contracted_up is None
        text = (
            "the contracted bandwidth is not known, and so no headroom"
            if lacking
            else "what runs over the line is not known, and so no headroom"
        )
        return Finding("line", line.line, Grade.CAUTION, Sentence(text))
    left, contracted = min(free)
    grade = _falling(left, bounds.headroom_caution, bounds.headroom_no_go)
    text = "{free} of {contracted} Mbit/s free"
    params = {"free": f"{max(0.0, left) / _MEGABIT:.3g}", "contracted": f"{contracted / _MEGABIT:.3g}"}
    return Finding("line", line.line, grade, Sentence(text, params))


def _power(item: str, looks: Sequence[OneOff], bounds: PreflightSettings) -> Finding:
    values = [saw.value for one in looks for saw in _facts([one]) if (one.kind, saw.name) in POWER_FACTS]
    if "no" not in values:
        if "yes" in values:
            return Finding("power", item, Grade.GO, Sentence("the UPS runs on mains power"))
        return Finding("power", item, Grade.CAUTION, Sentence("what the UPS draws on is not known"))
    runtimes = [float(saw.value) for one in looks for saw in one.saw if saw.name == RUNTIME]
    if not runtimes:
        text = "the UPS does not run on mains power, for how long is not known"
        return Finding("power", item, Grade.CAUTION, Sentence(text))
    left = min(runtimes)
    # On battery is never go: nobody knows when the power comes back.
    grade = max(
        Grade.CAUTION,
        _falling(left, bounds.runtime_caution, bounds.runtime_no_go),
        key=lambda one: one is Grade.NO_GO,
    )
    text = "the UPS runs on battery, for {minutes} more minutes by its own estimate"
    return Finding("power", item, grade, Sentence(text, {"minutes": f"{left / 60:.0f}"}))
