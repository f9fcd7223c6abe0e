"""What the codes in metrics are called in dashboards, as on the status page, and in which colour they stand."""

from collections.abc import Mapping
from types import MappingProxyType

from exporters.grafana.model import Colour, Word, Words
from exporters.grafana.promql import VERDICTS

VERDICT: Words = MappingProxyType(
    {
        "up": Word("up", Colour.GOOD),
        "degraded": Word("degraded", Colour.WARNING),
        "down": Word("down", Colour.BAD),
        "unreachable": Word("unreachable", Colour.HIDDEN),
        "unknown": Word("unknown", Colour.UNKNOWN),
    }
)
# The same by the numbers of `promql.state`.
STATE: Words = MappingProxyType({str(n): VERDICT[verdict] for n, verdict in enumerate(VERDICTS, 1)})
SEVERITY: Words = MappingProxyType(
    {
        "critical": Word("critical", Colour.BAD),
        "major": Word("serious", Colour.WARNING),
        "minor": Word("minor", Colour.SEEN),
        "notice": Word("notice", Colour.PLAIN),
    }
)
NATURE: Words = MappingProxyType(
    {
        "fault": Word("failure", Colour.PLAIN),
        "limit": Word("limit exceeded", Colour.PLAIN),
        "ignorance": Word("state not known", Colour.UNKNOWN),
        "blindness": Word("netwatch cannot see", Colour.UNKNOWN),
    }
)
CAUSE: Words = MappingProxyType(
    {
        "power": Word("power failure", Colour.PLAIN),
        "line": Word("line cut", Colour.PLAIN),
        "provider": Word("failure of the provider's network", Colour.PLAIN),
        "equipment": Word("failed device", Colour.PLAIN),
        "state": Word("reported by the thing itself", Colour.PLAIN),
        "ourselves": Word("netwatch's own connection", Colour.PLAIN),
        "credentials": Word("credentials not accepted", Colour.PLAIN),
        "undecided": Word("power or line, not known", Colour.UNKNOWN),
    }
)
# Of the figures of record.
CLASS: Words = MappingProxyType(
    {
        "up": VERDICT["up"],
        "down": VERDICT["down"],
        "unknown": VERDICT["unknown"],
        "excluded": Word("excluded", Colour.PALE),
    }
)
COVERAGE: Words = MappingProxyType(
    {
        "missing": Word("missing", Colour.BAD),
        "contradicted": Word("contradicted", Colour.HIDDEN),
        "not_measured": Word("not measured", Colour.UNKNOWN),
        "declared": Word("declared only", Colour.WARNING),
        "seen": Word("seen", Colour.SEEN),
        "proved": Word("proved", Colour.GOOD),
        "exempt": Word("exempt", Colour.PALE),
    }
)
YES_NO: Words = MappingProxyType({"1": Word("yes", Colour.GOOD), "0": Word("no", Colour.BAD)})
REGISTERED: Words = MappingProxyType(
    {"1": Word("registered", Colour.GOOD), "0": Word("not registered", Colour.BAD)}
)
CONTACT: Words = MappingProxyType(
    {"1": Word("contact normal", Colour.GOOD), "0": Word("contact reports a fault", Colour.BAD)}
)
TRIED: Words = MappingProxyType({"1": Word("tried", Colour.GOOD), "0": Word("never tried", Colour.UNKNOWN)})
CALL: Words = MappingProxyType({"1": Word("in a call", Colour.SEEN), "0": Word("idle", Colour.PALE)})
READY: Words = MappingProxyType({"1": Word("ready", Colour.GOOD), "0": Word("not ready", Colour.BAD)})
BLIND: Words = MappingProxyType(
    {"1": Word("sees nothing", Colour.BAD), "0": Word("sees its anchors", Colour.GOOD)}
)
READ: Words = MappingProxyType({"1": Word("read", Colour.GOOD), "0": Word("not read", Colour.UNKNOWN)})
LIVE: Words = MappingProxyType({"1": Word("live", Colour.GOOD), "0": Word("not live yet", Colour.WARNING)})
TRIGGER: Words = MappingProxyType(
    {
        "contact_fault": Word("its contact reports a fault", Colour.PLAIN),
        "strike": Word("lightning struck", Colour.PLAIN),
        "earth_resistance": Word("earth resistance too high", Colour.PLAIN),
        "device_lost": Word("a protected device was lost in a storm", Colour.PLAIN),
        "inspection_failed": Word("its last inspection failed", Colour.PLAIN),
        "indicator_red": Word("its indicator is red", Colour.PLAIN),
        "design_life": Word("its design life is over", Colour.PLAIN),
    }
)
PERIODS: Mapping[str, str] = MappingProxyType(
    {"month": "this month so far", "last_month": "last month", "year": "this year so far"}
)
NO_DATA = "no data"
