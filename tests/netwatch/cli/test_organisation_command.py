"""`netwatch organisation`: reorganisations as change sets, and what agencies were and became, by the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netwatch.control.fake import FakeDaemon

Run = Callable[..., Any]
TOP, OLD = "UBND-TINH-MAU", "UBND-SUOI-MAU"
ON = ("--on", "2026-07-01")
MORE = f"""
[[organisation_unit]]
id = "UBND-DOI-MAU"
name = "UBND xã Đồi Mẫu"
kind = "peoples_committee"
level = "commune"
parent = "{TOP}"
valid_from = "2025-07-01"

[[site]]
id = "TRU-SO-CHUNG"
name = "Trụ sở chung"
organisation_units = "UBND-DOI-MAU; {OLD}"
"""


@pytest.fixture
def two(stocked: Run, home: Path) -> Run:
    """The sample with a second commune, which shares a site with the first."""
    (home / "more.toml").write_text(MORE, "utf-8")
    assert stocked("import", home / "more.toml", "--since", "2025-07-01").code == 0
    return stocked


def tree(run: Run, *words: str) -> dict[str, tuple[str | None, int]]:
    """Each agency in force with its parent and the number of its sites."""
    units = run("organisation", "tree", *words, "--json").json["units"]
    return {unit["id"]: (unit["parent"], unit["sites"]) for unit in units}


MERGE = ("organisation", "merge", OLD, "UBND-DOI-MAU", "--into", "UBND-MOI", "--name", "UBND xã Mới", *ON)


def test_a_merger_in_the_middle_of_the_year_is_right_as_of_both_days(two: Run) -> None:
    """Sites lead to the agency of the day; nothing else is rewritten; undoing puts it all back."""
    before, spring = tree(two), tree(two, "--as-of", "2026-06-30")
    assert spring == {TOP: (None, 0), OLD: (TOP, 1), "UBND-DOI-MAU": (TOP, 1)}
    done = two(*MERGE, "--legal", "NQ 1/NQ-HĐND", "--json")
    assert (done.code, done.err) == (0, "")
    assert {change["kind"] for change in done.json["changes"]} == {"organisation_unit", "organisation_change"}
    assert tree(two) == {TOP: (None, 1), "UBND-MOI": (TOP, 2)}
    assert tree(two, "--as-of", "2026-06-30") == spring
    assert tree(two, "--as-of", "2026-07-01") == {TOP: (None, 0), "UBND-MOI": (TOP, 1)}
    assert tree(two, "--as-of", "2026-08-01", "--known-at", "2026-06-30") == {}
    undone = two("undo", done.json["change_set"])
    assert undone.code == 0, undone.err
    assert tree(two) == before


def test_a_dry_run_says_what_would_change_in_the_words_of_an_import(two: Run) -> None:
    """And changes nothing."""
    done = two(*MERGE, "--dry-run")
    assert done.code == 0
    assert "~ changed: organisation unit UBND-DOI-MAU" in done.out
    assert "→ 01/07/2026" in done.out
    assert "+ created: organisation unit UBND-MOI UBND xã Mới" in done.out
    assert "This is a dry run: 4 changes would be applied." in done.out
    assert "UBND-MOI" not in tree(two)


def test_a_running_daemon_does_the_same(daemon: FakeDaemon, stocked: Run) -> None:
    """It takes the rows as those of any import, and reloads."""
    done = stocked("organisation", "rename", OLD, "UBND phường Suối Mẫu", *ON, "--json")
    assert (done.code, daemon.reloads) == (0, [False])
    versions = stocked("organisation", "show", OLD, "--json").json["versions"]
    assert [version["name"] for version in versions][1:] == ["UBND phường Suối Mẫu"]


def test_what_became_of_an_agency_and_who_wrote_it_down(two: Run) -> None:
    """Versions, what happened, by whom, and who stands in its place."""
    done = two(*MERGE, "--legal", "NQ 1/NQ-HĐND", "--json").json
    shown = two("organisation", "show", OLD, "--json").json
    assert shown["in_its_place"] == ["UBND-MOI"]
    assert shown["versions"][0]["valid_to"] == "2026-07-01"
    [change] = shown["changes"]
    assert (change["kind"], change["successors"], change["legal_basis"]) == (
        "merge",
        "UBND-MOI",
        "NQ 1/NQ-HĐND",
    )
    assert [event["change_set"] for event in change["written"]] == [done["change_set"]]
    told = two("organisation", "show", OLD, "--lang", "vi").out
    assert "Ngày nay thay thế: UBND-MOI UBND xã Mới." in told


def test_a_split_says_whose_sites_nobody_named(two: Run) -> None:
    """It is done all the same; the sites stay to be assigned."""
    words = ("--into", "A=UBND A", "--into", "B=UBND B", "--site", "TRU-SO-CHUNG=A")
    done = two("organisation", "split", OLD, *words, *ON)
    assert done.code == 0
    assert "TRU-SO-SUOI-MAU" in done.err
    assert tree(two)["A"] == (TOP, 1)
    assert tree(two)["B"] == (TOP, 0)


def test_many_units_move_at_once(two: Run) -> None:
    """All that stand below one."""
    added = two("organisation", "split", "UBND-DOI-MAU", "--into", "X=X", "--into", "Y=Y", *ON)
    assert added.code == 0
    done = two("organisation", "move", "--all-below", TOP, "--under", OLD, "--on", "2026-08-01")
    assert done.code == 0
    assert {id_: parent for id_, (parent, _) in tree(two).items()} == {
        TOP: None,
        OLD: TOP,
        "X": OLD,
        "Y": OLD,
    }
    assert two("organisation", "abolish", "X", "--successor", "Y", "--on", "2026-09-01").code == 0
    assert "X" not in tree(two)


@pytest.mark.parametrize(
    ("words", "sentence", "code"),
    [
        (("merge", OLD, "--into", "X", *ON), "it is new and has no name", 1),
        (("merge", OLD, "NO", "--into", TOP, *ON), "there is no agency 'NO'", 1),
        (("abolish", TOP, *ON), f"units would be left below it: {OLD}", 1),
        (("move", TOP, "--under", OLD, *ON), "stand below themselves", 1),
        (("rename", OLD, "Mới", "--on", "2024-01-01"), "it begins only on 2025-07-01", 1),
        (("rename", OLD, "Mới", "--on", "31.2.2026"), "2026", 64),
        (("move", "--under", TOP, *ON), "not both", 64),
        (("split", OLD, "--into", "A=A", "--into", "B=B", "--site", "X", *ON), "write it as CODE=UNIT", 64),
        (("show", "NO"), "there is no agency 'NO'", 1),
        (("tree", "--below", "NO"), "There is no agency 'NO' in force that day", 1),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    stocked: Run, words: tuple[str, ...], sentence: str, code: int
) -> None:
    """And nothing is changed."""
    done = stocked("organisation", *words)
    assert (done.code, sentence in done.err) == (code, True), done.err
    assert tree(stocked).keys() == {TOP, OLD}


def test_what_is_undone_never_held(two: Run) -> None:
    """A mistake corrected today stands in no figure of the past; who knew it then did not know better."""
    spring = ("--as-of", "2026-06-30")
    assert tree(two, *spring)[OLD] == (TOP, 1)
    assert two("undo", "CS-2").code == 0
    assert tree(two, *spring)[OLD] == (TOP, 0)
    [newest] = two("events", "--since", "1h", "--limit", "1", "--json").json
    assert (newest["change_set"], newest["at"] < newest["recorded_at"]) == ("CS-3", True)


def test_the_inventory_of_a_past_day_can_be_written_out(two: Run, home: Path) -> None:
    """As it held then; the agencies of today are not those of then."""
    two(*MERGE)
    done = two("export", home / "then.toml", "--as-of", "2026-06-30")
    assert done.code == 0
    assert "what held or was known then" in done.err
    assert two("export", home / "empty.toml", "--known-at", "2026-06-30T12:00").code == 0
    assert "UBND-SUOI-MAU" in (home / "then.toml").read_text("utf-8")
    assert "UBND-SUOI-MAU" not in (home / "empty.toml").read_text("utf-8")
