"""Secrets as probes see them: fetched by name when needed, never shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from probes.login import Login
from probes.transports.errors import LocalFault

LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Secret:
    """One credential; its fields never show in a repr or a log.

    Kinds and fields: snmp_v1 and snmp_v2c have `community`. snmp_v3 has `user` and, as far as set, `auth` and
    `privacy` (names of algorithms as in `snmp/usm.py`), `auth_password`, `privacy_password`, `context` and
    `context_engine` (hexadecimal). login has `user` and `password`.
    """

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


# Turns a credential's name into its secret; raises LookupError when there is none, OSError when it cannot be read.
ResolveSecret: TypeAlias = Callable[[str], Secret]


def no_secret(name: str) -> Secret:
    """Where there are none."""
    raise LookupError(name)


def logins(names: Sequence[str], resolve: ResolveSecret) -> tuple[Login, ...]:
    """The users and passwords among these credentials, in their order; raises LocalFault when one cannot be read."""
    found = []
    for name in names:
        try:
            secret = resolve(name)
        except LookupError:
            continue
        except OSError:
            raise LocalFault(name) from None
        if secret.kind == LOGIN:
            found.append(Login(name, secret.fields.get("user", ""), secret.fields.get("password", "")))
    return tuple(found)
