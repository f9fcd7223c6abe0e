"""The real daemon on a real disk that fills up, or that is read-only."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netwatch.store.integrity import check_integrity

if TYPE_CHECKING:
    from conftest import Installation

pytestmark = pytest.mark.lab
# The shell that mounted the disk stays its namespace's first process, so that it is there before and after the daemon.
MOUNT = 'mount -t tmpfs -o size=3m,mode=700 tmpfs "$0" && exec sleep 300'


@dataclass(frozen=True)
class Disk:
    """A disk of 3 MB that only exists in the mount namespace of a process."""

    process: "subprocess.Popen[bytes]"
    folder: Path

    @property
    def entry(self) -> tuple[str, ...]:
        """What puts a command into that namespace, beside the folder."""
        enter = ("nsenter", "-t", str(self.process.pid), "-U", "-m", "--preserve-credentials")
        return (*enter, "sh", "-c", 'cd "$0/.." && exec "$@"', str(self.folder))

    @property
    def seen(self) -> Path:
        """The folder as seen from outside."""
        return Path(f"/proc/{self.process.pid}/root{self.folder}")

    def run(self, script: str) -> bool:
        """Whether a shell script with the folder as $0 succeeds there."""
        line = [*self.entry, "sh", "-c", script, str(self.folder)]
        return subprocess.run(line, check=False, capture_output=True).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """The disk at `tmp_path/disk`."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("namespaces are refused here")
    folder = tmp_path / "disk"
    folder.mkdir()
    with subprocess.Popen(["unshare", "-rm", "sh", "-c", MOUNT, str(folder)]) as process:
        made = Disk(process, folder)
        while not made.run('mountpoint -q "$0"'):
            assert process.poll() is None
        yield made
        process.kill()


def set_up(place: "Installation", disk: Disk) -> None:
    """Two switches that answer, and the database on the small disk."""
    place.responder.alive = frozenset({"127.9.0.1", "127.9.0.2"})
    assert place.bring_in({"sw": "127.9.0.1", "ap": "127.9.0.2"}) == 0
    place.write(f'{place.settings}[store]\nurl = "sqlite:///{disk.folder}/netwatch.db"\n')
    assert disk.run('cp "$0/../netwatch.db" "$0/"')


def outage(place: "Installation", word: str, mend: Callable[[], None]) -> None:
    """A switch falls silent and comes back, another falls silent; then the disk is mended."""
    place.responder.alive = frozenset({"127.9.0.2"})
    place.until(lambda: place.verdict("sw", "down"))
    place.until(lambda: place.ails() == [f"store_{word}"])
    looks = place.metric('netwatch_looks_total{outcome="known"}')
    place.responder.alive = frozenset({"127.9.0.1"})
    place.until(lambda: place.verdict("sw", "up") and place.verdict("ap", "down"))
    place.until(lambda: place.metric("netwatch_store_behind_seconds") > 3)
    assert place.metric('netwatch_looks_total{outcome="known"}') > looks
    mend()
    place.until(lambda: place.ails() == [] and place.metric("netwatch_store_behind_seconds") < 1)
    assert place.stop() == 0
    told = [line for line in place.log.splitlines() if " netwatch.recording: " in line]
    assert [line.split()[2] for line in told] == ["ERROR", "WARNING"]
    assert f"cannot be written ({word}:" in told[0]


def test_a_disk_that_fills_and_is_freed(place: "Installation", disk: Disk) -> None:
    """Something else takes the last byte; once it is deleted everything is written, in order and with its own times."""
    set_up(place, disk)
    place.start(*disk.entry)
    place.until(lambda: place.verdict("sw", "up") and place.verdict("ap", "up"))
    assert disk.run('dd if=/dev/zero of="$0/ballast" bs=4k; true')
    outage(place, "full", (disk.seen / "ballast").unlink)
    shutil.copy(disk.seen / "netwatch.db", place.database)
    assert check_integrity(f"sqlite:///{place.database}") == ()
    assert [row[0] for row in place.verdicts("sw")][-3:] == ["up", "down", "up"]
    assert [row[0] for row in place.verdicts("ap")][-2:] == ["up", "down"]


def test_a_start_on_a_read_only_disk_is_refused(place: "Installation", disk: Disk) -> None:
    """In a sentence that names the database."""
    set_up(place, disk)
    assert disk.run('mount -o remount,ro "$0"')
    assert place.begin(*disk.entry).wait(30) == 1
    assert place.log.startswith("The database cannot be used: ")
    assert str(disk.folder) in place.log
    assert len(place.log.splitlines()) == 1
