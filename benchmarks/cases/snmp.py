"""SNMP engines: CPU of the asker per six-value GET, per walk of ten columns over 48 interfaces, and per question for
the same values by their known instances.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from benchmarks.farm import AUTHENTICATION, COMMUNITY, ENCRYPTION, USER, address, farm
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.native import lacking
from benchmarks.peers import by_collectd, by_exporter, by_gufo, by_netsnmp, by_pysnmp
from benchmarks.work import COLUMNS, DEVICES, IN_FLIGHT, PORTS, REPETITIONS, SCALARS, Ask, drive
from probes.contract import Target
from probes.secret import Secret
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp
from probes.transports.snmp.contract import question

_V2C = Secret("snmp_v2c", {"community": COMMUNITY})
_V3 = Secret(
    "snmp_v3",
    {
        "user": USER,
        "auth": "sha256",
        "auth_password": AUTHENTICATION,
        "privacy": "aes128",
        "privacy_password": ENCRYPTION,
    },
)
_INSTANCES = tuple(f"{column}.{port}" for port in range(1, PORTS + 1) for column in COLUMNS)


def switches(_: Size) -> AbstractContextManager[str]:
    """A farm of switches."""
    return farm(PORTS)


@contextmanager
def _opened(port: str, secret: Secret) -> Iterator[tuple[SnmpEngine, Sequence[Target]]]:
    targets = [
        Target(str(place), address(place), snmp_port=int(port), credentials=("one",))
        for place in range(DEVICES)
    ]
    with open_snmp(SnmpOptions(max_repetitions=REPETITIONS), lambda _: secret) as engine:
        yield engine, targets


Choose = Callable[[SnmpEngine, Sequence[Target]], Ask]


def _timed(size: Size, port: str, choose: Choose, values: int, secret: Secret = _V2C) -> float:
    async def run() -> float:
        with _opened(port, secret) as (engine, targets):
            return await drive(choose(engine, targets), size.count, IN_FLIGHT, values)

    return asyncio.run(run())


def _gets(engine: SnmpEngine, targets: Sequence[Target]) -> Ask:
    async def ask(place: int) -> int:
        return len((await engine.get(targets[place], SCALARS)).values)

    return ask


def _walks(engine: SnmpEngine, targets: Sequence[Target]) -> Ask:
    async def ask(place: int) -> int:
        table = await engine.walk(targets[place], COLUMNS)
        return sum(map(len, table.columns.values()))

    return ask


def _questions(engine: SnmpEngine, targets: Sequence[Target]) -> Ask:
    wanted = question(_INSTANCES)

    async def ask(place: int) -> int:
        values = await engine.ask(targets[place], wanted)
        return len(values.contents) - values.contents.count(None)

    return ask


def get(size: Size, port: str) -> Values:
    """Our engine's gets, in microseconds."""
    return (_timed(size, port, _gets, len(SCALARS)) * 1e6,)


def get_secured(size: Size, port: str) -> Values:
    """Our engine's gets by v3 authPriv, in microseconds."""
    return (_timed(size, port, _gets, len(SCALARS), _V3) * 1e6,)


def walk(size: Size, port: str) -> Values:
    """Our engine's walks, in milliseconds."""
    return (_timed(size, port, _walks, len(COLUMNS) * PORTS) * 1e3,)


def multiget(size: Size, port: str) -> Values:
    """Our engine's questions for known instances, in milliseconds."""
    return (_timed(size, port, _questions, len(_INSTANCES)) * 1e3,)


def no_secured_farm() -> str:
    """Why nothing answers v3 here; '' when the farm in C does."""
    return lacking("farm")


def no_secured_netsnmp() -> str:
    """Why net-snmp cannot ask by v3 here; '' when it can."""
    return lacking("farm") or by_netsnmp.cannot()


_EXPORTER = Contender("snmp_exporter", by_exporter.walk, share=0.2, lacking=by_exporter.cannot)

WALK = Benchmark(
    name="walk_engine",
    question="What does a walk of 10 columns over 48 interfaces cost the asker, per device?",
    units=("ms CPU per device",),
    contenders=(
        Contender(OURS, walk),
        _EXPORTER,
        Contender("net-snmp", by_netsnmp.walk, lacking=by_netsnmp.cannot),
        Contender("net-snmp_abreast", by_netsnmp.walk_abreast, lacking=by_netsnmp.cannot),
        Contender("collectd", by_collectd.walk, share=0.8, lacking=by_collectd.cannot),
        Contender("gufo-snmp", by_gufo.walk, share=0.5),
        Contender("pysnmp", by_pysnmp.walk, share=0.05),
    ),
    size=Size(1_000),
    tiny=Size(20),
    surroundings=switches,
    against=("snmp_exporter", "net-snmp"),
    limits=(0.2, 4.0),
)
MULTIGET = Benchmark(
    name="multiget_engine",
    question="What do the same values cost when their instances are known, per device?",
    units=("ms CPU per device",),
    contenders=(Contender(OURS, multiget), _EXPORTER),
    size=Size(1_000),
    tiny=Size(10),
    surroundings=switches,
    limits=(0.1,),
)
GET = Benchmark(
    name="get6_engine",
    question="What does one GET of six system values cost the asker, of 1,000 agents?",
    units=("us CPU per GET",),
    contenders=(
        Contender(OURS, get),
        Contender("net-snmp", by_netsnmp.get, share=2.0, lacking=by_netsnmp.cannot),
        Contender("gufo-snmp", by_gufo.get, share=0.5),
        Contender("pysnmp", by_pysnmp.get, share=0.05),
    ),
    size=Size(20_000),
    tiny=Size(40),
    surroundings=switches,
    limits=(2.2,),
)
SECURED = Benchmark(
    name="v3_engine",
    question="What does the same GET cost by v3, authenticated by SHA-256 and encrypted by AES-128?",
    units=("us CPU per GET",),
    contenders=(
        Contender(OURS, get_secured, lacking=no_secured_farm),
        Contender("net-snmp", by_netsnmp.get_secured, share=2.0, lacking=no_secured_netsnmp),
        Contender("gufo-snmp", by_gufo.get_secured, share=0.5, lacking=no_secured_farm),
        Contender("pysnmp", by_pysnmp.get_secured, share=0.02, lacking=no_secured_farm),
    ),
    size=Size(10_000),
    tiny=Size(40),
    surroundings=switches,
    limits=(2.0,),
)
