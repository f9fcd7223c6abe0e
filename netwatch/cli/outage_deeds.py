"""What `netwatch outage` writes down: in the running daemon, else under the database's lock."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Engine

from netwatch.attributing import Attributed, AttributeOrder, Ticketed, TicketOrder
from netwatch.attributing import attribute as put_down
from netwatch.attributing import ticket as write_down
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing
from netwatch.cli.events import moment_of
from netwatch.cli.shell import Arguments, Shell, Stop
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.control.wire import plain
from netwatch.queries.outage_words import party_words
from netwatch.store.attribution_sql import TO_EVIDENCE

Done = TypeVar("Done", Attributed, Ticketed)


def attribute(
    shell: Shell, line: str, at: str, until: str, party: str, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Put an outage down to somebody."""
    arguments: dict[str, Any] = {"line": line, "party": party, "reason": reason, "dry_run": dry_run}
    arguments |= {name: _moment(shell, text) for name, text in (("at", at), ("until", until))}

    def directly(engine: Engine) -> Attributed:
        zone, now = shell.settings.daemon.zone, shell.clock.now()
        return put_down(engine, AttributeOrder(**arguments, author=author(), now=now, zone=zone))

    done = _done(shell, Attributed, "outage_attribute", arguments, directly)
    if as_json:
        shell.show_json({"schema": 1, **_plain(done)})
        return
    _ = shell._
    names = {"line": line, "start": shell.moment(done.start), "end": shell.moment(done.end)}
    names |= {"count": str(done.outages), "party": party_words(party, shell.translate)}
    text = "{line}, from {start} to {end}: put down to: {party} (outages: {count})."
    if party == TO_EVIDENCE:
        text = "{line}, from {start} to {end}: evidence decides again (outages: {count})."
    shell.say(_(text, **names))
    if done.goes_on:
        shell.say(_("The outage goes on; what comes after is for evidence, or for another decision."))
    _told(shell, done.event)


def ticket(
    shell: Shell,
    line: str,
    at: str,
    number: str,
    opened: str,
    closed: str,
    note: str,
    withdraw: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write a ticket down."""
    arguments: dict[str, Any] = {"line": line, "number": number, "note": note}
    arguments |= {"withdraw": withdraw, "dry_run": dry_run}
    times = (("at", at), ("opened", opened), ("closed", closed))
    arguments |= {name: _moment(shell, text) for name, text in times}

    def directly(engine: Engine) -> Ticketed:
        zone, now = shell.settings.daemon.zone, shell.clock.now()
        return write_down(engine, TicketOrder(**arguments, author=author(), now=now, zone=zone))

    done = _done(shell, Ticketed, "outage_ticket", arguments, directly)
    if as_json:
        shell.show_json({"schema": 1, **_plain(done)})
        return
    text = "Ticket {number} of {line} is taken back." if withdraw else _state(done)
    names = {"opened": shell.moment(done.opened or 0), "closed": shell.moment(done.closed or 0)}
    shell.say(shell._(text, number=done.number, line=line, **names))
    _told(shell, done.event)


def _state(done: Ticketed) -> str:
    if done.opened and done.closed:
        return "Ticket {number} of {line}: opened {opened}, closed {closed}."
    if done.closed:
        return "Ticket {number} of {line}: closed {closed}; when it was opened is not on record."
    if done.opened:
        return "Ticket {number} of {line}: opened {opened}, not closed yet."
    return "Ticket {number} of {line}: not closed yet; when it was opened is not on record."


def _moment(shell: Shell, text: str) -> int | None:
    return moment_of(text, shell.clock.now(), shell.settings.daemon.zone) if text else None


def _done(
    shell: Shell, kind: type[Done], command: str, arguments: Arguments, directly: Callable[[Engine], Done]
) -> Done:
    """Ends the command with the sentences of a refusal."""
    try:
        return asked(shell, kind, command, arguments)
    except NoDaemon:
        with changing(shell) as engine:
            try:
                return directly(engine)
            except Refused as refused:
                raise Stop(*refused.sentences) from None


def _plain(done: Attributed | Ticketed) -> Arguments:
    value = plain(done)
    return value if isinstance(value, dict) else {}


def _told(shell: Shell, event: int) -> None:
    if event:
        shell.say(shell._("Noted as event {number}.", number=event))
    else:
        shell.say(shell._("This is a dry run: nothing was changed."))
