"""A Prometheus that asks /sd is told where to read us, by the rules of /metrics; which tells of our certificates."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from starlette.types import ASGIApp

from netwatch.certificates import certificate_ends
from netwatch.clock import SECOND
from netwatch.settings import Settings
from netwatch.web.listener import Listener
from netwatch.web.metrics_app import metrics_app
from netwatch.web.server import WebServer
from netwatch.web.view import View

pytestmark = pytest.mark.anyio

Serve = Callable[[ASGIApp, Listener], AbstractAsyncContextManager[WebServer]]
TOKEN = "0123456789abcdef0123"


def client(app: ASGIApp, base: str = "http://127.0.0.1:9877") -> httpx.AsyncClient:
    """Asks an application without a network."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base)


async def test_discovery_names_us_as_we_were_asked(view: View, serve: Serve, listener: Listener) -> None:
    """As JSON, one target, and nothing of what is watched."""
    async with serve(metrics_app(view), listener) as server, httpx.AsyncClient() as asking:
        port = server.port
        answer = await asking.get(f"http://127.0.0.1:{port}/sd")
    assert answer.headers["content-type"] == "application/json"
    (group,) = answer.json()
    assert group == {
        "targets": [f"127.0.0.1:{port}"],
        "labels": {"__scheme__": "http", "__metrics_path__": "/metrics", "__meta_netwatch_role": "daemon"},
    }


async def test_discovery_needs_the_token_too(view: View) -> None:
    """Where one is set; with it any name is answered, since certificates have names."""
    async with client(metrics_app(view, TOKEN), "https://netwatch.example:9877") as asking:
        refused = await asking.get("/sd")
        told = await asking.get("/sd", headers={"authorization": f"Bearer {TOKEN}"})
    assert refused.status_code == 401
    (group,) = told.json()
    assert (group["targets"], group["labels"]["__scheme__"]) == (["netwatch.example:9877"], "https")


@pytest.mark.parametrize("host", ["a b", "x/y", 'quote"d', "a:99999999", "x" * 300, "[::1", ""])
async def test_odd_names_are_not_repeated(view: View, host: str) -> None:
    """The address at which the request came in stands in their place."""
    async with client(metrics_app(view, TOKEN)) as asking:
        told = await asking.get("/sd", headers={"authorization": f"Bearer {TOKEN}", "host": host})
    assert told.json()[0]["targets"] == ["127.0.0.1:9877"]


async def test_foreign_names_are_refused_where_no_token_is_asked_for(view: View) -> None:
    """As on every other page of the listener."""
    async with client(metrics_app(view)) as asking:
        assert (await asking.get("/sd", headers={"host": "evil.example"})).status_code == 421


async def test_the_end_of_our_certificates_is_told(
    view: View, issue: Callable[[str], tuple[Path, Path]]
) -> None:
    """By listener; a file that holds none is left out, and without certificates there is no such series."""
    certificate, key = issue("here")
    broken = certificate.with_name("broken.pem")
    broken.write_text("no certificate", "utf-8")
    settings = Settings.model_validate(
        {
            "metrics": {"certificate": str(certificate), "key": str(key)},
            "status_page": {"certificate": str(broken), "key": str(key)},
        }
    )
    ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    assert certificate_ends(settings) == {"metrics": round(ends.timestamp()) * SECOND}
    async with client(metrics_app(replace(view, certificates=certificate_ends(settings)))) as asking:
        told = (await asking.get("/metrics")).text
    async with client(metrics_app(view)) as asking:
        without = (await asking.get("/metrics")).text
    line = f'netwatch_certificate_expiry_timestamp_seconds{{listener="metrics"}} {round(ends.timestamp())}\n'
    assert line in told
    assert "netwatch_certificate_expiry" not in without
