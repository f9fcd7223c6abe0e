"""The maker of a device by the enterprise number in its sysObjectID; for devices that no profile knows."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_PREFIX = "1.3.6.1.4.1."
# Net-SNMP and its ancestor: agents that run on the devices of many.
_AGENTS = frozenset({"2021", "8072"})
_FILE = Path(__file__).with_name("enterprises.toml")


@cache
def makers() -> Mapping[str, str]:
    """Names by enterprise number."""
    return MappingProxyType(tomllib.loads(_FILE.read_text("utf-8")))


def maker(object_id: str) -> str:
    """The maker's name; '' for a number without a name here, and for those of agents found on anybody's devices."""
    number = _number(object_id)
    return "" if number in _AGENTS else makers().get(number, "")


def other_maker(object_id: str) -> str:
    """What can be said where `maker` says nothing: the agent's name, or 'enterprise NUMBER'; '' without a number."""
    number = _number(object_id)
    return makers().get(number, f"enterprise {number}") if number else ""


def _number(object_id: str) -> str:
    number = object_id.removeprefix(_PREFIX).split(".")[0] if object_id.startswith(_PREFIX) else ""
    # 0 is reserved: what is below it is of nobody.
    return "" if number == "0" else number
