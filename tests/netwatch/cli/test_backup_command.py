"""`netwatch backup` on a folder of its own, without a daemon and with one; devices are those of other tests."""

import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from inventory.snapshot import Device
from netwatch.backup import records
from netwatch.backup.contract import HostKey, Outcome, Result
from netwatch.backup.sealing import seal
from netwatch.control.fake import FakeDaemon
from netwatch.settings import load
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

Run = Callable[..., Any]
BEFORE = "hostname A\nenable secret <hidden 11111111>\nend\n"
AFTER = "hostname B\nenable secret <hidden 22222222>\nend\n"
COMPLETE = "hostname B\nenable secret 0 Bi-Mat\nend\n"


@pytest.fixture
def keyed(run: Run, home: Path) -> str:
    """Settings with a new pair of keys; the public one."""
    made = run("backup", "keygen", home / "private.key", "--mask-key", home / "backup.mask")
    assert made.code == 0
    section = made.out[made.out.index("[backup]") :]
    settings = home / "netwatch.toml"
    settings.write_text(settings.read_text() + section, "utf-8")
    return str(re.findall(r'public_key = "([^"]+)"', section)[0])


@pytest.fixture
def kept(stocked: Run, home: Path, keyed: str) -> Run:
    """Two versions of one device, which showed another host key since."""
    store = open_store(load(home / "netwatch.toml", {}).settings.store.url, Holder("here", 1, 0, "0"))
    keep(store.engine, keyed)
    store.close()
    return stocked


def keep(engine: Engine, public: str) -> None:
    """Two versions, a pinned key and an offered one."""
    for now, masked, content in ((1_000_000, BEFORE, "a"), (2_000_000, AFTER, "b")):
        one = HostKey("ssh-ed25519", "AAAA")
        result = Result(
            "SW-1", Outcome.FETCHED, sealed=seal(COMPLETE, public), masked=masked, content=content, lines=3,
            changed_by="minh", host_key=one,
        )  # fmt: skip
        records.take(engine, result, "cisco_ios", now, 10)
    changed = Result("SW-1", Outcome.HOST_KEY, host_key=HostKey("ssh-ed25519", "BBBB"))
    records.take(engine, changed, "cisco_ios", 3_000_000, 10)


def test_keys_are_private_and_never_overwritten(run: Run, home: Path, keyed: str) -> None:
    """Both files are readable by their owner alone; a second call changes nothing."""
    for name in ("private.key", "backup.mask"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    before = (home / "private.key").read_text()
    again = run("backup", "keygen", home / "private.key", "--mask-key", home / "backup.mask")
    assert (again.code, (home / "private.key").read_text()) == (1, before)
    assert "exists already" in again.err
    assert before.strip() not in again.out
    assert load(home / "netwatch.toml", {}).settings.backup.public_key == keyed


def test_without_a_key_it_is_said(stocked: Run) -> None:
    """A list says that nothing is read, and a run fails, in Vietnamese too."""
    assert "there is no key to seal it to" in stocked("backup", "list").err
    assert "chưa có khóa" in stocked("--lang", "vi", "backup", "list").err


def test_versions_are_listed_shown_and_compared(kept: Run) -> None:
    """The difference names both versions and shows that the secret is another, not what it is."""
    log = kept("backup", "log", "SW-1", "--json").json
    assert [(one["id"], one["changed_by"], one["added"]) for one in log] == [(2, "minh", 2), (1, "minh", 3)]
    assert kept("backup", "show", "SW-1").out == AFTER
    assert kept("backup", "show", "SW-1", "1").out == BEFORE
    shown = kept("backup", "diff", "SW-1").out
    assert "--- SW-1 1" in shown
    assert "+++ SW-1 2" in shown
    assert "-hostname A\n" in shown
    assert "+enable secret <hidden 22222222>\n" in shown
    assert "Bi-Mat" not in shown
    assert kept("backup", "diff", "SW-1", "2", "2").out == "They are the same.\n"
    assert kept("backup", "show", "SW-9").code == 1


def test_only_the_private_key_opens_what_is_stored(kept: Run, home: Path) -> None:
    """With the key the complete text; without it what can be opened elsewhere; with another a sentence."""
    assert kept("backup", "restore", "SW-1", "--key", home / "private.key").out == COMPLETE
    sealed = kept("backup", "restore", "SW-1", "--sealed").out
    assert "Bi-Mat" not in sealed
    (home / "sealed").write_text(sealed)
    opened = kept("backup", "restore", "SW-1", "--file", home / "sealed", "--key", home / "private.key")
    assert opened.out == COMPLETE
    kept("backup", "keygen", home / "other.key", "--mask-key", home / "other.mask")
    refused = kept("backup", "restore", "SW-1", "--key", home / "other.key")
    assert (refused.code, refused.out) == (1, "")
    assert "another key" in refused.err
    assert kept("backup", "restore", "SW-1").code == 1


def test_runs_name_what_they_mean(kept: Run) -> None:
    """An unknown thing is told with what may be meant; where nothing speaks SSH, that is said."""
    unknown = kept("backup", "run", "SW-KHONG-CO")
    assert (unknown.code, "no item" in unknown.err) == (1, True)
    nothing = kept("backup", "run", "--dry-run")
    assert (nothing.code, "Nothing there speaks SSH" in nothing.err) == (1, True)


def test_a_daemon_answers_the_same(daemon: FakeDaemon, stocked: Run, keyed: str, home: Path) -> None:
    """What it keeps is listed through the control socket; only the key that was compared is accepted."""
    keep(daemon.engine, keyed)
    switch = Device(
        id="SW-1", name="Switch", site="S", kind="switch", address="127.0.0.1", protocols=("ssh:1/cisco_ios",)
    )
    inventory = type(daemon.shown.inventory)({"device": {"SW-1": switch}})
    daemon.keeper.adopt(load(home / "netwatch.toml", {}).settings, inventory)
    assert stocked("backup", "show", "SW-1").out == AFTER
    (line,) = stocked("backup", "list", "--json").json["devices"]
    assert (line["versions"], line["platform"], line["outcome"]) == (2, "cisco_ios", "no_credentials")
    nobody = stocked("backup", "trust", "SW-9", "--fingerprint", line["fingerprint"])
    assert "there is nothing to accept" in nobody.err
    wrong = stocked("backup", "trust", "SW-1", "--fingerprint", line["fingerprint"])
    assert (wrong.code, "nothing was changed" in wrong.err) == (1, True)
    right = stocked("backup", "trust", "SW-1", "--fingerprint", line["offered"])
    assert (right.code, line["offered"] in right.out) == (0, True)
    (line,) = stocked("backup", "list", "--json").json["devices"]
    assert line["offered"] == ""
    found = stocked("events", "--kind", "host_key_trusted").out
    assert "host key accepted" in found


def test_a_pair_of_keys_is_written_whole_or_not_at_all(run: Run, home: Path) -> None:
    """Where one half cannot be written the other is not either."""
    nowhere = run("backup", "keygen", home / "nowhere" / "k", "--mask-key", home / "m")
    assert (nowhere.code, "does not exist" in nowhere.err) == (1, True)
    (home / "k").touch()
    there = run("backup", "keygen", home / "k", "--mask-key", home / "m")
    assert (there.code, "exists already" in there.err, (home / "m").exists()) == (1, True, False)
