"""`netwatch doctor` beside a running daemon: what that remarks on is told too."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from netwatch.check import Observation
from netwatch.control.fake import FakeDaemon
from netwatch.queries.engines import KIND, NOTE

ENGINE = "80001f8804ab"


@pytest.fixture
def cloned(daemon: FakeDaemon) -> tuple[str, ...]:
    """Two devices of the inventory tell one SNMPv3 engine id."""
    shown = daemon.shown
    template = next(iter(shown.checks.values()))
    names = ("sw-a", "sw-b")
    checks = {
        name: replace(template, id=name, target=name, kind=KIND, address=f"10.9.0.{place}")
        for place, name in enumerate(names, 1)
    }
    latest = {
        name: Observation("c", 1, 1, name, shown.at, 1, (), notes=(("", NOTE, ENGINE),)) for name in names
    }
    daemon.shown = replace(shown, checks=checks, latest=latest)
    return names


@pytest.mark.usefixtures("cloned")
def test_devices_that_share_an_engine_id_are_named_with_what_to_do(stocked: Callable[..., Any]) -> None:
    """As a warning, in both languages."""
    said = " ".join(stocked("doctor").out.split())
    assert f"warning: Several devices tell the same SNMPv3 engine id ({ENGINE}: sw-a, sw-b)." in said
    assert "Give each device an engine id of its own" in said
    assert f"Nhiều thiết bị báo cùng một engine id SNMPv3 ({ENGINE}: sw-a, sw-b)." in " ".join(
        stocked("doctor", "--lang", "vi").out.split()
    )
    findings = stocked("doctor", "--json").json["findings"]
    assert [one["state"] for one in findings if one["about"] == "snmp_engine_shared"] == ["warning"]


@pytest.mark.usefixtures("daemon")
def test_without_remarks_nothing_more_is_told(stocked: Callable[..., Any]) -> None:
    """As without a daemon."""
    found = stocked("doctor", "--json").json["findings"]
    assert "snmp_engine_shared" not in {one["about"] for one in found}
