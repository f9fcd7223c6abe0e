"""What is wrong with a profile's file, as sentences: file, line, key, what is allowed, the nearest known name."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from probes.equipment.places import Path, line_of
from probes.equipment.schema import FAULT, Profile
from probes.messages import Message

_LONGEST_LIST = 12
# What pydantic found, by its type, as a code of ours; limits stand in the context it gives.
_CODES: Mapping[str, str] = MappingProxyType(
    {
        "missing": "missing",
        "string_type": "text",
        "int_type": "whole_number",
        "int_from_float": "whole_number",
        "float_type": "number",
        "float_parsing": "number",
        "finite_number": "number",
        "bool_type": "true_or_false",
        "tuple_type": "list",
        "dict_type": "table",
        "model_type": "table",
        "model_attributes_type": "table",
        "string_too_short": "empty",
        "too_short": "empty",
        "string_too_long": "too_long",
        "too_long": "too_many",
        "greater_than_equal": "too_small",
        "less_than_equal": "too_large",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one file; `line` is 0 where it is of the whole file."""

    file: str
    line: int
    key: str
    problem: Message
    near: str = ""

    def messages(self) -> Iterator[Message]:
        """Place, problem, and the nearest known name if one is near."""
        place = {"file": self.file, "line": str(self.line), "key": self.key}
        yield Message("profile.place" if self.line else "profile.file", place)
        yield self.problem
        if self.near:
            yield Message("profile.near", {"word": self.near})

    def english(self) -> str:
        """The whole in English."""
        return " ".join(message.english() for message in self.messages())


def explain(error: ValidationError, file: str, places: Mapping[Path, int]) -> Iterator[Fault]:
    """One fault per place where pydantic found one."""
    told: set[tuple[int, str, str]] = set()
    for found in error.errors(include_url=False):
        path = _written(_path(found), places)
        problem, near = _problem(found, path)
        fault = Fault(file, line_of(places, path), dotted(path), problem, near)
        # A union tells the same value's fault once per alternative.
        if (key := (fault.line, fault.key, problem.code)) not in told:
            told.add(key)
            yield fault


def _path(found: ErrorDetails) -> Path:
    at = found.get("ctx", {}).get("at", ())
    alternatives = ("int", "float", "str", "[key]")
    return (*(part for part in found["loc"] if part not in alternatives), *at)


def _written(path: Path, places: Mapping[Path, int]) -> Path:
    """Without the numbers of elements where the file has a single value instead of a list of one."""
    while path and isinstance(path[-1], int) and path not in places:
        path = path[:-1]
    return path


def dotted(path: Path) -> str:
    """A path as people write it, elements counted from 1: read[2].metric."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _problem(found: ErrorDetails, path: Path) -> tuple[Message, str]:
    kind, context, value = found["type"], found.get("ctx", {}), _short(found["input"])
    if kind == FAULT:
        return _own(context["code"], context["params"])
    if kind == "extra_forbidden":
        return _among("unknown_key", str(path[-1]), _known_keys(path[:-1]))
    if kind == "literal_error":
        return _among("word", value, re.findall(r"'([^']*)'", str(context["expected"])))
    limit = next(
        (str(context[name]) for name in ("ge", "le", "max_length", "min_length") if name in context), ""
    )
    code = _CODES.get(kind, "unfit")
    return Message(f"profile.{code}", {"value": value, "limit": limit}), ""


def _own(code: str, params: Mapping[str, Any]) -> tuple[Message, str]:
    plain = {name: _short(value) for name, value in params.items() if not isinstance(value, Iterable | tuple)}
    plain |= {name: value for name, value in params.items() if isinstance(value, str)}
    if isinstance(other := params.get("other"), tuple):
        plain["other"] = dotted(other)
    known = params.get("known")
    if known is None:
        return Message(code, plain), ""
    message, near = _among(code.removeprefix("profile."), plain.get("value", ""), known)
    return Message(code, {**message.params, **plain}), near


def _among(code: str, value: str, known: Iterable[str]) -> tuple[Message, str]:
    words = [str(word) for word in known]
    close = difflib.get_close_matches(value, words, n=1) if value else []
    shown = ", ".join(words[:_LONGEST_LIST]) + (", ..." if len(words) > _LONGEST_LIST else "")
    return Message(f"profile.{code}", {"value": value, "known": shown}), next(iter(close), "")


def _short(value: object) -> str:
    if isinstance(value, Mapping | list | tuple):
        return "..."
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _known_keys(path: Sequence[str | int]) -> list[str]:
    """The keys that may stand where an unknown one stood."""
    model: type[BaseModel] | None = Profile
    for part in path:
        if isinstance(part, str) and model is not None:
            field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
            model = _model_in(field.annotation) if field else None
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model that a type is or holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
