"""What devices really send, as messages; and that nothing they send is more than a message."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.listeners.syslog_message import MOST_BYTES, SyslogMessage, read_message

# From the examples of the standards and the vendors' log references: (as sent, priority, host, stamp, beginning, form).
SENT = {
    "RFC 5424, 6.5, first": (
        b"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xef\xbb\xbf'su root' failed",
        34, "mymachine.example.com", "2003-10-11T22:14:15.003Z", "su: ID47: 'su root' failed", "5424",
    ),
    "RFC 5424, 6.5, structured": (
        b'<165>1 2003-10-11T22:14:15.003Z host evntslog 7 ID47 [a@32473 iut="3" b="x\\"]y"][c d="e"] An event',
        165, "host", "2003-10-11T22:14:15.003Z", 'evntslog[7]: ID47: [a@32473 iut="3" b="x\\"]y"][c d="e"] An', "5424",
    ),
    "RFC 5424, nothing but nothing": (b"<14>1 - - - - - -", 14, "", "", "", "5424"),
    "RFC 3164, 5.4": (
        b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
        34, "mymachine", "Oct 11 22:14:15", "su: 'su root' failed", "3164",
    ),
    "Cisco, sequence number, clock never set": (
        b"<189>45: *Mar  1 00:00:00.000: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down",
        189, "", "*Mar  1 00:00:00.000", "%LINK-3-UPDOWN: Interface Gi0/1", "3164",
    ),
    "Cisco, origin, year and zone": (
        b"<189>45: R1: *Mar  1 2026 00:00:00.000 UTC: %SYS-5-CONFIG_I: Configured",
        189, "R1", "*Mar  1 2026 00:00:00.000 UTC", "%SYS-5-CONFIG_I: Configured", "3164",
    ),
    "Cisco, up-time": (b"<189>12: 1w2d: %LINK-3-UPDOWN: x", 189, "", "1w2d", "%LINK-3-UPDOWN: x", "3164"),
    "NX-OS, year first": (
        b"<189>: 2015 Apr 13 11:15:10 CST: %ETHPORT-5-SPEED: Interface Ethernet103/1/17",
        189, "", "2015 Apr 13 11:15:10 CST", "%ETHPORT-5-SPEED: Interface", "3164",
    ),
    "Huawei, year before the time": (
        b"<188>Mar 23 2015 08:45:46 Quidway %%01IFNET/4/IF_STATE(l)[1]:Interface Ethernet0/0/13 has turned",
        188, "Quidway", "Mar 23 2015 08:45:46", "%%01IFNET/4/IF_STATE(l)[1]:Interface", "3164",
    ),
    "Huawei, time zone": (
        b"<188>Apr 30 2023 03:14:43-08:00 Huawei %%01IFNET/4/IF_STATE(l)[53]:Interface Vlanif1",
        188, "Huawei", "Apr 30 2023 03:14:43-08:00", "%%01IFNET/4/IF_STATE(l)[53]:", "3164",
    ),
    "H3C, year after the time": (
        b"<190>Sep 14 16:23:24 2026 SW2 %%10IFNET/3/PHY_UPDOWN: Physical state",
        190, "SW2", "Sep 14 16:23:24 2026", "%%10IFNET/3/PHY_UPDOWN: Physical", "3164",
    ),
    "Juniper": (
        b"<28>Apr  9 12:41:18  vMX-2 mib2d[4086]: SNMP_TRAP_LINK_DOWN: ifIndex 550",
        28, "vMX-2", "Apr  9 12:41:18", "mib2d[4086]: SNMP_TRAP_LINK_DOWN", "3164",
    ),
    "FortiGate": (
        b'<188>date=2026-09-23 time=10:30:00 devname="FGT-1" devid="F" logid="0100020022" type="event"',
        188, "FGT-1", "", "date=2026-09-23 time=10:30:00", "bare",
    ),
    "MikroTik": (b"<30>interface,info ether1 link down\n", 30, "", "", "interface,info ether1 link down", "bare"),
    "APC": (
        b"<134>Nov 23 11:30:00 10.1.1.5 UPS: On battery power in response to an input power problem. 0x0109",
        134, "10.1.1.5", "Nov 23 11:30:00", "UPS: On battery power in response", "3164",
    ),
    "no priority": (b"something odd happened", 13, "", "", "something odd happened", "bare"),
    "a priority that is none": (b"<999>x", 13, "", "", "<999>x", "bare"),
    "no host": (b"<13>Nov 23 11:30:00 sshd[2]: hello", 13, "", "Nov 23 11:30:00", "sshd[2]: hello", "3164"),
    "ISO time in the old form": (
        b"<13>2026-11-23T11:30:00.123456+07:00 web1 app: x", 13, "web1", "2026-11-23T11:30:00.123456+07:00",
        "app: x", "3164",
    ),
    "nothing": (b"", 13, "", "", "", "bare"),
}  # fmt: skip


@pytest.mark.parametrize("name", SENT)
def test_what_is_sent_is_understood(name: str) -> None:
    """Priority, the name and the clock the sender claims, and what it says, whatever standard it follows."""
    data, priority, host, stamp, beginning, form = SENT[name]
    found = read_message(data)
    assert (found.facility * 8 + found.severity, found.host, found.stamp, found.form) == (
        priority,
        host,
        stamp,
        form,
    )
    assert found.text.startswith(beginning)
    assert not found.cut


VIETNAMESE = "Mất kết nối đường truyền số liệu"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (VIETNAMESE.encode(), VIETNAMESE),
        (b"\xef\xbb\xbf" + VIETNAMESE.encode(), VIETNAMESE),
        (
            b"<13>m\xe2\xect k\xea\xect n\xf4\xeci \xf0\xfd\xf5\xccng truy\xea\xccn",
            "mất kết nối đường truyền",
        ),
        ("接口状态改变".encode("gbk"), "接口状态改变"),
        (b"a\x1b[31mb\r\nc\x00", "a [31mb  c"),
        ("a\u202eb\u200bc".encode(), "a b c"),
    ],
)
def test_text_of_any_encoding_is_one_line_of_text(data: bytes, text: str) -> None:
    """UTF-8, the code page of Vietnamese Windows, Chinese firmware; nothing moves a cursor or turns a line around."""
    assert read_message(data).text == text


def test_what_is_too_long_is_cut_and_says_so() -> None:
    """Also within a letter of several bytes, which is then left out."""
    found = read_message(b"<13>" + "đ".encode() * MOST_BYTES)
    assert found.cut
    assert set(found.text) == {"đ"}
    assert len(found.text) == (MOST_BYTES - 4) // 2


def test_no_message_keeps_the_reader_busy() -> None:
    """Thousands of Vietnamese marks in the wrong order, which anybody may send: less than a third of what it took."""
    marks = b"a" + b"\xec" * 4090 + b"\xf2" * 4090 + b"\xff"
    began = time.process_time()
    for _ in range(10):
        read_message(marks)
    assert time.process_time() - began < 0.35


def good(found: SyslogMessage) -> None:
    """A message keeps within its bounds."""
    assert 0 <= found.severity <= 7
    assert 0 <= found.facility <= 23
    assert len(found.host) <= 255
    assert len(found.stamp) <= 48
    assert len(found.text) <= MOST_BYTES
    assert all(each.isprintable() for each in (found.text, found.host, found.stamp))


@given(st.binary(max_size=300))
def test_whatever_the_bytes_are_a_message_comes_of_them(data: bytes) -> None:
    """Without an error, and within its bounds; so it does of damaged sound ones."""
    good(read_message(data))


@given(st.sampled_from([each[0] for each in SENT.values()]), st.integers(0, 120), st.binary(max_size=6))
def test_damage_to_sound_messages_does_no_harm(sound: bytes, at: int, damage: bytes) -> None:
    """Bytes put in at any place."""
    good(read_message(sound[:at] + damage + sound[at:]))
