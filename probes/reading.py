"""Small steps that several probe kinds share: facts from transport errors, checked OIDs, expected values."""

from typing import Annotated

from pydantic import AfterValidator

from probes.contract import UNABLE, Fact, Reason
from probes.transports.errors import TransportError
from probes.transports.snmp.ber import encode_oid
from probes.transports.snmp.contract import Answer, Value, number, text

_NO_SUCH_NAME = 2
# Reasons that prove the target is there, though it did not give what was asked.
REACHABLE = frozenset(
    {
        Reason.ANSWERED,
        Reason.REFUSED,
        Reason.RESET,
        Reason.BAD_ANSWER,
        Reason.TLS_FAILED,
        Reason.CREDENTIALS,
    }
)


def _checked_oid(oid: str) -> str:
    try:
        encode_oid(oid)
    except ValueError:
        raise ValueError(f"'{oid}' is not an OID; write dotted numbers such as 1.3.6.1.2.1.1.3.0") from None
    return oid.strip().lstrip(".")


Oid = Annotated[str, AfterValidator(_checked_oid)]


def reachable(error: TransportError) -> Fact:
    """Whether the target is reachable, told by what went wrong; raises the error again if the fault is ours."""
    if error.reason in UNABLE:
        raise error
    return Fact("", "reachable", error.reason in REACHABLE, error.reason, error.detail)


def error_fact(name: str, answer: Answer) -> Fact:
    """What an SNMP error status (RFC 3416) leaves of a fact about a value: nothing that could be told."""
    reason = Reason.NOT_OFFERED if answer.error_status == _NO_SUCH_NAME else Reason.BAD_ANSWER
    return Fact("", name, None, reason, error_evidence(answer))


def error_evidence(answer: Answer) -> str:
    """An SNMP error status as evidence, in the numbers of RFC 3416."""
    return f"error-status {answer.error_status}"


def expected(name: str, value: Value | None, wanted: tuple[str, ...], unwanted: tuple[str, ...] = ()) -> Fact:
    """Whether a value is one of those wanted: equal as number where both are numbers, else as text.

    A value that the device does not offer can tell nothing: unknown(not_offered). Nor can one that is in neither
    list where `unwanted` values are named: unknown(bad_answer).
    """
    return compared(name, text(value), number(value), wanted, unwanted)


def compared(
    name: str, shown: str | None, measured: float | None, wanted: tuple[str, ...], unwanted: tuple[str, ...]
) -> Fact:
    """As `expected`, of a value as text (None: not offered) and, where it is one, as number."""
    if shown is None:
        return Fact("", name, None, Reason.NOT_OFFERED)
    if any(_equal(measured, shown, candidate) for candidate in wanted):
        return Fact("", name, True, Reason.AS_EXPECTED, shown)
    if unwanted and not any(_equal(measured, shown, candidate) for candidate in unwanted):
        return Fact("", name, None, Reason.BAD_ANSWER, shown)
    return Fact("", name, False, Reason.NOT_AS_EXPECTED, shown)


def _equal(measured: float | None, shown: str, candidate: str) -> bool:
    if candidate.strip() == shown:
        return True
    try:
        return measured is not None and measured == float(candidate)
    except ValueError:
        return False
