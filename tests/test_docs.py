"""The documents keep up with the product: what a user can set, run, read or depend on is written down somewhere."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from inventory.snapshot import Inventory
from netwatch.cli.main import build
from netwatch.present import Present
from netwatch.settings_sections import keys
from netwatch.translate.to_exporters_availability import AvailabilityLines, availability_families
from netwatch.translate.to_exporters_coverage import coverage_families
from netwatch.translate.to_exporters_daemon import daemon_families
from netwatch.translate.to_exporters_incidents import incident_families
from netwatch.translate.to_exporters_info import info_families
from netwatch.translate.to_exporters_subjects import SubjectLines
from netwatch.verdict import SubjectKind
from probes.registry import probes

ROOT = Path(__file__).parent.parent
PACKAGES = ("netwatch", "probes", "inventory", "alerts", "exporters")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def documents() -> dict[str, str]:
    """The Markdown documents of the repository by path."""
    paths = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("changelog.d/README.md")]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in sorted(paths)}


def read_together() -> str:
    """README and docs/ as one text; news and decisions do not count as documentation."""
    kept = [text for path, text in documents().items() if path == "README.md" or path.startswith("docs/")]
    # docs/metrics.md names once what each kind of subject has.
    together = "\n".join(kept)
    families = "\n".join(re.findall(r"\bnetwatch_KIND_\w+", together))
    return "\n".join([together, *(families.replace("KIND", kind) for kind in SubjectKind)])


def missing_from(text: str, words: Iterator[str]) -> list[str]:
    """The words that do not stand in a text as whole words, in order."""
    return sorted({word for word in words if not re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", text)})


def told(rule: str, lacking: list[str]) -> None:
    """Fail with the rule and everything that is lacking, one a line."""
    if lacking:
        pytest.fail("\n  ".join([rule, *lacking]), pytrace=False)


def sections_of(text: str) -> list[tuple[str, str]]:
    """The sections of a settings file with their text; a section may stand there as a remark only."""
    parts = re.split(r"^#? ?\[([\w.\"-]+)\]", text, flags=re.MULTILINE)
    return list(zip(["", *parts[1::2]], parts[0::2], strict=True))


def stands_in(sections: list[tuple[str, str]], key: tuple[str, ...]) -> bool:
    """Whether a key is written below its section, in force or as a remark; <name> stands for any name."""
    header = re.compile(r"\.".join("[^.]+" if part.startswith("<") else re.escape(part) for part in key[:-1]))
    line = re.compile(rf"^#? ?{re.escape(key[-1])} ?=", re.MULTILINE)
    return any(header.fullmatch(name) and line.search(text) for name, text in sections)


def test_every_setting_stands_in_the_settings_file() -> None:
    """netwatch.toml documents each key, in force or as a remark, below its section."""
    sections = sections_of((ROOT / "netwatch.toml").read_text("utf-8"))
    lacking = [".".join(key) for key, _marks in keys() if not stands_in(sections, key)]
    told("Settings that netwatch.toml does not document:", lacking)


def commands(command: click.Command, path: str) -> Iterator[str]:
    """The full name of every command below a group, the group's own left out; hidden ones are nobody's business."""
    if not isinstance(command, click.Group):
        yield path
        return
    with click.Context(command, info_name=path) as context:
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from commands(below, f"{path} {name}")


def test_every_command_is_documented() -> None:
    """Each `netwatch ...` command is named in README or docs/."""
    lacking = missing_from(read_together(), commands(build("en"), "netwatch"))
    told("Commands that README.md and docs/ do not name:", lacking)


def test_every_probe_is_documented() -> None:
    """Each probe kind is named in README or docs/."""
    told("Probes that README.md and docs/ do not name:", missing_from(read_together(), iter(probes())))


def metric_names() -> Iterator[str]:
    """Every metric family by name, asked of a daemon that watches nothing; those of probes as probes name them."""
    nothing = Present(
        at=0,
        started=0,
        live=True,
        ready=True,
        heartbeat=0,
        sample=False,
        plan_revision=0,
        inventory=Inventory(),
        checks={},
        subjects={},
        judged={},
        facts={},
        latest={},
    )
    judged = (family for family in SubjectLines(nothing).families(nothing, 0) if family)
    own = (*incident_families(nothing), *coverage_families(nothing), *daemon_families(nothing, ""))
    counted = (*availability_families(nothing), *AvailabilityLines().families(nothing))
    for family in (*judged, *info_families(nothing.inventory), *own, *counted):
        yield family.name
    yield from (metric.name for probe in probes().values() for metric in probe.metrics)


def test_every_metric_is_documented() -> None:
    """Each metric family is named in README or docs/."""
    told("Metrics that README.md and docs/ do not name:", missing_from(read_together(), metric_names()))


def required() -> Iterator[str]:
    """The names of all distributions pyproject.toml asks for: to run, to develop, to build."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    optional = project["project"]["optional-dependencies"].values()
    asked = [project["project"]["dependencies"], *optional, project["build-system"]["requires"]]
    for requirement in (one for several in asked for one in several):
        yield re.split(r"[\[<>=~! ;]", requirement)[0]


def test_every_dependency_has_its_line() -> None:
    """docs/dependencies.md says of each dependency what it does for us, and names nothing that is gone."""
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    described = set(re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE))
    told("Dependencies without a line in docs/dependencies.md:", sorted(set(required()) - described))
    told(
        "docs/dependencies.md describes what pyproject.toml does not ask for:",
        sorted(described - set(required())),
    )


def rooms() -> set[str]:
    """The modules and folders on the first level of each package that hold something kept, as `package/name`."""
    found: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).iterdir():
            kept = path.is_file() or any(
                one.is_file() and "__pycache__" not in one.parts for one in path.rglob("*")
            )
            if kept and not path.name.startswith(("__", ".")) and path.name != "py.typed":
                found.add(f"{package}/{path.name}{'/' if path.is_dir() else ''}")
    return found


def mapped() -> set[str]:
    """What docs/map.md names: `- `name`` below a heading that names the package."""
    text = (ROOT / "docs" / "map.md").read_text("utf-8")
    found: set[str] = set()
    for package, body in re.findall(r"^## `(\w+)/`([^\0]*?)(?=^## |\Z)", text, flags=re.MULTILINE):
        for line in re.findall(r"^- (`[^:]*):", body, flags=re.MULTILINE):
            found.update(f"{package}/{name}" for name in re.findall(r"`([^`]+)`", line))
    return found


def test_the_map_names_every_room() -> None:
    """A newcomer finds each module and folder on the map, and nothing that is not there."""
    told("Not on docs/map.md:", sorted(rooms() - mapped()))
    told("On docs/map.md but not in the tree:", sorted(mapped() - rooms()))


def test_every_decision_is_linked() -> None:
    """Each note in docs/decisions/ can be reached from docs/map.md."""
    text = (ROOT / "docs" / "map.md").read_text("utf-8")
    notes = (path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    told(
        "Decisions that docs/map.md does not link:",
        [name for name in notes if f"decisions/{name})" not in text],
    )


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link in a document names a file that exists."""
    lost = [
        f"{path}: {target}"
        for path, text in documents().items()
        for target in LINK.findall(text)
        if not (ROOT / path).parent.joinpath(target).exists()
    ]
    told("Links that lead nowhere:", lost)
