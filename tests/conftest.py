"""Fixtures for every test."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the daemon does."""
    return "asyncio"
