"""The rules shipped for Prometheus say what they should, as promtool reads them."""

import shutil
import subprocess
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "packaging" / "prometheus" / "netwatch.rules.yml"
CASES = Path(__file__).parent / "data" / "netwatch.rules.test.yml"


@pytest.mark.parametrize("question", [("check", "rules", str(RULES)), ("test", "rules", str(CASES))])
def test_promtool_agrees(question: tuple[str, ...]) -> None:
    """Well formed; silent while netwatch answers, told when it is gone or cannot be scraped."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed")
    done = subprocess.run(
        [program, *question], cwd=CASES.parent, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rule_asks_for_what_is_absent() -> None:
    """A daemon that is gone leaves no series that could be compared with anything."""
    assert 'absent(up{job="netwatch"} == 1)' in RULES.read_text("utf-8")
