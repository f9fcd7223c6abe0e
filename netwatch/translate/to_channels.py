"""From settings to channels: who is reached how, how fast, and who watches us. Secrets are read when they are used."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import ModuleType

from alerts.channels.alertmanager import AlertmanagerChannel
from alerts.channels.heartbeat import Heartbeat
from netwatch.clock import SECOND
from netwatch.incidents.links import Signer
from netwatch.language import Sentence
from netwatch.notify import Pace, Receiver
from netwatch.secrets import SecretFault, resolve
from netwatch.settings_base import REFERENCES
from netwatch.settings_notifications import ReceiverSettings
from netwatch.settings_sections import Settings
from netwatch.translate.to_render import linking, render_view

ALERTMANAGER = "alertmanager"


def receivers(settings: Settings, environment: Mapping[str, str], signer: Signer) -> Mapping[str, Receiver]:
    """Every receiver of the settings with its channel."""
    return {
        name: _receiver(name, own, settings, environment, signer) for name, own in settings.receivers.items()
    }


def _receiver(
    name: str, own: ReceiverSettings, settings: Settings, environment: Mapping[str, str], signer: Signer
) -> Receiver:
    deadline = settings.notifications.deadline
    view = render_view(
        own.language,
        settings.daemon.zone,
        outside=own.outside,
        sample=settings.inventory.sample,
        link_of=linking(name, signer, settings.notifications.public_url),
    )
    if own.alertmanager:
        read = _reader(own.alertmanager, environment)
        return Receiver(view, states=AlertmanagerChannel(name, read, view, deadline))
    channel = _apprise().AppriseChannel(name, _reader(own.apprise, environment), own.format, deadline)
    return Receiver(view, channel=channel, fallback=own.fallback)


def _apprise() -> ModuleType:
    """Channels by Apprise, whose many services are loaded only where somebody is reached by it."""
    return importlib.import_module("alerts.channels.apprise_channel")


def _reader(address: str, environment: Mapping[str, str]) -> Callable[[], str]:
    """Gives an address that stands in the settings, or in the secret that they name."""

    def read() -> str:
        return resolve(address, environment).reveal() if address.startswith(REFERENCES) else address

    return read


def address_faults(settings: Settings, environment: Mapping[str, str]) -> Iterator[Sentence]:
    """Receivers whose secret can be read but holds no address that Apprise understands."""
    for name, own in sorted(settings.receivers.items()):
        if not own.apprise:
            continue
        with suppress(SecretFault):
            if _apprise().instantiated(resolve(own.apprise, environment).reveal()) is None:
                yield Sentence(
                    "Secret {reference}: it holds no address that Apprise understands (receiver {name}). "
                    "`netwatch check` reads it again.",
                    {"reference": own.apprise, "name": name},
                )


def pace(settings: Settings) -> Pace:
    """How soon a failed attempt is made again."""
    own = settings.notifications
    return Pace(
        _microseconds(own.retry_first), _microseconds(own.retry_most), _microseconds(own.give_up_after)
    )


def heartbeat(settings: Settings, environment: Mapping[str, str]) -> Heartbeat | None:
    """Who watches us, None: nobody."""
    own = settings.heartbeat
    if not own.url:
        return None
    deadline = min(settings.notifications.deadline, own.interval)
    return Heartbeat(_reader(own.url, environment), own.kind == ALERTMANAGER, deadline)


def heartbeat_interval(settings: Settings) -> int:
    """Microseconds between two signs of life."""
    return _microseconds(settings.heartbeat.interval)


def _microseconds(seconds: float) -> int:
    return round(seconds * SECOND)
