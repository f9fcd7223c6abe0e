"""How values look: mappings to words, colours, thresholds, and the columns of tables, as Grafana's own types.

What has no value at all gets words and a colour of its own everywhere: Grafana would give it the colour of the lowest
threshold.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from grafana_foundation_sdk.models import common, dashboard

from exporters.grafana.model import Colour, Column, Look, Panel, Query, Words
from exporters.grafana.words import NO_DATA

Translate: TypeAlias = Callable[[str], str]
Properties: TypeAlias = list[dashboard.DynamicConfigValue]
Override: TypeAlias = dashboard.DashboardFieldConfigSourceOverrides
FIXED, BY_THRESHOLD = dashboard.FieldColorModeId.FIXED, dashboard.FieldColorModeId.THRESHOLDS
# Where the numbers of each query stand in a table that is put together of several, and of one.
VALUE, VALUE_OF = "Value", "Value #{}"


def letter(place: int) -> str:
    """The name of a query within its panel: A, B..."""
    return chr(ord("A") + place)


def mappings(words: Words, translate: Translate) -> list[dashboard.ValueMapping]:
    """Words for values, and for there being none."""
    named = {
        value: dashboard.ValueMappingResult(text=translate(word.text), color=str(word.colour), index=place)
        for place, (value, word) in enumerate(words.items())
    }
    nothing = dashboard.SpecialValueMap(
        dashboard.DashboardSpecialValueMapOptions(
            dashboard.SpecialValueMatch.NULL_AND_NAN,
            dashboard.ValueMappingResult(translate(NO_DATA), str(Colour.UNKNOWN), index=len(named)),
        )
    )
    return [dashboard.ValueMap(named), nothing] if named else [nothing]


def field_defaults(panel: Panel, translate: Translate) -> dashboard.FieldConfig:
    """What holds of all values of a panel."""
    return dashboard.FieldConfig(
        unit=panel.unit,
        decimals=panel.decimals,
        min_val=0 if panel.unit == "percentunit" or panel.look is Look.BARS else None,
        max_val=panel.most,
        mappings=mappings(panel.words, translate),
        thresholds=_thresholds(panel),
        color=dashboard.FieldColor(_mode(panel), str(Colour.PLAIN)),
        no_value=translate(NO_DATA),
        custom=_custom(panel),
    )


def _mode(panel: Panel) -> dashboard.FieldColorModeId:
    if panel.words:
        return BY_THRESHOLD
    return dashboard.FieldColorModeId.PALETTE_CLASSIC if panel.look is Look.GRAPH else FIXED


def _thresholds(panel: Panel) -> dashboard.ThresholdsConfig:
    steps = [dashboard.Threshold(None, str(Colour.UNKNOWN if panel.words else Colour.PLAIN))]
    if panel.limit is not None:
        steps.append(dashboard.Threshold(panel.limit, str(Colour.WARNING)))
    return dashboard.ThresholdsConfig(steps=steps)


def _custom(panel: Panel) -> object:
    if panel.look is not Look.GRAPH:
        return None
    mode = common.StackingMode.NORMAL if panel.stacked else common.StackingMode.NONE
    drawn = (
        common.GraphThresholdsStyleMode.LINE
        if panel.limit is not None
        else common.GraphThresholdsStyleMode.OFF
    )
    return common.GraphFieldConfig(
        line_width=1,
        fill_opacity=60 if panel.stacked else 0,
        show_points=common.VisibilityMode.NEVER,
        stacking=common.StackingConfig(mode, "A"),
        thresholds_style=common.GraphThresholdsStyleConfig(drawn),
        # A gap is a time of which nothing is known, and stays one.
        span_nulls=False,
    )


def overrides(panel: Panel, translate: Translate, address: Callable[[Column], str]) -> list[Override]:
    """What differs from value to value: colours of curves, or units, words and links of columns."""
    if panel.look is Look.TABLE:
        return [one for column in panel.columns for one in _of_column(column, translate, address)]
    coloured = [(place, query) for place, query in enumerate(panel.queries) if query.colour]
    return [_override("byFrameRefID", letter(place), _coloured(query, panel)) for place, query in coloured]


def _coloured(query: Query, panel: Panel) -> Properties:
    if panel.look is Look.FIGURE and panel.unit == "short":
        # A number of things, of which none is worth no colour.
        steps = [dashboard.Threshold(None, str(Colour.PLAIN)), dashboard.Threshold(1, str(query.colour))]
        return [
            dashboard.DynamicConfigValue("thresholds", dashboard.ThresholdsConfig(steps=steps)),
            dashboard.DynamicConfigValue("color", dashboard.FieldColor(BY_THRESHOLD)),
        ]
    return [dashboard.DynamicConfigValue("color", dashboard.FieldColor(FIXED, str(query.colour)))]


def _override(how: str, what: str, properties: Properties) -> Override:
    return Override(dashboard.MatcherConfig(how, what), properties)


def _of_column(column: Column, translate: Translate, address: Callable[[Column], str]) -> Sequence[Override]:
    """Its own, and for what its link carries a column that is hidden."""
    values: Properties = []
    if column.unit:
        values.append(dashboard.DynamicConfigValue("unit", column.unit))
    if column.decimals is not None:
        values.append(dashboard.DynamicConfigValue("decimals", column.decimals))
    if column.words:
        values.append(dashboard.DynamicConfigValue("mappings", mappings(column.words, translate)))
        shown = {"type": str(common.TableCellDisplayMode.COLOR_TEXT)}
        values.append(dashboard.DynamicConfigValue("custom.cellOptions", shown))
    if column.leads_to:
        link = {"title": translate(column.heading), "url": address(column)}
        values.append(dashboard.DynamicConfigValue("links", [link]))
    hidden = [dashboard.DynamicConfigValue("custom.hidden", True)]
    carried = (_override("byName", label, hidden) for label in column.carrying.values())
    return [_override("byName", translate(column.heading), values), *carried] if values else [*carried]


def arranged(panel: Panel, translate: Translate) -> list[dashboard.DataTransformerConfig]:
    """One table of all queries, with the columns that are wanted, in order, under their headings."""
    if panel.look is not Look.TABLE:
        return []
    kept = [name for column in panel.columns for name in (*_fields(column), *column.carrying.values())]
    renamed = {name: translate(column.heading) for column in panel.columns for name in _fields(column)}
    first = VALUE_OF.format("A")
    if first in renamed:
        # With a single series Grafana leaves the letter out.
        kept.insert(kept.index(first), VALUE)
        renamed[VALUE] = renamed[first]
    order = {name: place for place, name in enumerate(dict.fromkeys(kept))}
    sort = [translate(column.heading) for column in panel.columns if panel.descending == column.source]
    steps = [
        ("merge", {}),
        ("filterFieldsByName", {"include": {"names": list(order)}}),
        ("organize", {"excludeByName": {}, "indexByName": order, "renameByName": renamed}),
        *(("sortBy", {"fields": {}, "sort": [{"field": field, "desc": True}]}) for field in sort),
    ]
    return [dashboard.DataTransformerConfig(id_val=name, options=options) for name, options in steps]


def _fields(column: Column) -> tuple[str, ...]:
    return (VALUE_OF.format(column.source),) if column.source.isupper() else (column.source,)
