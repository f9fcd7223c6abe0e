"""Which things that fail by themselves are one cause: same place and power, same route, same provider. Pure.

A failure lies somewhere in [last look that saw it well, first that did not]. Failures are together when these spans
are at most `rules.together` apart, one after the other.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from netwatch.clock import MINUTE
from netwatch.incidents.picture import kind_of, row_of
from netwatch.incidents.places import Places, same_provider
from netwatch.incidents.scene import Scene
from netwatch.store.contract import VerdictRow
from netwatch.verdict import INSPECTIONS, SubjectKind, Why

Rows: TypeAlias = Mapping[str, VerdictRow]

SUBJECT, SITE, UNIT, FEEDER = "subject", "site", "unit", "feeder"
ROUTE_GROUP, PROVIDER = "route_group", "provider"
# From the narrowest to the widest: an incident's scope only ever widens.
SCOPES = (SUBJECT, SITE, UNIT, FEEDER, ROUTE_GROUP, PROVIDER)
# After a gap nobody knows for long when something failed; so far back it may still be together with others.
REACH = 10 * MINUTE
# Lines about which nothing will be known do not keep a site from being wholly dark.
TELLS_NOTHING = frozenset({Why.NO_WITNESS, Why.NOT_MONITORED, Why.NEVER_SEEN, Why.NOT_YET_MEASURED})


@dataclass(frozen=True, slots=True)
class Group:
    """Roots that are taken for one cause; `scope` says what binds them."""

    scope: str
    roots: tuple[str, ...]


def groups(roots: Rows, scene: Scene, established: Collection[str] = ()) -> list[Group]:
    """Failing roots by cause. `established` are the scopes of open incidents, as `same_provider` writes them:
    one more line of their provider needs no company, nor one more dark site of their feeder (a battery lasts a while).

    Stronger bonds come first: what a site or a feeder explains says nothing about a provider.
    """
    bonds = _Bonds({root: root for root in roots})
    places = scene.places
    slack = scene.rules.together
    bonds.bind(_alike(roots, places.site, slack))
    dark = _Darkness(scene)
    powered = {root: row for root, row in roots.items() if dark.at(places.site(root))}
    bonds.bind(_alike(powered, places.feeder, slack))
    bonds.bind(_later_on(powered, places, established))
    bonds.bind(_alike(roots, places.route_group, slack))
    accused = _accused(bonds, places)
    lines = {root: roots[root] for root in accused}
    bonds.bind(
        run
        for run in _alike(lines, lambda root: same_provider(places.provider(root)), slack)
        if len({accused[root] for root in run}) >= scene.rules.provider_lines
        or same_provider(_scope(PROVIDER, places.provider(run[0]))) in established
    )
    return [Group(scope_of(group, scene), tuple(group)) for group in bonds.groups()]


def _later_on(roots: Iterable[str], places: Places, established: Collection[str]) -> Iterator[list[str]]:
    """Roots at dark sites by their feeders, for feeders that are known to be without power."""
    found: dict[str, list[str]] = {}
    for root in roots:
        found.setdefault(places.feeder(root), []).append(root)
    for feeder, along in found.items():
        if feeder and same_provider(_scope(FEEDER, feeder)) in established:
            yield along


def limit_groups(roots: Rows, scene: Scene) -> list[Group]:
    """Things beyond a limit stand alone, but supplies on battery are together by site and by feeder.

    What is to be inspected for one reason is together by agency, whenever it was noticed: one visit does for all.
    """
    inspections = {root: row for root, row in roots.items() if row.verdict.reason in INSPECTIONS}
    bonds = _Bonds({root: root for root in roots if root not in inspections})
    on_battery = {root: row for root, row in roots.items() if row.verdict.reason == Why.ON_BATTERY}
    for key in (scene.places.site, scene.places.feeder):
        bonds.bind(_alike(on_battery, key, scene.rules.together))
    alone = [Group(scope_of(group, scene), tuple(group)) for group in bonds.groups()]
    return [*alone, *_rounds(inspections, scene)]


def _rounds(roots: Rows, scene: Scene) -> Iterator[Group]:
    found: dict[tuple[str, str], list[str]] = {}
    for root in sorted(roots):
        agency = next(iter(scene.places.agencies(scene.places.site(root))), "")
        scope = _scope(UNIT, agency) if agency else _scope(SUBJECT, root)
        found.setdefault((scope, str(roots[root].verdict.reason)), []).append(root)
    for (scope, _), group in found.items():
        yield Group(scope, tuple(group))


def scope_of(roots: Sequence[str], scene: Scene) -> str:
    """What binds these roots: the narrowest that all of them share, else what most of them do."""
    if len(roots) == 1:
        return _scope(SUBJECT, roots[0])
    shares = Counter(share for root in roots for share in _shares(root, scene) if not share.endswith(":"))
    return shares.most_common(1)[0][0] if shares else _scope(SUBJECT, roots[0])


def _shares(root: str, scene: Scene) -> Iterator[str]:
    """Everything a root may share with others, narrowest first (which wins where as many share it)."""
    places = scene.places
    yield _scope(SITE, places.site(root))
    yield _scope(FEEDER, places.feeder(root) if _powerless(root, scene) else "")
    yield _scope(ROUTE_GROUP, places.route_group(root))
    yield _scope(PROVIDER, places.provider(root))


def _powerless(root: str, scene: Scene) -> bool:
    row = row_of(scene, root)
    on_battery = row is not None and row.verdict.reason == Why.ON_BATTERY
    return on_battery or dark(scene.places.site(root), scene)


def wider(old: str, new: str) -> str:
    """The wider one of two scopes; of equally wide ones the old."""
    return new if _width(new) > _width(old) else old


def _width(scope: str) -> int:
    name = scope.partition(":")[0]
    return SCOPES.index(name) if name in SCOPES else len(SCOPES)


def together(spans: Mapping[str, tuple[int, int]], slack: int) -> Iterator[list[str]]:
    """Runs of ids whose spans (first, last) follow each other at most `slack` apart."""
    run: list[str] = []
    end = 0
    for id_ in sorted(spans, key=lambda id_: (spans[id_], id_)):
        first, last = spans[id_]
        if run and first > end + slack:
            yield run
            run = []
        end = max(end, last) if run else last
        run.append(id_)
    if run:
        yield run


def dark(site: str, scene: Scene) -> bool:
    """Whether every line of a site that can tell has failed; a site without such lines by its own verdict."""
    told = [row for line in scene.places.lines(site) if (row := row_of(scene, line)) is not None]
    telling = [row.verdict for row in told if row.verdict.reason not in TELLS_NOTHING]
    return all(verdict.failed for verdict in telling) if telling else scene.failed(site)


@dataclass(slots=True)
class _Darkness:
    """Remembers which sites are dark, for one step."""

    scene: Scene
    found: dict[str, bool] = field(default_factory=dict)

    def at(self, site: str) -> bool:
        if site not in self.found:
            self.found[site] = dark(site, self.scene)
        return self.found[site]


@dataclass(slots=True)
class _Bonds:
    """Who is bound to whom (a disjoint-set forest: every member points towards the first of its group)."""

    first: dict[str, str]

    def of(self, root: str) -> str:
        while self.first[root] != root:
            self.first[root] = self.first[self.first[root]]
            root = self.first[root]
        return root

    def bind(self, runs: Iterable[Sequence[str]]) -> None:
        for run in runs:
            for one in run[1:]:
                low, high = sorted((self.of(run[0]), self.of(one)))
                self.first[high] = low

    def groups(self) -> list[list[str]]:
        gathered: dict[str, list[str]] = {}
        for root in sorted(self.first):
            gathered.setdefault(self.of(root), []).append(root)
        return list(gathered.values())


def _alike(roots: Rows, key: Callable[[str], str], slack: int) -> Iterator[list[str]]:
    """Runs of roots that share what `key` says of them (not '') and failed together."""
    shared: dict[str, dict[str, tuple[int, int]]] = {}
    for root, row in roots.items():
        if value := key(root):
            shared.setdefault(value, {})[root] = (max(row.contrary, row.start - REACH), row.start)
    for spans in shared.values():
        yield from together(spans, slack)


def _accused(bonds: _Bonds, places: Places) -> dict[str, str]:
    """The lines that may speak against their provider, and the place each speaks for.

    Nothing of another provider failed with them. Several dark sites of one feeder are one place: one power cut
    explains them as well.
    """
    telling: dict[str, str] = {}
    for group in bonds.groups():
        lines = [root for root in group if places.provider(root)]
        routes = {places.route_group(root) for root in lines}
        if len({same_provider(places.provider(root)) for root in lines}) == 1:
            routed = len(routes) == 1 and "" not in routes
            telling |= {root: places.site(root) if routed else group[0] for root in lines}
    return telling


def _scope(name: str, value: str) -> str:
    return f"{name}:{value}"


def named_first(roots: Sequence[str], hit: Mapping[str, Sequence[str]], scene: Scene) -> tuple[str, ...]:
    """The roots, the one that names the incident first.

    A device that all others hang from; else the one that explains most; then lines before devices, main before
    backup lines, and by id.
    """
    above = _above_all(roots, scene)

    def rank(root: str) -> tuple[bool, int, int, bool, str]:
        record = scene.places.record(root)
        backup = getattr(record, "role", "main") != "main"
        return root not in above, -len(hit.get(root, ())), _order(kind_of(scene, root)), backup, root

    return tuple(sorted(roots, key=rank))


def _order(kind: str) -> int:
    kinds = (
        SubjectKind.LINE,
        SubjectKind.DEVICE,
        SubjectKind.ENDPOINT,
        SubjectKind.SURGE_PROTECTOR,
        SubjectKind.SENSOR,
        SubjectKind.SERVICE,
    )
    return next((place for place, each in enumerate(kinds) if each == kind), len(kinds))


def _above_all(roots: Sequence[str], scene: Scene) -> frozenset[str]:
    """Devices among the roots that every other root hangs from."""
    ancestry = {root: _ancestors(root, scene) for root in roots}
    return frozenset(
        root
        for root in frozenset().union(*ancestry.values()).intersection(roots)
        if kind_of(scene, root) == SubjectKind.DEVICE
        and all(root in ancestry[other] for other in roots if other != root)
    )


def _ancestors(root: str, scene: Scene) -> frozenset[str]:
    found: set[str] = set()
    waiting = [root]
    while waiting:
        node = scene.topology.subjects.get(waiting.pop())
        above = {*node.parents, *((node.host,) if node.host else ())} - found if node else set()
        found |= above
        waiting.extend(above)
    return frozenset(found)
