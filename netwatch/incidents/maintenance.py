"""What maintenance windows cover, and whether all they name exists. Pure.

Maintenance keeps new incidents from being told; measuring goes on, and whoever was told of an opening gets the end.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence

from alerts import window as windows_in_time
from alerts.contract import Window
from inventory.organisation import kind_of_unit, sites_of
from inventory.texts import fold
from netwatch.incidents.places import Places, same_provider
from netwatch.language import Sentence

InForce = Callable[[Window, int], bool]

_NEAR = 3
_CLOSE_ENOUGH = 0.6
_LONGEST = 100


def covered(window: Window, places: Places) -> frozenset[str]:
    """The subjects a window covers.

    A unit (of either tree) covers all sites of its subtree, a site everything at it, any other subject itself alone, a
    provider its lines. A feeder covers what it feeds: sites, and at them all that does not name another feeder.
    """
    sites = (*window.sites, *(site.id for unit in window.units for site in sites_of(places.inventory, unit)))
    alone = (id_ for id_ in window.subjects if places.kind(id_))
    at_sites = (id_ for site in (*sites, *window.subjects) for id_ in places.at(site))
    lines = (id_ for name in window.providers for id_ in places.by_provider.get(same_provider(name), ()))
    fed = (id_ for name in window.feeders for id_ in places.by_feeder.get(name, ()))
    return frozenset((*alone, *at_sites, *lines, *fed))


def in_maintenance(
    windows: Iterable[Window],
    places: Places,
    now: int,
    in_force: InForce = windows_in_time.in_force,
) -> Mapping[str, str]:
    """The subjects that are in maintenance now, each with the id of its window; of several the one made first."""
    found: dict[str, str] = {}
    for window in sorted(windows, key=lambda window: window.id):
        if in_force(window, now):
            for subject in covered(window, places):
                found.setdefault(subject, str(window.id))
    return found


def problems_of(window: Window, places: Places) -> tuple[Sentence, ...]:
    """A sentence for every name in the window that the inventory does not know, with names near it."""
    sites = places.inventory.of("site")
    return (
        *(_unknown_unit(id_, places) for id_ in window.units if not kind_of_unit(places.inventory, id_)),
        *(_unknown_site(id_, places) for id_ in window.sites if id_ not in sites),
        *(_unknown_subject(id_, places) for id_ in window.subjects if not places.kind(id_)),
        *(
            _unknown_provider(name, places)
            for name in window.providers
            if same_provider(name) not in places.by_provider
        ),
        *(unknown_feeder(name, places) for name in window.feeders if name not in places.by_feeder),
    )


def _unknown_unit(id_: str, places: Places) -> Sentence:
    kinds = (places.inventory.of("organisation_unit"), places.inventory.of("administrative_unit"))
    known = {each: unit.name for units in kinds for each, unit in units.items()}
    return _with_near(Sentence("There is no agency or territory '{name}'.", {"name": id_}), id_, known)


def _unknown_site(id_: str, places: Places) -> Sentence:
    known = {each: site.name for each, site in places.inventory.of("site").items()}
    return _with_near(Sentence("There is no site '{name}'.", {"name": id_}), id_, known)


def _unknown_subject(id_: str, places: Places) -> Sentence:
    known = {each: places.name(each) for each in places.subjects}
    return _with_near(
        Sentence("There is no line, device or other thing '{name}'.", {"name": id_}), id_, known
    )


def _unknown_provider(name: str, places: Places) -> Sentence:
    known = {places.provider(lines[0]): "" for lines in places.by_provider.values()}
    return _with_near(Sentence("No line has the provider '{name}'.", {"name": name}), name, known)


def unknown_feeder(name: str, places: Places) -> Sentence:
    """That no site or device names this feeder, with feeders near it."""
    known = dict.fromkeys(places.by_feeder, "")
    return _with_near(Sentence("No site or device has the feeder '{name}'.", {"name": name}), name, known)


def _with_near(sentence: Sentence, wanted: str, known: Mapping[str, str]) -> Sentence:
    near = _nearest(wanted, known)
    return (
        Sentence("{what} Near it: {names}.", {"what": sentence, "names": "; ".join(near)})
        if near
        else sentence
    )


def _nearest(wanted: str, known: Mapping[str, str]) -> Sequence[str]:
    """The ids nearest to what was written, by id or by name, each with its name."""
    by_text = {fold(text): id_ for id_, name in known.items() for text in (name, id_) if text}
    texts = difflib.get_close_matches(fold(wanted[:_LONGEST]), by_text, n=_NEAR, cutoff=_CLOSE_ENOUGH)
    ids = dict.fromkeys(by_text[text] for text in texts)
    return [f"{id_} ({known[id_]})" if known[id_] else id_ for id_ in ids]
