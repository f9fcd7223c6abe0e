"""The dashboards, in the order in which people meet them."""

from collections.abc import Mapping
from types import MappingProxyType

from exporters.grafana.boards import (
    agency,
    conferencing,
    coverage,
    itself,
    lightning,
    line,
    overview,
    site,
)
from exporters.grafana.model import Board, texts_of
from exporters.grafana.words import NO_DATA

BOARDS = (
    overview.BOARD,
    agency.BOARD,
    site.BOARD,
    line.BOARD,
    conferencing.BOARD,
    lightning.BOARD,
    coverage.BOARD,
    itself.BOARD,
)


def _texts(board: Board) -> Mapping[str, str]:
    return {text: text for text in texts_of(board)}


# Every English text of every dashboard, which `netwatch` translates.
TEXTS: Mapping[str, str] = MappingProxyType(
    {NO_DATA: NO_DATA, **{text: text for board in BOARDS for text in _texts(board)}}
)
