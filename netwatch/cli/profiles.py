"""`netwatch profiles`: what is known of equipment as data; tried on recordings of real devices."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from netwatch.cli.profiles_coverage import coverage
from netwatch.cli.profiles_reading import explain, test
from netwatch.cli.profiles_words import FOLDER, library, show_faults
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.language import Sentence, Translate
from netwatch.settings_faults import suggestion
from probes.equipment.library import Written
from probes.equipment.schema import Profile, Recognise


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    commands = (_listing(_), _showing(_), _testing(_), _covering(_), _explaining(_))
    return click.Group(
        "profiles",
        help=_(
            "Profiles say how equipment is recognised and read. Each is one file; those of a folder of yours replace "
            "the shipped ones of the same name."
        ),
        commands=list(commands),
    )


def _folder(_: Translate) -> click.Option:
    return click.Option(
        ["--folder"],
        type=click.Path(path_type=Path),
        metavar="DIR",
        help=_("A folder with profiles of your own; without it {name}/ beside the settings file.").format(
            name=FOLDER
        ),
    )


def _listing(_: Translate) -> click.Command:
    return click.Command(
        "list",
        callback=click.pass_obj(list_),
        help=_("List all profiles; say what is wrong with those that cannot be used."),
        params=[_folder(_), json_option(_)],
    )


def _showing(_: Translate) -> click.Command:
    return click.Command(
        "show",
        callback=click.pass_obj(show),
        help=_("Show how a profile recognises its devices, what it reads and what proves it."),
        params=[click.Argument(["name"]), _folder(_), json_option(_)],
    )


def _recording(_: Translate) -> click.Option:
    return click.Option(
        ["--recording"],
        type=click.Path(path_type=Path),
        required=True,
        metavar="FILE",
        help=_("A recording: .snmprec, .snmprec.bz2 or the output of snmpwalk -On."),
    )


def _testing(_: Translate) -> click.Command:
    return click.Command(
        "test",
        callback=click.pass_obj(test),
        help=_("Validate a profile's file and show what it reads from a recording."),
        params=[
            click.Argument(["file"], type=click.Path(path_type=Path)),
            _recording(_),
            _folder(_),
            json_option(_),
        ],
    )


def _covering(_: Translate) -> click.Command:
    return click.Command(
        "coverage",
        callback=click.pass_obj(coverage),
        help=_(
            "Read all recordings of a folder, by default those of the installed package snmpsim-data. The last line "
            "counts them; exit code 1 when one failed or there is none."
        ),
        params=[
            click.Argument(["directory"], type=click.Path(path_type=Path), required=False, metavar="DIR"),
            _folder(_),
            json_option(_),
        ],
    )


def _explaining(_: Translate) -> click.Command:
    return click.Command(
        "explain",
        callback=click.pass_obj(explain),
        help=_("Say why a device, of the inventory or given by a recording, is read by which profile."),
        params=[click.Argument(["target"]), _folder(_), json_option(_)],
    )


def list_(shell: Shell, folder: Path | None, as_json: bool) -> None:
    """List them all; exit code 1 when a file cannot be used."""
    known = library(shell, folder)
    if as_json:
        shell.show_json({"schema": 1, "profiles": [_json(written) for written in known.profiles.values()]})
    else:
        _ = shell._
        headings = (_("profile"), _("vendor"), _("what"), _("proof"))
        shell.table(headings, [_row(written, shell) for written in known.profiles.values()])
    show_faults(shell, known.faults)


def _row(written: Written, shell: Shell) -> tuple[str, str, str, str]:
    profile = written.profile
    recordings = sum(bool(proof.recording) for proof in profile.proof)
    proof = shell._("{count} recordings", count=recordings) if recordings else shell._("manual only")
    return written.name, profile.vendor or shell._("generic"), profile.title, proof


def show(shell: Shell, name: str, folder: Path | None, as_json: bool) -> None:
    """Show one of them."""
    known = library(shell, folder).profiles
    written = known.get(name)
    if written is None:
        text = Sentence("There is no profile '{name}'. `netwatch profiles list` lists them.", {"name": name})
        raise Stop(text, *suggestion(name, known))
    if as_json:
        shell.show_json({"schema": 1, **_json(written), "content": written.profile.model_dump(by_alias=True)})
        return
    for line in _lines(written, shell):
        shell.say(line)


def _lines(written: Written, shell: Shell) -> Iterator[str]:
    _, profile = shell._, written.profile
    yield f"{written.name}: {profile.title}"
    yield _("File: {file}", file=written.file)
    if profile.vendor:
        yield _("Vendor: {vendor}", vendor=profile.vendor)
    for block in profile.recognise:
        yield _("Recognised by: {how}", how=", ".join(_how(block)))
    if profile.include:
        yield _("Includes: {names}", names=", ".join(profile.include))
    yield _("Reads: {metrics}", metrics=", ".join(_metrics(written)) or "-")
    for proof in profile.proof:
        yield _("Proof: {proof}", proof=proof.recording or proof.manual)


def _how(block: Recognise) -> Iterator[str]:
    if block.object_id:
        yield "sysObjectID " + " | ".join(block.object_id)
    if block.description:
        yield f"sysDescr /{block.description}/"
    if block.probe:
        yield block.probe + (f" /{block.probe_matches}/" if block.probe_matches else "")


def _metrics(written: Written) -> Iterable[str]:
    names = {read.metric for profile in written.layers() for read in profile.read}
    return sorted(names - _hidden(written.profile))


def _hidden(profile: Profile) -> set[str]:
    return set(profile.without) - {read.metric for read in profile.read}


def _json(written: Written) -> Mapping[str, object]:
    profile = written.profile
    return {
        "name": written.name,
        "vendor": profile.vendor,
        "title": profile.title,
        "generic": profile.generic,
        "file": str(written.file),
        "include": profile.include,
        "metrics": _metrics(written),
        "proof": [proof.model_dump(exclude_defaults=True) for proof in profile.proof],
    }
