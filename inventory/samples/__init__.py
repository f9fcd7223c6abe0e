"""A tiny inventory to try things on: DỮ LIỆU MẪU / SAMPLE DATA, every agency in it is invented."""

import tomllib
from importlib.resources import files

from inventory.incoming import IncomingRow


def sample_rows() -> tuple[IncomingRow, ...]:
    """The rows of `sample.toml`, numbered per kind from 1."""
    tables = tomllib.loads(files("inventory.samples").joinpath("sample.toml").read_text(encoding="utf-8"))
    return tuple(
        IncomingRow(kind, kind, number, row)
        for kind, rows in tables.items()
        for number, row in enumerate(rows, start=1)
    )
