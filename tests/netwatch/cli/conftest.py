"""Runs the real command line in this process; a folder with settings and sample data; a daemon that answers."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from netwatch.cli.at_rest import present
from netwatch.cli.main import main
from netwatch.control.fake import FakeDaemon, answering
from netwatch.settings import load
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

SAMPLE = Path(__file__).parents[3] / "inventory" / "samples" / "sample.toml"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the command printed
        """Its output as JSON."""
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a settings file."""
    (tmp_path / "netwatch.toml").write_text(
        "[inventory]\nsample = true\n[anchors]\naddresses = []\n", "utf-8"
    )
    return tmp_path


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command on that folder, in English unless another language is named."""

    def command(*words: object) -> Outcome:
        language = () if "--lang" in words else ("--lang", "en")
        capfd.readouterr()
        code = main(["--config", str(home / "netwatch.toml"), *language, *map(str, words)])
        return Outcome(code, *capfd.readouterr())

    return command


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the sample inventory, imported once for all tests."""
    folder = tmp_path_factory.mktemp("stock")
    (folder / "netwatch.toml").touch()
    assert main(["--config", str(folder / "netwatch.toml"), "import", str(SAMPLE)]) == 0
    return folder / "netwatch.db"


@pytest.fixture
def stocked(run: Run, stock: Path, home: Path) -> Run:
    """The same on a copy of that database."""
    shutil.copy(stock, home / "netwatch.db")
    return run


@pytest.fixture
def daemon(stocked: Run, home: Path) -> Iterator[FakeDaemon]:
    """A daemon that answers for that folder."""
    settings = load(home / "netwatch.toml", {}).settings
    store = open_store(settings.store.url, Holder("here", 1, 0, "0"))
    now = round(NOON.timestamp() * 1_000_000)
    fake = FakeDaemon(store.engine, NOON, present(store, settings, now, NOON.date()))
    with answering(fake, Path(settings.daemon.control_socket)):
        yield fake
    store.close()
