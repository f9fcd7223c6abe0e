"""Whether an endpoint can be called: facts that SIP and H.323 have in common. Pure."""

from probes.contract import UNABLE, Fact, Reason
from probes.transports.errors import TransportError

SIGNALLING = "signalling"


def answered(evidence: str) -> Fact:
    """The signalling answers."""
    return Fact("", SIGNALLING, True, Reason.ANSWERED, evidence)


def unanswered(error: TransportError, reason: Reason | None = None) -> Fact:
    """It does not, and why; raises the error again if the fault is ours."""
    if error.reason in UNABLE:
        raise error
    return Fact("", SIGNALLING, False, reason or error.reason, error.detail)
