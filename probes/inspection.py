"""What is said of the inspection of a surge protector: facts, and by which names. Pure."""

from types import MappingProxyType

INSPECTED = "inspected"
IN_TERM = "inspection_in_term"
UNFORCED = "unforced_"
# What forces an inspection, as the inventory names it; `contact_fault` is a fact of the contact itself.
TRIGGERS = (
    "strike",
    "earth_resistance",
    "device_lost",
    "inspection_failed",
    "indicator_red",
    "design_life",
)
FACTS = MappingProxyType({trigger: f"{UNFORCED}{trigger}" for trigger in TRIGGERS})
NAMES = (INSPECTED, IN_TERM, *FACTS.values())
