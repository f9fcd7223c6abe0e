"""The control socket, on real sockets: good requests, and everything else that may come."""

import asyncio
import getpass
import json
import socket
import stat
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.control.client import NoDaemon, ask, call
from netwatch.control.contract import Handler, Progress, Refused, Request
from netwatch.control.server import (
    LONGEST_PATH,
    MOST_CLIENTS,
    MOST_LARGE,
    SMALL_REQUEST,
    SocketFault,
    SocketTaken,
    serve,
)
from netwatch.control.wire import LONGEST_REQUEST, plain, read_request, revived
from netwatch.language import Sentence

pytestmark = pytest.mark.anyio


async def echo(request: Request, _: Progress) -> object:
    """Answers with what it was given and by whom."""
    return {"arguments": request.arguments, "author": request.author}


async def counting(_: Request, tell: Progress) -> object:
    """Tells of progress first."""
    for number in range(3):
        await tell({"done": number})
    return "all"


async def refusing(_: Request, tell: Progress) -> object:
    """Refuses, with a nested sentence."""
    raise Refused(Sentence("no: {why}", {"why": Sentence("because of {x}", {"x": 1})}))


async def faulty(_: Request, tell: Progress) -> object:
    """Has a fault of its own."""
    raise ZeroDivisionError


HANDLERS: Mapping[str, Handler] = {"echo": echo, "count": counting, "refuse": refusing, "faulty": faulty}


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    """A socket that is served."""
    place = tmp_path / "netwatch.sock"
    async with serve(place, HANDLERS):
        yield place


async def blocking(work: Callable[[], object]) -> object:
    """A blocking client beside the server's loop."""
    return await asyncio.get_running_loop().run_in_executor(None, work)


async def raw(path: Path, content: bytes) -> bytes:
    """What comes back for these bytes, until the server hangs up or after one line."""
    reader, writer = await asyncio.open_unix_connection(path, limit=1 << 20)
    writer.write(content)
    try:
        return await asyncio.wait_for(reader.readline(), 5)
    finally:
        writer.close()


def refused(line: bytes) -> str:
    """The sentence of a refusal's line."""
    return str(revived(json.loads(line)["refused"][0]))


async def test_a_request_is_answered_and_its_author_named_by_the_kernel(path: Path) -> None:
    """The author is who runs the client, whatever the request claims."""
    answer = await blocking(lambda: call(path, "echo", {"author": "somebody else"}))
    assert answer == {"arguments": {"author": "somebody else"}, "author": getpass.getuser()}


async def test_progress_is_heard_before_the_answer(path: Path) -> None:
    """Long work shows how far it is."""
    heard: list[Mapping[str, Any]] = []
    assert await blocking(lambda: call(path, "count", told=heard.append)) == "all"
    assert heard == [{"done": 0}, {"done": 1}, {"done": 2}]


async def test_an_answer_becomes_one_of_our_models(path: Path) -> None:
    """And an answer of another form is refused in a sentence."""
    assert await blocking(lambda: ask(str, path, "count")) == "all"
    with pytest.raises(Refused, match="may be of another version"):
        await blocking(lambda: ask(int, path, "count"))


async def test_a_refusal_reaches_the_client_as_sentences(path: Path) -> None:
    """So that it can be shown in the client's language."""
    with pytest.raises(Refused) as caught:
        await blocking(lambda: call(path, "refuse"))
    assert [str(sentence) for sentence in caught.value.sentences] == ["no: because of 1"]
    assert isinstance(caught.value.sentences[0].params["why"], Sentence)


async def test_an_unknown_command_is_a_sentence_with_the_known_ones(path: Path) -> None:
    """And a very long one is not repeated whole."""
    with pytest.raises(Refused, match="It knows: count, echo, faulty, refuse"):
        await blocking(lambda: call(path, "dance"))
    with pytest.raises(Refused) as caught:
        await blocking(lambda: call(path, "x" * 10_000))
    assert len(str(caught.value)) < 200


async def test_a_fault_of_ours_is_told_and_logged_and_ends_nothing(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The client learns where to look; the next request is answered."""
    with pytest.raises(Refused, match="log has the details"):
        await blocking(lambda: call(path, "faulty"))
    assert "ZeroDivisionError" in caplog.text
    assert await blocking(lambda: call(path, "count")) == "all"


@pytest.mark.parametrize(
    "line",
    [b"garbage\n", b"\xff\xfe\x00\n", b"[]\n", b"null\n", b"[" * 100_000 + b"\n", b'{"schema": 1}\n',
     b'{"schema": 1, "command": 5}\n', b'{"schema": 1, "command": "echo", "arguments": []}\n'],
)  # fmt: skip
async def test_garbage_is_refused_in_a_sentence(path: Path, line: bytes) -> None:
    """Whatever it is, and the server lives on."""
    assert "is not understood" in refused(await raw(path, line))
    assert await blocking(lambda: call(path, "count")) == "all"


@pytest.mark.parametrize("schema", [0, 2, "1", True, None])
async def test_another_schema_is_refused(path: Path, schema: object) -> None:
    """A command of another release is told so rather than misunderstood."""
    line = json.dumps({"schema": schema, "command": "echo"}).encode() + b"\n"
    assert "different versions" in refused(await raw(path, line))


async def test_a_request_too_long_is_refused(path: Path) -> None:
    """Memory stays bounded."""
    reader, writer = await asyncio.open_unix_connection(path)
    chunk = b"x" * (1 << 20)

    async def flood() -> None:
        for _ in range(LONGEST_REQUEST // len(chunk) + 4):
            writer.write(chunk)
            await writer.drain()

    flooding = asyncio.create_task(flood())
    assert "is longer than" in refused(await asyncio.wait_for(reader.readline(), 30))
    flooding.cancel()
    await asyncio.wait([flooding])
    writer.close()
    assert await blocking(lambda: call(path, "count")) == "all"


async def test_few_large_requests_are_held_at_a_time_while_small_ones_go_on(tmp_path: Path) -> None:
    """So that clients who send documents all at once do not fill the memory; each is answered in its turn."""
    path, full, may_end = tmp_path / "s", asyncio.Event(), asyncio.Event()
    at_once: list[int] = []

    async def slow(request: Request, _: Progress) -> int:
        at_once.append(len(at_once))
        if len(at_once) == MOST_LARGE:
            full.set()
        await may_end.wait()
        return len(request.arguments["text"])

    async def quick(request: Request, _: Progress) -> int:
        return 1

    size = 2 * SMALL_REQUEST
    large = json.dumps({"schema": 1, "command": "slow", "arguments": {"text": "x" * size}}).encode() + b"\n"
    async with serve(path, {"slow": slow, "quick": quick}):
        waiting = [asyncio.create_task(raw(path, large)) for _ in range(MOST_LARGE + 2)]
        await full.wait()
        assert b'"result": 1}' in await raw(path, b'{"schema": 1, "command": "quick"}\n')
        assert len(at_once) == MOST_LARGE
        may_end.set()
        assert all(json.loads(answer)["result"] == size for answer in await asyncio.gather(*waiting))


async def test_a_line_cut_off_is_no_request(path: Path) -> None:
    """Half a command is not carried out."""
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b'{"schema": 1, "command": "echo"}')
    writer.write_eof()
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_several_requests_may_follow_each_other_on_one_connection(path: Path) -> None:
    """Each gets its answer, in order."""
    reader, writer = await asyncio.open_unix_connection(path)
    for number in range(3):
        writer.write(
            json.dumps({"schema": 1, "command": "echo", "arguments": {"n": number}}).encode() + b"\n"
        )
    for number in range(3):
        assert json.loads(await reader.readline())["result"]["arguments"] == {"n": number}
    writer.close()


async def test_who_hangs_up_harms_nobody(path: Path) -> None:
    """Neither before the answer nor in the middle of progress."""
    for _ in range(5):
        _reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b'{"schema": 1, "command": "count"}\n')
        await writer.drain()
        writer.transport.abort()
    assert await blocking(lambda: call(path, "count")) == "all"


async def test_too_many_clients_are_sent_away(path: Path) -> None:
    """Those who stay are served."""
    many = [await asyncio.open_unix_connection(path) for _ in range(MOST_CLIENTS)]
    for _, writer in many:
        writer.write(b'{"schema": 1, "command": "echo"}\n')
    for reader, _ in many:
        assert b"result" in await reader.readline()
    assert "busy" in refused(await raw(path, b""))
    for _, writer in many:
        writer.close()


async def test_without_a_daemon_the_client_says_so(tmp_path: Path) -> None:
    """Both without a file and with a file nobody serves."""
    with pytest.raises(NoDaemon, match="No daemon answers"):
        call(tmp_path / "nobody.sock", "echo")
    stale(tmp_path / "stale.sock")
    with pytest.raises(NoDaemon, match="No daemon answers"):
        call(tmp_path / "stale.sock", "echo")


def stale(path: Path) -> None:
    """Leave a socket behind as a killed daemon does."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))


async def test_the_socket_of_a_dead_daemon_is_replaced(tmp_path: Path) -> None:
    """kill -9 leaves one."""
    place = tmp_path / "netwatch.sock"
    stale(place)
    async with serve(place, HANDLERS):
        assert await blocking(lambda: call(place, "count")) == "all"
    assert not place.exists()


async def test_the_socket_of_a_living_daemon_is_left_alone(path: Path) -> None:
    """The second one is refused and the first goes on."""
    with pytest.raises(SocketTaken, match="already answers"):
        async with serve(path, HANDLERS):
            pass
    assert await blocking(lambda: call(path, "count")) == "all"


async def test_a_file_that_is_no_socket_is_not_removed(tmp_path: Path) -> None:
    """A wrong path in the settings costs nobody a file."""
    place = tmp_path / "precious"
    place.write_text("data", "utf-8")
    with pytest.raises(SocketFault, match="is no socket"):
        async with serve(place, HANDLERS):
            pass
    assert place.read_text("utf-8") == "data"


@pytest.mark.parametrize(
    ("name", "group", "words"),
    [
        ("x" * LONGEST_PATH, "", "longer than 107 bytes"),
        ("missing/netwatch.sock", "", "cannot be opened"),
        ("netwatch.sock", "no-such-group-here", "there is no such group"),
    ],
)
async def test_a_socket_that_cannot_be_opened_is_a_sentence(
    tmp_path: Path, name: str, group: str, words: str
) -> None:
    """With the key of the settings it comes from."""
    with pytest.raises(SocketFault, match=words):
        async with serve(tmp_path / name, HANDLERS, group=group):
            pass


async def test_only_the_owner_may_connect_unless_a_group_is_named(tmp_path: Path) -> None:
    """0600, or 0660 with the group."""
    place = tmp_path / "netwatch.sock"
    async with serve(place, HANDLERS):
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
    group = place.parent.group()
    async with serve(place, HANDLERS, group=group):
        assert stat.S_IMODE(place.stat().st_mode) == 0o660
        assert place.group() == group


async def test_another_daemons_socket_is_not_removed_at_the_end(tmp_path: Path) -> None:
    """Who replaced our file keeps his."""
    place = tmp_path / "netwatch.sock"
    async with serve(place, HANDLERS):
        place.rename(tmp_path / "moved.sock")
        stale(place)
    assert place.exists()


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader_of_requests(line: bytes) -> None:
    """A request or a refusal, nothing else."""
    with suppress(Refused):
        assert isinstance(read_request(line, "x"), Request)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON)
def test_json_goes_over_the_wire_unchanged(value: object) -> None:
    """Unless it looks like a sentence, which then is one."""
    sent = json.loads(json.dumps(plain(value)))
    assert sent == value


@given(st.text(), st.dictionaries(st.text(), st.text() | st.integers()))
def test_a_sentence_goes_over_the_wire_whole(text: str, params: dict[str, Any]) -> None:
    """Text and parameters, however they look."""
    assert revived(json.loads(json.dumps(plain(Sentence(text, params))))) == Sentence(text, params)
