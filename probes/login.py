"""User and password, and how they answer a server's challenge: Basic and Digest, for HTTP and RTSP alike. Pure.

RFC 7617 (Basic), RFC 7616 and RFC 2069 (Digest), RFC 9110 section 11 (challenges).
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

_MOST_CHALLENGE = 4096
_MOST_CHALLENGES = 10
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}")
# One way alone to pass over blanks: with two, thousands of them take the square of their number.
_PARAMETER = re.compile(
    r"\s*(?:,\s*)?([A-Za-z0-9_\-]{1,64})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s,\"]{1,512}))"
)
_HASHES: Mapping[str, Callable[[bytes], "hashlib._Hash"]] = MappingProxyType(
    {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
)


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password by the name of their credential; the password shows nowhere."""

    name: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server asks for: a scheme in lower case and its parameters."""

    scheme: str
    parameters: Mapping[str, str]


def challenges(headers: Sequence[str]) -> Iterator[Challenge]:
    """The challenges in the values of WWW-Authenticate, one per value or several with commas between; bounded."""
    for header in headers[:_MOST_CHALLENGES]:
        yield from _in_one(header[:_MOST_CHALLENGE])


def _in_one(text: str) -> Iterator[Challenge]:
    place, scheme = 0, ""
    found: dict[str, str] = {}
    while place < len(text):
        parameter = _PARAMETER.match(text, place)
        if parameter is not None and scheme:
            quoted, plain = parameter[2], parameter[3]
            value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
            found.setdefault(parameter[1].lower(), value)
            place = parameter.end()
            continue
        token = _TOKEN.search(text, place)
        if token is None:
            break
        if scheme:
            yield Challenge(scheme, found)
        scheme, found, place = token[0].lower(), {}, token.end()
    if scheme:
        yield Challenge(scheme, found)


def authorization(
    asked: Sequence[Challenge], login: Login, method: str, uri: str, client_nonce: str
) -> str | None:
    """The value of Authorization that answers, Digest before Basic; None when neither is asked for.

    `client_nonce` must be drawn anew each time.
    """
    for challenge in asked:
        if challenge.scheme == "digest":
            answer = _digest(challenge.parameters, login, method, uri, client_nonce)
            if answer is not None:
                return answer
    if any(challenge.scheme == "basic" for challenge in asked):
        pair = f"{login.user}:{login.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"
    return None


def _digest(asked: Mapping[str, str], login: Login, method: str, uri: str, client_nonce: str) -> str | None:
    algorithm = asked.get("algorithm", "MD5").upper()
    session = algorithm.endswith("-SESS")
    make = _HASHES.get(algorithm.removesuffix("-SESS"))
    offered = [one.strip() for one in asked.get("qop", "").lower().split(",") if one.strip()]
    if make is None or "nonce" not in asked or (offered and "auth" not in offered):
        return None

    def hashed(*texts: str) -> str:
        return make(":".join(texts).encode()).hexdigest()

    realm, nonce = asked.get("realm", ""), asked["nonce"]
    secret = hashed(login.user, realm, login.password)
    if session:
        secret = hashed(secret, nonce, client_nonce)
    counted = ("00000001", client_nonce, "auth") if offered else ()
    response = hashed(secret, nonce, *counted, hashed(method, uri))
    said = {"username": login.user, "realm": realm, "nonce": nonce, "uri": uri, "response": response}
    if "opaque" in asked:
        said["opaque"] = asked["opaque"]
    if offered or session:
        said["cnonce"] = client_nonce
    shown = [f'{key}="{_escaped(value)}"' for key, value in said.items()]
    if "algorithm" in asked:
        shown.append(f"algorithm={algorithm if not session else algorithm.removesuffix('SESS') + 'sess'}")
    return "Digest " + ", ".join([*shown, *(("qop=auth", "nc=00000001") if offered else ())])


def _escaped(text: str) -> str:
    plain = "".join(letter for letter in text if letter.isprintable())
    return plain.replace("\\", "\\\\").replace('"', '\\"')
