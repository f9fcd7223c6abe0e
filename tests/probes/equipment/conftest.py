"""Where the recordings of real devices are."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def recordings() -> Path | None:
    """The folder of PyPI's snmpsim-data; None when it is not installed."""
    found = importlib.util.find_spec("snmpsim_data")
    return Path(found.origin).parent / "data" if found is not None and found.origin else None
