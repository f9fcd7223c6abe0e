"""The tables of the inventory of record, the same for SQLite and PostgreSQL.

`metadata` is what migrations create; `RECORDS` holds the table of each kind (of units and norms the versions),
`IDENTITIES` the tables of the units and norms themselves, `LISTS` those of fields that name several other records.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Table

from inventory.models import contracts, equipment, history, network, places, planning, units
from inventory.models.base import metadata
from inventory.models.history import append_only
from inventory.snapshot import KINDS, VERSIONED

__all__ = [
    "CHANGE_SET",
    "EVENT",
    "HEADING",
    "IDENTITIES",
    "LAYOUT",
    "LISTS",
    "RECORDS",
    "append_only",
    "contracts",
    "equipment",
    "history",
    "metadata",
    "network",
    "places",
    "planning",
    "units",
]

RECORDS: Mapping[str, Table] = MappingProxyType(
    {kind: metadata.tables[f"{kind}_version" if kind in VERSIONED else kind] for kind in KINDS}
)
IDENTITIES: Mapping[str, Table] = MappingProxyType({kind: metadata.tables[kind] for kind in VERSIONED})
# (kind, field) to a table of (owner, position, member).
LISTS: Mapping[tuple[str, str], Table] = MappingProxyType(
    {
        ("site", "organisation_units"): metadata.tables["site_organisation_unit"],
        ("device", "uplinks"): metadata.tables["device_uplink"],
    }
)
CHANGE_SET = metadata.tables["change_set"]
EVENT = metadata.tables["event"]
HEADING = metadata.tables["heading"]
LAYOUT = metadata.tables["layout"]
