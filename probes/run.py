"""Runs one look: holds its deadline and clock, and turns what happened into readings or a reason."""

import asyncio
import logging
import traceback
from collections.abc import Callable

from probes.contract import Look, Params, Probe, Reason, Target
from probes.kit import Kit
from probes.transports.errors import TransportError

_log = logging.getLogger(__name__)

# Transports stop waiting this much before the deadline, so that silence is told from a look cut off by us.
_MARGIN = 0.1


async def run_look(
    probe: Probe,
    target: Target,
    params: Params,
    kit: Kit,
    deadline_seconds: float,
    monotonic: Callable[[], float],
) -> Look:
    """Do one look; never raises, except when it is cancelled.

    `monotonic` must be the clock of the transports (`time.monotonic`), except with fakes, which wait for nothing.
    Expected trouble carries its own reason (see `transports/errors.py`). What is left is a bug of ours: it is
    unknown(bug), logged once per place in the code, and counted in `kit.bugs`.
    """
    began = monotonic()
    bounded = kit.until_at(began + deadline_seconds * (1 - _MARGIN))
    try:
        async with asyncio.timeout(deadline_seconds) as scope:
            seen = await probe.look(target, params, bounded)
    except TransportError as error:
        return _unable(error.reason, error.detail, monotonic() - began)
    except Exception as error:  # noqa: BLE001 - a fault in one probe must neither stop the others nor pass for 'down'
        if scope.expired():
            return _unable(Reason.DEADLINE, f"{deadline_seconds:g} s", monotonic() - began)
        _record(probe, error, kit)
        return _unable(Reason.BUG, type(error).__name__, monotonic() - began)
    took = monotonic() - began
    return Look(seen.readings, seen.complete, took, detail=seen.cut, columns=seen.columns)


def _unable(reason: Reason, detail: str, took: float) -> Look:
    return Look(readings=(), complete=False, took=took, reason=reason, detail=detail)


def _record(probe: Probe, error: Exception, kit: Kit) -> None:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}"
    if kit.bugs.add(probe.name, place):
        # Only frames and the type: the text of an unforeseen error might hold a secret.
        story = "".join(traceback.format_list(frames))
        _log.error("probe %s failed by a fault in the program (%s)\n%s", probe.name, place, story)
