"""What log lines mean: the shipped patterns on lines as vendors write them, and files of one's own."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.syslog.patterns import Patterns, load_patterns

LINES = {
    "%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to down": ("link", "GigabitEthernet0/1"),
    "%LINEPROTO-5-UPDOWN: Line protocol on Interface Tunnel7, changed state to up": ("link", "Tunnel7"),
    "%SYS-5-CONFIG_I: Configured from console by admin on vty0 (10.0.0.7)": ("configuration", ""),
    "%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: x] [Source: 10.0.0.7]": ("login", ""),
    "%ENVMON-2-FAN_FAILED: Fan 1 has failed": ("hardware", ""),
    "%%01IFNET/4/IF_STATE(l)[53]:Interface GigabitEthernet0/0/1 has turned into DOWN state.": (
        "link",
        "GigabitEthernet0/0/1",
    ),
    "%%01IFNET/4/LINK_STATE(l)[1]:The line protocol IP on the interface Vlanif5 has entered the DOWN state.": (
        "link",
        "Vlanif5",
    ),
    "%%01PHY/1/PHY(l)[57]:    GigabitEthernet0/0/1: change status to down": ("link", "GigabitEthernet0/0/1"),
    "%%01SSH/4/SSH_FAIL(s)[86]: Failed to login through SSH. (IP=10.0.0.1, Times=1)": ("login", ""),
    "%%01CONFIGURATION/6/hwCfgManEventlog(t):CID=0x80cb000c; Configuration was changed.": (
        "configuration",
        "",
    ),
    "%%10IFNET/3/PHY_UPDOWN: Physical state on the interface GigabitEthernet1/0/21 changed to down.": (
        "link",
        "GigabitEthernet1/0/21",
    ),
    "mib2d[1]: SNMP_TRAP_LINK_DOWN: ifIndex 5, ifAdminStatus up(1), ifOperStatus down(2), ifName ge-0/0/1": (
        "link",
        "ge-0/0/1",
    ),
    "mib2d[744]: SNMP_TRAP_LINK_DOWN: ifIndex 533": ("link", ""),
    "mgd[3606]: UI_COMMIT: User 'root' performed commit: no comment": ("configuration", ""),
    'devname="F" logdesc="Interface status changed" action="interface-stat-change" status="DOWN"': (
        "link",
        "",
    ),
    'devname="F" logdesc="Admin login failed" user="admin"': ("login", ""),
    "interface,info ether1 link down": ("link", "ether1"),
    "system,error,critical login failure for user admin from 10.0.0.7 via ssh": ("login", ""),
    "UPS: On battery power in response to rapid change of input. 0x0109": ("power", ""),
    "UPS: No longer on battery power. 0x010A": ("power", ""),
    "Environment: A critical fault exists for external Environmental Monitor input contact 1 (SPD at A).": (
        "contact",
        "",
    ),
    "sshd[2]: Failed password for invalid user x from 10.0.0.7 port 4 ssh2": ("login", ""),
    "upsmon[33]: UPS ups@localhost on battery": ("power", ""),
    "sshd[5]: Host key verification failed.": ("host_key", ""),
}


@pytest.fixture(scope="module")
def shipped() -> Patterns:
    """Those that come with the program."""
    patterns, faults = load_patterns()
    assert not faults
    return patterns


@pytest.mark.parametrize("line", LINES)
def test_lines_of_vendors_are_known(line: str, shipped: Patterns) -> None:
    """What they are about, and which port they name; capitals do not matter."""
    for text in (line, line.upper()):
        found = shipped.found(text)
        assert found is not None
        assert found.about == LINES[line][0]
    found = shipped.found(line)
    assert found is not None
    assert found.part == LINES[line][1]


def test_every_wanted_vendor_has_patterns(shipped: Patterns) -> None:
    """And only what says that a UPS runs on its battery says so."""
    assert shipped.vendors().keys() == {
        "Cisco IOS", "Huawei VRP", "H3C Comware", "Juniper Junos", "Fortinet FortiGate", "MikroTik RouterOS", "APC",
        "Linux",
    }  # fmt: skip
    told = {
        line: found.on_battery for line in LINES if (found := shipped.found(line)) and found.about == "power"
    }
    assert [line[:12] for line, battery in told.items() if battery] == ["UPS: On batt", "upsmon[33]: "]


def test_other_lines_mean_nothing(shipped: Patterns) -> None:
    """Not even where a mark stands beyond what is read."""
    assert shipped.found("CRON[7]: (root) CMD (run-parts /etc/cron.hourly)") is None
    assert shipped.found("x" * 600 + "%LINK-3-UPDOWN: Interface a, changed state to up") is None


def test_files_of_ones_own_come_first_and_faulty_ones_are_told(tmp_path: Path) -> None:
    """What is wrong with one leaves the others in force."""
    (tmp_path / "ours.toml").write_text(
        'vendor = "Ours"\nsource = "manual"\n[[line]]\nwords = "%LINK-3-UPDOWN"\nabout = "hardware"\n'
    )
    (tmp_path / "slow.toml").write_text(
        'vendor = "S"\nsource = "m"\n[[line]]\nwords = "abc"\nthen = "(a+)+b"\nabout = "link"\n'
    )
    (tmp_path / "broken.toml").write_text("vendor = ")
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "wrong.toml").write_text(
        'vendor = "W"\nsource = "m"\n[[line]]\nwords = "abc"\nabout = "luck"\n'
    )
    patterns, faults = load_patterns(tmp_path)
    found = patterns.found("%LINK-3-UPDOWN: Interface a, changed state to up")
    assert found is not None
    assert (found.vendor, found.about) == ("Ours", "hardware")
    assert {Path(fault.file).name for fault in faults} == {
        "slow.toml",
        "broken.toml",
        "odd.toml",
        "wrong.toml",
    }
    assert any("line.0.about" in fault.problem for fault in faults)


@given(text=st.text(max_size=600))
def test_no_text_is_too_odd(text: str) -> None:
    """Letters that grow when they are made small shift no place."""
    patterns, _ = load_patterns()
    patterns.found(text)
    patterns.found("İ" + text + "interface,info " + text)
