"""Which source wins, where relative paths start, and what a reload would change."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.settings import Settings, SettingsError, difference, find, fixed_changes, load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A settings file in a folder of its own."""
    path = tmp_path / "etc" / "netwatch.toml"
    path.parent.mkdir()
    path.write_text('[daemon]\nlanguage = "en"\nlog_level = "debug"\n[snmp]\nretries = 1\n', "utf-8")
    return path


def test_the_command_line_is_stronger_than_the_environment_and_that_than_the_file(file: Path) -> None:
    """Each source overrides single keys, not sections."""
    settings = load(
        file, {"NETWATCH_DAEMON__LOG_LEVEL": "error", "NETWATCH_SNMP__RETRIES": "3"}, ["snmp.retries=4"]
    ).settings
    assert (settings.daemon.language, settings.daemon.log_level, settings.snmp.retries) == ("en", "error", 4)


def test_without_any_source_the_defaults_are_in_force(tmp_path: Path) -> None:
    """No file is needed to start."""
    loaded = load(None, {}, folder=tmp_path)
    assert loaded.settings.intervals == Settings().intervals
    assert loaded.settings.daemon.control_socket == str(tmp_path / "netwatch.sock")


def test_the_file_is_searched_in_a_fixed_order(file: Path, tmp_path: Path) -> None:
    """A named file, then the environment's, then the current folder's."""
    other = tmp_path / "other.toml"
    other.write_text("", "utf-8")
    assert find(other, {"NETWATCH_CONFIG": str(file)}, file.parent) == other
    assert find(None, {"NETWATCH_CONFIG": str(other)}, file.parent) == other
    assert find(None, {}, file.parent) == file


def test_a_named_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Starting with defaults instead would watch nothing and say all is well."""
    with pytest.raises(SettingsError, match="there is no such settings file"):
        load(tmp_path / "nowhere.toml", {})


def test_relative_paths_start_where_they_were_written(file: Path, tmp_path: Path) -> None:
    """Those of the file from its folder, those of the command line from the current one."""
    with file.open("a") as more:
        more.write('[credentials.a]\nkind = "snmp_v2c"\ncommunity = "file:community"\n')
    settings = load(file, {}, ["metrics.certificate=x.pem", "metrics.key=x.key"], folder=tmp_path).settings
    assert settings.credentials["a"].community == f"file:{file.parent / 'community'}"
    assert settings.metrics.certificate == str(tmp_path / "x.pem")
    assert settings.store.url == f"sqlite:///{file.parent / 'netwatch.db'}"


@pytest.mark.parametrize(
    "url", ["sqlite:////var/lib/n.db", "sqlite://", "sqlite:///:memory:", "postgresql://u@h/d"]
)
def test_addresses_that_are_whole_stay_as_they_are(url: str, tmp_path: Path) -> None:
    """Only relative files are moved."""
    assert load(None, {}, [f"store.url={url}"], folder=tmp_path).settings.store.url == url


def test_a_variable_without_section_is_warned_about(tmp_path: Path) -> None:
    """NETWATCH_LANGUAGE looks like a setting and is none; some container platforms set such names themselves."""
    (warning,) = load(None, {"NETWATCH_LANGUAGE": "en"}, folder=tmp_path).warnings
    assert "NETWATCH_LANGUAGE" in str(warning)


def test_an_empty_variable_is_not_there(tmp_path: Path) -> None:
    """Unit files and containers often pass empty variables."""
    assert load(None, {"NETWATCH_SNMP__RETRIES": ""}, folder=tmp_path).settings.snmp.retries == 2


def test_only_what_was_set_for_a_probe_is_handed_on(tmp_path: Path) -> None:
    """What is not set follows from the target's role and the probe file, also after paths were made absolute."""
    settings = load(
        None, {}, ["probes.icmp_echo.spacing=0.1", "probes.icmp_echo.interval=5"], folder=tmp_path
    ).settings
    assert dict(settings.probes["icmp_echo"].params) == {"spacing": 0.1}
    assert settings.probes["icmp_echo"].interval == 5
    assert dict(settings.probes["snmp_system"].params) == {}


def test_settings_cannot_be_changed_once_they_are_made() -> None:
    """What is in force changes only by a reload, all at once."""
    with pytest.raises(ValueError, match="frozen"):
        Settings().daemon.language = "en"  # type: ignore[misc]


def test_a_difference_names_every_key_with_both_values(tmp_path: Path) -> None:
    """Added and removed credentials too, by reference only."""
    old = load(None, {}, folder=tmp_path).settings
    new = load(
        None,
        {},
        ["snmp.retries=5", "credentials.a.kind=snmp_v2c", "credentials.a.community=env:A"],
        folder=tmp_path,
    ).settings
    assert [(change.key, change.before, change.after) for change in difference(old, new)] == [
        ("credentials.a.community", "", "env:A"),
        ("credentials.a.kind", "", "snmp_v2c"),
        ("snmp.retries", "2", "5"),
    ]
    assert difference(new, new) == ()


def test_keys_that_need_a_restart_are_named(tmp_path: Path) -> None:
    """A reload refuses just these."""
    old = load(None, {}, folder=tmp_path).settings
    new = load(None, {}, ["metrics.listen=127.0.0.1:1234", "looks.echoes=7"], folder=tmp_path).settings
    assert fixed_changes(old, new) == ("metrics.listen",)


def test_a_settings_file_that_goes_on_for_ever_is_refused(tmp_path: Path) -> None:
    """Whatever is named by mistake, memory stays bounded."""
    big = tmp_path / "netwatch.toml"
    with big.open("wb") as file:
        file.truncate(2 << 20)
    with pytest.raises(SettingsError, match="longer than 1048576 bytes"):
        load(big, {})


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_file_raises_anything_but_sentences(content: bytes) -> None:
    """Whatever somebody saved under that name."""
    with TemporaryDirectory() as folder, suppress(SettingsError):
        file = Path(folder) / "netwatch.toml"
        file.write_bytes(content)
        load(file, {})


SECTIONS = st.sampled_from(["daemon", "store", "anchors", "credentials", "metrics", "probes", "x"])
WORDS = st.sampled_from(["language", "url", "addresses", "listen", "icmp_echo", "kind", "token", "x"])
VALUES = st.text(max_size=30) | st.sampled_from(["true", "1", "[]", "{}", "nan", "''", "[1]", "{a=1}"])


@given(st.lists(st.tuples(SECTIONS, st.lists(WORDS, min_size=1, max_size=3), VALUES), max_size=5))
def test_no_override_raises_anything_but_sentences(pairs: list[tuple[str, list[str], str]]) -> None:
    """On the command line and in the environment alike."""
    overrides = [f"{section}.{'.'.join(words)}={value}" for section, words, value in pairs]
    environment = {"__".join(("NETWATCH_" + s.upper(), *map(str.upper, w))): v for s, w, v in pairs}
    for given_overrides, given_environment in ((overrides, {}), ([], environment)):
        with suppress(SettingsError):
            load(None, given_environment, given_overrides, folder=Path("/nonexistent"))
