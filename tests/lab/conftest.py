"""A province's network in namespaces: real routing, lines to be cut and worsened, real agents and mail servers.

Everything lives in a world of its own (mount, process and network namespaces), which ends with its first process:
nothing is left over, however a run ends. It needs root, or a user namespace in which /dev/net/tun may be opened.
"""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "network"
COMMUNES = range(1, 21)
# Some communes have a host behind their router, so that there is something two steps behind a line.
WITH_HOST = range(1, 6)
ANCHORS = ("10.0.0.1", "10.0.2.2")
MAIL, MODEM = ("10.0.1.2", 2525), ("172.16.9.2", 2525)
# All of it is one namespace, whose agent answers for every address.
PARK = "10.60"
NEEDED = (
    "ip",
    "unshare",
    "nsenter",
    "snmpd",
    "snmpget",
    "snmptrap",
    "/usr/lib/frr/zebra",
    "/usr/lib/frr/ospfd",
)
PATIENCE = 30.0
# Runs first: a private /run for named namespaces, and for FRR, which will not run as root unless root is in its group.
# `cat` ends when the tests end, and everything with it.
FIRST = """\
set -e
mount -t tmpfs none /run
mount -t tmpfs none /var/tmp
mkdir -p /run/netns /run/frr
sed 's/^frrvty:.*/frrvty:x:0:root/' /etc/group >/run/group
mount --bind /run/group /etc/group
ip link set lo up
echo ready
exec cat
"""
NOT_PRIVILEGED = ("--user", "--map-root-user")
# UPS-MIB (RFC 1628) upsOutput; its first object is upsOutputSource.
UPS_OUTPUT = ".1.3.6.1.2.1.33.1.4"
# net-snmp's pass_persist protocol; plain `pass` would remember an answer for half a minute.
UPS_SCRIPT = """\
while read -r word; do
    case $word in
    PING) echo PONG ;;
    get) read -r oid; [ "$oid" = {oid}.1.0 ] && printf '%s\\ninteger\\n%s\\n' "$oid" "$(cat {file})" || echo NONE ;;
    *) read -r oid; echo NONE ;;
    esac
done
"""
COMMUNITY = "bi-mat-cua-tinh"
OSPF = """\
interface {interface}
 ip ospf network point-to-point
 ip ospf dead-interval minimal hello-multiplier 4
 ip ospf cost {cost}
"""
OSPF_ROUTER = """\
router ospf
 ospf router-id {id}
 timers throttle spf 10 50 100
 timers throttle lsa all 0
 timers lsa min-arrival 0
 network 10.0.0.0/8 area 0
"""


@dataclass(frozen=True)
class Link:
    """Two ends, each (namespace, address); their interfaces bear its name. Silent cuts need `carried`."""

    name: str
    a: tuple[str, str]
    b: tuple[str, str]
    carried: bool = True
    delay: float = 0.002

    @property
    def namespaces(self) -> tuple[str, str]:
        """Whom it joins."""
        return self.a[0], self.b[0]


def other_domain() -> Iterator[Link]:
    """Another routing domain, where the same addresses are other machines; it has a monitoring host of its own."""
    yield Link("uplink2", ("core2", "10.0.0.1"), ("nms2", "10.0.0.2"), carried=False)
    yield Link("mailway2", ("core2", "10.0.1.1"), ("mail2", MAIL[0]), carried=False)
    yield Link("dns2", ("core2", "10.0.2.1"), ("dns2", "10.0.2.2"), carried=False)
    yield Link("f02", ("core2", "10.5.0.1"), ("f02", "10.5.0.2"))


def links() -> Iterator[Link]:
    """The province, link by link; the first end is the one nearer to the centre."""
    yield Link("uplink", ("core", "10.0.0.1"), ("nms", "10.0.0.2"), delay=0.0)
    yield Link("modem", ("nms", "172.16.9.1"), ("modem", MODEM[0]), carried=False)
    yield Link("mailway", ("core", "10.0.1.1"), ("mail", MAIL[0]), delay=0.0)
    yield Link("dns", ("core", "10.0.2.1"), ("dns", "10.0.2.2"), carried=False)
    yield Link("trunk", ("core", "10.1.0.1"), ("dist", "10.1.0.2"), delay=0.005)
    for n in COMMUNES:
        yield Link(f"c{n:02}", ("dist", f"10.1.{n}.1"), (f"c{n:02}", f"10.1.{n}.2"))
    for n in WITH_HOST:
        yield Link(f"lan{n:02}", (f"c{n:02}", f"10.110.{n}.9"), (f"h{n:02}", f"10.110.{n}.10"), carried=False)
    yield Link("dual-a", ("core", "10.2.0.1"), ("dual", "10.2.0.2"))
    yield Link("agg", ("core", "10.3.0.1"), ("agg", "10.3.0.2"), carried=False)
    yield Link("dual-b", ("agg", "10.3.1.1"), ("dual", "10.3.1.2"), delay=0.020)
    yield Link("p01", ("core", "10.4.0.1"), ("p01", "10.4.0.2"))
    yield Link("p01-ups", ("p01", "10.114.0.9"), ("p01-ups", "10.114.0.10"), carried=False)
    yield Link("p01-sw", ("p01", "10.114.0.13"), ("p01-sw", "10.114.0.14"), carried=False)
    yield Link("f01", ("core", "10.5.0.1"), ("f01", "10.5.0.2"))
    yield Link("park", ("core", "10.6.0.1"), ("park", "10.6.0.2"), carried=False)
    yield Link("rogue", ("core", "10.7.0.1"), ("rogue", "10.7.0.2"), carried=False)
    yield from other_domain()


LINKS = tuple(links())
NAMESPACES = tuple(dict.fromkeys(name for link in LINKS for name in link.namespaces))
# Addresses of routers themselves, whichever of their lines works.
OWN = {
    "dist": "10.110.0.1",
    **{f"c{n:02}": f"10.110.{n}.1" for n in COMMUNES},
    "dual": "10.112.0.1",
    "p01": "10.114.0.1",
    "f01": "10.115.0.1",
    "f02": "10.115.0.1",
}
# Where routing fails over, FRR speaks OSPF over these.
ROUTED = {
    "core": (("dual-a", 10), ("agg", 10)),
    "agg": (("agg", 10), ("dual-b", 50)),
    "dual": (("dual-a", 10), ("dual-b", 50)),
}
AGENTS = ("dist", "p01", "p01-ups", "p01-sw")


def routes() -> Iterator[tuple[str, str]]:
    """What is routed by hand: namespace and route."""
    for name, towards in (
        ("nms", "10.0.0.1"),
        ("mail", "10.0.1.1"),
        ("dns", "10.0.2.1"),
        ("dist", "10.1.0.1"),
    ):
        yield name, f"default via {towards}"
    for n in COMMUNES:
        yield f"c{n:02}", f"default via 10.1.{n}.1"
        yield "dist", f"10.110.{n}.0/24 via 10.1.{n}.2"
    for n in WITH_HOST:
        yield f"h{n:02}", f"default via 10.110.{n}.9"
    for prefix, via in (
        ("10.1.0.0/16", "10.1.0.2"),
        ("10.110.0.0/16", "10.1.0.2"),
        ("10.114.0.0/16", "10.4.0.2"),
        ("10.115.0.0/16", "10.5.0.2"),
        (f"{PARK}.0.0/16", "10.6.0.2"),
        ("10.3.1.0/30", "10.3.0.2"),
    ):
        yield "core", f"{prefix} via {via}"
    for name, towards in (
        ("p01", "10.4.0.1"),
        ("f01", "10.5.0.1"),
        ("park", "10.6.0.1"),
        ("rogue", "10.7.0.1"),
    ):
        yield name, f"default via {towards}"
    for name, towards in (
        ("nms2", "10.0.0.1"),
        ("mail2", "10.0.1.1"),
        ("dns2", "10.0.2.1"),
        ("f02", "10.5.0.1"),
    ):
        yield name, f"default via {towards}"
    yield "core2", "10.115.0.0/16 via 10.5.0.2"
    yield "p01-ups", "default via 10.114.0.9"
    yield "p01-sw", "default via 10.114.0.13"
    yield "park", f"local {PARK}.0.0/16 dev lo"
    # An answer to an echo by one of its lines goes back by that line: a witness speaks of one line.
    yield "dual", "default via 10.2.0.1 table 101"
    yield "dual", "default via 10.3.1.1 table 102"


def laying() -> str:
    """The commands of ip that make all but the carried lines."""
    made = [f"netns add {name}" for name in NAMESPACES]
    for link in LINKS:
        if not link.carried:
            near, far = link.namespaces
            made.append(f"link add {link.name} netns {near} type veth peer name {link.name} netns {far}")
    return "\n".join(made) + "\n"


def setting(namespace: str) -> str:
    """The commands of ip that give a namespace its addresses and routes."""
    ends = [(link.name, address) for link in LINKS for name, address in (link.a, link.b) if name == namespace]
    done = ["link set lo up"]
    done += [f"address add {OWN[namespace]}/32 dev lo"] if namespace in OWN else []
    for interface, address in ends:
        done += [f"address add {address}/30 dev {interface}", f"link set {interface} up"]
    done += [f"route add {route}" for name, route in routes() if name == namespace]
    if namespace == "dual":
        done += ["rule add from 10.2.0.2 lookup 101", "rule add from 10.3.1.2 lookup 102"]
    return "\n".join(done) + "\n"


def missing() -> list[str]:
    """Which programs are not here."""
    return [
        name for name in NEEDED if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None
    ]


@dataclass
class World:
    """Namespaces of our own, and what runs in them."""

    folder: Path
    entering: tuple[str, ...]
    programs: "list[subprocess.Popen[str]]" = field(default_factory=list)

    def command(self, namespace: str, *command: str) -> list[str]:
        """A command line that runs in a namespace; '' is the one the world began with."""
        inside = ("ip", "netns", "exec", namespace) if namespace else ()
        return [*self.entering, "env", f"--chdir={self.folder}", *inside, *command]

    def run(self, namespace: str, *command: str, input: str | None = None) -> str:  # noqa: A002 - subprocess's word
        """Run a command to its end; its output. Fails with what it complained of."""
        line = self.command(namespace, *command)
        done = subprocess.run(line, input=input, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{namespace}: {' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    def begin(self, namespace: str, *command: str) -> "subprocess.Popen[str]":
        """Start a program; it ends with the world at the latest."""
        line = self.command(namespace, *command)
        program = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.programs.append(program)
        return program

    def serve(self, namespace: str, *command: str, told: str = "") -> None:
        """Start a program that says 'ready'; `told` goes to its standard input."""
        program = self.begin(namespace, *command)
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(told)
        program.stdin.close()
        assert program.stdout.readline() == "ready\n", f"{' '.join(command)} did not start"


def unshared() -> list[str]:
    """How a world begins."""
    mine = () if os.geteuid() == 0 else NOT_PRIVILEGED
    return [
        "unshare",
        *mine,
        "--net",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "sh",
        "-c",
    ]


def refusal() -> str:
    """Why a world with lines cannot be had here; '' when it can."""
    trying = "mount -t tmpfs none /run && mkdir /run/netns && ip netns add a && ip tuntap add mode tun name a"
    tried = subprocess.run([*unshared(), trying], capture_output=True, text=True, timeout=30, check=False)
    return "" if tried.returncode == 0 else tried.stderr.strip() or f"exit code {tried.returncode}"


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A world, and the end of everything in it."""
    with subprocess.Popen(
        [*unshared(), FIRST], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "ready\n", "no namespaces, though they were to be had a moment ago"
        inner = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()[0]
        mine = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
        made = World(folder, ("nsenter", f"--target={inner}", *mine, "--net", "--mount", "--pid", "--"))
        try:
            yield made
        finally:
            first.kill()
            for program in made.programs:
                with program:
                    program.kill()


def end(program: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> None:
    """Send a signal to a program of the world and wait for its end: nsenter, its parent, hands none on."""
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children")
    if program.poll() is None:
        for child in children.read_text().split():
            os.kill(int(child), number)
        program.wait(PATIENCE)


@dataclass
class Network:
    """The province's network, up and running."""

    world: World
    control: socket.socket
    agents: "dict[str, subprocess.Popen[str]]" = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where everything of this run is kept."""
        return self.world.folder

    @property
    def community(self) -> str:
        """What the agents let in."""
        return COMMUNITY

    def line(self, *names: str, **qualities: float) -> None:
        """Change lines at once: cut=True, loss=0.1, delay=0.02 (seconds), jitter, rate (bit/s)."""
        self.control.send(json.dumps({"lines": names, **qualities}).encode())
        assert self.control.recv(4096) == b"done"

    def cut(self, *names: str) -> float:
        """Cut lines silently; when."""
        self.line(*names, cut=True)
        return time.time()

    def mend(self, *names: str) -> float:
        """Join cut lines again; when."""
        self.line(*names, cut=False)
        return time.time()

    def heal(self) -> None:
        """All lines as at the beginning, all agents running, the UPS on mains."""
        self.mend(*(link.name for link in LINKS if link.carried))
        self.on_battery(False)
        for name in AGENTS:
            self.power_on(name)

    def on_battery(self, it_is: bool) -> None:
        """What the UPS tells of its output: UPS-MIB upsOutputSource, normal(3) or battery(5)."""
        (self.folder / "output-source").write_text("5" if it_is else "3")

    def power_on(self, name: str) -> None:
        """Start net-snmp's agent of a device, unless it runs: its uptime begins anew."""
        if name not in self.agents:
            self._agent(
                name, f"rocommunity {COMMUNITY}\npass_persist {UPS_OUTPUT} /bin/sh {self.folder}/ups.sh\n"
            )

    def power_off(self, name: str) -> None:
        """End an agent as a power cut does."""
        if name in self.agents:
            end(self.agents.pop(name), signal.SIGKILL)

    def park(self, password: str) -> None:
        """(Re)start the one agent behind every address of the park, whose user has this password."""
        self.power_off("park")
        user = f"createUser tinh SHA-256 {password} AES {password}\nrouser tinh authpriv\n"
        self._agent("park", user)

    def _agent(self, name: str, configuration: str) -> None:
        place = self.folder / f"agent-{name}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        (place / "snmpd.conf").write_text(f"agentAddress udp:161\nsysName {name}\n{configuration}")
        agent = (
            "snmpd",
            "-f",
            "-C",
            "-c",
            f"{place}/snmpd.conf",
            "-Lf",
            f"{place}/log",
            "-I",
            "-smux,-mteTrigger",
        )
        settings = ("env", f"SNMP_PERSISTENT_DIR={place}", "MIBS=")
        self.agents[name] = self.world.begin(name, *settings, *agent)

    def answer(self, command: Sequence[str]) -> str:
        """What a command line of the world says, whatever its exit code."""
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout

    def box(self, name: str) -> list[str]:
        """The lines of a mail server's file."""
        path = self.folder / f"{name}.jsonl"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def end(self, program: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> None:
        """End a program of the world by a signal."""
        end(program, number)

    def pause(self, seconds: float) -> None:
        """Let real time pass: the network's answers cannot be hastened."""
        select.select((), (), (), seconds)

    def reaches(self, address: str, source: str = "nms") -> bool:
        """Whether one echo of somebody returns."""
        return "1 received" in self.answer(self.world.command(source, "ping", "-c1", "-W1", "-q", address))

    def until_reached(self, *addresses: str) -> None:
        """Wait until every one of these answers."""
        deadline = time.monotonic() + PATIENCE
        waiting = list(addresses)
        while waiting:
            assert time.monotonic() < deadline, f"not reached: {waiting}"
            waiting = [address for address in waiting if not self.reaches(address)]


def build(made: World) -> Network:
    """Lay the network: links, addresses, routes, routing, agents, mail servers."""
    made.run("", "ip", "-batch", "-", input=laying())
    carried = [
        {"name": link.name, "ends": [(name, link.name) for name in link.namespaces], "delay": link.delay}
        for link in LINKS
        if link.carried
    ]
    path = made.folder / "lines.sock"
    made.serve("", sys.executable, str(PROGRAMS / "lines.py"), str(path), told=json.dumps(carried))
    made.run("", "sh", "-e", input="".join(map(script, NAMESPACES)))
    control = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    control.bind(str(made.folder / "tests.sock"))
    control.connect(str(path))
    control.settimeout(PATIENCE)
    network = Network(made, control)
    (made.folder / "ups.sh").write_text(UPS_SCRIPT.format(oid=UPS_OUTPUT, file=made.folder / "output-source"))
    network.heal()
    for name in ROUTED:
        start_routing(made, name)
    for name, (address, port) in (("mail", MAIL), ("modem", MODEM), ("mail2", MAIL)):
        box = str(made.folder / f"{name}.jsonl")
        made.serve(name, sys.executable, str(PROGRAMS / "mailbox.py"), address, str(port), box)
    return network


def script(namespace: str) -> str:
    """Shell commands that set a namespace up."""
    forwards = sum(namespace in link.namespaces for link in LINKS) > 1
    inside = f"ip netns exec {namespace}"
    return (
        f"ip -n {namespace} -batch - <<'END'\n{setting(namespace)}END\n"
        f"{inside} sysctl -qw net.ipv4.ip_forward={int(forwards)} 'net.ipv4.ping_group_range=0 0'"
        " net.ipv4.conf.all.rp_filter=0 net.ipv4.icmp_ratelimit=0\n"
    )


def start_routing(made: World, name: str) -> None:
    """Start FRR's zebra and ospfd in a namespace."""
    place = made.folder / f"frr-{name}"
    place.mkdir()
    (place / "zebra.conf").write_text(f"hostname {name}\n")
    interfaces = "".join(OSPF.format(interface=interface, cost=cost) for interface, cost in ROUTED[name])
    number = 1 + list(ROUTED).index(name)
    (place / "ospfd.conf").write_text(interfaces + OSPF_ROUTER.format(id=f"10.255.255.{number}"))
    made.run("", "mkdir", "-p", f"/run/frr/{name}")
    for program in ("zebra", "ospfd"):
        told = ("-f", f"{place}/{program}.conf", "-i", f"{place}/{program}.pid", "--log", f"file:{place}/log")
        made.run(name, f"/usr/lib/frr/{program}", "-d", "-N", name, "-u", "root", "-g", "root", *told)


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """The province's network; skipped with the reason where namespaces or lines are refused."""
    refused = refusal()
    if refused:
        pytest.skip(f"no network of our own here: {refused}")
    lacking = missing()
    assert not lacking, f"not installed: {lacking} (tests/install-debian-packages.sh lab)"
    folder = Path(tempfile.mkdtemp(prefix="netwatch-lab-"))
    try:
        with world(folder) as made:
            network = build(made)
            with network.control:
                network.until_reached(*ANCHORS, MAIL[0], MODEM[0], *OWN.values())
                yield network
    finally:
        shutil.rmtree(folder, ignore_errors=True)
