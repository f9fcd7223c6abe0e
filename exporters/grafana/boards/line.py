"""What does one line give, against what is contracted?"""

from exporters.grafana.boards.common import (
    COUNTABLE,
    MEASURED,
    OF_RECORD,
    PERIOD,
    PLACES,
    SITES,
    availability,
    classes,
    maintenance,
    timeline,
)
from exporters.grafana.boards.site import ESTIMATE
from exporters.grafana.model import Board, Colour, Column, Look, Marks, Panel, Query, Row, Variable
from exporters.grafana.promql import (
    AGENCY,
    HERE,
    PROVINCE,
    equals,
    known,
    named,
    ratio,
    series,
)

CHOSEN = 'line=~"$line"'
INFO = series("netwatch_line_info", CHOSEN)
# Lines of two sites may bear the same name.
THERE = known("line", PROVINCE, AGENCY, chosen=('site=~"$site"',))
TITLED = f'label_join({THERE}, "title", ": ", "site_name", "name")'
LINES = Variable("line", "Line", TITLED, "line", "title", several=False)
NO_ROUND_TRIP = "A line whose witness is its carrier or a routing session has no round trips of its own."
# The rule of the dedicated data network looks at 90 % of what is contracted.
FULL = 0.9
WAYS = {"down": ("received by the site", Colour.PLAIN), "up": ("sent by the site", Colour.HIDDEN)}


def either(echo: str, path: str, scope: str = CHOSEN) -> str:
    """What echoes measure, or else what a router's own test does."""
    return f"{series(f'netwatch_line_icmp_{echo}', scope)} or {series(f'netwatch_line_path_{path}', scope)}"


def both_ways(metric: str, empty_in_demo: str = "") -> list[Query]:
    """One curve for what the site receives, one for what it sends."""
    return [
        Query(series(metric, CHOSEN, equals("direction", way)), text, colour, empty_in_demo)
        for way, (text, colour) in WAYS.items()
    ]


def traffic(metric: str) -> str:
    """Bytes a second at the ends of the line, by what their ports count."""
    ports = series("netwatch_interface_info", CHOSEN)
    return f"rate({series(metric)}[$__rate_interval]) * on ({HERE}, device, part) {ports}"


def quality() -> Row:
    """Round trips, losses, jitter."""
    rtt = [
        Query(either("rtt_seconds", "rtt_seconds"), "mean", Colour.PLAIN),
        Query(
            series("netwatch_line_icmp_rtt_p95_seconds", CHOSEN), "95th percentile of a look", Colour.WARNING
        ),
        Query(series("netwatch_line_icmp_rtt_min_seconds", CHOSEN), "least", Colour.PALE),
    ]
    lost = [Query(either("loss_ratio", "loss_ratio"), "lost", Colour.PLAIN)]
    jitter = [Query(either("jitter_seconds", "jitter_seconds"), "jitter", Colour.PLAIN)]
    return Row(
        "Quality",
        (
            Panel(Look.GRAPH, "Round trip", rtt, "s", NO_ROUND_TRIP),
            Panel(Look.GRAPH, "Loss", lost, "percentunit", NO_ROUND_TRIP, width=6),
            Panel(Look.GRAPH, "Jitter", jitter, "s", NO_ROUND_TRIP, width=6),
        ),
    )


def use() -> Row:
    """What is used of what is contracted."""
    contracted = "netwatch_line_contracted_bytes_per_second"
    ports = [
        Query(traffic("netwatch_interface_receive_bytes_total"), "received by {{device}}"),
        Query(traffic("netwatch_interface_transmit_bytes_total"), "sent by {{device}}"),
    ]
    about = "Share of the contracted bandwidth between two looks. The line is at 90 %."
    utilisation = both_ways("netwatch_line_utilisation_ratio")
    return Row(
        "Use",
        (
            Panel(Look.GRAPH, "Utilisation", utilisation, "percentunit", about, width=16, limit=FULL),
            estimated(),
            by_the_rule(),
            Panel(Look.GRAPH, "Traffic at the ports of the line", ports, "Bps", width=16),
            Panel(Look.FIGURE, "Contracted", both_ways(contracted), "Bps", width=8, height=4),
        ),
    )


def estimated() -> Panel:
    """The 95th percentile of what looks have seen."""
    p95 = "quantile_over_time(0.95, {}[$__range])"
    used = "netwatch_line_utilisation_ratio"
    queries = [
        Query(p95.format(series(used, CHOSEN, equals("direction", way))), text, colour)
        for way, (text, colour) in WAYS.items()
    ]
    title = "Estimate: 95th percentile in the span shown"
    about = "Of what was seen between looks. The rule of 90 % goes by five-minute means: netwatch capacity."
    return Panel(Look.FIGURE, title, queries, "percentunit", about, width=8, height=4, decimals=1)


def by_the_rule() -> Panel:
    """The 95th percentile that counts."""
    queries = both_ways("netwatch_line_capacity_p95_ratio", "it needs a whole measured day")
    title = "95th percentile by the capacity rule"
    about = "Of the last valid day: 274 of 288 five-minute means known. Read once a day."
    return Panel(Look.FIGURE, title, queries, "percentunit", about, width=8, height=4, decimals=1)


def papers() -> Panel:
    """What is written of the line."""
    columns = [
        Column("name", "Line"),
        Column("site_name", "Site", leads_to="site", carrying={"site": "site"}),
        Column("provider", "Provider"),
        Column("contract_number", "Contract"),
        Column("route_group", "Route"),
        Column("agency_name", "Agency"),
    ]
    return Panel(Look.TABLE, "Line", [Query(INFO)], width=18, height=4, columns=columns)


def of_record() -> Row:
    """Availability of record, between bounds."""
    bounds = [
        Query(ratio("line", "up", COUNTABLE, INFO), "if all unknown was down", Colour.PLAIN),
        Query(ratio("line", "up", MEASURED, INFO), "of what was measured", Colour.PLAIN),
        Query(ratio("line", "up|unknown", COUNTABLE, INFO), "if all unknown was up", Colour.PLAIN),
    ]
    estimate = f"avg_over_time({series('netwatch_line_up', CHOSEN)}[$__range])"
    return Row(
        "Availability",
        (
            availability("line", "Availability", INFO, 12),
            Panel(
                Look.FIGURE,
                "Availability in the chosen period, and its bounds",
                bounds,
                "percentunit",
                f"{OF_RECORD} What the contract says is told by netwatch sla.",
                height=4,
                decimals=3,
            ),
            classes("line", "Time of record by class", INFO),
            Panel(
                Look.FIGURE,
                "Estimate: share of the known time up, in the span shown",
                [Query(estimate, "estimate", Colour.PLAIN)],
                "percentunit",
                ESTIMATE,
                decimals=3,
            ),
        ),
    )


BOARD = Board(
    "line",
    "netwatch: line",
    "What does one line give: is it up, how good is it, how full, and how long was it available?",
    (*PLACES, SITES, LINES, PERIOD),
    (
        Row("Line", (papers(), timeline("line", "Verdict", INFO, height=4))),
        of_record(),
        use(),
        quality(),
    ),
    (
        Marks(
            "Incidents",
            named(
                "incident",
                series("netwatch_incident_open"),
                series("netwatch_incident_info", 'subject=~"$line"'),
            ),
            "Incident {{incident}}: {{name}}",
            Colour.BAD,
        ),
        maintenance("line", chosen=(CHOSEN,)),
    ),
)
