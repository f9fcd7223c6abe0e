"""The kinds for Cisco and Yealink endpoints against servers on loopback that speak as those do."""

import asyncio
import base64
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from probes.contract import Fact, Look, Note, Reason, Sample, Target
from probes.kit import Kit
from probes.registry import probes
from probes.run import run_look

if TYPE_CHECKING:
    from conftest import Endpoints, Talk

pytestmark = pytest.mark.anyio

PROBES = probes()
PORTS = {"xapi_status": 8443, "yealink_status": 6024}
DATA = Path(__file__).parents[1] / "data" / "conferencing"


async def look(kind: str, kit: Kit, address: str, deadline: float = 3.0, **params: object) -> Look:
    """One look of a kind, run as the daemon runs it."""
    probe = PROBES[kind]
    target = Target("endpoint-1", address, credentials=("codec",))
    params = {"port": PORTS[kind]} | params
    return await run_look(probe, target, probe.params(**params), kit, deadline, kit.monotonic)


def facts(seen: Look) -> dict[str, tuple[bool | None, Reason, str]]:
    assert seen.reason is None, seen
    return {
        each.name: (each.holds, each.reason, each.evidence)
        for each in seen.readings
        if isinstance(each, Fact)
    }


def samples(seen: Look) -> dict[tuple[str, str], float]:
    return {(each.part, each.metric): each.value for each in seen.readings if isinstance(each, Sample)}


def notes(seen: Look) -> dict[str, str]:
    return {each.name: each.value for each in seen.readings if isinstance(each, Note)}


def codec(document: bytes, login: str = "giam-sat:mat-khau", status: str = "200 OK") -> "Talk":
    """A codec's web server: nothing without the right login."""
    wanted = b"Basic " + base64.b64encode(login.encode())

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.readuntil(b"\r\n\r\n"):
            assert asked.startswith(b"GET /getxml?location=/Status HTTP/1.1\r\n")
            known = wanted in asked
            body = document if known else b""
            said = status if known else '401 Unauthorized\r\nWWW-Authenticate: Basic realm="codec"'
            writer.write(f"HTTP/1.1 {said}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()

    return talk


async def test_a_codec_in_a_call_tells_its_quality(real_kit: Kit, endpoints: "Endpoints") -> None:
    """Over HTTPS with a certificate of its own, with a login."""
    document = (DATA / "roomos11_in_call.xml").read_bytes()
    seen = await look("xapi_status", real_kit, await endpoints.tcp(8443, codec(document), tls=True))
    assert facts(seen) == {
        "registered": (True, Reason.AS_EXPECTED, "SIP Registered"),
        "healthy": (False, Reason.SERVER_FAULT, "temperature: High"),
    }
    numbers = samples(seen)
    assert numbers["", "call_active"] == 1
    assert numbers["incoming video", "call_loss_ratio"] == 0.04
    assert numbers["incoming audio", "call_round_trip_seconds"] == pytest.approx(0.038)
    assert ("incoming presentation", "call_loss_ratio") not in numbers
    assert notes(seen) == {
        "vendor": "Cisco",
        "model": "Room Bar Pro",
        "serial": "FDO2611J0ZZ",
        "version": "RoomOS 11.5.2.4",
        "standby": "Off",
    }


@pytest.mark.parametrize(
    ("document", "registered", "healthy"),
    [
        ("ce9_idle", (True, Reason.AS_EXPECTED), True),
        ("tc7_in_call", (True, Reason.AS_EXPECTED), True),
        ("ce9_unregistered", (False, Reason.NOT_AS_EXPECTED), False),
        ("ce9_nowhere", (None, Reason.SWITCHED_OFF), True),
    ],
)
async def test_registration_and_health_are_facts(
    real_kit: Kit,
    endpoints: "Endpoints",
    document: str,
    registered: tuple[bool | None, Reason],
    healthy: bool,
) -> None:
    """Of all generations, also over plain HTTP."""
    talk = codec((DATA / f"{document}.xml").read_bytes())
    seen = facts(await look("xapi_status", real_kit, await endpoints.tcp(8080, talk), port=8080, tls=False))
    assert seen["registered"][:2] == registered
    assert seen["healthy"][0] is healthy


async def _hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        (codec(b"<Status/>", "other:other"), Reason.CREDENTIALS),
        (codec(b"<Status/>", status="403 Forbidden"), Reason.CREDENTIALS),
        (codec(b"<Status/>", status="500 Oops"), Reason.BAD_ANSWER),
        (codec(b"<html/>"), Reason.BAD_ANSWER),
        (codec(b"<Status>" + b" " * 2_200_000 + b"</Status>"), Reason.BAD_ANSWER),
        (_hang, Reason.NO_ANSWER),
    ],
)
async def test_what_is_wrong_with_a_codec_has_its_reason(
    real_kit: Kit, endpoints: "Endpoints", talk: "Talk", reason: Reason
) -> None:
    """A wrong password is a matter of credentials; no word is said about registration then."""
    address = await endpoints.tcp(8080, talk)
    seen = await look("xapi_status", real_kit, address, 0.5, port=8080, tls=False)
    assert (seen.reason, seen.readings) == (reason, ())
    assert "mat-khau" not in repr(seen)


async def test_a_certificate_that_must_be_trusted_gets_no_password(
    real_kit: Kit, endpoints: "Endpoints"
) -> None:
    """With `verify` a codec that signed its own certificate is not logged in to."""
    address = await endpoints.tcp(8443, codec(b"<Status/>"), tls=True)
    assert (await look("xapi_status", real_kit, address, verify=True)).reason is Reason.CREDENTIALS


def yealink(name: str, *, missing: str = "") -> "Talk":
    """An endpoint's line API: what it says unasked comes first, then a line for each command."""
    said = [line.encode() for line in (DATA / f"{name}.txt").read_text().splitlines()]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said[0] + b"\r\n")
        while command := (await reader.readuntil(b"\r\n")).split()[0]:
            found = [line for line in said[1:] if line.startswith(command)]
            if command.decode() != missing:
                writer.write(b"".join(line + b"\r\n" for line in found))

    return talk


async def test_a_yealink_in_a_call_tells_its_quality(real_kit: Kit, endpoints: "Endpoints") -> None:
    """A call that comes in meanwhile is told unasked, and is no answer."""
    seen = await look("yealink_status", real_kit, await endpoints.tcp(6024, yealink("yealink_talking")))
    assert facts(seen) == {"manageable": (True, Reason.ANSWERED, "")}
    assert samples(seen) == {
        ("", "call_active"): 1,
        ("incoming audio", "call_loss_ratio"): 0.005,
        ("incoming audio", "call_jitter_seconds"): 0.005,
        ("incoming video", "call_loss_ratio"): 0.02,
        ("incoming video", "call_jitter_seconds"): 0.014,
        ("outgoing video", "call_loss_ratio"): 0,
        ("outgoing video", "call_jitter_seconds"): 0.003,
    }
    assert notes(seen)["model"] == "VC800"


async def test_an_idle_yealink_has_no_call(real_kit: Kit, endpoints: "Endpoints") -> None:
    """Nothing is asked about calls then."""
    seen = await look("yealink_status", real_kit, await endpoints.tcp(6024, yealink("yealink_idle")))
    assert samples(seen) == {("", "call_active"): 0}
    assert notes(seen)["state"] == "idle"


async def _babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n")
    writer.write(b"220 ready\r\n" * 200)
    await reader.read()


@pytest.mark.parametrize(("talk", "reason"), [(_hang, Reason.NO_ANSWER), (_babble, Reason.BAD_ANSWER)])
async def test_what_is_no_yealink_has_its_reason(
    real_kit: Kit, endpoints: "Endpoints", talk: "Talk", reason: Reason
) -> None:
    """One that hangs costs only its own look, one that babbles is cut off."""
    seen = await look("yealink_status", real_kit, await endpoints.tcp(6024, talk), 0.3)
    assert (seen.reason, seen.readings) == (reason, ())
