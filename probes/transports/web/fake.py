"""Web servers as told beforehand: no socket, no time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from probes.transports.errors import Silent, TransportError
from probes.transports.web.contract import Request, Response


@dataclass
class FakeWeb:
    """Responses or errors by URL; any other is silent. `asked` records (address, request) in order."""

    answers: Mapping[str, Response | TransportError] = field(default_factory=dict)
    asked: list[tuple[str, Request]] = field(default_factory=list)

    async def fetch(self, address: str, request: Request, *, until: float) -> Response:  # noqa: ARG002
        """As `Web.fetch`."""
        self.asked.append((address, request))
        answer = self.answers.get(request.url, Silent())
        if isinstance(answer, TransportError):
            raise answer
        return answer

    def counts(self) -> dict[str, int]:
        """As `Web.counts`."""
        return {"web_requests": len(self.asked)}
