"""H.323: whether the port of call signalling (H.225.0, TCP 1720) takes connections. No call is ever set up.

Firewalls that help H.323 along answer in the name of every host, also of those that do not exist. So an address of
the site that is known to be unused is tried too: when it answers as well, the fact is unknown(untrusted). Without such
an address the note `calibration` says that this was not done.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field

from probes.conferencing.signalling import SIGNALLING, answered, unanswered
from probes.contract import Fact, Metric, Note, Params, Probe, Reading, Reason, Sample, Seen, Target
from probes.kit import Kit
from probes.transports.errors import TransportError

# Nothing is at the unused address, so that its silence is waited for every time.
_PATIENCE = 2.0


def _address(text: str) -> str:
    try:
        return text and str(ip_address(text))
    except ValueError:
        raise ValueError(f"'{text}' is not an IP address; write one such as 10.1.0.250") from None


Unused = Annotated[str, AfterValidator(_address)]


class H323Params(Params):
    """The port, and addresses known to be unused: by site, or one for all sites. The plan fills in `site`."""

    port: int = Field(ge=1, le=65535)
    unused_address: Unused = ""
    unused_addresses: Mapping[str, Unused] = {}
    site: str = ""

    def unused(self) -> str:
        """The unused address to compare with, '' when none is known."""
        return self.unused_addresses.get(self.site) or self.unused_address


async def look(target: Target, params: H323Params, kit: Kit) -> Seen:
    """Connect, hang up, and try the address where nobody can be."""
    began = kit.monotonic()
    try:
        address = (await kit.resolve(target.address))[0]
        await _connect(address, params.port, kit)
    except TransportError as error:
        return Seen((unanswered(error),))
    took = kit.monotonic() - began
    readings: list[Reading] = [Sample("", "h323_connect_seconds", took)]
    unused = params.unused()
    if not unused:
        return Seen((answered(""), Note("", "calibration", "not calibrated"), *readings))
    if await _deceives(unused, params.port, kit):
        return Seen((Fact("", SIGNALLING, None, Reason.UNTRUSTED, unused),))
    return Seen((answered(""), Note("", "calibration", "calibrated"), *readings))


async def _connect(address: str, port: int, kit: Kit) -> None:
    async with kit.stream(address, port):
        pass


async def _deceives(unused: str, port: int, kit: Kit) -> bool:
    """Whether somebody answers where nobody is."""
    try:
        await _connect(unused, port, kit.until_at(min(kit.until, kit.monotonic() + _PATIENCE)))
    except TransportError:
        return False
    return True


PROBE = Probe(
    name="h323_port",
    params=H323Params,
    look=look,
    facts=(SIGNALLING,),
    metrics=(Metric("h323_connect_seconds", "Time to connect to the port of H.323 call signalling."),),
    interval=60.0,
    timeout=8.0,
)
