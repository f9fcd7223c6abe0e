"""Is lightning protection whole, and what is to be inspected?"""

from exporters.grafana.boards.common import (
    INCIDENTS,
    PLACES,
    SECONDS,
    maintenance,
    standing,
    timeline,
)
from exporters.grafana.model import Board, Colour, Column, Look, Panel, Query, Row
from exporters.grafana.promql import AGENCY, PROVINCE, known, named, only, series
from exporters.grafana.words import CONTACT, TRIED, TRIGGER

KIND = "surge_protector"
INFO = known(KIND, PROVINCE, AGENCY)
LABELS = ("position", "site_name", "agency_name")
DUE = f"netwatch_{KIND}_inspection_due_timestamp_seconds"
MONTH = 30 * 86_400


def value(what: str, *labels: str) -> str:
    """A value of each, with its name."""
    return named(KIND, series(f"netwatch_{KIND}_{what}"), INFO, *labels)


def due(within: float) -> str:
    """How many inspections are due within so many seconds; 0 as long as any has a term."""
    terms = only(KIND, series(DUE), INFO)
    return f"sum(({terms}) - time() < bool {within:g})"


def inspections() -> Panel:
    """How many inspections are overdue, due soon, forced."""
    forced = only(KIND, series(f"netwatch_{KIND}_inspection_forced"), INFO)
    queries = [
        Query(due(0), "overdue", Colour.BAD),
        Query(due(MONTH), "overdue or due within 30 days", Colour.WARNING),
        Query(f"count(count without (trigger) ({forced})) or 0 * {due(0)}", "forced", Colour.WARNING),
    ]
    return Panel(Look.FIGURE, "Inspections", queries, width=12, height=4)


def protectors() -> Panel:
    """Each protector with what is known of it."""
    queries = [
        Query(value("contact_normal", *LABELS)),
        Query(value("commissioned", *LABELS)),
        Query(value("strikes_counted", *LABELS)),
        Query(
            named(KIND, f"({series(DUE)} - time())", INFO, *LABELS),
        ),
        Query(value("earth_resistance_ohms", *LABELS)),
        Query(
            named(
                KIND,
                f"({series(f'netwatch_{KIND}_design_life_over_timestamp_seconds')} - time())",
                INFO,
                *LABELS,
            )
        ),
    ]
    columns = [
        Column("name", "Surge protector"),
        Column("position", "Position"),
        Column("site_name", "Site"),
        Column("agency_name", "Agency", leads_to="agency", carrying={"agency": "agency"}),
        Column("A", "Contact", words=CONTACT),
        Column("B", "Trip test", words=TRIED),
        Column("C", "Strikes"),
        Column("D", "Inspection due in", SECONDS),
        Column("E", "Earth resistance", "ohm", decimals=1),
        Column("F", "Design life left", SECONDS),
    ]
    about = "A negative time is over. An empty cell: nothing is written down, or it is not known now."
    return Panel(Look.TABLE, "Surge protectors", queries, about=about, width=24, height=12, columns=columns)


def forced() -> Panel:
    """What forces inspections."""
    columns = [
        Column("name", "Surge protector"),
        Column("trigger", "Why", words=TRIGGER),
        Column("site_name", "Site"),
        Column("agency_name", "Agency"),
    ]
    return Panel(
        Look.TABLE,
        "Inspections that something forces",
        [Query(value("inspection_forced", *LABELS))],
        columns=columns,
    )


BOARD = Board(
    "lightning",
    "netwatch: lightning protection",
    "Is lightning protection whole, where did lightning strike, and what is to be inspected?",
    PLACES,
    (
        Row("How things stand", (standing(KIND, "Surge protectors", INFO, 12), inspections())),
        Row("Surge protectors", (protectors(), timeline(KIND, "Surge protectors over time", INFO))),
        Row(
            "Lightning",
            (
                Panel(
                    Look.GRAPH,
                    "Strikes that counters show",
                    [Query(value("strikes_counted"), "{{name}}")],
                    decimals=0,
                ),
                forced(),
                Panel(
                    Look.BARS,
                    "Earth resistance",
                    [Query(value("earth_resistance_ohms"), "{{name}}")],
                    "ohm",
                    "The newest that is written down. Limits stand with the surge protector in the inventory.",
                    decimals=1,
                ),
                Panel(
                    Look.TABLE,
                    "Contacts that report a fault",
                    [
                        Query(
                            f"{value('contact_normal', *LABELS)} == 0",
                            empty_in_demo="the one that reported has been replaced",
                        )
                    ],
                    columns=[
                        Column("name", "Surge protector"),
                        Column("position", "Position"),
                        Column("site_name", "Site"),
                        Column("A", "Contact", words=CONTACT),
                    ],
                ),
            ),
        ),
    ),
    (INCIDENTS, maintenance(KIND, PROVINCE, AGENCY)),
    "now-30d",
)
