"""What the pages read: the present, the clock, and how people here want to be spoken to."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from inventory.snapshot import Attachment
from netwatch.clock import SECOND
from netwatch.incidents.links import UNSIGNED, Claim, Signer
from netwatch.language import Translate, translator
from netwatch.present import Present
from netwatch.queries.curves import Curves
from probes.contract import Probe

Acknowledged = Callable[[Claim, str], Awaitable[None]]
Contents = Callable[[Attachment], Awaitable[bytes]]
# Of a line, its metric, [start, end) in microseconds UTC, by these means.
ReadCurves = Callable[[str, str, int, int, str], Awaitable[Curves]]


@dataclass(frozen=True, slots=True)
class View:
    """Everything is asked anew for every request, so that a reload shows at once.

    `now` is in microseconds UTC, `language` the language of the settings, `probes` declare the metrics. `signer` reads
    the links that acknowledge, `acknowledge` does what they ask for; raises Refused. `content` reads an attached
    document; raises Refused, StoreFault. `curves` reads what was measured of a line; raises StoreFault. `certificates`
    are when those of our listeners end, microseconds UTC.
    """

    present: Callable[[], Present]
    now: Callable[[], int]
    probes: Mapping[str, Probe]
    zone: Callable[[], tzinfo]
    language: Callable[[], str]
    version: str
    signer: Callable[[], Signer] = lambda: Signer(UNSIGNED)
    acknowledge: Acknowledged | None = None
    content: Contents | None = None
    curves: ReadCurves | None = None
    certificates: Mapping[str, int] = field(default_factory=dict)

    def translate(self, text: str) -> str:
        """A text in the language of the settings."""
        return self.translator()(text)

    def translator(self) -> Translate:
        """The translator of the language of the settings."""
        return translator(self.language())

    def local_time(self, at: int) -> datetime:
        """A moment as local time."""
        return datetime.fromtimestamp(at / SECOND, self.zone())
