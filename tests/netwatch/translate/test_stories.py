"""What people read of each kind of incident, word by word, in both languages: the files in messages/.

With REWRITE_MESSAGES=1 in the environment the files are written anew; read them before committing.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from alerts.contract import Message, NoticeKind, Part, Phrase, Severity, Story
from alerts.render import Rendered, render, story_texts
from inventory.snapshot import Contact, Device, Inventory, Line, OrganisationUnit, Site, gather
from netwatch.clock import MINUTE, SECOND
from netwatch.incidents.contract import Blame, Cause, Clue, Confidence, Incident, Member, Nature
from netwatch.incidents.links import Signer
from netwatch.incidents.places import Places
from netwatch.queries.contacts import Directory
from netwatch.store.contract import VerdictRow
from netwatch.translate.to_alerts import story
from netwatch.translate.to_render import linking, render_view
from netwatch.verdict import Kind, Verdict, Why

HERE = Path(__file__).parent / "messages"
ZONE = timezone(timedelta(hours=7))
CUT = int(datetime(2026, 11, 23, 2, 15, 20, tzinfo=UTC).timestamp()) * SECOND
SINCE = date(2025, 7, 1)
SIGNER = Signer(b"khoa-de-thu-lien-ket")
COMMUNES = ("An", "Bình", "Cát", "Đông", "Gia", "Hòa", "Khánh", "Lộc", "Minh", "Ninh", "Phú", "Quang")


def unit(id_: str, name: str, parent: str | None = None, contact: str | None = None) -> OrganisationUnit:
    """An agency."""
    level = "commune" if parent else "province"
    return OrganisationUnit(
        id=id_,
        name=name,
        kind="peoples_committee",
        level=level,
        parent=parent,
        contact=contact,
        valid_from=SINCE,
    )


def province() -> Inventory:
    """A province with twelve communes, a line each; the first commune has a backup and a UPS."""
    records: list[tuple[str, object]] = [
        ("organisation_unit", unit("UB", "UBND tỉnh Mẫu")),
        ("contact", Contact(id="VNPT", name="Trực sự cố VNPT Mẫu", role="provider_fault_desk", phone="0000 800 126",
                            hours="24/7", provider="VNPT")),
        ("contact", Contact(id="DL", name="Điện lực Mẫu", role="power_company", phone="0000 190 019", hours="24/7")),
        ("site", Site(id="TT", name="Trung tâm dữ liệu tỉnh", organisation_units=("UB",))),
        ("device", Device(id="R0", name="Router trung tâm", site="TT", kind="router", core=True, address="10.0.0.1",
                          serial="SN-1234", vendor="Mẫu", model="RT-9")),
    ]  # fmt: skip
    for number, name in enumerate(COMMUNES):
        id_ = f"X{number:02d}"
        person = Contact(
            id=f"{id_}-LH",
            name=f"Trần Thị {name}",
            role="site",
            phone=f"0000 555 {number:03d}",
            hours="T2-T6 07:30-17:00",
        )
        site = Site(id=f"{id_}-T", name=f"Trụ sở xã {name}", organisation_units=(id_,), contact=person.id,
                    power_contact="DL", feeder="471E5.2", street_address=f"Số {number}, đường Mẫu")  # fmt: skip
        line = Line(id=f"{id_}-L", name=f"TSLCD cấp II xã {name}", site=site.id, line_class="tslcd_access_2",
                    provider="VNPT", contract_number=f"HĐ-{number:03d}", witness="echo",
                    witness_address=f"10.0.{number}.1")  # fmt: skip
        records += [
            ("organisation_unit", unit(id_, f"UBND xã {name}", "UB")),
            ("contact", person),
            ("site", site),
            ("line", line),
            (
                "device",
                Device(id=f"{id_}-R", name=f"Router xã {name}", site=site.id, kind="router", core=True),
            ),
        ]
    records += [
        ("line", Line(id="X00-B", name="4G dự phòng xã An", site="X00-T", line_class="mobile_backup", role="backup")),
        ("device", Device(id="X00-U", name="UPS xã An", site="X00-T", kind="ups")),
    ]  # fmt: skip
    return gather(records, date(2026, 11, 23))


PLACES = Places(province())


def member(subject: str, verdict: str = "unreachable", left: int | None = None) -> Member:
    """A thing that is hit since the cut."""
    return Member(subject, PLACES.kind(subject), verdict, CUT, left)


def incident(id_: int, root: str, cause: Cause, **others: object) -> Incident:
    """An incident since the cut."""
    given: dict[str, object] = {
        "nature": Nature.FAULT,
        "roots": (root,),
        "scope": f"subject:{root}",
        "reason": "witness_fails",
        "onset": CUT,
        "contrary": CUT - 30 * SECOND,
        "opened": CUT + 20 * SECOND,
        "severity": Severity.CRITICAL,
        "blame": Blame(cause, Confidence.LIKELY),
    }
    return Incident(id=id_, **(given | others))  # type: ignore[arg-type]


CORE = incident(
    12,
    "R0",
    Cause.EQUIPMENT,
    reason="no_answer",
    blame=Blame(
        Cause.EQUIPMENT,
        Confidence.POSSIBLE,
        (Clue("reporting_router", CUT, {"router": "net-unreachable from 10.0.0.254"}),),
    ),
    members=(
        member("TT", "down"),
        *(member(f"X{number:02d}-T") for number in range(12)),
        *(member(f"X{number:02d}-L") for number in range(12)),
    ),
)
LINE = incident(
    13,
    "X00-L",
    Cause.LINE,
    severity=Severity.MAJOR,
    blame=Blame(Cause.LINE, Confidence.LIKELY, (Clue("backup_alive", CUT, {"line": "X00-B"}),)),
    members=(member("X00-T", "degraded"), member("X00-L", "down")),
)
POWER = incident(
    14,
    "X01-L",
    Cause.POWER,
    roots=("X01-L", "X02-L"),
    scope="feeder:471E5.2",
    blame=Blame(
        Cause.POWER,
        Confidence.LIKELY,
        (
            Clue("ups_on_battery", CUT - SECOND, {"ups": "X00-U"}),
            Clue("feeder_neighbours", CUT, {"feeder": "471E5.2", "count": "1"}),
            Clue("trap_power", CUT, {"device": "X01-R"}, trusted=False),
        ),
    ),
    members=(member("X01-T", "down"), member("X02-T", "down")),
)
UNDECIDED = incident(
    15,
    "X03-L",
    Cause.UNDECIDED,
    blame=Blame(
        Cause.UNDECIDED,
        Confidence.NONE,
        (Clue("whole_site_dark", CUT, {"site": "X03-T"}), Clue("only_one_line", CUT, {"site": "X03-T"})),
    ),
    members=(member("X03-T", "down"), member("X03-L", "down")),
)
PASSWORDS = incident(
    16,
    "X00-R",
    Cause.CREDENTIALS,
    nature=Nature.IGNORANCE,
    roots=tuple(f"X{number:02d}-R" for number in range(12)),
    scope="credentials:main",
    reason="credentials",
    severity=Severity.NOTICE,
    blame=Blame(Cause.CREDENTIALS, Confidence.CONFIRMED),
)
BLIND = incident(
    17,
    "local",
    Cause.OURSELVES,
    nature=Nature.BLINDNESS,
    scope="vantage:local",
    reason="vantage",
    blame=Blame(Cause.OURSELVES, Confidence.CONFIRMED),
)
CLOSED = replace(
    CORE,
    ended=CUT + 47 * MINUTE,
    closed=CUT + 48 * MINUTE,
    blame=Blame(
        Cause.EQUIPMENT,
        Confidence.CONFIRMED,
        (
            Clue("restarted", CUT, {"device": "R0", "started": str(CUT + 40 * MINUTE)}),
            Clue("person_says", CUT, {"author": "nguyenvana", "cause": "equipment"}),
        ),
    ),
    members=(member("TT", "down", CUT + 47 * MINUTE), member("X07-T"), *(CORE.members[3:6])),
)


def told(it: Incident) -> Story:
    """Its story."""
    now = CUT + 50 * MINUTE
    return story(
        it, PLACES, Directory(PLACES.inventory, datetime(2026, 11, 23, 9, 15, tzinfo=ZONE)), ZONE, now
    )


def part(kind: NoticeKind, it: Incident) -> Part:
    """One line of a message."""
    asking = kind in (NoticeKind.OPENING, NoticeKind.ESCALATION)
    return Part(it.id, kind, told(it), SIGNER.code(it.id, "it", it.opened) if asking else "", it.opened)


def message(*parts: Part, **others: object) -> Message:
    """A message to the IT staff."""
    return Message(1, "it", "<1.1@netwatch.invalid>", CUT + MINUTE, parts, **others)  # type: ignore[arg-type]


MESSAGES: Mapping[str, Message] = {
    "core": message(part(NoticeKind.OPENING, CORE)),
    "line": message(part(NoticeKind.OPENING, LINE)),
    "power": message(part(NoticeKind.OPENING, POWER)),
    "undecided": message(part(NoticeKind.ESCALATION, UNDECIDED)),
    "corrected": message(part(NoticeKind.CORRECTION, POWER)),
    "passwords": message(part(NoticeKind.OPENING, PASSWORDS)),
    "blind": message(part(NoticeKind.OPENING, BLIND)),
    "closed": message(part(NoticeKind.CLOSING, CLOSED)),
    "digest": message(
        part(NoticeKind.OPENING, POWER),
        part(NoticeKind.OPENING, LINE),
        part(NoticeKind.CLOSING, CLOSED),
        over=(told(replace(UNDECIDED, ended=CUT + 9 * MINUTE, closed=CUT + 10 * MINUTE)),),
        back=47,
        total=50,
        still=("UBND xã An", "UBND xã Bình", "UBND xã Cát"),
    ),
    "over": message(over=(told(replace(LINE, ended=CUT + 5 * MINUTE, closed=CUT + 6 * MINUTE)),)),
    "test": message(),
}


def rendered(name: str, language: str, *, outside: bool = False) -> Rendered:
    """The message as a receiver reads it."""
    link_of = linking("it", SIGNER, "https://netwatch.example.gov.vn")
    view = render_view(language, ZONE, outside=outside, sample=False, link_of=link_of)
    return render(MESSAGES[name], view)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_reads_as_written_down(name: str, language: str) -> None:
    """What, whom, since when, why, what next: word by word."""
    found = rendered(name, language)
    text = f"{found.subject}\n{'=' * 20}\n{found.text}"
    path = HERE / f"{name}.{language}.txt"
    if os.environ.get("REWRITE_MESSAGES"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", MESSAGES)
def test_outside_channels_get_names_only(name: str) -> None:
    """No address, serial number, person or telephone number leaves by a chat or an SMS gateway."""
    found = rendered(name, "vi", outside=True)
    for shown in (found.subject, found.text, found.html):
        for secret in ("10.0.", "SN-1234", "0000 ", "Trần Thị", "nguyenvana", "đường Mẫu"):
            assert secret not in shown


def test_html_shows_names_and_runs_none() -> None:
    """A name that looks like markup stays a name."""
    hostile = replace(told(LINE), place="<script>alert(1)</script>")
    link_of = linking("it", SIGNER, "")
    view = render_view("vi", ZONE, outside=False, sample=True, link_of=link_of)
    found = render(message(Part(1, NoticeKind.OPENING, hostile)), view)
    assert "<script>" not in found.html
    assert "&lt;script&gt;" in found.html
    assert "DỮ LIỆU MẪU" in found.html


OUTSIDE = [
    "Camera 10.1.2.3", "IP:10.1.2.3", "node10.1.2.3", "10.1.2.3..10.1.2.9", "010.001.002.003", "10.1.2.3:161",
    "aa:bb:cc:dd:ee:ff", "AA-BB-CC-DD-EE-FF", "aabb.ccdd.eeff", "fe80::1%eth0", "[2001:db8::1]:443",
    "node2001:db8:1:2:3:4:5:6", "địa chỉ:10.1.2.3", "10.1.2.3/24", "::ffff:10.1.2.3", "(10.1.2.3)", "2001:db8::1.",
]  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_address_in_a_name_leaves_the_house(name: str) -> None:
    """Whatever stands before or behind it; people do write addresses into names."""
    view = render_view("vi", ZONE, outside=True, sample=False, link_of=linking("it", SIGNER, ""))
    hostile = replace(
        told(LINE), place=name, title=Phrase("{name}", {"name": name}), whom=(Phrase("{n}", {"n": name}),),
        why=(Phrase("{clue}", {"clue": Phrase("{router}", {"router": name})}),), left=(name,),
    )  # fmt: skip
    ended = replace(hostile, ended=hostile.since + 1)
    digest = replace(
        message(Part(1, NoticeKind.OPENING, hostile), Part(2, NoticeKind.CLOSING, ended)),
        still=(name,),
        back=1,
        total=2,
    )
    for one in (
        message(Part(1, NoticeKind.OPENING, hostile)),
        digest,
        message(Part(1, NoticeKind.CLOSING, ended)),
    ):
        found = render(one, view)
        for shown in (found.subject, found.text, found.html, found.brief):
            for part in ("10.1", "1.2.3", "001.002", "bb:cc", "BB-CC", "ccdd", "db8", "fe80", "1.2.9", "3:4"):
                assert part not in shown
    texts = story_texts(Part(1, NoticeKind.OPENING, hostile), view)
    assert not {"people", "details"} & texts.keys()
    assert "1.2.3" not in str(dict(texts))


def test_what_works_again_but_is_still_watched_goes_on_for_alertmanager() -> None:
    """Its alert is active, so it says since when and what to do, and not how long it lasted."""
    watched = replace(told(LINE), ended=told(LINE).since + MINUTE)
    view = render_view("en", ZONE, outside=False, sample=False, link_of=linking("it", SIGNER, ""))
    active = story_texts(Part(0, NoticeKind.OPENING, watched), view)
    assert {"since", "next"} <= active.keys()
    assert "lasted" not in active
    assert "lasted" in story_texts(Part(0, NoticeKind.CLOSING, watched), view)


def test_a_sign_that_reads_the_same_at_several_sites_is_told_once() -> None:
    """Four sites with a single line each are one sentence, not four."""
    clues = tuple(Clue("only_one_line", CUT, {"site": f"X0{number}-T"}) for number in range(1, 4))
    dark = tuple(Clue("whole_site_dark", CUT, {"site": f"X0{number}-T"}) for number in range(1, 4))
    why = told(replace(UNDECIDED, blame=replace(UNDECIDED.blame, clues=(*clues, *dark)))).why
    assert len(why) == 1 + 1 + 3


def test_a_digest_calls_nothing_well_while_it_tells_of_something_else() -> None:
    """What was told is back; something new goes on, and stands in the subject as if it came alone."""
    view = render_view("en", ZONE, outside=False, sample=False, link_of=linking("it", SIGNER, ""))
    new, ended = told(LINE), replace(told(LINE), ended=told(LINE).since + 1)
    parts = (Part(1, NoticeKind.OPENING, new), Part(2, NoticeKind.CLOSING, ended))
    shown = render(replace(message(*parts), back=8, total=8), view)
    assert shown.text.startswith("Eight of eight back\n")
    alone = render(message(parts[0]), view)
    assert shown.subject == alone.subject
    quiet = render(replace(message(parts[1]), back=8, total=8, over=(ended,)), view)
    assert quiet.subject == "Eight of eight back, all is well"


def test_times_stay_times_outside() -> None:
    """A clock time has colons too."""
    view = render_view("vi", ZONE, outside=True, sample=False, link_of=linking("it", SIGNER, ""))
    shown = render(message(Part(1, NoticeKind.OPENING, replace(told(LINE), place="Họp 10:30:15"))), view)
    assert "Họp 10:30:15" in shown.text


def test_contract_numbers_and_who_said_so_stay_inside() -> None:
    """Names only: what identifies a customer or a person is left out of the sentence."""
    view = render_view("en", ZONE, outside=True, sample=False, link_of=linking("it", SIGNER, ""))
    said = Phrase("{author} says: {cause}", {"author": "Trần Thị B", "cause": Phrase("power failure")})
    report = Phrase("Report line {name}, contract {contract}, to {provider}'s fault desk.")
    given = replace(report, params={"name": "L1", "contract": "HĐ-77", "provider": "VNPT"})
    shown = render(
        message(Part(1, NoticeKind.OPENING, replace(told(LINE), why=(said,), next=(given,)))), view
    )
    assert "HĐ-77" not in shown.text + shown.html
    assert "Trần Thị" not in shown.text + shown.html
    assert "Report line L1, contract …, to VNPT's fault desk." in shown.text


def test_nothing_hidden_stands_in_a_message() -> None:
    """Names and readings come from outside: no control sequence for a terminal, no turned writing, no half letters."""
    name = "rt\x1b[2J\x00\u202egpj\u2066 A\r\nBcc: x@y.vn\u2028\ud800\x9b31m"
    view = render_view("vi", ZONE, outside=False, sample=False, link_of=linking("it", SIGNER, ""))
    hostile = replace(told(LINE), place=name, title=Phrase("{name}", {"name": name}), details=(Phrase(name),))
    found = render(message(Part(1, NoticeKind.OPENING, hostile)), view)
    for shown in (found.subject, found.text, found.html, found.brief):
        assert not set("\x1b\x00\u202e\u2066\r\u2028\ud800\x9b") & set(shown)
    assert "\n" not in found.subject


def test_an_end_that_nobody_saw_says_so() -> None:
    """What left the inventory, or is not to be looked at any more, is over and not well."""
    cut = incident(7, "X00-L", Cause.LINE, ended=CUT + MINUTE, closed=CUT + 2 * MINUTE)
    words = Phrase("It was not seen well again: it is no longer monitored.")
    now, verdict = CUT + 2 * MINUTE, Verdict(Kind.UNKNOWN, Why.NO_WITNESS)
    directory = Directory(Inventory(), datetime(2026, 11, 23, tzinfo=ZONE))
    for places, rows in (
        (Places(Inventory()), {}),
        (PLACES, {"X00-L": VerdictRow(1, "X00-L", verdict, CUT, None, CUT, 1, CUT)}),
    ):
        assert words in story(cut, places, directory, ZONE, now, rows).why
        assert words not in story(replace(cut, ended=None), places, directory, ZONE, now, rows).why
    assert words not in story(cut, PLACES, directory, ZONE, now).why


@pytest.mark.parametrize(
    ("reason", "advice"), [(Why.HARDWARE_FAULT, "look at"), (Why.BEYOND_LIMIT, "which limits hold")]
)
def test_a_broken_part_is_looked_at_and_a_number_seen_beside_its_limit(reason: Why, advice: str) -> None:
    """No limit tells what to do about a fan."""
    it = replace(incident(1, "R0", Cause.STATE), nature=Nature.LIMIT, reason=reason)
    assert advice in told(it).next[0].text
