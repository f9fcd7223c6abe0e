"""Every code a reader may meet has words, and every word a Vietnamese one."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import netwatch
from inventory import snapshot
from netwatch import state
from netwatch.queries import words
from netwatch.store import faults
from netwatch.verdict import Kind, SubjectKind, Why
from probes.contract import Reason

STATE_REASONS = (state.NOT_YET_MEASURED, state.SILENCE, state.STOPPED, state.VANTAGE, state.GONE)
INVENTORY_KINDS = (
    *snapshot.KINDS, *snapshot.ADMINISTRATIVE_KINDS, *snapshot.ORGANISATION_KINDS, *snapshot.ORGANISATION_LEVELS,
    *snapshot.DEVICE_KINDS, *snapshot.LINE_CLASSES, *snapshot.LINE_ROLES, *snapshot.SERVICE_KINDS,
)  # fmt: skip
STORE_FAULTS = {
    f"store_{what}" for name, what in vars(faults).items() if name.isupper() and isinstance(what, str)
}
# Vietnamese has no other word for these.
SAME_IN_BOTH: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("codes", "table"),
    [
        (Kind, words.VERDICTS),
        (Why, words.REASONS),
        (Reason, words.REASONS),
        (STATE_REASONS, words.REASONS),
        (SubjectKind, words.KINDS),
        (INVENTORY_KINDS, words.KINDS),
        (STORE_FAULTS, words.FAULTS),
        (snapshot.CONTACT_ROLES, words.ROLES),
        (snapshot.WITNESS_KINDS, words.DETAIL_VALUES["witness"]),
        (snapshot.POSITIONS, words.DETAIL_VALUES["normal_position"]),
    ],
)
def test_every_code_has_words(codes: Iterable[StrEnum | str], table: Mapping[str, str]) -> None:
    assert {str(code) for code in codes} <= set(table)


def test_every_word_has_a_vietnamese_one() -> None:
    path = Path(netwatch.__file__).parent / "locale" / "vi" / "LC_MESSAGES" / "verdicts.po"
    with path.open("rb") as text:
        catalogue = {
            str(entry.id): str(entry.string) for entry in read_po(text, abort_invalid=True) if entry.id
        }
    assert set(catalogue) == set(words.all_texts())
    copied = {text for text, translation in catalogue.items() if translation in ("", text)}
    assert copied <= SAME_IN_BOTH


def test_a_code_without_words_is_shown_as_it_is() -> None:
    assert words.reason_words("from_the_future", str.upper) == "FROM_THE_FUTURE"
    assert words.detail_value("witness", "echo", str.upper).startswith("ECHOES")
    assert words.detail_value("vendor", "echo", str.upper) == "echo"
