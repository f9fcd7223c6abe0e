"""From the present to the daemon's own numbers: what it looks at, how it keeps up, and what ails it. Pure."""

from collections.abc import Iterator, Mapping

from exporters.series import Family, Point
from exporters.text import histogram
from netwatch.clock import SECOND
from netwatch.present import Counts, Present, TrapCounts
from netwatch.queries.engines import Engines
from netwatch.syslog.line import SyslogCounts


def daemon_families(present: Present, version: str, engines: Engines | None = None) -> Iterator[Family]:
    """The daemon's own families; counters run since it started. `engines` of the plan is kept by who asks often."""
    yield from _looks(present.counts)
    yield from _upkeep(present.counts)
    yield from _traps(present.counts.traps)
    yield from _syslog(present.counts.syslog)
    yield from _state(present, version)
    shared = (engines or Engines(present.checks)).shared(present.latest)
    text = "SNMPv3 engine ids that several devices tell as theirs."
    yield _one("snmp_duplicate_engine_ids", text, len(shared))
    yield from _vantages(present)


def _one(name: str, text: str, value: float, kind: str = "gauge") -> Family:
    return Family(f"netwatch_{name}", kind, text, (Point({}, value),))


def _if_known(name: str, text: str, value: float | None) -> Family:
    return Family(f"netwatch_{name}", "gauge", text, () if value is None else (Point({}, value),))


def _by(name: str, text: str, label: str, counts: Mapping[str, int], kind: str = "counter") -> Family:
    points = tuple(Point({label: key}, counts[key]) for key in sorted(counts))
    return Family(f"netwatch_{name}", kind, text, points)


def _looks(counts: Counts) -> Iterator[Family]:
    yield _by("looks_total", "Looks done, by whether they could tell.", "outcome", counts.looks)
    yield _by("looks_unknown_total", "Looks that could not tell, by reason.", "reason", counts.unknown)
    yield _by("rounds_total", "Looks begun late or skipped, by which.", "fate", counts.rounds)
    yield _one(
        "scheduler_lag_seconds", "How long the most overdue look has been due.", counts.scheduler_lag_seconds
    )
    yield _by("queue_depth", "Things waiting, by queue.", "queue", counts.queues, "gauge")
    yield _by("transport_events_total", "What the transports counted, by event.", "event", counts.transport)


def _upkeep(counts: Counts) -> Iterator[Family]:
    points = histogram(counts.commit_buckets, counts.commit_seconds_sum, counts.commits)
    yield Family(
        "netwatch_store_commit_seconds", "histogram", "How long commits to the database took.", points
    )
    text = "By how much what is stored lags behind what is shown; 0 while the database keeps up."
    yield _one("store_behind_seconds", text, counts.store_behind_seconds)
    text = "Reloads of settings or inventory that were refused."
    yield _one("reloads_refused_total", text, counts.reloads_refused, "counter")
    text = "1 while the last reload is in force, 0 while it was refused and the former one goes on."
    yield _one("reload_in_force", text, counts.reload_in_force)
    yield _one(
        "clock_steps_total", "Steps of the wall clock and suspends noticed.", counts.clock_steps, "counter"
    )
    text = "How far the daemon's clock is ahead of a wall clock that was set back."
    yield _one("clock_ahead_seconds", text, counts.clock_ahead_seconds)
    text = "1 while the kernel says that its clock is synchronised; absent while that is not known."
    yield _if_known("clock_synchronised", text, counts.clock_synchronised)
    text = "By how much the daemon's clock may err at most; absent while it is not synchronised or not known."
    yield _if_known("clock_max_error_seconds", text, counts.clock_max_error_seconds)


def _traps(counts: TrapCounts) -> Iterator[Family]:
    yield _one("trap_received_total", "Datagrams received as traps or informs.", counts.received, "counter")
    text = "Traps and informs believed, from addresses of the inventory, by version of SNMP."
    yield _by("trap_accepted_total", text, "version", counts.accepted)
    text = "Traps, informs and other datagrams that led to nothing, by reason."
    yield _by("trap_dropped_total", text, "reason", counts.dropped)
    yield _one("trap_answered_total", "Informs acknowledged.", counts.answered, "counter")
    text = "Devices looked at early because of a trap or inform."
    yield _one("trap_hastened_total", text, counts.hastened, "counter")
    text = "Senders of traps and informs remembered, by whether the inventory knows them."
    yield _by("trap_senders", text, "sender", counts.senders, "gauge")


def _syslog(counts: SyslogCounts) -> Iterator[Family]:
    text = "Syslog messages, by what became of them: stored, or why not."
    yield _by("syslog_messages_total", text, "outcome", counts.outcomes)
    yield _one("syslog_cut_total", "Syslog messages longer than is kept.", counts.cut, "counter")
    yield _one("syslog_streams_broken_total", "Streams that were no syslog.", counts.broken, "counter")
    yield _one("syslog_refused_total", "Connections refused for their number.", counts.refused, "counter")
    text = "Devices looked at early because of a log line."
    yield _one("syslog_hastened_total", text, counts.hastened, "counter")
    yield _one("syslog_events_total", "Log lines written among the events.", counts.events, "counter")
    yield _one("syslog_connections", "Connections of senders of syslog.", counts.connections)
    yield _one("syslog_waiting", "Syslog messages not yet stored.", counts.waiting)
    yield _one("syslog_kept", "Syslog messages the database holds.", max(0, counts.stored))


def _state(present: Present, version: str) -> Iterator[Family]:
    info = (Point({"version": version}, 1),)
    yield Family("netwatch_build_info", "gauge", "The version that runs: always 1.", info)
    yield _one("start_timestamp_seconds", "When the daemon started.", present.started / SECOND)
    yield _one("ready", "1 once a plan runs and the first results are stored.", present.ready)
    yield _one("sample_data", "1 while the inventory is sample data.", present.sample)
    yield _one("plan_revision", "The revision of the plan that runs.", present.plan_revision)
    yield _one("inventory_revision", "Change sets applied to the inventory.", present.inventory.revision)
    yield _one("checks", "Checks in the plan.", len(present.checks))


def _vantages(present: Present) -> Iterator[Family]:
    blind = tuple(Point({"vantage": v.name}, v.blind_since > 0) for v in present.vantages)
    text = "1 while no anchor of the vantage answers, so that its failures tell nothing."
    yield Family("netwatch_vantage_blind", "gauge", text, blind)
    anchors = tuple(Point({"vantage": v.name}, v.anchors) for v in present.vantages)
    yield Family("netwatch_vantage_anchors", "gauge", "Anchors the vantage has.", anchors)
