"""Serves an application on a socket inside the running event loop, without touching signal handlers."""

import ssl
from socket import IPPROTO_TCP, TCP_USER_TIMEOUT, socket

import uvicorn
from starlette.types import ASGIApp

from netwatch.language import Sentence
from netwatch.web.listener import Listener, ListenError

# A scrape request is a few hundred bytes; nobody needs more of us.
LARGEST_HEAD = 16 * 1024
MOST_CONNECTIONS = 100
KEEP_ALIVE_SECONDS = 20
# So long a reader may take nothing in; what an answer is made of is held for as long.
PATIENCE_SECONDS = 60.0
# How long answers under way may take once we are told to stop.
GRACE_SECONDS = 3


def tls_context(listener: Listener) -> ssl.SSLContext | None:
    """The TLS side of a listener, None without; TLS 1.2 or newer; raises ListenError naming the faulty file."""
    if not listener.tls:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    load_certificate(context, listener)
    if listener.client_ca:
        _load_client_ca(context, listener)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def load_certificate(context: ssl.SSLContext, listener: Listener) -> None:
    """Load certificate and key; called again after a renewal, new connections get the new ones."""
    try:
        context.load_cert_chain(listener.certificate, listener.key)
    except OSError as error:
        text = (
            "The certificate {certificate} with the key {key} (section [{section}]) cannot be used: {error}. Both must"
            " be PEM files this user may read, and belong together."
        )
        told = {"certificate": listener.certificate, "key": listener.key, "section": listener.section}
        raise ListenError(Sentence(text, {**told, "error": _said(error)})) from error


def _load_client_ca(context: ssl.SSLContext, listener: Listener) -> None:
    try:
        context.load_verify_locations(listener.client_ca)
    except OSError as error:
        text = (
            "The client_ca {file} (section [{section}]) cannot be used: {error}. It must be a PEM file of the"
            " authorities whose client certificates are let in."
        )
        told = {"file": listener.client_ca, "section": listener.section, "error": _said(error)}
        raise ListenError(Sentence(text, told)) from error


def _said(error: OSError) -> str:
    """What an error says, without the file names that stand in the sentence already."""
    return (error.reason if isinstance(error, ssl.SSLError) else None) or error.strerror or str(error)


class WebServer:
    """One application on one listening socket.

    `run` serves until `stop` or until it is cancelled, and then closes the socket; answers under way get
    GRACE_SECONDS. Raises ListenError when the listener's files cannot be used.
    """

    def __init__(
        self, app: ASGIApp, listener: Listener, listening: socket, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._socket = listening
        # Connections inherit it. The kernel ends one whose other end hangs, which no code of ours could.
        listening.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, round(patience * 1000))
        self._listener = listener
        self._context = tls_context(listener)
        self._server = uvicorn.Server(self._configuration(app))

    def _configuration(self, app: ASGIApp) -> uvicorn.Config:
        context = self._context
        return uvicorn.Config(
            app,
            loop="none",
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
            h11_max_incomplete_event_size=LARGEST_HEAD,
            ssl_context_factory=(lambda _config, _default: context) if context is not None else None,
        )

    @property
    def port(self) -> int:
        """The port it listens on, also when the settings said 0."""
        return int(self._socket.getsockname()[1])

    async def run(self) -> None:
        """Serve until told to stop."""
        server = self._server
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup(sockets=[self._socket])
        try:
            await server.main_loop()
        finally:
            await server.shutdown(sockets=[self._socket])

    def stop(self) -> None:
        """Let `run` come to its end."""
        self._server.should_exit = True

    def renew_certificate(self) -> None:
        """Read the certificate's files again; raises ListenError, the former certificate then stays in use."""
        if self._context is not None:
            load_certificate(tls_context(self._listener) or self._context, self._listener)
            load_certificate(self._context, self._listener)
