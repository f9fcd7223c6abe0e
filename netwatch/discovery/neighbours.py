"""Whom a neighbour of LLDP or CDP stands for: by hardware address, address or name, if only one fits. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from netwatch.discovery.contract import Place
from probes.equipment.neighbours import Neighbour

# A Nexus says its serial number behind its name: SW1(SSI12345ABC).
_NEXUS_SERIAL = re.compile(r"\([^()]{1,40}\)$")


@dataclass(slots=True)
class Directory:
    """Who is known by which address, hardware address and name; what is known of several stands for nobody."""

    places: dict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    chassis: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(
        self,
        device: str,
        *,
        places: Iterable[Place] = (),
        names: Iterable[str] = (),
        chassis: Iterable[str] = (),
    ) -> None:
        """Enter what a device is known by."""
        for place in places:
            self.places[place].add(device)
        for name in filter(None, map(plain_name, names)):
            self.names[name].add(device)
        for mac in chassis:
            self.chassis[mac.casefold()].add(device)

    def whom(self, neighbour: Neighbour, domain: str) -> str:
        """The device a neighbour stands for, '' when nobody or more than one fits."""
        # Hardware addresses are given once; names are chosen by people, and addresses of CDP may be of any port.
        fitting = (
            self.chassis.get(neighbour.chassis.casefold()) if neighbour.chassis and self.chassis else None
        )
        if fitting and len(fitting) == 1:
            return next(iter(fitting))
        fitting = self.places.get(Place(domain, neighbour.address)) if neighbour.address else None
        if fitting and len(fitting) == 1:
            return next(iter(fitting))
        fitting = self.names.get(plain_name(neighbour.name)) if neighbour.name else None
        return next(iter(fitting)) if fitting and len(fitting) == 1 else ""


@lru_cache(maxsize=65_536)
def plain_name(name: str) -> str:
    """A device's name as it is compared: without domain, case and the serial number that CDP of Nexus adds."""
    bare = _NEXUS_SERIAL.sub("", name.strip()).casefold()
    # An address alone is no host's name with a domain behind it.
    is_address = bare.replace(".", "").isdecimal() or ":" in bare
    return bare if is_address else bare.partition(".")[0]
