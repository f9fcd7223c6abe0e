"""Limits written as in a file, on one check."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netwatch.check import Check, FactKey, Hardening
from netwatch.clock import SECOND
from netwatch.limits.contract import WITHIN, Limit, Rulebook, Watched
from netwatch.limits.reading import read_rules
from netwatch.limits.sections import LimitSection

CHECK = "0123456789abcdef"

MakeLimit = Callable[..., Limit]
WatchedCheck = Callable[..., tuple[Check, Watched]]
Write = Callable[[str], Rulebook]


@pytest.fixture
def make_limit() -> MakeLimit:
    """A limit of lines on the loss of echoes, with these keys."""

    def make(**keys: Any) -> Limit:  # noqa: ANN401
        given = {"subjects": "line", "metric": "icmp_loss_ratio", **keys}
        return LimitSection.model_validate(given).limit("loss", ())

    return make


@pytest.fixture
def watched_check() -> WatchedCheck:
    """A check every thirty seconds, with a limit in force on it."""

    def make(limit: Limit, **more: Any) -> tuple[Check, Watched]:  # noqa: ANN401
        watched = Watched(FactKey(CHECK, more.pop("part", ""), f"{WITHIN}{limit.id}"), "line", limit, **more)
        rules = {watched.key.fact: limit.rule(Hardening())}
        thirty = 30 * SECOND
        return Check(
            CHECK, "line", "icmp_echo", "", "line", "10.0.0.1", thirty, SECOND, thirty, rules=rules
        ), watched

    return make


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A rulebook with a file of one's own."""

    def rulebook(text: str) -> Rulebook:
        (tmp_path / "own.toml").write_text(text, "utf-8")
        return read_rules(str(tmp_path))

    return rulebook
