"""The command's end of the control socket: plain, blocking, one request and its answer."""

import os
import socket
from collections.abc import Callable, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any, TypeVar

from netwatch.control.contract import NOTHING, Refused
from netwatch.control.wire import LONGEST_ANSWER, read_answer, request_line, revived, typed
from netwatch.language import Sentence

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 600.0

Model = TypeVar("Model")
Told = Callable[[Mapping[str, Any]], None]


class NoDaemon(Exception):  # noqa: N818 - it says what is the case
    """Nobody answers at the control socket; `sentence` says how far it came."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def _ignore(_: Mapping[str, Any]) -> None:
    """Nobody wants to know how far it is."""


def call(
    path: Path | str, command: str, arguments: Mapping[str, Any] = NOTHING, told: Told = _ignore
) -> object:
    """The daemon's answer, of JSON's own types and sentences.

    `told` hears of progress. Raises NoDaemon when there is none, Refused with the daemon's sentences, PermissionError
    when the socket does not let us in.
    """
    with _connected(Path(path)) as sock, sock.makefile("rb") as stream:
        try:
            sock.sendall(request_line(command, arguments))
            return _answer(stream, told)
        except TimeoutError:
            raise Refused(Sentence("The daemon did not answer in time. It may still be at work.")) from None
        except ConnectionError:
            raise _broken_off() from None


def ask(
    kind: type[Model],
    path: Path | str,
    command: str,
    arguments: Mapping[str, Any] = NOTHING,
    told: Told = _ignore,
) -> Model:
    """The daemon's answer as one of our models; raises as `call` does."""
    return typed(kind, call(path, command, arguments, told))


def _connected(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(CONNECT_SECONDS)
    try:
        sock.connect(os.fspath(path))
    except PermissionError:
        sock.close()
        raise
    except OSError as error:
        sock.close()
        params = {"path": path, "error": error.strerror or str(error)}
        raise NoDaemon(Sentence("No daemon answers at {path} ({error}).", params)) from None
    sock.settimeout(ANSWER_SECONDS)
    return sock


def _answer(stream: BufferedReader, told: Told) -> object:
    while line := stream.readline(LONGEST_ANSWER):
        if not line.endswith(b"\n"):
            break
        content = read_answer(line)
        if "result" in content:
            return revived(content["result"])
        if "refused" in content:
            raise Refused(*_sentences(content["refused"]))
        told(content["progress"])
    raise _broken_off()


def _sentences(refused: object) -> tuple[Sentence, ...]:
    found = revived(refused)
    return tuple(item for item in found if isinstance(item, Sentence)) if isinstance(found, list) else ()


def _broken_off() -> Refused:
    return Refused(Sentence("The daemon broke off without an answer. Its log says why."))
