"""What hostile agents may make the engine remember: nothing that they can make larger without end."""

import gc
import weakref

import pytest

from probes.ports.carrier import carrier
from probes.ports.discovery import note
from probes.ports.layout import Port, layout
from probes.transports.snmp.agent import Agent
from probes.transports.snmp.ber import GET, BerError, arcs, decode_response, dotted, encode_oid, tlv
from probes.transports.snmp.contract import IP_ADDRESS, OCTET_STRING, OPAQUE, question, text
from probes.transports.snmp.multiget import portions
from probes.transports.snmp.speaker import MOST_TEMPLATE_BYTES, CommunitySpeaker
from probes.transports.snmp.v3 import V3Speakers

COLUMN = "1.3.6.1.2.1.2.2.1"
# One number in as many bytes as one likes: each says that more follow, and adds nothing.
PADDED = b"\x80" * 700 + b"\x01"


def ports(start: int) -> tuple[Port, ...]:
    """Forty ports from this index on."""
    asked = tuple(f"{COLUMN}.{column}" for column in range(2, 14))
    return tuple(Port(index, b"x", str(index), str(index), asked) for index in range(start, start + 40))


def test_what_was_asked_of_ports_that_are_no_more_is_forgotten() -> None:
    """An agent that renumbers its ports at every look leaves no questions behind, which are megabytes each."""
    shape = layout((), ports(1_000_000))
    assert portions(shape.question, 55) is portions(shape.question, 55)
    gone = weakref.ref(shape.question)
    del shape
    gc.collect()
    assert gone() is None


def test_small_questions_stay_prepared() -> None:
    """They are asked again and again by whoever puts them anew each time."""
    names = ("1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0")
    assert question(names) is question((*names,))


def test_an_agent_does_not_keep_questions_alive() -> None:
    """What is remembered of long answers goes with the question."""
    wanted = question(tuple(f"{COLUMN}.10.{port}" for port in range(1, 101)))
    agent = Agent(("127.0.0.1", 161), None)  # type: ignore[arg-type]
    agent.narrows(wanted, 10)
    assert agent.narrow
    del wanted
    gc.collect()
    assert not agent.narrow


def test_requests_are_kept_prepared_up_to_so_many_bytes() -> None:
    """An agent decides what a walk goes on from: with the longest indexes a request is six kilobytes."""
    community, v3 = CommunitySpeaker(1, b"public"), V3Speakers(b"pepper", 1)
    kept = 0
    for row in range(3 * MOST_TEMPLATE_BYTES // 10_000):
        tail = row.to_bytes(4, "big").translate(bytes(range(128)) * 2) + b"\x01" * 996
        oids = tuple(encode_oid(f"{COLUMN}.{column}") + tail for column in range(10))
        community.message(1 << 24, GET, oids, 0, 0.0)
        v3.template(GET, oids, 0)
        kept = max(kept, community.templates.bytes, v3.templates.bytes)
    assert MOST_TEMPLATE_BYTES // 2 < kept <= MOST_TEMPLATE_BYTES


@pytest.mark.parametrize("read", [arcs, dotted.__wrapped__])
def test_an_oid_is_no_longer_than_its_arcs_can_be(read: object) -> None:
    """128 arcs of five bytes; padding makes no difference to the number, but would to what is kept."""
    assert callable(read)
    try:
        found = read(PADDED)
    except BerError:
        return
    assert not found


def test_an_answer_with_an_endless_oid_is_refused() -> None:
    """As a value: as a name it is refused anyway."""
    binding = tlv(0x30, tlv(6, encode_oid("1.3.6.1.2.1.1.2.0")) + tlv(6, PADDED))
    pdu = b"\x02\x04\x01\x00\x00\x00\x02\x01\x00\x02\x01\x00" + tlv(0x30, binding)
    with pytest.raises(BerError):
        decode_response(tlv(0x30, b"\x02\x01\x01\x04\x00" + tlv(0xA2, pdu)))


def test_facts_and_notes_of_long_names_are_not_kept() -> None:
    """Devices make names up; only short ones, which many devices share, are kept beyond the device."""
    short, long = "Gi1%2F0%2F1", "%C3%A1" * 200
    assert carrier(short, 1, 1) is carrier(short, 1, 1)
    assert carrier(long, 1, 1) == carrier(long, 1, 1)
    assert carrier(long, 1, 1) is not carrier(long, 1, 1)
    assert note(short, "ifName", "Gi1/0/1") is note(short, "ifName", "Gi1/0/1")
    assert note(short, "ifAlias", "x" * 250) is not note(short, "ifAlias", "x" * 250)


@pytest.mark.parametrize("tag", [IP_ADDRESS, OCTET_STRING, OPAQUE])
def test_a_text_for_people_is_short_whatever_is_sent(tag: int) -> None:
    """An address of 60,000 bytes is shown by its beginning, as any other text is."""
    shown = text((tag, b"\xc0\x00" * 30_000))
    assert shown is not None
    assert len(shown) <= 255
