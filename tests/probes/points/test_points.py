"""The kinds that read points of I/O devices: from what a device answers to fact, number and text."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from probes.contract import Fact, Look, Note, Reason, Sample, Target
from probes.document import find, parse
from probes.kit import Kit
from probes.registry import probes
from probes.run import run_look
from probes.transports.errors import BadAnswer, Refused, TransportError
from probes.transports.fakes import FakeIcmp, FakeMonotonic, FakeSnmp
from probes.transports.modbus.fake import FakeModbus
from probes.transports.web.contract import Response
from probes.transports.web.fake import FakeWeb

pytestmark = pytest.mark.anyio

PROBES = probes()
TARGET = Target("io-1", "10.0.0.9")
CONTROL_BY_WEB = b"""<?xml version="1.0" encoding="utf-8"?>
<datavalues><digitalInput1>1</digitalInput1><digitalInput2> 0 </digitalInput2><count3>17</count3>
<vin>24.3</vin><serialNumber>00:0C:C8:01:02:03</serialNumber><utcTime>1763892000</utcTime></datavalues>"""
MOXA = json.dumps(
    {"slot": 0, "io": {"di": [{"diIndex": at, "diMode": 0, "diStatus": at % 2} for at in range(4)]}}
).encode()


async def look(
    kind: str, modbus: FakeModbus | None = None, web: FakeWeb | None = None, **params: object
) -> Look:
    """One look, run as the daemon runs it."""
    kit = Kit(FakeIcmp(), FakeSnmp(), FakeMonotonic(), modbus=modbus or FakeModbus(), web=web or FakeWeb())
    return await run_look(
        PROBES[kind], TARGET, PROBES[kind].params.model_validate(params), kit, 5.0, kit.monotonic
    )


CONTACT: dict[str, Any] = {"expected": ["1"], "unexpected": ["0"]}


@pytest.mark.parametrize(
    ("held", "fact"),
    [
        (1, Fact("", "expected", True, Reason.AS_EXPECTED, "1")),
        (0, Fact("", "expected", False, Reason.NOT_AS_EXPECTED, "0")),
    ],
)
async def test_a_contact_is_read_by_modbus(held: int, fact: Fact) -> None:
    """A closed contact should be as expected and an open one not, with number and text beside it."""
    modbus = FakeModbus()
    modbus.unit(TARGET.address).held["discrete"] = {3: held}
    seen = await look("modbus_point", modbus, function="discrete", address=3, **CONTACT)
    assert seen.readings == (fact, Sample("", "point_value", held), Note("", "value", str(held)))


@pytest.mark.parametrize(
    ("exception", "reason"),
    [
        (1, Reason.NOT_OFFERED),
        (2, Reason.NOT_OFFERED),
        (4, Reason.BAD_ANSWER),
        (6, Reason.BAD_ANSWER),
        (11, Reason.NO_ANSWER),
        (99, Reason.BAD_ANSWER),
    ],
)
async def test_exceptions_tell_nothing_of_a_contact(exception: int, reason: Reason) -> None:
    """Whatever a device says instead of a value should leave the contact unknown, with its word as evidence."""
    modbus = FakeModbus()
    modbus.unit(TARGET.address).exception = exception
    (fact,) = (await look("modbus_point", modbus, function="coil", address=0, **CONTACT)).readings
    assert isinstance(fact, Fact)
    assert (fact.holds, fact.reason) == (None, reason)
    assert f"exception {exception}: " in fact.evidence


@pytest.mark.parametrize("fault", [None, Refused("ECONNREFUSED"), BadAnswer("ended early")])
async def test_a_device_that_cannot_be_asked_leaves_its_contacts_unknown(
    fault: TransportError | None,
) -> None:
    """Silence, refusal and nonsense should be a look without facts, never a contact at fault."""
    modbus = FakeModbus()
    if fault is not None:
        modbus.unit(TARGET.address).fault = fault
    seen = await look("modbus_point", modbus, function="coil", address=0, **CONTACT)
    assert seen.readings == ()
    assert seen.reason is (fault.reason if fault else Reason.NO_ANSWER)


async def test_a_number_needs_no_healthy_values() -> None:
    """A temperature over two registers should be a scaled number and a fact that only says that there is one."""
    modbus = FakeModbus()
    modbus.unit(TARGET.address).held["input"] = {8: 0xFFCE, 9: 0xFFFF}
    seen = await look(
        "modbus_point", modbus, function="input", address=8, type="i32", words="little", scale=0.1
    )
    assert seen.readings == (
        Fact("", "expected", True, Reason.ANSWERED, "-5"),
        Sample("", "point_value", -5.0),
        Note("", "value", "-5"),
    )


async def test_a_value_that_means_none_is_not_offered() -> None:
    """What a maker writes into a register for 'no sensor' should be no value, unless it is listed as healthy."""
    modbus = FakeModbus()
    modbus.unit(TARGET.address).held["holding"] = {0: 32767}
    point: dict[str, Any] = {"function": "holding", "address": 0, "no_value": ["32767"]}
    assert (await look("modbus_point", modbus, **point)).readings == (
        Fact("", "expected", None, Reason.NOT_OFFERED),
    )
    listed = await look("modbus_point", modbus, **point, expected=["32767"])
    assert listed.readings[0] == Fact("", "expected", True, Reason.AS_EXPECTED, "32767")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"function": "coil", "address": 0, "type": "u16"}, "single bits"),
        ({"function": "holding", "address": 65535, "type": "u32"}, "two registers"),
        ({"function": "holding", "address": 0, "mask": 0x10000}, "0xffff"),
        ({"function": "write", "address": 0}, "discrete"),
        ({"function": "coil", "address": 65536}, "65535"),
    ],
)
def test_points_that_cannot_be_are_refused(params: dict[str, object], words: str) -> None:
    """A point without meaning should be refused with a sentence when the plan is made, not at each look."""
    with pytest.raises(ValidationError, match=words):
        PROBES["modbus_point"].params.model_validate(params)


@pytest.mark.parametrize(
    ("name", "body", "fact"),
    [
        ("digitalInput1", CONTROL_BY_WEB, Fact("", "expected", True, Reason.AS_EXPECTED, "1")),
        ("digitalInput2", CONTROL_BY_WEB, Fact("", "expected", False, Reason.NOT_AS_EXPECTED, "0")),
        ("digitalInput9", CONTROL_BY_WEB, Fact("", "expected", None, Reason.NOT_OFFERED)),
        ("serialNumber", CONTROL_BY_WEB, Fact("", "expected", None, Reason.BAD_ANSWER, "00:0C:C8:01:02:03")),
        ("io.di.3.diStatus", MOXA, Fact("", "expected", True, Reason.AS_EXPECTED, "1")),
        ("di.2.diStatus", MOXA, Fact("", "expected", False, Reason.NOT_AS_EXPECTED, "0")),
        ("di.9.diStatus", MOXA, Fact("", "expected", None, Reason.NOT_OFFERED)),
        ("on", b'{"on": true}', Fact("", "expected", True, Reason.AS_EXPECTED, "1")),
        ("on", b'{"on": null}', Fact("", "expected", None, Reason.NOT_OFFERED)),
    ],
)
async def test_a_contact_is_read_by_http(name: str, body: bytes, fact: Fact) -> None:
    """XML as ControlByWeb and JSON as Moxa give it should be read by name."""
    web = FakeWeb({"http://10.0.0.9/state": Response(200, body=body)})
    seen = await look("http_point", web=web, path="/state", name=name, **CONTACT)
    assert seen.readings[0] == fact


async def test_moxa_is_asked_as_it_wants_to_be() -> None:
    """The REST interface of ioLogik should be asked with its own Accept header and port."""
    url = "https://10.0.0.9:8443/api/slot/0/io/di"
    web = FakeWeb({url: Response(200, body=MOXA)})
    await look("http_point", web=web, scheme="https", port=8443, path="/api/slot/0/io/di", name="slot")
    ((_, request),) = web.asked
    assert request.headers == (("Accept", "vdn.dac.v1"),)
    assert request.trust == "any"


async def test_a_number_is_scaled_in_text_and_sample() -> None:
    """What is compared, counted and shown should be the same scaled number."""
    web = FakeWeb({"http://10.0.0.9/state": Response(200, body=CONTROL_BY_WEB)})
    seen = await look("http_point", web=web, path="/state", name="vin", scale=10)
    assert seen.readings[1:] == (Sample("", "point_value", 243.0), Note("", "value", "243"))


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (Response(401), Reason.CREDENTIALS),
        (Response(503, body=CONTROL_BY_WEB), Reason.BAD_ANSWER),
        (Response(200, body=CONTROL_BY_WEB, cut=True), Reason.BAD_ANSWER),
        (Response(200, body=b"<html><body>Login<br></body></html>"), Reason.BAD_ANSWER),
        (Response(200, body=b'{"digitalInput1": [1, 2]}'), Reason.BAD_ANSWER),
        (Response(200, body=b'{"a": {"digitalInput1": 1}, "digitalInput1": 0}'), Reason.BAD_ANSWER),
        (Response(200, body=b'{"digitalInput1": NaN}'), Reason.BAD_ANSWER),
        (Response(200, body=b""), Reason.BAD_ANSWER),
    ],
)
async def test_other_answers_tell_nothing(response: Response, reason: Reason) -> None:
    """A login page, an error, a cut or ambiguous document should leave the contact unknown, with the reason."""
    web = FakeWeb({"http://10.0.0.9/state": response})
    seen = await look("http_point", web=web, path="/state", name="digitalInput1", **CONTACT)
    assert (seen.readings, seen.reason) == ((), reason)


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY b "1">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>&b;</a>",
        b"<a>" * 40 + b"</a>" * 40,
        b"<r>" + b"<a/>" * 30_000 + b"</r>",
        b"[" * 100_000,
        b"[" + b"0," * 40_000 + b"0]",
        b'{"a": ' + b"9" * 5000 + b"}x",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b"\xff\xfe<",
    ],
)
def test_documents_beyond_bounds_are_refused(body: bytes) -> None:
    """Entities, depth, breadth and nonsense should be a bad answer."""
    with pytest.raises(BadAnswer):
        find(parse(body), "a.b")


@given(
    st.binary(max_size=200) | st.text("<>/ab=\"'&;![]{}:,.0 ?-", max_size=80).map(str.encode),
    st.text("ab.0", max_size=6),
)
def test_no_document_brings_the_reading_down(body: bytes, name: str) -> None:
    """Any bytes should give a value, none, or a bad answer."""
    with contextlib.suppress(BadAnswer):
        assert not isinstance(find(parse(body), name), dict | list)


def test_attributes_and_repeated_elements_have_names_too() -> None:
    """Elements of one name beside each other should be a list; attributes stand beside what is within."""
    document = parse(b'<io><in id="1">0</in><in id="2">1</in><out state="on"/></io>')
    assert find(document, "in.1") == "1"
    assert find(document, "in.1.id") == "2"
    assert find(document, "out.state") == "on"
