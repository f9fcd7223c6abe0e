"""What every channel speaks: what is to be delivered, and what became of it. No fault ever tells an address."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

# These would write addresses, and passwords in them, into the log.
TALKATIVE = ("apprise", "httpx", "httpcore", "urllib3", "requests", "requests_oauthlib", "oauthlib")

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "secret": "The secret with the address cannot be read.",
        "address": "The secret holds no address that Apprise understands.",
        "proxy": "The proxy or the authorities that the environment names cannot be used.",
        "unreachable": "The server cannot be reached.",
        "untrusted": "The certificate of the server is not trusted.",
        "login": "The server refuses our login.",
        "refused": "The server refuses the message.",
        "recipients": "The server refuses all recipients.",
        "not_taken": "The service did not take the message.",
        "late": "No answer in time; whether the message was taken is not known.",
        "unwritable": "The message could not be put into words.",
        "busy": "An earlier message is still being handed over.",
    }
)


class NotTaken(Exception):  # noqa: N818 - says what it is
    """The channel did not take the message, for sure. `text` is one of FAULTS, in English."""

    def __init__(self, code: str) -> None:
        super().__init__(FAULTS[code])
        self.code = code

    @property
    def text(self) -> str:
        """A sentence for operators, to be translated."""
        return FAULTS[self.code]


class Unsure(NotTaken):
    """Whether the channel took it is not known: the same message may be handed over again, under its own reference."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in words. `reference` is its Message-ID; `brief` is for channels of few letters; `at` microseconds.

    `tone` is good (something is over), bad, or plain (a test).
    """

    reference: str
    at: int
    subject: str
    text: str
    html: str
    brief: str
    tone: str = "bad"


class Channel(Protocol):
    """Takes messages one at a time."""

    async def send(self, delivery: Delivery) -> None:
        """Hand a message over; raises NotTaken, or Unsure."""


def quiet() -> None:
    """Keep libraries from logging addresses."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
