"""Finds the probe kinds: every file of `probes/kinds/`, and of one folder of the user's if there is one."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType

from probes import kinds
from probes.contract import Probe
from probes.messages import Message

_USER_PACKAGE = "netwatch_user_probes"
# What a faulty file raises while it is loaded; anything else is a bug of that file and stops us with its traceback.
_LOADING_FAULTS = (
    ImportError,
    SyntaxError,
    NameError,
    AttributeError,
    TypeError,
    ValueError,
    LookupError,
    OSError,
)


class RegistryError(Exception):
    """Probe files that cannot be used; `messages` has one sentence per fault."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        super().__init__("; ".join(message.english() for message in messages))
        self.messages = messages


def probes(extra: Path | None = None) -> Mapping[str, Probe]:
    """All probes by name, sorted; raises RegistryError naming every faulty file."""
    found: dict[str, tuple[Probe, Path]] = {}
    faults: list[Message] = []
    for path in _files(extra, faults):
        probe = _load(path, path.parent == extra, faults)
        if probe is not None and _acceptable(probe, path, found, faults):
            found[probe.name] = probe, path
    if faults:
        raise RegistryError(tuple(faults))
    return MappingProxyType({name: found[name][0] for name in sorted(found)})


def _files(extra: Path | None, faults: list[Message]) -> Iterator[Path]:
    for folder in kinds.__path__:
        yield from _python_files(Path(folder))
    if extra is not None and not extra.is_dir():
        faults.append(Message("registry.folder", {"folder": str(extra)}))
    elif extra is not None:
        yield from _python_files(extra)


def _python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))


def _load(path: Path, foreign: bool, faults: list[Message]) -> Probe | None:
    try:
        module = _foreign(path) if foreign else importlib.import_module(f"probes.kinds.{path.stem}")
    except _LOADING_FAULTS as error:
        params = {"file": str(path), "error": f"{type(error).__name__}: {error}"}
        faults.append(Message("registry.import", params))
        return None
    probe = getattr(module, "PROBE", None)
    if isinstance(probe, Probe):
        return probe
    faults.append(Message("registry.no_probe", {"file": str(path)}))
    return None


def _foreign(path: Path) -> ModuleType:
    name = f"{_USER_PACKAGE}.{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None or specification.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(specification)
    # pydantic looks up annotations by module name, so the module must be known before it runs.
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


def _acceptable(
    probe: Probe, path: Path, found: Mapping[str, tuple[Probe, Path]], faults: list[Message]
) -> bool:
    if probe.name in found:
        params = {"file": str(path), "name": probe.name, "other": str(found[probe.name][1])}
        faults.append(Message("registry.duplicate", params))
        return False
    if probe.timeout >= probe.interval:
        params = {"file": str(path), "timeout": f"{probe.timeout:g}", "interval": f"{probe.interval:g}"}
        faults.append(Message("registry.timeout", params))
        return False
    return True
