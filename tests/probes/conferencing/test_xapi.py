"""What Cisco codecs say, by documents of three generations, and what becomes of documents that nobody should read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.conferencing.xapi import Codec, codec
from probes.conferencing.xml import read
from probes.transports.errors import BadAnswer

DATA = Path(__file__).parents[1] / "data" / "conferencing"


def told(name: str) -> Codec:
    return codec((DATA / f"{name}.xml").read_bytes())


def quality(said: Codec) -> dict[str, tuple[float | None, float | None, float | None]]:
    return {each.part: (each.loss, each.jitter, each.round_trip) for each in said.channels}


def test_an_idle_codec_is_registered_and_has_no_call() -> None:
    """A warning alone is no fault; no call is nothing to be wondered at."""
    said = told("ce9_idle")
    assert (said.registration.holds, said.registration.evidence) == (True, "SIP Registered")
    assert (said.calls, said.channels, said.faults) == (0, (), ())
    assert said.messages == {"warning": 1, "error": 0, "critical": 0}
    assert said.identity == {
        "vendor": "Cisco",
        "model": "Room Kit",
        "serial": "FOC2345ABCD",
        "version": "ce9.15.3.17 fb6ae5a1b84",
    }
    assert (said.uptime, said.standby) == (907215.0, "Standby")


def test_a_call_tells_loss_by_what_was_due() -> None:
    """Lost of lost and received; an interval in which nothing came tells nothing; both spellings of Netstat count."""
    said = told("roomos11_in_call")
    assert said.calls == 1
    assert quality(said) == {
        "incoming audio": (0.0, 0.004, 0.038),
        "incoming video": (0.04, 0.012, None),
        "incoming presentation": (None, 0.0, None),
        "outgoing video": (0.01, 0.007, None),
    }
    assert said.faults == ("temperature: High",)


def test_the_older_generation_is_read_too() -> None:
    """TC has other names, states as attributes, and calls that are only the ghost of one."""
    said = told("tc7_in_call")
    assert said.calls == 1
    assert quality(said) == {"incoming video": (0.01, 0.015, None), "outgoing audio": (0.0, 0.002, None)}
    assert (said.registration.holds, said.registration.evidence) == (True, "H.323 Registered")
    assert (said.temperature, said.standby) == (57.5, "Off")
    assert said.identity["model"] == "Cisco TelePresence SX20"


def test_registered_nowhere_is_a_fault_only_where_it_is_meant_to_be() -> None:
    """Failed and rejected: no. Inactive: switched off, which nobody can call a fault."""
    lost, off = told("ce9_unregistered"), told("ce9_nowhere")
    assert (lost.registration.holds, lost.registration.evidence) == (False, "SIP Failed, H.323 Rejected")
    assert lost.faults[0] == "CameraId: No camera is connected"
    assert (off.registration.holds, off.registration.evidence) == (None, "SIP Inactive, H.323 Inactive")


BOMB = b'<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><Status><SIP>&b;</SIP></Status>'
FILE = b'<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]><Status><SIP>&a;</SIP></Status>'


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>login</html>",
        b"<Status><SIP></Status>",
        b'<?xml version="1.0" encoding="x-none"?><Status/>',
        b"<Status>" + b"<a>" * 100 + b"</a>" * 100 + b"</Status>",
        b"<Status>" + b"<a/>" * 60_000 + b"</Status>",
        BOMB,
        FILE,
        b"<Status>&unknown;</Status>",
    ],
)
def test_documents_that_nobody_should_read_are_bad_answers(document: bytes) -> None:
    """Other pages, broken ones, endless ones, and those with a document type."""
    with pytest.raises(BadAnswer):
        codec(document)


def test_only_what_is_asked_for_is_kept() -> None:
    """The rest of a long document costs no memory, and long texts are cut."""
    root = read(b"<s><keep>" + b"x" * 5000 + b"</keep><drop><keep/></drop></s>", {"keep"})
    assert [child.name for child in root.children] == ["keep"]
    assert len(root.children[0].text) == 500


NAMES = (
    *("Status", "SIP", "H323", "Gatekeeper", "Registration", "MediaChannels", "Call", "Channel", "Netstat"),
    *("Jitter", "LastIntervalLost", "LastIntervalReceived", "SystemUnit", "Diagnostics", "Message", "Level"),
)
WORDS = st.sampled_from(NAMES)
TREES = st.recursive(
    st.text("0123456789.Registered", max_size=8),
    lambda inner: st.lists(st.tuples(WORDS, inner), max_size=4).map(
        lambda pairs: "".join(f"<{name}>{body}</{name}>" for name, body in pairs)
    ),
    max_leaves=20,
)


@given(st.binary(max_size=300) | TREES.map(lambda body: f"<Status>{body}</Status>".encode()))
def test_any_document_is_a_codec_or_a_bad_answer(document: bytes) -> None:
    """Nothing else leaves the parser, and every number is one that can be."""
    try:
        said = codec(document)
    except BadAnswer:
        return
    assert all(each.loss is None or 0 <= each.loss <= 1 for each in said.channels)
    assert all(each.jitter is None or each.jitter >= 0 for each in said.channels)
