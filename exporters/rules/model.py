"""Rules of Prometheus as plain values, and the file they stand in.

Format: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/ and alerting_rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from exporters.rules.yaml import Value, yaml_text

NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: it records under the name `record`, or it alerts as `alert` once `expr` gave something for `hold`."""

    expr: str
    record: str = ""
    alert: str = ""
    hold: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: NONE)
    annotations: Mapping[str, str] = field(default_factory=lambda: NONE)

    def value(self) -> Mapping[str, Value]:
        """The rule as it stands in a file; what is empty is left out."""
        told: Mapping[str, Value] = {
            "record": self.record,
            "alert": self.alert,
            "expr": self.expr,
            "for": self.hold,
            "labels": self.labels,
            "annotations": self.annotations,
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are evaluated one after the other; `interval` '' is that of the Prometheus."""

    name: str
    rules: Sequence[Rule]
    interval: str = ""

    def value(self) -> Mapping[str, Value]:
        """The group as it stands in a file."""
        pace = {"interval": self.interval} if self.interval else {}
        return {"name": self.name, **pace, "rules": [rule.value() for rule in self.rules]}


def rules_file(groups: Sequence[Group], remarks: Sequence[str] = ()) -> str:
    """The groups as a file of rules."""
    return yaml_text({"groups": [group.value() for group in groups]}, remarks)
