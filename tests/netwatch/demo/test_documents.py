"""What devices of the demo tell is read back by the daemon's own readers, and no bytes bring them down."""

from collections.abc import Mapping

import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.demo import datagrams, documents
from netwatch.demo.province import province
from netwatch.demo.world import WHOLE, World, reality, region
from probes.conferencing import xapi, yealink
from probes.document import find, parse
from probes.transports.modbus.contract import ModbusQuestion
from probes.transports.modbus.frames import answer, request
from probes.transports.modbus.layout import Function
from probes.transports.sip.message import Options, response

LAID = region(province(40, 68))
CODEC, LINE_API, MODBUS, WEB = (
    LAID.devices[id_] for id_ in ("LD-K01-VC1", "LD-S04-VC1", "LD-IO2", "LD-K01-IO2")
)


def test_a_codec_is_registered_in_a_call_and_says_which_one_it_is() -> None:
    """By xAPI, until it loses its registration."""
    told = xapi.codec(documents.codec(CODEC, reality(LAID, WHOLE)).encode())
    assert told.registration.holds is True
    assert (told.calls, len(told.channels), told.faults) == (1, 4, ())
    assert (told.identity["serial"], told.identity["model"]) == (CODEC.serial, CODEC.model)
    lost = reality(LAID, World(unregistered=frozenset({CODEC.id})))
    assert xapi.codec(documents.codec(CODEC, lost).encode()).registration.holds is False


def test_an_endpoint_with_the_line_api_is_in_a_call() -> None:
    """Its state, its model and the quality of both directions."""
    said = {
        command: documents.line_api(f"{command}\r\n", LINE_API) for command in ("sysstatus get", "version")
    }
    assert yealink.state(said["sysstatus get"]) == "talking"
    assert yealink.identity(said["version"].strip())["model"] == LINE_API.model
    assert len(list(yealink.qualities([documents.line_api("callinfo all", LINE_API)]))) == 4
    assert documents.line_api("reboot", LINE_API) == ""


@pytest.mark.parametrize(("tripped", "closed"), [(frozenset(), 1), (frozenset({"LD-CS2", "LD-K01-CS2"}), 0)])
def test_contacts_are_told_by_modbus_and_by_the_web_page(tripped: frozenset[str], closed: int) -> None:
    """Both as the world has them."""
    now = reality(LAID, World(tripped=tripped))
    assert find(parse(documents.inputs(WEB, now).encode()), "digitalInput1") == str(closed)
    assert _read(ModbusQuestion(1, "discrete", 0), documents.registers(MODBUS, now)) == (closed,)


@pytest.mark.parametrize(
    ("function", "address", "count", "values"),
    [("holding", 16, 2, (0, documents.STRIKES)), ("input", 0, 1, (264,)), ("discrete", 0, 2, (1, 1))],
)
def test_registers_are_read_back(
    function: Function, address: int, count: int, values: tuple[int, ...]
) -> None:
    """Strikes, the temperature of the cabinet in tenths, contacts."""
    held = documents.registers(MODBUS, reality(LAID, WHOLE))
    assert _read(ModbusQuestion(1, function, address, count), held) == values


def test_a_register_that_is_not_there_is_an_illegal_address() -> None:
    """As a real device says."""
    held = documents.registers(MODBUS, reality(LAID, WHOLE))
    asked = ModbusQuestion(1, "holding", 500)
    said = documents.modbus(request(asked, 1)[7:], held)
    assert answer(b"\x00\x01\x00\x00\x00\x03\x01" + said, asked, 1).exception == 2


def _read(asked: ModbusQuestion, held: Mapping[str, Mapping[int, int]]) -> tuple[int, ...]:
    said = documents.modbus(request(asked, 1)[7:], held)
    return answer(b"\x00\x01\x00\x00" + (len(said) + 1).to_bytes(2, "big") + b"\x01" + said, asked, 1).values


def test_options_are_answered_so_that_the_asker_knows_it_is_for_him() -> None:
    """With his Via, Call-ID and CSeq, and a tag of the answerer's own."""
    asked = Options("10.1.0.13", 5060, "udp", ("10.255.0.2", 40000), "0123456789abcdef")
    came = response(datagrams.sip(asked.encode(), "Mẫu MCU-2") or b"")
    assert came.status == 200
    assert came.answers(asked)


def test_names_of_the_zone_are_told_and_others_do_not_exist() -> None:
    """As a name server of the agency's own does."""
    zone = {"cong.mau.example": "10.1.0.6"}
    known, unknown = (
        dns.message.from_wire(datagrams.names(dns.message.make_query(name, "A").to_wire(), zone) or b"")
        for name in ("cong.mau.example", "khac.mau.example")
    )
    assert known.answer[0][0].to_text() == "10.1.0.6"
    assert unknown.rcode() == 3


@given(st.binary(max_size=200))
def test_no_bytes_bring_them_down(heard: bytes) -> None:
    """Whatever is asked, it is answered or passed over."""
    datagrams.sip(heard, "Mẫu")
    datagrams.sip(b"OPTIONS sip:x SIP/2.0\r\n" + heard, "Mẫu")
    datagrams.names(heard, {})
    documents.modbus(heard, documents.registers(MODBUS, reality(LAID, WHOLE)))
