"""What becomes of a datagram, without a network."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.listeners.notification import INFORM, TRAP_V2, Notification
from probes.listeners.reception import Drop, Reception
from probes.listeners.senders import Senders
from probes.secret import Secret
from probes.transports.snmp.ber import GET, decode_response, encode_bindings, encode_integer, encode_oid, tlv
from probes.transports.snmp.usm import Keys, KeyStore, User
from probes.transports.snmp.v3 import user_of
from probes.transports.snmp.v3_listener import OwnEngine
from probes.transports.snmp.v3_message import encode_scoped, seal

NOW = 1_793_491_200_000_000
DEVICE, STRANGER = "10.0.0.1", "192.0.2.1"


def datagram(kind: int = TRAP_V2, community: bytes = b"bi-mat", version: int = 1) -> bytes:
    """A coldStart."""
    return tlv(0x30, encode_integer(version) + tlv(0x04, community) + pdu(kind))


def pdu(kind: int = TRAP_V2) -> bytes:
    """Its PDU."""
    name = tlv(0x06, encode_oid("1.3.6.1.6.3.1.1.5.1"))
    bindings = encode_bindings([(encode_oid("1.3.6.1.6.3.1.1.4.1.0"), name)])
    return tlv(kind, encode_integer(5) + encode_integer(0) + encode_integer(0) + bindings)


class Desk:
    """A reception, and what it believed."""

    def __init__(self, rate: float = 1000, burst: int = 1000) -> None:
        self.believed: list[tuple[str, str]] = []
        senders = Senders(rate, burst)
        senders.adopt([DEVICE])
        self.reception = Reception(senders, self._take, OwnEngine(b"\x80netwatch", 7, NOW / 1e6), 1)
        self.reception.believe([b"bi-mat"], [])

    def _take(self, address: str, found: Notification) -> None:
        self.believed.append((address, found.name))


def test_a_known_devices_notification_is_believed() -> None:
    """With the right community, from an address of the inventory."""
    desk = Desk()
    assert desk.reception.receive(datagram(), DEVICE, NOW) is None
    assert desk.believed == [(DEVICE, "coldStart")]
    assert desk.reception.accepted == {"2c": 1}
    assert not desk.reception.dropped


def test_an_inform_is_answered() -> None:
    """With the same request id and the same community."""
    desk = Desk()
    answer = desk.reception.receive(datagram(INFORM), DEVICE, NOW)
    assert answer is not None
    assert decode_response(answer).request_id == 5
    assert b"bi-mat" in answer
    assert desk.reception.answered == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (datagram(community=b"public"), Drop.COMMUNITY),
        (datagram(INFORM, community=b""), Drop.COMMUNITY),
        (datagram(GET), Drop.NO_NOTIFICATION),
        (datagram()[:-1], Drop.MALFORMED),
        (b"", Drop.MALFORMED),
        (datagram(version=2), Drop.MALFORMED),
    ],
)
def test_what_is_not_believed_is_counted_and_not_answered(data: bytes, why: Drop) -> None:
    """By its reason; it leads to nothing and names nothing."""
    desk = Desk()
    assert desk.reception.receive(data, DEVICE, NOW) is None
    assert desk.reception.dropped == {why: 1}
    ((sender, _),) = desk.reception.senders.each()
    assert (sender.received, sender.accepted, sender.dropped, sender.said) == (1, 0, 1, None)
    assert not desk.believed


def test_a_stranger_is_remembered_with_what_it_said() -> None:
    """It knows the community, but is not in the inventory: it is shown, its inform is answered, no look follows."""
    desk = Desk()
    assert desk.reception.receive(datagram(INFORM), STRANGER, NOW) is not None
    assert not desk.believed
    assert desk.reception.dropped == {Drop.UNKNOWN_SENDER: 1}
    ((sender, known),) = desk.reception.senders.each()
    assert sender.said is not None
    assert (known, sender.said.version, sender.said.inform) == (False, "2c", True)


def test_a_flood_is_not_even_read() -> None:
    """Once a sender's bucket is empty the bytes are looked at no more."""
    desk = Desk(rate=1, burst=3)
    for _ in range(1000):
        desk.reception.receive(datagram(), DEVICE, NOW)
    assert len(desk.believed) == 3
    assert desk.reception.dropped == {Drop.RATE: 997}


@given(st.lists(st.one_of(st.binary(max_size=80), st.just(datagram()))))
def test_a_faulty_datagram_hurts_no_other(datagrams: list[bytes]) -> None:
    """Whatever comes before or after, each sound one is believed, and everything is counted once."""
    desk = Desk()
    for data in datagrams:
        desk.reception.receive(data, DEVICE, NOW)
    assert len(desk.believed) == datagrams.count(datagram())
    told = desk.reception
    assert told.received == len(datagrams) == told.accepted.total() + told.dropped.total()


USER = user_of(
    Secret(
        "snmp_v3",
        {
            "user": "tram",
            "auth": "sha256",
            "auth_password": "mat-khau-1",
            "privacy": "aes128",
            "privacy_password": "mat-khau-2",
        },
    ),
    KeyStore(b"pepper"),
)
SENDERS_ENGINE = b"\x80\x00\x1f\x88\x04agent"


def secured(boots: int = 3, seconds: int = 500, user: User = USER) -> bytes:
    """The coldStart as a v3 trap, encrypted, under the sender's engine."""
    scoped = encode_scoped(SENDERS_ENGINE, b"", pdu())
    return seal(
        9, user.flags, SENDERS_ENGINE, boots, seconds, user.name, Keys(user, SENDERS_ENGINE), 77, scoped
    )


def test_a_v3_trap_is_believed_and_an_old_one_is_not() -> None:
    """What was recorded and is sent again after the time window, or after the sender restarted, is refused."""
    desk = Desk()
    desk.reception.believe([], [USER])
    desk.reception.receive(secured(), DEVICE, NOW)
    assert desk.believed == [(DEVICE, "coldStart")]
    desk.reception.receive(secured(seconds=900), DEVICE, NOW)
    desk.reception.receive(secured(), DEVICE, NOW)
    assert desk.reception.dropped == {Drop.TIME_WINDOW: 1}


def test_only_who_authenticates_has_proved_who_it_is() -> None:
    """A user without a password says its name; anybody can say it. So can whoever overheard a community."""
    nobody = user_of(Secret("snmp_v3", {"user": "tram"}), KeyStore(b"pepper"))
    proven: list[bool] = []
    senders = Senders(1000, 1000)
    senders.adopt([DEVICE])
    for user in (nobody, USER):
        own = OwnEngine(b"\x80netwatch", 7, NOW / 1e6)
        reception = Reception(senders, lambda _address, found: proven.append(found.proven), own, 1)
        reception.believe([b"bi-mat"], [user])
        reception.receive(secured(user=user), DEVICE, NOW)
        reception.receive(datagram(), DEVICE, NOW)
    assert proven == [False, False, True, False]


def test_a_v3_trap_of_nobody_we_know_is_counted_by_its_reason() -> None:
    """Another user, another level, another password."""
    desk = Desk()
    desk.reception.believe([], [USER])
    for user in (
        replace(USER, name=b"ai"),
        replace(USER, privacy=""),
        replace(USER, authentication_key=bytes(32)),
    ):
        desk.reception.receive(secured(user=user), DEVICE, NOW)
    assert desk.reception.dropped == {Drop.USER: 1, Drop.SECURITY_LEVEL: 1, Drop.DIGEST: 1}
    assert not desk.believed


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), min_size=1, max_size=4), st.integers(0, 300)
)
def test_a_damaged_v3_message_leads_to_nothing(damage: list[tuple[int, int]], end: int) -> None:
    """Any byte changed: the digest is wrong or the bytes are no message; nothing but a count comes of it."""
    changed = bytearray(secured())
    for place, byte in damage:
        changed[place % len(changed)] = byte
    if bytes(changed) == secured():
        return
    desk = Desk()
    desk.reception.believe([], [USER])
    desk.reception.receive(bytes(changed), DEVICE, NOW)
    desk.reception.receive(bytes(changed[:end]), DEVICE, NOW)
    assert desk.reception.dropped.total() == 2
    assert not desk.believed
