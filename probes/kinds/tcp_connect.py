"""TCP: does a port accept connections; with TLS, is the certificate good and how long is it still valid.

Nothing is said on the connection, so that it suits any service, databases among them.
"""

from pydantic import Field

from probes.contract import Params, Probe, Reason, Seen, Target
from probes.kit import Kit
from probes.serving import (
    ANSWER_SECONDS,
    CERTIFICATE_REMAINING,
    CERTIFICATE_VALID,
    USABLE,
    answered_in,
    certificate,
    unusable,
    usable,
)
from probes.transports.errors import TransportError
from probes.transports.streams.contract import Tls


class ConnectParams(Params):
    """Where to connect; `tls` also begins TLS, `name` is what its certificate must be for ('': the target)."""

    port: int = Field(ge=1, le=65_535)
    tls: bool = False
    name: str = ""


async def look(target: Target, params: ConnectParams, kit: Kit) -> Seen:
    """Connect, and leave."""
    tls = Tls(params.name or target.address) if params.tls else None
    try:
        address = (await kit.resolve(target.address))[0]
        began = kit.monotonic()
        async with kit.stream(address, params.port, tls) as stream:
            took = kit.monotonic() - began
            return Seen(
                (usable(True, Reason.ANSWERED, address), answered_in(took), *certificate(stream.presented))
            )
    except TransportError as error:
        return unusable(error)


PROBE = Probe(
    name="tcp_connect",
    params=ConnectParams,
    look=look,
    facts=(USABLE,),
    part_facts=(CERTIFICATE_VALID,),
    metrics=(ANSWER_SECONDS, CERTIFICATE_REMAINING),
    interval=60.0,
    timeout=10.0,
)
