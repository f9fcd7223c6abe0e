"""Words: every reason and fault has them, in English and in Vietnamese."""

import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from probes.contract import Reason
from probes.messages import TEXTS, Message, reason_code
from probes.registry import probes
from probes.secret import Secret


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(reason: Reason) -> None:
    """A new reason without words fails here."""
    assert TEXTS[reason_code(reason)]


def fields(text: str) -> set[str]:
    """The names in a text's braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_translated_with_the_same_parameters(repository: Path) -> None:
    """No translation is missing, fuzzy, copied or without a parameter."""
    path = repository / "netwatch" / "locale" / "vi" / "LC_MESSAGES" / "probes.po"
    with path.open("rb") as opened:
        catalogue = read_po(opened, locale="vi", abort_invalid=True)
    wanted = set(TEXTS.values())
    wanted |= {probe.help for probe in probes().values()}
    wanted |= {metric.help for probe in probes().values() for metric in probe.metrics}
    said = {entry.id: entry for entry in catalogue if entry.id}
    assert set(said) == wanted
    for text, entry in said.items():
        assert isinstance(entry.string, str)
        assert entry.string
        assert entry.string != text
        assert not entry.fuzzy
        assert fields(entry.string) == fields(str(text))


def test_a_message_fills_its_parameters() -> None:
    """English comes from the package itself."""
    message = Message("icmp.mode", {"family": "IPv4", "mode": "raw"})
    assert message.english() == "ICMP over IPv4: raw sockets."


def test_a_secret_does_not_show_itself() -> None:
    """Neither in a repr nor in a text."""
    secret = Secret("snmp_v2c", {"community": "rat-bi-mat"})
    assert "rat-bi-mat" not in f"{secret!r} {secret}"
