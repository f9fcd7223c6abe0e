"""Real servers on loopback: what they answer, whom they let in, and that they stop."""

import asyncio
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_prometheus
from starlette.types import ASGIApp, Receive, Scope, Send

from netwatch.present import Present
from netwatch.web.listener import Listener, ListenError
from netwatch.web.metrics_app import metrics_app
from netwatch.web.server import LARGEST_HEAD, WebServer, tls_context
from netwatch.web.status_app import status_app
from netwatch.web.view import View

pytestmark = pytest.mark.anyio

TOKEN = "0123456789abcdef0123"
Asking = Callable[..., object]


@asynccontextmanager
async def _client(server: WebServer, **options: object) -> AsyncIterator[httpx.AsyncClient]:
    scheme = "https" if "verify" in options else "http"
    async with httpx.AsyncClient(base_url=f"{scheme}://127.0.0.1:{server.port}", **options) as client:  # type: ignore[arg-type]
        yield client


def _trusting(tls: Listener, *mine: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(Path(tls.certificate).parent / "here-ca.pem"))
    if mine:
        context.load_cert_chain(*mine)
    return context


async def test_metrics_are_text_for_prometheus_and_openmetrics_for_who_asks(
    view: View, serve: Asking, listener: Listener
) -> None:
    async with serve(metrics_app(view), listener) as server, _client(server) as client:
        plain = await client.get("/metrics")
        wished = await client.get(
            "/metrics", headers={"accept": "application/openmetrics-text;version=1.0.0"}
        )
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    names = {metric.name for metric in read_prometheus(plain.text)}
    assert {"netwatch_line_verdict", "netwatch_looks", "process_cpu_seconds"} <= names
    assert wished.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert {metric.name for metric in read_openmetrics(wished.text)} >= names - {"python_info"}


async def test_health_and_readiness_tell_monitors_by_status(
    view_of: Callable[[Present], View], present: Present, serve: Asking, listener: Listener
) -> None:
    ill = replace(present, ready=False, faults=(("store_full", "/var/lib/netwatch"),))
    async with serve(metrics_app(view_of(ill)), listener) as server, _client(server) as client:
        health, ready = await client.get("/healthz"), await client.get("/readyz")
    assert (health.status_code, ready.status_code) == (503, 503)
    assert health.json()["faults"] == [
        {"code": "store_full", "text": "The disk of the database is full", "detail": "/var/lib/netwatch"}
    ]


async def test_a_healthy_daemon_says_so(view: View, serve: Asking, listener: Listener) -> None:
    async with serve(metrics_app(view), listener) as server, _client(server) as client:
        assert [(await client.get(path)).status_code for path in ("/healthz", "/readyz")] == [200, 200]


@pytest.mark.parametrize("make", [metrics_app, status_app])
async def test_only_get_and_head_of_known_pages_without_a_body_are_answered(
    make: Callable[[View], ASGIApp], view: View, serve: Asking, listener: Listener
) -> None:
    async with serve(make(view), listener) as server, _client(server) as client:
        codes = {
            "post": (await client.post("/healthz")).status_code,
            "delete": (await client.request("DELETE", "/healthz")).status_code,
            "body": (await client.request("GET", "/healthz", content=b"x")).status_code,
            "long": (await client.get("/healthz?" + "x" * 4000)).status_code,
            "unknown": (await client.get("/docs")).status_code,
            "schema": (await client.get("/openapi.json")).status_code,
            "rebound": (await client.get("/healthz", headers={"host": "evil.example"})).status_code,
        }
        head = await client.head("/healthz")
    assert codes == {
        "post": 405, "delete": 405, "body": 413, "long": 414, "unknown": 404, "schema": 404, "rebound": 421,
    }  # fmt: skip
    assert (head.status_code, head.content) == (200, b"")


async def test_every_answer_carries_the_security_headers_and_no_cookie(
    view: View, serve: Asking, listener: Listener
) -> None:
    async with serve(status_app(view), listener) as server, _client(server) as client:
        answers = [await client.get(path) for path in ("/", "/nothing", "/status.json")]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert not {"set-cookie", "server"} & set(answer.headers)


async def test_a_request_head_beyond_the_bound_is_refused(
    view: View, serve: Asking, listener: Listener
) -> None:
    async with serve(metrics_app(view), listener) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /healthz HTTP/1.1\r\nX: " + b"x" * (LARGEST_HEAD + 100_000))
        answer = await reader.read(100)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 4")


async def test_a_metric_that_cannot_be_made_is_a_500_and_health_goes_on(
    view_of: Callable[[Present], View], present: Present, serve: Asking, listener: Listener
) -> None:
    broken = replace(present, latest=dict.fromkeys(present.latest, "no observation"))  # type: ignore[arg-type]
    async with serve(metrics_app(view_of(broken)), listener) as server, _client(server) as client:
        failed, health = await client.get("/metrics"), await client.get("/healthz")
    assert failed.status_code == 500
    assert "nhật ký" in failed.text
    assert "Traceback" not in failed.text
    assert health.status_code == 200


@pytest.mark.parametrize("make", [metrics_app, status_app])
async def test_with_a_token_nothing_is_answered_without_it(
    make: Callable[[View, str], ASGIApp], view: View, serve: Asking, listener: Listener
) -> None:
    guarded = replace(listener, token=TOKEN)
    async with serve(make(view, TOKEN), guarded) as server, _client(server) as client:
        none, wrong = await client.get("/healthz"), await client.get("/healthz", auth=("x", "wrong"))
        bearer = await client.get("/healthz", headers={"authorization": f"Bearer {TOKEN}"})
        password = await client.get("/healthz", auth=("", TOKEN))
    assert (none.status_code, wrong.status_code) == (401, 401)
    assert none.headers["www-authenticate"].startswith("Basic realm=")
    assert (bearer.status_code, password.status_code) == (200, 200)


async def test_tls_answers_who_trusts_its_authority_and_nobody_in_clear(
    view: View, serve: Asking, tls: Listener
) -> None:
    async with serve(metrics_app(view), tls) as server:
        async with _client(server, verify=_trusting(tls)) as client:
            assert (await client.get("/healthz")).status_code == 200
        async with _client(server) as client:
            with pytest.raises(httpx.TransportError):
                await client.get("/healthz")


async def test_client_certificates_are_asked_for_and_only_those_of_the_authority_let_in(
    view: View, serve: Asking, tls: Listener, issue: Callable[[str], tuple[Path, Path]]
) -> None:
    mine, strange = issue("friends"), issue("strangers")
    guarded = replace(tls, client_ca=str(mine[0].parent / "friends-ca.pem"))
    async with serve(metrics_app(view), guarded) as server:
        async with _client(server, verify=_trusting(tls, *map(str, mine))) as client:
            assert (await client.get("/healthz")).status_code == 200
        for refused in ((), tuple(map(str, strange))):
            async with _client(server, verify=_trusting(tls, *refused)) as client:
                with pytest.raises(httpx.TransportError):
                    await client.get("/healthz")


def test_files_that_cannot_be_used_are_named_with_their_section(
    tls: Listener, issue: Callable[[str], tuple[Path, Path]], tmp_path: Path
) -> None:
    foreign = str(issue("here")[1])
    with pytest.raises(ListenError, match=r"\(section \[metrics\]\) cannot be used"):
        tls_context(replace(tls, key=foreign))
    with pytest.raises(ListenError, match="No such file"):
        tls_context(replace(tls, certificate=str(tmp_path / "none.pem")))
    with pytest.raises(ListenError, match="client_ca"):
        tls_context(replace(tls, client_ca=str(tmp_path / "none.pem")))


def _copy(sources: Iterable[str | Path], files: Iterable[Path]) -> None:
    for source, file in zip(sources, files, strict=True):
        file.write_bytes(Path(source).read_bytes())


async def test_a_renewed_certificate_serves_new_connections(
    view: View, serve: Asking, tls: Listener, issue: Callable[[str], tuple[Path, Path]], tmp_path: Path
) -> None:
    files = tmp_path / "c.pem", tmp_path / "c.key"
    _copy((tls.certificate, tls.key), files)

    async def served(port: int) -> bytes:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=_trusting(tls))
        found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        assert isinstance(found, bytes)
        return found

    async with serve(metrics_app(view), replace(tls, certificate=str(files[0]), key=str(files[1]))) as server:
        first = await served(server.port)
        _copy(issue("here"), files)
        server.renew_certificate()
        second = await served(server.port)
        files[0].write_text("no certificate")
        with pytest.raises(ListenError):
            server.renew_certificate()
        assert await served(server.port) == second
    assert first != second


async def test_stopping_closes_the_socket_and_leaves_signal_handlers_alone(
    view: View, serve: Asking, listener: Listener
) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    async with serve(metrics_app(view), listener) as server:
        port = server.port
        async with _client(server) as client:
            await client.get("/healthz")
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    with socket.socket() as again:
        assert again.connect_ex(("127.0.0.1", port)) != 0


async def test_a_cancelled_server_closes_its_socket_too(view: View, listener: Listener) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = WebServer(metrics_app(view), listener, listening)
        task = asyncio.create_task(server.run())
        async with _client(server) as client:
            assert (await client.get("/healthz")).status_code == 200
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert listening.fileno() == -1


async def test_a_reader_that_takes_nothing_in_is_left(listener: Listener) -> None:
    """Else a hundred of them would hold as many answers, and every connection there may be, for ever."""
    ended = asyncio.Event()

    async def tell(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(100):
            await send({"type": "http.response.body", "body": bytes(100_000), "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        ended.set()

    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as reader:
        server = WebServer(tell, listener, listening, patience=0.2)
        task = asyncio.create_task(server.run())
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", server.port))
        reader.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        await asyncio.wait_for(ended.wait(), 20)
        server.stop()
        await task
