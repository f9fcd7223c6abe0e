"""The address plan of the synthetic province. Pure.

Site number s has the LAN x.(1 + s / 250).(s mod 250).0/24 and, for its lines, x.(128 + s / 250).(s mod 250).0/24,
where x is 10 (a private range, made local inside a namespace) or 127 (the loopback range, where there is none).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

SITES_PER_OCTET = 250
FIRST_LAN, FIRST_LINE = 1, 128
# What the province's devices speak beside SNMP, and where it is spoken as a rule.
DATAGRAM_PORTS: Mapping[str, int] = MappingProxyType({"dns": 53, "sip": 5060})
STREAM_PORTS: Mapping[str, int] = MappingProxyType(
    {
        "ssh": 22,
        "smtp": 25,
        "http": 80,
        "https": 443,
        "modbus": 502,
        "rtsp": 554,
        "h323": 1720,
        "yealink": 6024,
    }
)
PORTS: Mapping[str, int] = MappingProxyType({**DATAGRAM_PORTS, **STREAM_PORTS})
# Protocols of the inventory that travel over another's port.
_OVER: Mapping[str, str] = MappingProxyType({"xapi": "https"})


@dataclass(frozen=True, slots=True)
class Numbering:
    """How addresses begin, on which port the agents answer, and on which everything else is spoken."""

    first: int = 10
    snmp_port: int = 161
    ports: Mapping[str, int] = field(default_factory=lambda: PORTS)

    def device(self, site: int, number: int) -> str:
        """The address of a site's device, counted from 1."""
        return self._address(FIRST_LAN, site, number)

    def line(self, site: int, number: int) -> str:
        """The address by which a site's line is known, counted from 1."""
        return self._address(FIRST_LINE, site, number)

    def spoken(self, name: str, rest: str = "") -> str:
        """A protocol as the inventory writes it: 'sip', or 'rtsp:40123/stream1' where the port is another."""
        port = self._port(_OVER.get(name, name))
        return f"{name}{port}/{rest}" if rest else f"{name}{port}"

    def location(self, scheme: str, address: str, rest: str = "") -> str:
        """Where a service is, as the inventory writes it."""
        return f"{scheme}://{address}{self._port(scheme)}{rest}"

    def _port(self, name: str) -> str:
        return "" if self.ports[name] == PORTS[name] else f":{self.ports[name]}"

    def _address(self, second: int, site: int, number: int) -> str:
        return f"{self.first}.{second + site // SITES_PER_OCTET}.{site % SITES_PER_OCTET}.{number}"


IN_NAMESPACE = Numbering()
LOOPBACK_RANGE = 127
