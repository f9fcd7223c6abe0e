"""From our values to what Grafana reads, by the types of grafana-foundation-sdk (made for Grafana 11.6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)

from exporters.grafana.appearance import Translate, arranged, field_defaults, letter, overrides
from exporters.grafana.model import Board, Column, Look, Marks, Panel, Query, Row, Variable, says_something

WIDTH, HEADING = 24, 1
# The panels' version, so that Grafana does not take them for older ones and mend what is whole.
VERSION = "11.6.0"
SOURCE = dashboard.DataSourceRef("prometheus", "${ds}")
ALL = "$__all"
# How Grafana's editor names the questions of variables, and which sort each is (11.6: VariableQueryEditor).
ASKED, VALUES_OF_LABEL, SERIES = "PrometheusVariableQueryEditor-VariableQuery", 1, 3


class Annotation(dashboard.AnnotationQuery):
    """With the title that Grafana's Prometheus source writes beside it, and which the types leave out."""

    def __init__(self, title: str, name: str, expr: str, colour: str) -> None:
        super().__init__(name=name, datasource=SOURCE, enable=True, icon_color=colour, expr=expr)
        self.title_format = title

    def to_json(self) -> dict[str, object]:
        """As the type does, and the title."""
        return {**super().to_json(), "titleFormat": self.title_format}


class Choice(dashboard.VariableModel):
    """Without what the types write for variables of every sort, and Grafana's schema knows for intervals only."""

    def to_json(self) -> dict[str, object]:
        """As the type does, less that."""
        return {key: one for key, one in super().to_json().items() if not key.startswith("auto")}


@dataclass(frozen=True, slots=True)
class Manner:
    """In which language, by which translator, and which source of data is chosen at first ('' is Grafana's own)."""

    language: str
    translate: Translate
    source: str = ""

    def uid(self, board: str) -> str:
        """By what Grafana and links know a dashboard."""
        return f"netwatch-{board}-{self.language}"

    @property
    def tag(self) -> str:
        """What all dashboards of one language bear."""
        return f"netwatch-{self.language}"

    def say(self, text: str) -> str:
        """A text in the language; places alone stay as they are."""
        return self.translate(text) if says_something(text) else text


def dashboard_json(board: Board, manner: Manner) -> str:
    """A dashboard as the file that Grafana reads; the same for the same arguments."""
    return JSONEncoder(ensure_ascii=False, indent=1, sort_keys=True).encode(built(board, manner)) + "\n"


def built(board: Board, manner: Manner) -> dashboard.Dashboard:
    """A dashboard by Grafana's types."""
    variables = [_source(manner), *(_variable(one, manner) for one in board.variables)]
    return dashboard.Dashboard(
        uid=manner.uid(board.name),
        title=manner.say(board.title),
        description=manner.say(board.about),
        tags=["netwatch", manner.tag],
        editable=False,
        graph_tooltip=dashboard.DashboardCursorSync.CROSSHAIR,
        time=dashboard.DashboardDashboardTime(board.since, "now"),
        refresh="1m",
        panels=list(_placed(board, manner)),
        templating=dashboard.DashboardDashboardTemplating(variables),
        annotations=dashboard.AnnotationContainer([_annotation(marks, manner) for marks in board.marks]),
        links=[_others(manner)],
    )


def _others(manner: Manner) -> dashboard.DashboardLink:
    return dashboard.DashboardLink(
        title="netwatch",
        type_val=dashboard.DashboardLinkType.DASHBOARDS,
        icon="external link",
        tags=[manner.tag],
        as_dropdown=True,
        include_vars=True,
        keep_time=True,
    )


def _annotation(marks: Marks, manner: Manner) -> Annotation:
    return Annotation(manner.say(marks.title), manner.say(marks.name), marks.query, str(marks.colour))


def _source(manner: Manner) -> dashboard.VariableModel:
    chosen = dashboard.VariableOption(True, manner.source, manner.source) if manner.source else None
    return Choice(
        dashboard.VariableType.DATASOURCE,
        "ds",
        label="Prometheus",
        query="prometheus",
        current=chosen,
        refresh=dashboard.VariableRefresh.ON_DASHBOARD_LOAD,
    )


def _variable(variable: Variable, manner: Manner) -> dashboard.VariableModel:
    if variable.fixed:
        return _choice(variable, manner)
    alike = variable.value == variable.text
    asked = (
        f"label_values({variable.query}, {variable.value})" if alike else f"query_result({variable.query})"
    )
    sort = VALUES_OF_LABEL if alike else SERIES
    return Choice(
        dashboard.VariableType.QUERY,
        variable.name,
        label=manner.say(variable.label),
        query={"qryType": sort, "query": asked, "refId": ASKED},
        regex="" if alike else pattern(variable),
        datasource=SOURCE,
        refresh=dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED,
        sort=dashboard.VariableSort.NATURAL_ASC,
        multi=variable.several,
        include_all=variable.several,
        all_value=".*" if variable.several else None,
        current=dashboard.VariableOption(True, ["All"], [ALL]) if variable.several else None,
    )


def pattern(variable: Variable) -> str:
    """How Grafana takes value and text of a choice out of a series as it writes it (`{name="...", site="..."}`)."""
    return f'/[{{,]{variable.value}="(?<value>[^"]*)|[{{,]{variable.text}="(?<text>[^"]*)/g'


def _choice(variable: Variable, manner: Manner) -> dashboard.VariableModel:
    options = [
        dashboard.VariableOption(place == 0, manner.say(text), value)
        for place, (value, text) in enumerate(variable.fixed.items())
    ]
    return Choice(
        dashboard.VariableType.CUSTOM,
        variable.name,
        label=manner.say(variable.label),
        query=", ".join(f"{option.text} : {option.value}" for option in options),
        options=options,
        current=options[0],
    )


def _placed(board: Board, manner: Manner) -> Iterator[dashboard.Panel | dashboard.RowPanel]:
    """Headings and panels with their places: from left to right, a new line where one does not fit any more."""
    numbers, y = count(1), 0
    for row in board.rows:
        place = dashboard.GridPos(HEADING, WIDTH, 0, y)
        yield dashboard.RowPanel(title=manner.say(row.title), grid_pos=place, id_val=next(numbers))
        y += HEADING
        places = list(_places(row, y))
        for panel, where in zip(row.panels, places, strict=True):
            yield _panel(panel, where, next(numbers), manner)
        y = max(where.y + where.h for where in places)


def _places(row: Row, top: int) -> Iterator[dashboard.GridPos]:
    x, y, tallest = 0, top, 0
    for panel in row.panels:
        if x + panel.width > WIDTH:
            x, y, tallest = 0, y + tallest, 0
        yield dashboard.GridPos(panel.height, panel.width, x, y)
        x, tallest = x + panel.width, max(tallest, panel.height)


def _panel(panel: Panel, place: dashboard.GridPos, number: int, manner: Manner) -> dashboard.Panel:
    return dashboard.Panel(
        type_val=str(panel.look),
        id_val=number,
        plugin_version=VERSION,
        title=manner.say(panel.title),
        description=manner.say(panel.about) or None,
        datasource=SOURCE,
        grid_pos=place,
        targets=[_target(query, n, panel.look, manner) for n, query in enumerate(panel.queries)],
        transformations=arranged(panel, manner.say) or None,
        options=_OPTIONS[panel.look],
        field_config=dashboard.FieldConfigSource(
            field_defaults(panel, manner.say),
            overrides(panel, manner.say, lambda column: _address(column, manner)),
        ),
    )


def _address(column: Column, manner: Manner) -> str:
    chosen = "".join(f"&var-{name}=${{__data.fields.{label}}}" for name, label in column.carrying.items())
    return f"/d/{manner.uid(column.leads_to)}?${{__url_time_range}}&${{ds:queryparam}}{chosen}"


def _target(query: Query, place: int, look: Look, manner: Manner) -> prometheus.Dataquery:
    now = look in (Look.FIGURE, Look.TABLE, Look.BARS)
    shape = prometheus.PromQueryFormat.TABLE if look is Look.TABLE else prometheus.PromQueryFormat.TIME_SERIES
    return prometheus.Dataquery(
        expr=query.expr,
        instant=now,
        range_val=not now,
        editor_mode=prometheus.QueryEditorMode.CODE,
        format_val=shape,
        legend_format=manner.say(query.legend),
        ref_id=letter(place),
        datasource=SOURCE,
    )


_NEWEST = common.ReduceDataOptions(values=False, calcs=["lastNotNull"], fields="")
_LEGEND = common.VizLegendOptions(
    common.LegendDisplayMode.LIST, common.LegendPlacement.BOTTOM, show_legend=True, calcs=[]
)
_HOVER = common.VizTooltipOptions(common.TooltipDisplayMode.MULTI, common.SortOrder.DESCENDING)
_OPTIONS: Mapping[Look, object] = {
    Look.FIGURE: stat.Options(
        graph_mode=common.BigValueGraphMode.NONE,
        color_mode=common.BigValueColorMode.VALUE,
        text_mode=common.BigValueTextMode.VALUE_AND_NAME,
        reduce_options=_NEWEST,
        orientation=common.VizOrientation.AUTO,
    ),
    Look.GRAPH: timeseries.Options(legend=_LEGEND, tooltip=_HOVER),
    Look.TIMELINE: statetimeline.Options(
        show_value=common.VisibilityMode.AUTO,
        merge_values=True,
        legend=_LEGEND,
        tooltip=common.VizTooltipOptions(common.TooltipDisplayMode.SINGLE, common.SortOrder.NONE),
    ),
    Look.TABLE: table.Options(cell_height=common.TableCellHeight.SM),
    Look.BARS: bargauge.Options(
        display_mode=common.BarGaugeDisplayMode.BASIC,
        value_mode=common.BarGaugeValueMode.TEXT,
        show_unfilled=True,
        legend=_LEGEND,
        reduce_options=_NEWEST,
        orientation=common.VizOrientation.HORIZONTAL,
    ),
}
