"""The inner process as the outer one holds it: started, listened to, and gone when the block is left."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from netwatch.demo.daemon import environment
from netwatch.demo.orders import BEGIN, Orders, heard

_PATIENCE = 15.0
_CHUNK = 65536


class Inner:
    """`python -m netwatch.demo.inside` in a session of its own, so that Ctrl-C reaches the outer process alone."""

    def __init__(self, orders: Orders, descriptors: tuple[int, ...]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, our own orders
            [sys.executable, "-m", "netwatch.demo.inside", orders.text()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=descriptors,
            env=environment(os.environ),
            start_new_session=True,
        )
        self._rest = b""
        self.ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Have it end, and everything with it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def begin(self) -> None:
        """Let the story begin."""
        if self._process.stdin:
            self._process.stdin.write(f"{BEGIN}\n".encode())
            self._process.stdin.flush()

    def events(self, patience: float) -> Iterator[Mapping[str, Any]]:
        """What it told; waits up to `patience` seconds for something. `ended` once there will be no more."""
        if self._process.stdout is None or not select.select([self._process.stdout], [], [], patience)[0]:
            return
        data = os.read(self._process.stdout.fileno(), _CHUNK)
        self.ended = not data
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            yield heard(line.decode())
