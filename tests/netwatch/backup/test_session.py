"""Sessions with devices of several vendors, and with those that misbehave."""

# ruff: noqa: ANN401 - fixtures hand on what they are given

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from netwatch.backup.contract import (
    HostKey,
    Job,
    Limits,
    Outcome,
    Result,
    job_from_json,
    job_to_json,
    result_from_json,
    result_to_json,
)
from netwatch.backup.sealing import unseal
from netwatch.backup.session import Keys, fetch
from probes.secret import Secret

Make = Callable[..., Job]


@pytest.fixture
def ask(login: Secret, keys: Keys, limits: Limits) -> Callable[..., Result]:
    """Fetch from a device with the login it accepts."""

    def asked(job: Job, secrets: Sequence[Secret] = (), **bounds: Any) -> Result:
        return fetch(job, secrets or (login,), keys, replace(limits, **bounds), time.monotonic)

    return asked


# What the dialogue says of itself, and texts that must never be shown.
VENDORS = {
    "cisco_ios": (
        {"version": "15.2(7)E3", "model": "WS-C2960X-24TS-L", "serial": "FOC1932X0K1"},
        "minhtv",
        ("nhEmQVczB7", "w7bR", "13061E", "Bi-Mat-Cong-Dong", "Bi-Mat-Bay", "Xac-Thuc", "Ma-Hoa", "0822455D"),
    ),
    "huawei_vrp": (
        {
            "version": "5.170 (S5720 V200R019C10SPC500)",
            "model": "S5720-28X-SI-AC",
            "serial": "2102359578DMK9000123",
        },
        "lananh",
        ("Ab4=jL", "mat-cong-dong", "Bay!bi"),
    ),
    "hp_comware": (
        {"version": "7.1.070, Release 6318P01", "model": "S5130S-28S-EI", "serial": "219801A1N4919BE0000X"},
        "",
        ("Fh2Rz5bi", "bimatcongdong"),
    ),
    "juniper_junos": (
        {"version": "20.4R3-S1.3", "model": "srx340", "serial": "CZ0219AF0123"},
        "hung",
        ("bi.mat.goc", "bi-mat-radius", "Bi-Mat-Juniper", "khoa-chia-se"),
    ),
    "mikrotik_routeros": (
        {"version": "6.49.10", "model": "hEX S", "serial": "D4F30E123456"},
        "",
        ("Bi Mat", "Wifi", "Bi-Mat-Tik", "Bi-Mat-PPP"),
    ),
    "fortinet": (
        {"version": "7.0.12", "model": "FortiGate-60F", "serial": "FGT60FTK20012345"},
        "",
        ("SH2bimat", "MIIFDj", "BiMatRiengTu"),
    ),
    "hp_procurve": (
        {"version": "YA.16.10.0009", "serial": "CN87FP1234"},
        "",
        ("Bi-Mat-Radius", "Bi-Mat-Procurve"),
    ),
}


# Each takes a second or three; those of other vendors run with the lab.
QUICK = ("cisco_ios", "mikrotik_routeros", "fortinet")


@pytest.mark.parametrize(
    "vendor", [name if name in QUICK else pytest.param(name, marks=pytest.mark.lab) for name in VENDORS]
)
def test_each_vendor_is_read_sealed_and_hidden(
    vendor: str, stage: Any, job: Make, ask: Callable[..., Result], pair: tuple[str, str]
) -> None:
    """The whole configuration is sealed, what is shown holds no secret, and the facts are those it told."""
    facts, changed_by, secrets = VENDORS[vendor]
    player = stage.put_on(vendor)
    result = ask(job(player, vendor))
    assert result.outcome is Outcome.FETCHED
    complete = unseal(result.sealed, pair[0])
    assert all(secret in complete for secret in secrets)
    assert not [secret for secret in secrets if secret in result.masked]
    assert "--more" not in complete.lower()
    assert (dict(result.facts), result.changed_by) == (facts, changed_by)
    assert result_from_json(result_to_json(result)) == result


def test_a_changed_host_key_is_told_and_nothing_is_sent(
    stage: Any, job: Make, ask: Callable[..., Result]
) -> None:
    """Who is not the pinned host gets neither user nor password, and the key it showed is told."""
    player = stage.put_on("hp_comware")
    first = ask(job(player, "hp_comware"))
    assert first.host_key is not None
    again = ask(job(player, "hp_comware", pin=first.host_key))
    assert (again.outcome, again.host_key) == (Outcome.FETCHED, first.host_key)
    stage.rekey(player)
    player.logins.clear()
    other = ask(job(player, "hp_comware", pin=first.host_key))
    assert other.outcome is Outcome.HOST_KEY
    unreadable = ask(job(player, "hp_comware", pin=HostKey("ssh-dss", "AAAA")))
    assert (unreadable.outcome, unreadable.host_key) == (Outcome.HOST_KEY, other.host_key)
    assert other.host_key not in (None, first.host_key)
    assert player.logins == []


def test_a_wrong_password_is_told_and_the_next_credential_tried(
    stage: Any, job: Make, ask: Callable[..., Result], login: Secret
) -> None:
    """A refused login leads to the next credential; with none left the outcome says so."""
    player = stage.put_on("hp_comware")
    wrong = Secret("login", {"user": "netwatch", "password": "sai-mat-khau"})
    assert ask(job(player, "hp_comware"), [wrong]).outcome is Outcome.CREDENTIALS
    assert ask(job(player, "hp_comware"), [wrong, login]).outcome is Outcome.FETCHED


def test_without_privilege_nothing_is_stored(
    stage: Any, job: Make, ask: Callable[..., Result], login: Secret
) -> None:
    """A device in user mode whose enable password is missing or wrong is told as such."""
    player = stage.put_on("cisco_ios")
    plain = Secret("login", {k: v for k, v in login.fields.items() if k != "enable_password"})
    assert ask(job(player, "cisco_ios"), [plain]).outcome is Outcome.NOT_PRIVILEGED
    assert "show running-config" not in player.heard


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ({"hangs_at": "display current-configuration"}, Outcome.DEADLINE),
        ({"drops_at": "display current-configuration"}, Outcome.INCOMPLETE),
        ({"answers": {"display current-configuration": "#\n sysname X\n#"}}, Outcome.INCOMPLETE),
        ({"answers": {"display current-configuration": " % Permission denied."}}, Outcome.COMMAND),
        (
            {"answers": {"display current-configuration": " description xxxxxxxx\n" * 40_000}},
            Outcome.TOO_LARGE,
        ),
    ],
    ids=["hangs", "hangs up", "cut short", "refuses", "endless"],
)
def test_bad_manners_cost_one_session(
    how: dict[str, Any], outcome: Outcome, stage: Any, job: Make, ask: Callable[..., Result]
) -> None:
    """Whatever a device does in the middle of its configuration, nothing of it is stored and the time is bounded."""
    player = stage.put_on("hp_comware", **how)
    deadline = 1.5 if "hangs_at" in how else 20.0
    result = ask(job(player, "hp_comware"), deadline=deadline, largest=200_000)
    assert (result.outcome, result.sealed, result.masked) == (outcome, "", "")
    assert result.took < 6


def test_what_is_no_ssh_server_is_told(stage: Any, job: Make, ask: Callable[..., Result]) -> None:
    """Garbage, silence and a closed port each have their outcome."""

    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\xff\xfb\x01login: " * 500)

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    assert ask(job(stage.raw(babble), "cisco_ios")).outcome is Outcome.NOT_SSH
    quick = ask(job(stage.raw(silence), "cisco_ios"), connect=0.5, deadline=1.0)
    assert quick.outcome in (Outcome.NOT_SSH, Outcome.DEADLINE)
    gone = stage.put_on("cisco_ios")
    stage.rekey(gone)
    closed = job(gone, "cisco_ios")
    assert ask(replace(closed, port=1)).outcome is Outcome.REFUSED


def test_jobs_travel_unchanged(job: Make) -> None:
    """A job is the same behind the pipe, its platform and pin too."""
    made = job(22, "juniper_junos", pin=HostKey("ssh-ed25519", "AAAA"))
    assert job_from_json(job_to_json(made)) == made
