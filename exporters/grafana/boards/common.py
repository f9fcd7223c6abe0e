"""What several dashboards have: variables, marks, and panels on verdicts."""

from collections.abc import Sequence

from exporters.grafana.model import Colour, Column, Look, Marks, Panel, Query, Variable
from exporters.grafana.promql import (
    AGENCY,
    PROVINCE,
    VERDICTS,
    counted,
    each_ratio,
    each_seconds,
    known,
    named,
    ratio,
    record,
    series,
    state,
)
from exporters.grafana.words import CLASS, PERIODS, STATE, VERDICT

SECONDS = "dtdhms"
MEASURED, COUNTABLE = "up|down", "up|down|unknown"
OF_RECORD = (
    "Figure of record, the same as in netwatch availability: what is unknown counts neither as up nor as down, what is "
    "excluded not at all."
)

NOT_YET = {"last_month": "it did not run last month"}

INSTANCE = Variable("instance", "netwatch", "netwatch_build_info", "instance", "instance")
ON_TOP = 'parent=""'
PROVINCES = Variable("province", "Province", series("netwatch_agency_info", ON_TOP), "agency", "name")
AGENCIES = Variable("agency", "Agency", known("agency", PROVINCE), "agency", "name")
ONE_AGENCY = Variable("agency", "Agency", known("agency", PROVINCE), "agency", "name", several=False)
SITES = Variable("site", "Site", known("site", PROVINCE, AGENCY), "site", "name")
PERIOD = Variable("period", "Period", several=False, fixed=PERIODS)
PLACES = (INSTANCE, PROVINCES, AGENCIES)

INCIDENTS = Marks(
    "Incidents",
    named("incident", series("netwatch_incident_open"), series("netwatch_incident_info")),
    "Incident {{incident}}: {{name}}",
    Colour.BAD,
)


def maintenance(kind: str, *scopes: str, chosen: Sequence[str] = ()) -> Marks:
    """Maintenance of the chosen things of a kind."""
    running = named(kind, series(f"netwatch_{kind}_in_maintenance"), known(kind, *scopes, chosen=chosen))
    return Marks("Maintenance", running, "Maintenance: {{name}}", Colour.SEEN)


def standing(kind: str, title: str, info: str, width: int = 8) -> Panel:
    """How many things of a kind are up, degraded, down, unreachable, unknown."""
    words = (VERDICT[verdict] for verdict in VERDICTS)
    queries = [
        Query(counted(kind, verdict, info), word.text, word.colour)
        for verdict, word in zip(VERDICTS, words, strict=True)
    ]
    return Panel(Look.FIGURE, title, queries, width=width, height=4)


def timeline(
    kind: str, title: str, info: str, *labels: str, legend: str = "{{name}}", height: int = 10
) -> Panel:
    """The verdict of each over time."""
    about = "Where nothing is drawn, Prometheus read nothing: not the same as unknown, which netwatch itself says."
    query = Query(state(kind, info, *labels), legend)
    return Panel(Look.TIMELINE, title, [query], about=about, words=STATE, width=24, height=height)


def over_time(kind: str, title: str, info: str, width: int = 12) -> Panel:
    """How many had which verdict, over time."""
    panel = standing(kind, title, info, width)
    return Panel(Look.GRAPH, title, panel.queries, width=width, stacked=True)


def availability(kind: str, title: str, info: str, width: int = 8) -> Panel:
    """Availability of record of everything chosen together, month by month, and how much of it was measured."""
    queries = [
        Query(ratio(kind, "up", MEASURED, info, period), text, Colour.PLAIN, NOT_YET.get(period, ""))
        for period, text in PERIODS.items()
    ]
    return Panel(Look.FIGURE, title, queries, "percentunit", OF_RECORD, width=width, height=4, decimals=3)


def record_table(kind: str, title: str, info: str, names: Sequence[Column], *labels: str) -> Panel:
    """Each thing of a kind with its figures of record in the chosen period."""
    queries = [
        Query(each_ratio(kind, "up", MEASURED, info, *labels)),
        Query(each_ratio(kind, "up", COUNTABLE, info, *labels)),
        Query(each_ratio(kind, "up|unknown", COUNTABLE, info, *labels)),
        *(Query(each_seconds(kind, class_, info, *labels)) for class_ in ("down", "unknown", "excluded")),
    ]
    columns = [
        *names,
        Column("A", "Availability", "percentunit", decimals=3),
        Column("B", "if all unknown was down", "percentunit", decimals=3),
        Column("C", "if all unknown was up", "percentunit", decimals=3),
        Column("D", "Down for", SECONDS),
        Column("E", "Unknown for", SECONDS),
        Column("F", "Excluded", SECONDS),
    ]
    return Panel(Look.TABLE, title, queries, about=OF_RECORD, width=24, height=9, columns=columns)


def classes(kind: str, title: str, info: str, width: int = 12) -> Panel:
    """The seconds of record of everything chosen, by class, in the chosen period."""
    queries = [
        Query(f"sum({record(kind, class_, info)})", word.text, word.colour) for class_, word in CLASS.items()
    ]
    return Panel(Look.BARS, title, queries, SECONDS, OF_RECORD, width=width)
