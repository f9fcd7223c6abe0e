"""DNS: does a name server answer a question, and with what.

NXDOMAIN is a name it says does not exist, SERVFAIL a fault of its own, REFUSED that it does not answer us. An answer
too long for UDP is asked for again by TCP.
"""

from pydantic import Field

from probes.contract import Fact, Metric, Note, Params, Probe, Reason, Sample, Seen, Target
from probes.kit import Kit
from probes.serving import ANSWER_SECONDS, USABLE, answered_in, plain, unusable, usable
from probes.transports.errors import TransportError
from probes.transports.names.contract import DnsAnswer, Question

_WORST: dict[str, Reason] = {
    "NXDOMAIN": Reason.NAME_UNKNOWN,
    "REFUSED": Reason.REFUSED,
    "SERVFAIL": Reason.SERVER_FAULT,
    "NOTIMP": Reason.SERVER_FAULT,
}


class QueryParams(Params):
    """What is asked; `answer` are records that must be among those that come, none: any record will do."""

    name: str
    type: str = "A"
    answer: tuple[str, ...] = ()
    port: int = Field(53, ge=1, le=65_535)


async def look(target: Target, params: QueryParams, kit: Kit) -> Seen:
    """Ask the question."""
    try:
        address = (await kit.resolve(target.address))[0]
        answer = await kit.query(address, Question(params.name, params.type, params.port))
    except TransportError as error:
        return unusable(error)
    readings = (
        _judged(answer, params),
        answered_in(answer.took),
        Sample("", "dns_answers", float(len(answer.answers))),
        Note("", "answer", plain(", ".join(answer.answers))),
    )
    return Seen(readings)


def _judged(answer: DnsAnswer, params: QueryParams) -> Fact:
    if answer.code != "NOERROR":
        return usable(False, _WORST.get(answer.code, Reason.BAD_ANSWER), answer.code)
    came = {_same(text) for text in answer.answers}
    missing = next((text for text in params.answer if _same(text) not in came), None)
    if missing is not None or not came:
        return usable(False, Reason.NOT_AS_EXPECTED, ", ".join(answer.answers) or params.type)
    return usable(True, Reason.AS_EXPECTED, answer.answers[0])


def _same(text: str) -> str:
    return text.strip().rstrip(".").lower()


PROBE = Probe(
    name="dns_query",
    params=QueryParams,
    look=look,
    facts=(USABLE,),
    metrics=(ANSWER_SECONDS, Metric("dns_answers", "Records in the answer.")),
    interval=60.0,
    timeout=8.0,
)
