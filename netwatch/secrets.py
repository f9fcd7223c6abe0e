"""Secrets by reference: `file:/path` or `env:NAME`, read when they are needed, never shown.

Sentences about a secret name its reference, never what it holds.
"""

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from netwatch.language import Sentence
from netwatch.settings_sections import Credential, Settings
from probes.secret import ResolveSecret
from probes.secret import Secret as ProbeSecret

FILE, ENVIRONMENT = "file:", "env:"
MAXIMUM_BYTES = 4096
OTHERS = stat.S_IRWXO | stat.S_IWGRP
SNMP_V3 = "snmp_v3"
# RFC 3414 section 11.2.
SHORTEST_PASSWORD = 8
SHORTEST_LINK_KEY = 16


class SecretFault(OSError):  # noqa: N818 - named like StoreFault
    """A reference that leads to no secret; `sentence` says which and why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class ShortPassword(SecretFault):
    """A password that SNMPv3 does not allow."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret value that does not show itself: `reveal` is the one way to it."""

    reference: str
    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The value, for the one who needs it now."""
        return self._value

    def __str__(self) -> str:
        return f"<{self.reference}>"


def resolve(reference: str, environment: Mapping[str, str]) -> Secret:
    """Read a secret; the line break at its end does not count. Raises SecretFault."""
    if reference.startswith(FILE):
        value = _file(Path(reference.removeprefix(FILE)), reference)
    elif reference.startswith(ENVIRONMENT):
        value = environment.get(reference.removeprefix(ENVIRONMENT), "")
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            # Bytes that are not UTF-8 (PEP 383).
            raise _no_text(reference)
    else:
        raise SecretFault(Sentence("A secret is named by file:/path or env:NAME; this one is neither."))
    if value:
        return Secret(reference, value)
    raise SecretFault(Sentence("Secret {reference}: it is empty or not set.", {"reference": reference}))


def _file(path: Path, reference: str) -> str:
    try:
        if not path.is_file():
            # Opening a pipe would wait for ever.
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with path.open("rb") as file:
            value = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        params = {"reference": reference, "error": error.strerror}
        raise SecretFault(
            Sentence("Secret {reference}: the file cannot be read ({error}).", params)
        ) from None
    if len(value) > MAXIMUM_BYTES:
        params = {"reference": reference, "most": str(MAXIMUM_BYTES)}
        text = "Secret {reference}: the file has more than {most} bytes. Name the file that holds only the secret."
        raise SecretFault(Sentence(text, params))
    try:
        return value.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise _no_text(reference) from None


def _no_text(reference: str) -> SecretFault:
    return SecretFault(Sentence("Secret {reference}: it is not UTF-8 text.", {"reference": reference}))


def warning(reference: str) -> Sentence | None:
    """A warning when others may read the file of a secret (or its group may change it); None when all is well."""
    if not reference.startswith(FILE):
        return None
    path = Path(reference.removeprefix(FILE))
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if not mode & OTHERS:
        return None
    text = "Secret {reference}: others may read it (mode {mode}). Run: chmod 600 {path}"
    return Sentence(text, {"reference": reference, "mode": f"{stat.S_IMODE(mode):04o}", "path": path})


def references(settings: Settings) -> tuple[str, ...]:
    """Every reference to a secret in the settings, in a fixed order."""
    listeners = (settings.metrics.token, settings.status_page.token)
    named = (
        one for _, credential in sorted(settings.credentials.items()) for one in credential.secrets.values()
    )
    told = (
        settings.notifications.link_key,
        *(reference for _, reference in _of_receivers(settings)),
        settings.heartbeat.url,
    )
    kept = (settings.store.password, settings.backup.mask_key)
    everything = (*kept, *listeners, *named, *filter(_is_reference, told))
    return tuple(dict.fromkeys(one for one in everything if one))


def _is_reference(text: str) -> bool:
    return text.startswith((FILE, ENVIRONMENT))


def _of_receivers(settings: Settings) -> Iterator[tuple[str, str]]:
    """Receivers with the references by which they are reached."""
    for name, receiver in sorted(settings.receivers.items()):
        address = receiver.apprise or receiver.alertmanager
        if _is_reference(address):
            yield name, address


def receiver_faults(settings: Settings, environment: Mapping[str, str]) -> Iterator[Sentence]:
    """Why people would be told in vain: addresses of receivers, of the heartbeat, a key of links not to be read."""
    named = (reference for _, reference in _of_receivers(settings))
    others = filter(_is_reference, (settings.notifications.link_key, settings.heartbeat.url))
    for reference in dict.fromkeys((*named, *others)):
        try:
            resolve(reference, environment)
        except SecretFault as fault:
            yield fault.sentence
    yield from _short_link_key(settings, environment)


def _short_link_key(settings: Settings, environment: Mapping[str, str]) -> Iterator[Sentence]:
    reference = settings.notifications.link_key
    if not reference:
        return
    with suppress(SecretFault):
        if len(resolve(reference, environment).reveal()) < SHORTEST_LINK_KEY:
            params = {"reference": reference, "least": SHORTEST_LINK_KEY}
            yield Sentence(
                "Secret {reference}: a key that signs links has at least {least} characters.", params
            )


def credential_faults(settings: Settings, environment: Mapping[str, str]) -> Iterator[Sentence]:
    """Why devices would be asked in vain: secrets that cannot be read, passwords that SNMPv3 does not allow."""
    for fault in _faults(settings, environment):
        yield fault.sentence


def short_passwords(settings: Settings, environment: Mapping[str, str]) -> Iterator[Sentence]:
    """Of `credential_faults` and `receiver_faults` those about what can be read but is too short."""
    for fault in _faults(settings, environment):
        if isinstance(fault, ShortPassword):
            yield fault.sentence
    yield from _short_link_key(settings, environment)


def _faults(settings: Settings, environment: Mapping[str, str]) -> Iterator[SecretFault]:
    for _, credential in sorted(settings.credentials.items()):
        try:
            _secret(credential, environment)
        except SecretFault as fault:
            yield fault


def _secret(credential: Credential, environment: Mapping[str, str]) -> ProbeSecret:
    fields = dict(credential.plain)
    for key, reference in credential.secrets.items():
        fields[key] = resolve(reference, environment).reveal()
        if credential.kind == SNMP_V3 and len(fields[key]) < SHORTEST_PASSWORD:
            params = {"reference": reference, "least": SHORTEST_PASSWORD}
            text = "Secret {reference}: a password of SNMPv3 has at least {least} characters."
            raise ShortPassword(Sentence(text, params))
    return ProbeSecret(credential.kind, fields)


def resolver(credentials: Mapping[str, Credential], environment: Mapping[str, str]) -> ResolveSecret:
    """Turns a credential's name into its secret for the probes; raises LookupError or SecretFault (an OSError)."""

    def find(name: str) -> ProbeSecret:
        return _secret(credentials[name], environment)

    return find


class Keyring:
    """The probes' secrets by credential name, read when first needed and kept until `renew`."""

    def __init__(self, credentials: Mapping[str, Credential], environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._kept: dict[str, ProbeSecret] = {}
        self._find = resolver(credentials, environment)

    def find(self, name: str) -> ProbeSecret:
        """The secret of this name; raises LookupError or SecretFault, and asks anew the next time."""
        if name not in self._kept:
            self._kept[name] = self._find(name)
        return self._kept[name]

    def renew(self, credentials: Mapping[str, Credential]) -> None:
        """Forget every secret read and use these credentials from now on."""
        self._kept.clear()
        self._find = resolver(credentials, self._environment)
