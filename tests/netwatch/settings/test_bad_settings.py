"""Each file in bad/ is refused with just the sentences that stand in expected.toml; none shows a secret."""

import re
import tomllib
from pathlib import Path

import pytest

from netwatch.settings import SettingsError, load

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad").glob("*.toml"))
EXPECTED: dict[str, list[str]] = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))
SECRET = "kh0ng-ai-biet"


def given(text: str, what: str) -> list[str]:
    """What a file says is to be in the environment or on the command line."""
    return re.findall(rf"^# {what}: (.*)$", text, re.MULTILINE)


def faults_of(path: Path) -> list[str]:
    """The sentences a file is refused with."""
    text = path.read_text("utf-8", errors="replace")
    environment = dict(pair.split("=", 1) for pair in given(text, "environment"))
    with pytest.raises(SettingsError) as refused:
        load(path, environment, given(text, "set"))
    return [str(fault).replace(str(path), path.name) for fault in refused.value.faults]


def test_every_file_has_its_sentences_and_every_sentence_its_file() -> None:
    """A bad file without expectation would prove nothing."""
    assert {path.stem for path in BAD} == EXPECTED.keys()


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_settings_are_refused_in_sentences(path: Path) -> None:
    """Place, key, value, what is allowed, a suggestion: word by word."""
    faults = faults_of(path)
    assert faults == EXPECTED[path.stem]
    assert not any(SECRET in fault for fault in faults)
