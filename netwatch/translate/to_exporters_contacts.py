"""What is known of contacts as families: strikes, when a contact last failed, whether it is commissioned. Pure."""

from collections.abc import Iterator, Mapping

from exporters.series import Family, Point
from inventory.inspections import Trigger
from netwatch.check import Check, FactKey
from netwatch.clock import SECOND
from netwatch.planning.contacts import EXPECTED
from netwatch.planning.inspections import KIND
from netwatch.present import Present
from netwatch.verdict import Subject, SubjectKind
from probes.inspection import FACTS

PROTECTOR = str(SubjectKind.SURGE_PROTECTOR)
# What the plan knows of an inspection: parameter, end of the metric's name, help.
OF_THE_PLAN = (
    (
        "due",
        "inspection_due_timestamp_seconds",
        "When the term of the surge protector's inspection is over; absent without a date to count from.",
    ),
    (
        "life",
        "design_life_over_timestamp_seconds",
        "When the design life of the surge protector, or of its module, is over.",
    ),
    ("ohms", "earth_resistance_ohms", "The newest earth resistance written down for the surge protector."),
)
CONTACTS = (SubjectKind.SURGE_PROTECTOR, SubjectKind.SENSOR)


def contacts_of(present: Present) -> Mapping[str, Subject]:
    """The subjects that are read through an input, by id."""
    return {id_: one for id_, one in present.subjects.items() if one.kind in CONTACTS and one.facts}


def contact_families(present: Present, contacts: Mapping[str, Subject]) -> Iterator[Family]:
    """Those of surge protectors and of sensors that are contacts; without points where there are none."""
    for kind in CONTACTS:
        subjects = {id_: subject for id_, subject in contacts.items() if subject.kind is kind}
        name, word = f"netwatch_{kind}", kind.replace("_", " ")
        text = f"Whether a trip test has shown both positions of the {word}'s contact; a number needs none."
        yield Family(f"{name}_commissioned", "gauge", text, tuple(_commissioned(kind, subjects)))
    text = "When the surge protector's contact last began to report a fault, whether or not it was replaced since."
    failed = tuple(_failed(present, contacts))
    yield Family("netwatch_surge_protector_failed_timestamp_seconds", "gauge", text, failed)
    text = "Strikes that the surge protector's counter has counted since this process started."
    # What was counted of a protector that is retired is still known; its series is not kept on for it.
    known = {id_: one for id_, one in sorted(present.strikes.items()) if id_ in present.subjects}
    totals = (Point({"surge_protector": id_}, one.total) for id_, one in known.items())
    yield Family("netwatch_surge_protector_strikes_total", "counter", text, tuple(totals))
    yield from inspection_families(present)


def inspection_families(present: Present) -> Iterator[Family]:
    """Those of inspections of surge protectors."""
    checks = {one.target: one for one in present.checks.values() if one.kind == KIND}
    for param, name, text in OF_THE_PLAN:
        points = (
            Point({PROTECTOR: id_}, value)
            for id_, one in checks.items()
            if (value := one.params.get(param)) is not None
        )
        yield Family(f"netwatch_{PROTECTOR}_{name}", "gauge", text, tuple(points))
    text = "Whether this forces an inspection of the surge protector now (1), whatever its term says, by trigger."
    yield Family(f"netwatch_{PROTECTOR}_inspection_forced", "gauge", text, tuple(_forced(present, checks)))


def _forced(present: Present, checks: Mapping[str, Check]) -> Iterator[Point]:
    for id_, check in checks.items():
        yield Point({PROTECTOR: id_, "trigger": str(Trigger.CONTACT_FAULT)}, int(_at_fault(present, id_)))
        for trigger, fact in FACTS.items():
            state = present.facts.get(FactKey(check.id, "", fact))
            if state is not None and state.holds is not None:
                yield Point({PROTECTOR: id_, "trigger": trigger}, int(not state.holds))


def _at_fault(present: Present, id_: str) -> bool:
    subject = present.subjects.get(id_)
    if subject is None or not subject.commissioned:
        return False
    states = (present.facts.get(key) for key in subject.facts if key.fact == EXPECTED)
    return any(state is not None and state.holds is False for state in states)


def _commissioned(kind: SubjectKind, subjects: Mapping[str, Subject]) -> Iterator[Point]:
    for id_, subject in subjects.items():
        yield Point({str(kind): id_}, int(subject.commissioned))


def _failed(present: Present, contacts: Mapping[str, Subject]) -> Iterator[Point]:
    for id_, subject in contacts.items():
        if subject.kind is SubjectKind.SURGE_PROTECTOR:
            states = [state for key in subject.facts if (state := present.facts.get(key)) is not None]
            failed = max((state.failed for state in states), default=0)
            if failed:
                yield Point({"surge_protector": id_}, failed / SECOND)
