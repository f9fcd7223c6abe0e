"""What the database keeps of configurations, on both databases."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from inventory import history
from netwatch.backup import records
from netwatch.backup.contract import HostKey, Outcome, Result
from netwatch.backup.sealing import key_id, new_keys, seal, unseal
from netwatch.clock import DAY, SECOND
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

ONE, OTHER = HostKey("ssh-ed25519", "AAAA"), HostKey("ssh-ed25519", "BBBB")
Taken = Callable[..., Outcome]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database of this release."""
    store = open_store(f"sqlite:///{tmp_path}/netwatch.db", Holder("here", 1, 0, "0"))
    yield store.engine
    store.close()


@pytest.fixture
def taken(engine: Engine, pair: tuple[str, str]) -> Taken:
    """Take in a configuration of SW-1; `words` are its text."""

    def take(words: str, now: int, keep: int = 10, key: HostKey = ONE, by: str = "") -> Outcome:
        result = Result(
            "SW-1", Outcome.FETCHED, sealed=seal(words, pair[1]), masked=words, content=f"digest of {words}",
            lines=words.count("\n"), size=len(words), changed_by=by, facts={"version": "1"}, host_key=key,
        )  # fmt: skip
        return records.take(engine, result, "cisco_ios", now, keep)

    return take


def events(engine: Engine, kind: str) -> list[history.EventRecord]:
    """Events of a kind, oldest first."""
    with Session(engine) as session:
        return list(reversed(history.events(session, kind=kind)))


def test_the_same_is_stored_once_and_what_returns_is_a_version_again(engine: Engine, taken: Taken) -> None:
    """A, A, B, A are three versions of two texts."""
    told = [taken(words, now) for now, words in enumerate(["a\n", "a\n", "b\n", "a\n"], 1)]
    assert told == [Outcome.STORED, Outcome.UNCHANGED, Outcome.STORED, Outcome.STORED]
    found = records.versions(engine, "SW-1")
    assert [(version.at, version.seen_at) for version in found] == [(4, 4), (3, 3), (1, 2)]
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM configuration_content")) == 2


def test_a_change_is_an_event_with_its_bounds(engine: Engine, taken: Taken) -> None:
    """The event names the lines that came and went, who did it, and since when it may have been so."""
    taken("a\nb\n", 10)
    taken("a\nb\n", 20 * SECOND)
    taken("a\nc\nd\n", 30 * SECOND, by="minh")
    (event,) = events(engine, records.CHANGED)
    assert (event.entity, event.at) == ("SW-1", 30 * SECOND)
    assert event.after == {
        "version": 2,
        "not_before": "1970-01-01T00:00:20+00:00",
        "added": 2,
        "removed": 1,
        "changed_by": "minh",
    }


def test_old_versions_go_and_their_texts_with_them(engine: Engine, taken: Taken) -> None:
    """Only so many are kept, and no text that nothing refers to."""
    for now in range(1, 8):
        taken(f"{now}\n", now, keep=3)
    assert [version.at for version in records.versions(engine, "SW-1")] == [7, 6, 5]
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM configuration_content")) == 3


def test_an_unchanged_text_is_sealed_anew_for_another_key(
    engine: Engine, taken: Taken, pair: tuple[str, str]
) -> None:
    """After a change of keys the newest version opens with the new one."""
    taken("a\n", 1)
    private, public = new_keys()
    again = Result(
        "SW-1",
        Outcome.FETCHED,
        sealed=seal("a\n", public),
        masked="a\n",
        content="digest of a\n",
        host_key=ONE,
    )
    assert records.take(engine, again, "cisco_ios", 2, 10) is Outcome.UNCHANGED
    (version,) = records.versions(engine, "SW-1")
    assert version.key == key_id(public)
    assert unseal(records.text_of(engine, version, sealed=True), private) == "a\n"


def test_a_host_key_is_pinned_changed_and_trusted(engine: Engine, taken: Taken) -> None:
    """The first key is pinned; another stands beside it with the moment it came, until somebody accepts it."""
    taken("a\n", 1)
    changed = Result("SW-1", Outcome.HOST_KEY, host_key=OTHER)
    for now in (2, 3):
        records.take(engine, changed, "cisco_ios", now, 10)
    pin = records.pins(engine)["SW-1"]
    assert (pin.key, pin.offered, pin.offered_at) == (ONE, OTHER, 2)
    assert len(events(engine, records.KEY_CHANGED)) == 1
    assert records.trust(engine, "SW-1", ONE.fingerprint, "lan", 4) is None
    trusted = records.trust(engine, "SW-1", OTHER.fingerprint, "lan", 4)
    assert trusted == records.pins(engine)["SW-1"] == records.Pin(OTHER, 4, "lan")
    assert [event.actor for event in events(engine, records.KEY_TRUSTED)] == ["lan"]
    assert records.trust(engine, "SW-1", OTHER.fingerprint, "lan", 5) is None
    assert records.states(engine)["SW-1"].tried.tried == 0


def test_a_host_that_is_itself_again_needs_nobody(engine: Engine, taken: Taken) -> None:
    """When the old key is shown again, nothing is left to accept."""
    taken("a\n", 1)
    records.take(engine, Result("SW-1", Outcome.HOST_KEY, host_key=OTHER), "cisco_ios", 2, 10)
    taken("a\n", 3)
    assert records.pins(engine)["SW-1"].offered is None


def test_failures_count_until_the_next_success(engine: Engine, taken: Taken) -> None:
    """Facts and the last success outlive failures."""
    taken("a\n", DAY)
    for now in (1, 2):
        records.take(engine, Result("SW-1", Outcome.NO_ANSWER), "cisco_ios", DAY + now, 10)
    state = records.states(engine)["SW-1"]
    assert (state.tried.good, state.tried.failures, state.facts) == (DAY, 2, {"version": "1"})
    taken("a\n", 2 * DAY)
    assert replace(records.states(engine)["SW-1"].tried, outcome=None) == records.Tried(2 * DAY, 2 * DAY, 0)
