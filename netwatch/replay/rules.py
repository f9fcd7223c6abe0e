"""From settings to rules on trial: looks are made by the present settings, all that follows from them by the others."""

from inventory.snapshot import Inventory
from netwatch.incidents.links import UNSIGNED, Signer
from netwatch.incidents.places import Places
from netwatch.limits.reading import read_rules
from netwatch.plan import plan
from netwatch.replay.contract import Rules
from netwatch.settings_sections import Settings
from netwatch.translate.to_desk import arrangement
from netwatch.translate.to_plan import plan_settings
from probes.registry import probes


def rules_of(settings: Settings, present: Settings, inventory: Inventory) -> Rules:
    """The rules of `settings`, for what is looked at by the `present` ones; raises LimitFault."""
    book = read_rules(settings.limits.folder)
    made = plan(inventory, plan_settings(present, dict(probes()), book), 1)
    return Rules(made, arrangement(settings, Places(inventory), made, Signer(UNSIGNED), "replay"))
