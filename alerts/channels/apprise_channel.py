"""Messages by Apprise: mail, chats, webhooks, SMS gateways, by one address that is a secret.

The address is read when a message is sent and nowhere kept. Apprise's calls block, so each message has a thread; one
that does not come back in time is left behind, and asked for its outcome when its message is sent again.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType
from apprise.plugins import NotifyBase
from apprise.plugins.email.base import NotifyEmail

from alerts.channels.contract import Delivery, NotTaken, Unsure, quiet
from alerts.channels.mail import post

_log = logging.getLogger(__name__)

HTML = "html"
# A channel that takes no more letters than this is sent the brief form.
FEW_LETTERS = 1000
TONES = {"good": NotifyType.SUCCESS, "bad": NotifyType.WARNING, "plain": NotifyType.INFO}
NO_PGP = ("", "no", "none")


@dataclass(slots=True)
class _Attempt:
    reference: str
    outcome: "asyncio.Future[NotTaken | None]"


class AppriseChannel:
    """One receiver's address. `read` gives it (raises OSError where it cannot); `deadline` in seconds."""

    def __init__(self, name: str, read: Callable[[], str], form: str, deadline: float) -> None:
        self._name, self._read, self._form, self._deadline = name, read, form, deadline
        self._under_way: _Attempt | None = None
        quiet()

    async def send(self, delivery: Delivery) -> None:
        """As `Channel.send`."""
        attempt = self._under_way
        if attempt is not None and attempt.reference != delivery.reference and not await self._ended(attempt):
            raise NotTaken("busy")
        if attempt is None or attempt.reference != delivery.reference:
            attempt = self._under_way = self._begun(delivery)
        if not await self._ended(attempt):
            raise Unsure("late")
        self._under_way = None
        fault = attempt.outcome.result()
        if fault is not None:
            raise fault

    async def _ended(self, attempt: _Attempt) -> bool:
        await asyncio.wait([attempt.outcome], timeout=self._deadline)
        return attempt.outcome.done()

    def _begun(self, delivery: Delivery) -> _Attempt:
        loop = asyncio.get_running_loop()
        attempt = _Attempt(delivery.reference, loop.create_future())

        def hand_over() -> None:
            # Whatever a service's own code may raise: nobody waits for an outcome that never comes.
            fault: NotTaken | None = NotTaken("not_taken")
            try:
                fault = self._handed_over(delivery)
            finally:
                with suppress(RuntimeError):  # the loop is closed: the daemon has stopped meanwhile
                    loop.call_soon_threadsafe(_settle, attempt.outcome, fault)

        threading.Thread(target=hand_over, name=f"netwatch-send-{self._name}", daemon=True).start()
        return attempt

    def _handed_over(self, delivery: Delivery) -> NotTaken | None:
        try:
            self._blocking(delivery)
        except NotTaken as fault:
            return fault
        return None

    def _blocking(self, delivery: Delivery) -> None:
        try:
            url = self._read()
        except OSError:
            raise NotTaken("secret") from None
        service = instantiated(url)
        if service is None:
            raise NotTaken("address")
        if isinstance(service, NotifyEmail) and service.pgp_mode in NO_PGP:
            refused = post(service, delivery, self._form, self._deadline)
            if refused:
                _log.warning("Receiver %s: the server refuses %d of the recipients.", self._name, refused)
        else:
            self._notify(service, delivery)

    def _notify(self, service: NotifyBase, delivery: Delivery) -> None:
        few = service.body_maxlen < FEW_LETTERS
        html = self._form == HTML and not few
        text = delivery.brief if few else delivery.html if html else delivery.text
        # By way of Apprise itself, not of the service: it turns text into the service's own markup, so that a name that
        # looks like markup stays a name, and lets nothing that a service raises out.
        messenger = Apprise(asset=service.asset)
        messenger.add(service)
        taken = messenger.notify(
            body=text,
            title="" if few else delivery.subject,
            notify_type=TONES[delivery.tone],
            body_format=NotifyFormat.HTML if html else NotifyFormat.TEXT,
        )
        if not taken:
            raise NotTaken("not_taken")


def instantiated(url: str) -> NotifyBase | None:
    """The service behind an address; None when Apprise does not understand it. Nothing is logged."""
    quiet()
    asset = AppriseAsset(
        app_id="netwatch",
        app_desc="netwatch",
        app_url="",
        async_mode=False,
        # A service may not send what it is told, and the secrets with it, on to another machine.
        http_redirects=False,
        # Nothing is kept on disk, nothing is fetched from elsewhere for decoration.
        storage_mode="memory",
        result_log_disk_size=0,
        image_url_mask="",
        image_url_logo="",
        # The thread is ours, and so is the deadline.
        service_timeout=0,
    )
    found = Apprise.instantiate(url.strip(), asset=asset, suppress_exceptions=True)
    return found if isinstance(found, NotifyBase) else None


def _settle(outcome: "asyncio.Future[NotTaken | None]", fault: NotTaken | None) -> None:
    if not outcome.done():
        outcome.set_result(fault)
