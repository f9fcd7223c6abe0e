"""From settings to what a Prometheus is given to read us by: rules, the scrape job, our addresses. Pure."""

from collections.abc import Iterator
from ipaddress import ip_address

from exporters.rules.alerts import Wanted
from exporters.rules.estimates import Pace
from exporters.rules.scrape import Target, timeout
from netwatch.settings_sections import ListenerSettings, ProbeSettings, Settings

# The kinds of probes that decide whether lines, and devices of a site's core, are up.
DECIDING = ("icmp_echo", "snmp_interfaces", "snmp_path", "snmp_path_test")
LONGEST_SCRAPE, SHORTEST_SCRAPE = 15, 5


def scrape_interval(settings: Settings) -> int:
    """Seconds between scrapes: twice as often as anything is looked at, so that every look is seen before its value is
    taken back two intervals later; from 5 to 15."""
    pace = settings.intervals
    shortest = min(pace.witness, pace.core, pace.devices, pace.lines)
    return max(SHORTEST_SCRAPE, min(LONGEST_SCRAPE, int(shortest / 2)))


def pace(settings: Settings) -> Pace:
    """How late `_up` of a site or line may turn with these settings, at the worst of them."""
    own = tuple(_deciding(settings))
    ways = settings.intervals
    intervals = (ways.witness, ways.core, ways.lines, *(one.interval for one in own if one.interval))
    of = max((settings.hardening.of, *(one.of for one in own if one.of)))
    return Pace(of, max(intervals), scrape_interval(settings))


def _deciding(settings: Settings) -> Iterator[ProbeSettings]:
    return (one for name, one in settings.probes.items() if name in DECIDING)


def rules_wanted(
    settings: Settings, job: str, incidents: bool | None, target: float | None, runbooks: str
) -> Wanted:
    """What the rules are made for; `incidents` None leaves them out where an Alertmanager is told of them already."""
    told = any(one.alertmanager for one in settings.receivers.values())
    return Wanted(
        job=job,
        timeout=timeout(scrape_interval(settings)),
        incidents=not told if incidents is None else incidents,
        target=target,
        runbooks=runbooks,
    )


def own_targets(settings: Settings, host: str, address: str = "") -> tuple[Target, ...]:
    """Our instances: so far the daemon alone. `address` (host:port) goes before that of the settings; where those name
    no single address, `host` is how this machine is called."""
    section = settings.metrics
    return (Target(address or _address(section, host), bool(section.certificate and section.key)),)


def _address(section: ListenerSettings, host: str) -> str:
    if ip_address(section.host).is_unspecified:
        return f"{host}:{section.port}"
    return f"[{section.host}]:{section.port}" if ":" in section.host else f"{section.host}:{section.port}"
