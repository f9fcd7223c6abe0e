"""Dashboards as plain values, in English; `build.py` makes of them what Grafana reads, in a language.

Every text that people read is a msgid. A legend may hold places such as `{{name}}`, which Grafana fills with labels
(https://grafana.com/docs/grafana/latest/datasources/prometheus/query-editor/, "Legend").
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})
_PLACE = re.compile(r"\{\{\w+\}\}")


class Look(StrEnum):
    """How a panel shows its values: Grafana's names of its panels."""

    FIGURE = "stat"
    GRAPH = "timeseries"
    TIMELINE = "state-timeline"
    TABLE = "table"
    BARS = "bargauge"


class Colour(StrEnum):
    """What a colour means. UNKNOWN is neither good nor bad, and PLAIN judges nothing."""

    GOOD = "#2e8b57"
    WARNING = "#e0a030"
    BAD = "#d0342c"
    HIDDEN = "#9b4fb0"
    UNKNOWN = "#7b8794"
    SEEN = "#4a90d9"
    PALE = "#b0b8c0"
    PLAIN = "#5794c2"


@dataclass(frozen=True, slots=True)
class Word:
    """What a value is called, and the colour it is shown in."""

    text: str
    colour: Colour


Words = Mapping[str, Word]


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression. In a figure or graph `colour` is that of its curve; a count below 1 stays plain.

    `empty_in_demo` says why the demo has no data for it, '' where it has.
    """

    expr: str
    legend: str = ""
    colour: Colour | None = None
    empty_in_demo: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `source` is a label, or the letter of a query for its value.

    `leads_to` is the dashboard that its cells open, with the values of `carrying` (variable -> label).
    """

    source: str
    heading: str
    unit: str = ""
    words: Words = field(default_factory=lambda: MappingProxyType({}))
    leads_to: str = ""
    carrying: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    `width` is of 24, `height` in rows of Grafana's grid. `limit` is drawn as a line. `stacked` puts curves on top of
    one another.
    """

    look: Look
    title: str
    queries: Sequence[Query]
    unit: str = "short"
    about: str = ""
    width: int = 12
    height: int = 8
    words: Words = field(default_factory=lambda: MappingProxyType({}))
    columns: Sequence[Column] = ()
    descending: str = ""
    stacked: bool = False
    limit: float | None = None
    most: float | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Panels below a heading."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Variable:
    """What the reader chooses. `query` is PromQL whose series are the choices, `value` and `text` their labels.

    With `fixed` (value -> text) nothing is asked. Without `several` exactly one can be chosen; otherwise "all"
    stands for `.*`.
    """

    name: str
    label: str
    query: str = ""
    value: str = ""
    text: str = ""
    several: bool = True
    fixed: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Marks:
    """Times marked on every graph: the series of `query` are there while it lasts. `title` may hold places."""

    name: str
    query: str
    title: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard. `about` is the question that it answers, `since` how far it looks back when opened."""

    name: str
    title: str
    about: str
    variables: Sequence[Variable]
    rows: Sequence[Row]
    marks: Sequence[Marks] = ()
    since: str = "now-24h"

    def panels(self) -> Iterator[Panel]:
        """All panels, row by row."""
        return (panel for row in self.rows for panel in row.panels)


def says_something(text: str) -> bool:
    """Whether a text has words beside the places that Grafana fills."""
    return any(letter.isalpha() for letter in _PLACE.sub("", text))


def texts_of(board: Board) -> Iterator[str]:
    """Every text of a dashboard that people read."""
    return filter(says_something, _texts(board))


def _texts(board: Board) -> Iterator[str]:
    yield from (board.title, board.about)
    for variable in board.variables:
        yield from (variable.label, *variable.fixed.values())
    for marks in board.marks:
        yield from (marks.name, marks.title)
    yield from (row.title for row in board.rows)
    for panel in board.panels():
        yield from (panel.title, panel.about)
        yield from (query.legend for query in panel.queries)
        yield from (word.text for word in panel.words.values())
        for column in panel.columns:
            yield column.heading
            yield from (word.text for word in column.words.values())
