"""Is netwatch itself well?"""

from exporters.grafana.boards.common import INCIDENTS, INSTANCE
from exporters.grafana.model import Board, Colour, Column, Look, Panel, Query, Row, Words
from exporters.grafana.promql import HERE, series
from exporters.grafana.words import BLIND, LIVE, READ, READY, YES_NO

RATE = "[$__rate_interval]"
OF = "{{instance}}"


def rate(metric: str, label: str = "", matcher: str = "") -> str:
    """How fast a counter grows in each netwatch, by a label of it, or where it has a value."""
    counter = series(metric, *filter(None, (matcher,)))
    by = ", ".join(filter(None, (HERE, label)))
    return f"sum by ({by}) (rate({counter}{RATE}))"


def graph(title: str, queries: list[Query], unit: str = "short", about: str = "") -> Panel:
    """A third of a row."""
    return Panel(Look.GRAPH, title, queries, unit, about, width=8)


def one(title: str, metric: str, words: Words) -> Panel:
    """A state of each netwatch."""
    return Panel(Look.FIGURE, title, [Query(series(metric), OF)], words=words, width=4, height=4)


def latest(title: str, expr: str, unit: str, about: str = "", width: int = 4) -> Panel:
    """A number of each netwatch."""
    return Panel(Look.FIGURE, title, [Query(expr, OF, Colour.PLAIN)], unit, about, width=width, height=4)


def own(metric: str) -> str:
    """What Prometheus or the process says of netwatches, and of nothing else that it reads."""
    return f"{series(metric)} and on ({HERE}) {series('netwatch_ready')}"


def commits(quantile: float) -> str:
    """How long commits take."""
    buckets = rate("netwatch_store_commit_seconds_bucket", "le")
    return f"histogram_quantile({quantile:g}, {buckets})"


# None is 0, as long as netwatch is read.
OPEN = f"count by ({HERE}) ({series('netwatch_incident_open')}) or 0 * {series('netwatch_ready')}"
CPU = f"rate({series('process_cpu_seconds_total')}{RATE}) and on ({HERE}) {series('netwatch_ready')}"
LEFT = f"{series('netwatch_certificate_expiry_timestamp_seconds')} - time()"
STATE = Row(
    "State",
    (
        # The scrape itself says so: a netwatch that is not read tells nothing of itself.
        Panel(
            Look.FIGURE,
            "Read by Prometheus",
            [Query(f"{series('up')} and on ({HERE}) last_over_time({series('netwatch_ready')}[1d])", OF)],
            words=READ,
            width=4,
            height=4,
        ),
        one("Ready", "netwatch_ready", READY),
        one("Sight", "netwatch_vantage_blind", BLIND),
        one("Notifications", "netwatch_notifications_live", LIVE),
        one("Heartbeat heard", "netwatch_heartbeat_heard", YES_NO),
        one("Settings in force", "netwatch_reload_in_force", YES_NO),
        latest("Running for", f"time() - {series('netwatch_start_timestamp_seconds')}", "dtdhms"),
        latest("Checks", series("netwatch_checks"), "short"),
        latest("Anchors", series("netwatch_vantage_anchors"), "short"),
        latest("Series a scrape", own("scrape_samples_scraped"), "short"),
        latest("Duration of a scrape", own("scrape_duration_seconds"), "s"),
        Panel(
            Look.TABLE,
            "Version",
            [Query(series("netwatch_build_info"))],
            width=4,
            height=4,
            columns=[Column("instance", "netwatch"), Column("version", "Version")],
        ),
    ),
)
LOOKS = Row(
    "Looks",
    (
        graph(
            "Looks a second",
            [
                Query(rate("netwatch_looks_total", matcher='outcome="known"'), "gave a result", Colour.PLAIN),
                Query(
                    rate("netwatch_looks_total", matcher='outcome="unknown"'),
                    "could not tell",
                    Colour.UNKNOWN,
                ),
            ],
        ),
        graph(
            "Looks that could not tell, by reason",
            [Query(rate("netwatch_looks_unknown_total", "reason"), "{{reason}}")],
            about="Codes of reasons: netwatch status says them in words.",
        ),
        graph(
            "Rounds late or left out",
            [
                Query(rate("netwatch_rounds_total", matcher='fate="late"'), "late", Colour.PLAIN),
                Query(rate("netwatch_rounds_total", matcher='fate="skipped"'), "left out", Colour.WARNING),
            ],
        ),
        graph("Longest overdue look", [Query(series("netwatch_scheduler_lag_seconds"), OF)], "s"),
        graph("Waiting in queues", [Query(series("netwatch_queue_depth"), "{{queue}}")]),
        graph(
            "What the transports counted",
            [Query(rate("netwatch_transport_events_total", "event"), "{{event}}")],
        ),
        graph(
            "Anchors: round trip",
            [Query(series("netwatch_anchor_icmp_rtt_seconds"), "{{anchor}}")],
            "s",
        ),
        graph("Incidents open", [Query(OPEN, OF)]),
        graph(
            "Traps and log lines",
            [
                Query(rate("netwatch_trap_received_total"), "traps"),
                Query(rate("netwatch_syslog_messages_total", "outcome"), "log lines: {{outcome}}"),
            ],
        ),
    ),
)
STORE = Row(
    "Database and machine",
    (
        graph(
            "Duration of commits",
            [
                Query(commits(0.5), "half of them", Colour.PLAIN),
                Query(commits(0.99), "99 of 100", Colour.WARNING),
            ],
            "s",
        ),
        graph("Stored behind shown", [Query(series("netwatch_store_behind_seconds"), OF)], "s"),
        graph("Processor", [Query(CPU, OF)], "percentunit", "Share of one processor."),
        graph("Memory", [Query(own("process_resident_memory_bytes"), OF)], "bytes"),
        graph(
            "Open files",
            [
                Query(own("process_open_fds"), "open"),
                Query(own("process_max_fds"), "allowed", Colour.PALE),
            ],
        ),
        graph(
            "Clock",
            [
                Query(series("netwatch_clock_ahead_seconds"), "ahead of the clock of the machine"),
                Query(f"increase({series('netwatch_clock_steps_total')}[1h])", "steps in the last hour"),
            ],
        ),
        graph(
            "Certificates end in",
            [Query(LEFT, "{{listener}}", empty_in_demo="its listeners have no certificates")],
            "dtdhms",
        ),
    ),
)
TOLD = Row(
    "Notifications",
    (
        Panel(
            Look.TIMELINE,
            "Receivers",
            [Query(series("netwatch_receiver_up"), "{{receiver}}")],
            words=YES_NO,
            about="Whether the channel of a receiver takes what it is sent.",
            height=6,
        ),
        Panel(
            Look.GRAPH,
            "Messages",
            [
                Query(series("netwatch_notifications_waiting"), "waiting: {{receiver}}"),
                Query(
                    f"increase({series('netwatch_messages_sent_total')}[1h])",
                    "sent in the last hour: {{receiver}}",
                ),
                Query(
                    f"increase({series('netwatch_notifications_dead_total')}[1h])",
                    "given up in the last hour: {{receiver}}",
                    empty_in_demo="its receiver takes every message",
                ),
            ],
            height=6,
        ),
    ),
)
BOARD = Board(
    "itself",
    "netwatch itself",
    "Is netwatch well: does it see, does it keep up, does it store, does it reach people?",
    (INSTANCE,),
    (STATE, LOOKS, STORE, TOLD),
    (INCIDENTS,),
    "now-6h",
)
