"""The expressions that dashboards ask: values of what the reader has chosen, with the names of what they are about.

Value series carry only ids; names and agencies stand in `_info` series (docs/metrics.md). Every expression joins within
one netwatch (`job`, `instance`), so that several may be read by one Prometheus, and none names one.
"""

from collections.abc import Sequence

HERE = "job, instance"
CHOSEN = 'instance=~"$instance"'
PROVINCE, AGENCY = 'within=~"$province"', 'within=~"$agency"'
VERDICTS = ("up", "degraded", "down", "unreachable", "unknown")


def equals(label: str, value: str) -> str:
    """A matcher of one value."""
    return f'{label}="{value}"'


def series(metric: str, *matchers: str) -> str:
    """The series of a metric of the chosen netwatches."""
    return f"{metric}{{{', '.join((CHOSEN, *matchers))}}}"


def below(*scopes: str) -> str:
    """What restricts series with a label `agency` to agencies that stand within others."""
    return "".join(
        f" and on ({HERE}, agency) {series('netwatch_agency_within_info', scope)}" for scope in scopes
    )


def known(kind: str, *scopes: str, chosen: Sequence[str] = ()) -> str:
    """The info series of the chosen things of a kind."""
    return f"({series(f'netwatch_{kind}_info', *chosen)}{below(*scopes)})"


def named(kind: str, value: str, info: str, *labels: str) -> str:
    """A value with names out of info series: `name`, and other labels."""
    return f"{value} * on ({HERE}, {kind}) group_left ({', '.join(('name', *labels))}) {info}"


def only(kind: str, value: str, info: str) -> str:
    """A value where there are info series, with its own labels."""
    return f"{value} and on ({HERE}, {kind}) {info}"


def counted(kind: str, verdict: str, info: str) -> str:
    """How many things of a kind have this verdict."""
    value = series(f"netwatch_{kind}_verdict", equals("verdict", verdict))
    return f"sum({only(kind, value, info)})"


def state(kind: str, info: str, *labels: str) -> str:
    """The verdict as a number, its place in VERDICTS from 1 on."""
    metric = f"netwatch_{kind}_verdict"
    each = (series(metric, equals("verdict", verdict)) for verdict in VERDICTS)
    coded = " or ".join(f"{number} * {one}" for number, one in enumerate(each, 1))
    return named(kind, f"sum without (verdict) ({coded})", info, *labels)


def ratio(kind: str, part: str, whole: str, info: str, period: str = "$period") -> str:
    """A share of the time of record of everything chosen together; `part` and `whole` are classes joined by |."""
    return f"sum({record(kind, part, info, period)}) / sum({record(kind, whole, info, period)})"


def record(kind: str, classes: str, info: str, period: str = "$period") -> str:
    """Seconds of record of the chosen things, by class."""
    value = series(f"netwatch_{kind}_seconds", equals("period", period), f'class=~"{classes}"')
    return only(kind, value, info)


def each_ratio(kind: str, part: str, whole: str, info: str, *labels: str, period: str = "$period") -> str:
    """The same share of each, with its name."""
    by = f"sum by ({HERE}, {kind})"
    one, all_ = (f"{by} ({record(kind, classes, info, period)})" for classes in (part, whole))
    return named(kind, f"({one} / {all_})", info, *labels)


def each_seconds(kind: str, class_: str, info: str, *labels: str, period: str = "$period") -> str:
    """The seconds of one class of each, with its name."""
    return named(kind, f"sum by ({HERE}, {kind}) ({record(kind, class_, info, period)})", info, *labels)
