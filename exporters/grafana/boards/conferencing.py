"""Can conferences be held?"""

from exporters.grafana.boards.common import INCIDENTS, PLACES, maintenance, standing, timeline
from exporters.grafana.model import Board, Colour, Column, Look, Panel, Query, Row
from exporters.grafana.promql import AGENCY, PROVINCE, known, named, only, series, state
from exporters.grafana.words import CALL, REGISTERED, STATE

KIND = "conferencing_endpoint"
INFO = known(KIND, PROVINCE, AGENCY)
CALLS = f"netwatch_{KIND}_call"
PART = "{{name}}: {{part}}"


def of_call(what: str) -> str:
    """A number of each channel of each call."""
    return named(KIND, series(f"{CALLS}_{what}"), INFO)


def registered() -> Panel:
    """How many are registered."""
    value = only(KIND, series(f"netwatch_{KIND}_registered"), INFO)
    queries = [
        Query(f"sum({value})", "registered", Colour.GOOD),
        Query(f"count({value}) - sum({value})", "not registered", Colour.BAD),
    ]
    return Panel(Look.FIGURE, "Registration", queries, width=6, height=4)


def running() -> Panel:
    """How many are in a call."""
    query = Query(f"sum({only(KIND, series(f'{CALLS}_active'), INFO)})", "in a call", Colour.SEEN)
    return Panel(Look.FIGURE, "Calls", [query], width=6, height=4)


def endpoints() -> Panel:
    """Each endpoint with what is known of it."""
    labels = ("room", "site_name", "agency_name")
    queries = [
        Query(state(KIND, INFO, *labels)),
        Query(named(KIND, series(f"netwatch_{KIND}_registered"), INFO, *labels)),
        Query(named(KIND, f"max without (part) ({series(f'{CALLS}_active')})", INFO, *labels)),
    ]
    columns = [
        Column("name", "Endpoint"),
        Column("room", "Room"),
        Column("site_name", "Site"),
        Column("agency_name", "Agency", leads_to="agency", carrying={"agency": "agency"}),
        Column("A", "Verdict", words=STATE),
        Column("B", "Registration", words=REGISTERED),
        Column("C", "In a call", words=CALL),
    ]
    about = "An empty cell: the endpoint does not tell, or it is not known now."
    return Panel(Look.TABLE, "Endpoints", queries, about=about, width=24, height=10, columns=columns)


def calls() -> Row:
    """How good calls are."""
    said = "As the endpoint itself tells of its channels."
    return Row(
        "Calls",
        (
            Panel(Look.GRAPH, "Loss", [Query(of_call("loss_ratio"), PART)], "percentunit", said, width=8),
            Panel(Look.GRAPH, "Jitter", [Query(of_call("jitter_seconds"), PART)], "s", said, width=8),
            Panel(
                Look.GRAPH,
                "Round trip",
                [Query(of_call("round_trip_seconds"), "{{name}}")],
                "s",
                said,
                width=8,
            ),
        ),
    )


def signalling() -> Row:
    """How fast endpoints answer."""
    sip = named(KIND, series(f"netwatch_{KIND}_sip_rtt_seconds"), INFO)
    h323 = named(KIND, series(f"netwatch_{KIND}_h323_connect_seconds"), INFO)
    return Row(
        "Signalling",
        (
            Panel(Look.GRAPH, "Answer to SIP", [Query(sip, PART)], "s"),
            Panel(Look.GRAPH, "Connection for H.323", [Query(h323, "{{name}}")], "s"),
        ),
    )


BOARD = Board(
    "conferencing",
    "netwatch: conferencing",
    "Which endpoints are up, registered and in a call, and how good are the calls?",
    PLACES,
    (
        Row("How things stand", (standing(KIND, "Endpoints", INFO, 12), registered(), running())),
        Row("Endpoints", (endpoints(), timeline(KIND, "Endpoints over time", INFO))),
        calls(),
        signalling(),
    ),
    (INCIDENTS, maintenance(KIND, PROVINCE, AGENCY)),
)
