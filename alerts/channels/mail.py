"""Hands a mail to a server, under our own Message-ID and knowing how far it got; blocking, for a thread.

The address is Apprise's: it knows the servers and modes of common providers. Apprise's own way of sending is not taken
because it makes up a new Message-ID each time and does not tell a refusal from an answer that was lost (RFC 5321,
section 4.2.5: the server is responsible from its reply to the end of the data on).
"""

import smtplib
import ssl
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime
from typing import BinaryIO

from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.email.common import SecureMailMode

from alerts.channels.contract import Delivery, NotTaken, Unsure

SHORTEST_PATIENCE = 30
MOST_LINES = 1000
PLAIN_TEXT = "text"
SUBJECT = "Subject"
WITH_WORDS = ("From", "To", "Cc", "Reply-To", SUBJECT)
GOOD = 250
TAKEN = (250, 251)


class _Answers:
    """What a server says: no more than any honest one does in a whole session."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._left = source, MOST_LINES

    def readline(self, most: int) -> bytes:
        """The next line; OSError where there are too many."""
        self._left -= 1
        if self._left < 0:
            raise OSError("too many lines")
        return self._source.readline(most)

    def close(self) -> None:
        """No more is read."""
        self._source.close()


class _Server(smtplib.SMTP):
    """smtplib would read the lines of an answer that never ends into memory."""

    def getreply(self) -> tuple[int, bytes]:
        """The next answer."""
        if self.file is None and self.sock is not None:
            self.file = _Answers(self.sock.makefile("rb"))
        return super().getreply()


class _ServerTLS(_Server, smtplib.SMTP_SSL):
    """The same with TLS from the first byte on."""


def post(address: NotifyEmail, delivery: Delivery, form: str, most: float = SHORTEST_PATIENCE) -> int:
    """Hand it over in one transaction; returns how many recipients were refused while others were not.

    The server is given `most` seconds to answer at all, so that one out of reach is known to be, however short the
    deadline.

    Raises NotTaken where nobody will get it, Unsure where the server's last word was lost.
    """
    mail = _in_bytes(address, delivery, form)
    try:
        client = _connected(address, most)
    except ssl.SSLCertVerificationError:
        raise NotTaken("untrusted") from None
    except smtplib.SMTPAuthenticationError:
        raise NotTaken("login") from None
    except (OSError, smtplib.SMTPException, RuntimeError, ValueError):
        raise NotTaken("unreachable") from None
    try:
        return _handed_over(client, address, mail)
    finally:
        client.close()


def _in_bytes(address: NotifyEmail, delivery: Delivery, form: str) -> bytes:
    try:
        return written(composed(address, delivery, form))
    except (ValueError, LookupError, TypeError, AttributeError, MessageError):
        # Letters that are none, or headers of the address that cannot be.
        raise NotTaken("unwritable") from None


def composed(address: NotifyEmail, delivery: Delivery, form: str) -> EmailMessage:
    """The mail: text, and HTML beside it unless `form` is 'text'."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = _named(*address.from_addr)
    mail["To"] = [_named(*target) for target in address.targets]
    if address.cc:
        mail["Cc"] = [_named("", to) for to in sorted(address.cc)]
    if address.reply_to:
        mail["Reply-To"] = [_named("", to) for to in sorted(address.reply_to)]
    mail["Subject"] = " ".join(delivery.subject.split())
    mail["Date"] = format_datetime(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=delivery.at))
    mail["Message-ID"] = delivery.reference
    # RFC 3834, section 5: nobody's absence is answered to us.
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in address.headers.items():
        if name not in mail:
            mail[name] = " ".join(value.split())
    mail.set_content(delivery.text)
    if form != PLAIN_TEXT:
        mail.add_alternative(delivery.html, subtype="html")
    return mail


def written(mail: EmailMessage) -> bytes:
    """The mail as it travels; takes the headers with names and subject out of it.

    Python 3.11 folds a header word by word and loses blanks between two encoded words; it writes these as one text.
    """
    lines = [f"{name}: {_encoded(mail, name)}" for name in WITH_WORDS if name in mail]
    for name in WITH_WORDS:
        del mail[name]
    return "".join(f"{line}\r\n" for line in lines).encode() + mail.as_bytes()


def _encoded(mail: EmailMessage, name: str) -> str:
    header = mail[name]
    if name == SUBJECT:
        return _in_words(str(header), name)
    return ",\r\n ".join(map(_mailbox, header.addresses))


def _mailbox(address: Address) -> str:
    if not address.display_name or address.display_name.isascii():
        return str(address)
    return f"{_in_words(address.display_name, SUBJECT)}\r\n <{address.addr_spec}>"


def _in_words(text: str, name: str) -> str:
    """A text as encoded words (RFC 2047), folded; plain while it is ASCII."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name=name).encode(linesep="\r\n")


def _named(name: object, address: object) -> Address:
    """A name and its address; Apprise writes False for no name."""
    try:
        return Address(display_name=str(name) if name else "", addr_spec=str(address))
    except (ValueError, IndexError, MessageError):
        raise NotTaken("address") from None


def _connected(address: NotifyEmail, most: float) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if not address.verify_certificate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, port = address.smtp_host, address.port or 0
    patience = max(SHORTEST_PATIENCE, address.socket_connect_timeout or 0)
    at_first = min(patience, most)
    if address.secure_mode == SecureMailMode.SSL:
        client: smtplib.SMTP = _ServerTLS(host, port, timeout=at_first, context=context)
    else:
        client = _Server(host, port, timeout=at_first)
    try:
        if address.secure_mode == SecureMailMode.STARTTLS:
            client.starttls(context=context)
        if address.user and address.password:
            client.login(address.user, address.password)
        client.ehlo_or_helo_if_needed()
        if client.sock is not None:
            client.sock.settimeout(patience)
    except (OSError, smtplib.SMTPException, RuntimeError, ValueError):
        client.close()
        raise
    return client


def _handed_over(client: smtplib.SMTP, address: NotifyEmail, mail: bytes) -> int:
    recipients = list(dict.fromkeys([*(to for _, to in address.targets), *address.cc, *address.bcc]))
    try:
        if client.mail(str(address.from_addr[1]))[0] != GOOD:
            raise NotTaken("refused")
        taken = [to for to in recipients if client.rcpt(to)[0] in TAKEN]
        if not taken:
            raise NotTaken("recipients")
    except (OSError, smtplib.SMTPException, ValueError):
        raise NotTaken("unreachable") from None
    try:
        code, _ = client.data(mail)
    except smtplib.SMTPDataError:
        raise NotTaken("refused") from None
    except (OSError, smtplib.SMTPException):
        raise Unsure("late") from None
    if code != GOOD:
        raise NotTaken("refused")
    return len(recipients) - len(taken)
