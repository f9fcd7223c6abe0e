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
from probes.listeners.syslog_streams import AT_ONCE, Connections, serve_streams

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


async def test_who_never_begins_tls_is_counted_like_anybody(issue: Issue) -> None:
    """Strangers that connect and say nothing hold no more than their share; the next is shown out at once."""
    certificate, key = issue("here")
    settings = SyslogSettings(tls="127.0.0.1:0", certificate=str(certificate), key=str(key))
    with syslog_sockets(settings) as sockets:
        assert sockets.tls is not None
        connections = Connections(4, lambda _: False)
        server = await serve_streams(sockets.tls, lambda *_: None, connections, lambda: None, sockets.context)
        port = sockets.tls.getsockname()[1]
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b""
        assert (len(connections), connections.refused) == (2, 1)
        for _, each in (*silent, (reader, writer)):
            each.close()
        for _ in range(100_000):
            await asyncio.sleep(0)
            if not len(connections):
                break
        assert (len(connections), connections.transports) == (0, set())
        server.close()
        await server.wait_closed()


async def test_who_hangs_up_after_many_messages_is_heard_out(issue: Issue) -> None:
    """All of them, though only so many are passed on at a time and the connection is gone before the last."""
    certificate, key = issue("here")
    settings = SyslogSettings(tls="127.0.0.1:0", certificate=str(certificate), key=str(key))
    heard: list[bytes] = []
    with syslog_sockets(settings) as sockets:
        assert sockets.tls is not None
        server = await serve_streams(
            sockets.tls,
            lambda data, _: heard.append(data),
            Connections(4, lambda _: True),
            lambda: None,
            sockets.context,
        )
        trusting = ssl.create_default_context(cafile=str(certificate.parent / "here-ca.pem"))
        await sent(sockets.tls.getsockname()[1], trusting, b"1 x" * 3 * AT_ONCE + b"the last")
        for _ in range(100_000):
            await asyncio.sleep(0)
            if b"the last" in heard:
                break
        server.close()
        await server.wait_closed()
    assert heard == [b"x"] * 3 * AT_ONCE + [b"the last"]


def test_a_certificate_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """With its file and section, before anything starts."""
    missing = str(tmp_path / "none.pem")
    settings = SyslogSettings(tls="127.0.0.1:0", certificate=missing, key=missing)
    with pytest.raises(ListenError, match=r"\(section \[syslog\]\) cannot be used"):
        syslog_sockets(settings)
