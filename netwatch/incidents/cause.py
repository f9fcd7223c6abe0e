"""What is to blame for an incident: power, line, provider, device, or honestly not known. Pure.

Clues (`clues.evidence`) are weighed by STRENGTHS: each speaks for a cause by so much, and what leads by SIGN is
possible, by STRONG likely. Less than a sign of a lead is UNDECIDED. The strengths and why:

- `ups_on_battery` 4 for power: the site's own supply says so, and we asked it (RFC 1628). A site of a province mostly
  loses its connection by losing its power, which a supply makes known.
- `ups_on_mains` 4 against power, 2 for the line: the same supply, read during the outage.
- `lines_together` 2 for power, 4 from three lines on: ways that share neither route nor provider seldom fail in the
  same minute; what they share is the socket.
- `whole_site_dark` 1 for power, and nothing where only one line leads there: behind a cut line all is silent too.
- `feeder_neighbours` 2 for power, 4 from two sites on; `power_neighbours` likewise.
- `provider_neighbours` 2 for the provider, 4 when the sites are known to hang on different feeders.
- `route_group` 1 for the line, 4 when lines of the route failed at several sites: a dig cuts them all, but at one site
  its socket explains them as well.
- `backup_alive`, `other_devices_answer` 4 for the line: the site has power. Not more, because what answers may live on
  a supply's battery while the line's terminal does not.
- `parent_answers` 2 for the device, 4 when what it hangs from is at the same site.
- `reporting_router` 1 for the line: a router says that the way ends there, but an ICMP error is easily forged.
- `trap_power` 2 for power where its sender is proven. What anybody could have sent (traps by v1 and v2c, syslog) is
  only listed.

Of a device what speaks for a line speaks for the device. Afterwards uptimes decide, whatever was believed before: at a
site where all devices began to run during the outage the power was gone; where one of several did, it was restarted;
where none did, the line was, or the power of its terminal alone. A person's word decides over everything.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from netwatch.incidents.clues import ANSWERS, PERSON, UPTIMES, evidence, merged, number
from netwatch.incidents.contract import Blame, Cause, Clue, Confidence, Incident, Nature
from netwatch.incidents.scene import Scene
from netwatch.verdict import Why

SIGN, STRONG = 2, 4
STRENGTHS: Mapping[str, Mapping[Cause, int]] = {
    "ups_on_battery": {Cause.POWER: STRONG},
    "ups_on_mains": {Cause.POWER: -STRONG, Cause.LINE: SIGN},
    "lines_together": {Cause.POWER: SIGN},
    "whole_site_dark": {Cause.POWER: 1},
    "feeder_neighbours": {Cause.POWER: SIGN},
    "power_neighbours": {Cause.POWER: SIGN},
    "provider_neighbours": {Cause.PROVIDER: SIGN},
    "route_group": {Cause.LINE: 1},
    "backup_alive": {Cause.LINE: STRONG},
    "other_devices_answer": {Cause.LINE: STRONG},
    "parent_answers": {Cause.EQUIPMENT: SIGN},
    "reporting_router": {Cause.LINE: 1},
    "trap_power": {Cause.POWER: SIGN},
}
# By which of its params, from how much on, a clue is a strong one.
FIRM: Mapping[str, tuple[str, int]] = {
    "lines_together": ("count", 3),
    "feeder_neighbours": ("count", 2),
    "power_neighbours": ("count", 2),
    "provider_neighbours": ("feeders", 2),
    "route_group": ("sites", 2),
    "parent_answers": ("near", 1),
}
# Signs of power that an uptime of a single device bears out.
POWER_SIGNS = frozenset({"ups_on_battery", "feeder_neighbours", "power_neighbours", "lines_together"})
# Those that can only be in a state of their own: a lost registration, a contact.
STATED = ("conferencing_endpoint", "surge_protector", "sensor", "service")
UNKNOWN_BY_US = ("collector", "clock", "vantage")

FROM_OUTSIDE = frozenset({Cause.LINE, Cause.PROVIDER, Cause.EQUIPMENT})

Decision = tuple[Cause, Confidence]
UNDECIDED: Decision = Cause.UNDECIDED, Confidence.NONE


def blame(incident: Incident, scene: Scene) -> Blame:
    """What is to blame for the incident by what is known now; the clues of its last blame are taken over."""
    stated = _stated(incident, scene)
    if stated is None:
        clues = evidence(incident, scene)
        decision = _said(clues) or _ran(clues, incident, scene) or _weighed(clues, _has_line(incident, scene))
        return Blame(*decision, clues)
    words = _words(incident, scene)
    return Blame(*(_said(words) or stated), words)


def contradicts(clue: Clue, cause: Cause) -> bool:
    """Whether a clue speaks for power where something else is blamed, or against it where power is."""
    strengths = STRENGTHS.get(clue.code)
    if strengths is None or cause not in (*FROM_OUTSIDE, Cause.POWER):
        return False
    return (strengths.get(Cause.POWER, 0) > 0) == (cause in FROM_OUTSIDE)


def strength(clue: Clue) -> int:
    """How much a clue weighs, for or against a cause; what decides alone weighs more than any sign, hearsay nothing."""
    if not clue.trusted:
        return 0
    if clue.code == PERSON or clue.code in UPTIMES:
        return STRONG + 1
    return max(map(abs, _votes(clue, line=True).values()), default=0)


def _stated(incident: Incident, scene: Scene) -> Decision | None:
    """The cause that lies in what the incident is; None for a fault whose cause is to be found."""
    scope = incident.scope.partition(":")[0]
    if incident.nature is Nature.BLINDNESS or scope in UNKNOWN_BY_US:
        return Cause.OURSELVES, Confidence.LIKELY
    if incident.nature is Nature.IGNORANCE:
        known = scope == "credentials" or incident.reason == "credentials"
        return (Cause.CREDENTIALS, Confidence.CONFIRMED) if known else UNDECIDED
    if incident.nature is Nature.LIMIT and incident.reason == Why.ON_BATTERY:
        return Cause.POWER, Confidence.LIKELY
    root = incident.roots[0] if incident.roots else ""
    if incident.nature is Nature.LIMIT or scene.places.kind(root) in STATED:
        return Cause.STATE, Confidence.CONFIRMED
    return None if root else UNDECIDED


def _words(incident: Incident, scene: Scene) -> tuple[Clue, ...]:
    """What is told of a cause that needs no finding: supplies on battery, and persons' words."""
    battery = incident.roots if incident.reason == Why.ON_BATTERY else ()
    hints = (hint for root in incident.roots for hint in scene.hints.get(root, ()))
    said = (hint for hint in hints if hint.code == PERSON and hint.at >= incident.onset)
    own = (Clue("ups_on_battery", incident.onset, {"ups": root}) for root in battery)
    return merged(incident.blame.clues, (*own, *said))


def _has_line(incident: Incident, scene: Scene) -> bool:
    return any(scene.places.kind(root) == "line" for root in incident.roots)


def _said(clues: Iterable[Clue]) -> Decision | None:
    """What a person said last; who says 'undecided' takes the word back."""
    words = [clue for clue in clues if clue.code == PERSON and clue.trusted]
    said = max(words, key=lambda clue: clue.at, default=None)
    cause = said.params.get("cause") if said is not None else None
    if cause not in [each.value for each in Cause] or cause == Cause.UNDECIDED:
        return None
    return Cause(cause), Confidence.CONFIRMED


def _weighed(clues: Sequence[Clue], line: bool) -> Decision:
    """The cause that leads, and how sure by how much it does."""
    votes: Counter[Cause] = Counter()
    alone = any(clue.code == "only_one_line" for clue in clues)
    for clue in clues:
        if clue.trusted and not (alone and clue.code == "whole_site_dark"):
            votes.update(_votes(clue, line))
    (leader, most), (_, next_) = [*votes.most_common(2), *[(Cause.UNDECIDED, 0)] * 2][:2]
    lead = most - max(next_, 0)
    if lead < SIGN:
        return UNDECIDED
    return leader, Confidence.LIKELY if lead >= STRONG else Confidence.POSSIBLE


def _votes(clue: Clue, line: bool) -> dict[Cause, int]:
    param, enough = FIRM.get(clue.code, ("", 0))
    firm = bool(param) and number(clue, param) >= enough
    return {
        Cause.EQUIPMENT if cause is Cause.LINE and not line else cause: STRONG if firm else strength
        for cause, strength in STRENGTHS.get(clue.code, {}).items()
    }


def _ran(clues: Sequence[Clue], incident: Incident, scene: Scene) -> Decision | None:
    """What the uptimes of the sites' devices say; None when none was read."""
    sites: dict[str, dict[str, list[str]]] = {}
    for clue in clues:
        if clue.code in UPTIMES and clue.trusted:
            device = clue.params.get("device", "")
            of_site = sites.setdefault(scene.places.site(device), {code: [] for code in UPTIMES})
            of_site[clue.code].append(device)
    if not sites:
        return None
    answered = any(clue.code in ANSWERS or number(clue, "near") for clue in clues if clue.trusted)
    told = [
        _site_ran(site["restarted"], site["ran_on"], answered, incident, scene) for site in sites.values()
    ]
    if Cause.POWER in told:
        return Cause.POWER, _power_confidence(clues, told)
    if Cause.EQUIPMENT in told:
        return Cause.EQUIPMENT, Confidence.CONFIRMED
    return _ran_on(clues, incident, scene)


def _site_ran(
    restarted: Sequence[str], ran_on: Sequence[str], answered: bool, incident: Incident, scene: Scene
) -> Cause:
    """POWER: all devices of a site began anew, or several; EQUIPMENT: one that matters; LINE: none of them."""
    if len(restarted) > 1 or (restarted and not ran_on and not answered):
        return Cause.POWER
    concerned = _concerned(incident, scene)
    if restarted and (not concerned or not concerned.isdisjoint(restarted)):
        return Cause.EQUIPMENT
    return Cause.LINE


def _concerned(incident: Incident, scene: Scene) -> frozenset[str]:
    """The devices whose restart explains the incident: roots, and those at the site's end of a line."""
    ends = (getattr(scene.places.record(root), "a_device", None) or "" for root in incident.roots)
    devices = (root for root in incident.roots if scene.places.kind(root) == "device")
    return frozenset((*ends, *devices)) - {""}


def _power_confidence(clues: Sequence[Clue], told: Sequence[Cause]) -> Confidence:
    """Several devices that all began anew prove it, or one together with another sign of power."""
    trusted = [clue.code for clue in clues if clue.trusted]
    borne_out = trusted.count("restarted") > 1 or not POWER_SIGNS.isdisjoint(trusted)
    whole = "ran_on" not in trusted and set(told) == {Cause.POWER}
    return Confidence.CONFIRMED if borne_out and whole else Confidence.LIKELY


def _ran_on(clues: Sequence[Clue], incident: Incident, scene: Scene) -> Decision:
    """Nothing restarted: neither the power of the sites nor a device that came back by itself."""
    if not _has_line(incident, scene) and any(number(clue, "near") for clue in clues if clue.trusted):
        return Cause.EQUIPMENT, Confidence.LIKELY  # a port or a cable between two devices of ours
    if any(clue.code == "provider_neighbours" and clue.trusted for clue in clues):
        return Cause.PROVIDER, Confidence.LIKELY
    return Cause.LINE, Confidence.CONFIRMED
