"""SNMPv3 with a real agent: net-snmp's, asked by our engine, by net-snmp's tools and by pysnmp."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pysnmp.hlapi.v3arch.asyncio import (
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    UsmUserData,
    get_cmd,
    usmAesBlumenthalCfb256Protocol,
    usmHMAC384SHA512AuthProtocol,
)

from probes.contract import Fact, Reason, Target
from probes.kit import KitSettings, open_kit
from probes.registry import probes
from probes.run import run_look
from probes.secret import Secret
from probes.transports.errors import CredentialsFault, Silent
from probes.transports.snmp.client import SnmpEngine as OurEngine
from probes.transports.snmp.client import SnmpOptions, open_snmp
from probes.transports.snmp.contract import OCTET_STRING

pytestmark = pytest.mark.anyio

SYSTEM = [f"1.3.6.1.2.1.1.{number}.0" for number in (1, 2, 4, 5, 6)]
DESCRIPTIONS = "1.3.6.1.2.1.2.2.1.2"
AUTH, PRIVACY = "maplesyrup", "syrupmaple"
# User, our names of its algorithms, net-snmp's names.
USERS = {
    "plain": ("", "", "", ""),
    "auth-md5": ("md5", "", "MD5", ""),
    "auth-sha1": ("sha1", "", "SHA", ""),
    "md5-des": ("md5", "des", "MD5", "DES"),
    "sha1-aes128": ("sha1", "aes128", "SHA", "AES"),
    "sha224-aes128": ("sha224", "aes128", "SHA-224", "AES"),
    "sha256-aes128": ("sha256", "aes128", "SHA-256", "AES"),
    "sha384-aes128": ("sha384", "aes128", "SHA-384", "AES"),
    "sha512-aes128": ("sha512", "aes128", "SHA-512", "AES"),
    "sha512-aes256": ("sha512", "aes256", "SHA-512", "AES-256"),
    "sha1-aes192": ("sha1", "aes192", "SHA", "AES-192"),
    "sha1-aes256": ("sha1", "aes256", "SHA", "AES-256"),
    "md5-aes256": ("md5", "aes256", "MD5", "AES-256"),
    "sha1-aes192c": ("sha1", "aes192c", "SHA", "AES-192-C"),
    "sha1-aes256c": ("sha1", "aes256c", "SHA", "AES-256-C"),
}


def secret(known: str, **changes: str) -> Secret:
    auth, privacy, _, _ = USERS[known]
    fields = {"user": known, "auth": auth, "privacy": privacy}
    fields |= {"auth_password": AUTH, "privacy_password": PRIVACY}
    return Secret("snmp_v3", fields | changes)


@dataclass
class Snmpd:
    """An snmpd of these users, which can be started again."""

    address: str
    port: int
    folder: Path
    program: str
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # Without -C, so that engine id and boots are kept from start to start.
        kept = self.folder / "kept"
        paths = {"SNMPCONFPATH": f"{self.folder}:{kept}", "SNMP_PERSISTENT_DIR": str(kept)}
        self.running = subprocess.Popen(
            [self.program, "-f", "-Lf", str(self.folder / "log"), "-I", "-smux,-mteTrigger"],
            env={**paths, "MIBS": "", "PATH": "/usr/bin:/bin"},
        )
        # The tool itself waits and asks again, so no sleep is needed.
        self.tool("snmpget", "-v2c", "-c", "public", "-r", "20", "-t", "0.25", oid="1.3.6.1.2.1.1.3.0")

    def stop(self) -> None:
        if self.running is not None:
            self.running.terminate()
            self.running.wait(10)

    def tool(self, command: str, *options: str, oid: str) -> list[str]:
        line = [command, "-m", "", "-On", "-Ox", *options, f"{self.address}:{self.port}", *oid.split()]
        done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=30)
        return done.stdout.splitlines()


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    """net-snmp's agent with a user for every pair of algorithms it offers."""
    program = shutil.which("snmpd") or shutil.which("snmpd", path="/usr/sbin")
    if program is None or shutil.which("snmpget") is None:
        pytest.skip("snmpd and snmpget (Debian: snmpd, snmp) are not installed")
    address = "127.78.4.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind((address, 0))
        port = int(asking.getsockname()[1])
    here = Snmpd(address, port, tmp_path_factory.mktemp("snmpd-v3"), program)
    lines = [f"agentAddress udp:{address}:{port}", "rocommunity public 127.0.0.0/8", "sysName loi-rt1"]
    for user, (auth, privacy, their_auth, their_privacy) in USERS.items():
        words = [their_auth, AUTH if auth else "", their_privacy, PRIVACY if privacy else ""]
        lines.append(" ".join(["createUser", user, *filter(None, words)]))
        lines.append(f"rouser {user} {'priv' if privacy else 'auth' if auth else 'noauth'}")
    (here.folder / "snmpd.conf").write_text("\n".join(lines) + "\n")
    here.start()
    try:
        yield here
    finally:
        here.stop()


@contextmanager
def engine(found: Secret) -> Iterator[OurEngine]:
    with open_snmp(SnmpOptions(timeout=1.0), lambda _: found) as opened:
        yield opened


def target(snmpd: Snmpd) -> Target:
    return Target("real", snmpd.address, snmp_port=snmpd.port, credentials=("loi",))


def contents(lines: list[str]) -> list[str]:
    return [line.split(": ", 1)[-1].replace(" ", "").replace('"', "").lower() for line in lines]


@pytest.mark.parametrize("user", USERS)
async def test_every_pair_of_algorithms_is_understood_by_net_snmp(snmpd: Snmpd, user: str) -> None:
    """Discovery, time, and the values that the same agent gives over v2c."""
    with engine(secret(user)) as snmp:
        answer = await snmp.get(target(snmpd), SYSTEM)
        counts = snmp.counts()
    assert answer.values["1.3.6.1.2.1.1.5.0"] == (OCTET_STRING, b"loi-rt1")
    assert (counts["snmp_answers"], counts["snmp_garbage"]) == (3 if user != "plain" else 2, 0)


@pytest.mark.parametrize("user", ["sha256-aes128", "sha512-aes256", "md5-des"])
async def test_walks_give_what_snmpwalk_gives(snmpd: Snmpd, user: str) -> None:
    """GetBulk over v3, with the same user."""
    _, _, auth, privacy = USERS[user]
    theirs = snmpd.tool(
        "snmpwalk", "-v3", "-l", "authPriv", "-u", user, "-a", auth, "-A", AUTH, "-x", privacy, "-X", PRIVACY,
        oid=DESCRIPTIONS,
    )  # fmt: skip
    with engine(secret(user)) as snmp:
        table = await snmp.walk(target(snmpd), [DESCRIPTIONS])
    assert table.cut == ""
    ours = [value[1].hex() for value in table.columns[DESCRIPTIONS].values() if isinstance(value[1], bytes)]
    assert ours == contents(theirs)
    assert ours


async def test_get_gives_what_pysnmp_gives(snmpd: Snmpd) -> None:
    """The same user through an independent implementation."""
    with engine(secret("sha512-aes256")) as snmp:
        ours = await snmp.get(target(snmpd), ["1.3.6.1.2.1.1.5.0"])
    user = UsmUserData(
        "sha512-aes256",
        AUTH,
        PRIVACY,
        authProtocol=usmHMAC384SHA512AuthProtocol,
        privProtocol=usmAesBlumenthalCfb256Protocol,
    )
    where = await UdpTransportTarget.create((snmpd.address, snmpd.port))
    asked = ObjectType(ObjectIdentity("1.3.6.1.2.1.1.5.0"))
    theirs = SnmpEngine()
    try:
        fault, status, _, found = await get_cmd(theirs, user, where, ContextData(), asked, lookupMib=False)
    finally:
        theirs.close_dispatcher()
    assert not fault
    assert not status
    assert bytes(found[0][1]) == ours.values["1.3.6.1.2.1.1.5.0"][1]


@pytest.mark.parametrize(
    ("user", "changes", "what"),
    [
        ("sha256-aes128", {"user": "nobody"}, "unknownUserNames"),
        ("sha256-aes128", {"auth_password": "another-one"}, "wrongDigests"),
        ("sha256-aes128", {"auth": "sha1"}, "wrongDigests"),
        ("auth-sha1", {"privacy": "aes128"}, "unsupportedSecLevels"),
    ],
)
async def test_net_snmp_names_what_is_wrong_with_credentials(
    snmpd: Snmpd, user: str, changes: dict[str, str], what: str
) -> None:
    """It is asked twice, and then left alone."""
    with engine(secret(user, **changes)) as snmp:
        for _ in range(3):
            with pytest.raises(CredentialsFault, match=f"loi: {what}"):
                await snmp.get(target(snmpd), SYSTEM)
        assert snmp.counts()["snmp_requests"] <= 3


@pytest.mark.parametrize("changes", [{"privacy": ""}, {"auth": "", "privacy": ""}])
async def test_a_level_below_what_the_agent_wants_is_a_fault_of_the_credentials(
    snmpd: Snmpd, changes: dict[str, str]
) -> None:
    """net-snmp answers with authorizationError."""
    with engine(secret("sha256-aes128", **changes)) as snmp, pytest.raises(CredentialsFault, match="loi"):
        await snmp.get(target(snmpd), SYSTEM)


async def test_a_wrong_privacy_password_is_silence(snmpd: Snmpd) -> None:
    """net-snmp drops what it cannot read after decryption, so nothing can be told."""
    found = secret("sha256-aes128", privacy_password="another-one")
    with (
        open_snmp(SnmpOptions(timeout=0.25, retries=0), lambda _: found) as snmp,
        pytest.raises(Silent),
    ):
        await snmp.get(target(snmpd), SYSTEM)


async def test_a_restart_of_the_agent_costs_one_more_request(snmpd: Snmpd) -> None:
    """Its boots have grown: it says so in an authenticated Report, and the request is repeated once."""
    with engine(secret("sha256-aes128")) as snmp:
        await snmp.get(target(snmpd), SYSTEM)
        before = snmp.counts()["snmp_requests"]
        snmpd.stop()
        snmpd.start()
        await snmp.get(target(snmpd), SYSTEM)
        assert snmp.counts()["snmp_requests"] == before + 2


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("snmp_system", {}),
        ("snmp_interfaces", {}),
        ("snmp_path", {"oid": SYSTEM[0]}),
        ("snmp_scalar", {"oid": SYSTEM[0], "expected": ("1",)}),
    ],
)
async def test_refused_credentials_are_unknown_and_never_down(
    snmpd: Snmpd, kind: str, params: dict[str, Any]
) -> None:
    """Whatever is looked at: the reason names credential and fault, and where it is asked for, reachable is true."""
    found = secret("sha256-aes128", auth_password="another-one")
    async with open_kit(KitSettings(), lambda _: found) as kit:
        probe = probes()[kind]
        seen = await run_look(probe, target(snmpd), probe.params(**params), kit, 5.0, time.monotonic)
    facts = {one.name: one for one in seen.readings if isinstance(one, Fact)}
    if kind == "snmp_system":
        assert [(one.name, one.holds, one.reason) for one in facts.values()] == [
            ("reachable", True, Reason.CREDENTIALS),
            ("manageable", None, Reason.CREDENTIALS),
        ]
        assert facts["manageable"].evidence == "loi: wrongDigests"
    else:
        assert (seen.readings, seen.reason, seen.detail) == ((), Reason.CREDENTIALS, "loi: wrongDigests")
