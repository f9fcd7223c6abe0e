"""A mail server and a web server on loopback that do as they are told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.channels.contract import Delivery
from alerts.contract import Part, Phrase, Severity, Story
from alerts.render import RenderView

GOOD = "250 OK"
CUT = "cut"
HANG = "hang"


@dataclass
class MailServer:
    """Keeps the mails it took; `on_data` and `refused` say how it behaves."""

    port: int = 0
    on_data: str = GOOD
    refused: frozenset[str] = frozenset()
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return GOOD

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or not; or take it and lose the connection before saying so."""
        mail = message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if self.on_data.startswith("5"):
            return self.on_data
        self.mails.append(mail)
        self.envelopes.append(envelope)
        self.taken.set()
        if self.on_data == CUT and server.transport is not None:
            server.transport.abort()
        if self.on_data == HANG:
            await self.released.wait()
        return GOOD

    @property
    def url(self) -> str:
        """The address by which Apprise reaches it; it holds something that must never show."""
        return (
            f"mailto://127.0.0.1:{self.port}?mode=insecure&from=netwatch@example.gov.vn&to=it@example.gov.vn"
        )


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    """A real SMTP server."""
    kept = MailServer()
    made = lambda: SMTP(kept, hostname="mail.example.gov.vn")  # noqa: E731
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    kept.port = server.sockets[0].getsockname()[1]
    yield kept
    kept.released.set()
    server.close()


@pytest.fixture
def anyio_backend() -> str:
    """The daemon runs on asyncio."""
    return "asyncio"


@dataclass
class WebServer:
    """Keeps the requests it was asked; answers with `status` and `body`."""

    port: int = 0
    status: int = 200
    body: bytes = b"[]"
    header: str = ""
    asked: list[tuple[str, bytes]] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer."""
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                (int(line.split(":")[1]) for line in head.lower().split("\r\n") if "content-length" in line),
                0,
            )
            self.asked.append((head, await reader.readexactly(length)))
            reply = f"HTTP/1.1 {self.status} so\r\ncontent-length: {len(self.body)}\r\n{self.header}"
            writer.write(f"{reply}connection: close\r\n\r\n".encode() + self.body)
            await writer.drain()
        writer.close()


@pytest.fixture
async def web_server() -> AsyncIterator[WebServer]:
    """A web server on loopback."""
    kept = WebServer()
    server = await asyncio.start_server(kept.answer, "127.0.0.1", 0)
    kept.port = server.sockets[0].getsockname()[1]
    yield kept
    server.close()


@pytest.fixture
def delivery() -> Delivery:
    """An opening in words."""
    return Delivery(
        reference="<7.1@abc.netwatch.invalid>",
        at=1_795_400_140_000_000,
        subject="NGHIÊM TRỌNG: Mất điện tại UBND xã An\r\nBcc: ai-do@example.com",
        text="Mất điện tại UBND xã An.\n",
        html="<p>Mất điện tại UBND xã An.</p>",
        brief="Mất điện tại UBND xã An. netwatch ack ABCD2345",
    )


@pytest.fixture
def story() -> Callable[..., Story]:
    """Makes an incident's story."""

    def make(incident: int = 7, severity: Severity = Severity.CRITICAL, ended: int | None = None) -> Story:
        return Story(
            incident=incident,
            severity=severity,
            title=Phrase("Power out at {place}", {"place": "xã An"}),
            place="UBND xã An",
            what=Phrase("Power is out at {place}.", {"place": "UBND xã An"}),
            since=1_767_225_600_000_000,
            not_before=1_767_225_570_000_000,
            ended=ended,
            nature="fault",
            unit="X00",
            site="X00-T",
        )

    return make


@pytest.fixture
def view() -> RenderView:
    """An English reader."""
    return RenderView(str, "en", str, str, str, link=_no_link)


def _no_link(part: Part) -> str:
    return ""
