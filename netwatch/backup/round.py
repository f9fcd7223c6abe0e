"""The daemon's side of the sessions: starts their process, hands it jobs, and takes in what came of each."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from netwatch.backup.contract import (
    DONE,
    JOB,
    Job,
    Limits,
    Outcome,
    Result,
    job_to_json,
    result_from_json,
)
from netwatch.workers.frames import START, FrameFault
from netwatch.workers.stream import Stream

PROGRAM = (sys.executable, "-I", "-m", "netwatch.backup.process")
# Starting the process and reading secrets takes a while; beyond a session's own time this is how long none may end.
GRACE = 30.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a round is started with: references to secrets, never secrets themselves."""

    public_key: str
    mask_key: str
    credentials: Mapping[str, Any]
    limits: Limits

    def to_json(self) -> dict[str, Any]:
        """As it travels."""
        return {**asdict(self), "credentials": dict(self.credentials), "limits": asdict(self.limits)}

    def patience(self, jobs: Sequence[Job]) -> float:
        """For how many seconds no session may end before the process is taken to hang."""
        most = max((len(job.credentials) for job in jobs), default=1)
        return (self.limits.deadline + 2 * self.limits.connect) * max(most, 1) + GRACE


async def results(
    order: Order, jobs: Sequence[Job], program: Sequence[str] = PROGRAM
) -> AsyncGenerator[Result, None]:
    """What came of each job, as soon as it is known; of those the process left behind, that they were a fault.

    Raises OSError when no process can be started.
    """
    waiting = {job.device for job in jobs}
    process, stream = await _started(program)
    try:
        stream.post(START, order.to_json())
        for job in jobs:
            await stream.send(JOB, job_to_json(job))
        while waiting and (result := await _next(stream, order.patience(jobs))) is not None:
            if result.device in waiting:
                waiting.remove(result.device)
                yield result
    except OSError:
        # It is gone; what it leaves behind is told below.
        pass
    finally:
        stream.close()
        await _ended(process)
    for device in sorted(waiting):
        yield Result(device, Outcome.BUG)


async def _next(stream: Stream, seconds: float) -> Result | None:
    """The next result; None when there will be none."""
    try:
        frame = await asyncio.wait_for(stream.receive(), seconds)
        return result_from_json(frame[1]) if frame is not None and frame[0] == DONE else None
    except (TimeoutError, FrameFault, ValueError, TypeError, LookupError):
        return None


async def _started(program: Sequence[str]) -> tuple[asyncio.subprocess.Process, Stream]:
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            process = await asyncio.create_subprocess_exec(
                *(*program, str(theirs.fileno())), stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
            )
        except OSError:
            ours.close()
            raise
    return process, await Stream.over(ours)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Wait for its end; it is killed if it does not heed that its connection is closed."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(process.wait()), STOP_SECONDS)
        return
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
