"""netwatch attach, attachments: a document and its record, both or neither, with a daemon and without."""

import json
import resource
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from inventory.media import LARGEST
from netwatch.attaching import file_name
from netwatch.control.fake import FakeDaemon
from netwatch.store.attachments import content_of
from netwatch.store.coverage_tables import attachment_content
from netwatch.store.engine import open_engine

Run = Callable[..., Any]
PDF = b"%PDF-1.7\nbien ban kiem tra\n"
KEY = sha256(PDF).hexdigest()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """An inspection report."""
    file = tmp_path / "Biên bản kiểm tra.pdf"
    file.write_bytes(PDF)
    return file


@pytest.fixture
def protector(home: Path, stock: Path) -> str:
    """The id of a surge protector of the sample."""
    assert stock.exists()
    text = (Path(__file__).parents[3] / "inventory" / "samples" / "sample.toml").read_text("utf-8")
    section = text[text.index("[[surge_protector]]") :]
    return section.split('id = "')[1].split('"')[0]


def stored(home: Path) -> int:
    engine = open_engine(f"sqlite:///{home}/netwatch.db", read_only=True)
    with engine.connect() as connection:
        number = connection.scalar(select(func.count()).select_from(attachment_content))
    engine.dispose()
    return int(number or 0)


def test_a_document_is_attached_listed_fetched_and_detached(
    stocked: Run, home: Path, protector: str, report: Path, tmp_path: Path
) -> None:
    """What comes out is what went in; its content stays when its record is retired."""
    done = stocked("attach", protector, report, "--note", "kỳ 2026", "--on", "2026-05-01", "--json")
    told = done.json
    assert (told["media_type"], told["size"], told["sha256"]) == ("application/pdf", len(PDF), KEY)
    assert told["change_set"]
    listed = stocked("attachments", protector, "--json").json["attachments"]
    assert [(one["id"], one["name"], one["on"], one["note"]) for one in listed] == [
        (told["id"], "Biên bản kiểm tra.pdf", "2026-05-01", "kỳ 2026")
    ]
    copy = tmp_path / "copy.pdf"
    assert stocked("attachments", "get", told["id"], "-o", copy).code == 0
    assert copy.read_bytes() == PDF
    assert stocked("attachments", "get", told["id"], "-o", copy).code == 1
    assert (
        "attached already"
        in stocked("attach", protector, report, "--note", "kỳ 2026", "--on", "2026-05-01").out
    )
    assert stocked("attachments", "detach", told["id"], "--dry-run").code == 0
    assert stocked("attachments", "detach", told["id"]).code == 0
    assert stocked("attachments", protector, "--json").json["attachments"] == []
    assert stocked("attachments", "detach", told["id"]).code == 1
    engine = open_engine(f"sqlite:///{home}/netwatch.db", read_only=True)
    assert content_of(engine, KEY) == PDF
    engine.dispose()
    shown = stocked("lightning", "show", protector, "--json").json
    assert shown["attachments"] == []


def test_nothing_is_kept_of_what_is_refused_or_dry(
    stocked: Run, home: Path, protector: str, report: Path, tmp_path: Path
) -> None:
    """Neither record nor content."""
    assert "dry run" in stocked("attach", protector, report, "--dry-run").out
    script = tmp_path / "x.pdf"
    script.write_bytes(b"<script>")
    refused = stocked("attach", protector, script)
    assert refused.code == 1
    assert "x.pdf is not taken" in refused.err
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.write(PDF)
        file.truncate(LARGEST + 1)
    assert "at most 20971520" in stocked("attach", protector, large).err
    unknown = stocked("attach", f"{protector}x", report)
    assert f"Did you mean {protector}?" in unknown.err
    assert stocked("attach", protector, report, "--on", "2999-01-01").code == 64
    assert stored(home) == 0


def test_the_daemon_takes_a_document_of_the_greatest_size_in_one_request(
    stocked: Run, daemon: FakeDaemon, home: Path, protector: str, tmp_path: Path
) -> None:
    """It need not be able to read the file; content is stored once, whatever it is attached to."""
    file = tmp_path / "big.pdf"
    file.write_bytes(PDF + bytes(LARGEST - len(PDF)))
    told = stocked("attach", protector, file, "--json").json
    assert told["size"] == LARGEST
    assert daemon.reloads == [False]
    site = next(iter(daemon.present().inventory.of("site")))
    assert stocked("attach", site, file).code == 0
    assert stored(home) == 1
    gone = stocked("attachments", "detach", told["id"], "--json")
    assert json.loads(gone.out)["change_set"]
    assert stocked("attachments", "detach", told["id"]).code == 1


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\An\\bien ban.pdf", "bien ban.pdf"),
        ("a\x00b\r\nc.pdf", "a b c.pdf"),
        ("Biên bản.pdf", "Biên bản.pdf"),
        ("x" * 200 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_are_such_as_any_system_takes(given: str, name: str) -> None:
    """Without folders and control characters, composed, of a length that can be stored."""
    assert file_name(given) == name


def test_what_never_ends_is_not_read_to_its_end(stocked: Run, protector: str) -> None:
    """A device says that it has no bytes at all."""
    done = stocked("attach", protector, "/dev/zero")
    assert (done.code, "attached are at most" in done.err) == (1, True)


def test_a_document_is_fetched_whole_or_not_at_all(stocked: Run, protector: str, tmp_path: Path) -> None:
    """Where there is no room for it no half of it stays behind."""
    large, out = tmp_path / "large.pdf", tmp_path / "out"
    large.write_bytes(PDF + bytes(200_000))
    out.mkdir()
    id_ = stocked("attach", protector, large, "--json").json["id"]
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        done = stocked("attachments", "get", id_, "-o", out / "large.pdf")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert (done.code, list(out.iterdir())) == (1, [])
