"""Many devices at once, and a real OpenSSH server. Slow, so with the lab."""

# ruff: noqa: ANN401 - fixtures hand on what they are given

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netwatch.backup.contract import Job, Limits, Outcome, Result
from netwatch.backup.round import Order, results
from netwatch.backup.session import Keys, fetch
from probes.secret import Secret

pytestmark = [pytest.mark.anyio, pytest.mark.lab]

PASSWORD = "mat-khau-bi-mat"
SSHD = "/usr/sbin/sshd"
# Before sshd: a mount namespace in which users are those of a file of ours, without anything else to authenticate by.
START = """\
set -e
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/shadow" /etc/shadow
mkdir -p /run/sshd
exec /usr/sbin/sshd -D -e -f "$1/sshd_config"
"""


@pytest.fixture
def order(tmp_path: Path, pair: tuple[str, str]) -> Order:
    """Ten sessions at once, with the secrets in files."""
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "mask").write_text("khoa-che-rat-dai")
    login = {"kind": "login", "user": "netwatch", "password": f"file:{tmp_path}/password"}
    limits = Limits(sessions=10, deadline=30.0, connect=10.0, largest=1 << 20)
    return Order(pair[1], f"file:{tmp_path}/mask", {"login": login}, limits)


async def test_fifty_devices_are_read_though_some_hang(
    stage: Any, job: Callable[..., Job], order: Order
) -> None:
    """Three that hang and two that are dead take two of ten sessions at most a deadline; all others are read."""
    vendors = ("hp_comware", "mikrotik_routeros", "juniper_junos", "fortinet")
    good = [(f"SW-{n}", vendors[n % 4], stage.put_on(vendors[n % 4])) for n in range(45)]
    bad = [(f"TREO-{n}", stage.put_on("hp_comware", hangs_at="display version")) for n in range(3)]
    wanted = [
        *(job(player, "hp_comware", device=device) for device, player in bad),
        *(job(1, "hp_comware", device=f"CHET-{n}") for n in range(2)),
        *(job(player, vendor, device=device) for device, vendor, player in good),
    ]
    began, usage = time.monotonic(), []
    found: dict[str, Result] = {}
    order = replace(order, limits=replace(order.limits, deadline=20.0))
    async for result in results(order, wanted):
        found[result.device] = result
        usage.append(largest_child())
        if len(found) == 47:
            assert time.monotonic() - began < 18
    outcomes = [found[device].outcome for device, _, _ in good]
    assert outcomes == [Outcome.FETCHED] * 45
    assert {found[device].outcome for device, _ in bad} == {Outcome.DEADLINE}
    assert found["CHET-0"].outcome is Outcome.REFUSED
    assert max(usage) < 150


def largest_child() -> int:
    """The resident size of the process of the sessions, MiB."""
    sizes = [0]
    for path in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        for pid in path.read_text().split():
            pages = (Path("/proc") / pid / "statm").read_text().split()[1]
            sizes.append(int(pages) * os.sysconf("SC_PAGE_SIZE") >> 20)
    return max(sizes)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[int]:
    """The port of a real OpenSSH server on loopback that knows the user netwatch."""
    if os.geteuid() != 0 or not Path(SSHD).exists() or not shutil.which("openssl"):
        pytest.skip("needs root, openssh-server and openssl")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=PASSWORD, capture_output=True, text=True, check=True
    ).stdout.strip()
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    (tmp_path / "passwd").write_text(
        f"root:x:0:0:root:/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/bin/false\nnetwatch:x:1999:1999::{home}:/bin/bash\n"
    )
    (tmp_path / "shadow").write_text(f"root:*:1:::::::\nsshd:*:1:::::::\nnetwatch:{hashed}:19000::::::\n")
    key = tmp_path / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    config = f"ListenAddress 127.0.0.1:{port}\nHostKey {key}\nPasswordAuthentication yes\nUsePAM no\nPidFile none\n"
    (tmp_path / "sshd_config").write_text(config + "StrictModes no\nUseDNS no\n")
    server = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", START, "sh", str(tmp_path)], stderr=subprocess.PIPE, text=True
    )
    try:
        for line in server.stderr or ():
            if "Server listening" in line:
                break
        yield port
    finally:
        server.terminate()
        server.communicate(timeout=10)


def test_a_linux_server_is_read_over_a_real_sshd(
    sshd: int, job: Callable[..., Job], keys: Keys, limits: Limits
) -> None:
    """Its system's name and kernel are told, and its files are in the configuration."""
    login = Secret("login", {"user": "netwatch", "password": PASSWORD})
    result = fetch(job(sshd, "linux"), [login], keys, limits, time.monotonic)
    assert result.outcome is Outcome.FETCHED
    assert "==> /etc/hosts <==" in result.masked
    assert result.facts["kernel"] == os.uname().release
    wrong = Secret("login", {"user": "netwatch", "password": "sai"})
    assert fetch(job(sshd, "linux"), [wrong], keys, limits, time.monotonic).outcome is Outcome.CREDENTIALS
