"""RTSP: does a camera or recorder serve its stream (OPTIONS, then DESCRIBE where a path is named).

Nothing is played. A demand to log in proves life; it is answered by Digest where the target has a login, and a login
that is not taken makes it unknown. RTSP 1.0 (RFC 2326).
"""

import re
from typing import NamedTuple

from pydantic import Field

from probes.contract import Fact, Note, Params, Probe, Reason, Seen, Target
from probes.kit import Kit
from probes.login import Login, authorization, challenges
from probes.serving import ANSWER_SECONDS, USABLE, answered_in, plain, unusable, usable
from probes.transports.errors import BadAnswer, TransportError
from probes.transports.streams.contract import Stream

_HEAD = 16_384
_BODY = 262_144
_STATUS = re.compile(r"RTSP/\d\.\d (\d\d\d)(?: ([^\r\n]*))?")
_UNAUTHORIZED = 401


class StreamParams(Params):
    """Where to ask; `path` is that of the stream ('' asks only what the server can do)."""

    port: int = Field(554, ge=1, le=65_535)
    path: str = Field("", max_length=500, pattern=r"^[\x21-\x7e]*$")


class _Reply(NamedTuple):
    status: int
    phrase: str
    asked: list[str]
    server: str


async def look(target: Target, params: StreamParams, kit: Kit) -> Seen:
    """Ask what the server can do, and for the stream's description."""
    shown = f"[{target.address}]" if ":" in target.address else target.address
    uri = f"rtsp://{shown}:{params.port}/{params.path.lstrip('/')}"
    try:
        logins = kit.logins(target)
        address = (await kit.resolve(target.address))[0]
        began = kit.monotonic()
        async with kit.stream(address, params.port) as stream:
            reply = await _asked(stream, "OPTIONS", uri, 1)
            took = kit.monotonic() - began
            tried = False
            if params.path and reply.status < 300:
                reply, tried = await _described(stream, uri, logins, kit)
    except TransportError as error:
        return unusable(error)
    return Seen((_judged(reply, tried), answered_in(took), Note("", "server", reply.server)))


async def _described(stream: Stream, uri: str, logins: tuple[Login, ...], kit: Kit) -> tuple[_Reply, bool]:
    """The answer to DESCRIBE, and whether a login was tried; by Digest alone, since everybody could read Basic."""
    reply, tried = await _asked(stream, "DESCRIBE", uri, 2), False
    for number, login in enumerate(logins, start=3):
        if reply.status != _UNAUTHORIZED:
            break
        offered = [one for one in challenges(reply.asked) if one.scheme != "basic"]
        said = authorization(offered, login, "DESCRIBE", uri, kit.nonce())
        if said is None:
            break
        reply, tried = await _asked(stream, "DESCRIBE", uri, number, said), True
    return reply, tried


async def _asked(stream: Stream, method: str, uri: str, number: int, proof: str = "") -> _Reply:
    head = [f"{method} {uri} RTSP/1.0", f"CSeq: {number}", "User-Agent: netwatch"]
    head += ["Accept: application/sdp"] if method == "DESCRIBE" else []
    head += [f"Authorization: {proof}"] if proof else []
    await stream.send("\r\n".join([*head, "", ""]).encode())
    came = (await stream.read_until(b"\r\n\r\n", _HEAD)).decode("utf-8", "replace").split("\r\n")
    status = _STATUS.fullmatch(came[0])
    if status is None:
        raise BadAnswer(plain(came[0]))
    headers = [
        (name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in came[1:])
    ]
    length = next((value for name, value in headers if name == "content-length"), "0")
    if not (length.isascii() and length.isdecimal() and int(length[:9]) <= _BODY):
        raise BadAnswer(plain(f"Content-Length {length}"))
    await stream.read_exactly(int(length))
    asked = [value for name, value in headers if name == "www-authenticate"]
    server = next((value for name, value in headers if name == "server"), "")
    return _Reply(int(status[1]), status[2] or "", asked, plain(server))


def _judged(reply: _Reply, tried: bool) -> Fact:
    said = f"{reply.status} {reply.phrase}"
    if reply.status == _UNAUTHORIZED and tried:
        return Fact("", USABLE, None, Reason.CREDENTIALS, plain(said))
    if reply.status < 400 or reply.status == _UNAUTHORIZED:
        return usable(True, Reason.ANSWERED, said)
    reason = Reason.SERVER_FAULT if reply.status >= 500 else Reason.NOT_AS_EXPECTED
    return usable(False, reason, said)


PROBE = Probe(
    name="rtsp_options",
    params=StreamParams,
    look=look,
    facts=(USABLE,),
    metrics=(ANSWER_SECONDS,),
    interval=60.0,
    timeout=10.0,
)
