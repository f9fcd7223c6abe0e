"""Every dashboard is what Grafana's own types say, strictly: no key they do not know, no value of another type.

The SDK is made from Grafana's schema. Its readers take anything; here its annotations are held against the JSON: which
attribute becomes which key is asked of each class, by writing an object whose attributes are all marked.
"""

import enum
import json
import types
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
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

from exporters.grafana.boards import BOARDS

Json = dict[str, Any]
# What the types leave open, by panel: its options, and what is its own in the settings of fields.
OPTIONS: Mapping[str, type] = {
    "stat": stat.Options,
    "timeseries": timeseries.Options,
    "state-timeline": statetimeline.Options,
    "table": table.Options,
    "bargauge": bargauge.Options,
}
CUSTOM: Mapping[str, type] = {
    "timeseries": common.GraphFieldConfig,
    "state-timeline": statetimeline.FieldConfig,
    "table": common.TableFieldOptions,
}
# Settings of fields as overrides name them.
PROPERTIES: Mapping[str, Any] = {
    "unit": str,
    "decimals": float,
    "mappings": list[dashboard.ValueMap | dashboard.SpecialValueMap],
    "links": list[dict[str, str]],
    "color": dashboard.FieldColor,
    "thresholds": dashboard.ThresholdsConfig,
    "custom.hidden": bool,
    "custom.cellOptions": dict[str, str],
}
# What Grafana's Prometheus source keeps in annotations beside what the types know (its editor's "Title").
BESIDE: Mapping[type, frozenset[str]] = {dashboard.AnnotationQuery: frozenset({"titleFormat"})}


class Marked:
    """Stands for a value, to see under which key it comes out."""

    def __init__(self, attribute: str) -> None:
        self.attribute = attribute


@cache
def keys(kind: type) -> Mapping[str, Any]:
    """The JSON keys of a class of the SDK, each with its type."""
    hints = typing.get_type_hints(kind)
    empty = object.__new__(kind)
    for attribute in hints:
        setattr(empty, attribute, Marked(attribute))
    written = empty.to_json()
    return {
        key: hints[one.attribute] if isinstance(one, Marked) else type(one) for key, one in written.items()
    }


def faults(hint: Any, value: object, where: str) -> Iterator[str]:  # noqa: ANN401 - any annotation
    """What is wrong with a value of this type, each with its place."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        each = [list(faults(one, value, where)) for one in arguments]
        if all(each):
            yield min(each, key=len)[0]
    elif origin is list:
        yield from _of_list(arguments[0], value, where)
    elif origin is dict:
        yield from _of_mapping(arguments[1], value, where)
    elif origin is typing.Literal:
        if value not in arguments:
            yield f"{where}: {value!r} is none of {arguments}"
    elif isinstance(hint, type) and hasattr(hint, "to_json"):
        yield from _of_class(hint, value, where)
    else:
        yield from _of_plain(hint, value, where)


def _of_list(hint: Any, value: object, where: str) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(value, list):
        yield f"{where}: {value!r} is no list"
        return
    for place, one in enumerate(value):
        yield from faults(hint, one, f"{where}[{place}]")


def _of_mapping(hint: Any, value: object, where: str) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no mapping"
        return
    for key, one in value.items():
        yield from faults(hint, one, f"{where}.{key}")


def _of_plain(hint: Any, value: object, where: str) -> Iterator[str]:  # noqa: ANN401
    if hint in (Any, object):
        return
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        if value not in {one.value for one in hint}:
            yield f"{where}: {value!r} is no {hint.__name__}"
    elif hint is type(None):
        if value is not None:
            yield f"{where}: {value!r} is not null"
    elif hint is float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{where}: {value!r} is no number"
    elif type(value) is not hint:
        yield f"{where}: {value!r} is no {hint}"


def _of_class(kind: type, value: object, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no {kind.__name__}"
        return
    known = keys(kind)
    yield from (
        f"{where}: no key {key}" for key in value.keys() - known.keys() - BESIDE.get(kind, frozenset())
    )
    for key in known.keys() & value.keys():
        # Of queries the types say only that they are some.
        hint = list[prometheus.Dataquery] if key == "targets" else known[key]
        yield from faults(hint, value[key], f"{where}.{key}")


def of_panel(panel: Json, where: str) -> Iterator[str]:
    """What is wrong with a panel, with what is its own sort's."""
    if panel["type"] == "row":
        yield from faults(dashboard.RowPanel, panel, where)
        return
    yield from faults(dashboard.Panel, panel, where)
    yield from faults(OPTIONS[panel["type"]], panel["options"], f"{where}.options")
    config = panel["fieldConfig"]
    if "custom" in config["defaults"]:
        yield from faults(CUSTOM[panel["type"]], config["defaults"]["custom"], f"{where}.custom")
    for override in config["overrides"]:
        for one in override["properties"]:
            yield from faults(PROPERTIES[one["id"]], one["value"], f"{where}.{one['id']}")


def of_dashboard(board: Json) -> list[str]:
    """All that is wrong with a dashboard."""
    whole = list(faults(dashboard.Dashboard, board, "dashboard"))
    return [
        *whole,
        *(fault for n, one in enumerate(board["panels"]) for fault in of_panel(one, f"panel {n}")),
    ]


@pytest.mark.parametrize("place", range(len(BOARDS)), ids=[board.name for board in BOARDS])
def test_every_dashboard_is_what_the_types_say(
    place: int, english: list[Json], translated: list[Json]
) -> None:
    """In both languages, to the last key."""
    assert of_dashboard(english[place]) == []
    assert of_dashboard(translated[place]) == []


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda board: board.update(titel="x"), "no key titel"),
        (lambda board: board["panels"][1].update(gridPos="above"), "is no GridPos"),
        (lambda board: board["panels"][1]["targets"][0].update(expression="up"), "no key expression"),
        (lambda board: board["panels"][1]["options"].update(colorMode="pink"), "is no BigValueColorMode"),
        (lambda board: board["panels"][1]["fieldConfig"]["defaults"].update(decimals="two"), "'two'"),
        (lambda board: board["templating"]["list"][1].update(type="queries"), "is no VariableType"),
    ],
)
def test_the_check_refuses_what_grafana_would_not_know(damage: Any, fault: str, english: list[Json]) -> None:  # noqa: ANN401
    """A slip in any place is found: the check is worth something."""
    board = json.loads(json.dumps(english[0]))
    damage(board)
    assert any(fault in one for one in of_dashboard(board))
