"""Devices that tell the same SNMPv3 engine id, which should be a device's own (RFC 3411 section 5). Pure.

Cloned machines and factory settings do it. Our own engine copes; others, and whoever reads traps by engine id, may not.
"""

from collections.abc import Mapping

from netwatch.check import Check, Observation
from netwatch.present import Present

# The probe that tells it, and the name of its note.
KIND, NOTE = "snmp_system", "snmpEngineID"

Notes = tuple[tuple[str, str, str], ...]


class Engines:
    """Who shares an engine id among the targets of one plan's checks; looked through anew only when a look says so.

    Asked again, it looks at each check's newest notes no further than whether they are still the same object.
    """

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._asked = {id_: check for id_, check in checks.items() if check.kind == KIND}
        self._notes: dict[str, Notes] = {}
        self._shared: Mapping[str, tuple[str, ...]] = {}

    def shared(self, latest: Mapping[str, Observation]) -> Mapping[str, tuple[str, ...]]:
        """Device ids by the engine id they share, as the newest looks tell; one agent under two names is no sharing."""
        known, changed = self._notes, False
        for id_ in self._asked:
            seen = latest.get(id_)
            notes = seen.notes if seen is not None else ()
            if known.get(id_, ()) is not notes:
                known[id_], changed = notes, True
        if changed:
            self._shared = self._found()
        return self._shared

    def _found(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[tuple[str, str, int], str]] = {}
        for id_, notes in self._notes.items():
            check = self._asked[id_]
            for _, name, engine in notes:
                if name == NOTE:
                    agent = check.routing_domain, check.address, check.snmp_port
                    found.setdefault(engine, {})[agent] = check.target
        return {
            engine: tuple(sorted(agents.values()))
            for engine, agents in sorted(found.items())
            if len(agents) > 1
        }


def shared_engines(present: Present) -> Mapping[str, tuple[str, ...]]:
    """The same for who asks but once."""
    return Engines(present.checks).shared(present.latest)
