"""Incidents for people: in order, with what they hit, what to tell a provider, and who would hear of them."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.contract import Phrase, Route, Severity
from netwatch.clock import HOUR, MINUTE, SECOND
from netwatch.control.contract import Refused
from netwatch.incidents.contract import Deed, Incident, LogEntry, Mark
from netwatch.incidents.places import Places
from netwatch.incidents.view import DeskView
from netwatch.language import translator
from netwatch.present import ChannelHealth, Present
from netwatch.queries.contacts import Directory
from netwatch.queries.delivery import delivery
from netwatch.queries.health import remarks
from netwatch.queries.incident_json import incident_json
from netwatch.queries.incident_lines import fact_words, hit_words, standing_words, why_words
from netwatch.queries.incident_models import IncidentLine
from netwatch.queries.incidents import (
    Tell,
    WantedIncidents,
    call_list,
    hits,
    incident_list,
    incident_report,
    sentence,
    state_of,
    todo,
)
from netwatch.queries.routing import RoutingReport, Rules, routing_report
from netwatch.queries.telling import telling
from netwatch.translate.to_exporters_incidents import incident_families


@pytest.fixture
def tell(told: Present, local_time: datetime) -> Tell:
    return telling(told, local_time)


@pytest.fixture
def line(told: Present, tell: Tell, now: int) -> IncidentLine:
    """The line about the cut main line."""
    return incident_list(told, WantedIncidents(), tell, now).lines[0]


def test_open_ones_come_before_those_over_and_worse_ones_before_others(
    told: Present, tell: Tell, now: int
) -> None:
    """A critical incident that is over stands below a minor one that goes on."""
    found = incident_list(told, WantedIncidents(everything=True), tell, now)
    assert [one.id for one in found.lines] == [12, 13, 11]
    assert [one.id for one in incident_list(told, WantedIncidents(), tell, now).lines] == [12, 13]
    late = WantedIncidents(since=now - 10 * MINUTE)
    assert [one.id for one in incident_list(told, late, tell, now).lines] == [12, 13]


def test_older_ones_come_from_the_database(
    told: Present, tell: Tell, now: int, broken_line: Incident
) -> None:
    """What the present knows better replaces what was read a moment before."""
    stale = replace(broken_line, severity=Severity.NOTICE)
    old = replace(broken_line, id=2, ended=now - 50 * HOUR, closed=now - 50 * HOUR)
    found = incident_list(told, WantedIncidents(since=now - 60 * HOUR), tell, now, (stale, old))
    assert {one.id: one.severity for one in found.lines}[12] == "major"
    assert 2 in {one.id for one in found.lines}


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({"closed": 9, "ended": 8, "suppressed": "maintenance:1"}, "over"),
        ({"ended": 8, "acknowledged": Mark("an", 7)}, "ending"),
        ({"suppressed": "maintenance:1", "announced": None}, "maintenance"),
        ({"announced": None}, "gathering"),
        ({"acknowledged": Mark("an", 7)}, "acknowledged"),
        ({}, "open"),
    ],
)
def test_the_first_state_that_holds_is_told(
    broken_line: Incident, given: dict[str, object], state: str
) -> None:
    assert state_of(replace(broken_line, **given)) == state  # type: ignore[arg-type]


def test_what_is_well_again_is_hit_no_more_until_all_is_over(told: Present, broken_line: Incident) -> None:
    """An end tells how many were hit in all."""
    places = Places(told.inventory)
    assert hits(broken_line, places) == (("site", 1), ("line", 1))
    over = replace(broken_line, ended=broken_line.onset + HOUR)
    assert hits(over, places) == (("site", 1), ("line", 1), ("device", 1))


def test_a_line_says_whom_why_and_whose(line: IncidentLine) -> None:
    """In both languages."""
    assert line.told == 1
    assert hit_words((("site", 1), ("device", 14)), str) == "1 site, 14 devices"
    assert hit_words(line.hits, translator("vi")) == "1 điểm, 1 đường truyền"
    assert why_words(line, str).endswith("(likely)")
    mine = replace(line, state="acknowledged", acknowledged_by="an", assigned="Lan", flapping=True)
    assert standing_words(mine, str) == ("acknowledged by an", "assigned to Lan", "keeps going up and down")
    assert "(" not in why_words(replace(line, cause="undecided"), str)


def test_phrases_within_phrases_become_sentences() -> None:
    """A row of them is told with commas."""
    inner = Phrase("{number} min", {"number": 3})
    told = sentence(Phrase("{parts} later", {"parts": (inner, "x")}))
    assert told.words(str) == "3 min, x later"


def test_a_report_holds_everything_and_goes_over_the_wire_as_json(
    told: Present, tell: Tell, now: int, broken_line: Incident
) -> None:
    """Names instead of ids in the log, no empty facts."""
    log = (
        LogEntry(12, now, now, "netwatch", Deed.GREW, {"members": ["S-AN", "gone"], "onset": 0, "note": ""}),
        LogEntry(12, now, now, "netwatch", Deed.BLAMED, {"before": "power", "after": "line"}),
    )
    report = incident_report(told, broken_line, tell(broken_line), log, now)
    assert report.log[0].facts == (("members", "Trụ sở xã An Bình, gone"), ("onset", "0"))
    assert fact_words("grew", report.log[0].facts, str) == "Trụ sở xã An Bình, gone"
    assert fact_words("blamed", report.log[1].facts, str) == "before: power failure; line cut"
    assert [one.receiver for one in report.notices] == ["noc", "boss"]
    assert report.notices[0].finished == now - 9 * MINUTE
    shown = json.loads(json.dumps(incident_json(report, translator("vi"))))
    assert shown["members"][2]["left_us"] == now - 5 * MINUTE
    assert shown["members"][0]["left"] is None


def test_a_call_list_names_only_lines_that_failed_by_themselves(
    told: Present, now: int, local_time: datetime, broken_line: Incident
) -> None:
    """Whatever the case of the provider's name; what is well again is not complained about."""
    directory = Directory(told.inventory, local_time)
    found = call_list(told, " vnpt ", directory, now)
    assert [(one.id, one.contract_number, one.since) for one in found.lines] == [
        ("L-AN", "HĐ-17/2026", now - 12 * MINUTE)
    ]
    assert [(desk.name, desk.on_duty) for desk in found.desks] == [("VNPT báo hỏng", True)]
    well = replace(broken_line, members=(replace(broken_line.members[0], left=now),))
    healed = replace(told, desk=replace(told.desk, incidents={12: well}))
    assert call_list(healed, "VNPT", directory, now).lines == ()


def test_the_to_do_list_holds_what_is_no_incident(told: Present) -> None:
    """Things that never answered, by name."""
    assert [(one.reason, one.things) for one in todo(told)] == [
        ("never_seen", (("sw-an", 'Chuyển mạch "tầng 2"'),)),
        ("inspection_wanted", (("SPD-DAI", "Chống sét nguồn Đại Đồng (2025-05-01)"),)),
    ]


def test_the_queue_tells_what_waits_and_what_was_given_up(desk: DeskView, now: int) -> None:
    """A receiver nobody has told anything yet is there, too."""
    found = delivery(desk, ["idle"], now)
    lines = {one.name: one for one in found.receivers}
    assert list(lines) == ["boss", "idle", "noc"]
    assert (lines["boss"].waiting, lines["boss"].dead, lines["boss"].error) == (1, 1, "refused")
    assert (lines["noc"].sent, lines["noc"].last_sent, lines["noc"].error) == (1, now - 9 * MINUTE, "")
    assert [(one.id, one.attempts) for one in found.dead] == [(30, 9)]


def test_the_queue_tells_whose_channel_is_failing_though_a_fallback_took_the_message(
    desk: DeskView, now: int
) -> None:
    """Nothing waits, and yet somebody must look after the mail server."""
    by_another = tuple(replace(one, channel="sms") if one.receiver == "noc" else one for one in desk.messages)
    channels = {
        "noc": ChannelHealth(now - HOUR, "The server refuses our login.", now - 2 * HOUR),
        "am": ChannelHealth(taken=now - MINUTE),
        "boss": ChannelHealth(),
    }
    found = delivery(replace(desk, messages=by_another), ["am"], now, channels)
    lines = {one.name: one for one in found.receivers}
    assert (lines["noc"].error, lines["noc"].by) == ("The server refuses our login.", "sms")
    assert (lines["am"].last_sent, lines["am"].error, lines["am"].by) == (now - MINUTE, "", "")
    assert lines["boss"].error == "refused"


def test_whoever_looks_after_netwatch_is_reminded_of_what_keeps_people_from_being_told(told: Present) -> None:
    """The page and the doctor name receivers that cannot be reached, a missing go-live and a deaf watcher."""
    channels = {"noc": ChannelHealth(1, "The server cannot be reached."), "boss": ChannelHealth()}
    silent = replace(told, channels=channels, desk=replace(told.desk, live_since=None), unwatched="late")
    found = dict(remarks(silent))
    assert found["receivers_failing"] == "noc"
    assert found["not_live"] == "boss, noc"
    assert "heartbeat_failing" in found
    well = replace(told, channels={"noc": ChannelHealth()}, desk=replace(told.desk, live_since=1))
    assert remarks(well) == remarks(told)
    points = {family.name: family.points for family in incident_families(silent)}
    assert [(one.labels["receiver"], one.value) for one in points["netwatch_receiver_up"]] == [
        ("boss", 1),
        ("noc", 0),
    ]


@pytest.fixture
def routed(told: Present, now: int, zone: ZoneInfo) -> Callable[..., RoutingReport]:
    """Who would hear of a fault: everybody by day, the night watch from 22:00, the commune of its own."""
    routes = (
        Route("night", ("watch",), duty="22:00-06:00"),
        Route("commune", ("an",), units=frozenset({"XA-AN"}), escalate_after=600 * SECOND, escalate_to=("boss",)),
        Route("worst", ("noc",), severities=frozenset({Severity.CRITICAL})),
    )  # fmt: skip

    def report(
        subject: str, incident: int = 0, severity: Severity = Severity.CRITICAL, hours: int = 0
    ) -> RoutingReport:
        at = now + hours * HOUR
        return routing_report(told, Rules(routes, zone), subject, incident, severity, at)

    return report


def test_who_would_hear_depends_on_place_severity_and_hour(routed: Callable[..., RoutingReport]) -> None:
    """By night the night watch, by day it stands among those off duty."""
    by_day = routed("r-an")
    assert [route.name for route in by_day.routes] == ["commune", "worst"]
    assert [route.name for route in by_day.later] == ["night"]
    assert by_day.routes[0].escalate_to == ("boss",)
    by_night = routed("r-dai", severity=Severity.MINOR, hours=10)
    assert ([route.name for route in by_night.routes], by_night.later) == (["night"], ())


def test_silence_and_maintenance_are_named(routed: Callable[..., RoutingReport]) -> None:
    """Both keep it from being told now."""
    held = routed("SPD-DAI")
    assert (held.window, held.silence, held.silence_reason) == ("4", 3, "diễn tập")


def test_an_open_incident_is_routed_by_all_it_hits(routed: Callable[..., RoutingReport]) -> None:
    """One that is over, or that there never was, is refused; so is an item nobody knows."""
    assert [route.name for route in routed("", 12).routes] == ["commune"]
    for subject, incident in (("", 11), ("", 99), ("NOTHING", 0)):
        with pytest.raises(Refused):
            routed(subject, incident)


@pytest.mark.parametrize(
    ("deed", "facts", "told"),
    [
        ("shrank", {"members": "UPS An"}, "UPS An"),
        (
            "blamed",
            {"before": "line", "after": "line", "confidence": "confirmed"},
            "line cut; confidence: confirmed",
        ),
        ("blamed", {"before": "line", "after": "power"}, "before: line cut; power failure"),
    ],
)
def test_the_log_says_each_thing_once(deed: str, facts: dict[str, str], told: str) -> None:
    """What recovered is not said to be hit, and a cause that stayed is not said twice."""
    assert fact_words(deed, facts.items(), str) == told
