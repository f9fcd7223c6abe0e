"""Locations of services and what is expected of their answers, read from what people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.faults import CellFault
from inventory.locations import PORTS, Location, read_expectations, read_location


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://cong.example/trang?a=1#b", ("https", "cong.example", 443, "/trang?a=1#b", "", {})),
        ("HTTP://10.1.0.5:8080", ("http", "10.1.0.5", 8080, "", "", {})),
        ("https://[2001:db8::1]:8443/", ("https", "2001:db8::1", 8443, "/", "", {})),
        ("tcp://10.1.0.5:1433?tls=1", ("tcp", "10.1.0.5", 1433, "", "", {"tls": "1"})),
        ("dns://10.1.0.2/tinh.example?type=mx", ("dns", "10.1.0.2", 53, "/tinh.example", "", {"type": "MX"})),
        ("smtp://thu.example:587?starttls=1", ("smtp", "thu.example", 587, "", "", {"starttls": "1"})),
        ("smtps://thu.example/", ("smtps", "thu.example", 465, "/", "", {})),
        ("rtsp://10.1.9.8/kenh1?x=2", ("rtsp", "10.1.9.8", 554, "/kenh1?x=2", "", {})),
        ("sip:hop@10.1.0.9;transport=tcp", ("sip", "10.1.0.9", 5060, "", "hop", {"transport": "tcp"})),
        ("sips:hop.example:5071", ("sips", "hop.example", 5071, "", "", {})),
        ("h323://10.1.0.9", ("h323", "10.1.0.9", 1720, "", "", {})),
        ("ssh://may-chu", ("ssh", "may-chu", 22, "", "", {})),
        ("https://cổng.example/", ("https", "cổng.example", 443, "/", "", {})),
    ],
)
def test_a_location_is_read(text: str, expected: tuple[object, ...]) -> None:
    """Scheme, host, port (its usual one unless written), path, user and options."""
    found = read_location(text)
    assert (found.scheme, found.host, found.port, found.path, found.user, dict(found.options)) == expected
    assert found.url == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "location_not_probed"),
        ("cong.example", "location_not_probed"),
        ("ftp://10.1.0.5/", "location_not_probed"),
        ("https:10.1.0.5", "location_not_probed"),
        ("sip://10.1.0.5", "location_not_probed"),
        ("https://10.1.0.500/", "location_not_probed"),
        ("https://-a.example/", "location_not_probed"),
        ("https://[cong]/", "location_not_probed"),
        ("ssh://10.1.0.5/x", "location_not_probed"),
        ("https://a.example:80x/", "location_not_probed"),
        ("https://a.example/" + "x" * 2000, "location_not_probed"),
        ("https://ai:gi@cong.example/", "location_with_login"),
        ("sip:ai:gi@cong.example", "location_with_login"),
        ("tcp://10.1.0.5", "location_without_port"),
        ("tcp://10.1.0.5:0", "protocol_port"),
        ("https://cong.example:70000/", "protocol_port"),
        ("dns://10.1.0.2", "location_without_name"),
        ("dns://10.1.0.2/?type=A", "location_without_name"),
        ("dns://10.1.0.2/a.example?type=A&type=MX", "point_unknown_option"),
        ("ssh://10.1.0.2?tls=1", "point_unknown_option"),
        ("smtp://10.1.0.2?starttls=yes", "point_option"),
        ("dns://10.1.0.2/a.example?type=a b", "location_not_probed"),
    ],
)
def test_a_faulty_location_is_refused_by_its_fault(text: str, code: str) -> None:
    """The code names the sentence; a password is never quoted."""
    with pytest.raises(CellFault) as caught:
        read_location(text)
    assert caught.value.code == code
    assert "gi@" not in str(caught.value.params)


WRITTEN = st.builds(
    "{}{}{}".format, st.sampled_from([*PORTS]), st.sampled_from(["://", ":"]), st.text(max_size=40)
)


@given(st.one_of(st.text(max_size=60), WRITTEN))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    """Nothing but a location or a fault comes out, and its port is one."""
    try:
        found = read_location(text)
    except CellFault:
        return
    assert isinstance(found, Location)
    assert 1 <= found.port <= 65535
    assert found.host


def test_expectations_are_gathered_by_name() -> None:
    """Several of a name stand side by side."""
    found = read_expectations(("status=200-299", "Status = 401", "text=Trang chủ = 1"), "https")
    assert dict(found) == {"status": ("200-299", "401"), "text": ("Trang chủ = 1",)}


@pytest.mark.parametrize(
    ("text", "scheme", "code"),
    [
        ("200", "http", "expectation_unknown"),
        ("status=", "http", "expectation_unknown"),
        ("status=2xx", "http", "expectation_status"),
        ("answer=10.1.0.5", "https", "expectation_unknown"),
        ("text=x", "ssh", "expectation_unknown"),
        ("ttl=5", "", "expectation_unknown"),
    ],
)
def test_what_says_nothing_of_such_an_answer_is_refused(text: str, scheme: str, code: str) -> None:
    """A status of a page means nothing to SSH."""
    with pytest.raises(CellFault) as caught:
        read_expectations((text,), scheme)
    assert caught.value.code == code
