"""How long were sites up?"""

from exporters.grafana.boards.common import (
    INCIDENTS,
    OF_RECORD,
    PERIOD,
    PLACES,
    SITES,
    availability,
    classes,
    maintenance,
    record_table,
    timeline,
)
from exporters.grafana.model import Board, Colour, Column, Look, Panel, Query, Row
from exporters.grafana.promql import AGENCY, PROVINCE, known, named, ratio, series

CHOSEN = ('site=~"$site"',)
INFO = known("site", PROVINCE, AGENCY, chosen=CHOSEN)
ESTIMATE = (
    "Estimate by Prometheus's own scrapes, never for reports: each change of a verdict is seen late, and "
    "maintenance counts as it was."
)


def recorded(figure: str) -> str:
    """A series of the shipped recording rules, with names."""
    return named("site", series(f"site:netwatch_site_up:{figure}"), INFO)


def estimates() -> Row:
    """What follows from scrapes, for spans that have no figure of record."""
    return Row(
        "Estimates for any span",
        (
            Panel(
                Look.BARS,
                "Estimate: share of the known time up, in the span shown",
                [
                    Query(
                        named("site", f"avg_over_time({series('netwatch_site_up')}[$__range])", INFO),
                        "{{name}}",
                    )
                ],
                "percentunit",
                ESTIMATE,
                most=1.0,
                decimals=3,
            ),
            Panel(
                Look.TABLE,
                "Estimates of the recording rules",
                [
                    Query(recorded(f"{what}{days}"))
                    for days in ("1d", "30d")
                    for what in ("estimate", "error")
                ],
                about=f"{ESTIMATE} Needs the rules of netwatch prometheus rules.",
                columns=[
                    Column("name", "Site"),
                    Column("A", "last day", "percentunit", decimals=3),
                    Column("B", "may err by", "percentunit", decimals=3),
                    Column("C", "30 days", "percentunit", decimals=3),
                    Column("D", "30 days: may err by", "percentunit", decimals=3),
                ],
            ),
        ),
    )


BOARD = Board(
    "site",
    "netwatch: uptime of sites",
    "How long were sites up, down and unknown: by the figures of record, and at any time?",
    (*PLACES, SITES, PERIOD),
    (
        Row(
            "Figures of record",
            (
                availability("site", "Availability", INFO, 12),
                Panel(
                    Look.FIGURE,
                    "Measured",
                    [
                        Query(
                            ratio("site", "up|down", "up|down|unknown", INFO),
                            "share of the time that was measured",
                            Colour.PLAIN,
                        )
                    ],
                    "percentunit",
                    OF_RECORD,
                    width=12,
                    height=4,
                    decimals=3,
                ),
                record_table(
                    "site",
                    "Sites: figures of record",
                    INFO,
                    (Column("name", "Site"), Column("agency_name", "Agency")),
                    "agency_name",
                ),
                classes("site", "Time of record by class", INFO),
                Panel(
                    Look.FIGURE,
                    "Age of the figures",
                    [
                        Query(
                            f"time() - max({series('netwatch_availability_timestamp_seconds')})",
                            "counted up to",
                            Colour.PLAIN,
                        )
                    ],
                    "s",
                    "They are counted every minute from what is stored.",
                ),
            ),
        ),
        Row("Over time", (timeline("site", "Sites over time", INFO),)),
        estimates(),
    ),
    (INCIDENTS, maintenance("site", PROVINCE, AGENCY, chosen=CHOSEN)),
)
