"""Links and codes that acknowledge: they stand for what was signed, and nothing else is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.incidents.links import UNSIGNED, Claim, Signer, link

KEY = b"mot-khoa-bi-mat-du-dai"
OPENED = 1_780_000_000_000_000
claims = st.builds(
    Claim,
    st.integers(1, 10**12),
    st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True),
    st.integers(1, 10**16),
)


@given(claims)
def test_a_token_stands_for_what_was_signed(claim: Claim) -> None:
    """Whoever opens the link acknowledges as the receiver it was sent to."""
    token = Signer(KEY).token(claim.incident, claim.receiver, claim.opened)
    assert Signer(KEY).read(token) == claim
    assert Signer(b"another key").read(token) is None


@given(claims, st.data())
def test_a_changed_token_stands_for_nothing(claim: Claim, data: st.DataObject) -> None:
    """Another incident's or receiver's link cannot be made from one's own."""
    token = Signer(KEY).token(claim.incident, claim.receiver, claim.opened)
    place = data.draw(st.integers(0, len(token) - 2))
    other = data.draw(st.sampled_from("ABCDEFGHabcdefgh01234567-_").filter(lambda one: one != token[place]))
    assert Signer(KEY).read(token[:place] + other + token[place + 1 :]) is None


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,220}", fullmatch=True))
def test_whatever_comes_is_read_or_refused(text: str) -> None:
    """A scanner's guess raises nothing and stands for nothing."""
    assert Signer(KEY).read(text) is None


def test_without_a_key_no_link_is_believed() -> None:
    """What everybody could sign proves nothing."""
    assert Signer(UNSIGNED).read(Signer(UNSIGNED).token(7, "it", OPENED)) is None


@pytest.mark.parametrize("typed", ["{}", " {} ", "{lower}", "{first}-{last}"])
def test_a_code_is_found_however_it_is_typed(typed: str) -> None:
    """Case, blanks and a hyphen do not count."""
    signer = Signer(KEY)
    known = [Claim(number, receiver, OPENED) for number in (6, 7) for receiver in ("it", "sms")]
    code = signer.code(7, "sms", OPENED)
    text = typed.format(code, lower=code.lower(), first=code[:4], last=code[4:])
    assert signer.matching(text, known) == Claim(7, "sms", OPENED)
    assert signer.matching("AAAAAAAA", known) is None
    assert signer.matching("ạ" * 8, known) is None


def test_the_key_does_not_show() -> None:
    """A signer in a log or a trace tells nothing."""
    assert "bi-mat" not in repr(Signer(KEY))


def test_a_link_needs_an_address() -> None:
    """Where nobody set public_url only the code is sent."""
    assert link("", "abc") == ""
    assert link("https://netwatch.example.gov.vn/", "abc") == "https://netwatch.example.gov.vn/ack/abc"
