"""What the demo writes for its daemon: netwatch.toml, the inventory file, the community. Pure, apart from `write`."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inventory.sheets.columns import Language
from inventory.sheets.writing import write as write_sheets
from inventory.snapshot import Inventory
from netwatch.demo import certificates
from netwatch.demo.addresses import Numbering
from netwatch.demo.mailbox import PORT, RECEIVER
from netwatch.demo.province import COMMUNITY, LOGIN

INVENTORY_FILE = "province.xlsx"
SETTINGS_FILE = "netwatch.toml"
LOG_FILE = "daemon.log"
COMMUNITY_FILE = "community"
RECEIVER_FILE = "receiver"
LINK_KEY_FILE = "link-key"
LOGIN_FILE = "login"
LOGIN_USER = "giamsat"

# What a machine of two cores looks at in five seconds without falling behind.
DEVICES_AT_FULL_PACE = 300
FULL_PACE = 5.0
AGREE, OF = 2, 3
# The slowest line of the province has a round trip of some 100 ms.
SNMP_TIMEOUT = 0.6
_LARGEST_PACE = 600.0


def pace(devices: int) -> float:
    """Seconds between looks at one thing: 5, more for a province too large for that."""
    wanted = FULL_PACE * -(-devices // DEVICES_AT_FULL_PACE)
    return min(max(wanted, FULL_PACE), _LARGEST_PACE)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the settings depend on; `responder` is '' where real ICMP is to be had."""

    language: Language
    numbering: Numbering
    interval: float
    metrics_port: int
    page_port: int
    responder: str = ""
    mailbox_port: int = PORT


_KNOWN = f"""\
[credentials.{COMMUNITY}]
kind = "snmp_v2c"
community = "file:{COMMUNITY_FILE}"

[credentials.{LOGIN}]
kind = "login"
user = "{LOGIN_USER}"
password = "file:{LOGIN_FILE}"

[connections]
authorities = "{certificates.AUTHORITY_FILE}"
"""


def settings(choices: Choices) -> str:
    """The text of netwatch.toml. The anchors are the two core routers of the centre."""
    anchors = ", ".join(f'"{choices.numbering.device(0, number)}"' for number in (1, 2))
    every = choices.interval
    return f"""# Settings of `netwatch demo`: sample data, nothing here is real.
[daemon]
language = "{choices.language}"
control_socket = "netwatch.sock"

[inventory]
sample = true

[anchors]
addresses = [{anchors}]
interval = {every}

[intervals]
witness = {every}
core = {every}
devices = {every}
lines = {every}
ports = {every * 6}
equipment = {every * 3}
recheck = {every / 5}

[hardening]
agree = {AGREE}
of = {OF}

[incidents]
gather = {every}
together = {every * 4}
stay_up = {every * 5}
settle = {every * 4}
unknown_after = 300
{_told(choices)}
[icmp]
simulated_responder = "{choices.responder}"

[snmp]
timeout = {SNMP_TIMEOUT}

{_KNOWN}
[metrics]
listen = "127.0.0.1:{choices.metrics_port}"

[status_page]
listen = "127.0.0.1:{choices.page_port}"

[probes.icmp_echo]
spacing = 0.1
wait = 0.5
"""


def _told(choices: Choices) -> str:
    """Who is told; the numbers of a day are those of a story of three minutes."""
    return f"""
[notifications]
public_url = "http://127.0.0.1:{choices.page_port}"
link_key = "file:{LINK_KEY_FILE}"
digest_from = 16
digest_window = {choices.interval * 24}
digest_every = {choices.interval * 12}

[receivers.{RECEIVER}]
apprise = "file:{RECEIVER_FILE}"
language = "{choices.language}"

[routes.all]
receivers = ["{RECEIVER}"]
"""


def write(folder: Path, choices: Choices, inventory: Inventory, now: datetime) -> None:
    """Write settings, inventory and secrets into the folder; raises OSError."""
    write_sheets(folder / INVENTORY_FILE, inventory, choices.language, "xlsx", sample=True)
    (folder / SETTINGS_FILE).write_text(settings(choices), encoding="utf-8")
    write_secrets(folder, inventory, now)
    _write_secret(folder / LINK_KEY_FILE, secrets.token_urlsafe(32))
    _write_secret(folder / RECEIVER_FILE, f"json://127.0.0.1:{choices.mailbox_port}/")


def write_secrets(folder: Path, inventory: Inventory, now: datetime) -> None:
    """Write what devices and servers of the province are known by: community, login, certificates; raises OSError."""
    _write_secret(folder / COMMUNITY_FILE, secrets.token_urlsafe(12))
    _write_secret(folder / LOGIN_FILE, secrets.token_urlsafe(12))
    devices = inventory.of("device")
    hosts = {service.device for service in inventory.of("service").values() if service.device}
    certificates.write(folder, sorted(devices[host].address or "" for host in hosts), now)


def _write_secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="ascii")
