"""From checks and settings to what probes are given."""

from netwatch.check import Check
from probes.contract import Params, Probe, Target


def target(check: Check) -> Target:
    """What the look of a check is aimed at."""
    return Target(check.target, check.address, check.routing_domain, check.snmp_port, check.credentials)


def params(check: Check, probe: Probe) -> Params:
    """The check's parameters as the probe wants them; raises pydantic.ValidationError when they do not fit."""
    return probe.params.model_validate(dict(check.params))
