"""What the commands about profiles share: the library with the user's folder, faults and readings in words."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

from netwatch.cli.shell import Shell, Stop
from netwatch.language import Sentence
from netwatch.settings_sources import SettingsError, find
from probes.equipment.engine import Equipment
from probes.equipment.faults import Fault
from probes.equipment.library import Library, load
from probes.equipment.readings import Reading
from probes.equipment.recording import Recording, RecordingError, first_malformed, read_recording
from probes.messages import TEXTS

# Beside the settings file.
FOLDER = "profiles"


def _(text: str) -> str:
    """Mark a text for translation."""
    return text


# Why the engine dropped a value.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "index": _("the row's index is not made up as the profile says"),
        "no_number": _("a text without a number"),
        "no_sum": _("a sum that cannot be done"),
        "not_a_text": _("octets that are no text"),
        "not_in_enumeration": _("a number without a meaning"),
        "out_of_bounds": _("beyond what is physically possible"),
        "sensor_broken": _("the device calls the sensor broken"),
        "sentinel": _("the device's way to say that there is no value"),
        "too_many": _("more than are read"),
        "wrong_type": _("a value of another type"),
    }
)


def user_folder(shell: Shell, folder: Path | None) -> Path | None:
    """The folder of the command line, else the one beside the settings file if there is one."""
    if folder is not None:
        return folder
    try:
        settings = find(shell.config, shell.environment, Path.cwd())
    except SettingsError:
        return None
    beside = settings.absolute().parent / FOLDER if settings else None
    return beside if beside and beside.is_dir() else None


def library(shell: Shell, folder: Path | None) -> Library:
    """All profiles, the user's in the place of shipped ones."""
    return load(user_folder(shell, folder))


def sentence(fault: Fault) -> Sentence:
    """A fault in words."""
    parts = tuple(Sentence(TEXTS[message.code], dict(message.params)) for message in fault.messages())
    return Sentence("{parts}", {"parts": parts})


def show_faults(shell: Shell, faults: Iterable[Fault]) -> None:
    """Tell what is wrong with files; ends the command with exit code 1 when something is."""
    if told := tuple(map(sentence, faults)):
        shell.out.file.flush()
        raise Stop(*told)


def opened(path: Path) -> Recording:
    """Read a recording; ends the command where that cannot be done."""
    try:
        found = read_recording(path)
    except RecordingError as error:
        text = "{file}: the recording cannot be read ({reason})."
        raise Stop(Sentence(text, {"file": path, "reason": error.reason})) from None
    if not len(found):
        where = {"file": path, "line": first_malformed(path) or 1}
        raise Stop(Sentence("{file}, line {line}: not one line of a recording is in this file.", where))
    return found


def equipment_json(equipment: Equipment) -> Mapping[str, object]:
    """A device as read, for other programs."""
    told = asdict(equipment)
    return {**told, "readings": [_reading_json(reading) for reading in equipment.readings]}


def _reading_json(reading: Reading) -> Mapping[str, object]:
    told = {"metric": reading.metric, "label": reading.label, "value": reading.value}
    more = {"state": reading.state, "text": reading.text, "width": reading.width}
    return {**told, **{name: value for name, value in more.items() if value}}


def show_equipment(shell: Shell, equipment: Equipment) -> None:
    """A device as read, for people."""
    _ = shell._
    facts = (
        (_("vendor"), equipment.vendor),
        (_("model"), equipment.model),
        (_("serial number"), equipment.serial),
        (_("version"), equipment.version),
        (_("profile"), equipment.profile),
        (_("name"), equipment.name),
        (_("interfaces"), str(equipment.interfaces)),
        (_("neighbours"), str(len(equipment.neighbours))),
    )
    shell.table((_("fact"), _("value")), [(name, value or "-") for name, value in facts])
    shell.say()
    rows = [(each.metric, each.label, _value(each), each.text) for each in equipment.readings]
    shell.table((_("metric"), _("part"), _("value"), _("as the device says it")), rows)
    for code, count in equipment.dropped.items():
        reason = Sentence(REASONS.get(code, code))
        shell.remark(Sentence("Not told: {count} values ({reason}).", {"count": count, "reason": reason}))


def _value(reading: Reading) -> str:
    return reading.state or f"{reading.value:g}"
