"""`netwatch profiles explain DEVICE`: a device asked with the daemon's credentials: by which profile, what it tells."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from netwatch.cli.daemon import may_look_here
from netwatch.cli.probe import checks_of
from netwatch.cli.shell import Shell, Stop
from netwatch.language import Sentence
from netwatch.queries.words import reason_words
from netwatch.secrets import resolver
from netwatch.translate.to_kit import kit_settings
from netwatch.translate.to_probes import target as aimed
from probes.contract import Target
from probes.equipment.answers import Gathered
from probes.equipment.asking import gather
from probes.equipment.engine import Equipment, read, recognising, wanted
from probes.equipment.library import Library
from probes.equipment.look import manners
from probes.equipment.recognise import Candidate, choose
from probes.kit import Kit, open_kit
from probes.transports.errors import TransportError

KIND = "snmp_equipment"
# Everything is asked for at once, and of a large chassis on a slow line that takes its time.
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A device as it answered: by which profiles it may be read, what the first of them makes of it, what was cut."""

    ranked: tuple[Candidate, ...]
    equipment: Equipment
    cuts: Mapping[str, str]


def ask(shell: Shell, name: str, known: Library) -> Asked:
    """Ask a device of the inventory, or an address; raises Stop where that cannot be done."""
    asked = [check for check in checks_of(shell, name, ()) if check.kind == KIND]
    if not asked:
        text = (
            "'{target}' is not asked by SNMP: in the inventory it needs an address and credentials of SNMP."
        )
        raise Stop(Sentence(text, {"target": name}))
    target = aimed(asked[0])
    may_look_here(shell, (target.address,))

    async def asking() -> Asked:
        secrets = resolver(shell.settings.credentials, shell.environment)
        async with open_kit(kit_settings(shell.settings), secrets) as kit:
            return await _ask(kit.until_at(time.monotonic() + PATIENCE), target, known)

    try:
        with shell.working(shell._("Asking…")):
            return asyncio.run(asking())
    except TransportError as error:
        why = Sentence(reason_words(str(error.reason), shell.translate))
        where = {"target": name, "address": target.address, "reason": why}
        raise Stop(Sentence("'{target}' ({address}) cannot be asked by SNMP: {reason}.", where)) from None


async def _ask(kit: Kit, target: Target, known: Library) -> Asked:
    first, _ = await gather(kit, target, recognising(known.profiles.values()))
    written, ranked = choose(known.profiles, first)
    if written is None:
        return Asked(ranked, Equipment(), {})
    kit.snmp.mind(target, manners(written.profile.agent))
    answers, cuts = await gather(kit, target, wanted(written))
    together = Gathered({**first.values, **answers.values}, answers.columns)
    return Asked(ranked, read(written, together), cuts)
