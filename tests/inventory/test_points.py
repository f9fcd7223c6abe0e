"""Points and protocols: what people write in sheets, as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.faults import CellFault
from inventory.messages import TEXTS
from inventory.points import (
    FUNCTIONS,
    MAX_POINT,
    ORDERS,
    TYPES,
    HttpPoint,
    ModbusPoint,
    Point,
    SnmpPoint,
    read_point,
    text_of_point,
)
from inventory.protocols import PORTS, Protocol, protocol, protocols, read_protocol
from inventory.snapshot import Device

_scales = st.sampled_from([1.0, 0.1, -1.0, 10.0, 0.001, 2.5e-05])
_steps = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)


@st.composite
def _modbus(draw: st.DrawFn) -> ModbusPoint:
    function = draw(st.sampled_from(FUNCTIONS))
    register = function in ("holding", "input")
    type_ = draw(st.sampled_from([None, *TYPES] if register else [None, "bit"]))
    masked = register and type_ != "f32" and draw(st.booleans())
    wide = type_ in ("u32", "i32")
    mask = draw(st.integers(1, 0xFFFFFFFF if wide else 0xFFFF)) if masked else None
    return ModbusPoint(
        draw(st.integers(0, 255)), function, draw(st.integers(0, 65534)), type_,
        draw(st.sampled_from(ORDERS)), draw(st.sampled_from(ORDERS)), draw(_scales), mask,
    )  # fmt: skip


_points = st.one_of(
    _modbus(),
    st.builds(SnmpPoint, st.sampled_from(["1.3.6.1.2.1.1.3.0", "0.0", "2.999.4294967295"]), _scales),
    st.builds(
        HttpPoint,
        st.sampled_from(["http", "https"]),
        st.none() | st.integers(1, 65535),
        st.from_regex(r"/[A-Za-z0-9/._?=&-]{0,30}", fullmatch=True),
        st.lists(_steps, min_size=1, max_size=4).map(".".join),
        _scales,
    ),
)


@given(_points)
def test_every_point_that_is_written_reads_as_the_same_point(point: Point) -> None:
    """Whatever its type, orders, mask and scale."""
    assert read_point(text_of_point(point)) == point


@given(st.text(max_size=60) | st.text("modbus:/holding?=&0123456789httpx#.", max_size=60))
def test_any_text_is_a_point_or_a_fault_with_words(text: str) -> None:
    """Nothing else leaves the reader."""
    sentence = "read"
    try:
        point = read_point(text)
    except CellFault as fault:
        sentence = TEXTS[fault.code].format(**fault.params)
    else:
        assert read_point(text_of_point(point)) == point
    assert sentence


def test_a_point_of_unreasonable_length_is_refused_unread() -> None:
    """The bound comes first."""
    with pytest.raises(CellFault) as fault:
        read_point("http:/" + "a" * MAX_POINT + "#b")
    assert fault.value.code == "too_long"


def test_the_options_of_a_modbus_point_are_all_read() -> None:
    """Types, orders, scale and mask, decimal or hexadecimal."""
    assert read_point(
        "modbus:3/input/16?type=u32&bytes=little&words=little&scale=0.1&mask=255"
    ) == ModbusPoint(3, "input", 16, "u32", "little", "little", 0.1, 255)
    assert read_point("http:8080/api/slot/0/io/di?x=1#io.di.0.diStatus") == HttpPoint(
        "http", 8080, "/api/slot/0/io/di?x=1", "io.di.0.diStatus"
    )


@given(st.text(max_size=40) | st.text("sip:0123456789/rtsp-", max_size=30))
def test_any_text_is_a_protocol_or_a_fault_with_words(text: str) -> None:
    """A port is one that exists, and a name one that can be looked at."""
    sentence = "read"
    try:
        found = read_protocol(text)
    except CellFault as fault:
        sentence = TEXTS[fault.code].format(**fault.params)
    else:
        assert found.name in PORTS
        assert 1 <= found.port <= 65535
    assert sentence


def test_a_device_speaks_what_its_cell_says() -> None:
    """With the usual port where none is written, and the rest without its slash."""
    device = Device(id="C", name="C", site="S", kind="camera", protocols=("RTSP:8554/a/b", "sip", "rtsp"))
    assert protocols(device) == (
        Protocol("rtsp", 8554, "a/b"), Protocol("sip", 5060), Protocol("rtsp", 554)
    )  # fmt: skip
    assert protocol(device, "rtsp") == Protocol("rtsp", 8554, "a/b")
    assert protocol(device, "ssh") is None


def test_the_sentence_about_protocols_names_all_of_them() -> None:
    """The reader is told what is allowed."""
    assert all(f" {name}," in TEXTS["unknown_protocol"].replace(".", ",") for name in PORTS)
