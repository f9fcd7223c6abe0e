"""From settings to who is told of what, and how much at once."""

import logging
from collections.abc import Iterator, Mapping

from alerts.bundle import Limits
from alerts.contract import Route
from inventory.snapshot import Inventory
from netwatch.clock import SECOND
from netwatch.incidents.links import UNSIGNED, Signer
from netwatch.language import Sentence
from netwatch.secrets import SecretFault, resolve
from netwatch.settings_faults import suggestion
from netwatch.settings_notifications import RouteSettings
from netwatch.settings_sections import Settings

_log = logging.getLogger(__name__)

EVERYTHING = "all"


def routes(settings: Settings) -> tuple[Route, ...]:
    """[routes] in their order; without any, all receivers that are nobody's fallback are told of everything."""
    if settings.routes:
        return tuple(_route(name, own) for name, own in settings.routes.items())
    fallbacks = {receiver.fallback for receiver in settings.receivers.values()}
    named = tuple(name for name in settings.receivers if name not in fallbacks)
    return (Route(EVERYTHING, named),) if named else ()


def unknown_units(settings: Settings, inventory: Inventory) -> Iterator[Sentence]:
    """Units that routes or daily reports name and the inventory does not: nobody would be told by them."""
    known = inventory.of("organisation_unit")
    routes_ = ((f"routes.{name}.units", route.units) for name, route in settings.routes.items())
    reports = ((f"receivers.{name}.daily_units", own.daily_units) for name, own in settings.receivers.items())
    for key, units in (*routes_, *reports):
        for unit in units:
            if unit not in known:
                text = Sentence(
                    "{key}: the inventory has no organisation unit '{unit}'.", {"key": key, "unit": unit}
                )
                yield Sentence("{parts}", {"parts": (text, *suggestion(unit, known))})


def _route(name: str, own: RouteSettings) -> Route:
    return Route(
        name=name,
        receivers=own.receivers,
        units=frozenset(own.units),
        severities=frozenset(own.severities),
        natures=frozenset(own.natures),
        duty=own.hours,
        escalate_after=_microseconds(own.escalate_after) if own.escalate_after else None,
        escalate_to=own.escalate_to,
        stop=own.stop,
    )


def limits(settings: Settings) -> Limits:
    """When openings are gathered in a digest, and how often one is sent."""
    own = settings.notifications
    return Limits(
        burst=own.digest_from,
        window=_microseconds(own.digest_window),
        every=_microseconds(own.digest_every),
        give_up=_microseconds(own.give_up_after),
    )


def receiver_names(settings: Settings) -> frozenset[str]:
    """All receivers that exist."""
    return frozenset(settings.receivers)


def signer(settings: Settings, environment: Mapping[str, str]) -> Signer:
    """What signs links and codes. A key that cannot be read keeps nobody from being told: codes are sent then."""
    reference = settings.notifications.link_key
    if not reference:
        return Signer(UNSIGNED)
    try:
        return Signer(resolve(reference, environment).reveal().encode())
    except SecretFault as fault:
        _log.error("No links are sent to acknowledge by. %s", fault)
        return Signer(UNSIGNED)


def _microseconds(seconds: float) -> int:
    return round(seconds * SECOND)
