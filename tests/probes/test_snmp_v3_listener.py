"""Notifications of SNMPv3: those of net-snmp's own senders, and what must not be believed."""

import shutil
import socket
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.transports.snmp.ber import BerError, encode_bindings, encode_integer, tlv
from probes.transports.snmp.usm import Keys, User, password_key
from probes.transports.snmp.v3_listener import (
    INFORM,
    TRAP,
    Opened,
    OwnEngine,
    Refusal,
    Report,
    V3Receiver,
)
from probes.transports.snmp.v3_message import LARGEST, encode_scoped, open_sealed, read_envelope, seal

OWN = OwnEngine(b"\x80\x00\x1f\x88\x04netwatch", 3, -100.0)
SENDER = b"\x80\x00\x1f\x88\x04sender"
KEY = password_key(b"maplesyrup", "sha256")
USER = User(b"traps", "sha256", "aes128", KEY, KEY)
NAMESAKE = User(b"traps", "sha256", "aes128", password_key(b"another-one", "sha256"), KEY)
AUTH_ONLY = User(b"auth", "sha256", "", KEY)
PLAIN = User(b"plain")
USERS = {b"traps": [NAMESAKE, USER], b"auth": [AUTH_ONLY], b"plain": [PLAIN]}
PDU = tlv(TRAP, encode_integer(5) + b"\x02\x01\x00\x02\x01\x00" + encode_bindings([]))


@pytest.fixture
def receiver() -> V3Receiver:
    """Knows three names, one of them twice."""
    return V3Receiver(OWN, lambda name: USERS.get(name, []), 9)


def trap(
    user: User = USER,
    engine: bytes = SENDER,
    boots: int = 1,
    time: int = 1000,
    flags: int | None = None,
    pdu: bytes = PDU,
) -> bytes:
    """A message whose sender is authoritative."""
    scoped = encode_scoped(engine, b"", pdu)
    level = user.flags if flags is None else flags
    return seal(7, level, engine, boots, time, user.name, Keys(user, engine), 1, scoped)


def inform(user: User = USER, engine: bytes = OWN.id, boots: int = 3, time: int = 100) -> bytes:
    """A message of which we are authoritative, whose sender wants an answer."""
    return trap(user, engine, boots, time, user.flags | 4, tlv(INFORM, PDU[2:]))


@pytest.mark.parametrize("user", [USER, AUTH_ONLY, PLAIN])
def test_a_trap_is_opened_at_its_level(receiver: V3Receiver, user: User) -> None:
    """With the user found among namesakes by its key, and the sender's engine."""
    opened = receiver.open(trap(user), "a", 0.0)
    assert opened == Opened(user, user.flags, SENDER, SENDER, b"", PDU, 7)
    assert not receiver.counts


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (trap(User(b"nobody", "sha256", "", KEY)), "unknownUserNames"),
        (trap(User(b"traps", "sha256", "aes128", b"k" * 32, KEY)), "wrongDigests"),
        (trap(flags=1), "unsupportedSecLevels"),
        (trap(User(b"traps")), "unsupportedSecLevels"),
        (trap(User(b"plain", "sha256", "", KEY)), "unsupportedSecLevels"),
        (trap(engine=b""), "unknownEngineIDs"),
        (trap(User(b"traps", "sha256", "aes128", KEY, b"k" * 32)), "decryptionErrors"),
        (trap(boots=LARGEST), "notInTimeWindows"),
    ],
)
def test_what_is_not_believed_is_named_and_counted(receiver: V3Receiver, message: bytes, what: str) -> None:
    """By the counters of RFC 3414; a trap gets no Report."""
    with pytest.raises(Refusal) as refused:
        receiver.open(message, "a", 0.0)
    assert refused.value.what == what
    assert receiver.counts == {what: 1}


def test_a_replayed_trap_is_refused_once_it_is_older_than_the_window(receiver: V3Receiver) -> None:
    """By our clock as well as by what the sender has told since; earlier boots are refused at once."""
    old = trap(time=1000)
    assert isinstance(receiver.open(old, "a", 0.0), Opened)
    assert isinstance(receiver.open(old, "a", 150.0), Opened)
    with pytest.raises(Refusal, match="notInTimeWindows"):
        receiver.open(old, "a", 152.0)
    assert isinstance(receiver.open(trap(boots=2, time=1), "a", 160.0), Opened)
    with pytest.raises(Refusal, match="notInTimeWindows"):
        receiver.open(trap(boots=1, time=5000), "a", 160.0)


def test_senders_that_share_an_engine_id_do_not_silence_each_other(receiver: V3Receiver) -> None:
    """Time is kept for each source."""
    assert isinstance(receiver.open(trap(boots=9), "a", 0.0), Opened)
    assert isinstance(receiver.open(trap(boots=2), "b", 0.0), Opened)


def test_an_inform_is_answered_after_its_sender_has_found_us_out(receiver: V3Receiver) -> None:
    """Discovery, time, then a Response at the same level with the same number."""
    asked = seal(7, 4, b"", 0, 0, b"", Keys(PLAIN, b""), 0, encode_scoped(b"", b"", PDU))
    found = receiver.open(asked, "a", 0.0)
    assert isinstance(found, Report)
    assert (found.what, read_envelope(found.data).engine) == ("unknownEngineIDs", OWN.id)
    found = receiver.open(inform(boots=0, time=0), "a", 0.0)
    assert isinstance(found, Report)
    assert found.what == "notInTimeWindows"
    told = read_envelope(found.data)
    assert (told.flags, told.boots, told.time) == (1, 3, 100)
    open_sealed(found.data, told, Keys(USER, OWN.id))
    opened = receiver.open(inform(), "a", 0.0)
    assert isinstance(opened, Opened)
    answer = receiver.answer(opened, b"\xa2" + opened.pdu[1:], 0.0)
    envelope = read_envelope(answer)
    assert (envelope.message_id, envelope.flags, envelope.user) == (7, 3, b"traps")
    assert open_sealed(answer, envelope, Keys(USER, OWN.id)).pdu == b"\xa2" + opened.pdu[1:]


@pytest.mark.parametrize(("boots", "time"), [(2, 100), (4, 100), (3, 251), (3, 0)])
def test_an_inform_out_of_time_is_told_ours(receiver: V3Receiver, boots: int, time: int) -> None:
    """RFC 3414 section 3.2 (7)(a): other boots, or 150 seconds off in either direction; (3, 0) is within."""
    found = receiver.open(inform(boots=boots, time=time), "a", 0.0)
    assert isinstance(found, Opened if (boots, time) == (3, 0) else Report)


def test_an_answer_can_be_made_after_users_have_changed(receiver: V3Receiver) -> None:
    """Between the inform and its Response nothing kept is needed."""
    opened = receiver.open(inform(), "a", 0.0)
    assert isinstance(opened, Opened)
    receiver.forget()
    answer = receiver.answer(opened, opened.pdu, 0.0)
    assert open_sealed(answer, read_envelope(answer), Keys(USER, OWN.id))


@given(data=st.data(), of=st.sampled_from([trap(), trap(PLAIN), inform(), inform(AUTH_ONLY)]))
@settings(max_examples=150, deadline=None)
def test_nothing_but_its_own_errors_leaves_the_receiver(data: st.DataObject, of: bytes) -> None:
    """Messages cut, changed and stretched anywhere."""
    receiver = V3Receiver(OWN, lambda name: USERS.get(name, []), 9)
    at = data.draw(st.integers(0, len(of)))
    message = of[:at] + data.draw(st.binary(max_size=6)) + of[at + data.draw(st.integers(0, 6)) :]
    try:
        receiver.open(message, "a", 0.0)
    except BerError:
        assert message != of


@pytest.fixture
def heard() -> Iterator[socket.socket]:
    """A socket on loopback that net-snmp's senders talk to."""
    if shutil.which("snmptrap") is None:
        pytest.skip("snmptrap and snmpinform (Debian: snmp) are not installed")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.78.5.1", 0))
        opened.settimeout(10)
        yield opened


def sender(heard: socket.socket, command: str, *options: str) -> list[str]:
    host, port = heard.getsockname()
    place = f"{host}:{port}"
    secrets = [
        "-u",
        "traps",
        "-l",
        "authPriv",
        "-a",
        "SHA-256",
        "-A",
        "maplesyrup",
        "-x",
        "AES",
        "-X",
        "maplesyrup",
    ]
    return [command, "-m", "", "-v3", *options, *secrets, place, "", "1.3.6.1.6.3.1.1.5.3"]


def test_a_trap_of_net_snmp_is_opened(heard: socket.socket, receiver: V3Receiver) -> None:
    """Its own engine id, boots and time."""
    line = sender(heard, "snmptrap", "-e", "0x80001f880473656e646572", "-Z", "5,600")
    subprocess.run(line, check=True, timeout=20, capture_output=True)
    opened = receiver.open(heard.recv(65535), "a", 0.0)
    assert isinstance(opened, Opened)
    assert (opened.user, opened.level, opened.engine) == (USER, 3, SENDER)
    assert opened.pdu[0] == TRAP


def test_an_inform_of_net_snmp_is_acknowledged(heard: socket.socket, receiver: V3Receiver) -> None:
    """It finds out engine id and time by our Reports, and is content with our Response."""
    with subprocess.Popen(sender(heard, "snmpinform"), stderr=subprocess.PIPE) as running:
        kinds: list[object] = []
        while kinds[-1:] != [INFORM]:
            data, source = heard.recvfrom(65535)
            found = receiver.open(data, "a", 0.0)
            if isinstance(found, Report):
                kinds.append(found.what)
                heard.sendto(found.data, source)
            else:
                kinds.append(found.pdu[0])
                heard.sendto(receiver.answer(found, b"\xa2" + found.pdu[1:], 0.0), source)
        assert running.wait(10) == 0
    assert kinds[0] == "unknownEngineIDs"


@pytest.mark.parametrize("user", [b"", b"u" * 32])
@pytest.mark.parametrize("engine", [b"", b"e" * 32])
def test_whoever_forges_a_sender_makes_us_send_little_more_than_he_does(user: bytes, engine: bytes) -> None:
    """The shortest message that makes us answer unasked-for: a Report is below three times its length."""
    names = tlv(4, engine) + b"\x02\x01\x00\x02\x01\x00" + tlv(4, user) + b"\x04\x00\x04\x00"
    header = tlv(0x30, b"\x02\x01\x01\x02\x02\x01\xe4\x04\x01\x04\x02\x01\x03")
    message = tlv(0x30, b"\x02\x01\x03" + header + tlv(4, tlv(0x30, names)) + b"\x04\x00")
    own = OwnEngine(b"\x80\x00\x7e\xd9\x05" + b"o" * 12, 1 << 30, 0.0)
    report = V3Receiver(own, lambda _: (), 1 << 63).open(message, "victim", 1e6)
    assert isinstance(report, Report)
    assert len(report.data) < 3 * len(message)
