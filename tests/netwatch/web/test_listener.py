"""Loopback needs nothing, every other address TLS and somebody who proves who asks; refusals say which key it is."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from netwatch.web.listener import (
    Listener,
    ListenError,
    access_problem,
    inherited_sockets,
    is_loopback,
    listener_problem,
    open_socket,
)

TOKEN = "0123456789abcdef"
LOOPBACK = Listener("127.0.0.1", 0)
GUARDED = Listener("0.0.0.0", 0, certificate="c.pem", key="k.pem", token=TOKEN)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_nothing(host: str) -> None:
    assert is_loopback(host)
    assert access_problem(host, tls=False, token=False, client_ca=False) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "netwatch.example", "", "127.0.0.1.example"])
@pytest.mark.parametrize(
    ("tls", "token", "client_ca", "needs"),
    [
        (False, False, False, "needs TLS"),
        (False, True, True, "needs TLS"),
        (True, False, False, "does not tell who asks"),
        (True, True, False, None),
        (True, False, True, None),
        (True, True, True, None),
    ],
)
def test_any_other_address_needs_tls_and_somebody_known(
    host: str, tls: bool, token: bool, client_ca: bool, needs: str | None
) -> None:
    problem = access_problem(host, tls=tls, token=token, client_ca=client_ca)
    assert (problem is None) == (needs is None)
    assert needs is None or needs in str(problem)


@pytest.mark.parametrize(
    ("listener", "says"),
    [
        (replace(LOOPBACK, certificate="c.pem"), "only one of certificate and key"),
        (replace(LOOPBACK, client_ca="ca.pem"), "client certificates need TLS"),
        (replace(LOOPBACK, token="short", section="status_page"), "section [status_page] has 5 characters"),
        (replace(GUARDED, token=""), "does not tell who asks"),
        (GUARDED, None),
        (LOOPBACK, None),
    ],
)
def test_half_a_guard_is_refused(listener: Listener, says: str | None) -> None:
    problem = listener_problem(listener)
    assert (problem is None) == (says is None)
    assert says is None or says in str(problem)


def test_a_token_never_shows() -> None:
    assert TOKEN not in repr(GUARDED)


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other


def test_a_port_in_use_names_address_key_and_what_to_do(taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    with pytest.raises(ListenError) as refused:
        open_socket(replace(LOOPBACK, port=port))
    said = str(refused.value)
    assert f"127.0.0.1:{port}" in said
    assert "listen in section [metrics]" in said
    assert "choose another port" in said


def test_an_address_of_another_machine_is_said_to_be_that() -> None:
    with pytest.raises(ListenError, match="must be an address of this machine"):
        open_socket(replace(GUARDED, host="192.0.2.1"))


def test_an_open_address_without_guard_is_not_opened() -> None:
    with pytest.raises(ListenError, match="needs TLS"):
        open_socket(replace(LOOPBACK, host="0.0.0.0"))


def test_an_inherited_socket_obeys_the_same_rule() -> None:
    wide = socket.create_server(("0.0.0.0", 0))
    with pytest.raises(ListenError, match="needs TLS"):
        open_socket(LOOPBACK, inherited=wide)
    assert wide.fileno() == -1


def test_an_inherited_loopback_socket_is_taken_as_it_is(taken: socket.socket) -> None:
    assert open_socket(LOOPBACK, inherited=taken) is taken


CHILD = """
import os, sys
from netwatch.web.listener import inherited_sockets
for given, wanted in zip(sys.argv[1:], (3, 4)):
    os.dup2(int(given), wanted)
found = inherited_sockets({**os.environ, "LISTEN_PID": str(os.getpid())}, os.getpid())
print({name: sock.getsockname()[1] for name, sock in sorted(found.items())})
"""


def test_sockets_passed_by_systemd_come_by_name(taken: socket.socket) -> None:
    with socket.create_server(("127.0.0.1", 0)) as second:
        ports = taken.getsockname()[1], second.getsockname()[1]
        # High numbers, so that the child can put them where the protocol wants them: 3 and 4.
        high = [os.dup2(taken.fileno(), 103), os.dup2(second.fileno(), 104)]
        done = subprocess.run(
            [sys.executable, "-c", CHILD, "103", "104"],
            pass_fds=high, env={**os.environ, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "metrics:status_page"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        for descriptor in high:
            os.close(descriptor)
    assert done.stdout.strip() == str({"metrics": ports[0], "status_page": ports[1]}), done.stderr


@pytest.mark.parametrize(
    "environment", [{}, {"LISTEN_FDS": "1", "LISTEN_PID": "1"}, {"LISTEN_FDS": "many", "LISTEN_PID": "77"}]
)
def test_sockets_meant_for_others_or_none_are_left_alone(environment: dict[str, str]) -> None:
    assert inherited_sockets(environment, 77) == {}
