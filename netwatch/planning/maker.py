"""What shapes the checks of a plan, and the maker that all rooms of this package make them by. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from inventory.snapshot import Device
from netwatch.check import EMPTY, LOCAL, Check, FactKey, Hardening, check_id
from netwatch.clock import SECOND
from netwatch.limits.contract import NO_RULES, Rulebook

SNMP = "snmp_"
DEFAULT_HARDENING = Hardening()


@dataclass(frozen=True, slots=True)
class Timing:
    """How often and how patiently one probe kind looks; microseconds, None takes the plan's."""

    interval: int | None = None
    deadline: int = 0
    hardening: Hardening | None = None
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What of the settings shapes a plan: intervals in microseconds, anchors' addresses, the probes' own sections, and
    the limits with the numbers that each kind of probe gives. `credentials` are the names of those for SNMP, `logins`
    of the others.
    """

    witness: int
    core: int
    device: int
    counters: int
    other_counters: int
    recheck: int
    anchor_interval: int
    anchors: tuple[str, ...] = ()
    equipment: int = 300 * SECOND
    echoes: int = 5
    hardening: Hardening = DEFAULT_HARDENING
    zone: tzinfo = UTC
    probes: Mapping[str, Timing] = field(default_factory=dict)
    credentials: frozenset[str] = frozenset()
    logins: frozenset[str] = frozenset()
    rulebook: Rulebook = NO_RULES
    metrics: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Maker:
    """Makes checks under one set of settings."""

    def __init__(self, settings: PlanSettings) -> None:
        self.settings = settings

    @property
    def echoes(self) -> Mapping[str, Any]:
        """The parameters of a burst."""
        return {"count": self.settings.echoes}

    def may_log_in(self, device: Device) -> bool:
        """Whether any of the device's credentials is configured."""
        return not self.settings.credentials.isdisjoint(device.credentials)

    def _credentials(self, kind: str, device: Device | None) -> tuple[str, ...]:
        """What of a device's credentials this kind of probe can use."""
        if device is None or not kind.startswith(SNMP):
            return device.credentials if device else ()
        return tuple(name for name in device.credentials if name not in self.settings.logins)

    def request(
        self,
        kind: str,
        target: str,
        device: Device,
        params: Mapping[str, Any],
        pace: int,
        instance: str = "",
    ) -> Iterable[Check]:
        """A check of a target that is read through a device; none while that has no address."""
        if device.address:
            yield self.check(kind, target, device.address, pace, params, device=device, instance=instance)

    def check(
        self,
        kind: str,
        target: str,
        address: str,
        pace: int,
        params: Mapping[str, Any] = EMPTY,
        *,
        device: Device | None = None,
        domain: str = "main",
        anchor: bool = False,
        instance: str = "",
    ) -> Check:
        """One check, with what the settings say of its kind."""
        own = self.settings.probes.get(kind, Timing())
        interval = own.interval or pace
        return Check(
            id=check_id(target, kind, instance),
            target=target,
            kind=kind,
            instance=instance,
            device=device.id if device else target,
            address=address,
            interval=interval,
            deadline=min(own.deadline or interval, interval * 9 // 10),
            recheck=min(self.settings.recheck, interval),
            hardening=own.hardening or self.settings.hardening,
            routing_domain=device.routing_domain if device else domain,
            snmp_port=device.snmp_port if device else 161,
            credentials=self._credentials(kind, device),
            # What an instance is after is ours to say; the settings' values are for what the inventory names.
            params={**own.params, **params} if instance else {**params, **own.params},
            anchor=anchor,
        )


Targets = Mapping[str, list[Check]]


def facts(checks: Iterable[Check], *names: str) -> tuple[FactKey, ...]:
    """The facts of these names that checks give of their whole target."""
    return tuple(FactKey(check.id, "", name, LOCAL) for check in checks for name in names)
