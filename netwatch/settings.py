"""The settings in force: file < environment < command line, every fault as a sentence, and what differs on reload."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from netwatch.control.contract import Change
from netwatch.language import Sentence
from netwatch.settings_base import Mark
from netwatch.settings_faults import Knowledge, explain
from netwatch.settings_sections import LAYERS, DaemonSettings, Settings, below, children, keys
from netwatch.settings_sources import (
    Key,
    Layer,
    SettingsError,
    dotted,
    find,
    from_environment,
    from_file,
    from_overrides,
    named_socket,
    strange_variables,
)

__all__ = ["Loaded", "Settings", "SettingsError", "difference", "find", "fixed_changes", "glance", "load"]

FILE_REFERENCE = "file:"
SQLITE = "sqlite"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings in force, the file they came from (None: there is none), and what deserves a warning."""

    settings: Settings
    path: Path | None
    warnings: tuple[Sentence, ...] = ()


def load(
    path: Path | None,
    environment: Mapping[str, str],
    overrides: Sequence[str] = (),
    folder: Path | None = None,
) -> Loaded:
    """Read all sources; `folder` is where the search for a file starts (the current directory).

    Relative paths start from the folder of the settings file; those of the environment and of the command line from
    `folder`. Raises SettingsError with every fault found.
    """
    here = folder or Path.cwd()
    file = find(path, environment, here)
    base = from_file(file) if file else Layer(folder=here)
    layers = (from_overrides(overrides, here), from_environment(environment, here), base)
    try:
        values: dict[str, Any] = {LAYERS: tuple(layer.values for layer in layers)}
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError(*explain(error, _knowledge(), layers)) from None
    return Loaded(_anchored(settings, _folders(layers)), file, strange_variables(environment))


def glance(
    path: Path | None,
    environment: Mapping[str, str],
    overrides: Sequence[str] = (),
    folder: Path | None = None,
) -> DaemonSettings:
    """How to reach the daemon although the settings may be faulty: its control socket, all else as by default.

    Raises SettingsError when a named file does not exist or an override is not of its form.
    """
    here = folder or Path.cwd()
    file = find(path, environment, here)
    layers = (from_overrides(overrides, here), from_environment(environment, here), _rough(file, here))
    for layer in layers:
        section = layer.values.get("daemon")
        named = section.get("control_socket") if isinstance(section, Mapping) else None
        if isinstance(named, str) and named:
            return DaemonSettings(control_socket=str(layer.folder / named))
    return DaemonSettings(control_socket=str(layers[-1].folder / DaemonSettings().control_socket))


def _rough(file: Path | None, here: Path) -> Layer:
    """A file's layer; of one that is not TOML just the line that names the socket."""
    if file is None:
        return Layer(folder=here)
    try:
        return from_file(file)
    except SettingsError:
        found = named_socket(file)
        return Layer({"daemon": {"control_socket": found}}, {}, file.absolute().parent)


def _knowledge() -> Knowledge:
    marks = dict(keys())
    secret = {key for key, own in marks.items() if Mark.REFERENCE in own or Mark.URL in own}
    return Knowledge(below, marks.keys(), lambda key: key in secret)


def _folders(layers: Sequence[Layer]) -> Callable[[Key], Path]:
    return lambda key: next((layer.folder for layer in layers if key in layer.places), layers[-1].folder)


def _anchored(settings: Settings, folder: Callable[[Key], Path]) -> Settings:
    """The same settings with every relative path made absolute."""
    return _section(settings, folder, ())


Model = TypeVar("Model", bound=BaseModel)


def _section(model: Model, folder: Callable[[Key], Path], key: Key) -> Model:
    update: dict[str, object] = {}
    for name, field in type(model).model_fields.items():
        own, before = (*key, field.alias or name), getattr(model, name)
        after = _value(before, field.metadata, folder, own)
        update.update({name: after} if after is not before else {})
    # Only what changes is put in: a key put in counts as set by the operator.
    return model.model_copy(update=update) if update else model


def _value(value: object, marks: Sequence[object], folder: Callable[[Key], Path], key: Key) -> object:
    if isinstance(value, BaseModel):
        return _section(value, folder, key)
    if isinstance(value, Mapping):
        return {name: _value(inner, (), folder, (*key, name)) for name, inner in value.items()}
    return _absolute(value, marks, folder(key)) if isinstance(value, str) and value else value


def _absolute(value: str, marks: Sequence[object], folder: Path) -> str:
    if Mark.PATH in marks:
        return str(folder / value)
    if Mark.REFERENCE in marks and value.startswith(FILE_REFERENCE):
        return f"{FILE_REFERENCE}{folder / value.removeprefix(FILE_REFERENCE)}"
    if Mark.URL in marks and value.startswith(SQLITE):
        scheme, _, rest = value.partition("://")
        file = rest.removeprefix("/")
        return f"{scheme}:///{folder / file}" if file and file != ":memory:" else value
    return value


def difference(old: Settings, new: Settings) -> tuple[Change, ...]:
    """Every key whose value differs, with both values as text."""
    before, after = dict(_flat(old)), dict(_flat(new))
    return tuple(
        Change("settings", dotted(key), before.get(key, ""), after.get(key, ""))
        for key in sorted({*before, *after})
        if before.get(key, "") != after.get(key, "")
    )


def _flat(model: object, key: Key = ()) -> Iterator[tuple[Key, str]]:
    values = _children(model)
    if values is None:
        yield key, str(model)
        return
    for name, value in values:
        yield from _flat(value, (*key, name))


def _children(model: object) -> Sequence[tuple[str, Any]] | None:
    if isinstance(model, BaseModel):
        return children(model)
    return list(model.items()) if isinstance(model, Mapping) else None


def fixed_changes(old: Settings, new: Settings) -> tuple[str, ...]:
    """The keys that differ although they cannot change while the daemon runs."""
    fixed = {dotted(key) for key, marks in keys() if Mark.FIXED in marks}
    return tuple(change.key for change in difference(old, new) if change.key in fixed)
