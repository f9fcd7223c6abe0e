"""Incidents as commands read them: from the running daemon, else from the database alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from netwatch.cli.at_rest import present
from netwatch.cli.daemon import asked
from netwatch.cli.database import reading
from netwatch.cli.shell import NO_ARGUMENTS, Arguments, Shell, Stop
from netwatch.control.client import NoDaemon
from netwatch.control.wire import plain
from netwatch.incidents.places import Places
from netwatch.language import Sentence
from netwatch.present import Present
from netwatch.queries.contacts import Directory
from netwatch.queries.delivery import DeliveryReport, delivery
from netwatch.queries.incident_models import CallList, IncidentList, IncidentReport
from netwatch.queries.incidents import (
    WantedIncidents,
    call_list,
    incident_list,
    incident_report,
    providers,
)
from netwatch.queries.telling import telling
from netwatch.queries.windows import SilenceList, WindowList, silence_list, window_list
from netwatch.settings_faults import suggestion
from netwatch.store.sql import SqlStore

Model = TypeVar("Model")
NOT_UNDERSTOOD = 64


@contextmanager
def at_rest(shell: Shell) -> Iterator[tuple[SqlStore, Present]]:
    """The database and what it knows."""
    with reading(shell) as store:
        yield store, present(store, shell.settings, shell.clock.now(), shell.today())


def _asked(
    shell: Shell,
    kind: type[Model],
    command: str,
    arguments: Arguments,
    otherwise: Callable[[SqlStore, Present], Model],
) -> Model:
    try:
        return asked(shell, kind, command, arguments)
    except NoDaemon:
        with at_rest(shell) as (store, known):
            return otherwise(store, known)


def incidents(shell: Shell, wanted: WantedIncidents) -> IncidentList:
    """The incidents wanted."""
    now = shell.clock.now()

    def stored(store: SqlStore, known: Present) -> IncidentList:
        older = store.incidents(wanted.since, now + 1) if wanted.since else ()
        return incident_list(known, wanted, telling(known, shell.local_time()), now, older)

    found = _asked(shell, IncidentList, "incidents", {"wanted": plain(wanted)}, stored)
    if wanted.unit and not found.lines:
        _require_unit(shell, wanted.unit)
    return found


def _require_unit(shell: Shell, unit: str) -> None:
    """End the command when the unit asked for is not in the inventory."""
    with at_rest(shell) as (_, known):
        units = known.inventory.of("organisation_unit")
    if unit not in units:
        text = Sentence("There is no unit '{id}' in the inventory.", {"id": unit})
        raise Stop(text, *suggestion(unit, list(units)), code=NOT_UNDERSTOOD)


def incident(shell: Shell, id_: int) -> IncidentReport:
    """Everything about one; ends the command when there is none of that number."""

    def stored(store: SqlStore, known: Present) -> IncidentReport:
        found = store.incident(id_)
        if found is None:
            raise Stop(Sentence("There is no incident {id}.", {"id": id_}), code=NOT_UNDERSTOOD)
        story = telling(known, shell.local_time())(found)
        return incident_report(known, found, story, store.incident_log(id_), shell.clock.now())

    return _asked(shell, IncidentReport, "incident", {"incident": id_}, stored)


def calls(shell: Shell, provider: str) -> CallList:
    """What to read out to a provider; ends the command when no line has that provider."""
    now = shell.clock.now()

    def stored(_: SqlStore, known: Present) -> CallList:
        return call_list(known, provider, Directory(known.inventory, shell.local_time()), now)

    found = _asked(shell, CallList, "calls", {"provider": provider}, stored)
    if not found.lines:
        _require_provider(shell, provider)
    return found


def _require_provider(shell: Shell, provider: str) -> None:
    with at_rest(shell) as (_, known):
        names = providers(Places(known.inventory))
    if provider.strip().casefold() not in {name.casefold() for name in names}:
        params = {"provider": provider, "known": ", ".join(names) or "-"}
        text = "No line of the inventory is of the provider '{provider}'. There are: {known}."
        raise Stop(Sentence(text, params), code=NOT_UNDERSTOOD)


def silences(shell: Shell) -> SilenceList:
    """Every silence in the books."""
    now = shell.clock.now()
    return _asked(
        shell, SilenceList, "silences", NO_ARGUMENTS, lambda _, known: silence_list(known.desk, now)
    )


def windows(shell: Shell) -> WindowList:
    """Every maintenance window in the books."""
    now = shell.clock.now()
    return _asked(
        shell,
        WindowList,
        "windows",
        NO_ARGUMENTS,
        lambda _, known: window_list(known.desk, Places(known.inventory), now),
    )


def queue(shell: Shell) -> DeliveryReport:
    """What waits to be sent."""
    now, receivers = shell.clock.now(), shell.settings.receivers
    return _asked(
        shell, DeliveryReport, "queue", NO_ARGUMENTS, lambda _, known: delivery(known.desk, receivers, now)
    )
