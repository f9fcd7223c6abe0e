"""ARP and bridge tables of devices, also of those that answer nonsense."""

from hypothesis import given
from hypothesis import strategies as st

from netwatch.discovery.contract import Place
from netwatch.discovery.hints import (
    ARP,
    COLUMNS,
    MOST_HINTS,
    NAMES,
    NEIGHBOURS,
    PORT_INTERFACES,
    VLAN_PORTS,
    hints,
)
from netwatch.discovery.kinds import kind_of
from probes.equipment.answers import Gathered
from probes.transports.fakes import integer, octets
from probes.transports.snmp.contract import Index, Value

BY = Place("main", "10.0.0.1")
MAC = b"\x00\x01\x02\x03\x04\x05"
SIX = (254, 128, *[0] * 13, 9)


def test_addresses_are_told_with_the_port_they_are_behind() -> None:
    """IPv4 and IPv6 neighbours; the bridge's port by the name of its interface."""
    answers = Gathered(
        {},
        {
            ARP: {(3, 10, 0, 0, 7): octets(MAC), (3, 10, 0, 0, 8): octets(b"\x01\x00\x5e\x00\x00\x01")},
            NEIGHBOURS: {(3, 2, 16, *SIX): octets(MAC), (3, 1, 4, 10, 0, 0, 7): octets(MAC)},
            VLAN_PORTS: {(1, *MAC): integer(12), (1, 9, 9, 9, 9, 9, 9): integer(0)},
            PORT_INTERFACES: {(12,): integer(10012)},
            NAMES: {(10012,): octets("Gi0/12")},
        },
    )
    told = [(each.address, each.mac, each.port) for each in hints(BY, answers)]
    assert told == [
        ("10.0.0.7", "00:01:02:03:04:05", "Gi0/12"),
        ("fe80::9", "00:01:02:03:04:05", "Gi0/12"),
    ]


def test_giant_tables_are_cut() -> None:
    """More than anybody would read is not kept; a port with many behind it says nothing."""
    arp: dict[Index, Value] = {
        (1, 10, 1, low // 256, low % 256): octets(b"\x00" + low.to_bytes(5, "big")) for low in range(1, 6000)
    }
    crowd: dict[Index, Value] = {(1, 2, 0, 0, 0, 0, low): integer(7) for low in range(100)}
    found = hints(BY, Gathered({}, {ARP: arp, VLAN_PORTS: crowd}))
    assert len(found) == MOST_HINTS
    assert not any(each.port for each in found)


VALUES: st.SearchStrategy[Value] = st.one_of(
    st.binary(max_size=9).map(octets), st.integers(-(2**31), 2**32).map(integer), st.just((6, b"\x2b"))
)
INDEXES = st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 20), max_size=20).map(tuple)


@given(st.dictionaries(st.sampled_from(COLUMNS), st.dictionaries(INDEXES, VALUES, max_size=5)))
def test_nonsense_is_passed_over(columns: dict[str, dict[tuple[int, ...], Value]]) -> None:
    """Any index, any value: what makes no sense is no hint."""
    for hint in hints(BY, Gathered({}, columns)):
        assert len(hint.mac) == 17


def test_a_kind_is_told_by_model_profile_words_or_protocol() -> None:
    """The most telling first; nothing telling is 'other'."""
    assert kind_of("cisco_ios", ("WS-C2960-24TC-L", "Cisco IOS"), ()) == ("switch", "model")
    assert kind_of("cisco_ios", ("ISR4331/K9", "Cisco IOS"), ()) == ("router", "profile")
    assert kind_of("huawei_vrp", ("USG6320", ""), ()) == ("firewall", "model")
    assert kind_of("apc_ups", ("AP8932", ""), ()) == ("other", "model")
    assert kind_of("apc_ups", ("Smart-UPS 3000", ""), ()) == ("ups", "profile")
    assert kind_of("generic", ("", "Acme Network Camera v2"), ()) == ("camera", "words")
    assert kind_of("", (), ("https", "rtsp")) == ("camera", "protocol")
    assert kind_of("generic", ("", "thing"), ("ssh",)) == ("other", "")
