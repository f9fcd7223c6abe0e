"""What the kinds that look at services share: is one usable, is its certificate good, how long did it take. Pure.

A service is *usable* when it gave the answer its users need. Who refuses, cuts off or answers nonsense is there, and
yet not usable.
"""

from collections.abc import Iterator

from probes.contract import UNABLE, Fact, Metric, Note, Reading, Reason, Sample, Seen
from probes.transports.errors import TransportError
from probes.transports.streams.contract import Presented

USABLE = "usable"
CERTIFICATE_VALID = "certificate_valid"
ANSWER_SECONDS = Metric("answer_seconds", "Time from the first packet sent until the service had answered.")
CERTIFICATE_REMAINING = Metric(
    "certificate_remaining_seconds",
    "How long the certificate shown is still valid; negative when it has expired.",
)
MOST_EVIDENCE = 200


def unusable(error: TransportError) -> Seen:
    """A look that the service did not pass; raises the error again if the fault is ours.

    Nothing is said of the certificate by that, so the look is not complete.
    """
    if error.reason in UNABLE:
        raise error
    return Seen((Fact("", USABLE, False, error.reason, error.detail[:MOST_EVIDENCE]),), complete=False)


def usable(holds: bool, reason: Reason, evidence: str = "") -> Fact:
    """Whether the service gave the answer its users need."""
    return Fact("", USABLE, holds, reason, plain(evidence))


def answered_in(seconds: float) -> Sample:
    """How long it took."""
    return Sample("", ANSWER_SECONDS.name, seconds)


def certificate(presented: Presented | None) -> Iterator[Reading]:
    """What is to be said of a certificate that was shown; nothing without one."""
    if presented is None:
        return
    shown = presented.certificate
    if presented.trusted is not None:
        reason = presented.reason or Reason.AS_EXPECTED
        yield Fact("", CERTIFICATE_VALID, presented.trusted, reason, plain(presented.detail))
    if shown is not None:
        yield Sample("", CERTIFICATE_REMAINING.name, float(round(shown.remaining)))
        yield Note("", "certificate_subject", plain(shown.subject))
        yield Note("", "certificate_issuer", plain(shown.issuer))
    yield Note("", "tls_version", presented.version)


def plain(text: str) -> str:
    """A text of others: bounded, without control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:MOST_EVIDENCE]).strip()
