"""Makes the looks of a plan: runs a check's probe and turns what it saw into an observation."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from netwatch.check import Check, Observation
from netwatch.clock import SECOND, Clock
from netwatch.translate import to_probes
from netwatch.translate.from_probes import Carrier
from probes.contract import Params, Probe, Target
from probes.kit import Kit
from probes.run import run_look


@dataclass(frozen=True, slots=True)
class _Aim:
    """What the looks of a check are made with, for as long as the check stays the same."""

    check: Check
    probe: Probe
    target: Target
    params: Params
    seconds: float


class Looker:
    """One per process. Checks that are asked for must be of a plan that was adopted, now or earlier."""

    def __init__(self, probes: Mapping[str, Probe], kit: Kit, clock: Clock) -> None:
        self._probes, self._kit, self._clock = probes, kit, clock
        self._revision = 0
        self._checks: Mapping[str, Check] = {}
        self._params: Mapping[str, Params] = {}
        self._aims: dict[str, _Aim] = {}
        self._carrier = Carrier()
        self._sequence = itertools.count(clock.now())

    def adopt(self, revision: int, checks: Mapping[str, Check], params: Mapping[str, Params]) -> None:
        """Take over a plan. Looks that wait in their lanes still belong to plans before this one."""
        self._revision, self._checks, self._params = revision, checks, params
        self._aims.clear()
        self._carrier.keep(checks.keys())
        targets = {check.target for check in checks.values()}
        self._kit.counters.keep(targets)
        self._kit.equipment.keep(targets)

    async def look(self, check: Check) -> Observation:
        """Look once, now; never raises."""
        aim = self._aims.get(check.id)
        if aim is None or aim.check is not check:
            aim = self._aims[check.id] = self._aim(check)
        at, revision = self._clock.now(), self._revision
        look = await run_look(
            aim.probe, aim.target, aim.params, self._kit, aim.seconds, self._clock.monotonic
        )
        return self._carrier.observation(check, aim.probe, look, at, next(self._sequence), revision)

    def _aim(self, check: Check) -> _Aim:
        probe = self._probes[check.kind]
        # Of a plan that was replaced while the look waited, once or several times: address and parameters of then.
        planned = self._checks.get(check.id) is check
        params = self._params[check.id] if planned else to_probes.params(check, probe)
        return _Aim(check, probe, to_probes.target(check), params, check.deadline / SECOND)
