"""How far is there what norms ask for, and how far is it proved?"""

from exporters.grafana.boards.common import INSTANCE
from exporters.grafana.model import Board, Colour, Column, Look, Panel, Query, Row, Variable
from exporters.grafana.promql import HERE, equals, named, series
from exporters.grafana.words import COVERAGE

CHOSEN = 'norm=~"$norm"'
INFO = series("netwatch_norm_info", CHOSEN)
NORMS = Variable("norm", "Norm", series("netwatch_norm_info"), "norm", "name")
SHARES = {
    "declared": ("declared, proved or not", Colour.WARNING),
    "proved": ("proved", Colour.GOOD),
    "target": ("target of the norm", Colour.PALE),
}


def share(which: str) -> str:
    """A share of each norm, with its name."""
    return named("norm", series(f"netwatch_coverage_{which}_ratio", CHOSEN), INFO)


def states(metric: str) -> list[Query]:
    """How many are in each state."""
    return [
        Query(f"sum({series(metric, CHOSEN, equals('state', code))})", word.text, word.colour)
        for code, word in COVERAGE.items()
    ]


def norms() -> Panel:
    """Each norm with its shares, and how many units are missing or contradicted."""
    units = "netwatch_coverage_units"

    def in_state(code: str) -> str:
        return named("norm", f"sum by ({HERE}, norm) ({series(units, CHOSEN, equals('state', code))})", INFO)

    queries = [*(Query(share(which)) for which in SHARES), *(Query(in_state(code)) for code in COVERAGE)]
    columns = [
        Column("name", "Norm"),
        Column("A", "Declared", "percentunit", decimals=1),
        Column("B", "Proved", "percentunit", decimals=1),
        Column("C", "Target", "percentunit", decimals=1),
        *(Column("DEFGHIJ"[n], word.text) for n, word in enumerate(COVERAGE.values())),
    ]
    about = "Numbers are of what the norm asks for: lines, devices... Exemptions stand in no share."
    return Panel(Look.TABLE, "Norms", queries, about=about, width=24, height=12, columns=columns)


def over_time() -> Panel:
    """How the shares move."""
    query = Query(share("proved"), "{{name}}")
    return Panel(Look.GRAPH, "Proved share", [query], "percentunit", most=1.0, width=16)


BOARD = Board(
    "coverage",
    "netwatch: coverage",
    "How far is there what the norms ask for, how far is it proved by looks, and how does that move?",
    (INSTANCE, NORMS),
    (
        Row(
            "By state",
            (
                Panel(
                    Look.FIGURE,
                    "Agencies by their worst state",
                    states("netwatch_coverage_cells"),
                    width=24,
                    height=4,
                    about="Each agency counts once for each norm that asks something of it.",
                ),
                Panel(
                    Look.FIGURE,
                    "What norms ask for, by state",
                    states("netwatch_coverage_units"),
                    width=24,
                    height=4,
                ),
            ),
        ),
        Row("By norm", (norms(),)),
        Row(
            "Over time",
            (
                over_time(),
                Panel(
                    Look.GRAPH,
                    "What norms ask for, over time",
                    states("netwatch_coverage_units"),
                    width=24,
                    stacked=True,
                ),
                Panel(
                    Look.FIGURE,
                    "Age of the audit",
                    [
                        Query(
                            f"time() - max({series('netwatch_coverage_audit_timestamp_seconds')})",
                            "counted up to",
                            Colour.PLAIN,
                        )
                    ],
                    "s",
                    "It is counted when the inventory or what was seen has changed.",
                    width=8,
                ),
            ),
        ),
    ),
    since="now-30d",
)
