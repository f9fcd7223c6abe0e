"""Nobody gets in by a wrong token, and no header of a stranger brings the guard down."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.web.guard import authorised, is_own_name, security_headers

TOKEN = "s3cret-token-of-24-chars"


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


@pytest.mark.parametrize(
    ("header", "lets_in"),
    [
        (f"Bearer {TOKEN}", True),
        (f"bearer {TOKEN}", True),
        (_basic("anybody", TOKEN), True),
        (_basic("", TOKEN), True),
        (_basic(TOKEN, ""), False),
        ("", False),
        ("Bearer", False),
        (f"Bearer {TOKEN}x", False),
        (f"Bearer {TOKEN[:-1]}", False),
        (f"Digest {TOKEN}", False),
        ("Basic !!!", False),
        ("Basic 8J+Y", False),
    ],
)
def test_the_token_comes_as_bearer_or_as_a_password(header: str, lets_in: bool) -> None:
    assert authorised(header, TOKEN) is lets_in


@given(st.text(max_size=200))
def test_no_header_brings_the_guard_down(header: str) -> None:
    assert authorised(header, TOKEN) is (TOKEN in header and authorised(header, TOKEN))


@given(st.binary(max_size=60))
def test_no_basic_credentials_bring_the_guard_down(credentials: bytes) -> None:
    assert authorised(f"Basic {base64.b64encode(credentials).decode()}", TOKEN) is False


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1:9877", True), ("localhost", True), ("LOCALHOST:80", True), ("[::1]:9878", True), ("10.1.2.3", True),
        ("evil.example", False), ("127.0.0.1.evil.example:9877", False), ("", False), ("[::1", False),
        ("[evil]", False), ("[::1].evil.example", False),
    ],
)  # fmt: skip
def test_only_addresses_and_localhost_are_our_names(host: str, ours: bool) -> None:
    assert is_own_name(host) is ours


@given(st.text(max_size=100))
def test_no_host_header_brings_the_guard_down(host: str) -> None:
    assert is_own_name(host) in (True, False)


def test_answers_allow_nothing_from_outside() -> None:
    policy = security_headers("sha256-abc")["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "style-src 'sha256-abc'" in policy
    assert "unsafe" not in policy
