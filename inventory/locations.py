"""Where a service is looked at, as people write it in a sheet, and what a good answer holds. Pure, bounded.

    https://cong.tinh.example/trang-chu   tcp://10.1.0.5:1433?tls=1     dns://10.1.0.2/tinh.example?type=MX
    smtp://thu.tinh.example?starttls=1    smtps://thu.tinh.example      rtsp://10.1.9.8/kenh1
    sip:10.1.0.9;transport=tcp            sips:hop.tinh.example         h323://10.1.0.9    ssh://10.1.0.4

Expectations: `status=200`, `status=200-299`, `text=Trang chủ`, `answer=10.1.0.5`.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from inventory.faults import CellFault

MAX_LOCATION: Final = 2000
# IANA's registry; None: a port must be written.
PORTS: Final[Mapping[str, int | None]] = MappingProxyType(
    {
        "http": 80,
        "https": 443,
        "tcp": None,
        "dns": 53,
        "smtp": 25,
        "smtps": 465,
        "rtsp": 554,
        "sip": 5060,
        "sips": 5061,
        "h323": 1720,
        "ssh": 22,
    }
)
_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"tcp": ("tls",), "dns": ("type",), "smtp": ("starttls",), "sip": ("transport",), "sips": ("transport",)}
)
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"tls": ("0", "1"), "starttls": ("0", "1"), "transport": ("udp", "tcp", "tls")}
)
# Those of which the whole rest, a query too, belongs to the path.
_PATHS: Final = ("http", "https", "rtsp")
EXPECTATIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"http": ("status", "text"), "https": ("status", "text"), "dns": ("answer",)}
)

_LOCATION = re.compile(
    r"([A-Za-z][A-Za-z0-9]{1,9}):(//)?(?:([^/?#;@\s]*)@)?"
    r"(\[[0-9A-Fa-f:.]+\]|[^/?#;:@\s]+)(?::(\d{1,9}))?(\S*)",
    re.ASCII,
)
_HOST = re.compile(r"(?!-)[\w-]{1,63}(?:\.[\w-]{1,63})*\.?")
_STATUS = re.compile(r"[1-5]\d\d(?:-[1-5]\d\d)?", re.ASCII)
_TYPE = re.compile(r"[A-Z0-9]{1,10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Location:
    """Where a service is looked at: `host` is an address or a name, `path` what follows it, `user` who is meant (sip).

    `url` is the whole for those that are asked by it.
    """

    scheme: str
    host: str
    port: int
    path: str = ""
    user: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    url: str = ""


def read_location(text: str) -> Location:
    """The location a text names; raises CellFault."""
    match = _LOCATION.fullmatch(text)
    scheme = match[1].lower() if match else ""
    if match is None or len(text) > MAX_LOCATION or scheme not in PORTS or not text.isprintable():
        raise CellFault("location_not_probed", value=text)
    sip = scheme in ("sip", "sips")
    if bool(match[2]) == sip:
        raise CellFault("location_not_probed", value=text)
    if match[3] is not None and (not sip or ":" in match[3]):
        raise CellFault("location_with_login")
    path, options = _rest(scheme, match[6], text)
    return Location(
        scheme, _host(match[4], text), _port(scheme, match[5], text), path, match[3] or "", options, text
    )


def _host(given: str, text: str) -> str:
    bare = given.removeprefix("[").removesuffix("]")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        # Digits and dots alone would be a mistyped address.
        if given != bare or len(bare) > 253 or not _HOST.fullmatch(bare) or not re.search(r"[^\d.]", bare):
            raise CellFault("location_not_probed", value=text) from None
        return bare.lower()


def _port(scheme: str, given: str | None, text: str) -> int:
    port = int(given) if given else PORTS[scheme]
    if port is None:
        raise CellFault("location_without_port", value=text)
    if not 1 <= port <= 65535:
        raise CellFault("protocol_port", value=text, port=port)
    return port


def _rest(scheme: str, rest: str, text: str) -> tuple[str, Mapping[str, str]]:
    if scheme in _PATHS:
        if rest and rest[0] not in "/?":
            raise CellFault("location_not_probed", value=text)
        return rest, MappingProxyType({})
    mark = ";" if scheme in ("sip", "sips") else "?"
    path, _, query = rest.partition(mark)
    if path not in ("", "/") and scheme != "dns":
        raise CellFault("location_not_probed", value=text)
    if scheme == "dns" and not _HOST.fullmatch(path.removeprefix("/")):
        raise CellFault("location_without_name", value=text)
    return path, _options(scheme, query)


def _options(scheme: str, query: str) -> Mapping[str, str]:
    known, found = _OPTIONS.get(scheme, ()), dict[str, str]()
    for part in re.split("[&;]", query) if query else ():
        name, _, value = part.partition("=")
        if name not in known or name in found:
            raise CellFault("point_unknown_option", value=part, allowed=", ".join(known) or "-")
        value = value.upper() if name == "type" else value.lower()
        if not _fits(name, value):
            allowed = ", ".join(_CHOICES.get(name, ("A, AAAA, MX, TXT",)))
            raise CellFault("point_option", option=name, value=value, allowed=allowed)
        found[name] = value
    return MappingProxyType(found)


def _fits(name: str, value: str) -> bool:
    return bool(_TYPE.fullmatch(value)) if name == "type" else value in _CHOICES[name]


def read_expectations(texts: Sequence[str], scheme: str = "") -> Mapping[str, tuple[str, ...]]:
    """What a good answer holds, by name; raises CellFault for what says nothing about answers of this scheme.

    With '' for the scheme, for what says nothing about any.
    """
    known = EXPECTATIONS.get(scheme, ()) if scheme else ("status", "text", "answer")
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, _, value = text.partition("=")
        name, value = name.strip().lower(), value.strip()
        if name not in known or not value:
            raise CellFault(
                "expectation_unknown", value=text, allowed=", ".join(f"{one}=" for one in known) or "-"
            )
        if name == "status" and not _STATUS.fullmatch(value):
            raise CellFault("expectation_status", value=text)
        found[name] = (*found.get(name, ()), value)
    return MappingProxyType(found)
