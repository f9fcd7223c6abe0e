"""What people do to incidents and notifications: acknowledge, assign, name a cause, silence, maintain, go live.

Plain functions on a desk; the daemon runs them on its writer thread, a command without a daemon itself, under the
database's lock. A dry run checks everything and changes nothing. Whoever runs them writes `Acted` to the event log.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol
from unicodedata import category

if TYPE_CHECKING:
    # Only its name is needed: a client of the socket never loads the database.
    from netwatch.incidents.desk import Desk

from sqlalchemy import Engine

from alerts.contract import Report, Silence, Window
from alerts.window import EARLIEST, LATEST, fault
from inventory.texts import clean
from netwatch import commands
from netwatch.control.contract import NOTHING, Refused
from netwatch.incidents.contract import Cause, Incident
from netwatch.incidents.links import Claim, Signer
from netwatch.incidents.maintenance import problems_of
from netwatch.incidents.orders import NoSuch
from netwatch.incidents.places import Places
from netwatch.incidents.view import DeskView
from netwatch.language import Sentence
from netwatch.queries.as_json import iso
from netwatch.queries.incidents import sentence

LONGEST_TEXT = 2000
LONGEST_NAME = 100
# A silence is forgotten by those who made it; what lasts longer is maintenance.
LONGEST_SILENCE = 31 * 86_400_000_000
MOST_WINDOWS = 10_000
MOST_NAMES = 1000
# Control characters and half letters (Unicode's general categories).
HIDDEN = frozenset({"Cc", "Cs"})


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """`which` is an incident's number or the code a message gave."""

    which: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Assign:
    """It is somebody's now; '' nobody's."""

    incident: int
    to: str


@dataclass(frozen=True, slots=True)
class Blame:
    """A person's word: `cause` is one of `Cause`, '' for a note only."""

    incident: int
    cause: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class AddSilence:
    """Nobody is told of new incidents that match; see `Silence`."""

    silence: Silence


@dataclass(frozen=True, slots=True)
class EndSilence:
    """It ends now."""

    id: int


@dataclass(frozen=True, slots=True)
class AddWindows:
    """Maintenance windows; see `Window`. Their authors are set to who asks."""

    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class EndWindow:
    """It ends now and does not come again."""

    id: int


@dataclass(frozen=True, slots=True)
class GoLive:
    """From now on people are told."""


@dataclass(frozen=True, slots=True)
class SendTest:
    """A test message to a receiver."""

    receiver: str


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks, when, and whether anything is to be kept."""

    by: str
    now: int
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done to what: `kind` (incident, silence, maintenance, notifications) and `action` are codes.

    `entities` are the ids concerned, `facts` what else is worth knowing; `event` its number in the event log.
    """

    kind: str
    action: str
    entities: tuple[str, ...]
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    dry_run: bool = False
    event: int = 0


class Act(Protocol):
    """One of the functions below."""

    def __call__(self, desk: "Desk", order: Any, who: Who) -> Acted:  # noqa: ANN401 - each takes its own order
        """Do it; raises Refused, NoSuch, StoreFault."""


def claim(view: DeskView, signer: Signer, text: str) -> Claim | None:
    """Whose acknowledgement a code or a link's token is; None when it is not ours or of nobody who was told.

    Whether it was used before is another question (`DeskView.used_codes`).
    """
    return claim_of_link(view, signer, text) or signer.matching(text, _claims(view, *view.incidents.values()))


def claim_of_link(view: DeskView, signer: Signer, token: str) -> Claim | None:
    """The same of a token only: codes are short, so that strangers might guess one."""
    found = signer.read(token)
    # Whoever likes may ask: what is none of ours must cost next to nothing.
    incident = view.incidents.get(found.incident) if found else None
    return found if incident is not None and found in _claims(view, incident) else None


def _claims(view: DeskView, *incidents: Incident) -> list[Claim]:
    return [
        Claim(incident.id, receiver, incident.opened)
        for incident in incidents
        for receiver in sorted({notice.receiver for notice in view.notices.get(incident.id, ())})
    ]


def acknowledge(desk: "Desk", order: Acknowledge, who: Who) -> Acted:
    """By number as the one who asks; by a code as the receiver it was sent to."""
    note = readable(order.note)
    number = int(order.which) if _is_number(order.which) else 0
    if number in desk.view.incidents:
        return _acknowledged(desk, number, note, who)
    found = claim(desk.view, desk.arrangement.signer, order.which.strip())
    if found is None:
        raise Refused(_unknown_code(order.which, number))
    return _acknowledged_by_code(desk, found, who)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _unknown_code(which: str, number: int) -> Sentence:
    if number:
        return Sentence("There is no open incident {id}. `netwatch incidents` lists them.", {"id": number})
    text = "'{code}' is neither the number of an open incident nor a code that was sent to anybody."
    return Sentence(text, {"code": which[:LONGEST_NAME]})


def _acknowledged(desk: "Desk", id_: int, note: str, who: Who) -> Acted:
    before = open_incident(desk.view, id_)
    if not who.dry_run:
        desk.acknowledge(id_, who.by, who.now, note)
    return Acted("incident", "acknowledged", (str(id_),), note, _earlier(before), who.dry_run)


def _acknowledged_by_code(desk: "Desk", found: Claim, who: Who) -> Acted:
    before = open_incident(desk.view, found.incident)
    used = used_at(desk.view, found)
    if used is not None:
        raise NoSuch("code", found.incident, over=True)
    if not who.dry_run:
        desk.acknowledge(found.incident, found.receiver, who.now, code=True)
    facts = {**_earlier(before), "receiver": found.receiver}
    return Acted("incident", "acknowledged", (str(found.incident),), "", facts, who.dry_run)


def used_at(view: DeskView, found: Claim) -> int | None:
    """When a code or link was used; None when it was not."""
    times = (at for incident, by, at in view.used_codes if (incident, by) == (found.incident, found.receiver))
    return min(times, default=None)


def _earlier(incident: Incident) -> Mapping[str, str]:
    """Who acknowledged it before."""
    return {"earlier": incident.acknowledged.by} if incident.acknowledged else {}


def open_incident(view: DeskView, id_: int) -> Incident:
    """An incident that goes on; raises NoSuch."""
    incident = view.incidents.get(id_)
    if incident is None or not incident.open:
        raise NoSuch("incident", id_, over=incident is not None)
    return incident


def assign(desk: "Desk", order: Assign, who: Who) -> Acted:
    """It is somebody's now."""
    to = readable(order.to, LONGEST_NAME)
    before = open_incident(desk.view, order.incident)
    if not who.dry_run:
        desk.assign(order.incident, to, who.by, who.now)
    facts = {"before": before.assigned, "to": to}
    return Acted("incident", "assigned", (str(order.incident),), "", facts, who.dry_run)


def blame(desk: "Desk", order: Blame, who: Who) -> Acted:
    """A person's word about an incident, over or not."""
    text = readable(order.text)
    if order.incident not in desk.view.incidents:
        raise NoSuch("incident", order.incident)
    if not order.cause and not text:
        raise Refused(Sentence("Name a cause, write a note, or both."))
    cause = Cause(order.cause) if order.cause else None
    if not who.dry_run:
        desk.note(order.incident, cause, text, who.by, who.now)
    facts = {"cause": order.cause} if order.cause else {}
    return Acted("incident", "noted", (str(order.incident),), text, facts, who.dry_run)


def add_silence(desk: "Desk", order: AddSilence, who: Who) -> Acted:
    """Nobody is told of new incidents that match."""
    asked = replace(order.silence, id=0, author=who.by, reason=readable(order.silence.reason), ended_by="")
    _require_reason(asked.reason)
    _require_span(asked.start, asked.end, who.now)
    _require_known(_scope_of(asked), desk.arrangement.places)
    for id_ in asked.incidents:
        open_incident(desk.view, id_)
    ids = () if who.dry_run else (str(desk.silence(asked, who.now).id),)
    facts = {"from": iso(asked.start) or "", "until": iso(asked.end) or ""}
    return Acted("silence", "added", ids, asked.reason, facts, who.dry_run)


def _scope_of(silence: Silence) -> Window:
    """A window of the same extent: what is known of one is known of the other."""
    return Window(
        id=0,
        start=silence.start,
        duration=1,
        author="",
        reason="",
        units=silence.units,
        sites=silence.sites,
        subjects=silence.subjects,
        providers=silence.providers,
    )


def end_silence(desk: "Desk", order: EndSilence, who: Who) -> Acted:
    """It ends now."""
    known = {one.id: one for one in desk.view.silences}.get(order.id)
    if known is None or known.ended_by or known.end <= who.now:
        raise NoSuch("silence", order.id, over=known is not None)
    if not who.dry_run:
        desk.end_silence(order.id, who.by, who.now)
    return Acted("silence", "ended", (str(order.id),), "", {}, who.dry_run)


def add_windows(desk: "Desk", order: AddWindows, who: Who) -> Acted:
    """Maintenance windows come into force."""
    asked = tuple(
        replace(one, id=0, author=who.by, reason=readable(one.reason), ended_by="") for one in order.windows
    )
    if not 0 < len(asked) <= MOST_WINDOWS:
        raise Refused(Sentence("Between 1 and {most} windows at once.", {"most": MOST_WINDOWS}))
    for one in asked:
        _require_reason(one.reason)
        _require_usable(one)
        _require_time_left(one, who.now)
        _require_known(one, desk.arrangement.places)
    ids = () if who.dry_run else tuple(str(one.id) for one in desk.add_windows(asked, who.now))
    reasons = dict.fromkeys(one.reason for one in asked)
    return Acted("maintenance", "added", ids, "; ".join(reasons)[:LONGEST_TEXT], {}, who.dry_run)


def end_window(desk: "Desk", order: EndWindow, who: Who) -> Acted:
    """It ends now and does not come again."""
    known = {one.id: one for one in desk.view.windows}.get(order.id)
    if known is None or known.ended_by:
        raise NoSuch("window", order.id, over=known is not None)
    if not who.dry_run:
        desk.end_window(order.id, who.by, who.now)
    return Acted("maintenance", "ended", (str(order.id),), "", {}, who.dry_run)


def go_live(desk: "Desk", order: GoLive, who: Who) -> Acted:  # noqa: ARG001 - every act takes its order
    """From now on people are told; what is over was never sent and never will be."""
    if not desk.arrangement.receivers:
        text = "The settings name no receiver, so nobody would be told. Add [receivers.NAME] and [routes.NAME] first."
        raise Refused(Sentence(text))
    before = desk.view.live_since
    since = before or who.now
    if not who.dry_run:
        since = desk.go_live(who.now)
    waiting = sum(incident.open for incident in desk.view.incidents.values())
    facts = {"since": iso(since) or "", "open": str(waiting), "earlier": iso(before or 0) or ""}
    return Acted("notifications", "live", (), "", facts, who.dry_run)


def send_test(desk: "Desk", order: SendTest, who: Who) -> Acted:
    """A test message to a receiver, also before going live."""
    require_receiver(order.receiver, desk.arrangement.receivers)
    facts = {}
    if not who.dry_run:
        facts = {"message": str(desk.test(order.receiver, who.now).id)}
    return Acted("notifications", "tested", (order.receiver,), "", facts, who.dry_run)


def send_daily(desk: "Desk", receiver: str, report: Report, who: Who) -> Acted:
    """A daily report to a receiver now, marked as a test, also before going live."""
    require_receiver(receiver, desk.arrangement.receivers)
    facts = {"day": report.day}
    if not who.dry_run:
        facts |= {"message": str(desk.report(receiver, report, who.now).id)}
    return Acted("notifications", "daily_tested", (receiver,), "", facts, who.dry_run)


def require_receiver(name: str, receivers: Iterable[str]) -> None:
    """Refuse the name of a receiver that the settings do not have."""
    if name not in receivers:
        known = ", ".join(sorted(receivers)) or "-"
        params = {"receiver": name[:LONGEST_NAME], "known": known}
        raise Refused(
            Sentence("There is no receiver '{receiver}' in the settings. There are: {known}.", params)
        )


def readable(text: str, longest: int = LONGEST_TEXT) -> str:
    """A text without what does not show: others read it on their terminals. Raises Refused for one that is too long."""
    if len(text) > longest:
        raise Refused(Sentence("The text is longer than {limit} characters.", {"limit": longest}))
    return clean("".join(letter for letter in text if letter.isspace() or category(letter) not in HIDDEN))


def _require_reason(reason: str) -> None:
    if not reason:
        raise Refused(Sentence("A reason is needed: others will ask why nobody was told."))


def _require_span(start: int, end: int, now: int) -> None:
    if not (start >= EARLIEST and end < LATEST):
        raise Refused(Sentence("Times lie between the years 1970 and 2199."))
    if not start < end or end <= now:
        raise Refused(Sentence("The end must lie after the beginning and after now."))
    if end - start > LONGEST_SILENCE:
        text = "A silence lasts at most 31 days. What lasts longer is maintenance: netwatch maintenance add"
        raise Refused(Sentence(text))


def _require_usable(window: Window) -> None:
    """Its rule, length and beginning must make sense."""
    wrong = fault(window)
    if wrong is not None:
        raise Refused(sentence(wrong))


def _require_time_left(window: Window, now: int) -> None:
    if not window.rule and window.start + window.duration <= now:
        text = "This time is over. Take it out of the figures afterwards: netwatch maintenance reclassify"
        raise Refused(Sentence(text))


def _require_known(window: Window, places: Places) -> None:
    if (
        sum(map(len, (window.units, window.sites, window.subjects, window.providers, window.feeders)))
        > MOST_NAMES
    ):
        raise Refused(Sentence("At most {most} names at once.", {"most": MOST_NAMES}))
    problems: Sequence[Sentence] = problems_of(window, places)
    if problems:
        raise Refused(*problems)


def noted(engine: Engine, acted: Acted, who: Who) -> int:
    """Write down in the event log who did what; returns the event's number."""
    return commands.note_act(
        engine,
        kind=acted.kind,
        entity=", ".join(acted.entities)[:LONGEST_NAME],
        after={"action": acted.action, **acted.facts},
        reason=acted.reason,
        author=who.by,
        at=who.now,
    )


def no_such(fault: NoSuch) -> Refused:
    """The refusal of something that does not exist or is over."""
    given = {"id": fault.id_}
    missing = {
        "incident": Sentence("There is no incident {id}.", given),
        "silence": Sentence("There is no silence {id}.", given),
        "window": Sentence("There is no maintenance window {id}.", given),
        "receiver": Sentence("There is no receiver '{id}' in the settings.", given),
    }
    over = {
        "incident": Sentence("Incident {id} is over.", given),
        "silence": Sentence("Silence {id} has ended already.", given),
        "window": Sentence("Maintenance window {id} has ended already.", given),
        "code": Sentence("This code was used before to acknowledge incident {id}.", given),
    }
    found = over.get(fault.kind) if fault.over else None
    return Refused(found or missing.get(fault.kind) or Sentence("There is no such thing: {id}.", given))
