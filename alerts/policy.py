"""What decides who is told: routes, known receivers, silences. A value; `now` is asked for separately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from alerts.contract import Route, Silence


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything the pipeline goes by. Duty hours are in `zone`; `live_since` is None while nobody is sent anything.

    `daytime` are the hours at which what is patient is told, '' at any.
    """

    routes: Sequence[Route] = ()
    receivers: frozenset[str] = frozenset()
    silences: Sequence[Silence] = ()
    zone: tzinfo = UTC
    live_since: int | None = None
    daytime: str = ""
