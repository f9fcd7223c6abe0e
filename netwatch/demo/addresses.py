"""The address plan of the synthetic province. Pure.

Site number s has the LAN x.(1 + s / 250).(s mod 250).0/24 and, for its lines, x.(128 + s / 250).(s mod 250).0/24,
where x is 10 (a private range, made local inside a namespace) or 127 (the loopback range, where there is none).
"""

from dataclasses import dataclass

SITES_PER_OCTET = 250
FIRST_LAN, FIRST_LINE = 1, 128


@dataclass(frozen=True, slots=True)
class Numbering:
    """How addresses begin, and on which port the agents answer."""

    first: int = 10
    snmp_port: int = 161

    def device(self, site: int, number: int) -> str:
        """The address of a site's device, counted from 1."""
        return self._address(FIRST_LAN, site, number)

    def line(self, site: int, number: int) -> str:
        """The address by which a site's line is known, counted from 1."""
        return self._address(FIRST_LINE, site, number)

    def _address(self, second: int, site: int, number: int) -> str:
        return f"{self.first}.{second + site // SITES_PER_OCTET}.{site % SITES_PER_OCTET}.{number}"


IN_NAMESPACE = Numbering()
LOOPBACK_RANGE = 127
