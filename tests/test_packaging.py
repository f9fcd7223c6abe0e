"""The wheel holds the five packages with their data, and nothing else."""

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {"netwatch", "probes", "inventory", "alerts", "exporters"}
# Kinds of files beside Python that the product reads at run time.
DATA = {".po", ".html", ".j2", ".css", ".js", ".svg", ".toml", ".mako", ".ini", ".json", ".typed"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel, built as the installer builds it, with what this environment already holds."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-I", "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as opened:
        yield opened


def held(wheel: zipfile.ZipFile) -> set[str]:
    """The names of all files in the wheel."""
    return {name for name in wheel.namelist() if not name.endswith("/")}


def test_the_wheel_holds_the_five_packages_only(wheel: zipfile.ZipFile) -> None:
    """Installing netwatch adds five import names, and no tests of ours to anyone's environment."""
    top = {name.split("/")[0] for name in held(wheel)}
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES
    assert len(top) == len(PACKAGES) + 1
    assert not [name for name in held(wheel) if "/tests/" in name or name.split("/")[-1].startswith("test_")]


def test_every_package_says_that_it_is_typed(wheel: zipfile.ZipFile) -> None:
    """Type checkers of others may trust our annotations."""
    assert {f"{package}/py.typed" for package in PACKAGES} <= held(wheel)


def test_the_wheel_holds_everything_the_product_reads(wheel: zipfile.ZipFile) -> None:
    """Each source and data file of the tree is in the wheel: migrations, templates, catalogues, profiles."""
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and (path.suffix == ".py" or path.suffix in DATA or path.name == "py.typed")
    }
    assert wanted <= held(wheel), sorted(wanted - held(wheel))


def test_every_catalogue_is_compiled(wheel: zipfile.ZipFile) -> None:
    """Beside each .po of translations lies the .mo that is read at run time."""
    sources = {name for name in held(wheel) if name.endswith(".po")}
    assert sources
    assert {name.removesuffix(".po") + ".mo" for name in sources} <= held(wheel)


def test_nothing_private_or_foreign_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    """No database, secret, cache or editor's file slips in."""
    known = DATA | {".py", ".mo", ".pyi", ".md", ".txt", ".xlsx", ".csv", ".woff2", ".png"}
    assert not [name for name in held(wheel) if ".dist-info/" not in name and Path(name).suffix not in known]


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    """Name, licence, entry point and the least Python are in the metadata."""
    info = next(name for name in held(wheel) if name.endswith(".dist-info/METADATA"))
    metadata = Parser().parsestr(wheel.read(info).decode())
    assert metadata["Name"] == "netwatch-daemon"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    points = wheel.read(info.replace("METADATA", "entry_points.txt")).decode()
    assert "netwatch = netwatch.cli.main:main" in points


def test_the_installer_gives_the_settings_file_what_a_service_has_elsewhere(tmp_path: Path) -> None:
    """Three keys of their own sections, though other sections have keys of the same name; the rest stays as it is."""
    script = (ROOT / "packaging" / "install.sh").read_text("utf-8")
    functions = re.findall(r"^(?:make_settings|set_key)\(\).*?^}", script, re.MULTILINE | re.DOTALL)
    given = f"here={ROOT} scratch={tmp_path} state=/var/lib/netwatch socket=/run/netwatch/control.sock"
    command = "\n".join(("set -euo pipefail", given, "fail() { exit 1; }", *functions, "make_settings"))
    subprocess.run(["bash", "-c", command], check=True, timeout=10)
    laid = tomllib.loads((tmp_path / "settings").read_text("utf-8"))
    assert {name: section for name, section in laid.items() if section and name != "probes"} == {
        "daemon": {"control_socket": "/run/netwatch/control.sock", "control_group": "netwatch"},
        "store": {"url": "sqlite:////var/lib/netwatch/netwatch.db"},
    }
    assert (tmp_path / "settings").read_text("utf-8").count("\n") == (
        ROOT / "netwatch.toml"
    ).read_text().count("\n")
