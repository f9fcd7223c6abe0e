"""What runs over lines, and how reading configurations goes, as families. Pure."""

from collections.abc import Iterator

from exporters.series import Family, Point
from netwatch.clock import SECOND
from netwatch.present import Present
from netwatch.queries.looks import FRESH_INTERVALS

BITS_A_BYTE = 8


def equipment_families(present: Present, now: int) -> Iterator[Family]:
    """Those of lines and of devices whose configuration is read; without points where nothing is known."""
    text = "Share of the line's contracted bandwidth in use between its last two looks, down is towards the site."
    yield Family("netwatch_line_utilisation_ratio", "gauge", text, tuple(_utilisation(present, now)))
    devices = present.inventory.of("device")
    backups = {id_: one for id_, one in sorted(present.backups.items()) if id_ in devices}
    text = "95th percentile of the line's last valid day (article 5.6 of circular 06/2026/TT-BKHCN) by its contract."
    peaks = (
        Point({"line": line, "direction": way}, ratio)
        for (line, way), ratio in sorted(present.peaks.items())
        if line in present.inventory.of("line")
    )
    yield Family("netwatch_line_capacity_p95_ratio", "gauge", text, tuple(peaks))
    text = "When the device's configuration was last read; absent before the first time."
    good = ((id_, one.good / SECOND) for id_, one in backups.items() if one.good)
    yield _devices("configuration_read_timestamp_seconds", text, good)
    text = "When the configuration that the device has now was first seen."
    changed = ((id_, one.changed / SECOND) for id_, one in backups.items() if one.changed)
    yield _devices("configuration_changed_timestamp_seconds", text, changed)
    text = "How often reading the device's configuration has failed since it last went well."
    failures = ((id_, float(one.failures)) for id_, one in backups.items())
    yield _devices("configuration_failures", text, failures)


def _devices(name: str, text: str, values: Iterator[tuple[str, float]]) -> Family:
    points = tuple(Point({"device": id_}, value) for id_, value in values)
    return Family(f"netwatch_device_{name}", "gauge", text, points)


def _utilisation(present: Present, now: int) -> Iterator[Point]:
    lines = present.inventory.of("line")
    for id_, carried in present.carried.items():
        line = lines.get(id_)
        if line is None or now - carried.at > FRESH_INTERVALS * carried.interval:
            continue
        for direction, rate, contracted in (
            ("down", carried.down, line.bandwidth_down),
            ("up", carried.up, line.bandwidth_up),
        ):
            if rate is not None and contracted:
                yield Point({"line": id_, "direction": direction}, rate * BITS_A_BYTE / contracted)
