"""What a dossier says of the clock that its moments were taken from."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from exporters.documents.model import Language, Letter, Table
from exporters.documents.texts import Texts
from inventory.local_days import start_of
from inventory.samples import sample_rows
from netwatch import commands
from netwatch.capacity.contract import BUCKET
from netwatch.clock import DAY, HOUR, MINUTE, SECOND
from netwatch.incidents.places import Places
from netwatch.language import translator
from netwatch.queries.claims import Asked, Claims, Dossier, Measuring
from netwatch.queries.claims_json import dossier_json
from netwatch.reports.claims import Show, claim_document
from netwatch.reports.letterhead import Manner
from netwatch.sampling.rows import NO_SAMPLES, DaySamples, day_block
from netwatch.sampling.series import CLOCK_ERROR, CLOCK_UNSYNCHRONISED, FIVE_MINUTES
from netwatch.store import sample_sql
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.verdict import Kind, Verdict

LINE = "TSLCD-SUOI-MAU"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
OCTOBER, NOVEMBER = start_of(date(2026, 10, 1), ZONE), start_of(date(2026, 11, 1), ZONE)
LATER = NOVEMBER + 9 * DAY
# Three outages of an hour: with a true clock, with one two seconds off at its end, with one that is not synchronised.
CUTS = tuple(OCTOBER + day * DAY + 12 * HOUR for day in (3, 5, 7))


def fact(kind: Kind, start: int, end: int | None) -> VerdictRow:
    """A verdict of the line."""
    return VerdictRow(0, LINE, Verdict(kind, "witness", "", "", None), start, end, start - MINUTE, 1, start)


def clock_at(start: int) -> tuple[str, float] | None:
    """What is recorded of five minutes: nothing before the third of October."""
    if start < OCTOBER + 2 * DAY:
        return None
    if CUTS[2] <= start < CUTS[2] + 2 * BUCKET:
        return CLOCK_UNSYNCHRONISED, 1.0
    return CLOCK_ERROR, 2.0 if start == CUTS[1] + HOUR else 0.03125


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """The sample, with outages in October and the clock since the third of it."""
    path: Path = tmp_path_factory.mktemp("clock") / "netwatch.db"
    opened = open_store(f"sqlite:///{path}", Holder("here", 1, 0, "0"))
    since = OCTOBER - 90 * DAY
    order = commands.ImportOrder(sample_rows(), "an", since, date(2026, 7, 3), "t", recorded_at=since)
    assert commands.import_rows(opened.engine, order).change_set is not None
    rows, before = [], since
    for cut in CUTS:
        rows += [fact(Kind.UP, before, cut), fact(Kind.DOWN, cut, before := cut + HOUR)]
    opened.judge(Judgement(0, add=(*rows, fact(Kind.UP, before, None))))
    opened.record((), {"local": LATER}, LATER)
    sample_sql.put_blocks(opened.engine, FIVE_MINUTES, list(blocks()))
    yield opened
    opened.close()


def blocks() -> Iterator[sample_sql.SampleBlock]:
    """The days of October as they are packed."""
    for day in range(OCTOBER // DAY, NOVEMBER // DAY + 1):
        told = [clock_at(day * DAY + place * BUCKET) for place in range(288)]
        for name in (CLOCK_ERROR, CLOCK_UNSYNCHRONISED):
            values = [one[1] if one and one[0] == name else 0.0 for one in told]
            covered = bytes(250 if one and one[0] == name else 0 for one in told)
            yield day_block(name, day, DaySamples(values, covered, NO_SAMPLES.codes))


def dossier_at(store: SqlStore, now: int) -> tuple[Claims, Dossier]:
    """October, told at a moment."""
    asked = Asked(date(2026, 10, 1), ZONE, now, Measuring(30 * SECOND, 3, 5, True))
    claims = Claims(store, asked)
    (dossier,) = claims.dossiers([LINE])
    return claims, dossier


@pytest.fixture(scope="module")
def claimed(store: SqlStore) -> tuple[Claims, Dossier]:
    """October in November."""
    return dossier_at(store, LATER)


def told(claims: Claims, dossier: Dossier, language: Language) -> dict[str, Table]:
    """The tables of the dossier by name."""
    manner = Manner(language, date(2026, 11, 10), Texts("T", "S"), Letter())
    show = Show(Places(claims.inventory()), ZONE, language, manner, translator(language))
    return {table.key: table for table in claim_document(dossier, show, ()).tables()}


TEXTS: dict[Language, tuple[str, str, str, str, str]] = {
    "en": (
        "known to be synchronised for 695:50:00 of 744:00:00",
        "2000 ms as the kernel said, asked every five minutes",
        "▲ our clock may have erred by 2000 ms when it began or ended",
        "▲ our clock was not synchronised when it began or ended",
        "the clock was not synchronised",
    ),
    "vi": (
        "biết chắc đã đồng bộ 695:50:00 trên tổng 744:00:00",
        "2000 ms theo hệ điều hành, hỏi năm phút một lần",
        "▲ đồng hồ của chúng tôi có thể sai 2000 ms lúc bắt đầu hoặc kết thúc",
        "▲ đồng hồ của chúng tôi không được đồng bộ lúc bắt đầu hoặc kết thúc",
        "đồng hồ không được đồng bộ",
    ),
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_dossier_says_so(claimed: tuple[Claims, Dossier], language: Language) -> None:
    """In its method, beside the outages, and with when the clock was not synchronised."""
    tables, (known, most, wrong, loose, span) = told(*claimed, language), TEXTS[language]
    answers = [row[1] for row in tables["method"].rows]
    assert {known, most, "0:10:00", "48:00:00"} <= set(answers)
    evidence = [str(row[-1]) for row in tables["outages"].rows]
    assert [one.split(";")[0] for one in evidence][1:] == [wrong, loose]
    assert "▲" not in evidence[0]
    assert [row[-2] for row in tables["outages"].rows][:2] == [0.03125, 2.0]
    assert "2000 ms" in tables["outages"].notes[0]
    assert [row[2:] for row in tables["clock"].rows] == [(span, None)]


def test_of_a_time_before_nothing_is_claimed(store: SqlStore) -> None:
    """No reading, no figure: in words, and none of the outages marked."""
    asked = Asked(date(2026, 9, 1), ZONE, LATER, Measuring(30 * SECOND, 3, 5, True))
    claims = Claims(store, asked)
    (dossier,) = claims.dossiers([LINE])
    tables = told(claims, dossier, "en")
    answers = {row[0]: row[1] for row in tables["method"].rows}
    assert answers["Clock while measuring"] == "nothing was recorded, so that its error is not known"
    assert answers["Greatest maximum error of the clock then"] == "not known"
    assert "is not known" in tables["outages"].notes[0]
    assert dossier_json(dossier)["clock"]["max_error_seconds"] is None


def test_the_month_is_told_and_nothing_is_guessed(claimed: tuple[Claims, Dossier]) -> None:
    """Two days before the first reading are unknown, ten minutes not synchronised, the rest known."""
    kept = claimed[1].timekeeping
    assert (kept.unknown, kept.unsynchronised, kept.greatest) == (2 * DAY, 2 * BUCKET, 2.0)
    assert kept.synchronised == 29 * DAY - 2 * BUCKET
    assert list(kept.spans()) == [(CUTS[2], CUTS[2] + 2 * BUCKET)]


def test_outages_are_marked_where_the_clock_may_have_been_wrong(claimed: tuple[Claims, Dossier]) -> None:
    """By more than a second, or without saying by how much; their edges stay where they were."""
    said = claimed[1].doubts
    assert [(one.error, one.unsynchronised, one.unknown, one.much) for one in said] == [
        (0.03125, False, False, False),
        (2.0, False, False, True),
        (0.03125, True, False, True),
    ]
    assert [one.outage.start for piece in claimed[1].claim.pieces for one in piece.outages] == list(CUTS)


def test_after_years_hours_say_the_same(store: SqlStore) -> None:
    """What is no longer kept by five minutes is told by hours: one in which the clock was wrong counts whole."""
    _, dossier = dossier_at(store, LATER + 200 * DAY)
    kept = dossier.timekeeping
    assert (kept.unknown, kept.unsynchronised, kept.greatest) == (2 * DAY, 2 * BUCKET, 2.0)
    assert list(kept.spans()) == [(CUTS[2], CUTS[2] + HOUR)]
    assert [one.much for one in dossier.doubts] == [False, True, True]


def test_json_has_numbers(claimed: tuple[Claims, Dossier]) -> None:
    """Beside what the kernel says at the moment."""
    clock = dossier_json(claimed[1])["clock"]
    assert (clock["max_error_seconds"], clock["unsynchronised_seconds"]) == (2.0, 600)
    assert clock["unknown_seconds"] == 2 * 86_400
    assert [one["marked"] for one in clock["at_outages"]] == [False, True, True]
