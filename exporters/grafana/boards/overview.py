"""How does the province stand?"""

from exporters.grafana.boards.common import (
    INCIDENTS,
    INSTANCE,
    PERIOD,
    PROVINCES,
    availability,
    maintenance,
    over_time,
    standing,
)
from exporters.grafana.model import Board, Column, Look, Panel, Query, Row
from exporters.grafana.promql import (
    HERE,
    PROVINCE,
    equals,
    known,
    named,
    only,
    record,
    series,
)
from exporters.grafana.words import CAUSE, NATURE, SEVERITY

SITE, LINE, AGENCY = (known(kind, PROVINCE) for kind in ("site", "line", "agency"))


def by_agency(value: str, how: str = "sum") -> str:
    """A value of sites, together for each agency."""
    placed = f"{value} * on ({HERE}, site) group_left (agency, agency_name) {SITE}"
    return f"{how} by ({HERE}, agency, agency_name) ({placed})"


def sites_that_are(verdicts: str) -> str:
    """How many sites of each agency have one of these verdicts."""
    return by_agency(series("netwatch_site_verdict", f'verdict=~"{verdicts}"'))


def open_incidents() -> Panel:
    """What is broken now."""
    info = series("netwatch_incident_info")
    query = Query(named("incident", series("netwatch_incident_open"), info, "nature", "cause"))
    return Panel(
        Look.TABLE,
        "Open incidents",
        [query],
        width=16,
        about="All that netwatch tells of; what maintenance keeps from being told is left out.",
        columns=[
            Column("incident", "Incident"),
            Column("severity", "Severity", words=SEVERITY),
            Column("name", "What failed first"),
            Column("nature", "Nature", words=NATURE),
            Column("cause", "Cause", words=CAUSE),
        ],
    )


def by_severity() -> Panel:
    """How many incidents are open."""
    queries = [
        # Without any the number is 0 as long as netwatch is read at all.
        Query(
            f"count({series('netwatch_incident_open', equals('severity', severity))})"
            f" or 0 * count({series('netwatch_ready')})",
            word.text,
            word.colour,
        )
        for severity, word in SEVERITY.items()
    ]
    return Panel(Look.FIGURE, "Open incidents", queries, width=8, height=4)


def agencies() -> Panel:
    """Each agency with its sites, worst first."""
    up, measured = (by_agency(record("site", classes, SITE)) for classes in ("up", "up|down"))
    queries = [
        Query(by_agency(series("netwatch_site_last_observation_timestamp_seconds"), "count")),
        Query(sites_that_are("down|unreachable")),
        Query(sites_that_are("degraded")),
        Query(sites_that_are("unknown")),
        Query(f"{up} / {measured}"),
    ]
    name = Column("agency_name", "Agency", leads_to="agency", carrying={"agency": "agency"})
    return Panel(
        Look.TABLE,
        "Agencies",
        queries,
        width=24,
        height=12,
        about="A site shared by several agencies stands under the first of them. Availability is the figure of record.",
        descending="B",
        columns=[
            name,
            Column("A", "Sites"),
            Column("B", "not reachable or down"),
            Column("C", "degraded"),
            Column("D", "unknown"),
            Column("E", "Availability", "percentunit", decimals=3),
        ],
    )


def busiest() -> Panel:
    """The lines that are used most."""
    used = f"max by ({HERE}, line) ({only('line', series('netwatch_line_utilisation_ratio'), LINE)})"
    query = Query(named("line", f"topk(10, {used})", LINE, "site_name"), "{{site_name}}: {{name}}")
    return Panel(Look.GRAPH, "Lines used most", [query], "percentunit", limit=0.9)


def completeness() -> Panel:
    """Where netwatch learns little."""
    # `unit` is the id of an agency.
    ratio = f'label_join({series("netwatch_probe_completeness_ratio")}, "agency", "", "unit")'
    query = Query(named("agency", ratio, AGENCY), "{{name}}")
    about = "Looks done with a known result by looks due in the last 15 minutes."
    return Panel(Look.BARS, "Looks that gave a result", [query], "percentunit", about, width=8, most=1.0)


BOARD = Board(
    "overview",
    "netwatch: province",
    "How does the province stand, what is broken, and which agencies suffer?",
    (INSTANCE, PROVINCES, PERIOD),
    (
        Row(
            "How things stand",
            (
                standing("site", "Sites", SITE),
                standing("line", "Lines", LINE),
                standing("device", "Devices", known("device", PROVINCE)),
                availability("site", "Availability of sites", SITE),
                availability("line", "Availability of lines", LINE),
                by_severity(),
            ),
        ),
        Row(
            "What is broken",
            (
                open_incidents(),
                completeness(),
            ),
        ),
        Row("Agencies", (agencies(),)),
        Row("Over time", (over_time("site", "Sites by verdict", SITE), busiest())),
    ),
    (INCIDENTS, maintenance("site", PROVINCE)),
)
