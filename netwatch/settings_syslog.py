"""The section [syslog]."""

from ipaddress import ip_address
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from netwatch.settings_base import Mark, PathText, Section, YesNo, count
from netwatch.settings_faults import refuse

LOOPBACK = "127.0.0.1"


def _place(text: str) -> str:
    if text:
        place(text)
    return text


def place(text: str) -> tuple[str, int]:
    """(address, port) of '0.0.0.0:514' or '[::]:514'; of a port alone those of this machine only."""
    host, _, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]") or LOOPBACK
    if not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        refuse("write it as address:port, for example 0.0.0.0:514, or as a port alone for this machine only.")
    try:
        return str(ip_address(bare)), int(port)
    except ValueError:
        refuse("'{text}' is not an IP address.", text=bare)


def _code_page(name: str) -> str:
    try:
        b"a".decode(name)
    except (LookupError, ValueError):
        refuse("'{text}' is no code page; write cp1258, gbk or latin-1.", text=name)
    return name


Place = Annotated[str, AfterValidator(_place), Mark.FIXED]


class SyslogSettings(Section):
    """[syslog]: nothing is taken in unless an address is named."""

    udp: Place = ""
    tcp: Place = ""
    tls: Place = ""
    certificate: Annotated[PathText, Mark.FIXED] = ""
    key: Annotated[PathText, Mark.FIXED] = ""
    client_ca: Annotated[PathText, Mark.FIXED] = ""
    rate: Annotated[int, count(1, 100_000)] = 100
    burst: Annotated[int, count(1, 1_000_000)] = 1000
    total: Annotated[int, count(1, 1_000_000)] = 2000
    queue: Annotated[int, count(1000, 1_000_000)] = 20_000
    connections: Annotated[int, count(1, 10_000)] = 200
    keep_days: Annotated[int, count(1, 3650)] = 30
    keep_messages: Annotated[int, count(1000, 1_000_000_000)] = 10_000_000
    events: YesNo = True
    code_page: Annotated[str, AfterValidator(_code_page)] = "cp1258"
    receive_buffer: Annotated[int, count(65_536, 1 << 30), Mark.FIXED] = 8_388_608

    @property
    def wanted(self) -> dict[str, tuple[str, int]]:
        """The addresses that are named, by way: udp, tcp, tls."""
        named = {"udp": self.udp, "tcp": self.tcp, "tls": self.tls}
        return {way: place(text) for way, text in named.items() if text}

    @model_validator(mode="after")
    def _certificate(self) -> Self:
        if bool(self.certificate) != bool(self.key):
            refuse("certificate and key go together: name both or neither.")
        if self.tls and not self.certificate:
            refuse("tls needs certificate and key.")
        return self
