"""What the button behind a message's link does in a running daemon."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from netwatch import desk_commands as acts
from netwatch.control.contract import Daemon
from netwatch.control.forms import unwritable
from netwatch.incidents.links import Claim
from netwatch.incidents.orders import NoSuch
from netwatch.store.contract import StoreFault


def acknowledging(daemon: Daemon) -> Callable[[Claim, str], Awaitable[None]]:
    """Acknowledges as the receiver the link was sent to; once used, or over, nothing happens. Raises Refused."""

    async def acknowledge(claim: Claim, token: str) -> None:
        who = acts.Who(claim.receiver, daemon.now())
        try:
            with suppress(NoSuch):
                acted = await daemon.attend(lambda desk: acts.acknowledge(desk, acts.Acknowledge(token), who))
                await daemon.write(lambda engine: acts.noted(engine, acted, who))
        except StoreFault as fault:
            raise unwritable(fault) from None

    return acknowledge
