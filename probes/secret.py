"""Secrets as probes see them: fetched by name when needed, never shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Secret:
    """One credential: `kind` is snmp_v2c (field `community`); its fields never show in a repr or a log."""

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


# Turns a credential's name into its secret; raises LookupError when there is none, OSError when it cannot be read.
ResolveSecret: TypeAlias = Callable[[str], Secret]
