"""Who we are in SNMPv3 where others send informs: an engine id that stays, and boots that grow with every start.

Neither is written down anywhere. The id follows from the machine's own (machine-id(5)) and the database's address, so
that it is the same after any restart, also from a backup; boots are the seconds since 2020 at which the daemon
started, since a counter that a restored backup set back would lock out every sender that knew the higher one.
"""

import hashlib
import hmac
import socket
from pathlib import Path

from netwatch.clock import SECOND
from probes.transports.snmp.v3_listener import OwnEngine

MACHINE_ID = Path("/etc/machine-id")
# RFC 3411 section 5, SnmpEngineID: the highest bit set, an enterprise, format 5 (octets as the enterprise likes them).
# We have no enterprise number of our own: this one is that of RFC 5612, for examples.
_ENTERPRISE = 32473
_PREFIX = (1 << 31 | _ENTERPRISE).to_bytes(4, "big") + b"\x05"
_OWN_BYTES = 12
# 2020-01-01 00:00 UTC. RFC 3414 section 2.2: boots stay below 2**31 - 1, which this reaches in 2088.
_EPOCH = 1_577_836_800
_MOST_BOOTS = (1 << 31) - 2


def own_engine(configured: str, database: str, machine: str, now: int) -> OwnEngine:
    """Our engine as of a start at `now` (microseconds UTC); `configured` is its id in hex, '' to have one made.

    `machine` is never shown: it goes through a keyed hash, as machine-id(5) asks.
    """
    made = hmac.digest(machine.encode(), f"netwatch snmp engine {database}".encode(), hashlib.sha256)
    seconds = now / SECOND
    boots = min(max(1, int(seconds) - _EPOCH), _MOST_BOOTS)
    return OwnEngine(bytes.fromhex(configured) or _PREFIX + made[:_OWN_BYTES], boots, seconds)


def machine(path: Path = MACHINE_ID) -> str:
    """What tells this machine from others: its machine id, else its name."""
    try:
        return path.read_text("ascii").strip() or socket.gethostname()
    except (OSError, ValueError):
        return socket.gethostname()
