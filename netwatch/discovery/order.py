"""What a sweep is to ask, and what that costs: told before anything is sent. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from netwatch.discovery.contract import Place
from netwatch.discovery.ranges import RangeFault, Span, addresses, covers, parse, total
from netwatch.language import Sentence

ECHOES = 2
# TCP opens with one packet and, where nobody answers, repeats it once within the time allowed here.
_PACKETS_A_PORT = 3
# What a device that answers by SNMP takes, as recordings of real ones show: from a bare system group to a large switch.
DETAILS_LEAST, DETAILS_MOST = 5, 300
ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Order:
    """What a sweep asks: `places`, then those that answer by SNMP with `credentials`, and at `ports` (by name).

    Without `echo` everything is asked by SNMP, also what answers no echo. `hints`: devices are asked whom they have
    met. `rate` is packets a second, `devices` how many are asked at once.
    """

    places: tuple[Place, ...]
    credentials: tuple[str, ...] = ()
    ports: Mapping[str, int] | None = None
    echo: bool = True
    hints: bool = False
    rate: int = 50
    devices: int = 8
    snmp_port: int = 161


@dataclass(frozen=True, slots=True)
class Cost:
    """What an order sends, in packets and seconds: at least (nobody answers), and at most about (everybody does)."""

    addresses: int
    packets_least: int
    packets_most: int
    seconds_least: float
    seconds_most: float


def cost(order: Order) -> Cost:
    """The packets and the time of an order."""
    count = len(order.places)
    asking = len(order.credentials) * ATTEMPTS
    ports = len(order.ports or ()) * _PACKETS_A_PORT
    least = count * (ECHOES if order.echo else asking + ports)
    details = DETAILS_MOST if order.credentials else 0
    most = count * (ECHOES * order.echo + asking + ports + details)
    return Cost(count, least, most, least / order.rate, most / order.rate)


def chosen(
    allowed: Mapping[str, Sequence[str]], wanted: Sequence[str], domain: str | None, most: int
) -> tuple[Place, ...]:
    """The places of the wanted ranges (none wanted: of all allowed ones), each once.

    `allowed` are the ranges by routing domain; `domain` is needed only where an address may be asked in several. Raises
    RangeFault with what is wrong and what to do.
    """
    permitted = {name: [parse(text) for text in texts] for name, texts in allowed.items() if texts}
    if not permitted:
        text = (
            "Discovery may ask nothing yet. Write the networks that it may ask into the settings, by routing domain: "
            '[discovery] ranges = {{ main = ["10.1.0.0/24"] }}'
        )
        raise RangeFault(Sentence(text, {"section": "discovery"}))
    if domain is not None and domain not in permitted:
        params = {"domain": domain, "known": ", ".join(sorted(permitted))}
        text = "discovery.ranges names no routing domain '{domain}'. It names: {known}."
        raise RangeFault(Sentence(text, params))
    names = [domain] if domain is not None else sorted(permitted)
    spans = _by_domain(permitted, names, [parse(text) for text in wanted])
    _bounded(spans, most)
    return tuple(Place(name, address) for name in names for address in addresses(spans.get(name, [])))


def _by_domain(
    permitted: Mapping[str, Sequence[Span]], names: Collection[str], wanted: Sequence[Span]
) -> dict[str, Sequence[Span]]:
    if not wanted:
        return {name: permitted[name] for name in names}
    found: dict[str, list[Span]] = {}
    for span in wanted:
        found.setdefault(_domain_of(span, permitted, names), []).append(span)
    return dict(found)


def _domain_of(span: Span, permitted: Mapping[str, Sequence[Span]], names: Collection[str]) -> str:
    fitting = [name for name in names if covers(permitted[name], span)]
    if not fitting:
        inside = ", ".join(f"{name}: {', '.join(each.text for each in permitted[name])}" for name in names)
        text = "{range} is not inside the ranges that discovery may ask ({allowed}). Nothing was sent."
        raise RangeFault(Sentence(text, {"range": span.text, "allowed": inside}))
    if len(fitting) > 1:
        text = "{range} may be asked in several routing domains ({domains}). Choose one with --domain."
        raise RangeFault(Sentence(text, {"range": span.text, "domains": ", ".join(fitting)}))
    return fitting[0]


def _bounded(spans: Mapping[str, Sequence[Span]], most: int) -> None:
    count = sum(map(total, spans.values()))
    if count > most:
        text = (
            "{count} addresses are more than one sweep may ask ({most}, discovery.most). Name smaller ranges."
        )
        raise RangeFault(Sentence(text, {"count": count, "most": most}))
