"""Secrets are read by reference when needed, and never show themselves."""

import os
from pathlib import Path

import pytest

from netwatch.secrets import (
    MAXIMUM_BYTES,
    SecretFault,
    credential_faults,
    references,
    resolve,
    resolver,
    short_passwords,
    warning,
)
from netwatch.settings import Settings
from netwatch.store.address import store_url

VALUE = "kh0ng-ai-biet"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A secret in a file of its own."""
    path = tmp_path / "community"
    path.write_text(f"{VALUE}\n", "utf-8")
    path.chmod(0o600)
    return path


def test_a_secret_comes_from_a_file_without_its_line_break(file: Path) -> None:
    """Editors end files with one."""
    assert resolve(f"file:{file}", {}).reveal() == VALUE


def test_a_secret_comes_from_the_environment() -> None:
    """For containers."""
    assert resolve("env:COMMUNITY", {"COMMUNITY": VALUE}).reveal() == VALUE


def test_a_secret_does_not_show_itself(file: Path) -> None:
    """Neither in repr nor as text nor in a format."""
    secret = resolve(f"file:{file}", {})
    assert VALUE not in f"{secret!r} {secret} {secret!s}"


@pytest.mark.parametrize("reference", ["file:/nowhere/at/all", "env:NOT_SET", "file:/"])
def test_a_missing_secret_is_a_sentence_that_names_the_reference(reference: str) -> None:
    """What to look for, never what it would hold."""
    with pytest.raises(SecretFault, match=reference):
        resolve(reference, {})


def test_a_secret_that_is_no_text_is_said_wherever_it_stands(tmp_path: Path) -> None:
    """Bytes of the environment that are not UTF-8 come as halves of characters, which no message can carry."""
    (tmp_path / "bytes").write_bytes(b"caf\xe9")
    for reference in (f"file:{tmp_path / 'bytes'}", "env:COMMUNITY"):
        with pytest.raises(SecretFault, match="not UTF-8") as caught:
            resolve(reference, {"COMMUNITY": "caf\udce9"})
        assert "caf\udce9" not in str(caught.value)


def test_a_file_too_large_for_a_secret_is_not_cut(tmp_path: Path) -> None:
    """Its beginning would be sent to devices as their password."""
    path = tmp_path / "syslog"
    path.write_text("x" * (MAXIMUM_BYTES + 1))
    with pytest.raises(SecretFault, match=f"{MAXIMUM_BYTES} bytes"):
        resolve(f"file:{path}", {})


def test_a_pipe_is_no_secret(tmp_path: Path) -> None:
    """Opening one would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SecretFault, match="cannot be read"):
        resolve(f"file:{tmp_path / 'pipe'}", {})


def test_a_literal_is_no_reference_and_is_not_repeated() -> None:
    """A secret put where a reference belongs must not end in a log."""
    with pytest.raises(SecretFault) as refused:
        resolve(VALUE, {})
    assert VALUE not in str(refused.value)


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    """An empty community would be sent as such."""
    (tmp_path / "empty").write_text("\n", "utf-8")
    with pytest.raises(SecretFault, match="empty or not set"):
        resolve(f"file:{tmp_path / 'empty'}", {})


def test_a_file_others_may_read_is_warned_about(file: Path) -> None:
    """With the command that mends it."""
    assert warning(f"file:{file}") is None
    file.chmod(0o644)
    assert f"chmod 600 {file}" in str(warning(f"file:{file}"))


def test_a_community_reaches_the_probes_by_its_name(file: Path) -> None:
    """Unknown names are a LookupError, unreadable files an OSError, as probes expect."""
    settings = Settings(credentials={"main": {"kind": "snmp_v2c", "community": f"file:{file}"}})
    find = resolver(settings.credentials, {})
    assert find("main").fields["community"] == VALUE
    assert VALUE not in repr(find("main"))
    with pytest.raises(LookupError):
        find("other")
    file.unlink()
    with pytest.raises(OSError, match="cannot be read"):
        find("main")
    assert references(settings) == (f"file:{file}",)


V3 = {
    "kind": "snmp_v3",
    "user": "netwatch",
    "auth": "sha256",
    "auth_password": "env:AUTH",
    "privacy": "aes128",
    "privacy_password": "env:PRIVACY",
    "context_engine": "80001F8804636F7265",
}


def test_a_user_of_snmp_v3_reaches_the_probes_with_both_passwords() -> None:
    """What is not set is left out; nothing of it shows."""
    settings = Settings(credentials={"loi": V3})
    found = resolver(settings.credentials, {"AUTH": "maplesyrup", "PRIVACY": VALUE})("loi")
    assert found.kind == "snmp_v3"
    assert found.fields == {
        "user": "netwatch",
        "auth": "sha256",
        "auth_password": "maplesyrup",
        "privacy": "aes128",
        "privacy_password": VALUE,
        "context_engine": "80001f8804636f7265",
    }
    assert VALUE not in repr(found)
    assert references(settings) == ("env:AUTH", "env:PRIVACY")


def test_a_password_too_short_for_snmp_v3_is_told() -> None:
    """RFC 3414 section 11.2; beside it what cannot be read is told too, and no password shows."""
    settings = Settings(credentials={"loi": V3, "xa": V3 | {"auth_password": "env:OTHER"}})
    environment = {"AUTH": "short", "PRIVACY": VALUE}
    said = [str(sentence) for sentence in credential_faults(settings, environment)]
    assert said == [
        "Secret env:AUTH: a password of SNMPv3 has at least 8 characters.",
        "Secret env:OTHER: it is empty or not set.",
    ]
    assert [str(sentence) for sentence in short_passwords(settings, environment)] == said[:1]
    with pytest.raises(SecretFault):
        resolver(settings.credentials, environment)("loi")


def test_the_password_of_the_database_is_put_in_only_when_it_is_opened() -> None:
    """The settings themselves never hold it."""
    store = Settings(store={"url": "postgresql://u@h/d", "password": "env:DB"}).store
    assert store_url(store, {"DB": "a@b:c"}) == "postgresql://u:a%40b%3Ac@h/d"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("SHA-256", "sha256"),
        ("SHA", "sha1"),
        ("AES", "aes128"),
        ("AES-256", "aes256"),
        ("aes192c", "aes192c"),
    ],
)
def test_algorithms_may_be_spelled_as_devices_spell_them(written: str, meant: str) -> None:
    """Case and dashes do not matter, and what was once the only one of its kind needs no number."""
    privacy = written.lower().startswith("aes")
    given = {"auth": "md5", "privacy": written} if privacy else {"auth": written, "privacy": "des"}
    found = Settings(credentials={"one": {**V3, **given}}).credentials["one"]
    assert (found.privacy if privacy else found.auth) == meant
