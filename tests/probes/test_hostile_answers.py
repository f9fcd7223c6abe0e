"""Answers as no agent should write them, put to our engine, net-snmp's snmpget and pysnmp's codec alike.

What real devices get away with elsewhere we accept too; what nobody can read is garbage, and silence to whoever asked.
"""

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import NamedTuple

import pytest
from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import api
from pysnmp.proto.error import ProtocolError

from benchmarks.agreement import net_snmp_value, pysnmp_value
from probes.contract import Target
from probes.secret import Secret
from probes.transports.errors import TransportError
from probes.transports.snmp.ber import encode_bindings, encode_integer, encode_oid, tlv
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp
from probes.transports.snmp.scripted import Request, ScriptedAgent, response, scripted_agent

pytestmark = pytest.mark.anyio

NAME = "1.3.6.1.2.1.1.7.0"
OID = encode_oid(NAME)
MOST = 2**32 - 1
ARCS_200 = b"\x2b" + b"\x01" * 198

# What came of an answer: the value's tag and content, the words of an error status, or that nothing was accepted.
NOTHING = "nothing"


def answered(element: bytes, oid: bytes = OID) -> Callable[[Request], bytes]:
    """A right answer but for its value."""
    return lambda request: response(request.request_id, [(oid, element)])


def around(change: Callable[[bytes], bytes], element: bytes = b"\x02\x01\x48") -> Callable[[Request], bytes]:
    """A right answer with something done to its bytes."""
    return lambda request: change(response(request.request_id, [(OID, element)]))


def said(status: int, index: int = 0, bindings: bytes | None = None) -> Callable[[Request], bytes]:
    """An answer with an error status."""
    listed = encode_bindings([(OID, b"\x05\x00")]) if bindings is None else bindings
    return lambda request: tlv(
        0x30,
        b"\x02\x01\x01"
        + tlv(4, b"public")
        + tlv(
            0xA2, encode_integer(request.request_id) + encode_integer(status) + encode_integer(index) + listed
        ),
    )


def long_form(data: bytes, count: int) -> bytes:
    """An element whose length is in so many bytes, more than it needs."""
    size, start = data[1], 2
    if size > 0x7F:
        start += size & 0x7F
    content = data[start:]
    return data[:1] + bytes((0x80 | count,)) + len(content).to_bytes(count, "big") + content


def without_end(data: bytes) -> bytes:
    """The message in indefinite form."""
    return data[:1] + b"\x80" + data[2:] + b"\x00\x00"


def nested(depth: int) -> bytes:
    """Sequences within sequences."""
    element = b"\x05\x00"
    for _ in range(depth):
        element = tlv(0x30, element)
    return element


class Case(NamedTuple):
    """An answer, and what netwatch, net-snmp (5.9) and pysnmp's codec (7.1) make of it: (tag, content) or words."""

    answer: Callable[[Request], bytes]
    ours: object
    net_snmp: object
    pysnmp: object


CASES: Mapping[str, Case] = MappingProxyType(
    {
        "right": Case(answered(b"\x02\x01\x48"), (2, 72), (2, 72), (2, 72)),
        "integer-5-bytes": Case(answered(b"\x02\x05\xff\xff\xff\xff\x85"), (2, -123), (2, -123), (2, -123)),
        "integer-leading-zeros": Case(answered(b"\x02\x04\x00\x00\x00\x48"), (2, 72), (2, 72), (2, 72)),
        "integer-8-bytes": Case(answered(b"\x02\x08" + bytes(7) + b"\x48"), (2, 72), (2, 72), (2, 72)),
        "integer-9-bytes": Case(answered(b"\x02\x09" + bytes(8) + b"\x48"), NOTHING, NOTHING, (2, 72)),
        "integer-empty": Case(answered(b"\x02\x00"), NOTHING, NOTHING, (2, 0)),
        # net-snmp cuts it to 32 bits.
        "integer-beyond-32-bits": Case(
            answered(b"\x02\x05\x01\x00\x00\x00\x00"), (2, 2**32), (2, 0), NOTHING
        ),
        "counter-leading-zero": Case(
            answered(b"\x41\x05\x00\xff\xff\xff\xff"), (0x41, MOST), (0x41, MOST), (0x41, MOST)
        ),
        "counter-negative": Case(answered(b"\x41\x04\xff\xff\xff\xff"), (0x41, MOST), (0x41, MOST), NOTHING),
        "counter-negative-short": Case(answered(b"\x41\x01\xff"), (0x41, 255), (0x41, 255), NOTHING),
        # A counter without content is no zero.
        "counter-empty": Case(answered(b"\x41\x00"), NOTHING, NOTHING, (0x41, 0)),
        "counter-beyond-32-bits": Case(
            answered(b"\x41\x05\x01\x00\x00\x00\x00"), NOTHING, (0x41, 0), NOTHING
        ),
        "counter64-9-bytes": Case(
            answered(b"\x46\x09\x00" + b"\xff" * 8), (0x46, 2**64 - 1), (0x46, 2**64 - 1), (0x46, 2**64 - 1)
        ),
        "counter64-negative": Case(
            answered(b"\x46\x08" + b"\xff" * 8), (0x46, 2**64 - 1), (0x46, 2**64 - 1), NOTHING
        ),
        "counter64-10-bytes": Case(answered(b"\x46\x0a" + bytes(10)), NOTHING, NOTHING, (0x46, 0)),
        "counter64-empty": Case(answered(b"\x46\x00"), NOTHING, (0x46, 0), (0x46, 0)),
        "oid-value-empty": Case(answered(b"\x06\x00"), (6, b""), (6, "0"), NOTHING),
        "oid-value-cut": Case(answered(b"\x06\x02\x2b\x81"), NOTHING, NOTHING, NOTHING),
        "oid-value-200-arcs": Case(answered(tlv(6, ARCS_200)), NOTHING, NOTHING, (6, "1.3" + ".1" * 198)),
        "oid-name-200-arcs": Case(answered(b"\x05\x00", ARCS_200), NOTHING, NOTHING, (5, b"")),
        # One odd address shall not cost the other values of an answer, nor one of an unknown type.
        "address-16-bytes": Case(answered(tlv(0x40, bytes(16))), (0x40, bytes(16)), NOTHING, NOTHING),
        "address-empty": Case(answered(b"\x40\x00"), (0x40, b""), NOTHING, NOTHING),
        "unknown-type": Case(answered(b"\x99\x01\x00"), (0x99, b"\x00"), NOTHING, NOTHING),
        "text-constructed": Case(
            answered(tlv(0x24, tlv(4, b"a") + tlv(4, b"b"))),
            (0x24, b"\x04\x01a\x04\x01b"),
            NOTHING,
            (4, b"ab"),
        ),
        "nested": Case(answered(nested(1000)), (0x30, nested(1000)[4:]), NOTHING, NOTHING),
        "null-with-content": Case(answered(b"\x05\x01\x00"), (5, b"\x00"), (5, b""), NOTHING),
        "length-2-bytes": Case(around(lambda data: long_form(data, 2)), (2, 72), (2, 72), (2, 72)),
        "length-4-bytes": Case(around(lambda data: long_form(data, 4)), (2, 72), (2, 72), (2, 72)),
        "length-5-bytes": Case(around(lambda data: long_form(data, 5)), NOTHING, (2, 72), (2, 72)),
        "length-of-value-4-bytes": Case(answered(b"\x02\x84\x00\x00\x00\x01\x48"), (2, 72), (2, 72), (2, 72)),
        "length-indefinite": Case(around(without_end), NOTHING, NOTHING, (2, 72)),
        "length-beyond": Case(
            around(lambda data: data[:1] + bytes((data[1] + 9,)) + data[2:]), NOTHING, NOTHING, NOTHING
        ),
        "cut": Case(around(lambda data: data[:-1]), NOTHING, NOTHING, NOTHING),
        "padded": Case(around(lambda data: data + bytes(4)), (2, 72), (2, 72), (2, 72)),
        "empty-packet": Case(lambda _: b"\x30\x00", NOTHING, NOTHING, NOTHING),
        "no-bindings": Case(said(0, 0, b"\x30\x00"), NOTHING, NOTHING, NOTHING),
        "too-big-without-bindings": Case(said(1, 0, b"\x30\x00"), "status 1", "status 1", "status 1"),
        "status-out-of-range": Case(said(99), "status 99", "status -1", "status 99"),
        "index-out-of-range": Case(said(5, 77), "status 5", "status 5", "status 5"),
        # The PDU's type and the version are looked at by pysnmp's engine, not by its codec.
        "report": Case(around(lambda data: data.replace(b"\xa2", b"\xa8", 1)), NOTHING, NOTHING, (2, 72)),
        "version-1": Case(
            around(lambda data: data.replace(b"\x02\x01\x01", b"\x02\x01\x00", 1)), NOTHING, NOTHING, (2, 72)
        ),
        "version-in-2-bytes": Case(
            around(lambda data: long_form(data[:2] + b"\x02\x02\x00\x01" + data[5:], 2)),
            (2, 72),
            (2, 72),
            (2, 72),
        ),
        "other-community": Case(
            around(lambda data: data.replace(b"public", b"PUBLIC")), (2, 72), (2, 72), (2, 72)
        ),
        "two-values": Case(
            lambda request: response(request.request_id, [(OID, b"\x02\x01\x48"), (OID, b"\x02\x01\x49")]),
            (2, 73),
            (2, 73),
            (2, 73),
        ),
    }
)


def behave(request: Request) -> list[bytes]:
    """The case is named by the community."""
    return [CASES[request.community.decode()].answer(request)]


@contextmanager
def engine() -> Iterator[SnmpEngine]:
    """An impatient engine whose credentials are named as the community they stand for."""
    options = SnmpOptions(timeout=0.25, retries=0)
    with open_snmp(options, lambda name: Secret("snmp_v2c", {"community": name})) as opened:
        yield opened


async def ours(snmp: SnmpEngine, agent: ScriptedAgent, case: str) -> object:
    """What our engine makes of a case; only its own errors may come."""
    target = Target(case, agent.address, snmp_port=agent.port, credentials=(case,))
    try:
        answer = await snmp.get(target, [NAME])
    except TransportError:
        return NOTHING
    return f"status {answer.error_status}" if answer.error_status else answer.values.get(NAME, NOTHING)


def by_pysnmp(case: str) -> object:
    """What pysnmp's codec makes of it."""
    protocol = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
    data = CASES[case].answer(Request(0xA0, 1 << 24, 0, (), b"", 1, ("", 0)))
    try:
        message, _ = decoder.decode(data, asn1Spec=protocol.Message())
        pdu = protocol.apiMessage.get_pdu(message)
        status = int(protocol.apiPDU.get_error_status(pdu))
        rows = protocol.apiPDU.get_varbinds(pdu)
    except (PyAsn1Error, ProtocolError):
        return NOTHING
    return f"status {status}" if status else (pysnmp_value(rows[-1][1]) if rows else NOTHING)


def by_net_snmp(output: str) -> object:
    """What snmpget printed: the last value, an error status, or that it waited in vain."""
    if "Error in packet" in output:
        words = {"tooBig": 1, "genError": 5}
        return f"status {next((number for word, number in words.items() if word in output), -1)}"
    lines = [line for line in output.splitlines() if line.startswith(".")]
    return net_snmp_value(lines[-1].partition(" = ")[2]) if lines else NOTHING


@pytest.fixture(scope="module")
def hostile() -> Iterator[ScriptedAgent]:
    """One agent for all cases."""
    with scripted_agent("127.77.1.1", behave) as agent:
        yield agent


@pytest.fixture(scope="module")
def printed(hostile: ScriptedAgent) -> Mapping[str, str]:
    """What snmpget prints of each case; all run at once, as some wait in vain."""
    if shutil.which("snmpget") is None:
        pytest.skip("snmpget (Debian: snmp) is not installed")
    where = f"{hostile.address}:{hostile.port}"
    options = ["-m", "", "-On", "-Ox", "-Oe", "-Ot", "-v2c", "-t", "0.5", "-r", "0"]
    running = {
        case: subprocess.Popen(
            ["snmpget", *options, "-c", case, where, NAME], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for case in CASES
    }
    return {case: each.communicate(timeout=30)[0].decode("latin-1") for case, each in running.items()}


@pytest.mark.parametrize("case", CASES)
def test_net_snmp_and_pysnmp_judge_as_we_believe(printed: Mapping[str, str], case: str) -> None:
    """What we tolerate rests on what these two do, so a change of theirs shall be noticed."""
    assert by_net_snmp(printed[case]) == CASES[case].net_snmp
    assert by_pysnmp(case) == CASES[case].pysnmp


def test_we_refuse_nothing_that_both_others_accept() -> None:
    """But lengths in five bytes, which no datagram needs, and a counter without content, which is no zero."""
    stricter = {
        case
        for case, each in CASES.items()
        if each.ours == NOTHING and NOTHING not in (each.net_snmp, each.pysnmp)
    }
    assert stricter == {"length-5-bytes", "counter64-empty"}


async def test_each_answer_is_read_or_refused_as_we_mean_to(hostile: ScriptedAgent) -> None:
    """All cases at once over one socket: each has its own outcome, garbage is counted, and nobody hurts another."""
    with engine() as snmp:
        outcomes = await asyncio.gather(*(ours(snmp, hostile, case) for case in CASES))
        counts = snmp.counts()
    assert dict(zip(CASES, outcomes, strict=True)) == {case: each.ours for case, each in CASES.items()}
    refused = [case for case, each in CASES.items() if each.ours == NOTHING and case != "no-bindings"]
    assert counts["snmp_garbage"] == counts["snmp_timeouts"] == len(refused)
