"""Every dashboard in both manners of reading it, and a translator that marks what went through it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from exporters.grafana.boards import BOARDS
from exporters.grafana.build import Manner, dashboard_json

Json = dict[str, Any]


def marked(text: str) -> str:
    """A translation that can be told from the English text."""
    return f"«{text}»"


@pytest.fixture(scope="session")
def english() -> list[Json]:
    """All dashboards in English."""
    return [json.loads(dashboard_json(board, Manner("en", str, "own"))) for board in BOARDS]


@pytest.fixture(scope="session")
def translated() -> list[Json]:
    """All dashboards in a language whose every text bears a mark."""
    return [json.loads(dashboard_json(board, Manner("vi", marked, "own"))) for board in BOARDS]


def inner(value: object) -> Iterator[Json]:
    """Every object inside a JSON value, itself first."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from inner(one)
    elif isinstance(value, list):
        for one in value:
            yield from inner(one)


@pytest.fixture(scope="session")
def objects(english: list[Json]) -> list[Json]:
    """Every object inside all of the English ones."""
    return list(inner(english))
