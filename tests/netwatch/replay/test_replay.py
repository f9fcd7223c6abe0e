"""Other rules on trial over hours that were lived through: what differs does so by the rules alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from netwatch.cli.main import main
from netwatch.clock import DAY, HOUR, MINUTE, SECOND
from netwatch.replay.compare import agreement, differences
from netwatch.replay.contract import Report, Told, What
from netwatch.replay.trial import Lacking

# As the fixture has them.
BEGIN = 1_793_577_600 * SECOND
CUT, LOSSY, SLOW = BEGIN + HOUR, BEGIN + 2 * HOUR, BEGIN + 3 * HOUR

Life = Any


def day(target: str, at: int) -> tuple[bool, float, float]:
    """A quiet hour; a line cut for 20 minutes; one that loses 7 % for half an hour; a slow one for as long."""
    answers, rtt, loss = True, 0.01, 0.0
    if target == "main" and CUT <= at < CUT + 20 * MINUTE:
        answers = False
    if target == "main" and LOSSY <= at < LOSSY + 30 * MINUTE:
        loss = 0.07
    if target == "backup" and SLOW <= at < SLOW + 30 * MINUTE:
        rtt = 0.045
    return answers, rtt, loss


@pytest.fixture(scope="module")
def lived(lives: Callable[[], Life]) -> Life:
    """Those hours."""
    life = lives()
    life.live(BEGIN + 4 * HOUR, day)
    return life


def told(report: Report) -> list[tuple[str, tuple[str, ...], str]]:
    """(what, roots, nature) of every incident that differs."""
    return [
        (str(one.what), one.either.incident.roots, str(one.either.incident.nature))
        for one in report.differences
    ]


def test_the_same_rules_tell_the_same(lived: Life) -> None:
    """Every incident comes again, as it was stored, and nobody would notice."""
    report = lived.trial(lived.rules)
    assert not report.differs
    assert report.agreement.share == 1.0
    assert report.agreement.stored == 2
    assert report.messages == {"duty": (4, 4), "office": (0, 0)}
    assert report.measured == report.untold == ()


def test_limits_told_anew_of_samples_agree_with_what_was(lived: Life) -> None:
    """Against what is stored: the same incidents, though every limit is judged on means of five minutes."""
    report = lived.trial()
    assert report.against_stored
    assert not report.differs
    assert ("main", "loss") in report.measured
    assert report.agreement.shift < 5 * MINUTE


def test_other_limits_make_and_unmake_incidents(lived: Life) -> None:
    """The loss of 7 % is none by a limit of 8 %; a round trip of 45 ms is one by a limit of 40 ms."""
    report = lived.trial(lived.changed(limits="[loss]\nabove = 8\n[rtt-tslcd]\nabove = 40\nclear = 30\n"))
    assert told(report) == [("gone", ("main",), "limit"), ("new", ("backup",), "limit")]
    gone, new = report.differences
    assert gone.before is not None
    assert new.after is not None
    assert LOSSY <= gone.before.incident.onset <= LOSSY + 10 * MINUTE
    assert SLOW <= new.after.incident.onset <= SLOW + 10 * MINUTE
    assert SLOW + 30 * MINUTE <= (new.after.incident.ended or 0) <= SLOW + 45 * MINUTE
    assert set(new.after.told) == {"duty"}
    assert report.messages["duty"] == (4, 4)


def test_a_limit_that_is_off_makes_no_incident(lived: Life) -> None:
    """And nobody is told of it."""
    report = lived.trial(lived.changed(limits="[loss]\noff = true\n"))
    assert told(report) == [("gone", ("main",), "limit")]
    assert report.messages["duty"] == (4, 2)


def test_other_severities_and_routes_reach_others(lived: Life) -> None:
    """Loss that is critical goes to the office too; no limit is judged anew for that."""
    more = '[routes.worst]\nreceivers = ["office"]\nseverities = ["critical"]\n'
    report = lived.trial(lived.changed(more, '[loss]\nseverity = "critical"\n'))
    assert told(report) == [("changed", ("main",), "limit")]
    (one,) = report.differences
    assert one.before is not None
    assert one.after is not None
    assert (one.before.worst, one.after.worst) == ("minor", "critical")
    assert (set(one.before.told), set(one.after.told)) == ({"duty"}, {"duty", "office"})
    assert report.measured == ()
    assert report.messages["office"] == (0, 2)


def test_other_times_tell_later(lived: Life) -> None:
    """Incidents that gather for ten minutes are told ten minutes after they were opened."""
    report = lived.trial(lived.changed("[incidents]\ngather = 600\n"))
    assert {one.what for one in report.differences} == {What.CHANGED}
    for one in report.differences:
        assert one.before is not None
        assert one.after is not None
        assert one.after.incident.opened == one.before.incident.opened
        later = (one.after.incident.announced or 0) - (one.before.incident.announced or 0)
        assert 9 * MINUTE < later <= 10 * MINUTE


def test_what_no_sample_tells_of_is_said(lived: Life) -> None:
    """Jitter is not sampled: another limit for it cannot be tried, which is told, not passed over."""
    report = lived.trial(lived.changed(limits="[jitter]\nabove = 5\nclear = 3\n"))
    assert set(report.untold) == {("main", "jitter"), ("backup", "jitter")}
    assert not report.differences


def test_a_span_of_which_nothing_is_stored_is_refused(lived: Life) -> None:
    """With the moment from when on there is something: of facts, and of samples where limits need them."""
    with pytest.raises(Lacking) as refused:
        lived.trial(lived.rules, start=BEGIN - DAY)
    assert refused.value.what == "facts"
    assert BEGIN <= (refused.value.since or 0) <= BEGIN + 5 * MINUTE
    with lived.store.engine.begin() as connection:
        recent = connection.execute(text("SELECT * FROM sample_recent")).all()
        connection.execute(text("DELETE FROM sample_recent WHERE start < :edge"), {"edge": BEGIN + HOUR})
    try:
        with pytest.raises(Lacking) as lacking:
            lived.trial()
        assert (lacking.value.what, lacking.value.since) == ("line", BEGIN + HOUR)
        assert not lived.trial(lived.rules).differs
    finally:
        with lived.store.engine.begin() as connection:
            connection.execute(text("DELETE FROM sample_recent"))
            for row in recent:
                statement = text("INSERT INTO sample_recent VALUES (:start, :portion, :content)")
                connection.execute(statement, row._asdict())


def test_a_span_may_begin_while_something_fails(lived: Life) -> None:
    """The incident that was open is the same one, with its number, and its end is told."""
    report = lived.trial(lived.rules, start=CUT + 10 * MINUTE, end=LOSSY)
    assert not report.differs
    assert report.agreement.share == 1.0
    assert report.messages["duty"] == (1, 1)


def test_the_same_rules_are_no_difference_wherever_a_span_begins(lived: Life) -> None:
    """Neither against themselves nor, beyond what lies at the edge, against what is stored."""
    starts = range(BEGIN + 6 * MINUTE + SECOND, BEGIN + 4 * HOUR - MINUTE, 6 * MINUTE + 7 * SECOND)
    assert not [start for start in starts if lived.trial(lived.rules, start=start).differs]
    stored = [lived.trial(start=start) for start in starts]
    assert not [report.start for report in stored if report.differs]
    assert any(report.edge for report in stored)


def test_nothing_is_written(lived: Life) -> None:
    """Not a row: the database is the same to the byte."""
    before = lived.content()
    lived.trial(lived.changed(limits="[loss]\nabove = 8\n"))
    assert lived.content() == before


def test_the_command_tells_and_exits_by_it(
    lived: Life, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """1 where something differs, 0 where not, 64 for a span it lacks or settings with faults; in both languages."""

    def run(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main(["--config", str(lived.file), "rules", "replay", *words])
        return code, *capfd.readouterr()

    lived.changed(limits="[loss]\nabove = 8\n")
    other = str(lived.home / "changed" / "netwatch.toml")
    since = "2026-11-02T00:05:00+00:00"
    code, out, err = run("--since", since, "--rules", other, "--lang", "en")
    assert code == 1
    assert "gone" in out, err
    assert "Messages to duty: 4 before, 2 after" in out
    assert "100 % agree" in err
    code, out, _ = run("--since", since, "--rules", other, "--json")
    found = json.loads(out)
    assert (code, found["differs"], found["incidents"][0]["what"]) == (1, True, "gone")
    assert found["agreement"]["share"] == 1.0
    code, out, _ = run("--since", since, "--rules", str(lived.file), "--lang", "vi")
    assert (code, "Không sự cố nào" in out) == (0, True)
    code, _, err = run("--since", "2026-10-01", "--rules", other, "--lang", "en")
    assert code == 64
    assert "Nothing is stored of so long ago" in err
    (tmp_path / "bad.toml").write_text("[incidents]\ngather = -1\n", "utf-8")
    assert run("--since", since, "--rules", str(tmp_path / "bad.toml"))[0] == 64
    assert run("--since", "2031-01-01")[0] == 64


def test_tellings_of_nothing_agree() -> None:
    """No incident is no difference, and no share."""
    nothing = Told((), {})
    assert differences(nothing, nothing, 0) == ()
    assert agreement(nothing, nothing).share is None
