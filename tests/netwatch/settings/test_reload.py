"""What a reload refuses before it looks at the inventory."""

from pathlib import Path

import pytest

from netwatch.reload import Refusal, prepare
from netwatch.settings import load

CREDENTIAL = '[credentials.main]\nkind = "snmp_v2c"\ncommunity = "file:community"\n'


def test_a_credential_whose_secret_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Its sentence names the file; once the file is there, the same settings are taken."""
    file = tmp_path / "netwatch.toml"
    file.write_text("", "utf-8")
    running = load(file, {}).settings
    file.write_text(CREDENTIAL, "utf-8")
    with pytest.raises(Refusal, match="community: the file cannot be read"):
        prepare(running, file, {}, ())
    (tmp_path / "community").write_text("public", "utf-8")
    assert "main" in prepare(running, file, {}, ()).credentials
