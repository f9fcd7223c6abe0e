"""`netwatch syslog` against a daemon that answers, and against the database alone."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from netwatch.clock import HOUR
from netwatch.control.fake import FakeDaemon
from netwatch.control.handlers import SyslogForm
from netwatch.store import syslog_sql
from netwatch.store.syslog_sql import LogRow


@pytest.fixture
def logged(daemon: FakeDaemon) -> FakeDaemon:
    """Two devices and a stranger have logged something in the last hours."""
    now = daemon.now()
    rows = [
        LogRow(now - 30 * HOUR, "core", "10.0.0.1", 23, 3, "R1", "", "long ago"),
        LogRow(now - 3 * HOUR, "core", "10.0.0.1", 23, 3, "R1", "", "%LINK-3-UPDOWN: Interface Gi0/1 down"),
        LogRow(now - 2 * HOUR, "r-an", "10.1.0.1", 23, 6, "", "", "nothing to see"),
        LogRow(now - HOUR, "192.0.2.7", "192.0.2.7", 1, 4, "who", "", "[bold]brackets[/bold]"),
    ]
    syslog_sql.write(daemon.engine, rows)
    return daemon


def lines(outcome: Any) -> list[str]:  # noqa: ANN401 - what a command gave
    """What was printed, line by line."""
    return [line for line in outcome.out.splitlines() if line.strip()]


@pytest.mark.usefixtures("logged")
def test_the_last_day_is_shown_newest_last(stocked: Callable[..., Any]) -> None:
    """With whose it is, what the sender calls itself, and how bad; signs of markup are only signs."""
    shown = lines(stocked("syslog", "--until", "2099-01-01", "--since", "2000-01-01"))
    assert [line.rpartition("  ")[2] for line in shown] == [
        "long ago",
        "%LINK-3-UPDOWN: Interface Gi0/1 down",
        "nothing to see",
        "[bold]brackets[/bold]",
    ]
    assert "core (R1)  error" in shown[0]
    assert "192.0.2.7 (who)  warning" in shown[3]


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (("--device", "core"), 2),
        (("--device", "192.0.2.7"), 1),
        (("--severity", "err"), 2),
        (("--severity", "WARNING"), 3),
        (("--severity", "4"), 3),
        (("--grep", "updown"), 1),
        (("--limit", "2"), 2),
    ],
)
def test_messages_are_found(stocked: Callable[..., Any], arguments: tuple[str, ...], count: int) -> None:
    """By device or address, by severity in several spellings, by text; no more than asked for."""
    outcome = stocked("syslog", "--since", "2000-01-01", "--until", "2099-01-01", *arguments)
    assert outcome.code == 0
    assert len(lines(outcome)) == count


@pytest.mark.usefixtures("logged")
def test_json_says_all_of_it(stocked: Callable[..., Any]) -> None:
    """For other programs."""
    answer = stocked("syslog", "--since", "2000-01-01", "--until", "2099-01-01", "--json").json
    assert (answer["schema"], [line["source"] for line in answer["lines"]]) == (
        1,
        ["192.0.2.7", "r-an", "core", "core"],
    )


@pytest.mark.usefixtures("daemon")
def test_nothing_found_is_said(stocked: Callable[..., Any]) -> None:
    """And why there may be none."""
    outcome = stocked("syslog")
    assert outcome.code == 0
    assert "There are no such messages." in outcome.out
    assert "Nothing is taken in" in outcome.out


def test_without_a_daemon_the_database_is_read(stocked: Callable[..., Any]) -> None:
    """What was logged before it stopped can be searched all the same."""
    outcome = stocked("syslog", "--since", "1h")
    assert outcome.code == 0
    assert "There are no such messages." in outcome.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("--severity", "bad"), "'bad' is no severity"), (("--since", "never"), "is no moment")],
)
def test_what_is_not_understood_is_refused(
    stocked: Callable[..., Any], arguments: tuple[str, ...], words: str
) -> None:
    """With what may be written."""
    outcome = stocked("syslog", *arguments)
    assert outcome.code == 64
    assert words in outcome.err


@pytest.mark.usefixtures("logged")
def test_who_cannot_have_logged_is_told_so(stocked: Callable[..., Any]) -> None:
    """A device the inventory does not know; an address may be anybody's, and a device may have logged nothing."""
    done = stocked("syslog", "--device", "core-rt9")
    assert (done.code, "no item 'core-rt9' in the inventory" in done.err) == (1, True)
    assert stocked("syslog", "--device", "192.0.2.99").code == 0
    assert stocked("syslog", "--device", "RT-TRUNG-TAM").code == 0


@pytest.mark.parametrize("command", ["syslog", "events"])
def test_a_span_that_ends_before_it_begins_is_not_understood(
    stocked: Callable[..., Any], command: str
) -> None:
    """Rather than nothing being found in it."""
    done = stocked(command, "--since", "1h", "--until", "2h")
    assert (done.code, "--since must lie before --until" in done.err) == (64, True)


@pytest.mark.parametrize("start", [2**63, -(2**63) - 1])
def test_a_moment_beyond_what_databases_hold_is_refused(start: int) -> None:
    """Whoever asks is told; it is no fault of the program."""
    with pytest.raises(ValidationError):
        SyslogForm(start=start, end=0)
