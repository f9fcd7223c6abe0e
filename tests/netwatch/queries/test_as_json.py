"""What goes out as JSON says its schema, gives moments twice, and can be read back."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from netwatch.present import Present
from netwatch.queries.as_json import (
    UnknownSchemaError,
    as_json,
    from_iso,
    health_as_json,
    iso,
    tree_from_json,
)
from netwatch.queries.health import health
from netwatch.queries.models import StatusTree
from netwatch.queries.status import status_tree


@pytest.fixture
def tree(present: Present, now: int, local_time: datetime) -> StatusTree:
    return status_tree(present, now, local_time)


def test_the_tree_survives_the_way_out_and_back(tree: StatusTree) -> None:
    assert tree_from_json(json.loads(json.dumps(as_json(tree)))) == tree


def test_moments_are_iso_in_utc_and_microseconds(tree: StatusTree) -> None:
    shown = as_json(tree)
    assert shown["at"] == "2026-11-23T07:05:00.000000Z"
    assert shown["at_us"] == tree.at
    assert iso(0) is None
    assert (from_iso(str(shown["at"])), from_iso("")) == (tree.at, 0)


def test_keys_are_those_promised(tree: StatusTree) -> None:
    shown = as_json(tree)
    assert list(shown) == [
        "schema", "at", "at_us", "sample", "live", "heartbeat", "heartbeat_us", "behind", "blind",
        "inventory_revision", "units",
    ]  # fmt: skip
    standing = shown["units"][0]["sites"][0]["standing"]
    assert list(standing) == [
        "id", "kind", "type", "name", "site", "site_name", "unit", "unit_path", "verdict", "reason", "since",
        "since_us", "cause", "cause_name", "evidence", "manageable", "unmanaged", "observed", "observed_us",
        "contacts", "details", "flapping", "maintenance",
    ]  # fmt: skip


def test_another_schema_is_refused_with_both_versions_named(tree: StatusTree) -> None:
    with pytest.raises(UnknownSchemaError, match=r"schema 99 .* reads schema 1"):
        tree_from_json({**as_json(tree), "schema": 99})


def test_health_names_what_ails_the_daemon(present: Present) -> None:
    assert health(present).healthy
    blind = replace(present.vantages[0], blind_since=present.at)
    counts = replace(
        present.counts, store_behind_seconds=60.0, reload_in_force=False, clock_ahead_seconds=3600.0
    )
    ill = health(
        replace(present, vantages=(blind,), counts=counts, faults=(("icmp_permission", "10.0.0.1"),))
    )
    assert not ill.healthy
    assert [code for code, _ in ill.faults] == [
        "icmp_permission", "store_behind", "vantage_blind", "reload_refused", "clock_ahead",
    ]  # fmt: skip
    assert health_as_json(ill)["faults"][0] == {
        "code": "icmp_permission", "text": "This machine may not send ICMP echoes", "detail": "10.0.0.1",
    }  # fmt: skip
