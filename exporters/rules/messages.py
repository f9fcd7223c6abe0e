"""What alerts say: templates in English by alert and annotation, which `netwatch` translates; `PLACES` fill them.

A place is what Prometheus puts in when it alerts (https://prometheus.io/docs/prometheus/latest/configuration/
template_reference/).
"""

from collections.abc import Mapping
from types import MappingProxyType

ANNOTATIONS = ("summary", "description")
# What is known of an incident beside its number; nothing while netwatch is silent.
_INFO = 'printf "netwatch_incident_info{instance=%q,incident=%q}" $labels.instance $labels.incident | query'

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "instance": "{{ $labels.instance }}",
        "vantage": "{{ $labels.vantage }}",
        "receiver": "{{ $labels.receiver }}",
        "listener": "{{ $labels.listener }}",
        "incident": "{{ $labels.incident }}",
        "severity": "{{ $labels.severity }}",
        "name": f'{{{{ with {_INFO} }}}}: {{{{ . | first | label "name" }}}}{{{{ end }}}}',
        "value": "{{ $value | humanize }}",
        "share": "{{ $value | humanizePercentage }}",
        "lasting": "{{ $value | humanizeDuration }}",
    }
)

# Summary and description of each alert.
ALERTS: Mapping[str, tuple[str, str]] = {
    "NetwatchIsDown": (
        "netwatch at {instance} does not answer",
        (
            "Prometheus has had no answer for three minutes. Nobody is told of any fault until netwatch runs "
            "again. On its machine: systemctl status netwatch; netwatch doctor."
        ),
    ),
    "NetwatchIsAbsent": (
        "Prometheus knows of no netwatch",
        (
            "No target of the scrape job is there, so that nobody would notice if netwatch were gone. See how"
            " Prometheus finds its targets (prometheus.yml, the file or the address of the discovery)."
        ),
    ),
    "NetwatchIsNotReady": (
        "netwatch at {instance} is not ready",
        (
            "It has been running for ten minutes without storing a first result. See /healthz and the log: "
            "journalctl -u netwatch."
        ),
    ),
    "NetwatchIsBlind": (
        "netwatch at {instance} cannot see (vantage {vantage})",
        (
            "None of its anchors answers and no incident says so. Until one does, nothing it watches is "
            "known. See its own uplink, its gateway and [anchors] of the settings."
        ),
    ),
    "NetwatchStoreIsBehind": (
        "netwatch at {instance} cannot store what it sees",
        "What is stored is {lasting} behind what is shown. See free space and the database: netwatch doctor.",
    ),
    "NetwatchRestartsOften": (
        "netwatch at {instance} restarts again and again",
        (
            "{value} times within an hour. Every restart leaves a gap that nothing is known of. See "
            "journalctl -u netwatch."
        ),
    ),
    "NetwatchLooksLate": (
        "netwatch at {instance} is late with its looks",
        (
            "The most overdue look has been due for {lasting}. See the load of the machine, and "
            "looks.concurrency and looks.workers of the settings."
        ),
    ),
    "NetwatchSeesLittle": (
        "netwatch at {instance} learns little from its looks",
        (
            "Only {share} of the looks due gave a result, on average over the agencies, and no incident is "
            "open that would explain it. See netwatch status and netwatch doctor."
        ),
    ),
    "NetwatchChannelFails": (
        "{receiver} cannot be told anything by netwatch at {instance}",
        (
            "The channel of this receiver has refused messages for a quarter of an hour. See netwatch notify "
            "queue, and try it with netwatch notify test {receiver}."
        ),
    ),
    "NetwatchGaveUpMessages": (
        "netwatch at {instance} gave up messages to {receiver}",
        "They will not be sent any more. netwatch notify queue shows them and why.",
    ),
    "NetwatchHeartbeatIsLost": (
        "The heartbeat of netwatch at {instance} is not heard",
        (
            "Whoever [heartbeat] of the settings names has not taken it for ten minutes. If netwatch died "
            "now, nobody outside would notice."
        ),
    ),
    "NetwatchCertificateIsEnding": (
        "The certificate of {listener} of netwatch at {instance} is about to end",
        "In {lasting} nobody will be let in any more. Put a new one in place and restart netwatch.",
    ),
    "NetwatchCertificateEnds": (
        "The certificate of {listener} of netwatch at {instance} ends soon",
        "In {lasting}. Put a new one in place and restart netwatch.",
    ),
    "NetwatchRunsOutOfFiles": (
        "netwatch at {instance} runs out of open files",
        (
            "{share} of the descriptors it may have are in use. See LimitNOFILE= of its unit and "
            "connections.limit of the settings."
        ),
    ),
    "NetwatchSkipsLooks": (
        "netwatch at {instance} leaves out looks",
        (
            "{share} of the looks were skipped in the last quarter of an hour, since the ones before were not"
            " over. See the load of the machine and [intervals] of the settings."
        ),
    ),
    "NetwatchReloadRefused": (
        "netwatch at {instance} refused its new settings or inventory",
        (
            "It goes on with those it had. netwatch check says what is wrong with the new ones; then netwatch"
            " reload."
        ),
    ),
    "NetwatchClockSteps": (
        "The clock of netwatch at {instance} keeps being set",
        (
            "{value} steps within an hour, and every one leaves a sliver of unknown time. See chronyc "
            "tracking or timedatectl."
        ),
    ),
    "NetwatchClockIsAhead": (
        "The clock of netwatch at {instance} was set back",
        (
            "netwatch is {lasting} ahead of it and waits until it has caught up. See chronyc tracking or "
            "timedatectl."
        ),
    ),
    "NetwatchScrapeIsSlow": (
        "netwatch at {instance} is read slowly",
        (
            "Reading it takes {lasting}, which is near scrape_timeout. See how many series it has "
            "(docs/metrics.md) and the load of the machine."
        ),
    ),
    "NetwatchHasNoAnchors": (
        "netwatch at {instance} has no anchors",
        (
            "When its own uplink fails, everything will be called down. Name two devices close to it that are"
            " always on: anchors.addresses of the settings."
        ),
    ),
    "NetwatchIsNotLive": (
        "netwatch at {instance} tells nobody yet",
        (
            "Receivers are set, and for a day their messages have only been written down. When they are "
            "right: netwatch notify go-live."
        ),
    ),
    "NetwatchHasBugs": (
        "netwatch at {instance} has a fault of its own",
        (
            "A look failed by a fault of the program. It is in the log: journalctl -u netwatch. Please report"
            " it."
        ),
    ),
    "NetwatchLosesSyslog": (
        "netwatch at {instance} loses log lines of devices",
        (
            "{value} messages within a quarter of an hour could not be kept. See free space and [syslog] of "
            "the settings."
        ),
    ),
    "NetwatchHasManySeries": (
        "netwatch at {instance} has more series than it is made for",
        "{value} series a scrape. Fewer ports may be exported (docs/metrics.md).",
    ),
    "NetwatchIncident": (
        "Incident {incident}{name}",
        (
            "netwatch at {instance} has had incident {incident} ({severity}) open since this alert began. "
            "What it hits, why, and whom to call: netwatch incidents {incident}, or the status page."
        ),
    ),
    "NetwatchFiguresAreOld": (
        "netwatch at {instance} no longer counts availability",
        (
            "The figures of record are {lasting} old, though they are counted every minute. See the log: "
            "journalctl -u netwatch."
        ),
    ),
    "NetwatchMonthIsUnmeasured": (
        "The month's availability of sites is not known well enough ({instance})",
        (
            "At {value} sites more than a tenth of this month is unknown, so that no figure of theirs will "
            "hold. netwatch availability names them."
        ),
    ),
    "NetwatchMonthIsBelowTarget": (
        "Sites have been up less than the month's target ({instance})",
        "{value} sites are below it by the figures of record. netwatch availability names them.",
    ),
}

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        f"{alert}.{annotation}": text
        for alert, texts in ALERTS.items()
        for annotation, text in zip(ANNOTATIONS, texts, strict=True)
    }
)
