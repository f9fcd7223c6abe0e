"""Which devices are backed up, and what is known of each before it is asked. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from inventory.protocols import protocol
from inventory.snapshot import Inventory
from netwatch.backup.contract import HostKey, Job, Outcome
from netwatch.backup.platforms import Platforms, Seen
from netwatch.check import Check, Observation
from netwatch.incidents.places import Places

LOGIN = "login"
# By which notes of looks a device's platform is recognised.
NOTES: Mapping[str, str] = {
    "profile": "profile",
    "sysObjectID": "object_id",
    "sysDescr": "description",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A device that speaks SSH: its platform ('' when not known), and the credentials to try, in order."""

    device: str
    name: str
    host: str
    port: int
    platform: str
    credentials: tuple[str, ...]

    @property
    def missing(self) -> Outcome | None:
        """What is missing before it can be asked; None for nothing."""
        if not self.credentials:
            return Outcome.NO_CREDENTIALS
        return None if self.platform else Outcome.NO_PLATFORM


def targets(
    inventory: Inventory,
    logins: Collection[str],
    platforms: Platforms,
    seen: Mapping[str, Seen],
    remembered: Mapping[str, str],
) -> Iterator[Target]:
    """Every device of the inventory that speaks SSH; `logins` are the credentials that are users with passwords.

    The platform is the one written behind the protocol (`ssh:22/cisco_ios`), else the one recognised by what its
    agent said (`seen`), else the one it had the last time (`remembered`), both by device.
    """
    for device in inventory.every("device"):
        ssh = protocol(device, "ssh")
        if ssh is None or not device.address:
            continue
        named = ssh.rest if ssh.rest in platforms.by_name else ""
        known = platforms.recognised(seen.get(device.id, Seen()))
        last = remembered.get(device.id, "")
        platform = named or known or (last if last in platforms.by_name else "")
        credentials = tuple(name for name in device.credentials if name in logins)
        yield Target(device.id, device.name, device.address, ssh.port, platform, credentials)


def within(inventory: Inventory, scope: str) -> frozenset[str]:
    """The devices that a scope names: '' all, or the id of a device, a site or a unit; empty for no such thing."""
    places, devices = Places(inventory), inventory.every("device")
    return frozenset(
        device.id
        for device in devices
        if scope in ("", device.id, device.site) or scope in places.agencies(device.site)
    )


def jobs(
    wanted: Iterable[Target], platforms: Platforms, pins: Mapping[str, HostKey]
) -> tuple[list[Job], dict[str, Outcome]]:
    """What can be asked now, and by device why others cannot."""
    able: list[Job] = []
    unable: dict[str, Outcome] = {}
    for target in wanted:
        missing = target.missing
        if missing is not None:
            unable[target.device] = missing
            continue
        platform = platforms.by_name[target.platform]
        pin = pins.get(target.device)
        able.append(Job(target.device, target.host, target.port, target.credentials, platform, pin))
    return able, unable


def seen_by(checks: Mapping[str, Check], latest: Mapping[str, Observation]) -> Mapping[str, Seen]:
    """What agents said of themselves, by device, from the newest looks."""
    told: dict[str, dict[str, str]] = {}
    for id_, observation in latest.items():
        check = checks.get(id_)
        if check is None:
            continue
        for part, name, text in observation.notes:
            if not part and name in NOTES:
                told.setdefault(check.device, {})[NOTES[name]] = text
    return {device: Seen(**known) for device, known in told.items()}
