"""What a limit does to verdicts and incidents: it degrades what works, and never more."""

from typing import Any

import pytest

from alerts.contract import Severity
from netwatch.check import FactKey
from netwatch.derive import Moment, derive
from netwatch.incidents.contract import Incident, IncidentRules, Nature
from netwatch.incidents.scene import Scene
from netwatch.incidents.severity import severity
from netwatch.store.contract import VerdictRow
from netwatch.verdict import FactNow, Kind, Subject, SubjectKind, Verdict

ALIVE, LOSS, JITTER = (FactKey("c", "", name) for name in ("reachable", "within:loss", "within:jitter"))
GOOD, BAD, MUTE = (
    FactNow(True, "within_limit"),
    FactNow(False, "beyond_limit", evidence="loss: 12 % > 5 %"),
    None,
)

ROWS = [
    ("line", True, (GOOD, GOOD), "up witness_good"),
    ("line", True, (BAD, GOOD), "degraded beyond_limit loss: 12 % > 5 %"),
    ("line", True, (GOOD, BAD), "degraded beyond_limit loss: 12 % > 5 %"),
    ("line", True, (MUTE, MUTE), "up witness_good"),
    ("line", False, (BAD, BAD), "down witness_fails"),
    ("line", None, (BAD, BAD), "unknown silence"),
    ("device", True, (BAD, GOOD), "degraded beyond_limit loss: 12 % > 5 %"),
    ("device", True, (GOOD, MUTE), "up answers"),
    ("device", False, (BAD, GOOD), "down no_answer"),
    ("sensor", True, (BAD, GOOD), "degraded beyond_limit loss: 12 % > 5 %"),
    ("sensor", None, (BAD, GOOD), "unknown silence"),
]


def verdict(kind: str, alive: bool | None, limits: tuple[FactNow | None, ...], **more: Any) -> str:  # noqa: ANN401
    told = {True: "answered", False: "no_answer", None: "silence"}[alive]
    facts = {ALIVE: FactNow(alive, told)}
    facts |= {key: fact for key, fact in zip((LOSS, JITTER), limits, strict=True) if fact is not None}
    subject = Subject("s", SubjectKind(kind), (ALIVE,), witness="echo", limits=(LOSS, JITTER))
    found = derive(subject, Moment(facts, {}, {}, **more))
    return " ".join(filter(None, (found.kind, found.reason, found.evidence)))


@pytest.mark.parametrize(("kind", "alive", "limits", "wanted"), ROWS)
def test_a_limit_degrades_what_works(
    kind: str, alive: bool | None, limits: tuple[FactNow | None, ...], wanted: str
) -> None:
    """The first limit beyond is the evidence; what is down or unknown is judged by no limit."""
    assert verdict(kind, alive, limits) == wanted


def test_what_a_blind_vantage_measures_is_no_news() -> None:
    """Its own connection may be what is bad."""
    assert verdict("line", True, (BAD, BAD), blind=frozenset({"local"})) == "up witness_good"


def test_a_limit_may_say_how_much_it_weighs() -> None:
    """Otherwise what is beyond a limit is minor; the worst of several roots counts."""
    rows = {
        id_: VerdictRow(
            1, id_, Verdict(Kind.DEGRADED, "beyond_limit", "", "loss: 9 % > 5 %"), 0, None, 0, 1, 0
        )
        for id_ in ("a", "b")
    }
    incident = Incident(1, Nature.LIMIT, ("a", "b"), "subject:a", "beyond_limit", 0, 0, 0, Severity.MINOR)
    for severities, wanted in (
        ({}, Severity.MINOR),
        ({("b", "loss"): "major"}, Severity.MAJOR),
        ({("b", "jitter"): "major"}, Severity.MINOR),
        ({("a", "loss"): "notice", ("b", "loss"): "notice"}, Severity.NOTICE),
    ):
        rules = IncidentRules(limit_severities=severities)
        assert severity(incident, Scene(0, rows, frozenset(rows), rules=rules)) is wanted
