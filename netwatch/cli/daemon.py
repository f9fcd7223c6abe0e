"""The running daemon as commands use it."""

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import TypeVar

from netwatch.cli.shell import NO_ARGUMENTS, Arguments, Shell, Stop
from netwatch.control.client import NoDaemon, ask
from netwatch.control.contract import Refused
from netwatch.language import Sentence

Model = TypeVar("Model")

# With faulty settings a running daemon still refuses, counts and says why, and still knows how things stand.
# All that these refuse is a name that stands for nothing.
ABOUT_NAMES = frozenset({"incident"})
NOT_UNDERSTOOD = 64
DESPITE_FAULTS = frozenset({"reload", "status"})


def stage_words(stage: str, shell: Shell) -> str:
    """What the daemon says it is doing."""
    _ = shell._
    return {"compare": _("Comparing with the inventory…"), "reload": _("Building the new plan…")}.get(
        stage, stage
    )


def asked(
    shell: Shell,
    kind: type[Model],
    command: str,
    arguments: Arguments = NO_ARGUMENTS,
    show: Callable[[str], None] | None = None,
    hear: Callable[[Arguments], None] | None = None,
) -> Model:
    """The daemon's answer; raises NoDaemon when none runs, Stop with the sentences when it refuses.

    While it is at work `show` is told the stage in words, `hear` all that the daemon says of it.
    """

    def told(progress: Arguments) -> None:
        if show and "stage" in progress:
            show(stage_words(str(progress.get("stage", "")), shell))
        if hear:
            hear(progress)

    path = shell.daemon.control_socket if command in DESPITE_FAULTS else shell.settings.daemon.control_socket
    try:
        return ask(kind, path, command, arguments, told)
    except Refused as refused:
        raise Stop(*refused.sentences, code=NOT_UNDERSTOOD if command in ABOUT_NAMES else 1) from None
    except PermissionError:
        raise Stop(_locked_out(shell)) from None


def may_look_here(shell: Shell, addresses: Iterable[str]) -> None:
    """Stop where looks of the command itself would go astray: addresses of sample data are anybody's."""
    if shell.settings.inventory.sample and not all(map(_own, addresses)):
        raise Stop(
            Sentence(
                "This is sample data, whose addresses may be somebody's on this network, and its daemon does not run. "
                "Start the daemon (netwatch demo starts its own): only it may look."
            )
        )


def _own(address: str) -> bool:
    """Whether a look goes to this machine, or nowhere: those at the calendar have no address."""
    return not address or ip_address(address).is_loopback


def _locked_out(shell: Shell) -> Sentence:
    own = shell.daemon
    params = {"path": own.control_socket, "group": own.control_group or "root"}
    return Sentence(
        "The daemon's control socket {path} does not let you in. Use sudo, or become a member of the group {group}.",
        params,
    )


def needed(shell: Shell, kind: type[Model], command: str, arguments: Arguments = NO_ARGUMENTS) -> Model:
    """The daemon's answer; without a daemon the command ends."""
    try:
        return asked(shell, kind, command, arguments)
    except NoDaemon as none:
        # Who cannot read the settings may have asked at the wrong socket: those faults come first.
        raise Stop(*(shell.faults or (none.sentence, Sentence("Start it with: netwatch run")))) from None
