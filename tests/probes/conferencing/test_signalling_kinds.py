"""SIP OPTIONS and the H.323 port against servers on loopback: good ones, bad ones, silent ones, and a real sipp."""

import asyncio
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from probes.contract import Fact, Look, Note, Reason, Sample, Target
from probes.kit import Kit
from probes.registry import probes
from probes.run import run_look
from probes.transports.datagrams.fake import FakeDatagrams
from probes.transports.errors import NoRoute
from probes.transports.names.fake import FakeNames
from probes.transports.streams.fake import FakeStreams

if TYPE_CHECKING:
    from conftest import Answers, Endpoints, Talk

pytestmark = pytest.mark.anyio

PROBES = probes()
PATIENT = 3.0
SHORT = 0.3


async def look(kind: str, kit: Kit, address: str, deadline: float = PATIENT, **params: object) -> Look:
    """One look of a kind, run as the daemon runs it."""
    probe, target = PROBES[kind], Target("endpoint-1", address)
    params = {"transport": "udp"} | params if kind == "sip_options" else {"port": 1720} | params
    return await run_look(probe, target, probe.params(**params), kit, deadline, kit.monotonic)


def facts(seen: Look) -> dict[str, tuple[bool | None, Reason, str]]:
    assert seen.reason is None, seen
    return {
        each.name: (each.holds, each.reason, each.evidence)
        for each in seen.readings
        if isinstance(each, Fact)
    }


def told(seen: Look) -> dict[str, object]:
    values = {each.metric: each.value for each in seen.readings if isinstance(each, Sample)}
    return values | {each.name: each.value for each in seen.readings if isinstance(each, Note)}


def answer(asked: bytes, status: str = "200 OK", *, call_id: str | None = None) -> bytes:
    """A response as a UA makes it: Via, From, To, Call-ID and CSeq are those of the request (RFC 3261 8.2.6)."""
    kept = dict(re.findall(r"(?m)^(Via|From|To|Call-ID|CSeq): (.*?)\r$", asked.decode()))
    if call_id is not None:
        kept["Call-ID"] = call_id
    lines = [f"SIP/2.0 {status}", *(f"{name}: {value}" for name, value in kept.items())]
    return "\r\n".join([*lines, "User-Agent: Phòng họp 1", "Content-Length: 0", "", ""]).encode()


def always(status: str) -> "Answers":
    return lambda asked: [answer(asked, status)]


@pytest.mark.parametrize(
    ("status", "available", "serving"),
    [
        ("200 OK", True, True),
        ("401 Unauthorized", True, True),
        ("404 Not Found", True, True),
        ("486 Busy Here", True, True),
        ("603 Decline", True, True),
        ("480 Temporarily Unavailable", False, True),
        ("408 Request Timeout", None, False),
        ("503 Service Unavailable", None, False),
    ],
)
async def test_any_final_response_proves_signalling(
    real_kit: Kit, endpoints: "Endpoints", status: str, available: bool | None, serving: bool
) -> None:
    """480 alone says that nobody is registered there; its own faults make it fail, being busy does not."""
    address = await endpoints.udp(5060, always(status))
    seen = facts(await look("sip_options", real_kit, address))
    assert seen["signalling"][0] is True
    assert seen["available"][0] is available
    assert seen["serving"][0] is serving
    assert seen["serving"][2].startswith(status)


async def test_a_response_tells_its_time_and_its_maker(real_kit: Kit, endpoints: "Endpoints") -> None:
    """Unless the request had to be repeated."""
    address = await endpoints.udp(5060, always("200 OK"))
    seen = told(await look("sip_options", real_kit, address))
    assert 0 < float(str(seen["sip_rtt_seconds"])) < 1
    assert seen["standing"] == "ready"
    # What is no ASCII comes as the bytes it is.
    assert str(seen["signalling_software"]).startswith("Ph")


async def test_provisional_and_foreign_responses_are_waited_through(
    real_kit: Kit, endpoints: "Endpoints"
) -> None:
    """So is garbage, and an answer from another port counts."""
    address = await endpoints.udp(
        5060,
        lambda asked: [
            b"\x00garbage",
            answer(asked, "100 Trying"),
            answer(asked, "503 Service Unavailable", call_id="somebody-else@netwatch"),
            answer(asked, "486 Busy Here"),
        ],
        answer_from=5999,
    )
    assert facts(await look("sip_options", real_kit, address))["signalling"] == (
        True,
        Reason.ANSWERED,
        "486 Busy Here (busy)",
    )


async def test_a_lost_request_is_repeated_and_its_time_is_not_told(
    real_kit: Kit, endpoints: "Endpoints"
) -> None:
    """It cannot be known which of the two was answered."""
    seen: list[bytes] = []

    def second(asked: bytes) -> list[bytes]:
        seen.append(asked)
        return [answer(asked)] if len(seen) == 2 else []

    address = await endpoints.udp(5060, second)
    look_ = await look("sip_options", real_kit, address)
    assert facts(look_)["signalling"][0] is True
    assert "sip_rtt_seconds" not in told(look_)
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (lambda _: [], Reason.NO_ANSWER),
        (lambda _: [b"HTTP/1.1 400 Bad Request\r\n\r\n"], Reason.BAD_ANSWER),
        (lambda asked: [answer(asked, call_id="other@netwatch")], Reason.NO_ANSWER),
        (lambda asked: [answer(asked, "180 Ringing")], Reason.NO_ANSWER),
    ],
)
async def test_without_an_answer_of_ours_there_is_no_signalling(
    real_kit: Kit, endpoints: "Endpoints", answers: "Answers", reason: Reason
) -> None:
    """Silence, another language, and answers to somebody else."""
    address = await endpoints.udp(5060, answers)
    seen = facts(await look("sip_options", real_kit, address, SHORT))
    assert seen.pop("signalling")[:2] == (False, reason)
    assert {name: fact[:2] for name, fact in seen.items()} == {
        "available": (None, reason),
        "serving": (None, reason),
    }


async def test_a_closed_port_says_so_at_once(real_kit: Kit, endpoints: "Endpoints") -> None:
    """By ICMP over UDP, by a reset over TCP."""
    address = endpoints.address()
    for transport in ("udp", "tcp", "tls"):
        seen = facts(await look("sip_options", real_kit, address, transport=transport))
        assert seen["signalling"][:2] == (False, Reason.REFUSED)


def talks(*statuses: str, before: bytes = b"", body: bytes = b"") -> "Talk":
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        writer.write(before)
        for status in statuses:
            whole = answer(asked, status).replace(b"Length: 0", b"Length: %d" % len(body)) + body
            writer.write(whole)
        await writer.drain()
        await reader.read()

    return talk


@pytest.mark.parametrize("transport", ["tcp", "tls"])
async def test_streams_are_spoken_too(real_kit: Kit, endpoints: "Endpoints", transport: str) -> None:
    """With keep-alives before, a provisional response, and a body; the endpoint's certificate is its own."""
    port = 5060 if transport == "tcp" else 5061
    talk = talks("100 Trying", "200 OK", before=b"\r\n\r\n", body=b"v=0\r\n\r\n")
    address = await endpoints.tcp(port, talk, tls=transport == "tls")
    seen = await look("sip_options", real_kit, address, transport=transport)
    assert facts(seen)["signalling"][0] is True
    assert float(str(told(seen)["sip_rtt_seconds"])) > 0


async def _hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"SIP/2.0 200")


async def _flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    while True:
        writer.write(b"x" * 10_000)
        await writer.drain()


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        (_hang, Reason.NO_ANSWER),
        (_hang_up, Reason.BAD_ANSWER),
        (_flood, Reason.BAD_ANSWER),
        (talks(*["100 Trying"] * 30), Reason.BAD_ANSWER),
    ],
)
async def test_streams_that_go_wrong_are_bounded(
    real_kit: Kit, endpoints: "Endpoints", talk: "Talk", reason: Reason
) -> None:
    """Who hangs, hangs up, floods, or never comes to the point."""
    address = await endpoints.tcp(5060, talk)
    seen = facts(await look("sip_options", real_kit, address, SHORT, transport="tcp"))
    assert seen["signalling"][:2] == (False, reason)


async def test_a_real_sipp_answers(real_kit: Kit, tmp_path: Path) -> None:
    """Its scenario plays an endpoint that is in a call."""
    program = shutil.which("sipp")
    if program is None:
        pytest.skip("sipp (Debian: sip-tester) is not installed")
    scenario = tmp_path / "busy.xml"
    scenario.write_text(
        '<?xml version="1.0"?><scenario name="busy"><recv request="OPTIONS"/><send><![CDATA['
        "\n      SIP/2.0 486 Busy Here\n      [last_Via:]\n      [last_From:]\n      [last_To:];tag=[call_number]\n"
        "      [last_Call-ID:]\n      [last_CSeq:]\n      Content-Length: 0\n\n    ]]></send></scenario>"
    )
    server = await asyncio.create_subprocess_exec(
        *(program, "-sf", str(scenario), "-i", "127.79.2.1", "-p", "5070", "-m", "1", "-nostdin"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        # Until it has started its port is closed, which is told at once.
        for _ in range(5000):
            seen = await look("sip_options", real_kit, "127.79.2.1", port=5070)
            if facts(seen)["signalling"][1] is not Reason.REFUSED:
                break
        assert facts(seen)["signalling"] == (True, Reason.ANSWERED, "486 Busy Here (busy)")
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


async def test_an_open_h323_port_is_signalling(real_kit: Kit, endpoints: "Endpoints") -> None:
    """Nothing is ever said there; without an unused address it is told that nothing was compared."""
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())

    address = await endpoints.tcp(1720, listen)
    seen = await look("h323_port", real_kit, address)
    assert facts(seen) == {"signalling": (True, Reason.ANSWERED, "")}
    assert told(seen)["calibration"] == "not calibrated"
    assert b"".join(heard) == b""


async def test_a_closed_h323_port_is_not(real_kit: Kit, endpoints: "Endpoints") -> None:
    """It refuses, so that the device is there."""
    assert facts(await look("h323_port", real_kit, endpoints.address()))["signalling"][:2] == (
        False,
        Reason.REFUSED,
    )


@pytest.mark.parametrize(
    ("by_site", "holds", "reason"),
    [(False, None, Reason.UNTRUSTED), (True, True, Reason.ANSWERED)],
)
async def test_an_unused_address_that_answers_makes_it_untrusted(
    real_kit: Kit, endpoints: "Endpoints", by_site: bool, holds: bool | None, reason: Reason
) -> None:
    """A firewall answers for everybody; the site's own unused address counts before that of all sites."""
    address, deceiver = [await endpoints.tcp(1720, _hang) for _ in range(2)]
    unused = {"S-1": endpoints.address()} if by_site else {"S-2": "127.79.9.9"}
    seen = await look(
        "h323_port", real_kit, address, site="S-1", unused_address=deceiver, unused_addresses=unused
    )
    assert facts(seen)["signalling"][:2] == (holds, reason)
    assert told(seen).get("calibration", "calibrated") == "calibrated"


def test_an_unused_address_must_be_one() -> None:
    """The fault names what was written."""
    with pytest.raises(ValueError, match="'cong-ty' is not an IP address"):
        PROBES["h323_port"].params.model_validate({"port": 1720, "unused_address": "cong-ty"})


@pytest.mark.parametrize(("kind", "params"), [("sip_options", {"transport": "tcp"}), ("h323_port", {})])
async def test_a_fault_of_ours_is_no_word_about_the_endpoint(
    kit: Kit, kind: str, params: dict[str, Any]
) -> None:
    """Without a route of our own the look could not tell."""
    ports = (5060, 1720)
    streams = FakeStreams({("192.0.2.7", port): NoRoute("ENETUNREACH") for port in ports})
    seen = await look(kind, replace(kit, streams=streams), "192.0.2.7", **params)
    assert (seen.reason, seen.readings) == (Reason.NO_ROUTE, ())


async def test_a_name_is_resolved_and_asked_for_by_name(kit: Kit) -> None:
    """A room somewhere else is a name; one that does not exist takes no calls, our own resolver's fault is ours."""
    sent = FakeDatagrams({("192.0.2.9", 5060): always("200 OK")})
    names = FakeNames({"hop.example.gov.vn": ("192.0.2.9",)})
    here = replace(kit, datagrams=sent, names=names)
    assert facts(await look("sip_options", here, "hop.example.gov.vn", user="hop"))["signalling"][0] is True
    assert sent.sent[0].startswith(b"OPTIONS sip:hop@hop.example.gov.vn:5060 SIP/2.0\r\n")
    assert facts(await look("sip_options", here, "khong-co.example"))["signalling"][:2] == (
        False,
        Reason.NAME_UNKNOWN,
    )


async def test_an_ipv6_endpoint_is_asked_too(real_kit: Kit, endpoints: "Endpoints") -> None:
    """On loopback, where IPv6 is there."""
    try:
        await endpoints.udp(5099, always("200 OK"), address="::1")
    except OSError:
        pytest.skip("IPv6 is not available here")
    assert facts(await look("sip_options", real_kit, "::1", port=5099))["signalling"][0] is True
