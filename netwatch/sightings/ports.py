"""How fast the ports of a device are that are up, without those that are no ports but look like them. Pure.

Agents list VLANs, loopbacks, tunnels and bundles beside their ports, with speeds that nothing has ever run at: a VLAN
of a 100 Mbit/s switch says 1 Gbit/s. What is no port is told by its name, as makers write it.
"""

import re
from collections.abc import Collection
from functools import lru_cache

from netwatch.check import Observation
from probes.part import spoken_name
from probes.ports.objects import SPEED_METRIC

CARRIER = "carrier"
_BITS = 8
# Of Cisco, Huawei, H3C, Juniper, Ruijie, Fortinet, MikroTik and Linux; ports for management alone and radios, too.
_NO_PORT = re.compile(
    r"""null|nu\d|in?loop|lo(opback)?[ _-]?\d*$|vlan|vl\d|ve[ -]?\d|irb|bvi|bdi|svi|tun(nel)?|tu\d|tap|virtual|vi\d|vt\d
    |vmk|cpu|br[-_\d]|bridge|bond|po\d|port-?channel|ae\d|lag|trk|trunk|eth-trunk|(bridge|route)-aggregation|reth|dialer
    |di\d|ppp|gre|ipip|sit\d|ip6|teql|ifb|dummy|docker|veth|wg\d|ipsec|ssl|st\d|pim|register|lsi|dsc|mtun|stack|nve
    |vxlan|mgmt|management|meth|fxp|me\d|oob|nvi|dot11|radio|wlan|wifi|ath\d|ra\d|wl\d""",
    re.IGNORECASE | re.VERBOSE,
)


@lru_cache(maxsize=65_536)
def is_port(part: str) -> bool:
    """Whether a part is a port of its own, as far as its name tells."""
    return _NO_PORT.match(spoken_name(part).strip()) is None


def up(seen: Observation) -> frozenset[str]:
    """The parts whose carrier is there."""
    return frozenset([fact.part for fact in seen.facts if fact.holds is True and fact.fact == CARRIER])


def speeds(seen: Observation, parts: Collection[str]) -> dict[str, float]:
    """The speeds of these parts that are known, in bytes per second."""
    return {part: speed for part, speed in every_speed(seen).items() if part in parts}


def every_speed(seen: Observation) -> dict[str, float]:
    """The speeds of all parts that are known, in bytes per second."""
    found: dict[str, float] = {}
    for columns in seen.columns:
        told = columns.values.get(SPEED_METRIC, ())
        found |= {part: speed for part, speed in zip(columns.parts, told, strict=False) if speed}
    return found


def bits(speed: float) -> str:
    """A speed in bytes per second as the text of one in bit/s."""
    return str(round(speed * _BITS))


def told_speeds(seen: Observation) -> object:
    """What a look says of speeds, to be compared with what another says."""
    return next(
        (found for each in seen.columns if (found := each.values.get(SPEED_METRIC)) is not None), None
    )
