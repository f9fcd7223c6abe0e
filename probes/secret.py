"""Secrets as probes see them: fetched by name when needed, never shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Secret:
    """One credential; its fields never show in a repr or a log.

    Kinds and fields: snmp_v1 and snmp_v2c have `community`. snmp_v3 has `user` and, as far as set, `auth` and
    `privacy` (names of algorithms as in `snmp/usm.py`), `auth_password`, `privacy_password`, `context` and
    `context_engine` (hexadecimal).
    """

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


# Turns a credential's name into its secret; raises LookupError when there is none, OSError when it cannot be read.
ResolveSecret: TypeAlias = Callable[[str], Secret]
