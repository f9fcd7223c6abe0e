"""Takes the pictures of README.md from a running demo, and those of documents from a sample: `make pictures`.

Needs Debian's chromium, fonts-noto-core and poppler-utils.
"""

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

HERE = Path(__file__).parent
NETWATCH = (sys.executable, "-m", "netwatch")
# By then the cut line, the commune without power, the lost registration, the tripped surge protector and the stopped
# service all are incidents that somebody was told of.
MOMENT = "contact_back"
COLUMNS = 125
UNIT = "LD-K01"
# Rich would have viewers fetch a font from elsewhere.
FOREIGN_FONT = re.compile(r"@font-face \{.*?\n\s*\}\s*\}?\n", re.DOTALL)
PAGES = {
    "status-page.png": ("920,720", "en", ""),
    "incident.png": ("500,1180", "en", "incident/3"),
    "coverage.png": ("920,1430", "en", "coverage"),
}
# Documents of a sample as of the last day that was published: first pages, in so many dots an inch.
SAMPLE, PUBLISHED = "lac_duong", "2021-03-31"
DOCUMENTS = {
    "report.png": ("70", ("coverage", "report", "--as-of", PUBLISHED, "--number", "7", "--lang", "vi")),
    "labels.png": ("60", ("label", "--kind", "line", "--kind", "surge_protector", "--lang", "vi")),
}
LETTERHEAD = """[inventory]
sample = true
[reports]
parent = "UBND tỉnh Lâm Đồng"
agency = "UBND huyện Lạc Dương"
place = "Lạc Dương"
number = "{number}/BC-UBND"
signer_title = "Chủ tịch"
signer_name = "Nguyễn Văn Mẫu"
addressees = ["Ủy ban nhân dân tỉnh"]
recipients = ["Như trên", "Lưu: VT"]
label_url = "https://giamsat.example.gov.vn"
"""
TERMINALS = {"status-tree.svg": ("status", "--unit", UNIT), "incidents.svg": ("incidents",)}


@contextmanager
def demo() -> Iterator[Mapping[str, Any]]:
    """A demo that has come to its most eventful moment; gives what it said when it was ready."""
    command = [*NETWATCH, "demo", "--json", "--once"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603 - our own command
        try:
            yield _ready_at(MOMENT, running)
        finally:
            running.terminate()


def _ready_at(moment: str, running: "subprocess.Popen[str]") -> Mapping[str, Any]:
    ready: Mapping[str, Any] = {}
    for line in running.stdout or ():
        event = json.loads(line)
        if event["event"] == "ready":
            ready = event
        if event.get("act") == moment:
            return ready
    raise SystemExit("the demo ended before its story was told")


def photograph(page: str, file: str, size: str, language: str) -> None:
    """The status page as a browser shows it."""
    command = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--window-size={size}",
    ]
    shot = [f"--screenshot={HERE / file}", "--virtual-time-budget=2000", f"{page}?lang={language}"]
    subprocess.run([*command, *shot], check=True, capture_output=True)  # noqa: S603


def draw(settings: str, file: str, words: tuple[str, ...]) -> None:
    """A command as a terminal shows it."""
    told = in_terminal([*NETWATCH, *words, "--config", settings, "--lang", "en"])
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(told))
    drawn = console.export_svg(title=" ".join(("netwatch", *words)), theme=MONOKAI)
    (HERE / file).write_text(FOREIGN_FONT.sub("", drawn), encoding="utf-8")


def in_terminal(command: list[str]) -> str:
    """What a command writes to a terminal of so many columns."""
    ours, theirs = os.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    with subprocess.Popen(command, stdout=theirs, env=environment):  # noqa: S603
        os.close(theirs)
        told = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return told.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed: that is how a terminal says that nothing more comes
        return b""


def print_documents() -> None:
    """The first pages of documents of a sample, in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "netwatch.toml")
        settings.write_text(LETTERHEAD, encoding="utf-8")

        def netwatch(*words: str) -> None:
            command = [*NETWATCH, *words, "--config", str(settings)]
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603

        netwatch("sample", "write", SAMPLE, "-o", "sample.toml")
        for rows in sorted(Path(folder).glob("sample*.toml")):
            netwatch("import", str(rows), "--since", PUBLISHED)
        for file, (dots, words) in DOCUMENTS.items():
            netwatch(*words, "--dated", PUBLISHED, "-o", "made.pdf", "--force")
            command = ["pdftoppm", "-r", dots, "-png", "-singlefile", "made.pdf", str(HERE / Path(file).stem)]
            subprocess.run(command, check=True, cwd=folder)  # noqa: S603


def main() -> None:
    """Take all pictures."""
    print_documents()
    with demo() as ready:
        time.sleep(3)
        for file, words in TERMINALS.items():
            draw(ready["settings"], file, words)
        for file, (size, language, path) in PAGES.items():
            photograph(ready["page"] + path, file, size, language)


if __name__ == "__main__":
    main()
