"""Where the daemon is reached although the settings are faulty."""

from pathlib import Path

import pytest

from netwatch.settings import glance


@pytest.mark.parametrize(
    ("text", "socket"),
    [
        ("[daemon]\nlanguage = 5\ncontrol_socket = 'own.sock'\n", "own.sock"),
        ('[daemon]\ncontrol_socket = "own.sock"\nbroken\n', "own.sock"),
        ("[daemon]\ncontrol_socket = 5\n", "netwatch.sock"),
        ("daemon = 1\n", "netwatch.sock"),
        ("[daemon\n", "netwatch.sock"),
    ],
)
def test_the_socket_is_found_in_a_faulty_file(tmp_path: Path, text: str, socket: str) -> None:
    """As far as it can be read, else where it is by default."""
    file = tmp_path / "netwatch.toml"
    file.write_text(text, "utf-8")
    assert glance(file, {}).control_socket == str(tmp_path / socket)


def test_the_command_line_is_stronger_than_the_file(tmp_path: Path) -> None:
    """As it is for sound settings."""
    file = tmp_path / "netwatch.toml"
    file.write_text("[daemon]\ncontrol_socket = 'own.sock'\n[oops]\n", "utf-8")
    assert glance(file, {}, ("daemon.control_socket=other.sock",), tmp_path).control_socket == str(
        tmp_path / "other.sock"
    )
