"""`netwatch preflight` as people call it: on loopback without a daemon, through one, and what was kept."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netwatch.control.fake import FakeDaemon
from netwatch.language import Sentence
from netwatch.preflight.contract import Finding, Grade, Measured, SiteReport

Run = Callable[..., Any]
QUICK = ("-s", "preflight.echoes=5", "-s", "preflight.spacing=0.01", "-s", "preflight.wait=0.2")
INVENTORY = """
[[organisation_unit]]
id = "ubnd-1"
name = "UBND xã 1"
kind = "peoples_committee"
level = "commune"
valid_from = 2020-01-01
[[site]]
id = "xa-1"
name = "Trụ sở xã 1"
organisation_units = ["ubnd-1"]
[[device]]
id = "codec-1"
name = "Codec"
site = "xa-1"
kind = "conferencing_endpoint"
address = "127.66.12.1"
[[conferencing_endpoint]]
id = "hop-1"
name = "Phòng họp"
device = "codec-1"
"""


def report(site: str, verdict: Grade) -> SiteReport:
    words = Sentence("round trip {value} ms", {"value": "310.0"})
    finding = Finding("path", f"hop-{site}", verdict, words)
    return SiteReport(site, "Trụ sở", 1_795_410_000_000_000, 2.0, verdict, 4.1, (finding,), Measured())


@pytest.fixture
def echoes() -> None:
    """Skips where this machine may not send echoes."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP).close()
    except OSError:
        try:
            socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
        except OSError as error:
            pytest.skip(f"echoes: {error}")


@pytest.mark.usefixtures("echoes")
def test_a_site_is_measured_without_a_daemon_and_kept(run: Run, home: Path) -> None:
    """An endpoint that answers echoes, of which nothing else is known, should be caution (1), and found again."""
    (home / "one.toml").write_text(INVENTORY, "utf-8")
    assert run("import", home / "one.toml").code == 0
    seen = run("preflight", "ubnd-1", "--json", *QUICK)
    assert (seen.code, seen.json["verdict"]) == (1, "caution")
    (site,) = seen.json["sites"]
    assert [(path["stream"], path["loss"]) for path in site["measured"]["paths"]] == [
        ("voice", 0.0),
        ("video", 0.0),
    ]
    assert site["opinion"] > 4.3
    listed = run("preflight", "--list")
    assert "caution" in listed.out
    assert "whether it is registered is not known" in " ".join(listed.out.split())
    again = run("preflight", "--list", "xa-1", "--json").json["kept"]
    assert again[0]["report"] == site
    assert "evidence" not in run("events", "--kind", "preflight").out


def test_names_that_stand_for_nothing_are_refused(stocked: Run) -> None:
    """A wrong name, and none at all, should end with a sentence before anything is sent."""
    wrong = stocked("preflight", "nowhere")
    assert (wrong.code, "'nowhere' is neither a site" in " ".join(wrong.err.split())) == (1, True)
    assert "or say --all" in " ".join(stocked("preflight").err.split())


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [((Grade.GO,), 0), ((Grade.GO, Grade.CAUTION), 1), ((Grade.CAUTION, Grade.NO_GO), 2)],
)
def test_a_daemon_measures_and_the_exit_code_is_the_worst(
    daemon: FakeDaemon, stocked: Run, verdicts: tuple[Grade, ...], code: int
) -> None:
    """What the daemon found should be shown worst first, kept by it, and told by the exit code."""
    daemon.reports = tuple(report(f"xa-{place}", verdict) for place, verdict in enumerate(verdicts))
    seen = stocked("preflight", "--all")
    assert seen.code == code
    assert daemon.preflights == [((), True)]
    assert seen.out.startswith(("go", "caution", "no-go")[code])
    assert len(stocked("preflight", "--list", "--json").json["kept"]) == len(verdicts)


def test_vietnamese_readers_are_told_in_vietnamese(daemon: FakeDaemon, stocked: Run) -> None:
    """Verdict and reasons should be translated where they are shown, also those kept before."""
    daemon.reports = (report("xa-1", Grade.NO_GO),)
    assert "khứ hồi 310.0 ms" in stocked("--lang", "vi", "preflight", "xa-1").out
    assert "chưa thể họp" in stocked("--lang", "vi", "preflight", "--list").out


def test_addresses_of_sample_data_are_nobodys_to_look_at(run: Run, home: Path) -> None:
    """Without the daemon of a demo nothing should be sent to addresses which on this network are somebody else's."""
    elsewhere = home / "elsewhere.toml"
    elsewhere.write_text(INVENTORY.replace("127.66.12.1", "10.255.255.1"), "utf-8")
    assert run("import", str(elsewhere)).code == 0
    for command in (("preflight", "xa-1"), ("probe", "codec-1"), ("probe", "codec-1", "--trace")):
        refused = run(*command)
        assert refused.code == 1
        assert "sample data" in refused.err
