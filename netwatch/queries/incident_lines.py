"""How a line about an incident is said, the same in the terminal and on the page; whoever shows it joins the parts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from netwatch.language import Translate, duration, moment, short_moment, short_span
from netwatch.queries.incident_models import IncidentLine
from netwatch.queries.incident_words import cause_words, confidence_words, notice_words, severity_word

UNDECIDED = "undecided"
# The deed itself says what became of the things it names.
GROWTH = frozenset({"grew", "shrank"})
MEASURED = ("limit", "state")
# Facts of the log whose values are codes, whatever was done.
FACT_WORDS = {
    "cause": cause_words,
    "confidence": confidence_words,
    "severity": severity_word,
    "kind": notice_words,
}


def hit_words(hits: Iterable[tuple[str, int]], translate: Translate) -> str:
    """'2 sites, 1 line, 14 devices'."""
    one = {
        "site": translate("{count} site"),
        "line": translate("{count} line"),
        "device": translate("{count} device"),
        "conferencing_endpoint": translate("{count} conferencing endpoint"),
        "surge_protector": translate("{count} surge protector"),
        "sensor": translate("{count} sensor"),
        "service": translate("{count} service"),
    }
    many = {
        "site": translate("{count} sites"),
        "line": translate("{count} lines"),
        "device": translate("{count} devices"),
        "conferencing_endpoint": translate("{count} conferencing endpoints"),
        "surge_protector": translate("{count} surge protectors"),
        "sensor": translate("{count} sensors"),
        "service": translate("{count} services"),
    }
    return ", ".join((one if number == 1 else many)[kind].format(count=number) for kind, number in hits)


def why_words(line: IncidentLine, translate: Translate) -> str:
    """The cause and how sure we are of it: 'power (likely)'."""
    if (line.nature, line.cause) == MEASURED:
        return translate("measured")
    cause = cause_words(line.cause, translate)
    if line.cause == UNDECIDED:
        return cause
    return f"{cause} ({confidence_words(line.confidence, translate)})"


@dataclass(frozen=True, slots=True)
class LineParts:
    """The parts of an incident's line in words; '' where there is nothing to say."""

    severity: str
    title: str
    place: str
    lasting: str
    hits: str
    cause: str
    standing: str
    short_lasting: str = ""

    def behind_title(self) -> tuple[str, ...]:
        """What follows the title, in order."""
        parts = (self.place, self.lasting, self.hits, self.cause, self.standing)
        return tuple(part for part in parts if part)


def line_parts(line: IncidentLine, now: int, zone: tzinfo, language: str, translate: Translate) -> LineParts:
    """What a line says: how bad, what, where, since when, whom it hits, why, and whose it is."""
    title = line.title.words(translate)
    return LineParts(
        severity=severity_word(line.severity, translate),
        title=title,
        place=line.place if line.place not in title else "",
        lasting=lasting_words(line, now, zone, language, translate),
        hits=hit_words(line.hits, translate),
        cause=translate("cause: {cause}").format(cause=why_words(line, translate)),
        standing=", ".join(standing_words(line, translate)),
        short_lasting=_short_lasting(line, now, zone, translate),
    )


def lasting_words(
    line: IncidentLine, now: int, zone: tzinfo, language: str, translate: Translate, exact: bool = False
) -> str:
    """Since when and for how long, or from when to when: 'since 14:05 (12 minutes)'; to the second if `exact`."""

    def said(at: int) -> str:
        return moment(at, zone, language) if exact else short_moment(at, now, zone)

    end = line.ended or line.closed
    length = duration(max((end or now) - line.since, 0), language)
    if not end:
        return translate("since {moment} ({length})").format(moment=said(line.since), length=length)
    text = translate("from {start} to {end} ({length})")
    return text.format(start=said(line.since), end=said(end), length=length)


def _short_lasting(line: IncidentLine, now: int, zone: tzinfo, translate: Translate) -> str:
    """'since 14:05', or '14:05 - 14:25'."""
    end = line.ended or line.closed
    if end:
        return short_span(line.since, end, now, zone)
    return translate("since {moment}").format(moment=short_moment(line.since, now, zone))


def line_words(parts: LineParts, number: int) -> str:
    """The whole line as text."""
    return "; ".join((f"{parts.severity} #{number} {parts.title}", *parts.behind_title()))


def state_word(code: str, translate: Translate) -> str:
    """Where it stands."""
    words = {
        "open": translate("nobody has acknowledged it"),
        "acknowledged": translate("acknowledged"),
        "gathering": translate("just noticed"),
        "maintenance": translate("in maintenance"),
        "ending": translate("works again, being watched"),
        "over": translate("over"),
    }
    return words.get(code, code)


def standing_words(line: IncidentLine, translate: Translate) -> Sequence[str]:
    """Where it stands, whose it is, and what is odd about it."""
    return tuple(_standing(line, translate))


def _standing(line: IncidentLine, translate: Translate) -> Iterator[str]:
    if line.state != "acknowledged":
        yield state_word(line.state, translate)
    if line.acknowledged_by:
        yield translate("acknowledged by {name}").format(name=line.acknowledged_by)
    if line.assigned:
        yield translate("assigned to {name}").format(name=line.assigned)
    if line.flapping:
        yield translate("keeps going up and down")


def fact_words(deed: str, facts: Iterable[tuple[str, str]], translate: Translate) -> str:
    """What a line of an incident's log says beside its deed; what stands elsewhere is left out."""
    labels = {
        "after": "",
        "before": translate("before"),
        "cause": translate("cause"),
        "severity": translate("severity"),
        "confidence": translate("confidence"),
        "roots": translate("failed by itself"),
        "members": translate("hit"),
        "left": translate("not well yet"),
        "retired": translate("no longer in the inventory"),
        "merged_into": translate("part of incident"),
        "by": "",
        "note": "",
        "text": "",
        "receiver": translate("receiver"),
        "kind": "",
        "channel": translate("channel"),
    }
    if deed in GROWTH:
        labels["members"] = ""
    given = dict(facts)
    if given.get("before") == given.get("after"):
        given.pop("before", None)
    shown = (
        (labels[name], _fact_value(deed, name, value, translate))
        for name, value in given.items()
        if name in labels
    )
    return "; ".join(f"{label}: {value}" if label else value for label, value in shown)


def _fact_value(deed: str, name: str, value: str, translate: Translate) -> str:
    words = {
        ("blamed", "before"): cause_words,
        ("blamed", "after"): cause_words,
        ("severity", "before"): severity_word,
        ("severity", "after"): severity_word,
    }.get((deed, name), FACT_WORDS.get(name))
    return words(value, translate) if words else value


def todo_words(reason: str, translate: Translate) -> str:
    """What is to be done about things that stand on the to-do list."""
    words = {
        "never_seen": translate("Have never answered: check the address, or take them out of the inventory"),
        "not_commissioned": translate("Contacts whose trip test was never recorded: test them once"),
        "no_witness": translate("Lines without a witness: name one, or nobody can tell whether they work"),
        "not_monitored": translate(
            "Nothing measures these: enter what they lack (address, credentials, point, location; of a site its line)"
        ),
        "part_never_well": translate(
            "At fault since they are watched: mend them, or take out what is not needed"
        ),
        "inspection_wanted": translate(
            "To be inspected, now or soon (last day of the term, or what forces it): netwatch lightning due"
        ),
        "uplink_contradicted": translate(
            "Declared uplinks that LLDP or CDP contradicts (declared ≠ seen): correct the inventory or the cabling"
        ),
        "uplink_undeclared": translate("Without a declared uplink, but LLDP or CDP sees one: declare it"),
    }
    return words.get(reason, reason)
