"""All 116 recordings of snmpsim-data, read by the command as people run it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from probes.equipment.catalogue import METRICS

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]
pytest.importorskip("snmpsim_data", reason="snmpsim-data (a development dependency) is not installed")


def run(*words: str, folder: Path) -> str:
    """The command's output; it succeeds."""
    program = "import sys; from netwatch.cli.main import main; sys.exit(main(sys.argv[1:]))"
    line = [sys.executable, "-c", program, "--lang", "en", "profiles", "coverage", *words]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=True, timeout=280).stdout


def test_every_recording_is_identified_or_generic(tmp_path: Path) -> None:
    """None fails, nearly all are identified, and nothing is told that cannot be."""
    document = json.loads(run("--json", folder=tmp_path))
    assert document["count"] == 116
    assert document["failed"] == 0
    assert document["identified"] >= 110
    for recording in document["recordings"]:
        assert recording["vendor"] or not re.match(r"1\.3\.6\.1\.4\.1\.[1-9]", recording["object_id"])
        for reading in recording["readings"]:
            metric = METRICS[reading["metric"]]
            if metric.unit and reading["value"] is not None:
                assert metric.lowest <= reading["value"] <= metric.highest, (recording["recording"], reading)
