"""What a final response to OPTIONS says of whoever sent it. Pure.

A UA answers OPTIONS as it would answer an INVITE (RFC 3261 section 11.2), so that 486 means *in a call*: it is well.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Standing(StrEnum):
    """How the other side stands."""

    READY = "ready"
    ALIVE = "alive"
    CHALLENGED = "asks for a password"
    BUSY = "busy"
    UNREGISTERED = "not registered"
    FAILING = "failing"


# 401 and 407: a challenge proves that SIP is spoken. 480: asked for by a proxy, the endpoint is not registered; said
# by the endpoint itself, nobody can be called there. 408, 503 and 504 are what proxies say for a dead target: said by
# the endpoint itself it is there and fails. 501 and 513 only say that it does not know OPTIONS, or not so long a one.
OF_STATUS: Mapping[int, Standing] = MappingProxyType(
    {
        401: Standing.CHALLENGED,
        407: Standing.CHALLENGED,
        408: Standing.FAILING,
        480: Standing.UNREGISTERED,
        486: Standing.BUSY,
        501: Standing.ALIVE,
        513: Standing.ALIVE,
        600: Standing.BUSY,
        603: Standing.BUSY,
    }
)
OF_CLASS: Mapping[int, Standing] = MappingProxyType(
    {2: Standing.READY, 3: Standing.ALIVE, 4: Standing.ALIVE, 5: Standing.FAILING, 6: Standing.ALIVE}
)


def standing(status: int) -> Standing:
    """What a final status (200 to 699) says."""
    return OF_STATUS.get(status) or OF_CLASS[status // 100]
