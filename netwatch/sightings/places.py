"""At which site a device was found by what its neighbours tell (LLDP, CDP), where that is sure. Pure.

Sure is it only of what hangs at the end of a network (a camera, an access point, a codec) and is seen by switches of
one site alone: routers, firewalls and switches are seen over lines and between buildings, and what declares its uplink
at another site is meant to hang there.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from inventory.snapshot import Inventory
from netwatch.adjacency import Sight
from netwatch.check import check_id
from netwatch.sightings.claims import EQUIPMENT

ENDS = frozenset({"access_point", "camera", "conferencing_endpoint", "ups", "server", "io_device"})
SWITCH = "switch"


class Place(NamedTuple):
    """The site, and the check by which one of its switches tells so."""

    site: str
    check: str


def found(inventory: Inventory, sights: Mapping[str, tuple[Sight, ...]]) -> Mapping[str, Place]:
    """Where devices are, by their ids; those of which it is not sure are left out."""
    devices = inventory.of("device")
    seen_by: dict[str, list[str]] = defaultdict(list)
    for switch, seen in sights.items():
        if switch in devices and devices[switch].kind == SWITCH:
            for sight in seen:
                seen_by[sight.device].append(switch)
    places: dict[str, Place] = {}
    for id_, switches in seen_by.items():
        device = devices.get(id_)
        sites = {devices[switch].site for switch in switches}
        if device is None or device.kind not in ENDS or len(sites) != 1:
            continue
        site = sites.pop()
        if site == device.site or not set(device.uplinks) & set(switches):
            places[id_] = Place(site, check_id(switches[0], EQUIPMENT))
    return places
