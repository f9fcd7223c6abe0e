"""What speaks for power, line, provider or device: the clues of an incident, gathered from a scene. Pure.

What was found stays found: when a site comes back its darkness can no longer be seen, and still tells why it was
dark. Only what newer looks refute is taken back. Params are texts: ids of subjects, and numbers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from inventory.snapshot import Device, Line
from netwatch.clock import MINUTE, SECOND
from netwatch.derive import TELLS_NOTHING
from netwatch.incidents.contract import Clue, Incident
from netwatch.incidents.places import same_provider
from netwatch.incidents.scene import Scene
from netwatch.verdict import UPS, Kind, Why

# A UPS is looked at every minute; that it ran on battery a few looks before all went dark belongs to it.
BEFORE = 5 * MINUTE
# After a gap nobody knows for long what was seen well last.
GAP = 10 * MINUTE
# Sites that lose their power together are noticed so far apart: by their lines' looks, or as their supplies run out.
NEAR = 5 * MINUTE
# A device counts its uptime from when its agent runs; routers take minutes to boot.
BOOT = 3 * MINUTE
# The moment of an uptime reading is known to the length of a look.
READING = 10 * SECOND
# So many of each are told; more make no difference to anybody.
MOST = 20

DARKNESS = frozenset({"whole_site_dark", "lines_together", "only_one_line"})
ANSWERS = frozenset({"backup_alive", "other_devices_answer"})
UPTIMES = frozenset({"restarted", "ran_on"})
PERSON = "person_says"
NOTHING_TELLS = "nothing_tells"
# By what two clues of one code are the same one; those not named are, where all their params are.
IDENTITY: Mapping[str, str] = {
    "ups_on_battery": "ups",
    "ups_on_mains": "ups",
    "lines_together": "site",
    "whole_site_dark": "site",
    "only_one_line": "site",
    "feeder_neighbours": "feeder",
    "power_neighbours": "power_source",
    "provider_neighbours": "provider",
    "route_group": "route_group",
    "backup_alive": "",
    "other_devices_answer": "",
    "reporting_router": "",
    "parent_answers": "parent",
    "restarted": "device",
    "ran_on": "device",
}


@dataclass(frozen=True, slots=True)
class Case:
    """An incident in a scene; `hit` is since when each of its subjects failed."""

    incident: Incident
    scene: Scene
    hit: Mapping[str, int]

    @property
    def root(self) -> str:
        """The subject that names the incident."""
        return self.incident.roots[0]

    @property
    def site(self) -> str:
        """Where that stands."""
        return self.scene.places.site(self.root)

    @property
    def since(self) -> int:
        """Since when it fails."""
        return self.hit[self.root]

    @property
    def earliest(self) -> int:
        """Before that all was well."""
        return max(self.incident.contrary, self.incident.onset - GAP)

    @property
    def until(self) -> int:
        """The end of the outage, or now."""
        return self.scene.now if self.incident.ended is None else self.incident.ended

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites of all roots, the first one's first."""
        found = dict.fromkeys(self.scene.places.site(root) for root in self.incident.roots)
        return tuple(site for site in found if site)

    def lines(self) -> tuple[tuple[str, Line], ...]:
        """The roots that are lines."""
        records = ((root, self.scene.places.record(root)) for root in self.incident.roots)
        return tuple((id_, record) for id_, record in records if isinstance(record, Line))

    def works(self, subject: str) -> bool:
        """Whether a subject that was never hit is known to have worked after the outage began."""
        row = self.scene.rows.get(subject)
        if subject in self.hit or row is None or not row.verdict.operational:
            return False
        return not self.scene.answered or self.scene.answered.get(subject, 0) > self.since


def case(incident: Incident, scene: Scene) -> Case:
    """The incident in the scene."""
    hit = {root: _since(root, incident, scene) for root in incident.roots}
    hit |= {
        member.subject: member.since
        for member in incident.members
        if member.verdict in (Kind.DOWN, Kind.UNREACHABLE)
    }
    return Case(incident, scene, hit)


def _since(root: str, incident: Incident, scene: Scene) -> int:
    row = scene.rows.get(root)
    return row.start if row is not None and row.verdict.failed else incident.onset


def evidence(incident: Incident, scene: Scene) -> tuple[Clue, ...]:
    """Every clue of a fault, those found earlier first; `nothing_tells` where there is none."""
    before = incident.blame.clues
    if incident.ended is None:
        before = tuple(clue for clue in before if clue.code not in UPTIMES)
    found = merged(before, _fresh(case(incident, scene)))
    return found or (Clue(NOTHING_TELLS, incident.onset),)


def merged(before: Iterable[Clue], fresh: Iterable[Clue]) -> tuple[Clue, ...]:
    """Clues found earlier and now. What is found again stays as it was, unless it has become more.

    That something answered outweighs that all seemed dark.
    """
    found = {_identity(clue): clue for clue in before if clue.code != NOTHING_TELLS}
    for clue in fresh:
        key = _identity(clue)
        found[key] = _greater(found.get(key, clue), clue)
    if any(clue.code in ANSWERS and clue.trusted for clue in found.values()):
        found = {key: clue for key, clue in found.items() if clue.code not in DARKNESS}
    return tuple(found.values())


def _identity(clue: Clue) -> tuple[object, ...]:
    param = IDENTITY.get(clue.code)
    same = tuple(sorted(clue.params.items())) if param is None else clue.params.get(param, "")
    code = "uptime" if clue.code in UPTIMES else clue.code
    return code, clue.trusted, same, clue.at if code == PERSON else 0


def _greater(old: Clue, new: Clue) -> Clue:
    if old.code != new.code:
        return new
    return replace(new, at=old.at) if number(new, "count") > number(old, "count") else old


def number(clue: Clue, param: str) -> int:
    """A param as a number; 0 where it is none."""
    text = clue.params.get(param, "")
    return int(text) if text.isascii() and text.isdecimal() else 0


def _fresh(it: Case) -> Iterator[Clue]:
    if it.incident.ended is None:
        yield from _at_the_site(it)
        yield from _neighbours(it)
        yield from _parents(it)
        yield from _router(it)
    else:
        yield from islice(_uptimes(it), MOST)
    yield from islice(_supplies(it), MOST)
    yield from _provider(it)
    yield from _route(it)
    yield from _hints(it)


def _supplies(it: Case) -> Iterator[Clue]:
    """What the supplies of the sites drew on, as looks of ours read it."""
    for site in it.sites:
        for ups in it.scene.places.ups(site):
            battery, mains = it.scene.on_battery.get(ups, (0, 0))
            returned = battery < mains <= it.incident.contrary
            if it.earliest - BEFORE <= battery <= it.until and not returned:
                yield Clue("ups_on_battery", battery, {"ups": ups})
            elif it.since < mains <= it.until and ups not in it.hit:
                yield Clue("ups_on_mains", mains, {"ups": ups})


def _at_the_site(it: Case) -> Iterator[Clue]:
    """Whether anything at the first root's site still answers, or all of it is dark."""
    places, site = it.scene.places, it.site
    working = next((other for other in places.at(site) if other != site and _speaks(it, other)), None)
    if working is not None:
        backup = places.kind(working) == "line" and bool(it.lines())
        code, param = ("backup_alive", "line") if backup else ("other_devices_answer", "device")
        yield Clue(code, it.since, {param: working})
        return
    if site and _dark(it):
        yield Clue("whole_site_dark", it.since, {"site": site})
        yield from _lines_together(it)


def _speaks(it: Case, subject: str) -> bool:
    """Whether it works and that tells that the site has power: a supply on battery does not."""
    battery, mains = it.scene.on_battery.get(subject, (0, 0))
    counts = it.scene.places.kind(subject) in ("line", "device", "conferencing_endpoint")
    return counts and battery <= mains and it.works(subject)


def _dark(it: Case) -> bool:
    """Whether every line of the site failed, and not only one thing of all that is there."""
    places, rows = it.scene.places, it.scene.rows
    told = [rows[line].verdict for line in places.lines(it.site) if line in rows]
    telling = [verdict for verdict in told if verdict.reason not in TELLS_NOTHING]
    failed = [other for other in places.at(it.site) if other != it.site and it.scene.failed(other)]
    return all(verdict.failed for verdict in telling) and len(failed) > (not telling)


def _lines_together(it: Case) -> Iterator[Clue]:
    """Lines of the site that do not share a way and failed at the same time; or that there is only one."""
    lines = it.scene.places.lines(it.site)
    if len(lines) == 1:
        yield Clue("only_one_line", it.since, {"site": it.site})
    starts = {line: it.scene.rows[line].start for line in lines if it.scene.failed(line)}
    close = [line for line, start in starts.items() if abs(start - it.since) <= it.scene.rules.together]
    ways = _independent(it, close)
    if len(ways) > 1:
        apart = max(starts[line] for line in ways) - min(starts[line] for line in ways)
        params = {"count": str(len(ways)), "seconds": str(max(-(-apart // SECOND), 1)), "site": it.site}
        yield Clue("lines_together", it.since, params)


def _independent(it: Case, lines: Iterable[str]) -> list[str]:
    """Lines of which each is known to go another way than all others: by route group, or by provider."""
    places = it.scene.places
    chosen: list[str] = []
    for line in sorted(lines):
        route, provider = places.route_group(line), same_provider(places.provider(line))
        others = [(places.route_group(other), same_provider(places.provider(other))) for other in chosen]
        if all(_differ(route, theirs) or _differ(provider, whose) for theirs, whose in others):
            chosen.append(line)
    return chosen


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _neighbours(it: Case) -> Iterator[Clue]:
    """Other sites on the same feeder that went dark by themselves then; where it is not known, of the same source.

    With a feeder known the source tells nothing more: half a province writes 'mains' there.
    """
    places = it.scene.places
    for code, param, source in (
        ("feeder_neighbours", "feeder", places.feeder),
        ("power_neighbours", "power_source", places.power_source),
    ):
        if param == "power_source" and places.feeder(it.root):
            return
        mine = source(it.root)
        dark = _dark_sites(it.scene, param, source).get(mine, ()) if mine else ()
        count = sum(site != it.site and abs(start - it.since) <= NEAR for start, site in dark)
        if count:
            yield Clue(code, it.since, {param: mine, "count": str(count)})
            return


def _dark_sites(scene: Scene, name: str, source: Callable[[str], str]) -> Mapping[str, list[tuple[int, str]]]:
    """Sites that are down by themselves, with since when, by what feeds them; worked out once for a scene."""
    found: dict[str, list[tuple[int, str]]] | None = scene.memo.get(name)
    if found is None:
        found = scene.memo[name] = {}
        for id_ in sorted(scene.troubled):
            if scene.kind(id_) is Kind.DOWN and scene.places.kind(id_) == "site":
                found.setdefault(source(id_), []).append((scene.rows[id_].start, id_))
    return found


def _provider(it: Case) -> Iterator[Clue]:
    """Lines of one provider at many sites, unless one route or one feeder explains them."""
    places, roots = it.scene.places, it.lines()
    provider = same_provider(places.provider(it.root))
    lines = [id_ for id_, _ in roots if provider and same_provider(places.provider(id_)) == provider]
    sites = {places.site(line) for line in lines}
    routes = {places.route_group(line) for line in lines}
    feeders = {places.feeder(site) for site in sites}
    explained = (len(routes) == 1 and "" not in routes) or (len(feeders) == 1 and "" not in feeders)
    if len(sites) >= it.scene.rules.provider_lines and not explained:
        known = str(len(feeders - {""}))
        params = {"provider": places.provider(it.root), "count": str(len(sites)), "feeders": known}
        yield Clue("provider_neighbours", it.incident.onset, params)


def _route(it: Case) -> Iterator[Clue]:
    places = it.scene.places
    route = places.route_group(it.root)
    lines = [id_ for id_, _ in it.lines() if route and places.route_group(id_) == route]
    if len(lines) > 1:
        sites = {places.site(line) for line in lines}
        params = {"route_group": route, "count": str(len(lines)), "sites": str(len(sites))}
        yield Clue("route_group", it.incident.onset, params)


def _parents(it: Case) -> Iterator[Clue]:
    """What a device hangs from and works: order of evidence saw to it that this was looked at since."""
    scene = it.scene
    node = scene.topology.subjects.get(it.root)
    if scene.places.kind(it.root) != "device" or node is None:
        return
    for parent in node.parents:
        row = scene.rows.get(parent)
        if row is not None and row.verdict.operational:
            near = scene.places.site(parent) == it.site
            yield Clue("parent_answers", it.since, {"parent": parent, "near": str(int(near))})
            return


def _router(it: Case) -> Iterator[Clue]:
    row = it.scene.rows.get(it.root)
    if row is not None and row.verdict.failed and row.verdict.reason == Why.PATH_BROKEN:
        yield Clue("reporting_router", it.since, {"router": row.verdict.evidence})


def _hints(it: Case) -> Iterator[Clue]:
    """Clues from outside about the roots and their sites: of the time of the outage, a person's of later too."""
    places = it.scene.places
    if not it.scene.hints:
        return
    about = dict.fromkeys(
        (*it.incident.roots, *(id_ for site in it.sites for id_ in (site, *places.at(site))))
    )
    hints = [hint for subject in about for hint in it.scene.hints.get(subject, ())]
    for hint in sorted(hints, key=lambda hint: -hint.at)[:MOST]:
        last = it.scene.now if hint.code == PERSON else it.until
        if it.earliest - BEFORE <= hint.at <= last:
            yield hint


def _uptimes(it: Case) -> Iterator[Clue]:
    """Which devices of the sites began to run during the outage, by readings made after it.

    Of those that were not hit a reading during the outage will do. Supplies have batteries of their own and tell
    nothing; nor does an agent that began long after the end.
    """
    last = it.until + BOOT
    for site in it.sites:
        for device in filter(partial(_counted, it), it.scene.places.at(site)):
            started, read = it.scene.started.get(device, (0, 0))
            if read <= (it.until if device in it.hit else it.since) or started > last:
                continue
            code = "restarted" if started >= it.earliest - READING else "ran_on"
            yield Clue(code, read, {"device": device, "started": str(started)})


def _counted(it: Case, subject: str) -> bool:
    record = it.scene.places.record(subject)
    return isinstance(record, Device) and record.kind != UPS


def unsettled(incident: Incident, scene: Scene) -> tuple[str, ...]:
    """Lines and devices at the first root's site that were well before and not looked at since: looking at them now
    tells at once whether the site has power.
    """
    it = case(incident, scene)
    return tuple(id_ for id_ in scene.places.at(it.site) if _open_to_question(it, id_))


def _open_to_question(it: Case, subject: str) -> bool:
    row = it.scene.rows.get(subject)
    return (
        subject not in it.hit
        and it.scene.places.kind(subject) in ("line", "device")
        and row is not None
        and row.verdict.operational
        and it.scene.answered.get(subject, 0) <= it.since
    )
