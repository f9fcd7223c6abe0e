"""`netwatch profiles test` and `explain`: one recording, read and accounted for."""

from collections.abc import Mapping
from pathlib import Path

from netwatch.cli.profiles_live import ask
from netwatch.cli.profiles_words import (
    equipment_json,
    library,
    opened,
    show_equipment,
    show_faults,
    user_folder,
)
from netwatch.cli.shell import Shell, Stop
from netwatch.language import Sentence
from probes.equipment.engine import read
from probes.equipment.library import Library, load, one
from probes.equipment.recognise import Candidate, choose
from probes.equipment.recording import Recording, first_malformed

# How names of recordings end.
RECORDINGS = (".snmprec", ".bz2", ".snmpwalk", ".walk")


def test(shell: Shell, file: Path, recording: Path, folder: Path | None, as_json: bool) -> None:
    """Exit code 1 when the file is faulty or another profile is found for the recording."""
    tried = one(file, load(user_folder(shell, folder)))
    show_faults(shell, tried.faults)
    answers = opened(recording)
    written = tried.profiles[file.stem]
    equipment = read(written, answers)
    chosen, ranked = choose(tried.profiles, answers)
    _remark(shell, answers, recording)
    if as_json:
        content = equipment_json(equipment)
        shell.show_json({"schema": 1, **content, "recognised_by": [_json(each) for each in ranked]})
    else:
        show_equipment(shell, equipment)
    if chosen is not written and not written.profile.generic:
        raise Stop(_not_chosen(file.stem, ranked))


def _remark(shell: Shell, answers: Recording, path: Path) -> None:
    """What is wrong with the recording itself; known in full once it was read."""
    if answers.malformed:
        where = {"file": path, "count": answers.malformed, "line": first_malformed(path) or "?"}
        text = (
            "{file}, line {line}: this cannot be understood; {count} lines in all are passed over for that."
        )
        shell.remark(Sentence(text, where))
    if answers.cut:
        shell.remark(Sentence("The recording is longer than is read; its end is left out."))


def _not_chosen(name: str, ranked: tuple[Candidate, ...]) -> Sentence:
    if not any(candidate.name == name for candidate in ranked):
        text = "The profile '{name}' does not recognise this recording."
        return Sentence(text, {"name": name})
    text = (
        "The profile '{name}' recognises this recording, but '{other}' is more specific and is used for it."
    )
    return Sentence(text, {"name": name, "other": ranked[0].name})


def explain(shell: Shell, target: str, folder: Path | None, as_json: bool) -> None:
    """Show all profiles that recognise a recording or device, the one it is read by first, with what held."""
    path = Path(target)
    known = library(shell, folder)
    if not path.is_file():
        if path.suffix in RECORDINGS or len(path.parts) > 1:
            raise Stop(Sentence("There is no file {path}.", {"path": target}))
        _explain_device(shell, target, known, as_json)
        return
    answers = opened(path)
    chosen, ranked = choose(known.profiles, answers)
    _remark(shell, answers, path)
    if as_json:
        name = chosen.name if chosen else ""
        shell.show_json({"schema": 1, "profile": name, "recognised_by": [_json(each) for each in ranked]})
        return
    _why(shell, known, ranked)


def _explain_device(shell: Shell, name: str, known: Library, as_json: bool) -> None:
    asked = ask(shell, name, known)
    if as_json:
        recognised = [_json(each) for each in asked.ranked]
        content = equipment_json(asked.equipment)
        shell.show_json({"schema": 1, **content, "recognised_by": recognised, "cut": dict(asked.cuts)})
        return
    _why(shell, known, asked.ranked)
    shell.say()
    show_equipment(shell, asked.equipment)
    if asked.cuts:
        causes = ", ".join(sorted(set(asked.cuts.values())))
        text = "{count} columns were not read to their end ({causes})."
        shell.remark(Sentence(text, {"count": len(asked.cuts), "causes": causes}))


def _why(shell: Shell, known: Library, ranked: tuple[Candidate, ...]) -> None:
    _ = shell._
    if not ranked or known.profiles[ranked[0].name].profile.generic:
        shell.say(_("No profile of a vendor recognises it; what the general MIBs tell is read."))
    rows = [
        (each.name, str(each.score), "; ".join(f"{what} {told}" for what, told in each.because))
        for each in ranked
    ]
    if rows:
        shell.table((_("profile"), _("how specific"), _("because")), rows)


def _json(candidate: Candidate) -> Mapping[str, object]:
    return {
        "profile": candidate.name,
        "block": candidate.block,
        "score": candidate.score,
        "because": dict(candidate.because),
    }
