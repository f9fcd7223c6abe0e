"""What is known of contacts as families: strikes, when a contact last failed, whether it is commissioned. Pure."""

from collections.abc import Iterator, Mapping

from exporters.series import Family, Point
from netwatch.clock import SECOND
from netwatch.present import Present
from netwatch.verdict import Subject, SubjectKind

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
    totals = (Point({"surge_protector": id_}, one.total) for id_, one in sorted(present.strikes.items()))
    yield Family("netwatch_surge_protector_strikes_total", "counter", text, tuple(totals))


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
