"""Commands that write documents: in the form the name tells, in the language asked for, and not over what is there."""

import csv
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from netwatch.cli.register import line_quality
from netwatch.cli.shell import Shell
from netwatch.control.fake import FakeDaemon
from netwatch.queries.models import Standing
from netwatch.reports.registers import Quality

Run = Callable[..., Any]


def read(path: Path) -> list[list[str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_register_of_connections_is_written_with_what_the_daemon_measures(
    stocked: Run, daemon: FakeDaemon, tmp_path: Path
) -> None:
    """One row a line; what nothing measures says so."""
    outcome = stocked("register", "tslcd", "-o", tmp_path / "t.csv")
    assert (outcome.code, outcome.err) == (0, "")
    mark, headings, *rows = read(tmp_path / "t.csv")
    assert mark == ["DỮ LIỆU MẪU / SAMPLE DATA"]
    assert headings[1:5] == ["Connected agency", "Legal document", "Connected on", "Channels"]
    assert rows
    assert {row[7] for row in rows} == {"not measured"}


@pytest.mark.parametrize(
    ("verdict", "reason", "details", "quality"),
    [
        (
            "up",
            "witness_good",
            (("rtt", "3.4 ms"), ("loss", "0.5 %")),
            Quality("hoạt động", "3,4 ms", "0,5 %"),
        ),
        (
            "down",
            "witness_fails",
            (),
            Quality("ngừng hoạt động: kiểm chứng thất bại: lưu lượng không đi qua"),
        ),
        ("unknown", "no_witness", (("rtt", "3.4 ms"),), Quality()),
    ],
)
def test_quality_is_told_in_the_language_of_the_document(
    verdict: str, reason: str, details: tuple[tuple[str, str], ...], quality: Quality
) -> None:
    """State with its reason, and numbers as they are written there; unknown is nothing, never up and never down."""
    line = Standing(
        "L", "line", "tslcd_access_2", "L", "S", "S", "U", (), verdict, reason, 0, details=details
    )
    assert line_quality(line, Shell("vi")) == quality


def test_without_a_daemon_the_quality_is_not_measured(stocked: Run, tmp_path: Path) -> None:
    """And a remark says why; of a day in the past it was not kept."""
    outcome = stocked("register", "tslcd", "-o", tmp_path / "t.csv")
    assert (outcome.code, "No daemon runs" in outcome.err) == (0, True)
    assert {row[7] for row in read(tmp_path / "t.csv")[2:]} == {"not measured"}


def test_the_need_of_a_year_comes_as_a_workbook_in_vietnamese(stocked: Run, tmp_path: Path) -> None:
    """With its number in the pattern of the settings, and its own date."""
    path = tmp_path / "y.xlsx"
    outcome = stocked(
        *("--lang", "vi", "register", "yearly", "2027", "-o", path, "--number", "7", "--dated", "2027-01-05"),
        *("-s", "reports.number={number}/ĐK-SKHCN", "-s", "reports.place=Lâm Đồng"),
    )
    assert outcome.code == 0, outcome.err
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names[0] == "Văn bản"
    texts = [text for row in book.get_sheet_by_index(0).to_python() for text in row]
    assert "07/ĐK-SKHCN" in texts
    assert "Lâm Đồng, ngày 05 tháng 01 năm 2027" in texts
    assert "Nhu cầu kết nối, sử dụng Mạng truyền số liệu chuyên dùng năm 2027" in texts


def test_the_audit_becomes_a_folder_of_files(stocked: Run, tmp_path: Path) -> None:
    """A CSV file holds one table, the report has several."""
    assert stocked("coverage", "starter", tmp_path / "norms.toml").code == 0
    assert stocked("import", tmp_path / "norms.toml").code == 0
    refused = stocked("coverage", "report", "-o", tmp_path / "r.csv")
    assert (refused.code, "Name a folder" in refused.err) == (1, True)
    assert stocked("coverage", "report", "-o", tmp_path / "report").code == 0
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert names == {
        f"{name}.csv"
        for name in (
            "summary",
            "states",
            "tallies",
            "agencies",
            "gaps",
            "costs",
            "contradictions",
            "statements",
            "norms",
        )
    }
    assert len(read(tmp_path / "report" / "agencies.csv")) > 10


def test_labels_are_printed_for_what_is_named(stocked: Run, tmp_path: Path) -> None:
    """With the address from the settings; as JSON what stands on them."""
    if find_library("pangoft2-1.0") is None:
        pytest.skip("Pango is not installed (Debian: libpango-1.0-0 libpangoft2-1.0-0)")
    path = tmp_path / "l.pdf"
    outcome = stocked("label", "--kind", "router", "-o", path, "--url", "https://h.example", "--json")
    assert outcome.code == 0, outcome.err
    assert path.read_bytes().startswith(b"%PDF")
    labels = outcome.json["labels"]
    assert labels
    assert all(one["address"] == f"https://h.example/i/{one['id']}" for one in labels)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("register", "tslcd", "-o", "{folder}/t.docx"), "format does not follow"),
        (("register", "tslcd", "-o", "{folder}/none/t.csv"), "does not exist"),
        (("register", "tslcd", "-o", "{folder}/netwatch.toml"), "format does not follow"),
        (("register", "tslcd", "-o", "{folder}/there.csv"), "exists already"),
        (("register", "tslcd", "-o", "{folder}/t.pdf", "--template", "../x"), "no name of a template"),
        (
            ("register", "tslcd", "-o", "{folder}/t.pdf", "--template", "x"),
            "There is no template 'x.en.html'",
        ),
        (("register", "tslcd", "-o", "{folder}/t.csv", "--scope", "NONE"), "There is no unit 'NONE'"),
        (("label", "-o", "{folder}/l.pdf", "--url", "https://h"), "Say what is to be labelled"),
        (("label", "NONE", "-o", "{folder}/l.pdf", "--url", "https://h"), "nothing with the code 'NONE'"),
        (("label", "--kind", "ruter", "-o", "{folder}/l.pdf", "--url", "https://h"), "Did you mean router"),
        (("label", "--kind", "router", "-o", "{folder}/l.pdf"), "reports.label_url"),
    ],
)
def test_what_cannot_be_written_is_told_and_leaves_nothing(
    stocked: Run, home: Path, words: tuple[str, ...], said: str
) -> None:
    """In a sentence that says what to do instead."""
    (home / "there.csv").write_text("mine", "utf-8")
    before = {path.name for path in home.iterdir()}
    outcome = stocked(*(word.format(folder=home) for word in words))
    assert outcome.code in (1, 64)
    assert said in outcome.err
    left = {path.name for path in home.iterdir()} - before
    assert not {name for name in left if not name.startswith("netwatch.db")}
    assert (home / "there.csv").read_text("utf-8") == "mine"


def test_faulty_texts_of_the_office_are_told_by_file_and_line(stocked: Run, home: Path) -> None:
    """Before anything is written."""
    (home / "reports").mkdir()
    (home / "reports" / "texts.en.toml").write_text('[tslcd]\ntitle = "A"\nsubject = oops\n', "utf-8")
    outcome = stocked("register", "tslcd", "-o", home / "t.csv")
    assert (outcome.code, "texts.en.toml, line 3" in outcome.err) == (1, True)
    assert not (home / "t.csv").exists()
