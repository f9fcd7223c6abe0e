"""Publishing figures from the command line: frozen once, listed, and compared with what is known today."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from inventory.samples.administrations import inventory_at, stages_of
from inventory.sheets.writing import write
from netwatch.cli.main import main
from netwatch.control.fake import FakeDaemon

Run = Callable[..., Any]
NORM = (
    '[[norm]]\nid = "LAN"\nname = "Mạng LAN"\nitem = "lan"\nlevels = "commune"\nvalid_from = "2025-07-01"\n'
)
SWITCH = '[[device]]\nid = "SW"\nname = "Bộ chuyển mạch"\nkind = "switch"\nsite = "TRU-SO-SUOI-MAU"\n'


@pytest.fixture(scope="session")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a sample administration, made once."""
    folder = tmp_path_factory.mktemp("giao_thuy")
    (folder / "netwatch.toml").touch()
    (stage,) = stages_of("giao_thuy")
    write(folder / "sample.toml", inventory_at(stage), "vi", "toml", sample=True)
    words = ["--config", str(folder / "netwatch.toml"), "import", str(folder / "sample.toml")]
    assert main([*words, "--since", "2016-12-31"]) == 0
    return folder / "netwatch.db"


@pytest.fixture
def known(run: Run, administration: Path, home: Path) -> Run:
    """Commands on a copy of it."""
    shutil.copy(administration, home / "netwatch.db")
    return run


def test_nothing_was_published_at_first(known: Run) -> None:
    """Which is said, and how to begin."""
    assert "coverage publish" in known("coverage", "published").out
    assert known("coverage", "published", "2016").code == 1
    assert known("coverage", "published", "--json").json == []


def test_figures_are_published_once(known: Run) -> None:
    """With the digest that belongs into the document; a second time needs a reason."""
    assert "would hold" in known("coverage", "publish", "2016", "--dry-run").out
    issued = known("coverage", "publish", "2016", "--json").json
    assert (issued["id"], issued["on"], issued["dry_run"]) == ("P-2016-1", "2016-12-31", False)
    again = known("coverage", "publish", "2016")
    assert (again.code, "--amend" in again.err) == (1, True)
    (listed,) = known("coverage", "published", "--json").json
    assert (listed["sha256"], listed["year"]) == (issued["sha256"], 2016)
    assert "P-2016-1" in known("coverage", "published", "--lang", "vi").out
    assert known("coverage", "published", "2016", "--fail-on-difference").code == 0


def test_what_is_known_later_stands_beside_it(known: Run, tmp_path: Path) -> None:
    """The figure as it was and as it would be, and the change set that makes the difference."""
    known("coverage", "publish", "2016")
    late = tmp_path / "late.toml"
    late.write_text('[[device]]\nid = "SW-GT-XA-001"\nport_speed = "10 Mbps"\n', "utf-8")
    retired = tmp_path / "retired.toml"
    retired.write_text('[[statement]]\nid = "CNTT-GT-UBND"\nvalue = "1"\n', "utf-8")
    assert known("import", late, "--since", "2016-12-31").code == 0
    assert known("coverage", "published", "2016", "--fail-on-difference").code == 0
    assert known("import", retired, "--since", "2016-12-31").code == 0
    shown = known("coverage", "published", "2016", "--fail-on-difference")
    assert shown.code == 1
    assert "CS-3, recorded" in shown.out
    assert "CNTT-GT-UBND" in shown.out
    assert "≠" in known("coverage", "published", "2016", "--lang", "vi").out
    report = known("coverage", "published", "2016", "--json").json
    (row,) = report["rows"]
    assert (row["published"], row["today"]) == ({"declared": 2}, {"missing": 1, "declared": 1})
    assert "1 more rows" in known("coverage", "published", "2016", "--rows", "0").out


def test_what_made_a_need_is_told_as_its_cause(known: Run, tmp_path: Path) -> None:
    """A statement of an agency that was merged, and a service of a security level: never another release."""
    first, later = tmp_path / "first.toml", tmp_path / "later.toml"
    unit = 'kind = "department"\nlevel = "commune"\nvalid_from = "2016-01-01"\n'
    first.write_text(
        f'[[organisation_unit]]\nid = "CU"\nname = "Cũ"\n{unit}valid_to = "2016-07-01"\n'
        f'[[organisation_unit]]\nid = "MOI"\nname = "Mới"\n{unit.replace("01-01", "07-01")}'
        '[[organisation_change]]\nid = "SN"\nkind = "merge"\non = "2016-07-01"\npredecessors = "CU"\n'
        'successors = "MOI"\n[[site]]\nid = "TS"\nname = "Trụ sở"\norganisation_units = "CU"\n'
        '[[statement]]\nid = "KK"\norganisation_unit = "CU"\nsubject = "staff"\nvalue = 4\non = "2016-01-01"\n'
        'source = "CV 1"\n[[norm]]\nid = "MT"\nname = "Máy tính"\nitem = "computer"\nper = "staff"\n'
        'within = "MOI"\nvalid_from = "2016-01-01"\n[[norm]]\nid = "TL"\nname = "Tường lửa"\nitem = "firewall"\n'
        'security_level = 3\nwithin = "MOI"\nvalid_from = "2016-01-01"\n',
        "utf-8",
    )
    later.write_text(
        '[[statement]]\nid = "KK"\nvalue = 5\n[[service]]\nid = "DV"\nname = "Cổng"\nkind = "web"\nsite = "TS"\n'
        "security_level = 4\n",
        "utf-8",
    )
    assert known("import", first, "--since", "2016-01-01").code == 0
    known("coverage", "publish", "2016", "--scope", "MOI")
    assert known("import", later, "--since", "2016-12-01").code == 0
    report = known("coverage", "published", "2016", "--scope", "MOI", "--json").json
    told = {
        row["norm"]: {(cause["what"], cause["entity"]) for cause in row["causes"]} for row in report["rows"]
    }
    assert told == {"MT": {("recorded", "KK")}, "TL": {("recorded", "DV")}}


def test_an_amended_publication_keeps_the_first(known: Run) -> None:
    """Both are shown when asked for."""
    known("coverage", "publish", "2016")
    amended = known("coverage", "publish", "2016", "--amend", "--reason", "Bổ sung", "--json").json
    assert (amended["id"], amended["replaces"]) == ("P-2016-2", "P-2016-1")
    assert "replaced by P-2016-2" in known("coverage", "published", "--id", "P-2016-1").out
    assert "replaces P-2016-1: Bổ sung" in known("coverage", "published").out


@pytest.mark.parametrize(
    "words", [("2016", "--as-of", "2017-01-01"), ("2190",), ("2016", "--as-of", "hôm qua"), ("xưa",)]
)
def test_a_day_that_is_none_of_the_year_is_not_understood(known: Run, words: tuple[str, ...]) -> None:
    """Figures are of a day that was."""
    assert known("coverage", "publish", *words).code == 64


def test_a_publication_that_was_changed_is_not_believed(known: Run, home: Path) -> None:
    """Neither in the list nor when it is shown."""
    known("coverage", "publish", "2016")
    with create_engine(f"sqlite:///{home / 'netwatch.db'}").begin() as connection:
        connection.execute(text("DROP TRIGGER publication_no_update"))
        connection.execute(text("UPDATE publication SET reason = 'khác'"))
    listed = known("coverage", "published")
    assert (listed.code, "cannot be believed" in listed.out, "'reason'" in listed.err) == (1, True, True)
    assert known("coverage", "published", "2016").code == 1


def test_a_running_daemon_publishes_for_those_who_ask(run: Run, daemon: FakeDaemon, tmp_path: Path) -> None:
    """Under the name the kernel gives them; its refusals are shown."""
    file = tmp_path / "norm.toml"
    file.write_text(NORM + SWITCH, "utf-8")
    assert run("import", file, "--since", "2026-01-01").code == 0
    issued = run("coverage", "publish", "2026", "--json")
    assert (issued.code, issued.json["figures"] > 0) == (0, True)
    assert run("coverage", "publish", "2026").code == 1
    (listed,) = run("coverage", "published", "--json").json
    assert (listed["author"] != "", listed["recorded_at_us"]) == (True, daemon.now())
