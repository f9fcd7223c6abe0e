"""Changes to incidents and notifications by command: in the running daemon, else under the database's lock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from netwatch import desk_commands as acts
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing
from netwatch.cli.shell import Shell, Stop
from netwatch.clock import DAY
from netwatch.commands import inventory_of
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.control.desk_handlers import ACTS
from netwatch.control.wire import plain
from netwatch.incidents.circumstances import Circumstances
from netwatch.incidents.desk import Desk
from netwatch.incidents.orders import NoSuch
from netwatch.incidents.places import Places
from netwatch.incidents.reclassifying import Reclassification, Reclassified, carry_out
from netwatch.own_engine import machine
from netwatch.plan import Plan
from netwatch.store.sql import SqlStore
from netwatch.translate.to_desk import arrangement
from netwatch.translate.to_policy import signer


def act(shell: Shell, command: str, order: Any, dry_run: bool) -> acts.Acted:  # noqa: ANN401 - as the command has it
    """Carry out an order; ends the command with the sentences of a refusal."""
    try:
        return asked(shell, acts.Acted, command, {"order": plain(order), "dry_run": dry_run})
    except NoDaemon:
        return _directly(shell, command, order, dry_run)


def _directly(shell: Shell, command: str, order: Any, dry_run: bool) -> acts.Acted:  # noqa: ANN401
    """The same on the database, which keeps daemons out meanwhile."""
    return at_rest(shell, lambda _, desk, who: ACTS[command][1](desk, order, who), dry_run)


def at_rest(
    shell: Shell, deed: Callable[[SqlStore, Desk, acts.Who], acts.Acted], dry_run: bool
) -> acts.Acted:
    """Do something to the desk without a daemon; ends the command with the sentences of a refusal."""
    who = acts.Who(author(), shell.clock.now(), dry_run)
    with changing(shell) as engine:
        store = SqlStore(engine)
        desk = _desk(shell, store, who.now)
        try:
            acted = deed(store, desk, who)
        except NoSuch as fault:
            raise Stop(*acts.no_such(fault).sentences) from None
        except Refused as refused:
            raise Stop(*refused.sentences) from None
        return acted if dry_run else replace(acted, event=acts.noted(engine, acted, who))


def _desk(shell: Shell, store: SqlStore, now: int) -> Desk:
    """A desk over what is stored, which judges nothing."""
    places = Places(inventory_of(store.engine, shell.today()))
    settings = shell.settings
    arranged = arrangement(settings, places, Plan(), signer(settings, shell.environment), machine())
    desk = Desk(store, arranged, Circumstances())
    desk.restore({}, (), now - DAY, now)
    return desk


def told(shell: Shell, acted: acts.Acted, lines: Sequence[str], as_json: bool) -> None:
    """Say what came of it."""
    if as_json:
        shell.show_json({"schema": 1, **_plain(acted)})
    elif acted.dry_run:
        shell.say(shell._("This is a dry run: nothing was changed."))
        for line in lines:
            shell.say(shell._("Without --dry-run: {outcome}", outcome=line))
    else:
        for line in lines:
            shell.say(line)


def _plain(acted: acts.Acted) -> Mapping[str, object]:
    value = plain(acted)
    return value if isinstance(value, dict) else {}


def reclassified(shell: Shell, order: Reclassification) -> Reclassified:
    """Say of time past that it does or does not count; ends the command with the sentences of a refusal."""
    try:
        return asked(shell, Reclassified, "reclassify", {"order": plain(order)})
    except NoDaemon:
        own, now = replace(order, author=author()), shell.clock.now()
    with changing(shell) as engine:
        try:
            return carry_out(SqlStore(engine), Places(inventory_of(engine, shell.today())), own, now)
        except Refused as refused:
            raise Stop(*refused.sentences) from None
