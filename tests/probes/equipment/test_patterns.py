"""Regular expressions of profiles: what is taken, what is refused, and that nothing keeps them busy."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.equipment.patterns import LONGEST_TEXT, PatternError, found, pattern

TAKEN = [
    r"^Cisco IOS Software, (\S+) Software",
    r"Version ([\w.()]+),",
    r"VRP \(R\) software, ?Version ([\d.]+) \((\S+) (\S+)\)",
    r"^(?:UAP|U6|U7|USW)[- ]",
    r"(S\d{4}\S*)?$",
    r"SN: ?([0-9A-Z]{8,16})\b",
    r"[^,]+, (.+)$",
    r"a{3}b*c+",
    r"^Linux .*\.g[0-9a-f]{7}",
]
REFUSED = {
    r"(a+)+$": "nested",
    r"([\w ]*\.)*$": "nested",
    r"(a|b+){2,}": "nested",
    r".*.*.*x": "competing",
    r"\w+\d+[a-z0-9]+!": "competing",
    r"(\w)\1": "unknown_form",
    r"(?<=a)b": "unknown_form",
    r"(?i)a": "unknown_form",
    r"[": "unreadable",
    r"*": "unreadable",
    "a" * 201: "too_long",
}


@pytest.mark.parametrize("text", TAKEN)
def test_what_profiles_need_is_taken(text: str) -> None:
    """The usual ways to cut a model or a version out of sysDescr."""
    assert pattern(text).pattern == text


@pytest.mark.parametrize("text", REFUSED)
def test_what_could_take_long_or_is_not_known_is_refused(text: str) -> None:
    """With the reason."""
    with pytest.raises(PatternError) as refused:
        pattern(text)
    assert refused.value.code == REFUSED[text]


def test_the_first_group_counts_else_the_whole() -> None:
    """And nothing found is None, while an empty group is ''."""
    assert found(r"version ([\d.]+)", "Cisco, VERSION 12.2, x") == "12.2"
    assert found("cisco", "A Cisco box") == "Cisco"
    assert found("huawei", "A Cisco box") is None
    assert found("x(y)?", "x") == ""


def test_texts_are_cut() -> None:
    """What stands behind the 255th character is not seen."""
    assert found("needle", "x" * LONGEST_TEXT + "needle") is None


PIECES = st.sampled_from(
    ["a", "b", r"\d", r"\w", r"\s", ".", "[ab]", "[^a]", "a+", ".*", r"\w+", "[ab]*", "(", ")"]
)


@given(st.lists(PIECES, max_size=8).map("".join), st.text("ab1 ", max_size=40))
def test_whatever_is_taken_agrees_with_re(text: str, sample: str) -> None:
    """An expression is refused or searched as Python would; nothing else is raised."""
    try:
        pattern(text)
    except PatternError:
        return
    match = re.search(text, sample, re.IGNORECASE)
    assert (found(text, sample) is None) == (match is None)


@pytest.mark.parametrize("text", ["a*a*b", r"\w+.*!", "[ab]+(b|a*c)", ".*x.*y"])
def test_the_worst_that_is_taken_ends_soon(text: str) -> None:
    """Two repeats that compete for all of the longest text: the third power of its length at most, a blink."""
    assert found(text, "a" * 1000) is None
