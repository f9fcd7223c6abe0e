"""Fixtures for every test."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

# The same examples every time, however busy the machine is; `make fuzz` is for finding new ones, with more of them.
FUZZING = "FUZZ_SECONDS" in os.environ
settings.register_profile(
    "netwatch",
    deadline=None,
    max_examples=200 if FUZZING else 50,
    derandomize=not FUZZING,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("netwatch")

# Oldest last: the newest installed server is taken.
POSTGRESQL_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
UNPRIVILEGED = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the daemon does."""
    return "asyncio"


def _run(folder: Path, *command: str) -> None:
    # The server refuses to run as root.
    user = UNPRIVILEGED if os.geteuid() == 0 else ()
    done = subprocess.run(
        [*user, *command], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of Debian's package on a Unix socket, for this run; the URL of its maintenance database."""
    if not POSTGRESQL_PROGRAMS:
        pytest.skip("no PostgreSQL server under /usr/lib/postgresql (apt-get install postgresql)")
    programs = POSTGRESQL_PROGRAMS[0].parent
    # Not pytest's own folder, which only root may enter; short, because a socket's path is at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="netwatch-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    data, options = (
        str(folder / "data"),
        f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off",
    )
    _run(folder, f"{programs}/initdb", "-D", data, "-U", "netwatch", "-A", "trust", "-E", "UTF8", "--no-sync")
    _run(folder, f"{programs}/pg_ctl", "-w", "-D", data, "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://netwatch@/postgres?host={folder}"
    finally:
        _run(folder, f"{programs}/pg_ctl", "-m", "immediate", "-D", data, "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgresql_database(postgresql_url: str) -> Callable[..., str]:
    """Make one more database on the server, empty or a copy of the one whose URL is given, and tell its URL."""
    numbers = itertools.count(1)
    plain = postgresql_url.replace("+psycopg", "")

    def make(template: str | None = None) -> str:
        name = f"t{next(numbers)}"
        with psycopg.connect(plain, autocommit=True) as connection:
            source = make_url(template).database if template else "template1"
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        return postgresql_url.replace("/postgres?", f"/{name}?")

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind; tests that use it run twice."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/netwatch.db"
    make: Callable[..., str] = request.getfixturevalue("new_postgresql_database")
    return make()
