"""Daily reports are made at their hour, once a day, over restarts, kills, clocks that step and channels that refuse."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.channels.apprise_channel import AppriseChannel
from alerts.contract import Message, MessageState, Phrase, Story
from inventory.local_days import start_of
from netwatch.clock import DAY, HOUR, MINUTE, SECOND, ManualClock
from netwatch.incidents.access import DeskLine
from netwatch.incidents.arrangement import Arrangement
from netwatch.incidents.circumstances import Circumstances
from netwatch.incidents.contract import DeskChange, Incident
from netwatch.incidents.desk import Desk
from netwatch.incidents.sealing import TOO_LATE
from netwatch.mornings import House, Mornings, report_sent
from netwatch.notify import Notifier, Pace, Receiver
from netwatch.present import Present
from netwatch.queries.daily import hour_of
from netwatch.queries.health import remarks
from netwatch.settings_notifications import ReceiverSettings
from netwatch.store.contract import StoreFault
from netwatch.store.desk_tables import message as messages
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.translate.to_render import render_view

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = date(2026, 11, 23)
MAIL = "mail"
RECEIVERS = {MAIL: ReceiverSettings(apprise="env:MAIL", daily="07:00")}


def _tell(incident: Incident, _now: int, _rows: object) -> Story:
    title = Phrase("line")
    return Story(incident.id, incident.severity, title, "", title, incident.onset, incident.onset)


def at(hours: float, day: date = MONDAY, zone: ZoneInfo = ZONE) -> int:
    """So many hours after midnight."""
    return start_of(day, zone) + round(hours * HOUR)


@dataclass
class Post:
    """One database, one hand on the clock, and a channel that only counts what it takes; any number of runs."""

    store: SqlStore
    present: Present
    clock: ManualClock
    receivers: dict[str, ReceiverSettings] = field(default_factory=lambda: dict(RECEIVERS))
    taken: list[str] = field(default_factory=list)
    zone: ZoneInfo = ZONE

    def __post_init__(self) -> None:
        self.store.put(DeskChange(live_since=1))
        self.start()

    def start(self) -> None:
        """A new run: nothing is remembered but what the database holds."""
        arranged = Arrangement(_tell, receivers=frozenset(self.receivers))
        self.desk = Desk(self.store, arranged, Circumstances())
        self.desk.restore({}, (), self.clock.now() - DAY, self.clock.now())
        self.mornings = Mornings(self.store, self.clock, self._house, self._attend)

    def _house(self) -> House:
        shown = replace(self.present, desk=self.desk.view)
        return House(lambda: shown, self.desk.view.live_since, self.zone, self.receivers)

    async def _attend(self, operation: Callable[[Desk], Any]) -> Any:  # noqa: ANN401 - whatever it returns
        return operation(self.desk)

    async def turn(self, moment: int) -> None:
        """The clock's hand moves, also back; what is due is made."""
        self.clock.__init__(moment)  # type: ignore[misc]
        await self.mornings.turn()

    def next_message(self) -> Message | None:
        """What the notifier would send now."""
        under_way = self.desk.unfinished(MAIL)
        sealed = under_way[0] if under_way else self.desk.seal(MAIL, self.clock.now())
        return sealed if isinstance(sealed, Message) else None

    def send(self, *, marked: bool = True) -> None:
        """The channel takes what waits; without the mark netwatch died in between."""
        message = self.next_message()
        if message is not None:
            self.taken.append(message.reference)
            if marked:
                self.desk.sent(message.id, MAIL, self.clock.now())

    def refuse(self) -> None:
        """The channel takes nothing."""
        message = self.next_message()
        if message is not None:
            self.desk.failed(message.id, "no", self.clock.now())

    def kept(self, day: date = MONDAY) -> Message | None:
        """The day's message in the database."""
        return report_sent(self.store, MAIL, day, self.zone)

    def wipe(self) -> None:
        """As on the first day."""
        with self.store.engine.begin() as connection:
            connection.execute(messages.delete())
        self.taken.clear()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """A database."""
    path: Path = tmp_path_factory.mktemp("mornings")
    made = open_store(f"sqlite:///{path}/netwatch.db", Holder("here", 1, 0, "test"))
    yield made
    made.close()


@pytest.fixture
def post(store: SqlStore, present: Present) -> Post:
    """The morning of a Monday."""
    made = Post(store, present, ManualClock(at(6)))
    made.wipe()
    made.start()
    return made


@pytest.mark.anyio
async def test_at_its_hour_once_and_with_the_same_name_after_a_kill(post: Post) -> None:
    """Whether the channel took it before the kill nobody knows: it goes again under the same Message-ID."""
    await post.turn(at(7) - SECOND)
    assert post.kept() is None
    await post.turn(at(7))
    post.send(marked=False)
    post.start()
    await post.turn(at(7.1))
    post.send()
    for hours in (7.2, 11.9, 12.1, 23.9):
        post.start()
        await post.turn(at(hours))
        post.send()
    assert post.taken == ["<daily.2026-11-23.mail@netwatch.invalid>"] * 2
    kept = post.kept()
    assert kept is not None
    assert kept.state is MessageState.SENT


@pytest.mark.anyio
async def test_who_comes_back_in_the_morning_sends_it_late_and_who_comes_later_says_so(post: Post) -> None:
    """A clock put back into the morning makes up for what was left out, and for nothing else."""
    await post.turn(at(11.9))
    post.send()
    await post.turn(at(12.5, MONDAY + timedelta(days=1)))
    post.send()
    assert len(post.taken) == 1
    left_out = post.kept(MONDAY + timedelta(days=1))
    assert left_out is not None
    assert (left_out.state, left_out.error) == (MessageState.FAILED, TOO_LATE)
    assert ("daily_not_sent", MAIL) in remarks(replace(post.present, desk=post.desk.view))
    await post.turn(at(8, MONDAY + timedelta(days=1)))
    post.send()
    assert "daily_not_sent" not in dict(remarks(replace(post.present, desk=post.desk.view)))
    await post.turn(at(8))
    post.send()
    assert [name.split(".")[1] for name in post.taken] == ["2026-11-23", "2026-11-24"]


@pytest.mark.anyio
async def test_a_refused_one_is_tried_until_it_is_too_late_and_no_longer(post: Post) -> None:
    """The fallback is the notifier's, as for all messages."""
    await post.turn(at(7))
    for hours in (7, 7.5, 11.9):
        await post.turn(at(hours))
        post.refuse()
    assert post.kept().state is MessageState.FAILED  # type: ignore[union-attr]
    await post.turn(at(12))
    assert post.next_message() is None
    await post.turn(at(8))
    post.send()
    assert len(post.taken) == 1


@pytest.mark.anyio
async def test_nobody_is_sent_one_before_notifications_are_live(post: Post) -> None:
    """Who goes live at nine gets the first one tomorrow; a test goes at any time."""
    post.store.put(DeskChange(live_since=at(9)))
    post.start()
    await post.turn(at(9.5))
    assert post.kept() is None
    test = post.desk.report(MAIL, await post.mornings.test(MAIL, MONDAY), at(9.5))
    assert test.report is not None
    assert test.report.test
    post.send()
    assert len(post.taken) == 1
    await post.turn(at(7, MONDAY + timedelta(days=1)))
    assert post.kept(MONDAY + timedelta(days=1)) is not None
    post.store.put(DeskChange(live_since=1))


@pytest.mark.anyio
async def test_a_database_that_cannot_be_asked_is_asked_again(post: Post) -> None:
    """Nothing is lost by it."""
    well = post.store.put

    def broken(*_: object) -> None:
        raise StoreFault("locked", "another writes")

    post.store.put = broken  # type: ignore[method-assign,assignment]
    await post.turn(at(7))
    assert post.kept() is None
    post.store.put = well  # type: ignore[method-assign]
    await post.turn(at(7.1))
    assert post.kept() is not None


@pytest.mark.parametrize(
    ("at_", "day", "zone", "due"),
    [
        ("07:00", date(2026, 3, 29), "Europe/Berlin", "2026-03-29T05:00+00:00"),
        ("07:00", date(2026, 10, 25), "Europe/Berlin", "2026-10-25T06:00+00:00"),
        ("02:30", date(2026, 10, 25), "Europe/Berlin", "2026-10-25T00:30+00:00"),
        ("02:30", date(2026, 3, 29), "Europe/Berlin", "2026-03-29T01:30+00:00"),
        ("07:00", MONDAY, "Asia/Ho_Chi_Minh", "2026-11-23T00:00+00:00"),
    ],
)
def test_every_day_has_one_such_hour(at_: str, day: date, zone: str, due: str) -> None:
    """Where clocks are put back the first of two; where they leap over it as long after midnight."""
    hour = hour_of(day, at_, ZoneInfo(zone))
    assert hour.due == round(datetime.fromisoformat(due).timestamp()) * SECOND
    assert hour.since < hour.due < hour.stale <= hour.due + 5 * HOUR


# What happens next: whether netwatch runs anew, how far the clock goes (minutes, seldom back), what the channel does.
steps = st.lists(
    st.tuples(
        st.booleans(),
        st.one_of(st.integers(1, 240), st.integers(1, 240), st.integers(-600, 3000)),
        st.sampled_from(("takes", "takes", "refuses", "dies")),
    ),
    min_size=1,
    max_size=30,
)


@given(steps=steps)
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_over_any_run_each_day_goes_at_most_once(
    store: SqlStore, present: Present, steps: list[tuple[bool, int, str]]
) -> None:
    """Two for a day only under one name, and only where netwatch died before it could write that it was taken."""
    post = Post(store, present, ManualClock(at(0)))
    post.wipe()
    post.start()
    marked: list[str] = []
    lived: dict[date, list[bool]] = {}

    async def live() -> None:
        moment = at(0)
        for anew, minutes, channel in steps:
            moment += minutes * MINUTE
            if anew:
                post.start()
            await post.turn(moment)
            before = len(post.taken)
            if channel == "refuses":
                post.refuse()
            else:
                post.send(marked=channel == "takes")
            if channel == "takes":
                marked.extend(post.taken[before:])
            local = datetime.fromtimestamp(moment / SECOND, ZONE)
            if 7 <= local.hour < 12:
                lived.setdefault(local.date(), []).append(channel != "refuses")

    asyncio.run(live())
    assert len(set(marked)) == len(marked)
    named = {name.split(".")[1] for name in post.taken}
    assert named >= {day.isoformat() for day, looks in lived.items() if any(looks)}


@dataclass
class Mailbox:
    """A real mail server on loopback, which refuses so many mails first."""

    refusing: int = 0
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    asked: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def next_one(self) -> None:
        """Wait for the next mail, taken or not."""
        await self.asked.acquire()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or not."""
        self.asked.release()
        if self.refusing:
            self.refusing -= 1
            return "554 no"
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Its address for Apprise."""
        made = lambda: SMTP(self, hostname="mail.example.gov.vn")  # noqa: E731
        server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield f"mailto://127.0.0.1:{self.port}?mode=insecure&from=netwatch@example.gov.vn&to=it@example.gov.vn"
        server.close()


async def _at_once(operation: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it returns
    return operation()


@pytest.mark.anyio
async def test_the_notifier_mails_it_like_any_other_message(post: Post) -> None:
    """Refused once, tried again by the notifier's own pace; whole in text and HTML under its name for the day."""
    mailbox = Mailbox(refusing=1)
    async with mailbox.open() as url:
        view = render_view("vi", ZONE, outside=False, sample=False, link_of=lambda _: "")
        receiver = Receiver(view, AppriseChannel(MAIL, lambda: url, "both", 10.0))
        notifier = Notifier(
            DeskLine(post.desk, post.clock, _at_once), post.clock, {MAIL: receiver}, Pace(first=SECOND)
        )
        await post.turn(at(7))
        task = asyncio.create_task(notifier.run())
        async with asyncio.timeout(30):
            await mailbox.next_one()
            while not post.desk.view.sent:
                await asyncio.sleep(0)
                if notifier.standing()[MAIL].failures and not mailbox.mails:
                    post.clock.move_to(at(7) + 10 * SECOND)
                    await mailbox.next_one()
        task.cancel()
        await asyncio.wait([task])
    (mail,) = mailbox.mails
    assert mail["Message-ID"] == "<daily.2026-11-23.mail@netwatch.invalid>"
    assert mail["Subject"].startswith("Báo cáo ngày 23/11/2026: ")
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Bắt đầu hoặc kết thúc từ hôm qua: " in text
    assert "Chống sét nguồn Đại Đồng" in text
    assert "<h2" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert post.kept().state is MessageState.SENT  # type: ignore[union-attr]
