"""What Prometheus alerts on: netwatch's own health, its incidents, its figures of record. Never on what it watches.

Who alerted on `netwatch_line_up` would hear of a cut line once for each thing behind it; netwatch finds the cause and
opens one incident. Texts: messages.py.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from string import Template

from exporters.rules.messages import PLACES, TEXTS
from exporters.rules.model import Group, Rule

Translate = Callable[[str], str]
DAY = 86_400
# Two and a half weeks to renew a certificate, and the days in which it becomes urgent.
RENEW, URGENT = 18 * DAY, 3 * DAY
# More than this one netwatch is not made for.
MOST_SERIES = 1_000_000
INCIDENT = "NetwatchIncident"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: what it asks, for how long that must hold, and how bad it is (in the words of incidents)."""

    name: str
    expr: str
    hold: str
    severity: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rules are made for.

    `job` is the name of the scrape job, `timeout` its scrape_timeout in seconds. Without `incidents` those are left
    out: an Alertmanager that netwatch itself tells has them. With `target` (percent) months below it are told.
    `runbooks` is the address at which docs/prometheus.md can be read.
    """

    job: str = "netwatch"
    timeout: float = 10
    incidents: bool = True
    target: float | None = None
    runbooks: str = "docs/prometheus.md"


def rose(series: str, window: str) -> str:
    """An expression for counters that have grown within a window, also those that began in it."""
    return f"increase({series}[{window}]) > 0 or ({series} > 0 unless {series} offset {window})"


def share(part: str, whole: str, window: str) -> str:
    """One counter's growth by another's."""
    one, other = (f"sum by (job, instance) (rate({series}[{window}]))" for series in (part, whole))
    return f"{one} / {other}"


# That a netwatch is blind is an incident of its own; only where none tells it, it is told from here.
BLIND = 'netwatch_vantage_blind == 1 unless on (job, instance) netwatch_incident_info{nature="blindness"}'
SEES_LITTLE = (
    "avg by (job, instance) (netwatch_probe_completeness_ratio) < 0.5"
    " unless on (job, instance) netwatch_incident_open"
)
LEFT = "netwatch_certificate_expiry_timestamp_seconds - time()"

HEALTH = (
    Alert("NetwatchIsDown", 'up{job="$job"} == 0', "3m", "critical"),
    Alert("NetwatchIsAbsent", 'absent(up{job="$job"})', "3m", "critical"),
    Alert("NetwatchIsNotReady", "netwatch_ready == 0", "10m", "critical"),
    Alert("NetwatchIsBlind", BLIND, "5m", "critical"),
    Alert("NetwatchStoreIsBehind", "netwatch_store_behind_seconds > 60", "5m", "major"),
    Alert("NetwatchRestartsOften", "changes(netwatch_start_timestamp_seconds[1h]) > 2", "0m", "major"),
    Alert("NetwatchLooksLate", "netwatch_scheduler_lag_seconds > 60", "10m", "major"),
    Alert("NetwatchSeesLittle", SEES_LITTLE, "30m", "major"),
    Alert("NetwatchChannelFails", "netwatch_receiver_up == 0", "15m", "major"),
    Alert("NetwatchGaveUpMessages", rose("netwatch_notifications_dead_total", "1h"), "0m", "major"),
    Alert("NetwatchHeartbeatIsLost", "netwatch_heartbeat_heard == 0", "10m", "major"),
    Alert("NetwatchCertificateIsEnding", f"{LEFT} < {URGENT}", "10m", "major"),
    Alert("NetwatchCertificateEnds", f"{LEFT} < {RENEW} and {LEFT} >= {URGENT}", "1h", "minor"),
    Alert(
        "NetwatchRunsOutOfFiles",
        'process_open_fds{job="$job"} / process_max_fds{job="$job"} > 0.8',
        "15m",
        "major",
    ),
    Alert(
        "NetwatchSkipsLooks",
        share('netwatch_rounds_total{fate="skipped"}', "netwatch_looks_total", "15m") + " > 0.05",
        "15m",
        "minor",
    ),
    Alert("NetwatchReloadRefused", "netwatch_reload_in_force == 0", "10m", "minor"),
    Alert("NetwatchClockSteps", "increase(netwatch_clock_steps_total[1h]) > 2", "0m", "minor"),
    Alert("NetwatchClockIsAhead", "netwatch_clock_ahead_seconds >= 2", "10m", "minor"),
    Alert("NetwatchScrapeIsSlow", 'scrape_duration_seconds{job="$job"} > $slow', "15m", "minor"),
    Alert("NetwatchHasNoAnchors", "netwatch_vantage_anchors == 0", "1h", "notice"),
    Alert(
        "NetwatchIsNotLive",
        "netwatch_notifications_live == 0 and on (job, instance) netwatch_receiver_up",
        "1d",
        "notice",
    ),
    Alert("NetwatchHasBugs", rose('netwatch_transport_events_total{event="bugs"}', "1h"), "0m", "notice"),
    Alert(
        "NetwatchLosesSyslog",
        'sum by (job, instance) (increase(netwatch_syslog_messages_total{outcome=~"queue|store|buffer"}[15m])) > 0',
        "15m",
        "notice",
    ),
    Alert("NetwatchHasManySeries", f'scrape_samples_scraped{{job="$job"}} > {MOST_SERIES}', "1h", "notice"),
)

# An incident that was open when netwatch fell silent goes on: its silence is no recovery. ALERTS is what this very rule
# said a moment ago.
SILENT = 'up{job="$job"} == 0 or netwatch_ready{job="$job"} == 0'
OPEN = (
    "max by (job, instance, incident, severity) (netwatch_incident_open == 1"
    f' or (ALERTS{{alertname="{INCIDENT}", alertstate="firing"}} and on (job, instance) ({SILENT})))'
)


def month(classes: str) -> str:
    """Seconds of this month by site, of the classes that fit."""
    return f'sum without (class) (netwatch_site_seconds{{period="month", class=~"{classes}"}})'


# They are counted every minute.
OLD = "time() - netwatch_availability_timestamp_seconds > 900"
# So many sites, once a day of the month has passed: one alert, whatever befell them was told when it did.
WHOLE = f"({month('.+')} > {DAY})"
UNMEASURED = f"count by (job, instance) ({month('unknown')} / {WHOLE} > 0.1)"
BELOW = f"count by (job, instance) ({month('up')} / ({month('up|down')} > 0) < $target and {WHOLE})"


def alert_groups(wanted: Wanted, translate: Translate) -> tuple[Group, ...]:
    """Health, incidents and records, with texts in the language of `translate`."""
    records = [
        Alert("NetwatchFiguresAreOld", OLD, "10m", "minor"),
        Alert("NetwatchMonthIsUnmeasured", UNMEASURED, "1h", "notice"),
    ]
    if wanted.target is not None:
        records.append(Alert("NetwatchMonthIsBelowTarget", BELOW, "1h", "minor"))
    incidents = [Alert(INCIDENT, OPEN, "0m", "")] if wanted.incidents else []
    named = (("health", HEALTH), ("incidents", incidents), ("records", records))
    return tuple(
        Group(f"netwatch-{name}", list(_rules(alerts, wanted, translate))) for name, alerts in named if alerts
    )


def _rules(alerts: Iterable[Alert], wanted: Wanted, translate: Translate) -> Iterator[Rule]:
    known = {
        "job": wanted.job,
        "slow": f"{wanted.timeout * 0.8:g}",
        "target": f"{(wanted.target or 0) / 100:.6g}",
    }
    for alert in alerts:
        yield Rule(
            Template(alert.expr).substitute(known),
            alert=alert.name,
            hold=alert.hold,
            labels={"severity": alert.severity} if alert.severity else {},
            annotations={
                "summary": _text(f"{alert.name}.summary", translate),
                "description": _text(f"{alert.name}.description", translate),
                "runbook_url": f"{wanted.runbooks}#{alert.name.lower()}",
            },
        )


def _text(code: str, translate: Translate) -> str:
    return translate(TEXTS[code]).format(**PLACES)
