"""A real Prometheus scrapes us and answers questions about lines."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from netwatch.web.listener import Listener
from netwatch.web.metrics_app import metrics_app
from netwatch.web.view import View

# A Prometheus waits five seconds before it looks at its first target.
pytestmark = [pytest.mark.anyio, pytest.mark.lab]

QUERY = 'netwatch_line_up * on (line) group_left (name, provider, agency_name) netwatch_line_info{provider="VNPT"}'
CONFIGURATION = """
global: {{scrape_interval: 1s, scrape_timeout: 900ms}}
scrape_configs:
  - job_name: netwatch
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def _prometheus(program: str, folder: Path, scraped: int) -> AsyncIterator[str]:
    file, port = folder / "prometheus.yml", _free_port()
    file.write_text(CONFIGURATION.format(port=scraped))
    process = await asyncio.create_subprocess_exec(
        program, f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _answer(client: httpx.AsyncClient, query: str) -> list[dict[str, object]]:
    try:
        answer = await client.get("/api/v1/query", params={"query": query})
    except httpx.TransportError:
        return []
    found: list[dict[str, object]] = answer.json()["data"]["result"] if answer.status_code == 200 else []
    return found


async def test_prometheus_scrapes_and_joins_names_to_values(
    view: View, serve: Callable[..., object], listener: Listener, tmp_path: Path
) -> None:
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("prometheus is not installed (apt-get install prometheus)")
    async with (
        serve(metrics_app(view), listener) as server,
        _prometheus(program, tmp_path, server.port) as address,
        httpx.AsyncClient(base_url=address) as client,
    ):
        for _ in range(100):
            found = await _answer(client, QUERY)
            if found:
                break
            await asyncio.sleep(0.2)
        metrics = await _answer(client, "count({__name__=~'netwatch_.+'})")
    labels = [(entry["metric"]["line"], entry["metric"]["agency_name"], entry["value"][1]) for entry in found]  # type: ignore[index]
    assert labels == [("L-AN", "UBND xã An Bình", "0")]
    assert int(metrics[0]["value"][1]) > 150  # type: ignore[index]
