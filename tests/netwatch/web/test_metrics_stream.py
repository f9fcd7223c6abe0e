"""/metrics comes a piece at a time, shows one moment however long it takes, and leaves others their turn."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as read_prometheus
from starlette.types import ASGIApp, Message

from exporters.columns import PIECE
from netwatch.check import check_id
from netwatch.clock import SECOND
from netwatch.present import Present
from netwatch.queries.still import still
from netwatch.verdict import Kind, SubjectKind
from netwatch.web.listener import Listener
from netwatch.web.metrics_app import metrics_app
from netwatch.web.server import WebServer
from netwatch.web.view import View
from probes.contract import Columns

pytestmark = pytest.mark.anyio

Asking = Callable[[ASGIApp, Listener], AbstractAsyncContextManager[WebServer]]
PORTS = 4000


@pytest.fixture
def large(present: Present) -> Present:
    """The province with a core of thousands of exported ports, its mappings live."""
    core = present.inventory.of("interface")["core:gi1"]
    ports = {f"core:{n}": replace(core, id=f"core:{n}", name=f"p{n}") for n in range(PORTS)}
    records = {**present.inventory.records, "interface": ports}
    columns = _columns(0)
    latest = {
        id_: replace(seen, samples=(), columns=(columns,))
        if id_ == check_id("core", "snmp_interfaces")
        else seen
        for id_, seen in present.latest.items()
    }
    inventory = replace(present.inventory, records=records)
    return replace(present, inventory=inventory, latest=latest, judged=dict(present.judged))


def _columns(value: int) -> Columns:
    metrics = ("interface_receive_bytes_total", "interface_transmit_bytes_total")
    return Columns(tuple(f"p{n}" for n in range(PORTS)), dict.fromkeys(metrics, (value,) * PORTS))


def _scope(method: str = "GET") -> dict[str, object]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": "/metrics",
        "raw_path": b"/metrics",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1")],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "root_path": "",
    }


async def test_a_scrape_shows_one_moment_though_the_daemon_goes_on_meanwhile(
    view_of: Callable[[Present], View], large: Present
) -> None:
    """Numbers and verdicts that change between two pieces are shown by the next scrape."""
    pieces: list[bytes] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nobody disconnects")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body" and message["body"]:
            pieces.append(message["body"])
            for id_, seen in large.latest.items():
                if seen.columns:
                    large.latest[id_] = replace(seen, at=seen.at + SECOND, columns=(_columns(len(pieces)),))  # type: ignore[index]
            large.judged.clear()  # type: ignore[attr-defined]

    app = metrics_app(view_of(large))
    await app(_scope(), receive, send)
    assert len(pieces) > 3
    assert all(len(piece) < 4 * PIECE for piece in pieces)
    families = {family.name: family for family in read_prometheus(b"".join(pieces).decode())}
    for name in ("netwatch_interface_receive_bytes", "netwatch_interface_transmit_bytes"):
        values = {sample.value for sample in families[name].samples if sample.labels["part"].startswith("p")}
        assert values == {0}
    up = {s.labels["site"]: s.value for s in families["netwatch_site_up"].samples}
    assert up["S-TINH"] == 1
    pieces.clear()
    await app(_scope(), receive, send)
    assert b'netwatch_site_verdict{site="S-TINH",verdict="unknown"} 1' in b"".join(pieces)


async def test_two_scrapes_at_once_and_one_that_hangs_up_leave_the_next_whole(
    view_of: Callable[[Present], View], large: Present, serve: Asking, listener: Listener
) -> None:
    """Each gets the whole text."""
    async with serve(metrics_app(view_of(large)), listener) as server:
        address = f"http://127.0.0.1:{server.port}"
        async with httpx.AsyncClient(base_url=address) as client:
            async with client.stream("GET", "/metrics") as broken_off:
                await anext(broken_off.aiter_raw())
            first, second = await asyncio.gather(client.get("/metrics"), client.get("/metrics"))
            head = await client.head("/metrics")
    for answer in (first, second):
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert answer.text.count("netwatch_interface_receive_bytes_total{") >= PORTS
        assert list(read_prometheus(answer.text))
    assert (head.status_code, head.content) == (200, b"")


def test_a_still_present_keeps_only_what_is_shown_of_facts(present: Present) -> None:
    """Those of endpoints and surge protectors, and why devices cannot be managed; nothing moves it afterwards."""
    moving = replace(present, judged=dict(present.judged), latest=dict(present.latest))
    kept = still(moving)
    moving.judged.clear()  # type: ignore[attr-defined]
    moving.latest.clear()  # type: ignore[attr-defined]
    assert (kept.judged, kept.latest) == (present.judged, present.latest)
    shown = {SubjectKind.ENDPOINT, SubjectKind.SURGE_PROTECTOR}
    wanted = {key for subject in present.subjects.values() if subject.kind in shown for key in subject.facts}
    unmanaged = [id_ for id_, judged in present.judged.items() if judged.verdict.manageable is not True]
    wanted |= {key for id_ in unmanaged for key in present.subjects[id_].facts if key.fact == "manageable"}
    assert kept.facts.keys() == wanted
    assert {verdict.verdict.kind for verdict in kept.judged.values()} >= {Kind.UP, Kind.DOWN}
