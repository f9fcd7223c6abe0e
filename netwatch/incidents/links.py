"""What acknowledges an incident as one receiver: a signed link, and a short code for the command line. Pure.

Both come from HMAC-SHA256 (RFC 2104) over incident, receiver and opening moment, so that nothing has to be stored and
a number given again after a restored backup proves nothing. That each works once is kept by the desk.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

# Without a key codes only name an incident and a receiver; who types one is known from the control socket.
UNSIGNED = b""
PATH = "/ack/"
# 40 bits: a guess hits with 1 in 10^12.
CODE_BYTES = 5
MAC_BYTES = 20
LONGEST_TOKEN = 200

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")
_PAYLOAD = re.compile(r"(\d{1,18})\.(\d{1,18})\.([a-z0-9_-]{1,64})")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a link or code stands for: this receiver acknowledges this incident, opened then."""

    incident: int
    receiver: str
    opened: int

    @property
    def payload(self) -> bytes:
        """What is signed."""
        return f"{self.incident}.{self.opened}.{self.receiver}".encode()


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes and reads links and codes with one secret key, which never shows."""

    key: bytes = field(repr=False)

    def code(self, incident: int, receiver: str, opened: int) -> str:
        """Eight letters and digits (RFC 4648 base32) that people can type."""
        mac = self._mac(b"code", Claim(incident, receiver, opened))
        return base64.b32encode(mac[:CODE_BYTES]).decode()

    def token(self, incident: int, receiver: str, opened: int) -> str:
        """The last part of a link: letters, digits, '-' and '_' (RFC 4648 base64url without padding)."""
        claim = Claim(incident, receiver, opened)
        signed = self._mac(b"link", claim)[:MAC_BYTES] + claim.payload
        return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()

    def read(self, token: str) -> Claim | None:
        """What a token stands for; None for whatever we did not sign, or when there is no key to sign with."""
        claim, mac = _opened(token)
        wanted = self._mac(b"link", claim)[:MAC_BYTES]
        return claim if hmac.compare_digest(mac, wanted) and claim.receiver and self.key else None

    def matching(self, code: str, claims: Iterable[Claim]) -> Claim | None:
        """Which of these claims a typed code stands for; case, blanks and hyphens do not count."""
        typed = re.sub(r"[\s-]", "", code[:LONGEST_TOKEN]).upper().encode("ascii", "replace")
        found: Claim | None = None
        for claim in claims:
            own = self.code(claim.incident, claim.receiver, claim.opened).encode()
            if hmac.compare_digest(typed, own):
                found = claim
        return found

    def _mac(self, purpose: bytes, claim: Claim) -> bytes:
        return hmac.digest(self.key or b"\0", purpose + b"\0" + claim.payload, "sha256")


def _opened(token: str) -> tuple[Claim, bytes]:
    """Claim and signature of a token; of what is none, a claim that no signature fits."""
    nothing = Claim(0, "", 0), b""
    if not _TOKEN.fullmatch(token):
        return nothing
    try:
        signed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        found = _PAYLOAD.fullmatch(signed[MAC_BYTES:].decode("ascii"))
    except (binascii.Error, UnicodeDecodeError):
        return nothing
    if found is None:
        return nothing
    return Claim(int(found[1]), found[3], int(found[2])), signed[:MAC_BYTES]


def link(public_url: str, token: str) -> str:
    """The address behind which a token is shown with a button; '' when nobody set where people reach the page."""
    return f"{public_url.rstrip('/')}{PATH}{token}" if public_url else ""
