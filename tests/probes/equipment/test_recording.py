"""Recordings as answers: both forms, every type, and files that are broken on purpose."""

import bz2
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.equipment import recording as recordings
from probes.equipment.answers import words
from probes.equipment.recording import Recording, RecordingError, first_malformed, read_recording, value_of

SNMPREC = rb"""1.3.6.1.2.1.1.1.0|4|A device
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.516
1.3.6.1.2.1.1.3.0|67:numeric|rate=100,initial=4711
1.3.6.1.2.1.2.2.1.1.10|2|10
1.3.6.1.2.1.2.2.1.1.2|2|2
1.3.6.1.2.1.2.2.1.10.2|65|4294967295
1.3.6.1.2.1.2.2.1.6.2|4x|00aabbccddee
1.3.6.1.2.1.31.1.1.1.6.2|70|18446744073709551615
1.3.6.1.2.1.4.20.1.1.10.0.0.1|64|10.0.0.1
1.3.6.1.2.1.99.1|5|
# a remark
nonsense
1.3.6.1.2.1.5.1|2|twelve
1.3.6.1.2.1.5.2|4x|0g
1.3.6.1.2.1.5.3|99|1
"""
WALK = """.1.3.6.1.2.1.1.1.0 = STRING: "A \\"device\\"
of two lines"
.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.9.1.516
.1.3.6.1.2.1.1.3.0 = Timeticks: (4711) 0:00:47.11
.1.3.6.1.2.1.2.2.1.1.10 = INTEGER: 10
.1.3.6.1.2.1.2.2.1.1.2 = INTEGER: 2
.1.3.6.1.2.1.2.2.1.8.2 = INTEGER: up(1)
.1.3.6.1.2.1.2.2.1.6.2 = Hex-STRING: 00 AA BB CC DD EE
.1.3.6.1.2.1.2.2.1.10.2 = Counter32: 4294967295
.1.3.6.1.2.1.31.1.1.1.6.2 = Counter64: 18446744073709551615
.1.3.6.1.2.1.4.20.1.1.10.0.0.1 = IpAddress: 10.0.0.1
.1.3.6.1.2.1.9.0 = No Such Object available on this agent at this OID
.1.3.6.1.2.1.10.0 = ""
.1.3.6.1.2.1.11.0 = Gauge32: 5 percent
"""


def written(folder: Path, content: bytes, name: str = "device.snmprec") -> Path:
    """A file with this content."""
    (folder / name).write_bytes(content)
    return folder / name


def common(found: Recording) -> None:
    """What both forms say."""
    assert words(found.get("1.3.6.1.2.1.1.2.0")) == "1.3.6.1.4.1.9.1.516"
    assert found.get("1.3.6.1.2.1.1.3.0") == (67, 4711)
    assert dict(found.column("1.3.6.1.2.1.2.2.1.1")) == {(2,): (2, 2), (10,): (2, 10)}
    assert list(found.column("1.3.6.1.2.1.2.2.1.1")) == [(2,), (10,)]
    assert found.get("1.3.6.1.2.1.2.2.1.6.2") == (4, bytes.fromhex("00aabbccddee"))
    assert found.get("1.3.6.1.2.1.2.2.1.10.2") == (65, 2**32 - 1)
    assert found.get("1.3.6.1.2.1.31.1.1.1.6.2") == (70, 2**64 - 1)
    assert found.get("1.3.6.1.2.1.4.20.1.1.10.0.0.1") == (64, bytes([10, 0, 0, 1]))
    assert found.get("1.3.6.1.2.1.2.2.1.1") is None
    assert dict(found.column("1.3.6.1.2.1.2.2.1.7")) == {}


def test_a_recording_of_snmpsim(tmp_path: Path) -> None:
    """Every type; moving values stand still; lines that are none are counted, others only when they are asked for."""
    found = read_recording(written(tmp_path, SNMPREC))
    common(found)
    assert found.malformed == 1
    assert found.get("1.3.6.1.2.1.99.1") is None
    assert dict(found.column("1.3.6.1.2.1.5")) == {}
    assert found.malformed == 4


def test_the_first_line_that_is_none_is_named(tmp_path: Path) -> None:
    """By its number, for values that are none as well; 0 where all can be understood."""
    assert first_malformed(written(tmp_path, SNMPREC)) == 12
    assert first_malformed(written(tmp_path, SNMPREC.replace(b"nonsense\n", b""))) == 12
    assert first_malformed(written(tmp_path, b"1.3.6.1|2|1\n")) == 0
    assert first_malformed(written(tmp_path, WALK.encode())) == 0
    assert first_malformed(written(tmp_path, b"nonsense\n" + WALK.encode())) == 1
    assert first_malformed(tmp_path / "nowhere") == 0


def test_a_compressed_recording(tmp_path: Path) -> None:
    """The same from bzip2, with the line ends of Windows."""
    content = bz2.compress(SNMPREC.replace(b"\n", b"\r\n"))
    common(read_recording(written(tmp_path, content, "device.snmprec.bz2")))


def test_the_output_of_snmpwalk(tmp_path: Path) -> None:
    """Texts over several lines, enumerations with their word, units behind numbers."""
    found = read_recording(written(tmp_path, WALK.encode(), "device.txt"))
    common(found)
    assert words(found.get("1.3.6.1.2.1.1.1.0")) == 'A "device" of two lines'
    assert found.get("1.3.6.1.2.1.2.2.1.8.2") == (2, 1)
    assert found.get("1.3.6.1.2.1.9.0") is None
    assert found.get("1.3.6.1.2.1.10.0") == (4, b"")
    assert found.get("1.3.6.1.2.1.11.0") == (66, 5)
    assert found.malformed == 0


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """None there, and compressed ones that are broken off or are none."""
    broken = bz2.compress(SNMPREC)[:-10]
    for path in (
        tmp_path / "nowhere.snmprec",
        written(tmp_path, broken, "broken.bz2"),
        written(tmp_path, b"no bzip2", "none.bz2"),
        tmp_path,
    ):
        with pytest.raises(RecordingError) as told:
            read_recording(path)
        assert told.value.reason


def test_a_table_has_an_end(tmp_path: Path) -> None:
    """Rows beyond the most that are read are left out."""
    rows = b"".join(b"1.3.6.1.2.1.9.1.%d|2|1\n" % row for row in range(recordings.MOST_ROWS + 10))
    found = read_recording(written(tmp_path, rows))
    assert len(found.column("1.3.6.1.2.1.9.1")) == recordings.MOST_ROWS


TAGS = [
    b"|2|",
    b"|4|",
    b"|4x|",
    b"|6|",
    b"|64|",
    b"|65:numeric|",
    b"|70|",
    b"|4e|",
    b" = INTEGER: ",
    b" = Hex-STRING: ",
]
LINES = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.tuples(
            st.sampled_from(
                [b"1.3.6.1.2.1.1.1.0", b"1.3.6.1.2.1.1.2.0", b"1.3.6.1.2.1.2.2.1.1.1", b".1.3.6.1.9"]
            ),
            st.sampled_from(
                [
                    b"|2|",
                    b"|4|",
                    b"|4x|",
                    b"|6|",
                    b"|64|",
                    b"|65:numeric|",
                    b"|70|",
                    b"|4e|",
                    b" = INTEGER: ",
                    b" = Hex-STRING: ",
                ]
            ),
            st.binary(max_size=20),
        ).map(b"".join),
    ),
    max_size=12,
)


@settings(max_examples=100)
@given(lines=LINES)
def test_any_file_is_read(lines: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever stands in it, the answers are values or nothing."""
    path = tmp_path_factory.getbasetemp() / "any.snmprec"
    path.write_bytes(b"\n".join(lines))
    found = read_recording(path)
    for oid in ("1.3.6.1.2.1.1", "1.3.6.1.2.1.2.2.1.1", "1.3.6.1"):
        for tag, content in found.column(oid).values():
            assert isinstance(tag, int)
            assert isinstance(content, int | bytes)
    found.get("1.3.6.1.2.1.1.1.0")


@given(st.binary(max_size=30))
def test_any_value_is_read_or_refused(rest: bytes) -> None:
    """With ValueError and nothing else (BerError is one)."""
    try:
        value_of(rest)
    except ValueError:
        return
