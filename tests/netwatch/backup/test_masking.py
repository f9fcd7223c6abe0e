"""What is shown of configurations, by what two of them are the same, and how platforms are told apart."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.backup.masking import masked, rejected, tidy, whole
from netwatch.backup.platforms import PlatformFault, Platforms, Seen, read_platforms

KEY = "khoa-che-mat-khau-rat-dai"
SHIPPED = read_platforms()
# Lines of many vendors whose last word but the marked one must vanish.
SECRET = "Bi-Mat!#42"
LINES = [
    ("cisco_ios", "enable password {}"),
    ("cisco_ios", "enable secret 9 {}"),
    ("cisco_ios", "username a privilege 15 password 0 {}"),
    ("cisco_ios", "snmp-server community {} RO 10"),
    ("cisco_ios", "snmp-server host 10.0.0.1 traps version 2c {} udp-port 1162"),
    ("cisco_ios", "snmp-server host 10.0.0.1 {}"),
    ("cisco_ios", " neighbor 10.0.0.2 password 7 {}"),
    ("cisco_ios", " ip ospf message-digest-key 1 md5 7 {}"),
    ("cisco_ios", " standby 1 authentication md5 key-string {}"),
    ("cisco_ios", "crypto isakmp key {} address 0.0.0.0"),
    ("cisco_ios", " pre-shared-key local {}"),
    ("cisco_ios", "radius-server host 10.0.0.9 auth-port 1812 key 7 {}"),
    ("cisco_ios", " wpa-psk ascii 0 {}"),
    ("cisco_ios", "ip http client password 0 {}"),
    ("cisco_ios", " archive path ftp://user:{}@10.0.0.8/cfg"),
    ("cisco_nxos", "snmp-server user admin network-admin auth md5 {} priv aes-128 x localizedkey"),
    ("cisco_asa", " ikev1 pre-shared-key {}"),
    ("cisco_asa", "snmp-server host inside 10.0.0.1 community {} version 2c"),
    ("huawei_vrp", " ospf authentication-mode md5 1 cipher {}"),
    ("huawei_vrp", "snmp-agent community write {}"),
    ("huawei_vrp", " local-user x password simple {}"),
    ("huawei_vrp", " radius-server shared-key cipher {}"),
    ("hp_comware", " super password level 3 hash {}"),
    ("hp_comware", "snmp-agent community read simple {}"),
    ("juniper_junos", "    pre-shared-key ascii-text {}; ## SECRET-DATA"),
    ("juniper_junos", "    authentication-key {};"),
    ("mikrotik_routeros", "/ip ipsec identity add peer=p secret={}"),
    ("mikrotik_routeros", "/interface wireguard add listen-port=1 name=wg private-key={}"),
    ("fortinet", "    set psksecret ENC {}"),
    ("fortinet", "    set passphrase {}"),
    ("hp_procurve", "password manager user-name \"admin\" sha1 {}"),
    ("hp_procurve", "snmp-server host 10.0.0.1 community {} trap-level all"),
    ("aruba_aoscx", "user admin group administrators password ciphertext {}"),
    ("linux", "    password: {}"),
    ("linux", "psk={}"),
]  # fmt: skip


@pytest.mark.parametrize(("platform", "line"), LINES)
@pytest.mark.parametrize("written", [SECRET, f'"{SECRET} va khoang trang"'], ids=["bare", "quoted"])
def test_secrets_of_every_platform_are_hidden(platform: str, line: str, written: str) -> None:
    """Wherever a vendor writes a password, community or key, a token stands there instead."""
    shown = masked(line.format(written) + "\nend\n", SHIPPED.by_name[platform], "SW-1", KEY).text
    assert "Bi-Mat" not in shown
    assert "khoang" not in shown
    assert "<hidden" in shown


def test_a_changed_password_shows_without_being_shown() -> None:
    """Equal secrets have equal tokens, other ones other tokens, on another device too."""
    ios = SHIPPED.by_name["cisco_ios"]
    one, same, other = (masked(f"enable secret 0 {s}\n", ios, "SW-1", KEY) for s in ("a", "a", "b"))
    assert one == same
    assert (one.text, one.content) != (other.text, other.content)
    assert masked("enable secret 0 a\n", ios, "SW-2", KEY).text != one.text


def test_what_changes_by_itself_is_no_change(platforms: Platforms) -> None:
    """Times, sizes and passwords that are salted anew at each reading leave the content as it is."""
    ios, forti = platforms.by_name["cisco_ios"], platforms.by_name["fortinet"]
    before = "! Last configuration change at 08:00 by a\nhostname X\nntp clock-period 36029056\nend\n"
    after = "! Last configuration change at 09:00 by b\nhostname X\nntp clock-period 36029111\nend\n"
    assert masked(before, ios, "X", KEY).content == masked(after, ios, "X", KEY).content
    salted = ["        set password ENC SH2aaa=\nend\n", "        set password ENC SH2bbb=\nend\n"]
    one, other = (masked(text, forti, "X", KEY) for text in salted)
    assert one == other
    assert "SH2" not in one.text


def test_keys_and_certificates_of_many_lines_are_hidden(platforms: Platforms) -> None:
    """A block ends where its end stands, and one without end hides all that follows."""
    text = "crypto pki certificate chain TP\n certificate self-signed 01\n  3082022B 30820194\n  quit\nip http server\n"
    shown = masked(text, platforms.by_name["cisco_ios"], "X", KEY).text
    assert "3082022B" not in shown
    assert "ip http server" in shown
    open_ = masked(
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nhostname X\n", platforms.by_name["linux"], "X", KEY
    ).text
    assert "MIIE" not in open_
    assert "hostname" not in open_


def test_secrets_far_along_a_line_are_hidden(platforms: Platforms) -> None:
    """Lines longer than what expressions are applied to at once are searched altogether."""
    tik = platforms.by_name["mikrotik_routeros"]
    for length in range(100, 420, 7):
        line = f"/ppp secret add comment={'x' * length} password={SECRET} profile=default"
        assert SECRET not in masked(line, tik, "X", KEY).text


def test_hostile_text_takes_no_long_time(platforms: Platforms) -> None:
    """A megabyte that fits the beginning of many expressions is masked in seconds, on every platform."""
    text = ("password password snmp-server host a auth md5 key " * 40 + '"\n') * 100
    began = time.process_time()
    for name in ("cisco_ios", "fortinet"):
        masked(text, platforms.by_name[name], "X", KEY)
    assert time.process_time() - began < 20


@given(st.text(max_size=400), st.sampled_from(sorted(SHIPPED.by_name)))
def test_any_text_can_be_masked(text: str, name: str) -> None:
    """No text of a device brings the hiding down, and hiding twice hides no less."""
    platform = SHIPPED.by_name[name]
    clean = tidy(text)
    shown = masked(clean, platform, "X", KEY)
    assert len(shown.content) == 64
    whole(clean, platform)
    rejected(clean, platform)


@pytest.mark.parametrize("letter", ["\x1b", "\x85", "\x9b", "\u2028", "\x0b", "\x1c"])
def test_nothing_that_ends_a_line_or_steers_a_terminal_parts_a_secret(letter: str) -> None:
    """What Python takes for the end of a line would show the rest of the secret; C1 controls steer some terminals."""
    text = tidy(f"hostname a{letter}b\nenable secret 9 bi{letter}mat\nend\n")
    shown = masked(text, SHIPPED.by_name["cisco_ios"], "X", KEY).text
    assert (letter in shown, "mat" in shown, "bi" in shown) == (False, False, False)


def test_megabytes_in_one_line_are_masked_at_once() -> None:
    """Each secret copied the whole line: a device could keep the process busy beyond every deadline."""
    text = "snmp-server community x " * 60_000 + "\n"
    began = time.process_time()
    assert "community x" not in masked(text, SHIPPED.by_name["cisco_ios"], "X", KEY).text
    assert time.process_time() - began < 3


def test_platforms_are_told_apart_by_what_agents_say(platforms: Platforms) -> None:
    """A profile decides, then sysDescr, then the longest prefix of sysObjectID; else nothing."""
    told = platforms.recognised
    assert told(Seen(profile="fortinet_fortigate")) == "fortinet"
    assert (
        told(Seen(object_id="1.3.6.1.4.1.9.1.1208", description="Cisco IOS Software, C2960")) == "cisco_ios"
    )
    assert told(Seen(object_id="1.3.6.1.4.1.9.1.1208")) == "cisco_ios"
    assert told(Seen(object_id="1.3.6.1.4.1.9.12.3.1.3.1508")) == "cisco_nxos"
    assert (
        told(Seen(object_id="1.3.6.1.4.1.9.1.1", description="Cisco Adaptive Security Appliance Version 9"))
        == "cisco_asa"
    )
    assert told(Seen(object_id="1.3.6.1.4.1.99.1")) is None
    assert told(Seen()) is None


BEGUN = "[platform.x]\ntitle = 'X'\ndevice_type = 'x'\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (BEGUN + "configuration = []", "platform.x.configuration"),
        (BEGUN + "configuration = ['show']\nstrip = ['(a+)+']", "platform.x.strip.0"),
        (BEGUN + 'configuration = ["a\\u0007"]', "platform.x.configuration.0"),
        ("[platform.x\n", "line 1"),
    ],
)
def test_faults_of_an_own_table_are_told(text: str, place: str, tmp_path: Path) -> None:
    """File and key are named, and an expression that could take for ever is refused."""
    own = tmp_path / "platforms.toml"
    own.write_text(text, "utf-8")
    with pytest.raises(PlatformFault) as fault:
        read_platforms(own)
    assert "platforms.toml" in str(fault.value)
    assert place in str(fault.value)


def test_own_platforms_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    """One of the same name replaces a shipped one; what is secret everywhere holds for it too."""
    own = tmp_path / "platforms.toml"
    own.write_text(
        "[platform.raisecom]\ntitle='R'\ndevice_type='raisecom_roap'\nconfiguration=['show run']", "utf-8"
    )
    found = read_platforms(own)
    assert "cisco_ios" in found.by_name
    assert SECRET not in masked(f"password {SECRET}", found.by_name["raisecom"], "X", KEY).text
