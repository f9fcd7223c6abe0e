"""How does one agency stand, with everything below it?"""

from exporters.grafana.boards.common import (
    INCIDENTS,
    INSTANCE,
    ONE_AGENCY,
    PERIOD,
    PROVINCES,
    availability,
    maintenance,
    record_table,
    standing,
    timeline,
)
from exporters.grafana.model import Board, Column, Look, Panel, Query, Row
from exporters.grafana.promql import AGENCY, HERE, equals, known, named, series, state
from exporters.grafana.words import STATE

KINDS = {
    "site": "Sites",
    "line": "Lines",
    "device": "Devices",
    "conferencing_endpoint": "Conferencing endpoints",
    "surge_protector": "Surge protectors",
    "service": "Services",
}
INFO = {kind: known(kind, AGENCY) for kind in KINDS}
SITE_COLUMN = Column("name", "Site", leads_to="site", carrying={"site": "site"})


def lines() -> Panel:
    """Its lines, with how they stand and how full they are."""
    labels = ("site_name", "provider")
    used = series("netwatch_line_utilisation_ratio")
    given = series("netwatch_line_contracted_bytes_per_second", equals("direction", "down"))
    queries = [
        Query(state("line", INFO["line"], *labels)),
        Query(named("line", f"max by ({HERE}, line) ({used})", INFO["line"], *labels)),
        Query(
            named(
                "line",
                f"sum without (direction) ({given})",
                INFO["line"],
                *labels,
            )
        ),
    ]
    columns = [
        Column("name", "Line", leads_to="line", carrying={"line": "line"}),
        Column("site_name", "Site"),
        Column("provider", "Provider"),
        Column("A", "Verdict", words=STATE),
        Column("B", "In use", "percentunit", decimals=1),
        Column("C", "Contracted", "Bps"),
    ]
    return Panel(Look.TABLE, "Lines", queries, width=24, height=9, columns=columns)


def not_up() -> Panel:
    """Devices that are not up."""
    coded = state("device", INFO["device"], "kind", "address", "site_name")
    columns = [
        Column("name", "Device"),
        Column("kind", "Kind"),
        Column("address", "Address"),
        Column("site_name", "Site"),
        Column("A", "Verdict", words=STATE),
    ]
    return Panel(
        Look.TABLE, "Devices and how they stand", [Query(coded)], width=24, descending="A", columns=columns
    )


BOARD = Board(
    "agency",
    "netwatch: agency",
    "How does one agency stand, with its sites, lines and devices and those of everything below it?",
    (INSTANCE, PROVINCES, ONE_AGENCY, PERIOD),
    (
        Row(
            "How things stand",
            (
                *(standing(kind, title, INFO[kind]) for kind, title in KINDS.items()),
                availability("site", "Availability of sites", INFO["site"], 12),
                availability("line", "Availability of lines", INFO["line"], 12),
            ),
        ),
        Row(
            "Sites",
            (
                timeline("site", "Sites over time", INFO["site"]),
                record_table("site", "Sites: figures of record", INFO["site"], (SITE_COLUMN,)),
            ),
        ),
        Row("Lines", (lines(),)),
        Row("Devices", (not_up(),)),
    ),
    (INCIDENTS, maintenance("site", AGENCY)),
)
