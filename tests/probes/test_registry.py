"""Probe files: found by being in a folder, refused in sentences."""

import ast
from pathlib import Path

import pytest

from probes.registry import RegistryError, probes

GOOD = '''"""A probe of the user's own. It answers.

More about it.
"""
from probes.contract import Params, Probe, Seen, Target

class OwnParams(Params):
    """None."""
    port: int = 80

async def look(target: Target, params: OwnParams, kit: object) -> Seen:
    """Always well."""
    return Seen(())

PROBE = Probe(name="own", params=OwnParams, look=look, facts=("reachable",))
'''


def test_the_kinds_shipped_are_found(repository: Path) -> None:
    """By the names of their probes, sorted, each named as its file."""
    files = (repository / "probes" / "kinds").glob("[!_]*.py")
    assert list(probes()) == sorted(path.stem for path in files)


def test_a_users_folder_adds_probes(tmp_path: Path) -> None:
    """Its file is loaded as it is; its help is the first paragraph of its docstring."""
    (tmp_path / "own.py").write_text(GOOD)
    (tmp_path / "_shared.py").write_text("raise RuntimeError")
    (tmp_path / "notes.txt").write_text("no probe")
    found = probes(tmp_path)
    assert found["own"].help == "A probe of the user's own. It answers."
    assert found["own"].params(port=81).model_dump() == {"port": 81}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "no `PROBE = Probe(...)`"),
        ("PROBE = 'icmp'", "no `PROBE = Probe(...)`"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("def broken(:", "SyntaxError"),
        ("PROBE = Probe()", "NameError"),
        (GOOD.replace('"own"', '"icmp_echo"'), "'icmp_echo' is already taken by"),
        (GOOD.replace('facts=("reachable",)', "facts=(), interval=5.0, timeout=5.0"), "is not shorter than"),
    ],
)
def test_a_faulty_file_is_refused_with_its_name_and_what_to_do(tmp_path: Path, text: str, said: str) -> None:
    """One sentence per file."""
    (tmp_path / "faulty.py").write_text(text)
    with pytest.raises(RegistryError) as caught:
        probes(tmp_path)
    (message,) = caught.value.messages
    assert "faulty.py" in message.english()
    assert said in message.english()


def test_all_faulty_files_are_told_at_once(tmp_path: Path) -> None:
    """The operator mends them in one go."""
    (tmp_path / "a.py").write_text("x = 1")
    (tmp_path / "b.py").write_text("y = 1")
    with pytest.raises(RegistryError) as caught:
        probes(tmp_path)
    assert len(caught.value.messages) == 2


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """With its path."""
    with pytest.raises(RegistryError, match="this is not a folder"):
        probes(tmp_path / "missing")


def test_kinds_import_no_client_library_and_no_socket(repository: Path) -> None:
    """They know only the contract, the kit and what transports hand out."""
    for path in (repository / "probes" / "kinds").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} - {
                "collections",
                "ipaddress",
                "math",
                "probes",
                "pydantic",
                "re",
                "secrets",
                "typing",
                "urllib",
            }, path
