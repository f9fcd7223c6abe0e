"""SIP OPTIONS against a real Kamailio: a proxy that is there, one that knows nobody of a name, over UDP and TCP."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from probes.contract import Fact, Reason, Target
from probes.kit import Kit
from probes.registry import probes
from probes.run import run_look
from probes.transports.datagrams.engine import UdpDatagrams
from probes.transports.fakes import FakeIcmp, FakeSnmp
from probes.transports.permits import Permits
from probes.transports.streams.engine import StreamOptions, TcpStreams

pytestmark = [pytest.mark.anyio, pytest.mark.lab]

ADDRESS = "127.79.3.1"
CONFIGURATION = """\
debug=0
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
listen=udp:127.79.3.1:5060
listen=tcp:127.79.3.1:5060
loadmodule "sl.so"
loadmodule "pv.so"
request_route {
  if (method == "OPTIONS" && $rU == "phong-hop") { sl_send_reply("480", "Temporarily Unavailable"); exit; }
  if (method == "OPTIONS") { sl_send_reply("200", "Keepalive"); exit; }
  sl_send_reply("404", "Not here");
}
"""


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[str]:
    """A Kamailio on loopback that knows everybody but one."""
    program = shutil.which("kamailio") or shutil.which("kamailio", path="/usr/sbin")
    if program is None:
        pytest.skip("kamailio (Debian: kamailio) is not installed")
    (tmp_path / "kamailio.cfg").write_text(CONFIGURATION)
    options = (
        "-DD",
        "-E",
        "-m",
        "16",
        "-M",
        "4",
        "-f",
        "kamailio.cfg",
        "-Y",
        str(tmp_path),
        "-w",
        str(tmp_path),
    )
    log = (tmp_path / "log").open("wb")
    running = await asyncio.create_subprocess_exec(program, *options, cwd=tmp_path, stdout=log, stderr=log)
    try:
        yield ADDRESS
    finally:
        log.close()
        if running.returncode is None:
            running.terminate()
            await running.wait()


async def look(address: str, transport: str, user: str) -> dict[str, tuple[bool | None, Reason]]:
    """One look; repeated while the proxy is still starting."""
    probe, permits = probes()["sip_options"], Permits()
    kit = Kit(
        icmp=FakeIcmp(),
        snmp=FakeSnmp(),
        monotonic=time.monotonic,
        streams=TcpStreams(StreamOptions(), permits, time.time),
        datagrams=UdpDatagrams(permits),
    )
    params, target = probe.params.model_validate({"transport": transport, "user": user}), Target("p", address)
    until = time.monotonic() + 10
    while True:
        seen = await run_look(probe, target, params, kit, 5.0, time.monotonic)
        told = {each.name: (each.holds, each.reason) for each in seen.readings if isinstance(each, Fact)}
        if told["signalling"][1] is not Reason.REFUSED or time.monotonic() > until:
            return told


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize(("user", "available"), [("", True), ("ban-giam-doc", True), ("phong-hop", False)])
async def test_a_real_proxy_is_understood(proxy: str, transport: str, user: str, available: bool) -> None:
    """Whoever it knows is available, whoever it does not is not registered; it serves all the same."""
    told = await look(proxy, transport, user)
    assert told["signalling"] == (True, Reason.ANSWERED)
    assert told["available"][0] is available
    assert told["serving"][0] is True
