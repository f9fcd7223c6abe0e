"""SMTP: does a mail server greet and take EHLO; with STARTTLS or from the start by TLS, is its certificate good.

No mail is sent: after EHLO it says QUIT.
"""

import re
from typing import Literal

from pydantic import Field

from probes.contract import Note, Params, Probe, Reason, Seen, Target
from probes.kit import Kit
from probes.serving import (
    ANSWER_SECONDS,
    CERTIFICATE_REMAINING,
    CERTIFICATE_VALID,
    USABLE,
    answered_in,
    certificate,
    plain,
    unusable,
    usable,
)
from probes.transports.errors import BadAnswer, TransportError
from probes.transports.streams.contract import Stream, Tls

# RFC 5321 section 4.5.3.1.5, and more lines than any server has extensions.
_LINE = 4096
_MOST_LINES = 100
_REPLY = re.compile(rb"([2-5]\d\d)([ -]?)([^\r\n]*)\r?\n")
# A name is needed that stands for nobody else (RFC 5321 section 4.1.3).
_EHLO = b"EHLO [127.0.0.1]\r\n"


class MailParams(Params):
    """Where the server listens and when TLS begins: never, after STARTTLS, or from the start."""

    port: int = Field(25, ge=1, le=65_535)
    tls: Literal["none", "starttls", "tls"] = "none"
    name: str = ""


class _Refusal(Exception):  # noqa: N818 - what the server said
    """A reply by which the server says that it cannot."""


async def look(target: Target, params: MailParams, kit: Kit) -> Seen:
    """Greet and say good-bye."""
    tls = Tls(params.name or target.address) if params.tls != "none" else None
    before = _starttls if params.tls == "starttls" else None
    try:
        address = (await kit.resolve(target.address))[0]
        began = kit.monotonic()
        async with kit.stream(address, params.port, tls, before) as stream:
            greeting = "" if before else await _reply(stream)
            await _said(stream, _EHLO)
            took = kit.monotonic() - began
            shown = certificate(stream.presented)
            await _leave(stream)
    except _Refusal as refusal:
        return Seen((usable(False, Reason.SERVER_FAULT, str(refusal)),), complete=False)
    except TransportError as error:
        return unusable(error)
    named = (Note("", "greeting", greeting),) if greeting else ()
    return Seen((usable(True, Reason.ANSWERED, greeting), answered_in(took), *named, *shown))


async def _starttls(stream: Stream) -> None:
    await _reply(stream)
    await _said(stream, _EHLO)
    await _said(stream, b"STARTTLS\r\n")


async def _said(stream: Stream, line: bytes) -> str:
    await stream.send(line)
    return await _reply(stream)


async def _reply(stream: Stream) -> str:
    """The text of a reply's first line; raises _Refusal for one that does not say yes."""
    first = ""
    for number in range(_MOST_LINES):
        line = _REPLY.fullmatch(await stream.read_until(b"\n", _LINE))
        if line is None:
            break
        first = first if number else plain(line[3].decode("utf-8", "replace"))
        if line[1][:1] in b"45":
            raise _Refusal(plain(f"{line[1].decode()} {line[3].decode('utf-8', 'replace')}"))
        if line[2] != b"-":
            return first
    raise BadAnswer("SMTP")


async def _leave(stream: Stream) -> None:
    """Politely; how the server takes it tells nothing of its service."""
    try:
        await _said(stream, b"QUIT\r\n")
    except (_Refusal, TransportError):
        return


PROBE = Probe(
    name="smtp_greeting",
    params=MailParams,
    look=look,
    facts=(USABLE,),
    part_facts=(CERTIFICATE_VALID,),
    metrics=(ANSWER_SECONDS, CERTIFICATE_REMAINING),
    interval=60.0,
    timeout=15.0,
)
