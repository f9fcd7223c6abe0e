"""`netwatch profiles coverage`: many recordings, read side by side; what is identified, generic, or cannot be read."""

import importlib.util
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rich.progress import Progress

from netwatch.cli.profiles_words import equipment_json, sentence, user_folder
from netwatch.cli.shell import Shell, Stop
from netwatch.language import Sentence
from probes.equipment.engine import Equipment, read_device
from probes.equipment.library import Library, load
from probes.equipment.recording import RecordingError, first_malformed, read_recording

PACKAGE = "snmpsim_data"
# Below this, starting processes takes longer than what they save.
_FEW_BYTES = 1 << 20
_SUFFIXES = (".snmprec", ".snmprec.bz2", ".snmpwalk")
IDENTIFIED, GENERIC, FAILED = "identified", "generic", "failed"


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of a recording; `reason` says why it failed."""

    name: str
    outcome: str
    equipment: Equipment
    malformed: int = 0
    reason: str = ""


def coverage(shell: Shell, directory: Path | None, folder: Path | None, as_json: bool) -> None:
    """Exit code 1 when a recording failed, or there is none. The last line is the same in every language."""
    extra = user_folder(shell, folder)
    shell.remark(*map(sentence, load(extra).faults))
    where = directory or _installed()
    files = _recordings(where)
    examined = sorted(_examine_all(shell, where, files, extra), key=lambda each: each.name)
    counts = {kind: sum(each.outcome == kind for each in examined) for kind in (IDENTIFIED, GENERIC, FAILED)}
    if as_json:
        shell.show_json(
            {"schema": 1, "recordings": [_json(each) for each in examined], "count": len(examined), **counts}
        )
    else:
        _show(shell, examined)
        told = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        shell.say(f"{len(examined)} recordings: {told}")
    if not examined:
        raise Stop(Sentence("{folder}: there is no recording in it.", {"folder": where}))
    if counts[FAILED]:
        raise Stop()


def _installed() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        text = (
            "The package snmpsim-data with recordings of real devices is not installed (it comes with the "
            "development dependencies: pip install 'snmpsim-data'). Or name a folder with recordings."
        )
        raise Stop(Sentence(text))
    return Path(found.origin).parent / "data"


def _recordings(where: Path) -> Sequence[Path]:
    if where.is_file():
        return [where]
    if not where.is_dir():
        raise Stop(Sentence("{folder}: this is not a folder.", {"folder": where}))
    return sorted(path for path in where.rglob("*") if path.name.endswith(_SUFFIXES) and path.is_file())


def _examine_all(shell: Shell, where: Path, files: Sequence[Path], extra: Path | None) -> Iterator[Examined]:
    """The largest first, so that no process is left alone with one at the end."""
    sizes = {path: path.stat().st_size for path in files}
    order = sorted(files, key=lambda path: -sizes[path])
    with _workers(sum(sizes.values())) as workers, _progress(shell, len(files)) as advance:
        pending: dict[Future[Examined], Path] = {
            workers.submit(examine, path, _name(path, where), extra): path for path in order
        }
        for done in as_completed(pending):
            advance()
            fault = done.exception()
            if fault is None:
                yield done.result()
            else:
                # A fault of ours is told as one; the other recordings are read all the same.
                name = _name(pending[done], where)
                yield Examined(name, FAILED, Equipment(), reason=f"{type(fault).__name__}: {fault}"[:200])


def _workers(size: int) -> Executor:
    return ThreadPoolExecutor(1) if size < _FEW_BYTES else ProcessPoolExecutor(max(1, os.cpu_count() or 1))


@contextmanager
def _progress(shell: Shell, count: int) -> Iterator[Callable[[], None]]:
    with Progress(console=shell.err, transient=True, disable=not shell.err.is_terminal) as bar:
        task = bar.add_task(shell._("Reading recordings"), total=count)
        yield lambda: bar.advance(task)


def _name(path: Path, where: Path) -> str:
    relative = path.relative_to(where) if path != where else Path(path.name)
    return relative.as_posix().removesuffix(".bz2").removesuffix(".snmprec")


@cache
def _library(extra: Path | None) -> Library:
    """Once per process."""
    return load(extra)


def examine(path: Path, name: str, extra: Path | None = None) -> Examined:
    """Read one recording."""
    try:
        answers = read_recording(path)
    except RecordingError as error:
        return Examined(name, FAILED, Equipment(), reason=error.reason)
    if not len(answers):
        reason = f"line {first_malformed(path) or 1}: no line of a recording"
        return Examined(name, FAILED, Equipment(), answers.malformed, reason)
    equipment = read_device(_library(extra).profiles, answers)
    return Examined(name, GENERIC if equipment.generic else IDENTIFIED, equipment, answers.malformed)


def _show(shell: Shell, examined: Sequence[Examined]) -> None:
    _ = shell._
    headings = (
        _("recording"),
        _("profile"),
        _("vendor"),
        _("model"),
        _("serial number"),
        _("interfaces"),
        _("readings"),
    )
    shell.table(headings, [_row(each) for each in examined])


def _row(each: Examined) -> tuple[str, ...]:
    found = each.equipment
    if each.outcome == FAILED:
        return each.name, FAILED, each.reason, "", "", "", ""
    numbers = (str(found.interfaces), str(len(found.readings)))
    return each.name, found.profile, found.vendor, found.model or "-", found.serial or "-", *numbers


def _json(each: Examined) -> Mapping[str, object]:
    told = {"recording": each.name, "outcome": each.outcome, **equipment_json(each.equipment)}
    more = {"malformed_lines": each.malformed, "reason": each.reason}
    return {**told, **{name: value for name, value in more.items() if value}}
