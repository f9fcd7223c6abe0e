"""The demo's receiver takes what a real Apprise webhook posts, and survives everything else."""

import selectors
import socket
from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import apprise
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.demo.mailbox import Letter, Mailbox, letter_of, whole

Posted = tuple[int, list[Letter]]


@pytest.fixture
def post_box() -> Iterator[Posted]:
    """A mailbox that is listened to in a thread until the test ends: its port, and what arrived."""
    arrived: list[Letter] = []
    ours, theirs = socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)) as opened, selectors.DefaultSelector() as selector, theirs:
        Mailbox(opened, arrived.append).register(selector)
        selector.register(theirs, selectors.EVENT_READ)
        thread = Thread(target=_listen, args=(selector,), daemon=True)
        thread.start()
        yield opened.getsockname()[1], arrived
        ours.close()
        thread.join(5)


def _listen(selector: selectors.BaseSelector) -> None:
    while True:
        for key, _ in selector.select():
            if key.data is None:
                return
            key.data()


def test_what_apprise_posts_arrives(post_box: Posted) -> None:
    """Subject and text, in Vietnamese as they were sent; Apprise is content with the answer."""
    port, arrived = post_box
    way = apprise.Apprise()
    assert way.add(f"json://127.0.0.1:{port}/")
    assert way.notify(title="NẶNG: Đứt đường truyền", body="Cần làm:\n- gọi nhà mạng")
    assert arrived == [Letter("NẶNG: Đứt đường truyền", "Cần làm:\n- gọi nhà mạng")]


def test_who_posts_rubbish_is_refused_and_the_next_one_heard(post_box: Posted) -> None:
    """Nobody can keep the province from answering."""
    port, arrived = post_box
    with closing(socket.create_connection(("127.0.0.1", port), 5)) as caller:
        caller.sendall(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n[1]")
        assert caller.recv(100).startswith(b"HTTP/1.1 400")
    with closing(socket.create_connection(("127.0.0.1", port), 5)) as gone:
        gone.sendall(b"POST / HT")
    way = apprise.Apprise()
    assert way.add(f"json://127.0.0.1:{port}/")
    assert way.notify(title="a", body="b")
    assert arrived == [Letter("a", "b")]


@given(st.binary(max_size=300))
def test_no_bytes_bring_it_down(heard: bytes) -> None:
    """Whatever somebody says, it is no letter or one."""
    whole(heard)
    assert letter_of(b"x\r\n\r\n" + heard) is None or heard.strip().startswith(b"{")
