"""Syslog messages as values: RFC 5424, RFC 3164, and what devices send that follows neither. Pure.

Whatever the bytes are, a message comes of them and nothing is raised: a line that follows no standard is text. What the
device claims of itself (its name, its clock) is kept as a claim; neither is believed anywhere.
"""

import re
import unicodedata
from typing import NamedTuple

# RFC 5424 section 6.1 asks for 2,048 at least; what is longer is cut.
MOST_BYTES = 8192
LONGEST_HOST = 255
LONGEST_STAMP = 48
# RFC 3164 section 4.3.3: who gives no priority is taken to have said user.notice.
DEFAULT_PRIORITY = 13
_HIGHEST_PRIORITY = 191
# RFC 5424 table 2.
SEVERITIES = ("emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug")
CODE_PAGE = "cp1258"

_PRIORITY = re.compile(r"<(\d{1,3})>")
_BSD = (
    r"[*.!]?(?:\d{4} )?(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[, ] ?)?"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2}(?: \d{4})? \d{1,2}:\d{2}:\d{2}(?:[.:]\d{1,6})?"
    r"(?: \d{4}(?= ))?(?: (?:AM|PM))?(?: [A-Z]{2,5}(?=:)| ?[+-]\d{2}:?\d{2})?(?: DST)?"
)
_ISO = r"\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z| ?[+-]\d{2}:?\d{2})?"
# Cisco: how long the device has been running.
_UPTIME = r"(?:\d{1,4}[ywdh]\d{1,2}[wdhm]|\d{1,3}:\d{2}:\d{2})(?=: )"
_STAMP = re.compile(rf"(?:{_BSD}|{_ISO}|{_UPTIME})")
# Cisco: `service sequence-numbers`, and the name that `logging origin-id` puts before.
_NUMBER = re.compile(r"\d{0,10}: ")
_ORIGIN = re.compile(r"([\w.-]{1,255}): (?=[*.!]?[A-Z0-9])")
_HOST = re.compile(r"(\S{1,255}) +")
_DEVICE_NAME = re.compile(r'\bdevname="?([^" ]{1,255})')
_FIELD = re.compile(r"(\S{1,255}) ")
_DATA = re.compile(r'(?:\[[^\s="\]]{1,64}(?: [^\s="\]]{1,64}="(?:[^"\\]|\\.)*")* ?\])+|-')
# So many bytes beyond ASCII in a row are no Vietnamese in a code page of single bytes: at most four stand together.
_CHINESE = re.compile(rb"[\x81-\xfe]{6}")
# A letter and the marks that follow it. To put many marks in order takes the square of their number, and no letter of
# any language has as many.
_MARKED = re.compile(r"[\0-\x7f]?[^\0-\x7f]{1,32}")


class SyslogMessage(NamedTuple):
    """One message. `severity` 0 (worst) to 7, `facility` 0 to 23; `host` and `stamp` as the sender claims them.

    `text` is one line without control characters. `form` is 5424, 3164 or bare; `cut` says that it was longer.
    """

    facility: int
    severity: int
    host: str
    stamp: str
    text: str
    form: str
    cut: bool = False


def read_message(data: bytes, code_page: str = CODE_PAGE) -> SyslogMessage:
    """The message in these bytes; `code_page` is what text is in that is neither UTF-8 nor plainly Chinese."""
    cut = len(data) > MOST_BYTES
    line = one_line(decoded(data[:MOST_BYTES], code_page))
    priority, rest = _priority(line)
    facility, severity = divmod(priority, 8)
    host, stamp, text, form = _rfc_5424(rest) or _rfc_3164(rest)
    return SyslogMessage(facility, severity, host[:LONGEST_HOST], stamp[:LONGEST_STAMP], text, form, cut)


def decoded(data: bytes, code_page: str) -> str:
    """Text of bytes whose encoding nobody tells: UTF-8, else GBK where it can be nothing else, else the code page."""
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        if error.end == len(data) and error.start > len(data) - 4:
            # A letter cut in two at the end of a message that is too long.
            return data[: error.start].decode()
    if _CHINESE.search(data):
        try:
            return data.decode("gbk")
        except UnicodeDecodeError:
            pass
    return _MARKED.sub(_composed, data.decode(code_page, "replace"))


def _composed(letters: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", letters[0])


def one_line(text: str) -> str:
    """The text with nothing in it that could move a cursor or break a line."""
    text = text.strip("\r\n\0 \t\ufeff")
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _priority(line: str) -> tuple[int, str]:
    found = _PRIORITY.match(line)
    if found is None or int(found[1]) > _HIGHEST_PRIORITY:
        return DEFAULT_PRIORITY, line
    return int(found[1]), line[found.end() :].lstrip()


def _rfc_5424(rest: str) -> tuple[str, str, str, str] | None:
    """Host, stamp, text and form; None when it is not what RFC 5424 section 6 describes."""
    if not rest.startswith("1 "):
        return None
    fields, at = [], 2
    for _ in range(5):
        found = _FIELD.match(rest, at)
        if found is None:
            return None
        fields.append("" if found[1] == "-" else found[1])
        at = found.end()
    stamp, host, name, process, identity = fields
    if stamp and not _STAMP.match(stamp):
        return None
    data = _DATA.match(rest, at)
    if data is None:
        return None
    said = rest[data.end() :].lstrip(" \ufeff")
    shown = (_named(name, process), identity and f"{identity}:", data[0] if data[0] != "-" else "", said)
    return host, stamp, " ".join(part for part in shown if part), "5424"


def _named(name: str, process: str) -> str:
    return f"{name}[{process}]:" if name and process else f"{name}:" if name else ""


def _rfc_3164(rest: str) -> tuple[str, str, str, str]:
    """The same of everything else."""
    at, host = 0, ""
    if number := _NUMBER.match(rest):
        at = number.end()
    stamp = _STAMP.match(rest, at)
    if stamp is None and (origin := _ORIGIN.match(rest, at)) and _STAMP.match(rest, origin.end()):
        host, at = origin[1], origin.end()
        stamp = _STAMP.match(rest, at)
    if stamp is None:
        named = _DEVICE_NAME.search(rest[:512])
        return (named[1] if named else ""), "", rest, "bare"
    body = rest[stamp.end() :]
    if body.startswith(":"):
        return host, stamp[0], body[1:].lstrip(), "3164"
    body = body.lstrip()
    named = _HOST.match(body)
    # A word with a colon, or in Huawei's and Cisco's way with a percent sign, is what speaks, not where.
    if named and not host and not named[1].endswith(":") and not named[1].startswith("%"):
        return named[1], stamp[0], body[named.end() :], "3164"
    return host, stamp[0], body, "3164"
