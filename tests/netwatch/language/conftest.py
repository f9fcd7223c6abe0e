"""Finds every English text that people may read: in the source, in the tables of messages, in templates."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.channels.contract import FAULTS as CHANNEL_FAULTS
from alerts.messages import TEXTS as ALERTS_TEXTS
from exporters.documents.messages import TEXTS as DOCUMENT_TEXTS
from exporters.grafana.boards import TEXTS as DASHBOARD_TEXTS
from exporters.rules.messages import TEXTS as RULE_TEXTS
from inventory.messages import TEXTS as INVENTORY_TEXTS
from inventory.sheets.messages import TEXTS as SHEETS_TEXTS
from netwatch.limits.reading import read_rules
from netwatch.queries.claim_words import all_texts as claim_texts
from netwatch.queries.incident_words import all_texts as incident_texts
from netwatch.queries.lightning_words import all_texts as lightning_texts
from netwatch.queries.outage_words import all_texts as outage_texts
from netwatch.queries.words import all_texts
from netwatch.settings_faults import PROBLEMS
from probes.messages import TEXTS as PROBES_TEXTS
from probes.registry import probes

SOURCE = Path(__file__).parents[3] / "netwatch"
RENDERING = tuple(SOURCE.parent / "alerts" / name for name in ("daily.py", "render.py"))
# Calls whose first argument is an English text; `refuse` is the settings' way to make a sentence.
MARKS = frozenset({"_", "Sentence", "Phrase", "refuse", "translate"})
IN_TEMPLATE = re.compile(r"""\b_\(\s*(?:"([^"]*)"|'([^']*)')\s*\)""")
# Nothing but parameters.
BARE = re.compile(r"(\{\w+\}|[\s:.])*")


def name_of(call: ast.Call) -> str:
    """The last part of what is called."""
    called = call.func
    return (
        called.attr
        if isinstance(called, ast.Attribute)
        else called.id
        if isinstance(called, ast.Name)
        else ""
    )


def constants(node: ast.AST) -> Iterator[str]:
    """The texts a node can be: a literal, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)


def assigned(function: ast.AST) -> dict[str, list[str]]:
    """The texts each name of a function or module is given."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).extend(constants(node.value))
    return found


def in_scope(scope: ast.AST) -> Iterator[str]:
    """The texts marked in a scope, also by a name it assigns."""
    names = assigned(scope)
    for node in ast.walk(scope):
        if isinstance(node, ast.Call) and name_of(node) in MARKS and node.args:
            first = node.args[0]
            yield from names.get(first.id, []) if isinstance(first, ast.Name) else constants(first)


def in_module(path: Path) -> Iterator[str]:
    """The texts marked in a file, scope by scope."""
    tree = ast.parse(path.read_text("utf-8"))
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from in_scope(scope)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node) in MARKS and node.args:
            yield from constants(node.args[0])


def in_templates() -> Iterator[str]:
    """The texts marked in the templates of the page."""
    for path in SOURCE.rglob("*.html"):
        for match in IN_TEMPLATE.finditer(path.read_text("utf-8")):
            yield match[1] or match[2]


def of_probes() -> Iterator[str]:
    """What probes say of themselves."""
    for probe in probes().values():
        yield " ".join(probe.help.split())
        yield from (metric.help for metric in probe.metrics)


@pytest.fixture(scope="session")
def texts() -> frozenset[str]:
    """Every English text that needs a translation."""
    source = (text for path in (*SOURCE.rglob("*.py"), *RENDERING) for text in in_module(path))
    leaves = (
        ALERTS_TEXTS,
        DASHBOARD_TEXTS,
        CHANNEL_FAULTS,
        DOCUMENT_TEXTS,
        INVENTORY_TEXTS,
        SHEETS_TEXTS,
        PROBES_TEXTS,
        RULE_TEXTS,
        PROBLEMS,
    )
    tables = (text for texts in leaves for text in texts.values())
    found = {
        *source,
        *in_templates(),
        *of_probes(),
        *tables,
        *all_texts(),
        *incident_texts(),
        *lightning_texts(),
        *claim_texts(),
        *outage_texts(),
        *(rule.limit.source for rule in read_rules("").rules),
    }
    return frozenset(text for text in found if not BARE.fullmatch(text))
