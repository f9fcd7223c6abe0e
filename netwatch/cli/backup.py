"""`netwatch backup`: configurations of devices by SSH: read, list, show, compare, open with the offline key."""

import difflib
import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click

from netwatch.backup.sealing import SealFault, key_id, new_keys, public_of, unseal
from netwatch.cli.backup_asking import history, report, run, text, trust
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option, number
from netwatch.control.wire import plain
from netwatch.language import Sentence, Translate
from netwatch.queries.backup_words import none_stored, outcome_words
from netwatch.queries.backups import BackupLine, VersionLine, VersionText

PRIVATE_MODE = 0o600
LARGEST_KEY, LARGEST_SEALED = 4096, 128 << 20
LONGEST_DIFF = 100_000
SHOWN_VERSIONS = 50


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    return click.Group(
        "backup",
        help=_("Configurations of devices by SSH: read them, show what changed, open them."),
        commands=[
            _running(_),
            _listing(_),
            _logging(_),
            _showing(_),
            _comparing(_),
            _restoring(_),
            _making_keys(_),
            _trusting(_),
        ],
    )


def _running(_: Translate) -> click.Command:
    return click.Command(
        "run",
        callback=click.pass_obj(do_run),
        help=_("Read configurations now: of all devices that speak SSH, or of a device, a site, an agency."),
        params=[
            click.Argument(["scope"], required=False, default="", metavar="[DEVICE|SITE|AGENCY]"),
            dry_run_option(_),
            json_option(_),
        ],
    )


def _listing(_: Translate) -> click.Command:
    return click.Command(
        "list",
        callback=click.pass_obj(do_list),
        help=_("Show how backing up stands: what was read when, what failed, what is missing."),
        params=[json_option(_)],
    )


def _logging(_: Translate) -> click.Command:
    limit = click.Option(
        ["--limit"],
        type=click.IntRange(1, 10_000),
        default=SHOWN_VERSIONS,
        show_default=True,
        help=_("At most so many."),
    )
    return click.Command(
        "log",
        callback=click.pass_obj(do_log),
        help=_("Show the versions of a device's configuration, newest first."),
        params=[click.Argument(["device"]), limit, json_option(_)],
    )


def _showing(_: Translate) -> click.Command:
    return click.Command(
        "show",
        callback=click.pass_obj(do_show),
        help=_("Print a configuration with its secrets hidden: the newest, or the version of that number."),
        params=[
            click.Argument(["device"]),
            click.Argument(["version"], required=False, type=number(_), default=None),
            json_option(_),
        ],
    )


def _comparing(_: Translate) -> click.Command:
    return click.Command(
        "diff",
        callback=click.pass_obj(do_diff),
        help=_(
            "Show what changed between two versions; the newest and the one before it unless they are named."
        ),
        params=[
            click.Argument(["device"]),
            click.Argument(["before"], required=False, type=number(_), default=None),
            click.Argument(["after"], required=False, type=number(_), default=None),
            json_option(_),
        ],
    )


def _restoring(_: Translate) -> click.Command:
    existing = click.Path(path_type=Path, exists=True, dir_okay=False)
    return click.Command(
        "restore",
        callback=click.pass_obj(do_restore),
        help=_(
            "Print a complete configuration, secrets included, opened with the private key. Of a DEVICE, or of a FILE "
            "written with --sealed on a machine that has no key."
        ),
        params=[
            click.Argument(["device"]),
            click.Argument(["version"], required=False, type=number(_), default=None),
            click.Option(["--key"], type=existing, help=_("The file of the private key.")),
            click.Option(
                ["--sealed"], is_flag=True, help=_("Print it as it is stored, to be opened elsewhere.")
            ),
            click.Option(["--file"], type=existing, help=_("Open what --sealed printed into this file.")),
        ],
    )


def _making_keys(_: Translate) -> click.Command:
    new = click.Path(path_type=Path, dir_okay=False)
    return click.Command(
        "keygen",
        callback=click.pass_obj(do_keygen),
        help=_(
            "Make a pair of keys. The private one is written to FILE: move it away from this machine, for without it "
            "no configuration can be opened, and with it all can."
        ),
        params=[
            click.Argument(["file"], type=new),
            click.Option(
                ["--mask-key"],
                type=new,
                default=Path("backup.mask"),
                show_default=True,
                help=_("Where the key goes that hides secrets; it stays with the daemon."),
            ),
        ],
    )


def _trusting(_: Translate) -> click.Command:
    return click.Command(
        "trust",
        callback=click.pass_obj(do_trust),
        help=_(
            "Accept the host key that a device showed last. Compare its fingerprint at the device before."
        ),
        params=[
            click.Argument(["device"]),
            click.Option(
                ["--fingerprint"],
                required=True,
                metavar="SHA256:...",
                help=_("The fingerprint as the device itself shows it."),
            ),
            json_option(_),
        ],
    )


def do_run(shell: Shell, scope: str, dry_run: bool, as_json: bool) -> int:
    """Back up; 1 unless every configuration is known and stored."""
    with shell.working(shell._("Reading configurations…")) as show:
        done = run(shell, scope, dry_run, show)
    if as_json:
        shell.show_json(plain(done))
        return 0 if done.good else 1
    _ = shell._
    rows = [
        (device, outcome_words(outcome, shell.translate), f"{took:.1f} s" if took else "")
        for device, outcome, took in sorted(done.outcomes)
    ]
    shell.table((_("device"), _("result"), _("took")), rows)
    return 0 if done.good else 1


def do_list(shell: Shell, as_json: bool) -> None:
    """How it stands."""
    found = report(shell)
    if as_json:
        shell.show_json(plain(found))
        return
    _ = shell._
    if not found.ready:
        shell.remark(NO_KEY)
    headings = (_("device"), _("name"), _("platform"), _("last attempt"), _("result"), _("read last"))
    more = (_("versions"), _("changed"), _("by"), _("host key"))
    shell.table((*headings, *more), [_row(line, shell) for line in found.devices])


NO_KEY = Sentence(
    "No configuration is read: there is no key to seal it to. Make one with: netwatch backup keygen FILE"
)


def _row(line: BackupLine, shell: Shell) -> tuple[str, ...]:
    key = shell._("CHANGED: {key}", key=line.offered) if line.offered else line.fingerprint
    return (
        line.device,
        line.name,
        line.platform,
        shell.moment(line.tried),
        outcome_words(line.outcome, shell.translate) if line.outcome else shell._("not yet"),
        shell.moment(line.good),
        str(line.versions or ""),
        shell.moment(line.changed),
        line.changed_by,
        key,
    )


def do_log(shell: Shell, device: str, limit: int, as_json: bool) -> None:
    """The versions."""
    found = history(shell, device, limit)
    if as_json:
        shell.show_json(plain(found))
        return
    if not found:
        raise Stop(none_stored(device))
    _ = shell._
    headings = (_("version"), _("since"), _("last seen"), _("lines"), _("changes"), _("by"), _("sealed to"))
    shell.table(headings, [_version_row(version, shell) for version in found])


def _version_row(version: VersionLine, shell: Shell) -> tuple[str, ...]:
    return (
        str(version.id),
        shell.moment(version.at),
        shell.moment(version.seen),
        str(version.lines),
        f"+{version.added} -{version.removed}",
        version.changed_by,
        version.key,
    )


def do_show(shell: Shell, device: str, version: int | None, as_json: bool) -> None:
    """One of them."""
    found = text(shell, device, version or 0)
    if as_json:
        shell.show_json(plain(found))
    else:
        sys.stdout.write(found.text)


def do_diff(shell: Shell, device: str, before: int | None, after: int | None, as_json: bool) -> None:
    """Two of them."""
    newer = text(shell, device, after or 0)
    older = text(shell, device, before or _before(shell, device, newer))
    lines = list(islice(_diff(shell, older, newer), LONGEST_DIFF))
    if as_json:
        sides = {"before": plain(older.version), "after": plain(newer.version)}
        shell.show_json({"schema": 1, **sides, "lines": lines})
    elif lines:
        sys.stdout.write("\n".join(lines) + "\n")
    else:
        shell.say(shell._("They are the same."))


def _before(shell: Shell, device: str, newer: VersionText) -> int:
    versions = history(shell, device, 10_000)
    older = next((version.id for version in versions if version.id < newer.version.id), None)
    if older is None:
        raise Stop(Sentence("Of '{device}' there is only one version.", {"device": device}))
    return older


def _diff(shell: Shell, older: VersionText, newer: VersionText) -> Iterator[str]:
    names = [f"{one.version.device} {one.version.id}" for one in (older, newer)]
    times = [shell.moment(one.version.at) for one in (older, newer)]
    sides = (older.text.splitlines(), newer.text.splitlines())
    return difflib.unified_diff(*sides, names[0], names[1], times[0], times[1], lineterm="")


def do_restore(
    shell: Shell, device: str, version: int | None, key: Path | None, sealed: bool, file: Path | None
) -> None:
    """A complete one; it goes to stdout alone, so that no file with secrets is left behind unasked."""
    stored = _text(file, LARGEST_SEALED) if file else text(shell, device, version or 0, sealed=True).text
    if sealed:
        sys.stdout.write(stored + "\n")
        return
    if key is None:
        raise Stop(Sentence("Name the file of the private key: --key FILE. Without it: --sealed."))
    try:
        sys.stdout.write(unseal(stored, _text(key, LARGEST_KEY)))
    except SealFault as fault:
        raise Stop(SEAL_FAULTS[fault.code]) from None


SEAL_FAULTS = {
    "no_key": Sentence("The file holds no private key of netwatch."),
    "not_sealed": Sentence("What is to be opened was not sealed by netwatch."),
    "other_key": Sentence("It was sealed to another key; `netwatch backup log` names which."),
    "broken": Sentence("It cannot be opened: somebody has changed it since it was sealed."),
}


def _text(path: Path, most: int) -> str:
    """What is in a file, cut to what can be of use; what is no text is no key either."""
    with path.open("rb") as file:
        return file.read(most).decode("utf-8", errors="replace")


def do_keygen(shell: Shell, file: Path, mask_key: Path) -> None:
    """Make them; nothing that exists is overwritten."""
    for path in (file, mask_key):
        _refuse(path)
    private, public = new_keys()
    _write_private(mask_key, os.urandom(32).hex())
    _write_private(file, private)
    _ = shell._
    shell.say(_("The private key {key} is in {file}.", key=key_id(public_of(private)), file=file))
    shell.say(_("Move it to where this machine cannot read it, and keep a second copy."))
    shell.say(_("Write into netwatch.toml, then run: netwatch reload"))
    shell.say()
    sys.stdout.write(f'[backup]\npublic_key = "{public}"\nmask_key = "file:{mask_key.absolute()}"\n')


def _refuse(path: Path) -> None:
    """Before anything is written: a pair of which one half is new is worth nothing."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise Stop(Sentence("{path}: the folder {folder} does not exist.", {"path": path, "folder": folder}))
    if path.exists():
        raise Stop(Sentence("{path} exists already; nothing was changed.", {"path": path}))


def _write_private(path: Path, content: str) -> None:
    try:
        number_ = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
    except FileExistsError:
        raise Stop(Sentence("{path} exists already; nothing was changed.", {"path": path})) from None
    with os.fdopen(number_, "w") as stream:
        stream.write(content + "\n")


def do_trust(shell: Shell, device: str, fingerprint: str, as_json: bool) -> None:
    """Accept the key whose fingerprint somebody has compared."""
    line = next((line for line in report(shell).devices if line.device == device), None)
    if line is None or not line.offered:
        text = "'{device}' has not shown another host key: there is nothing to accept."
        raise Stop(Sentence(text, {"device": device}))
    if line.offered != fingerprint:
        params = {"device": device, "offered": line.offered}
        told = "'{device}' showed {offered}, not that key; nothing was changed."
        raise Stop(Sentence(told, params))
    accepted = trust(shell, device, fingerprint)
    if as_json:
        shell.show_json({"schema": 1, "device": device, "fingerprint": accepted})
    else:
        shell.say(shell._("{device} is known by {key} from now on.", device=device, key=accepted))
