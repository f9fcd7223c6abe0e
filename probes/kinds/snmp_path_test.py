"""Line witness by name: one of the tests that a router makes of its paths by itself, as its profile reads them.

IP SLA (RTTMON), NQA, RPM, and the link monitors and SD-WAN checks of firewalls. The fact `path` holds while the test of
that name goes well. A device that tells of no such test tells nothing: unknown(not_offered), with the names it has. A
test that is switched off or has no result yet tells nothing either. Loss, round-trip time, jitter and the estimated
quality of speech are told where the device measures them.
"""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from probes.contract import Fact, Metric, Note, Params, Probe, Reading, Reason, Sample, Seen, Target
from probes.equipment.catalogue import METRICS, State
from probes.equipment.look import look_at
from probes.equipment.readings import Reading as Value
from probes.kit import Kit

STATE, LOSS = "path_ok", "path_loss_ratio"
NUMBERS = ("path_rtt_seconds", LOSS, "path_jitter_seconds", "path_mos")
_MOST_NAMES = 10
_HOLDS = {State.OK: True, State.FAULT: False}


class PathTestParams(Params):
    """Which test, by the name that `netwatch profiles explain DEVICE` shows for it; how often tests are looked for."""

    test: str = Field(min_length=1, max_length=200)
    survey_interval: float = Field(default=3600.0, ge=300, le=86400)


async def look(target: Target, params: PathTestParams, kit: Kit) -> Seen:
    """Ask the router for the state of its tests."""
    seen = await look_at(target, kit, params.survey_interval, (STATE, *NUMBERS))
    device = kit.equipment.of(target.id)
    found = device.found if device is not None else ()
    return Seen(tuple(_told(found, params.test.strip().casefold())), seen.complete, cut=seen.cut)


def _told(found: Sequence[Value], name: str) -> Iterator[Reading]:
    own = [each for each in found if each.label.casefold() == name]
    if not own:
        names = ", ".join(sorted({each.label for each in found})[:_MOST_NAMES])
        yield Fact("", "path", None, Reason.NOT_OFFERED, names[:200])
        return
    yield _path({each.metric: each for each in own})
    for each in own:
        if each.metric in NUMBERS and each.value is not None:
            yield Sample("", each.metric, each.value)
        elif each.metric == STATE:
            yield Note("", "value", each.text)


def _path(own: Mapping[str, Value]) -> Fact:
    """By the state of the test; a device that tells none (RPM) lets traffic through unless all of it is lost."""
    state, loss = own.get(STATE), own.get(LOSS)
    if state is None and loss is not None and loss.value is not None:
        holds: bool | None = loss.value < 1
        said = f"{loss.value:.0%}"
    else:
        holds = _HOLDS.get(State(state.state)) if state else None
        said = state.text if state else ""
    reasons = {True: Reason.AS_EXPECTED, False: Reason.NOT_AS_EXPECTED, None: Reason.NOT_OFFERED}
    return Fact("", "path", holds, reasons[holds], said)


PROBE = Probe(
    name="snmp_path_test",
    params=PathTestParams,
    look=look,
    facts=("path",),
    metrics=tuple(Metric(name, METRICS[name].says) for name in NUMBERS),
    interval=30.0,
    timeout=10.0,
)
