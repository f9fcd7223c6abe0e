"""From a trap or inform to an early look, never to a verdict: what a device says of itself is only a reason to look.

Whoever is believed has the checks of its device hastened, those of every device at that address where routing domains
overlap: all of them, or those that can tell of what a profile says the notification is about. Notifications write no
facts.
"""

import logging
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from netwatch.clock import Clock
from netwatch.early import LINK, EarlyLooks
from netwatch.present import TrapCounts
from netwatch.queries.traps import SenderLine, TrapReport
from netwatch.secrets import SecretFault, resolver
from netwatch.settings_sections import Credential, Settings, TrapSettings
from probes.equipment.library import load
from probes.equipment.traps import Meaning, TrapBook, book
from probes.listeners.listener import Listener
from probes.listeners.notification import NAMES, Notification
from probes.listeners.reception import Drop, Reception
from probes.listeners.senders import Sender, Senders
from probes.secret import Secret
from probes.transports.snmp.ber import dotted
from probes.transports.snmp.usm import KeyStore, User
from probes.transports.snmp.v3 import KIND as V3
from probes.transports.snmp.v3 import user_of
from probes.transports.snmp.v3_listener import OwnEngine

_log = logging.getLogger(__name__)

COMMUNITY_KINDS = frozenset({"snmp_v1", "snmp_v2c"})
_NO_MEANING = Meaning("", "")

# (device, at, whether its sender proved who it is): it said that it runs on battery.
Heard = Callable[[str, int, bool], None]


def unheard(_device: str, _at: int, _trusted: bool) -> None:
    """Nobody listens to what devices say of their power."""


class Traps:
    """Takes notifications in once `listening`, and has what they are about looked at by `early`.

    `books` gives, once somebody listens, what notifications are about by the profiles.
    """

    def __init__(
        self,
        early: EarlyLooks,
        clock: Clock,
        settings: TrapSettings,
        own: OwnEngine,
        heard: Heard = unheard,
        books: Callable[[], TrapBook] = TrapBook,
    ) -> None:
        salt = secrets.randbits(64)
        self.reception = Reception(Senders(settings.rate, settings.burst), self._take, own, salt)
        self._own, self._stretched = own, KeyStore(secrets.token_bytes(32))
        self.hastened = 0
        self.book = TrapBook()
        self._books = books
        self._early, self._clock, self._heard = early, clock, heard
        self._listener: Listener | None = None
        self._listening = ""
        # What known senders said last.
        self._said: dict[str, Meaning] = {}

    def adopt(self, settings: Settings, environment: Mapping[str, str]) -> None:
        """Take over the limits and credentials of the settings, and the addresses that `early` knows."""
        own = settings.traps
        self.reception.senders.limit(own.rate, own.burst)
        self.reception.senders.adopt(self._early.watched.owners)
        self._said = {where: said for where, said in self._said.items() if self._early.owners(where)}
        self.reception.believe(*believed(_secrets(settings.credentials, environment), self._stretched))

    @contextmanager
    def listening(self, opened: socket.socket | None) -> Iterator[None]:
        """Take in what arrives at a socket; without one nothing arrives."""
        if opened is None:
            yield
            return
        self.book = self._books()
        host, port = opened.getsockname()[:2]
        self._listening = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._listener = Listener(opened, self.reception.receive, self._clock.now)
        try:
            yield
        finally:
            self._listener.close()
            self._listener = None

    def _take(self, address: str, found: Notification) -> None:
        """A known address has spoken; of a relay also the device it speaks for, where that is known too."""
        meaning = self._said[address] = self.meaning(found)
        for where in {address, found.agent or address}:
            for owner in self._early.owners(where):
                part = self._early.part(owner, found.if_index) if meaning.about == LINK else ""
                self.hastened += self._early.said(owner, meaning.about, part)
                if meaning.on_battery:
                    # Of another device whoever relays for it may say what it likes.
                    self._heard(owner, self._clock.now(), found.proven and where == address)

    def meaning(self, found: Notification) -> Meaning:
        """What a notification is about; about '' where no profile knows it, and everything is looked at."""
        known = self.book.meaning(found.trap, found.bindings)
        if known is not None:
            return known
        return Meaning(found.name, LINK if found.about_link else "") if found.trap in NAMES else _NO_MEANING

    def counts(self) -> TrapCounts:
        """Everything counted since the start."""
        told = self.reception
        lost = self._listener.lost if self._listener else 0
        known, unknown = told.senders.sizes
        return TrapCounts(
            received=told.received,
            accepted={version: told.accepted[version] for version in ("1", "2c", "3")},
            dropped={str(why): told.dropped[why] for why in Drop} | {str(Drop.BUFFER): lost},
            answered=told.answered,
            hastened=self.hastened,
            senders={"known": known, "unknown": unknown},
        )

    def report(self) -> TrapReport:
        """What `netwatch traps` shows, the newest first."""
        lines = [self._line(sender, known) for sender, known in self.reception.senders.each()]
        lines.sort(key=lambda line: (-line.last, line.address))
        told = self.reception
        return TrapReport(
            self._listening, self._own.id.hex(), self.counts(), told.senders.forgotten, tuple(lines)
        )

    def _line(self, sender: Sender, known: bool) -> SenderLine:
        said = sender.said
        meaning = self._said.get(sender.address) or (said and self.book.meaning(said.trap, ())) or _NO_MEANING
        return SenderLine(
            address=sender.address,
            known=known,
            owners=self._early.owners(sender.address),
            received=sender.received,
            accepted=sender.accepted,
            dropped=sender.dropped,
            first=sender.first,
            last=sender.last,
            version=said.version if said else "",
            inform=bool(said and said.inform),
            trap=(meaning.name or NAMES.get(said.trap) or dotted(said.trap)) if said else "",
            if_index=said.if_index if said else None,
            agent=said.agent if said else "",
            about=meaning.about if said else "",
            part=meaning.part if said else "",
        )


def shipped_and_own(folder: Path) -> TrapBook:
    """What all profiles say of notifications, those of a user's folder too; faulty ones are logged and left out."""
    library = load(folder if folder.is_dir() else None)
    for fault in library.faults:
        _log.warning("A profile cannot be used: %s", fault.english())
    return book(library)


def _secrets(
    credentials: Mapping[str, Credential], environment: Mapping[str, str]
) -> Iterator[tuple[str, Secret]]:
    """The secrets by which devices are asked, by name; one that cannot be read is told and left out."""
    find = resolver(credentials, environment)
    for name in credentials:
        try:
            yield name, find(name)
        except SecretFault as fault:
            _log.warning("Notifications with the credentials '%s' are not believed: %s", name, fault)


def believed(found: Iterable[tuple[str, Secret]], stretched: KeyStore) -> tuple[list[bytes], list[User]]:
    """The communities and the users of v3 by which notifications are believed."""
    communities, users = [], []
    for name, secret in found:
        try:
            if secret.kind == V3:
                users.append(user_of(secret, stretched))
            elif secret.kind in COMMUNITY_KINDS:
                communities.append(secret.fields["community"].encode())
        except (KeyError, ValueError):
            # What is wrong with it must not be shown: it may quote the secret.
            _log.warning(
                "Notifications with the credentials '%s' are not believed: they are incomplete.", name
            )
    return communities, users
