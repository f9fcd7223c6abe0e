"""The lines of the control socket: one JSON object each, with a schema version; both ways bounded. Pure.

A request is {"schema", "command", "arguments"}. Its answer is any number of {"schema", "progress"} and then one
{"schema", "result"} or {"schema", "refused": [sentences]}.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from netwatch.control.contract import SCHEMA, Refused, Request
from netwatch.language import Sentence

# A province's whole inventory as rows is about 10 MB.
LONGEST_REQUEST = 32 << 20
LONGEST_ANSWER = 64 << 20
# Commands are short words; whatever is longer is not repeated in a sentence.
LONGEST_COMMAND = 40

Model = TypeVar("Model")


def plain(value: object) -> object:
    """A value made of JSON's own types: dataclasses become objects, sentences {"sentence", "params"}."""
    if isinstance(value, Sentence):
        return {"sentence": value.text, "params": plain(value.params)}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence | frozenset) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    known = value is None or (isinstance(value, bool | int | float | str) and not isinstance(value, StrEnum))
    return value if known else str(value)


def revived(value: object) -> object:
    """The same with its sentences as `Sentence` again."""
    if isinstance(value, dict):
        if value.keys() == {"sentence", "params"} and isinstance(value["params"], dict):
            params = {name: _parameter(inner) for name, inner in value["params"].items()}
            return Sentence(str(value["sentence"]), params)
        return {key: revived(item) for key, item in value.items()}
    return [revived(item) for item in value] if isinstance(value, list) else value


def _parameter(value: object) -> object:
    return tuple(map(revived, value)) if isinstance(value, list) else revived(value)


def typed(kind: type[Model], value: object) -> Model:
    """What came over the socket as one of our models; raises Refused when it is not of that form."""
    try:
        return TypeAdapter(kind).validate_python(revived(value))
    except ValidationError:
        raise Refused(
            Sentence("The daemon's answer was not understood: it may be of another version.")
        ) from None


def request_line(command: str, arguments: Mapping[str, Any]) -> bytes:
    """The line of a request."""
    return _line({"command": command, "arguments": plain(arguments)})


def progress_line(progress: Mapping[str, Any]) -> bytes:
    """The line that tells how far it is."""
    return _line({"progress": plain(progress)})


def result_line(result: object) -> bytes:
    """The last line of an answer."""
    return _line({"result": plain(result)})


def refusal_line(sentences: Sequence[Sentence]) -> bytes:
    """The last line of an answer that is a refusal."""
    return _line({"refused": plain(sentences)})


def _line(content: Mapping[str, Any]) -> bytes:
    return json.dumps({"schema": SCHEMA, **content}, ensure_ascii=False).encode() + b"\n"


def read_request(line: bytes, author: str) -> Request:
    """The request in a line; raises Refused with what is wrong with it."""
    content = _object(line)
    command, arguments = content.get("command"), content.get("arguments", {})
    if not isinstance(command, str) or not isinstance(arguments, dict):
        raise Refused(Sentence("The request is not understood: it needs a command and its arguments."))
    return Request(command, arguments, author)


def read_answer(line: bytes) -> Mapping[str, Any]:
    """An answer's line: one of progress, result, refused. Raises Refused when it is not understood."""
    content = _object(line)
    if not content.keys() & {"progress", "result", "refused"}:
        raise Refused(Sentence("The daemon's answer was not understood: it may be of another version."))
    return content


def _object(line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        raise Refused(Sentence("The request is not understood: it is not one line of JSON.")) from None
    if not isinstance(content, dict):
        raise Refused(Sentence("The request is not understood: it is not one line of JSON."))
    if content.get("schema") != SCHEMA or isinstance(content.get("schema"), bool):
        raise Refused(
            Sentence(
                "The two sides speak different versions (this one speaks {schema}). Use the same release of netwatch "
                "for the command and for the daemon.",
                {"schema": SCHEMA},
            )
        )
    return content


def unknown_command(command: str, known: Sequence[str]) -> Refused:
    """The refusal of a command nobody knows."""
    params = {"command": command[:LONGEST_COMMAND], "known": ", ".join(known)}
    return Refused(Sentence("The daemon does not know the command '{command}'. It knows: {known}.", params))
