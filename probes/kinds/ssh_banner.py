"""SSH: does a server say its version; nobody logs in.

The version is noted, so that what runs where can be read without asking each device.
"""

from pydantic import Field

from probes.contract import Note, Params, Probe, Reason, Seen, Target
from probes.kit import Kit
from probes.serving import ANSWER_SECONDS, USABLE, answered_in, plain, unusable, usable
from probes.transports.errors import BadAnswer, TransportError
from probes.transports.streams.contract import Stream

# RFC 4253 section 4.2: at most 255 bytes, other lines may come before it.
_LINE = 1024
_MOST_LINES = 50
_OWN = b"SSH-2.0-netwatch\r\n"


class BannerParams(Params):
    """Where the server listens."""

    port: int = Field(22, ge=1, le=65_535)


async def look(target: Target, params: BannerParams, kit: Kit) -> Seen:
    """Exchange versions, and leave."""
    try:
        address = (await kit.resolve(target.address))[0]
        began = kit.monotonic()
        async with kit.stream(address, params.port) as stream:
            # A server logs whoever says nothing as a fault.
            await stream.send(_OWN)
            version = await _version(stream)
            took = kit.monotonic() - began
    except TransportError as error:
        return unusable(error)
    return Seen((usable(True, Reason.ANSWERED, version), answered_in(took), Note("", "version", version)))


async def _version(stream: Stream) -> str:
    for _ in range(_MOST_LINES):
        line = await stream.read_until(b"\n", _LINE)
        if line.startswith(b"SSH-"):
            return plain(line.decode("utf-8", "replace"))
    raise BadAnswer("SSH")


PROBE = Probe(
    name="ssh_banner",
    params=BannerParams,
    look=look,
    facts=(USABLE,),
    metrics=(ANSWER_SECONDS,),
    interval=60.0,
    timeout=10.0,
)
