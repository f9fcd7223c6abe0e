"""Samples are listed and written, and what is written is taken in by the import it names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inventory.samples.administrations import ADMINISTRATIONS

Run = Callable[..., Any]


def test_samples_are_listed(run: Run) -> None:
    """All five, with what they hold."""
    listed = run("sample", "list", "--json").json
    assert tuple(one["name"] for one in listed) == ADMINISTRATIONS
    assert listed[0]["records"]["device"] > 100
    assert "UBND huyện Lạc Dương" in run("sample", "list").out


def test_a_sample_is_imported_by_the_line_it_names(run: Run, tmp_path: Path) -> None:
    """Without a warning, from the day on which it holds."""
    path = tmp_path / "mau.toml"
    done = run("sample", "write", "giao_thuy", "-o", path)
    line = next(line.split() for line in done.out.splitlines() if line.strip().startswith("netwatch import"))
    assert line[1:] == ["import", str(path), "--since", "2016-12-31"]
    taken = run(*line[1:])
    assert (taken.code, taken.err) == (0, "")
    # Two hundred lines are nothing to count by hand.
    assert "statement          65" in taken.out.split("retired")[-1]
    assert "UBND huyện Giao Thủy (DỮ LIỆU MẪU)" in path.read_text("utf-8")


def test_a_sample_of_two_days_is_two_files(run: Run, tmp_path: Path) -> None:
    """Each with its day in its name; a dry run writes neither."""
    dry = run("sample", "write", "lam_dong", "-o", tmp_path / "ld.xlsx", "--dry-run", "--json").json
    assert [Path(one["path"]).name for one in dry["files"]] == ["ld-2008-12-31.xlsx", "ld-2018-12-31.xlsx"]
    assert list(tmp_path.glob("ld*")) == []


def test_a_file_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    """Unless it is said."""
    path = tmp_path / "mau.toml"
    path.write_text("mine", "utf-8")
    assert run("sample", "write", "giao_thuy", "-o", path).code == 1
    assert path.read_text("utf-8") == "mine"
    assert run("sample", "write", "giao_thuy", "-o", path, "--force").code == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [(("khong_co",), 64, "lac_duong"), (("giao_thuy", "-o", "mau.pdf"), 1, "does not follow")],
)
def test_what_is_not_understood_is_said(run: Run, words: tuple[str, ...], code: int, told: str) -> None:
    """With what there is."""
    done = run("sample", "write", *words)
    assert (done.code, told in done.err) == (code, True)
