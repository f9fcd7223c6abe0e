"""The whole table facts x parent x vantage -> verdict, read from data/verdicts.toml."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netwatch.check import FactKey
from netwatch.derive import Moment, derive
from netwatch.verdict import FactNow, Kind, Subject, SubjectKind, Verdict

TABLE = tomllib.loads((Path(__file__).parent / "data" / "verdicts.toml").read_text(encoding="utf-8"))
FACTS = {
    "+": FactNow(True, "answered"),
    "-": FactNow(False, "no_answer"),
    "!": FactNow(False, "no_answer", ever=False),
    "?": FactNow(None, "silence"),
    ".": FactNow(None, "not_yet_measured", ever=False),
    "5": FactNow(False, "not_as_expected", evidence="5"),
    "l": FactNow(False, "latched", evidence="1"),
    "b": FactNow(False, "not_as_expected", evidence="battery"),
}
OTHERS = {
    "up": Verdict(Kind.UP, "answers"),
    "degraded": Verdict(Kind.DEGRADED, "not_as_expected"),
    "down": Verdict(Kind.DOWN, "no_answer"),
    "unreachable": Verdict(Kind.UNREACHABLE, "upstream", "root"),
    "unknown": Verdict(Kind.UNKNOWN, "silence"),
    "unmeasured": Verdict(Kind.UNKNOWN, "not_yet_measured"),
    "witnessless": Verdict(Kind.UNKNOWN, "no_witness"),
}


def rows() -> Iterator[Any]:
    for name, table in TABLE["kinds"].items():
        for row in table["rows"]:
            yield pytest.param(table.get("kind", name), table, row, id=f"{name} {row}")


def others(prefix: str, names: list[str]) -> dict[str, Verdict]:
    return {f"{prefix}{place}": OTHERS[name.removeprefix("b:")] for place, name in enumerate(names)}


def subject(kind: str, table: dict[str, Any], row: dict[str, Any]) -> Subject:
    keys = tuple(FactKey(f"c{place}", "", name) for place, name in enumerate(table["facts"]))
    lines = row.get("lines", [])
    return Subject(
        "subject",
        SubjectKind(kind),
        keys,
        parents=tuple(others("parent", row.get("parents", []))),
        host="host" if "host" in row else None,
        lines=tuple(others("line", lines)),
        backups=tuple(f"line{place}" for place, name in enumerate(lines) if name.startswith("b:")),
        core=tuple(others("core", row.get("core", []))),
        witness=table.get("witness", "none"),
        type=table.get("type", ""),
        commissioned=table.get("commissioned", True),
    )


@pytest.mark.parametrize(("kind", "table", "row"), list(rows()))
def test_every_row_of_the_table_holds(kind: str, table: dict[str, Any], row: dict[str, Any]) -> None:
    judged = subject(kind, table, row)
    facts = {key: FACTS[mark] for key, mark in zip(judged.facts, row.get("facts", ""), strict=True)}
    verdicts = {
        **others("parent", row.get("parents", [])),
        **others("line", row.get("lines", [])),
        **others("core", row.get("core", [])),
        **({"host": OTHERS[row["host"]]} if "host" in row else {}),
    }
    blind = frozenset({"local"} if row.get("vantage") == "blind" else ())
    verdict = derive(judged, Moment(facts, verdicts, verdicts, blind))
    assert " ".join(filter(None, (verdict.kind, verdict.reason, verdict.cause))) == row["verdict"]
    if "manageable" in row:
        assert verdict.manageable is row["manageable"]
