"""What a Cisco codec says of itself by its xAPI: `/Status` of TC, CE and RoomOS as XML. Pure.

Names by the API reference guides of TC7, CE9 and RoomOS 11; they differ between these, and in upper and lower case.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from probes.conferencing.xml import Element, read
from probes.transports.errors import BadAnswer

_WANTED = frozenset(
    {"sip", "h323", "call", "mediachannels", "systemunit", "diagnostics", "standby", "conference"}
)
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,6})?")
_CHANNEL = re.compile(r"(incoming|outgoing)(audio|video|data)?channel")
_ITEM = re.compile(r"[\w-]{1,20}")
# SIP Registration Status and H.323 Gatekeeper Status; what is neither is switched off (Inactive, Deregister).
_REGISTERED = frozenset({"registered"})
_TRYING = frozenset({"failed", "registering", "rejected", "required", "discovering", "timeout", "error"})
_ENDED = frozenset({"", "idle", "disconnecting", "disconnected"})
_GRAVE = ("critical", "error")
_HOT = frozenset({"high", "critical"})
_MILLISECOND = 0.001
_MOST_CHANNELS = 40


@dataclass(frozen=True, slots=True)
class Registration:
    """Whether the codec is registered, and with whom; None when it is not meant to be, or does not tell."""

    holds: bool | None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """One stream of a call, ratios and seconds; None: not told. `part` is such as 'incoming video'."""

    part: str
    loss: float | None
    jitter: float | None
    round_trip: float | None


@dataclass(frozen=True, slots=True)
class Codec:
    """What a codec says. `faults` are its diagnostics that need somebody, and heat; `messages` count them by level."""

    registration: Registration
    calls: int
    channels: tuple[Channel, ...]
    faults: tuple[str, ...]
    messages: Mapping[str, int]
    identity: Mapping[str, str]
    uptime: float | None = None
    temperature: float | None = None
    standby: str = ""


def codec(document: bytes) -> Codec:
    """Read the answer to `getxml?location=/Status`; raises BadAnswer for anything else."""
    status = read(document, _WANTED)
    if status.name != "status":
        raise BadAnswer(f"XML <{status.name[:40]}>")
    unit = next(status.all("systemunit"), Element(""))
    messages = _messages(status)
    hot = _heat(unit)
    grave = [words for wanted in _GRAVE for level, words in messages if level == wanted]
    return Codec(
        registration=_registration(status),
        calls=sum(_alive(call) for call in status.all("call")),
        channels=tuple(_channels(status)),
        faults=(*hot, *grave),
        messages=MappingProxyType(_counted([level for level, _ in messages])),
        identity=MappingProxyType(_identity(status, unit)),
        uptime=_number(unit.at("uptime")),
        temperature=_number(unit.at("hardware", "temperature")),
        standby=_standby(status),
    )


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _registration(status: Element) -> Registration:
    """Registered anywhere is registered: calls come in that way."""
    told = [
        *(("SIP", entry.at("status") or entry.text) for entry in _below(status, "sip", "registration")),
        *(("H.323", entry.at("status")) for entry in _below(status, "h323", "gatekeeper")),
    ]
    good = [f"{protocol} {words}" for protocol, words in told if words.lower() in _REGISTERED]
    bad = [f"{protocol} {words}" for protocol, words in told if words.lower() in _TRYING]
    if good or bad:
        return Registration(bool(good), ", ".join(good or bad)[:200])
    return Registration(None, ", ".join(f"{protocol} {words}" for protocol, words in told if words)[:200])


def _below(status: Element, tree: str, name: str) -> Iterator[Element]:
    return (entry for branch in status.all(tree) for entry in branch.below(name))


def _alive(call: Element) -> bool:
    """Whether a call is under way; TC tells its state as an attribute, and of one that is gone only `ghost`."""
    state = call.at("status") or call.attributes.get("status", "")
    return "ghost" not in call.attributes and state.lower() not in _ENDED


def _channels(status: Element) -> Iterator[Channel]:
    """Numbered where several are alike; TC tells them below Diagnostics where it has no MediaChannels."""
    found = [pair for tree in status.all("mediachannels") for pair in _netstats(tree)]
    found = found or [pair for tree in status.all("diagnostics") for pair in _netstats(tree)]
    seen: dict[str, int] = {}
    for channel, netstat in found[:_MOST_CHANNELS]:
        name = _channel_name(channel)
        if not name:
            continue
        seen[name] = seen.get(name, 0) + 1
        part = name if seen[name] == 1 else f"{name} {seen[name]}"
        jitter, round_trip = (_number(netstat.at(key)) for key in ("jitter", "roundtriptime"))
        yield Channel(part, _loss(netstat), _seconds(jitter), _seconds(round_trip))


def _netstats(tree: Element) -> Iterator[tuple[Element, Element]]:
    for child in tree.children:
        if child.name == "netstat":
            yield tree, child
        yield from _netstats(child)


def _channel_name(channel: Element) -> str:
    """'incoming video' by the elements of CE, else by the element's own name (TC); '' for what tells neither."""
    by_name = _CHANNEL.fullmatch(channel.name)
    direction = channel.at("direction").lower() or (by_name[1] if by_name else "")
    kind = channel.at("type").lower() or (by_name[2] or "" if by_name else "")
    if channel.at("video", "channelrole").lower() == "presentation":
        kind = "presentation"
    words = f"{direction} {kind}".strip()
    return words if direction in ("incoming", "outgoing") and _ITEM.fullmatch(kind or "x") else ""


def _loss(netstat: Element) -> float | None:
    """The share lost in the last interval; of an interval in which nothing was due there is none."""
    lost, received = _number(netstat.at("lastintervallost")), _number(netstat.at("lastintervalreceived"))
    if lost is None or received is None or lost + received == 0:
        return None
    return lost / (lost + received)


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds * _MILLISECOND


def _messages(status: Element) -> list[tuple[str, str]]:
    """(level in lower case, what it says) of the codec's own diagnostics."""
    found = (message for tree in status.all("diagnostics") for message in tree.all("message"))
    return [
        (each.at("level").lower(), f"{each.at('type')}: {each.at('description')}".strip(": ")[:200])
        for each in found
    ]


def _counted(levels: list[str]) -> dict[str, int]:
    return {level: levels.count(level) for level in ("warning", "error", "critical")}


def _heat(unit: Element) -> Iterator[str]:
    for part in ("temperature", "fan"):
        state = unit.at("hardware", "monitoring", part, "status")
        if state.lower() in _HOT or "fault" in state.lower() or "fail" in state.lower():
            yield f"{part}: {state}"[:100]


def _identity(status: Element, unit: Element) -> dict[str, str]:
    told = {
        "vendor": "Cisco",
        "model": unit.at("productplatform") or unit.at("productid") or status.attributes.get("product", ""),
        "serial": unit.at("hardware", "module", "serialnumber"),
        "version": unit.at("software", "displayname") or unit.at("software", "version"),
    }
    return {name: words[:200] for name, words in told.items() if words}


def _standby(status: Element) -> str:
    return next((tree.at("state") or tree.at("active") for tree in status.all("standby")), "")[:40]
