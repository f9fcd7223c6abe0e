"""Devices that tell the same SNMPv3 engine id, which should be a device's own (RFC 3411 section 5). Pure.

Cloned machines and factory settings do it. Our own engine copes; others, and whoever reads traps by engine id, may not.
"""

from collections.abc import Mapping

from netwatch.present import Present

# The probe that tells it, and the name of its note.
KIND, NOTE = "snmp_system", "snmpEngineID"


def shared_engines(present: Present) -> Mapping[str, tuple[str, ...]]:
    """Device ids by the engine id they share, as the newest looks tell; one agent under two names is no sharing."""
    found: dict[str, dict[tuple[str, str, int], str]] = {}
    for check_id, observation in present.latest.items():
        check = present.checks.get(check_id) if observation.notes else None
        if check is None or check.kind != KIND:
            continue
        for _, name, engine in observation.notes:
            if name == NOTE:
                agent = check.routing_domain, check.address, check.snmp_port
                found.setdefault(engine, {})[agent] = check.target
    return {
        engine: tuple(sorted(agents.values())) for engine, agents in sorted(found.items()) if len(agents) > 1
    }
