"""Messages on a stream: octet counts, line feeds, both; and nothing that keeps memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.listeners.syslog_framing import LONGEST_COUNT, Frames, FramingError
from probes.listeners.syslog_message import MOST_BYTES

MESSAGES = st.lists(
    st.tuples(st.booleans(), st.binary(min_size=1, max_size=60).map(lambda text: b"<13>" + text)), max_size=8
)


@given(MESSAGES, st.lists(st.integers(1, 40), min_size=1, max_size=10))
def test_messages_come_out_as_they_went_in(messages: list[tuple[bool, bytes]], pieces: list[int]) -> None:
    """Counted ones and lines mixed, in pieces of any size."""
    plain = [text.translate(None, b"\n\0") for _, text in messages]
    ways = [counted for counted, _ in messages]
    stream = b"".join(
        b"%d %s" % (len(text), text) if counted else text + b"\n"
        for counted, text in zip(ways, plain, strict=True)
    )
    frames, at, turn = Frames(), 0, 0
    found: list[bytes] = []
    while at < len(stream):
        size = pieces[turn % len(pieces)]
        found += frames.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert found == plain
    assert frames.end() == b""


def test_a_last_line_without_an_end_is_a_message() -> None:
    """Some senders close right after it; a counted one that is not whole is none."""
    frames = Frames()
    assert [*frames.feed(b"<13>one\n<13>two")] == [b"<13>one"]
    assert frames.end() == b"<13>two"
    assert [*frames.feed(b"\n99 <13>thr")] == [b"<13>two"]
    assert frames.end() == b""


@pytest.mark.parametrize("counted", [True, False])
def test_of_what_is_too_long_the_beginning_is_kept_and_the_next_is_found(counted: bool) -> None:
    """Nothing beyond is held in memory while it comes."""
    text = b"<13>" + b"x" * (10 * MOST_BYTES)
    stream = b"%d %s" % (len(text), text) if counted else text + b"\n"
    frames = Frames()
    found: list[bytes] = []
    for at in range(0, len(stream), 1000):
        found += frames.feed(stream[at : at + 1000])
        assert len(frames._kept) <= MOST_BYTES + 1100
    found += frames.feed(b"<13>next\n")
    assert [len(each) for each in found] == [MOST_BYTES + 1, 8]


@pytest.mark.parametrize("data", [b"0 x", b"12345678901", b"%d x" % (LONGEST_COUNT + 1), b"12x4 abcdefgh"])
def test_what_is_no_stream_of_messages_is_refused(data: bytes) -> None:
    """A length of nothing, without an end, or beyond all bounds."""
    with pytest.raises(FramingError):
        list(Frames().feed(data))


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_whatever_comes_only_a_framing_error_leaves(pieces: list[bytes]) -> None:
    """And the connection ends there."""
    frames = Frames()
    for piece in pieces:
        try:
            assert all(len(each) <= MOST_BYTES + 1 for each in frames.feed(piece))
        except FramingError:
            return
    frames.end()
