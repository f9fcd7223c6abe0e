"""Yealink's line API: what an endpoint does, how a call goes, and lines of any kind."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from probes.conferencing import yealink

DATA = Path(__file__).parents[1] / "data" / "conferencing"


def lines(name: str) -> list[str]:
    return [yealink.plain(line) for line in (DATA / f"{name}.txt").read_bytes().splitlines()]


def test_a_call_tells_jitter_and_loss_of_each_direction() -> None:
    """Percent become ratios, milliseconds seconds; what is empty or no number is left out."""
    assert list(yealink.qualities(lines("yealink_talking"))) == [
        ("incoming audio", 0.005, 0.005),
        ("incoming video", 0.02, 0.014),
        ("outgoing video", 0.0, 0.003),
    ]


def test_states_and_identity_are_read() -> None:
    """Lines of other commands have none."""
    assert [yealink.state(line) for line in lines("yealink_talking")] == ["", "talking", "", ""]
    assert yealink.identity(lines("yealink_idle")[0]) == {"model": "VC500", "version": "63.345.0.55"}


@given(st.lists(st.binary(max_size=300).map(lambda tail: b"callinfo video " + tail), max_size=5))
def test_any_lines_can_be_read(given_lines: list[bytes]) -> None:
    """Ratios stay ratios, and nothing is raised."""
    for line in map(yealink.plain, given_lines):
        yealink.state(line)
        assert all(len(words) <= 200 for words in yealink.fields(line).values())
    read = yealink.qualities(map(yealink.plain, given_lines))
    assert all(each.loss is None or 0 <= each.loss <= 1 for each in read)
