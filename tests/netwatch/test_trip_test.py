"""A trip test tells the person at the contact what to do, by what is seen."""

from hypothesis import given
from hypothesis import strategies as st

from netwatch.trip_test import TripTest, look

POSITIONS = ("", "closed", "open")


def test_pull_and_put_back_ends_the_test() -> None:
    """Both positions, and back in the normal one."""
    test, told = look(TripTest("closed"), "closed")
    assert str(told[0]) == "Seen: closed."
    assert "pull the module" in str(told[1])
    assert look(test, "closed") == (test, ())
    test, told = look(test, "open")
    assert "Put it back" in str(told[1])
    assert not test.over
    test, told = look(test, "closed")
    assert test.over
    assert test.seen == ("closed", "open")


def test_a_contact_that_cannot_be_read_is_told_and_shows_nothing() -> None:
    """The test goes on."""
    test, told = look(TripTest("open"), "")
    assert [str(sentence) for sentence in told] == ["The contact cannot be read at the moment."]
    assert test.seen == ()
    test, told = look(test, "", ("refused", "[TCP 80]"))
    assert [str(one) for one in told] == ["The contact cannot be read at the moment: refused [TCP 80]."]
    assert look(test, "", ("refused", "[TCP 80]"))[1] == ()


@given(st.sampled_from(POSITIONS[1:]), st.lists(st.sampled_from(POSITIONS), max_size=20))
def test_only_what_was_seen_is_ever_said_to_be_seen(normal: str, positions: list[str]) -> None:
    """Whatever order things are seen in."""
    test = TripTest(normal)
    for position in positions:
        test, _ = look(test, position)
    assert set(test.seen) == set(positions) - {""}
    assert test.over == (len(test.seen) == 2 and positions[-1] == normal)
