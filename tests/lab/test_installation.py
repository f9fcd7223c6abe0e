"""Installs the service as an administrator does, without network, and treats it as a bad day does.

Everything happens in a mount and network namespace of the test's own: /usr/local, /etc, /var/lib and /run there are
layers over the machine's, so the real paths, users and modes are tested and the machine is left as it was.
"""

import os
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
UNIT = "/etc/systemd/system/netwatch.service"
SETTINGS = "/etc/netwatch/netwatch.toml"
DATABASE = "/var/lib/netwatch/netwatch.db"
NEEDED = (
    "unshare",
    "nsenter",
    "setpriv",
    "ip",
    "make",
    "systemd-analyze",
    "systemd-sysusers",
    "systemd-tmpfiles",
)
missing = [tool for tool in NEEDED if shutil.which(tool) is None]
pytestmark = [
    pytest.mark.lab,
    pytest.mark.timeout(500),
    pytest.mark.skipif(os.geteuid() != 0, reason="making users and mounts needs root"),
    pytest.mark.skipif(bool(missing), reason=f"not installed: {' '.join(missing)}"),
]

LAYERS = """
set -e
ip link set lo up
for folder in usr/local etc var/lib; do
    name=$(echo $folder | tr / -)
    mkdir -p "$1/$name-upper" "$1/$name-work"
    mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$1/$name-upper,workdir=$1/$name-work" "/$folder"
done
mount -t tmpfs tmpfs /run
echo ready
read -r _
"""
READY = """
import sys, threading, urllib.request
for _ in range(300):
    try:
        print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())
        break
    except OSError as error:
        if getattr(error, "code", None):
            print(error.code, error.read().decode())
            break
        threading.Event().wait(0.1)
else:
    sys.exit("no answer from " + sys.argv[1])
"""
# What the unit sets that a plain process can set too, in the order in which systemd does.
AS_SERVICE = """
import ctypes, os, sys
os.umask(0o077)
MDWE, REFUSE_EXEC_GAIN = 65, 1
ctypes.CDLL(None).prctl(MDWE, REFUSE_EXEC_GAIN, 0, 0, 0)
rights = ["--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw"]
user = ["--reuid=netwatch", "--regid=netwatch", "--init-groups", "--no-new-privs"]
os.execvp("setpriv", ["setpriv", *user, *rights, *sys.argv[1:]])
"""


@dataclass(frozen=True)
class Machine:
    """A machine to install on: commands run in its namespaces."""

    pid: int
    folder: Path

    def within(self, *command: str) -> list[str]:
        """The command line that runs a command there."""
        return [
            "nsenter",
            f"--mount=/proc/{self.pid}/ns/mnt",
            f"--net=/proc/{self.pid}/ns/net",
            "--",
            *command,
        ]

    def run(self, *command: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run to the end; standard error is joined to the output."""
        shell = ["env", "-C", str(folder or "/"), *command]
        return subprocess.run(
            self.within(*shell),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )

    def ask(self, *command: str) -> str:
        """The output of a command that must succeed."""
        done = self.run(*command)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}"
        return done.stdout.strip()

    def read(self, url: str) -> str:
        """What an address of the machine answers, as soon as it answers."""
        return self.ask("/usr/local/lib/netwatch/bin/python", "-c", READY, url)

    def unit(self, key: str) -> str:
        """One value of the installed unit."""
        lines = self.ask("cat", UNIT).splitlines()
        return next(line.partition("=")[2] for line in lines if line.startswith(f"{key}="))

    @contextmanager
    def service(self) -> Iterator[subprocess.Popen[bytes]]:
        """The unit's ExecStart run as its user with its rights, stopped at the end however the test goes."""
        self.ask("install", "-d", "-m", "0750", "-o", "netwatch", "-g", "netwatch", "/run/netwatch")
        start = [sys.executable, "-I", "-c", AS_SERVICE, *self.unit("ExecStart").split()]
        with (self.folder / "service.log").open("ab") as log:
            started = subprocess.Popen(self.within(*start), stdout=log, stderr=log, cwd="/")
        try:
            yield started
        finally:
            started.kill()
            started.wait()

    def log(self) -> str:
        """What the service wrote so far."""
        return (self.folder / "service.log").read_text("utf-8")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The offline bundle, unpacked: made with the network, used without."""
    folder = tmp_path_factory.mktemp("bundle")
    made = subprocess.run(
        ["make", "offline-bundle", f"OUT={folder}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with layers over its folders and a network of its own that leads nowhere."""
    folder = tmp_path_factory.mktemp("machine")
    holder = subprocess.Popen(
        ["unshare", "--mount", "--net", "bash", "-c", LAYERS, "bash", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        said = holder.stdout.readline()
        if said.strip() != "ready":
            pytest.skip(f"no namespaces with layered folders here: {said.strip()}")
        yield Machine(holder.pid, folder)
    finally:
        holder.stdin.close()
        holder.stdout.close()
        holder.wait()


@pytest.fixture(scope="module")
def installed(machine: Machine, bundle: Path) -> Machine:
    """The machine after `make install` in the unpacked bundle."""
    done = machine.run("make", "install", folder=bundle)
    assert done.returncode == 0, done.stdout
    assert "systemd is not running here" in done.stdout
    return machine


def test_everything_has_its_owner_and_mode(installed: Machine) -> None:
    """Settings are readable by the group, secrets and data by the service alone, and the rest by everyone."""
    expected = {
        "/etc/netwatch": "root:netwatch 750",
        SETTINGS: "root:netwatch 640",
        "/etc/netwatch/secrets": "netwatch:netwatch 700",
        "/var/lib/netwatch": "netwatch:netwatch 750",
        UNIT: "root:root 644",
        "/usr/local/lib/netwatch": "root:root 755",
    }
    found = {path: installed.ask("stat", "-c", "%U:%G %a", path) for path in expected}
    assert found == expected
    assert installed.ask("getent", "passwd", "netwatch").endswith("/nologin")
    assert (
        installed.ask("readlink", "-f", "/usr/local/bin/netwatch") == "/usr/local/lib/netwatch/bin/netwatch"
    )


def test_the_unit_is_sound_and_starts_at_boot(installed: Machine) -> None:
    """systemd-analyze finds no fault in the unit as installed, and it is wanted at boot."""
    assert installed.ask("systemd-analyze", "verify", "--man=no", UNIT) == ""
    assert installed.ask("systemctl", "is-enabled", "netwatch.service") == "enabled"
    assert "OK" in installed.ask("systemd-analyze", "security", "--offline=true", "--threshold=25", UNIT)


def test_the_installed_settings_are_valid(installed: Machine) -> None:
    """`netwatch check` finds nothing to mend in the file as it is laid, and its paths are the service's."""
    user = ["setpriv", "--reuid=netwatch", "--regid=netwatch", "--init-groups"]
    installed.ask(*user, "/usr/local/bin/netwatch", "check", "--config", SETTINGS)
    text = installed.ask("cat", SETTINGS)
    assert f'url = "sqlite:///{DATABASE}"' in text
    assert 'control_socket = "/run/netwatch/control.sock"' in text


def test_the_service_survives_kill_9(installed: Machine) -> None:
    """The ExecStart, run as its user, answers; killed and started again it answers again on a sound database."""
    health = "http://127.0.0.1:9877/healthz"
    with installed.service() as first:
        assert '"healthy":true' in installed.read(health)
        assert first.poll() is None, installed.log()
        status = Path(f"/proc/{first.pid}/status").read_text("utf-8")
        rights = {line.split(":")[0]: line.split()[1:] for line in status.splitlines()}
        assert int(rights["CapEff"][0], 16) == 1 << 13
        assert set(rights["Uid"]) == {installed.ask("id", "-u", "netwatch")}
        assert rights["NoNewPrivs"] == ["1"]
        assert installed.ask("stat", "-c", "%U %a", DATABASE) == "netwatch 600"
        first.kill()
        first.wait()
    with installed.service() as second:
        assert '"healthy":true' in installed.read(health)
        second.send_signal(signal.SIGHUP)
        assert installed.read(health)
        second.terminate()
        assert second.wait(timeout=30) == 0, installed.log()
    check = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute('pragma integrity_check').fetchone())"
    assert installed.ask("/usr/bin/python3", "-c", check, DATABASE) == "ok"


def test_an_upgrade_keeps_what_the_operator_wrote(installed: Machine, bundle: Path) -> None:
    """A second `make install` renews the environment and leaves settings and data alone."""
    installed.ask("bash", "-c", f"echo '# ours' >>{SETTINGS}; echo kept >/var/lib/netwatch/kept")
    done = installed.run("make", "install", folder=bundle)
    assert done.returncode == 0, done.stdout
    assert installed.ask("tail", "-n", "1", SETTINGS) == "# ours"
    assert installed.ask("cat", "/var/lib/netwatch/kept") == "kept"
    assert installed.ask("bash", "-c", "ls -d /usr/local/lib/netwatch*") == "/usr/local/lib/netwatch"


def test_removing_keeps_data_until_told_otherwise(installed: Machine, bundle: Path) -> None:
    """`make uninstall` leaves settings, data and user; PURGE=1 leaves nothing."""
    assert installed.run("make", "uninstall", folder=bundle).returncode == 0
    assert installed.ask("bash", "-c", f"ls /usr/local/bin/netwatch {UNIT} 2>/dev/null || true") == ""
    assert installed.ask("cat", "/var/lib/netwatch/kept") == "kept"
    assert installed.run("make", "uninstall", "PURGE=1", folder=bundle).returncode == 0
    places = "/etc/netwatch /var/lib/netwatch /usr/local/{lib,share}/netwatch*"
    traces = f"ls -d {places} 2>/dev/null; getent passwd netwatch"
    assert installed.ask("bash", "-c", f"{traces} || true") == ""


def test_files_for_a_package_work_where_they_are_laid(bundle: Path, tmp_path: Path) -> None:
    """With DESTDIR no user is made; the unit's command runs below that folder and finds its settings."""
    done = subprocess.run(
        ["make", "install", f"DESTDIR={tmp_path}", "PREFIX=/usr", "UNITDIR=/usr/lib/systemd/system"],
        cwd=bundle,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no user was made" in done.stdout
    laid = {"etc/netwatch": 0o750, "etc/netwatch/netwatch.toml": 0o640, "etc/netwatch/secrets": 0o700}
    laid |= {"var/lib/netwatch": 0o750, "usr/lib/tmpfiles.d/netwatch.conf": 0o644}
    laid |= {"usr/share/netwatch/netwatch.rules.yml": 0o644}
    laid |= {"usr/lib/sysusers.d/netwatch.conf": 0o644, "usr/lib/systemd/system/netwatch.service": 0o644}
    assert {name: (tmp_path / name).stat().st_mode & 0o777 for name in laid} == laid
    unit = (tmp_path / "usr/lib/systemd/system/netwatch.service").read_text("utf-8")
    start = next(line.partition("=")[2] for line in unit.splitlines() if line.startswith("ExecStart="))
    command = start.split()
    assert command[:4] == ["/usr/lib/netwatch/bin/python", "-I", "-m", "netwatch"]
    shown = subprocess.run(
        [f"{tmp_path}{command[0]}", *command[1:4], "--version"], capture_output=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    names = [str(path) for path in (tmp_path / "usr/lib/netwatch/bin").iterdir() if path.is_file()]
    assert not [name for name in names if str(tmp_path).encode() in Path(name).read_bytes()[:512]]
