"""One look: its deadline, its clock, and how what happened becomes an outcome."""

import asyncio
import logging
import time
from dataclasses import replace
from typing import ClassVar

import pytest

from probes.contract import Fact, Look, Params, Probe, Reason, Seen, Target
from probes.kit import Kit
from probes.run import run_look
from probes.transports import errors
from probes.transports.fakes import FakeMonotonic

pytestmark = pytest.mark.anyio

TARGET = Target("t1", "10.0.0.1")
FACT = Fact("", "reachable", True, Reason.ANSWERED)


class Script(Params):
    """What the probe under test does."""

    does: str = "answers"
    raised: ClassVar[Exception] = ValueError("the secret is in here")


async def scripted(target: Target, params: Script, kit: Kit) -> Seen:
    """Answers, hangs, stumbles or takes its time."""
    if params.does == "hangs":
        await asyncio.Event().wait()
    if params.does == "stumbles":
        raise params.raised
    if params.does == "times out inside":
        raise TimeoutError
    if params.does == "takes time" and isinstance(kit.monotonic, FakeMonotonic):
        kit.monotonic.now += 1.25
    return Seen((FACT,), complete=kit.until < float("inf"))


PROBE = Probe(name="scripted", params=Script, look=scripted, facts=("reachable",))


async def look(kit: Kit, does: str, deadline: float = 5.0) -> Look:
    return await run_look(PROBE, TARGET, Script(does=does), kit, deadline, kit.monotonic)


async def test_a_good_look_gives_its_readings_and_how_long_it_took(kit: Kit) -> None:
    """The clock is the one handed in; the kit knows until when to wait."""
    seen = await look(kit, "takes time")
    assert seen == Look((FACT,), complete=True, took=1.25)


async def test_a_look_that_hangs_is_cut_at_its_deadline(kit: Kit) -> None:
    """It is unable for deadline: that says nothing about the target."""
    began = time.monotonic()
    seen = await look(kit, "hangs", 0.05)
    assert (seen.readings, seen.complete, seen.reason, seen.detail) == ((), False, Reason.DEADLINE, "0.05 s")
    assert time.monotonic() - began < 2


EXPECTED = [
    getattr(errors, name)
    for name in (
        "Silent",
        "Refused",
        "BadAnswer",
        "CredentialsFault",
        "PathBroken",
        "NoRoute",
        "PermissionDenied",
        "LocalFault",
    )
]


@pytest.mark.parametrize("kind", EXPECTED)
async def test_expected_trouble_gives_its_own_reason(kit: Kit, kind: type[errors.TransportError]) -> None:
    """Each transport error is one reason; its detail is kept as evidence."""

    async def fails(*_: object) -> Seen:
        raise kind("192.0.2.1")

    seen = await run_look(replace(PROBE, look=fails), TARGET, Script(), kit, 5.0, kit.monotonic)
    assert (seen.readings, seen.complete, seen.reason, seen.detail) == ((), False, kind.reason, "192.0.2.1")
    assert kit.counts()["bugs"] == 0


async def test_a_bug_is_unknown_logged_once_and_counted(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    """The same place is not logged again; the text of the error, which might hold a secret, never is."""
    with caplog.at_level(logging.ERROR):
        seen = [await look(kit, "stumbles") for _ in range(3)]
    assert {(each.reason, each.detail) for each in seen} == {(Reason.BUG, "ValueError")}
    assert kit.counts()["bugs"] == 3
    assert len(caplog.records) == 1
    assert "scripted" in caplog.text
    assert "secret" not in caplog.text


async def test_a_time_out_inside_a_probe_is_a_bug_and_not_the_deadline(kit: Kit) -> None:
    """Only the look's own deadline is called so."""
    assert (await look(kit, "times out inside")).reason is Reason.BUG


async def test_cancelling_a_look_is_not_swallowed(kit: Kit) -> None:
    """The daemon can stop at any time."""
    task = asyncio.ensure_future(look(kit, "hangs"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_every_reason_for_an_error_is_used_once() -> None:
    """The table exception -> reason is one to one."""
    assert len({kind.reason for kind in EXPECTED}) == len(EXPECTED)
