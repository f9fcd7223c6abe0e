"""Syslog by TLS (RFC 5425): a real chain, and who gets in."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from netwatch.listening import syslog_sockets
from netwatch.settings_syslog import SyslogSettings
from netwatch.web.listener import ListenError
from probes.listeners.syslog_streams import Connections, serve_streams

pytestmark = pytest.mark.anyio
Issue = Callable[[str], tuple[Path, Path]]


async def sent(port: int, context: ssl.SSLContext, data: bytes) -> None:
    """Send and wait until the other side has closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.write(data)
    await writer.drain()
    # TLS knows no half of a connection: what was sent is read before its end is.
    writer.close()
    await writer.wait_closed()
    reader.feed_eof()


async def test_only_senders_of_the_authority_get_in(issue: Issue) -> None:
    """With client_ca; octet counts as RFC 5425 asks; a sender without a certificate says nothing."""
    certificate, key = issue("here")
    authority = certificate.parent / "here-ca.pem"
    settings = SyslogSettings(
        tls="127.0.0.1:0", certificate=str(certificate), key=str(key), client_ca=str(authority)
    )
    heard: list[tuple[bytes, str]] = []
    with syslog_sockets(settings) as sockets:
        assert sockets.tls is not None
        connections = Connections(10, lambda _: True)
        server = await serve_streams(
            sockets.tls,
            lambda data, address: heard.append((data, address)),
            connections,
            lambda: None,
            sockets.context,
        )
        port = sockets.tls.getsockname()[1]
        trusting = ssl.create_default_context(cafile=str(authority))
        await refused(port, trusting, b"10 <13>nobody")
        trusting.load_cert_chain(*issue("here"))
        await sent(port, trusting, b"9 <13>first10 <13>second")
        for _ in range(100_000):
            await asyncio.sleep(0)
            if len(heard) == 2 and not len(connections):
                break
        server.close()
        await server.wait_closed()
    assert heard == [(b"<13>first", "127.0.0.1"), (b"<13>second", "127.0.0.1")]


async def refused(port: int, context: ssl.SSLContext, data: bytes) -> None:
    """Send, and be shown out: a client of TLS 1.3 learns of it only when it reads."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    with contextlib.suppress(ssl.SSLError, ConnectionError):
        writer.write(data)
        assert await reader.read() == b""
    writer.close()


def test_a_certificate_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """With its file and section, before anything starts."""
    missing = str(tmp_path / "none.pem")
    settings = SyslogSettings(tls="127.0.0.1:0", certificate=missing, key=missing)
    with pytest.raises(ListenError, match=r"\(section \[syslog\]\) cannot be used"):
        syslog_sockets(settings)
