"""`netwatch grafana`: what a Grafana is given, whole or not at all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

Run = Callable[..., Any]


def read(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """A YAML file."""
    return yaml.safe_load(path.read_text("utf-8"))


def test_dashboards_of_two_languages_stand_side_by_side(run: Run, home: Path) -> None:
    """Each has a provider of its own that leads to its folder; the source of data is the same."""
    out = home / "made"
    assert run("grafana", "dashboards", "-o", out, "--language", "vi").code == 0
    assert run("grafana", "dashboards", "-o", out, "--path", "/srv/grafana").code == 0
    titles = {
        language: json.loads(
            (out / "netwatch" / language / f"netwatch-line-{language}.json").read_text("utf-8")
        )["title"]
        for language in ("vi", "en")
    }
    assert titles == {"vi": "netwatch: đường truyền", "en": "netwatch: line"}
    folders = [
        read(out / "provisioning" / "dashboards" / f"netwatch-{language}.yaml")["providers"][0]["options"]
        for language in ("vi", "en")
    ]
    assert folders == [{"path": str(out / "netwatch" / "vi")}, {"path": "/srv/grafana/netwatch/en"}]
    (source,) = read(out / "provisioning" / "datasources" / "netwatch.yaml")["datasources"]
    assert (source["uid"], source["url"]) == ("netwatch", "http://127.0.0.1:9090")
    assert source["jsonData"]["timeInterval"] == "15s"


def test_a_prometheus_that_grafana_has_is_used_and_none_provisioned(run: Run, home: Path) -> None:
    """Its uid is what every dashboard chooses at first; a uid that could be more than that is refused."""
    out = home / "made"
    assert run("grafana", "dashboards", "-o", out, "--datasource", "mine").code == 0
    assert not (out / "provisioning" / "datasources").exists()
    board = json.loads((out / "netwatch" / "en" / "netwatch-site-en.json").read_text("utf-8"))
    assert board["templating"]["list"][0]["current"]["value"] == "mine"
    refused = run("grafana", "dashboards", "-o", out, "--datasource", "a b")
    assert (refused.code, "a b" in refused.err) == (64, True)


def test_what_somebody_changed_is_not_overwritten(run: Run, home: Path) -> None:
    """But with --force; the same again is no change, and a dry run writes nothing."""
    out = home / "made"
    dry = run("grafana", "dashboards", "-o", out, "--dry-run")
    assert ("Would write" in dry.out, out.exists()) == (True, False)
    assert run("grafana", "dashboards", "-o", out).code == 0
    assert run("grafana", "dashboards", "-o", out).code == 0
    mine = out / "netwatch" / "en" / "netwatch-site-en.json"
    mine.write_text("{}", "utf-8")
    refused = run("grafana", "dashboards", "-o", out)
    assert (refused.code, str(mine) in refused.err, mine.read_text("utf-8")) == (1, True, "{}")
    assert run("grafana", "dashboards", "-o", out, "--force").code == 0
    assert json.loads(mine.read_text("utf-8"))["uid"] == "netwatch-site-en"


@pytest.mark.parametrize(
    ("language", "word"), [("en", "agencies suffer"), ("vi", "cơ quan nào bị ảnh hưởng")]
)
def test_the_list_says_what_each_answers(run: Run, language: str, word: str) -> None:
    """For people and, with ids and variables, for programs."""
    assert word in run("grafana", "list", "--lang", language).out
    told = run("grafana", "list", "--json", "--lang", language).json
    assert [one["name"] for one in told] == [
        "overview", "agency", "site", "line", "conferencing", "lightning", "coverage", "itself",
    ]  # fmt: skip
    assert told[0]["uid"] == f"netwatch-overview-{language}"
    assert all(one["panels"] >= 6 and "instance" in one["variables"] for one in told)


@pytest.mark.parametrize(
    "url",
    [
        "http://reader:hunter2@prometheus:9090",
        "http://hunter2@prometheus:9090/",
        "https://prometheus/?token=hunter2",
        "https://prometheus/#hunter2",
        "file:///etc/hunter2",
        "hunter2",
        "http://[hunter2",
        "http://prometheus:hunter2/",
        "http://prometheus:90900/hunter2",
    ],
)
def test_an_address_that_holds_a_secret_is_neither_written_nor_told(run: Run, home: Path, url: str) -> None:
    """Files for Grafana are read by many: a password belongs into Grafana itself."""
    refused = run("grafana", "dashboards", "-o", home / "made", "--prometheus", url)
    assert (refused.code, "--prometheus" in refused.err, "https://name" in refused.err) == (64, True, True)
    assert "hunter2" not in refused.err + refused.out
    assert not (home / "made").exists()


def test_nothing_is_put_in_for_a_dollar_sign(run: Run, home: Path) -> None:
    """Grafana puts its environment in for `$NAME`; a path with such a sign is that path, and no secret of Grafana."""
    out = home / "made"
    assert run("grafana", "dashboards", "-o", out, "--path", "/srv/$GF_SECURITY_ADMIN_PASSWORD").code == 0
    assert (
        run("grafana", "dashboards", "-o", out, "--prometheus", "http://prometheus/$HOME", "--force").code
        == 0
    )
    (source,) = read(out / "provisioning" / "datasources" / "netwatch.yaml")["datasources"]
    assert source["url"] == "http://prometheus/$$HOME"
    assert run("grafana", "dashboards", "-o", out, "--path", "/srv/$HOME", "--force").code == 0
    (provider,) = read(out / "provisioning" / "dashboards" / "netwatch-en.yaml")["providers"]
    assert provider["options"]["path"] == "/srv/$$HOME/netwatch/en"
