"""The section of the settings about discovery: what may be asked, with what, and how fast."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from netwatch.discovery.ranges import RangeFault, parse
from netwatch.settings_base import Name, Section, count
from netwatch.settings_faults import refuse, refuse_with

# What may stand behind [credentials.<name>] kind for a sweep: it asks by SNMP only.
_SNMP = "snmp_"


def _range(text: str) -> str:
    try:
        return parse(text).text
    except RangeFault as fault:
        refuse_with(fault.sentence)


Domain = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Range = Annotated[str, AfterValidator(_range)]


class DiscoverySettings(Section):
    """[discovery]"""

    ranges: Mapping[Domain, tuple[Range, ...]] = Field(default_factory=dict)
    credentials: tuple[Name, ...] = ()
    rate: Annotated[int, count(1, 10_000)] = 50
    most: Annotated[int, count(1, 1_000_000)] = 4096
    devices: Annotated[int, count(1, 100)] = 8
    snmp_port: Annotated[int, count(1, 65_535)] = 161


def discoverable(discovery: DiscoverySettings, kinds: Mapping[str, str]) -> None:
    """Refuse credentials that do not exist or are not for SNMP; `kinds` are those there are, by name."""
    for name in discovery.credentials:
        if name not in kinds:
            refuse("discovery.credentials names '{name}', but there is no [credentials.{name}].", name=name)
        if not kinds[name].startswith(_SNMP):
            refuse("discovery.credentials names '{name}', which is not for SNMP.", name=name)
