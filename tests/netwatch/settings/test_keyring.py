"""Secrets are read once, and anew after the settings were read again."""

from pathlib import Path

import pytest

from netwatch.secrets import Keyring
from netwatch.settings_sections import Credential


def credential(path: Path) -> Credential:
    """A community kept in a file."""
    return Credential(kind="snmp_v2c", community=f"file:{path}")


def test_a_secret_is_read_once_and_again_after_a_reload(tmp_path: Path) -> None:
    """Rotating a secret's file takes effect with the next reload."""
    secret = tmp_path / "community"
    secret.write_text("first")
    keyring = Keyring({"main": credential(secret)}, {})
    assert keyring.find("main").fields["community"] == "first"
    secret.write_text("second")
    assert keyring.find("main").fields["community"] == "first"
    keyring.renew({"main": credential(secret)})
    assert keyring.find("main").fields["community"] == "second"


def test_a_secret_that_could_not_be_read_is_tried_again(tmp_path: Path) -> None:
    """Whoever puts the file there need not reload."""
    keyring = Keyring({"main": credential(tmp_path / "community")}, {})
    with pytest.raises(OSError, match="community"):
        keyring.find("main")
    (tmp_path / "community").write_text("late")
    assert keyring.find("main").fields["community"] == "late"


def test_credentials_that_left_the_settings_are_gone_after_a_reload(tmp_path: Path) -> None:
    """A name no longer in the settings has no secret."""
    secret = tmp_path / "community"
    secret.write_text("x")
    keyring = Keyring({"main": credential(secret)}, {})
    keyring.renew({})
    with pytest.raises(LookupError):
        keyring.find("main")
