"""What may go wrong between us and a target. Every transport raises these and nothing else.

    TransportError
    ├── Silent            nothing came back in time
    ├── Refused           the target itself sent an ICMP error: it is there, but does not serve this
    ├── Reset             the target cut the conversation off: it is there
    ├── BadAnswer         an answer came that makes no sense, is longer than allowed, or ends too early
    ├── TlsFault          no encryption could be agreed on: it is there
    ├── CredentialsFault  the target said that our credentials are wrong
    ├── PathBroken        a router on the way said that it cannot pass packets on
    ├── NoRoute           our own routing table has no way to the address
    ├── PermissionDenied  the system does not let us ask
    ├── NameUnknown       the name does not exist, or has no address
    ├── OwnResolver       this machine's own resolver gave no answer about the name
    └── LocalFault        anything else on this machine: no buffer, no secret, malformed address

`detail` is a short piece of evidence that needs no translation: an address, a code, a name. Never a secret.
"""

# The names say what happened in the words of the trade; the base class says that they are errors.
# ruff: noqa: N818

from typing import ClassVar

from probes.contract import Reason


class TransportError(Exception):
    """Expected trouble of one kind; `reason` says which, `detail` where or what exactly.

    `shrinkable` means that asking for less at once may help.
    """

    reason: ClassVar[Reason] = Reason.LOCAL_FAULT
    shrinkable: ClassVar[bool] = False

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class Silent(TransportError):
    """Nothing came back in time; `detail` is the other address that answered instead, where one did."""

    reason = Reason.NO_ANSWER
    shrinkable = True


class Refused(TransportError):
    """The target itself sent an ICMP error, which proves that it is reachable."""

    reason = Reason.REFUSED


class BadAnswer(TransportError):
    """An answer came that breaks the protocol, which still proves that the target is reachable."""

    reason = Reason.BAD_ANSWER


class Reset(TransportError):
    """The target cut the conversation off, which proves that it is reachable."""

    reason = Reason.RESET


class TlsFault(TransportError):
    """The target speaks no TLS, or none in common with us; it is reachable. `detail` is OpenSSL's word for it."""

    reason = Reason.TLS_FAILED


class CredentialsFault(TransportError):
    """The target said that our credentials are wrong, which proves that it is reachable."""

    reason = Reason.CREDENTIALS


class PathBroken(TransportError):
    """A router (named in `detail`) reported that the packet could not be delivered."""

    reason = Reason.PATH_BROKEN


class NoRoute(TransportError):
    """Our own routing table has no way to the address."""

    reason = Reason.NO_ROUTE


class PermissionDenied(TransportError):
    """The system does not let us send such packets; `detail` names what to change."""

    reason = Reason.PERMISSION


class NameUnknown(TransportError):
    """The name in `detail` does not exist, or has no address."""

    reason = Reason.NAME_UNKNOWN


class OwnResolver(TransportError):
    """This machine's own resolver gave no answer, so nothing can be said of the target."""

    reason = Reason.OWN_RESOLVER


class LocalFault(TransportError):
    """Anything else on this machine."""

    reason = Reason.LOCAL_FAULT
