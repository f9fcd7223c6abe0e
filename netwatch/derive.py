"""The rules that turn facts, topology and vantage health into a verdict, one kind of subject at a time. Pure.

The table of these rules is tests/netwatch/data/verdicts.toml; every row of it is a test.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from inventory.snapshot import CONTACT_SENSORS
from netwatch.check import FactKey
from netwatch.state import LATCHED
from netwatch.verdict import (
    AVAILABLE,
    BATTERY,
    HEALTHY,
    REGISTERED,
    SERVING,
    SIGNALLING,
    UPS,
    FactNow,
    Kind,
    Subject,
    SubjectKind,
    Verdict,
    Why,
)
from probes.equipment.catalogue import HARDWARE, ON_MAINS, REGISTRATION
from probes.inspection import IN_TERM, INSPECTED, UNFORCED
from probes.serving import CERTIFICATE_VALID, USABLE

# A parent about which nothing will ever be known cannot keep its children undecided.
TELLS_NOTHING = frozenset({Why.NO_WITNESS, Why.NOT_MONITORED, Why.NEVER_SEEN})
# The same in the words of profiles (`output_source`).
BATTERY_WORD = "battery"
# A value that the inventory names, by what it should be.
EXPECTED = "expected"
# By which an endpoint's registration is told otherwise: its own word, its profile.
REGISTERED_BY = (REGISTERED, REGISTRATION)
# Of the contacts of a room the one that is opened every day.
DOOR = "door"
SILENCES = frozenset({Why.NO_ANSWER, Why.PATH_BROKEN})
UNMEASURED = FactNow(None, Why.NOT_YET_MEASURED, ever=False)


@dataclass(frozen=True, slots=True)
class Moment:
    """All a verdict depends on at one moment: facts, the verdicts leaned on, and the vantages that cannot see.

    `verdicts` hold at that very moment; `upstream` are the same for what a failing child hangs from, where a
    failure counts from the last look that still saw it well (the two looks were not made at the same time).
    """

    facts: Mapping[FactKey, FactNow]
    verdicts: Mapping[str, Verdict]
    upstream: Mapping[str, Verdict]
    blind: frozenset[str] = frozenset()

    def named(self, subject: Subject, name: str) -> list[FactNow]:
        """The subject's facts of one name; a failure seen by a blind vantage is unknown."""
        return [self._seen(key) for key in subject.facts if key.fact == name]

    def parts(self, subject: Subject) -> list[FactNow]:
        """What is known of a device's own parts, likewise."""
        return [self._seen(key) for key in subject.facts if key.fact in HARDWARE]

    def all_of(self, subject: Subject) -> list[FactNow]:
        """All the subject's facts, likewise."""
        return [self._seen(key) for key in subject.facts]

    def _seen(self, key: FactKey) -> FactNow:
        fact = self.facts.get(key, UNMEASURED)
        if fact.holds is False and key.vantage in self.blind:
            return FactNow(None, Why.VANTAGE, fact.ever)
        return fact

    def exceeded(self, subject: Subject) -> FactNow | None:
        """The first limit that a subject is beyond, in the order of the limits."""
        return next((fact for key in subject.limits if (fact := self._seen(key)).holds is False), None)

    def inspection(self, subject: Subject) -> Mapping[str, FactNow]:
        """What is known of a protector's inspection by the names of the facts, what forces one first.

        Wanting to be inspected is told by the calendar, which no vantage need see.
        """
        keys = [key for key in subject.limits if key.fact.startswith(UNFORCED)]
        keys += [key for key in subject.limits if key.fact in (IN_TERM, INSPECTED)]
        return {key.fact: self.facts.get(key, UNMEASURED) for key in keys}

    def of(self, ids: Iterable[str]) -> list[tuple[str, Verdict]]:
        """The verdicts of those that are judged, with their ids."""
        return [(id_, self.verdicts[id_]) for id_ in ids if id_ in self.verdicts]


def derive(subject: Subject, moment: Moment) -> Verdict:
    """The verdict on one subject at one moment; its dependencies must have been judged before."""
    return RULES[subject.kind](subject, moment)


def unknown(reason: str, cause: str = "", evidence: str = "") -> Verdict:
    """An unknown verdict."""
    return Verdict(Kind.UNKNOWN, reason, cause, evidence)


def _device(subject: Subject, moment: Moment) -> Verdict:
    reached = moment.named(subject, "reachable")
    if not reached:
        return unknown(Why.NOT_MONITORED)
    answer = next((fact for fact in reached if fact.holds is True), None)
    if answer is None:
        return _silent(subject, moment, reached, Why.NO_ANSWER)
    return _answering(subject, moment, answer)


def _answering(subject: Subject, moment: Moment, answer: FactNow) -> Verdict:
    manageable = next((fact.holds for fact in moment.named(subject, "manageable")), None)
    wrong = _power_fault(subject, moment)
    if wrong is not None:
        reason = _wrong(subject, wrong)
        return Verdict(Kind.DEGRADED, reason, evidence=wrong.evidence, manageable=manageable)
    broken = _broken_part(subject, moment)
    if broken is not None:
        return Verdict(Kind.DEGRADED, Why.HARDWARE_FAULT, evidence=broken.evidence, manageable=manageable)
    mute = next((fact for fact in moment.named(subject, USABLE) if fact.holds is False and fact.ever), None)
    if mute is not None:
        said = mute.evidence or mute.reason
        return Verdict(Kind.DEGRADED, Why.SERVICE_FAILS, evidence=said, manageable=manageable)
    # Bridges and gatekeepers, whose signalling is looked at as their own.
    lame = _uncalled(subject, moment) or _ailing(subject, moment)
    if lame is not None:
        return replace(lame, kind=Kind.DEGRADED, manageable=manageable)
    return _limited(subject, moment, Verdict(Kind.UP, Why.ANSWERS, "", answer.evidence, manageable))


def _power_fault(subject: Subject, moment: Moment) -> FactNow | None:
    """By UPS-MIB where it is offered, else by what the device's profile makes of its own MIB."""
    told = [fact for fact in moment.named(subject, "expected") if fact.holds is not None]
    told = told or moment.named(subject, ON_MAINS)
    return next((fact for fact in told if fact.holds is False), None)


def _broken_part(subject: Subject, moment: Moment) -> FactNow | None:
    """The first kind of part that is at fault but once was well: an empty slot is nothing that broke."""
    return next((fact for fact in moment.parts(subject) if fact.holds is False and fact.ever), None)


def _limited(subject: Subject, moment: Moment, verdict: Verdict) -> Verdict:
    """What works is degraded while it is beyond a limit; what does not is never judged by limits."""
    fact = moment.exceeded(subject) if subject.limits else None
    if fact is None:
        return verdict
    return replace(verdict, kind=Kind.DEGRADED, reason=Why.BEYOND_LIMIT, evidence=fact.evidence)


def _wrong(subject: Subject, fact: FactNow) -> Why:
    battery = subject.type == UPS and fact.evidence in (BATTERY, BATTERY_WORD)
    return Why.ON_BATTERY if battery else Why.NOT_AS_EXPECTED


def _silent(subject: Subject, moment: Moment, facts: Sequence[FactNow], reason: Why) -> Verdict:
    """Nothing says yes. Only a fact that once held can bear witness that it no longer does."""
    telling = [fact for fact in facts if fact.ever and fact.holds is not True]
    if not telling:
        return unknown(*_why_never(facts))
    failing = next((fact for fact in telling if fact.holds is False), None)
    if failing is None:
        return unknown(telling[0].reason, evidence=telling[0].evidence)
    return _blame(subject, moment, _failure(failing, reason), failing.evidence)


def _why_never(facts: Sequence[FactNow]) -> tuple[str, str, str]:
    tried = next((fact for fact in facts if fact.holds is False), None)
    if tried is not None:
        return Why.NEVER_SEEN, "", tried.evidence
    return facts[0].reason, "", facts[0].evidence


def _failure(fact: FactNow, reason: Why) -> str:
    return Why.PATH_BROKEN if fact.reason == Why.PATH_BROKEN else reason


def _blame(subject: Subject, moment: Moment, reason: str, evidence: str) -> Verdict:
    """Down, unless everything the subject hangs from has failed too, or cannot be told."""
    parents = [
        (id_, moment.upstream[id_])
        for id_ in subject.parents
        if id_ in moment.upstream and moment.upstream[id_].reason not in TELLS_NOTHING
    ]
    if not parents or any(verdict.operational for _, verdict in parents):
        return Verdict(Kind.DOWN, reason, evidence=evidence)
    if all(verdict.failed for _, verdict in parents):
        return Verdict(Kind.UNREACHABLE, Why.UPSTREAM, root(parents), evidence)
    undecided = next(id_ for id_, verdict in parents if not verdict.failed)
    return unknown(Why.PARENT_UNDECIDED, undecided, evidence)


def root(failed: Sequence[tuple[str, Verdict]]) -> str:
    """The id that explains failures: what the first of them is blamed on, or that one itself."""
    first, verdict = failed[0]
    return verdict.cause or first


def _line(subject: Subject, moment: Moment) -> Verdict:
    """From its witness alone; blame may only turn down into unreachable or unknown."""
    if subject.witness == "none" or not subject.facts:
        return unknown(Why.NO_WITNESS)
    facts = moment.all_of(subject)
    if any(fact.holds is False for fact in facts):
        return _silent(subject, moment, facts, Why.WITNESS_FAILS)
    mute = next((fact for fact in facts if fact.holds is None), None)
    if mute is not None:
        return unknown(mute.reason, evidence=mute.evidence)
    return _limited(subject, moment, Verdict(Kind.UP, Why.WITNESS_GOOD, evidence=facts[0].evidence))


def _hosted(good: Why, bad: Why) -> Callable[[Subject, Moment], Verdict]:
    def rule(subject: Subject, moment: Moment) -> Verdict:
        if not subject.facts:
            return unknown(Why.NOT_MONITORED)
        fact = moment.all_of(subject)[0]
        if fact.holds is None:
            return unknown(fact.reason, evidence=fact.evidence)
        kind, reason = (Kind.UP, good) if fact.holds else (Kind.DOWN, bad)
        return Verdict(kind, reason, evidence=fact.evidence)

    return rule


_contact = _hosted(Why.CONTACT_NORMAL, Why.CONTACT_FAULT)
_contact_sensor = _hosted(Why.CONTACT_NORMAL, Why.SENSOR_ALARM)
_number = _hosted(Why.SENSOR_READ, Why.SENSOR_ALARM)


def _endpoint(subject: Subject, moment: Moment) -> Verdict:
    """Judged by its device, then by its registration, then by whether its signalling answers.

    Where nobody could ever see the device, signalling that answers proves that the endpoint is there.
    """
    host = _host(subject, moment)
    if host is None:
        return unknown(Why.NOT_MONITORED)
    calls = any(fact.holds is True for fact in moment.named(subject, SIGNALLING))
    if not host.operational and not (calls and host.reason in TELLS_NOTHING):
        return _as_host(subject, host)
    lost = _unregistered(subject, moment) or _uncalled(subject, moment)
    if lost is not None:
        return lost
    return _limited(subject, moment, _callable(subject, moment, host, calls))


def _registrations(subject: Subject, moment: Moment) -> list[FactNow]:
    """What the inventory names decides alone while it is known: somebody chose it."""
    named = moment.named(subject, EXPECTED)
    if any(fact.holds is not None for fact in named):
        return named
    return [*named, *(fact for name in REGISTERED_BY for fact in moment.named(subject, name))]


def _unregistered(subject: Subject, moment: Moment) -> Verdict | None:
    """Registered by one word is registered; a registration that never was is nothing that was lost."""
    told = _registrations(subject, moment)
    if any(fact.holds is True for fact in told):
        return None
    told += moment.named(subject, AVAILABLE)
    fact = next((fact for fact in told if fact.holds is False and fact.ever), None)
    return None if fact is None else Verdict(Kind.DOWN, Why.NOT_REGISTERED, evidence=fact.evidence)


def _uncalled(subject: Subject, moment: Moment) -> Verdict | None:
    """Signalling that once answered and no longer does, of one protocol or of all."""
    told = moment.named(subject, SIGNALLING)
    mute = next((fact for fact in told if fact.holds is False and fact.ever), None)
    if mute is None:
        return None
    kind = Kind.DEGRADED if any(fact.holds is True for fact in told) else Kind.DOWN
    return Verdict(kind, Why.SIGNALLING_SILENT, evidence=mute.evidence or mute.reason)


def _callable(subject: Subject, moment: Moment, host: Verdict, calls: bool) -> Verdict:
    """Nothing was lost: what it says of itself, else what proves that it works, else its device's verdict."""
    ill = _ailing(subject, moment)
    if ill is not None:
        return ill
    told = _registrations(subject, moment)
    good = next((fact for fact in told if fact.holds is True), None)
    if good is not None:
        return Verdict(Kind.UP, Why.REGISTERED, evidence=good.evidence)
    if calls:
        answer = next(fact for fact in moment.named(subject, SIGNALLING) if fact.holds is True)
        return Verdict(Kind.UP, Why.ANSWERS, evidence=answer.evidence)
    asked = [*moment.named(subject, EXPECTED), *moment.named(subject, REGISTERED)]
    asked += moment.named(subject, SIGNALLING)
    if asked:
        return unknown(*_why_never(asked))
    cause = (host.cause or subject.host or "") if host.kind is Kind.DEGRADED else ""
    return Verdict(host.kind, host.reason, cause, host.evidence)


def _ailing(subject: Subject, moment: Moment) -> Verdict | None:
    """A fault that it reports itself and that was not always there."""
    told = [*moment.named(subject, SERVING), *moment.named(subject, HEALTHY)]
    fact = next((fact for fact in told if fact.holds is False and fact.ever), None)
    return None if fact is None else Verdict(Kind.DEGRADED, fact.reason, evidence=fact.evidence)


def _host(subject: Subject, moment: Moment) -> Verdict | None:
    """The device's verdict; its failure counts from before its first bad look only for a guest that fails too."""
    told = moment.all_of(subject)
    fails = any(fact.ever for fact in told) and not any(fact.holds is True for fact in told)
    return (moment.upstream if fails else moment.verdicts).get(subject.host or "")


def _as_host(subject: Subject, host: Verdict) -> Verdict:
    cause = host.cause or subject.host or ""
    if host.kind is Kind.DOWN:
        return Verdict(Kind.DOWN, Why.DEVICE_FAILED, cause, host.evidence)
    return Verdict(host.kind, host.reason, cause, host.evidence)


def _surge_protector(subject: Subject, moment: Moment) -> Verdict:
    """A contact that is not known to work, or that cannot be read, is unknown, never in order."""
    mute = _unreadable(subject, moment)
    if mute is not None:
        return mute
    if subject.facts and moment.all_of(subject)[0].reason == LATCHED:
        return Verdict(Kind.DOWN, Why.CONTACT_LATCHED, evidence=moment.all_of(subject)[0].evidence)
    return _inspected(subject, moment, _contact(subject, moment))


def _inspected(subject: Subject, moment: Moment, verdict: Verdict) -> Verdict:
    """What is in order is degraded once somebody has to inspect it; not for what was wanting since it is watched.

    Without a contact an inspection that was passed, in its term and with nothing since, is what is known of it.
    """
    if verdict.kind is not Kind.UP and verdict.reason != Why.NOT_MONITORED:
        return verdict
    told = moment.inspection(subject)
    for name, fact in told.items():
        if fact.holds is False and fact.ever:
            return Verdict(Kind.DEGRADED, _to_inspect(name), evidence=fact.evidence)
    if verdict.kind is Kind.UNKNOWN and told and all(fact.holds for fact in told.values()):
        return Verdict(Kind.UP, Why.INSPECTED)
    return verdict


def _to_inspect(name: str) -> Why:
    """The reason of the fact of an inspection that does not hold."""
    return Why.INSPECTION_OVERDUE if name == IN_TERM else Why(f"forced_by_{name.removeprefix(UNFORCED)}")


def _sensor(subject: Subject, moment: Moment) -> Verdict:
    """An open door is a lesser evil than water or smoke; a number that can be read is judged by its limits."""
    mute = _unreadable(subject, moment)
    if mute is not None:
        return mute
    if subject.type not in CONTACT_SENSORS:
        number = _number(subject, moment)
        return _limited(subject, moment, number) if number.operational else number
    verdict = _contact_sensor(subject, moment)
    return replace(verdict, kind=Kind.DEGRADED) if verdict.failed and subject.type == DOOR else verdict


def _unreadable(subject: Subject, moment: Moment) -> Verdict | None:
    """Why what is read through a device cannot be told; None when it can.

    A device that answers neither echoes nor SNMP, ever, may still be read by Modbus or HTTP.
    """
    if subject.facts and not subject.commissioned:
        return unknown(Why.NOT_COMMISSIONED)
    host = _host(subject, moment)
    if subject.facts and host is not None and not host.operational:
        if host.reason == Why.NOT_YET_MEASURED:
            return unknown(Why.NOT_YET_MEASURED)
        if host.reason in TELLS_NOTHING and any(_was_read(fact) for fact in moment.all_of(subject)):
            return None
        return unknown(Why.INPUT_UNREACHABLE, host.cause or subject.host or "")
    return None


def _was_read(fact: FactNow) -> bool:
    return fact.holds is not None or fact.ever


def _site(subject: Subject, moment: Moment) -> Verdict:
    """The first that holds, by lines; a site without lines is judged by its core devices.

    Members that nobody has measured yet (a new line, the first minute of a new daemon) do not count beside others.
    """
    lines, core = moment.of(subject.lines), moment.of(subject.core)
    if lines:
        return _carried(subject, _measured(lines) or lines, _measured(core))
    if core:
        judges = _measured(core) or core
        return _weighed(judges, judges, Why.CORE_UP, Why.NO_CORE_UP)
    return unknown(Why.NOT_MONITORED)


def _measured(members: list[tuple[str, Verdict]]) -> list[tuple[str, Verdict]]:
    return [member for member in members if member[1].reason != Why.NOT_YET_MEASURED]


def _carried(
    subject: Subject, lines: Sequence[tuple[str, Verdict]], core: Sequence[tuple[str, Verdict]]
) -> Verdict:
    up = [id_ for id_, verdict in lines if verdict.operational]
    if up and all(id_ in subject.backups for id_ in up) and len(up) < len(lines):
        main = next(id_ for id_, _ in lines if id_ not in up)
        return Verdict(Kind.DEGRADED, Why.BACKUP_ONLY, main)
    return _weighed(lines, [*lines, *core], Why.LINES_UP, Why.NO_LINE_UP)


def _weighed(
    judges: Sequence[tuple[str, Verdict]], members: Sequence[tuple[str, Verdict]], good: Why, bad: Why
) -> Verdict:
    if not any(verdict.operational for _, verdict in judges):
        return _none_up(judges, bad)
    lame = next((id_ for id_, verdict in members if verdict.kind is not Kind.UP), None)
    if lame is None:
        return Verdict(Kind.UP, good)
    return Verdict(Kind.DEGRADED, Why.MEMBER_NOT_UP, lame)


def _none_up(judges: Sequence[tuple[str, Verdict]], bad: Why) -> Verdict:
    undecided = next(((id_, verdict) for id_, verdict in judges if verdict.kind is Kind.UNKNOWN), None)
    if undecided is not None:
        return unknown(_site_unknown(judges), undecided[0])
    causes = {verdict.cause for _, verdict in judges}
    if len(causes) == 1 and all(verdict.kind is Kind.UNREACHABLE for _, verdict in judges):
        return Verdict(Kind.UNREACHABLE, Why.UPSTREAM, causes.pop())
    return Verdict(Kind.DOWN, bad, judges[0][0])


def _site_unknown(judges: Sequence[tuple[str, Verdict]]) -> str:
    reasons = {verdict.reason for _, verdict in judges}
    return reasons.pop() if len(reasons) == 1 else Why.MEMBERS_UNKNOWN


def _service(subject: Subject, moment: Moment) -> Verdict:
    """By the answer its users get. Silence may be its device's; whatever else came proves that this is there."""
    life = moment.named(subject, USABLE) or moment.named(subject, SIGNALLING)
    if not life:
        return unknown(Why.NOT_MONITORED)
    fact = life[0]
    if fact.holds is True:
        return _limited(subject, moment, _reserved(subject, moment, fact))
    if fact.holds is None:
        return unknown(fact.reason, evidence=fact.evidence)
    if not fact.ever:
        return unknown(*_why_never(life))
    if fact.reason in SILENCES:
        return _blame(subject, moment, fact.reason, fact.evidence)
    return Verdict(Kind.DOWN, fact.reason, evidence=fact.evidence)


def _reserved(subject: Subject, moment: Moment, fact: FactNow) -> Verdict:
    """What works but not without fault: its certificate, or a fault it reports itself, that was not always there."""
    told = [*moment.named(subject, CERTIFICATE_VALID), *moment.named(subject, SERVING)]
    wrong = next((one for one in told if one.holds is False and one.ever), None)
    if wrong is not None:
        return Verdict(Kind.DEGRADED, wrong.reason, evidence=wrong.evidence)
    return Verdict(Kind.UP, Why.SERVES, evidence=fact.evidence)


RULES: Mapping[SubjectKind, Callable[[Subject, Moment], Verdict]] = {
    SubjectKind.DEVICE: _device,
    SubjectKind.LINE: _line,
    SubjectKind.ENDPOINT: _endpoint,
    SubjectKind.SURGE_PROTECTOR: _surge_protector,
    SubjectKind.SENSOR: _sensor,
    SubjectKind.SERVICE: _service,
    SubjectKind.SITE: _site,
}
