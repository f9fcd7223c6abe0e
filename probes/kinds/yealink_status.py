"""Yealink VC endpoints by their line API (TCP 6024): what they do, and how well a call is received.

Fact `manageable`: the API gave values. It tells nothing about registration, and asks for no password: let firewalls
keep others away from it.
"""

from pydantic import Field

from probes.conferencing import yealink
from probes.conferencing.quality import ACTIVE, JITTER, LOSS, METRICS
from probes.contract import Fact, Note, Params, Probe, Reading, Reason, Sample, Seen, Target
from probes.kit import Kit
from probes.transports.errors import BadAnswer
from probes.transports.streams.contract import Stream

_LONGEST_LINE = 8192
_MOST_LINES = 100


class YealinkParams(Params):
    """Where the endpoint listens."""

    port: int = Field(ge=1, le=65535)


async def look(target: Target, params: YealinkParams, kit: Kit) -> Seen:
    """Ask what it does, in a call also how well, and what it is."""
    async with kit.stream(target.address, params.port) as stream:
        lines = await _asked(stream, "sysstatus get", "sysstatus")
        doing = yealink.state(lines[-1])
        if not doing:
            raise BadAnswer("sysstatus")
        talking = doing not in yealink.IDLE
        if talking:
            lines += await _asked(stream, "callinfo all", "callinfo")
        lines += await _asked(stream, "version", "version")
    return Seen(tuple(_readings(doing, talking, lines)))


async def _asked(stream: Stream, command: str, answer: str) -> list[str]:
    """All lines up to the one that answers: the endpoint also speaks unasked (calls that come in)."""
    await stream.send(f"{command}\r\n".encode())
    lines: list[str] = []
    for _ in range(_MOST_LINES):
        lines.append(yealink.plain(await stream.read_until(b"\n", _LONGEST_LINE)))
        if lines[-1].lower().startswith(answer):
            return lines
    raise BadAnswer(f"no {answer}")


def _readings(doing: str, talking: bool, lines: list[str]) -> list[Reading]:
    readings: list[Reading] = [
        Fact("", "manageable", True, Reason.ANSWERED),
        Sample("", ACTIVE, float(talking)),
        Note("", "state", doing),
        Note("", "vendor", "Yealink"),
    ]
    for quality in yealink.qualities(lines) if talking else ():
        numbers = ((LOSS, quality.loss), (JITTER, quality.jitter))
        readings += (Sample(quality.part, metric, value) for metric, value in numbers if value is not None)
    named = next((line for line in lines if line.lower().startswith("version")), "")
    readings += (Note("", name, words) for name, words in yealink.identity(named).items())
    return readings


PROBE = Probe(
    name="yealink_status",
    params=YealinkParams,
    look=look,
    facts=("manageable",),
    metrics=METRICS[:3],
    interval=60.0,
    timeout=8.0,
)
