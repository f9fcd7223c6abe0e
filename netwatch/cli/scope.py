"""What a silence or a maintenance window is about, as options of a command."""

from dataclasses import dataclass

import click

from alerts.contract import Window
from netwatch.cli.shell import Stop
from netwatch.language import Sentence, Translate

NOT_UNDERSTOOD = 64


@dataclass(frozen=True, slots=True)
class Scope:
    """What was named."""

    units: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    feeders: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of it in a row."""
        return (*self.units, *self.sites, *self.subjects, *self.providers, *self.feeders)

    def window(self, start: int, duration: int, reason: str, rule: str = "", *, zone: str) -> Window:
        """A window of this extent; its author is set by whoever takes it in."""
        return Window(
            id=0,
            start=start,
            duration=duration,
            author="",
            reason=reason,
            rule=rule,
            zone=zone,
            units=self.units,
            sites=self.sites,
            subjects=self.subjects,
            providers=self.providers,
            feeders=self.feeders,
        )


def scope_options(_: Translate, *, feeder: bool) -> list[click.Parameter]:
    """--unit, --site, --item, --provider and perhaps --feeder; each may be repeated."""
    told = (
        ("--unit", "units", "ID", _("A unit and all below it; may be repeated.")),
        ("--site", "sites", "ID", _("A site and everything at it; may be repeated.")),
        ("--item", "subjects", "ID", _("A line, device or other single thing; may be repeated.")),
        ("--provider", "providers", "NAME", _("All lines of a provider; may be repeated.")),
        ("--feeder", "feeders", "NAME", _("Everything fed by a power feeder; may be repeated.")),
    )
    return [
        click.Option([flag, name], multiple=True, metavar=metavar, help=text)
        for flag, name, metavar, text in told
        if feeder or name != "feeders"
    ]


def require_some(scope: Scope) -> None:
    """End the command when nothing was named."""
    if not scope.names:
        text = "Say what it is about: --unit, --site, --item, --provider or the like."
        raise Stop(Sentence(text), code=NOT_UNDERSTOOD)
