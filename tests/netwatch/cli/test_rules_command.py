"""`netwatch rules` on sample data, and `netwatch check` of one's own limits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LINE, AGENCY = "TSLCD-SUOI-MAU", "UBND-SUOI-MAU"
Run = Callable[..., Any]


@pytest.fixture
def own(home: Path) -> Callable[[str], None]:
    """A file of one's own limits."""

    def write(text: str) -> None:
        (home / "limits").mkdir(exist_ok=True)
        (home / "limits" / "own.toml").write_text(text, "utf-8")
        (home / "netwatch.toml").write_text('[limits]\nfolder = "limits"\n', "utf-8")

    return write


def test_every_rule_is_listed_with_its_place(stocked: Run, own: Callable[[str], None]) -> None:
    """Shipped ones, changed ones with their overrides, states that are facts of their own."""
    own(f'[loss]\nabove = 8\n[[loss.override]]\nunits = ["{AGENCY}"]\nabove = 12\n')
    done = stocked("rules", "list")
    assert done.code == 0
    lines = {line.split()[0]: line for line in done.out.splitlines() if not line.startswith(" ")}
    assert "> 8 %" in lines["loss"]
    assert lines["loss"].rstrip().endswith("own.toml, line 1")
    assert "contact" in lines["contact-open"]
    assert "battery" in lines["on-battery"]
    [override] = [line for line in done.out.splitlines() if line.startswith("  loss")]
    assert AGENCY in override
    assert "> 12 %" in override
    listed = stocked("rules", "list", "--json").json
    [loss] = [rule for rule in listed["rules"] if rule["id"] == "loss"]
    assert (loss["above"], loss["clear"], loss["over_seconds"]) == (0.08, 0.02, 600)
    assert loss["overrides"][0]["changes"] == {"upper": True, "bound": 0.12}


def test_the_rules_that_hold_for_something_are_shown(stocked: Run, own: Callable[[str], None]) -> None:
    """With the override that reached it, and whether anything reads the number."""
    own(f'[[loss.override]]\nsubjects = ["{LINE}"]\nabove = 12\nvalid_from = 2026-01-01\n')
    done = stocked("rules", "show", LINE)
    assert done.code == 0
    [loss] = [line for line in done.out.splitlines() if line.startswith("loss")]
    assert "> 12 %" in loss
    assert "own.toml, line 1" in loss
    assert "yes" in loss
    shown = stocked("rules", "show", LINE, "--json").json["rules"]
    measured = {rule["id"]: rule["measured"] for rule in shown}
    assert measured["rtt-tslcd"] is True
    assert measured["utilisation-down"] is False
    [rule] = stocked("rules", "show", AGENCY, "--json").json["rules"]
    assert (rule["id"], rule["measured"]) == ("completeness", True)


def test_rules_are_told_in_the_language(stocked: Run, own: Callable[[str], None]) -> None:
    """Places and shipped sources are translated; a source of one's own stays as it was written."""
    own('[loss]\nabove = 8\nsource = "our contract"\n')
    assert "own.toml, dòng 1" in stocked("rules", "list", "--lang", "vi").out
    shown = stocked("rules", "show", LINE, "--lang", "vi").out
    assert "our contract" in shown
    assert "gấp đôi mức 50 ms" in shown or "độ trễ trung bình" in shown
    assert "rule of thumb" not in shown


def test_whom_nobody_knows_has_no_rules(stocked: Run) -> None:
    """With a suggestion."""
    done = stocked("rules", "show", LINE[:-1])
    assert done.code == 1
    assert f"Did you mean {LINE}?" in done.err


def test_faulty_limits_are_told_wherever_they_are_read(stocked: Run, own: Callable[[str], None]) -> None:
    """File and line, by `rules`, `check` and `status` alike; nothing else is said."""
    own("[loss]\nabov = 8\n")
    for words in (("rules", "list"), ("rules", "show", LINE), ("check",), ("status",)):
        done = stocked(*words)
        assert done.code != 0
        assert "own.toml, line 2: loss.abov: this key is not known here." in done.err
        assert "Traceback" not in done.err


def test_names_without_effect_are_remarked(stocked: Run, own: Callable[[str], None]) -> None:
    """An override for a unit that is not there would silently do nothing."""
    own('[[loss.override]]\nunits = ["NOWHERE"]\nabove = 9\n')
    for words in (("rules", "list"), ("check",)):
        assert "knows no unit, site, line or device 'NOWHERE'" in stocked(*words).err
