"""Mails arrive whole, under our Message-ID, and what became of them is known as far as it can be."""

import asyncio
import email
import json
import logging
import socket
from contextlib import suppress
from dataclasses import replace
from email.header import decode_header, make_header
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from apprise import NotifyFormat
from apprise.plugins import NotifyBase

from alerts.channels.apprise_channel import AppriseChannel
from alerts.channels.contract import Delivery, NotTaken, Unsure

if TYPE_CHECKING:
    from conftest import MailServer, WebServer

pytestmark = pytest.mark.anyio


def channel(url: str, form: str = "both", deadline: float = 10.0) -> AppriseChannel:
    """A receiver reached by that address."""
    return AppriseChannel("it", lambda: url, form, deadline)


async def test_a_mail_carries_text_html_and_our_message_id(
    mail_server: "MailServer", delivery: Delivery
) -> None:
    """Vietnamese arrives as written; a line break in a name makes no header of its own."""
    await channel(mail_server.url + ",other@example.gov.vn&cc=cc@example.gov.vn").send(delivery)
    (mail,) = mail_server.mails
    assert mail["Message-ID"] == delivery.reference
    assert mail["Subject"] == "NGHIÊM TRỌNG: Mất điện tại UBND xã An Bcc: ai-do@example.com"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert len(mail.get_all("Message-ID")) == 1
    assert mail["Bcc"] is None
    assert mail.get_body(("plain",)).get_content().strip() == delivery.text.strip()
    assert mail.get_body(("html",)).get_content().strip() == delivery.html
    assert mail_server.envelopes[0].rcpt_tos == [
        "it@example.gov.vn",
        "other@example.gov.vn",
        "cc@example.gov.vn",
    ]


async def test_a_receiver_may_want_text_alone(mail_server: "MailServer", delivery: Delivery) -> None:
    """Some mailboxes forward to telephones."""
    await channel(mail_server.url, form="text").send(delivery)
    assert mail_server.mails[0].get_content_type() == "text/plain"


async def test_a_refusal_is_known_for_sure(mail_server: "MailServer", delivery: Delivery) -> None:
    """What the server did not take may be told anew in other words."""
    mail_server.on_data = "554 no"
    with pytest.raises(NotTaken, match="refuses the message") as told:
        await channel(mail_server.url).send(delivery)
    assert not isinstance(told.value, Unsure)
    mail_server.on_data = "250 OK"
    mail_server.refused = frozenset({"it@example.gov.vn"})
    with pytest.raises(NotTaken, match="all recipients"):
        await channel(mail_server.url).send(delivery)


async def test_one_refused_recipient_keeps_nobody_else_from_being_told(
    mail_server: "MailServer", delivery: Delivery, caplog: pytest.LogCaptureFixture
) -> None:
    """The others have it; the log tells how many have not, not who."""
    mail_server.refused = frozenset({"gone@example.gov.vn"})
    await channel(mail_server.url + ",gone@example.gov.vn").send(delivery)
    assert len(mail_server.mails) == 1
    assert "refuses 1 of the recipients" in caplog.text
    assert "gone@" not in caplog.text


async def test_a_server_that_is_not_there_took_nothing(delivery: Delivery) -> None:
    """Nobody listens on port 1 of loopback."""
    with pytest.raises(NotTaken, match="cannot be reached") as told:
        await channel("mailto://127.0.0.1:1?mode=insecure&from=a@example.gov.vn").send(delivery)
    assert not isinstance(told.value, Unsure)


async def test_a_lost_answer_is_unsure_and_the_mail_comes_again_as_the_same(
    mail_server: "MailServer", delivery: Delivery
) -> None:
    """Mail programs that know the Message-ID show one."""
    mail_server.on_data = "cut"
    sender = channel(mail_server.url)
    with pytest.raises(Unsure):
        await sender.send(delivery)
    mail_server.on_data = "250 OK"
    await sender.send(delivery)
    assert [mail["Message-ID"] for mail in mail_server.mails] == [delivery.reference] * 2


async def test_a_slow_server_is_asked_once_and_its_answer_counts_later(
    mail_server: "MailServer", delivery: Delivery
) -> None:
    """A message that is still being handed over is not handed over twice; another one has to wait."""
    mail_server.on_data = "hang"
    sender = channel(mail_server.url, deadline=0.05)
    with pytest.raises(Unsure):
        await sender.send(delivery)
    await mail_server.taken.wait()
    with pytest.raises(NotTaken, match="earlier message"):
        await sender.send(replace(delivery, reference="<8.1@abc.netwatch.invalid>"))
    mail_server.released.set()
    patient = asyncio.ensure_future(_until_taken(sender, delivery))
    await patient
    assert len(mail_server.mails) == 1


async def _until_taken(sender: AppriseChannel, delivery: Delivery) -> None:
    for _ in range(100):
        try:
            return await sender.send(delivery)
        except Unsure:
            continue
    pytest.fail("The server answered, but nobody heard.")


async def test_no_secret_shows_in_errors_or_the_log(
    mail_server: "MailServer", web_server: "WebServer", delivery: Delivery, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong, and however talkative the libraries are, the address stays where it is."""
    caplog.set_level(logging.DEBUG)
    web_server.status = 500
    told = []
    for url in (
        "mailto://nguoi:kh0ng-ai-biet@127.0.0.1:1?mode=insecure&from=a@example.gov.vn",
        f"mailto://nguoi:kh0ng-ai-biet@127.0.0.1:{mail_server.port}?mode=insecure&from=a@example.gov.vn",
        f"mailto://nguoi:kh0ng-ai-biet@127.0.0.1:{mail_server.port}?mode=starttls&from=a@example.gov.vn",
        f"json://nguoi:kh0ng-ai-biet@127.0.0.1:{web_server.port}/kh0ng-ai-biet",
        "nonsense://kh0ng-ai-biet",
        "zalo://kh0ng-ai-biet",
    ):
        with pytest.raises(NotTaken) as fault:
            await channel(url).send(delivery)
        told += [
            str(fault.value),
            repr(fault.value),
            str(fault.value.__cause__),
            repr(fault.value.__context__),
        ]
    assert len(told) == 24
    assert "kh0ng-ai-biet" not in caplog.text + "".join(told)


async def test_a_secret_that_cannot_be_read_is_told(delivery: Delivery) -> None:
    """The file may come back; the message waits."""

    def gone() -> str:
        raise FileNotFoundError

    with pytest.raises(NotTaken, match="secret with the address"):
        await AppriseChannel("it", gone, "both", 5.0).send(delivery)


async def test_a_webhook_gets_subject_and_text(web_server: "WebServer", delivery: Delivery) -> None:
    """Whatever Apprise reaches gets the same words."""
    await channel(f"json://127.0.0.1:{web_server.port}/hook").send(delivery)
    ((head, body),) = web_server.asked
    assert head.startswith("POST /hook")
    said = json.loads(body)
    assert said["title"].startswith("NGHIÊM TRỌNG: Mất điện")
    assert said["message"].strip() == delivery.text.strip()


@pytest.mark.parametrize(
    "subject",
    [
        "NGHIÊM TRỌNG: netwatch không quan sát được mạng",
        "NGHIÊM TRỌNG: Đường truyền mất kết nối – UBND tỉnh Mẫu điểm a b CRITICAL xã Có Điện tỉnh Mẫu mất kết nối",
        "CRITICAL: netwatch cannot see the network of the province and of every commune below it, since this morning",
    ],
)
async def test_no_blank_is_lost_where_a_header_is_folded(
    mail_server: "MailServer", delivery: Delivery, subject: str
) -> None:
    """A subject of any length and the sender's name arrive with every blank between their words."""
    name = "Giám sát mạng tỉnh Mẫu không quan sát được mạng của tỉnh"
    sender = quote(f"{name}<netwatch@example.gov.vn>")
    url = mail_server.url.replace("from=netwatch@example.gov.vn", f"from={sender}")
    await channel(url).send(replace(delivery, subject=subject))
    (mail,) = mail_server.mails
    assert mail["Subject"] == subject
    written = email.message_from_bytes(mail_server.envelopes[0].content)["From"]
    assert str(make_header(decode_header(written))) == f"{name} <netwatch@example.gov.vn>"
    assert [address.addr_spec for address in mail["To"].addresses] == ["it@example.gov.vn"]


async def test_a_server_out_of_reach_is_known_to_be_before_the_deadline(delivery: Delivery) -> None:
    """A server that takes the connection and says nothing took nothing, for sure, however short the deadline is."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        sending = channel(
            f"mailto://127.0.0.1:{mute.getsockname()[1]}/?from=a@example.vn&to=b@example.vn", deadline=0.3
        )
        faults = []
        for _ in range(2):
            with pytest.raises(NotTaken) as told:
                await sending.send(delivery)
            faults.append(told.value)
    assert not isinstance(faults[-1], Unsure)


async def test_what_cannot_be_written_is_known_at_once(mail_server: "MailServer", delivery: Delivery) -> None:
    """Half a letter from outside keeps nobody waiting for an answer."""
    with pytest.raises(NotTaken, match="put into words") as told:
        await channel(mail_server.url).send(replace(delivery, text="\ud800"))
    assert not isinstance(told.value, Unsure)
    assert not mail_server.mails


@pytest.mark.parametrize("fault", [AttributeError("x"), ZeroDivisionError(), HTTPException("host/secret")])
async def test_a_fault_in_a_services_own_code_is_a_message_not_taken(
    delivery: Delivery, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """It is not waited for, and not shown: it may tell an address."""

    class Faulty(NotifyBase):
        """A service with a bug."""

        service_name = "Faulty"

        def send(self, **_given: object) -> bool:
            """Fails."""
            raise fault

    with pytest.raises(NotTaken, match="did not take") as told:
        channel("json://127.0.0.1/")._notify(Faulty(), delivery)
    assert not isinstance(told.value, Unsure)
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("markup", "wanted"),
    [
        (NotifyFormat.HTML, "&lt;b&gt;x&lt;/b&gt;"),
        (NotifyFormat.MARKDOWN, "\\[a\\]"),
        (NotifyFormat.TEXT, "<b>x</b>"),
    ],
)
async def test_a_name_that_looks_like_markup_stays_a_name(
    delivery: Delivery, markup: NotifyFormat, wanted: str
) -> None:
    """Chats speak HTML or Markdown of their own; what is text for us must not become a link or vanish there."""
    taken: list[tuple[str, str]] = []

    class Chat(NotifyBase):
        """A service that keeps what it is sent, in its own markup; the title stands in the body."""

        service_name = "Chat"
        notify_format = markup
        title_maxlen = 0

        def send(self, body: str, title: str = "", **_given: object) -> bool:
            """Keeps it."""
            taken.append((title, body))
            return True

    hostile = replace(
        delivery, subject="Mất điện tại <i>An</i>", text="tại <b>x</b> [a](http://evil.example)"
    )
    channel("json://127.0.0.1/")._notify(Chat(), hostile)
    ((_, body),) = taken
    assert wanted in body
    assert ("<i>" in body) is (markup is NotifyFormat.TEXT)


async def test_an_answer_that_never_ends_is_not_kept(delivery: Delivery) -> None:
    """Whoever sits on the way to a mail server could fill the daemon's memory."""
    written = 0

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        with suppress(OSError):
            while written < 2_000_000:
                writer.write(b"220-a server of many words\r\n" * 100)
                written += 100
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotTaken, match="cannot be reached"):
            await channel(f"mailto://127.0.0.1:{port}?mode=insecure&from=a@example.gov.vn").send(delivery)
    assert written < 2_000_000
