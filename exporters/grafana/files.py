"""The files that Grafana reads: dashboards as JSON, and what tells it of them and of the source of data.

Formats: https://grafana.com/docs/grafana/latest/administration/provisioning/ ("Dashboards", "Data sources").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from exporters.grafana.boards import BOARDS
from exporters.grafana.build import Manner, dashboard_json
from exporters.rules.yaml import Value, yaml_text

# By what dashboards know the source of data that is provisioned with them.
OWN_SOURCE = "netwatch"


@dataclass(frozen=True, slots=True)
class Source:
    """A Prometheus as Grafana reaches it; `interval` is how often it scrapes, in seconds."""

    url: str
    interval: int


def files(manner: Manner, folder: PurePath, source: Source | None, remark: str) -> Mapping[PurePath, str]:
    """Relative path -> text. `folder` is where Grafana will find the dashboards; without `source` none is provisioned.

    Two languages stand side by side: nothing but the source of data bears the same name in both.
    """
    home = PurePath("netwatch", manner.language)
    found = {home / f"{manner.uid(board.name)}.json": dashboard_json(board, manner) for board in BOARDS}
    below = PurePath("provisioning")
    found[below / "dashboards" / f"{manner.tag}.yaml"] = _provider(manner, folder / home, remark)
    if source is not None:
        found[below / "datasources" / "netwatch.yaml"] = _datasource(manner, source)
    return found


def _provider(manner: Manner, folder: PurePath, remark: str) -> str:
    provider: Mapping[str, Value] = {
        "name": manner.tag,
        "orgId": 1,
        "folder": f"netwatch ({manner.language})",
        "folderUid": manner.tag,
        "type": "file",
        "disableDeletion": True,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 60,
        "options": {"path": _literal(str(folder))},
    }
    return yaml_text({"apiVersion": 1, "providers": [provider]}, (remark,))


def _literal(text: str) -> str:
    """As Grafana reads it: for `$NAME` it would put its environment in ("Use of the special character $")."""
    return text.replace("$", "$$")


def _datasource(manner: Manner, source: Source) -> str:
    settings: Mapping[str, Value] = {"httpMethod": "POST", "timeInterval": f"{source.interval}s"}
    one: Mapping[str, Value] = {
        "name": "Prometheus (netwatch)",
        "uid": manner.source,
        "type": "prometheus",
        "access": "proxy",
        "url": _literal(source.url),
        "isDefault": False,
        "editable": False,
        "jsonData": settings,
    }
    # The same in every language: no remark.
    return yaml_text({"apiVersion": 1, "datasources": [one]})
