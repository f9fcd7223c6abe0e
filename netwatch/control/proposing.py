"""Imports and undos in a running daemon: rows taken in by parts, proposed elsewhere, written in one short transaction.

What is small is proposed on a thread; what is large in a process of its own, beside which looks go on in time.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import IO, Any

from sqlalchemy import Engine

from inventory.apply import Moved, Prepared
from inventory.incoming import IncomingRow
from netwatch import commands
from netwatch.control.contract import Daemon, Refused
from netwatch.control.proposal_wire import (
    batches_from_lines,
    order_to_json,
    parts_of,
    report_from_lines,
    rows_to_line,
)
from netwatch.control.wire import revived, typed
from netwatch.language import Sentence
from netwatch.store.contract import StoreFault
from netwatch.store.engine import sqlite_path

PROGRAM = (sys.executable, "-I", "-m", "netwatch.control.proposing_process")
# Up to here rows and records are compared on a thread: a process takes a second to start.
FEW_ROWS, FEW_RECORDS = 500, 5_000
# A client waits no longer than ten minutes; the rest is for the transaction and the plan.
PATIENCE_SECONDS = 480.0
MOST_UPLOADS = 4
MOST_BYTES = 256 << 20
STALE_SECONDS = 900

TellPart = Callable[[str], Awaitable[None]]


@dataclass
class Upload:
    """Rows on their way: who sends them, in a file without a name, how much there is and when it was last added to."""

    author: str
    last: int
    file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    size: int = 0


class Uploads:
    """The rows that clients are sending, by the names they gave."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._open: dict[str, Upload] = {}

    def add(self, name: str, author: str, line: str) -> None:
        """Take one part in; raises Refused for another's upload, for one too many and for one too large."""
        try:
            self._add(name, author, line)
        except OSError as fault:
            self.drop(name)
            text = "There is no room for the rows on the daemon's machine ({error}). Nothing was changed."
            raise Refused(Sentence(text, {"error": fault.strerror or fault})) from None

    def _add(self, name: str, author: str, line: str) -> None:
        upload = self._open.get(name) or self._begun(name, author)
        content = line.encode() + b"\n"
        if upload.author != author or "\n" in line:
            raise _not_yours()
        if upload.size + len(content) > MOST_BYTES:
            self.drop(name)
            raise Refused(Sentence("The rows take more than {limit} bytes.", {"limit": MOST_BYTES}))
        upload.file.write(content)
        upload.file.flush()
        upload.size, upload.last = upload.size + len(content), self._now()

    def take(self, name: str, author: str) -> Upload:
        """A complete upload, which is the caller's from now on; raises Refused when there is none of that name."""
        upload = self._open.get(name)
        if upload is None or upload.author != author:
            raise _not_yours()
        return self._open.pop(name)

    def drop(self, name: str) -> None:
        """Forget an upload, if there is one of that name."""
        upload = self._open.pop(name, None)
        if upload is not None:
            # What was not written for want of room is not to be written now.
            with suppress(OSError):
                upload.file.close()

    def _begun(self, name: str, author: str) -> Upload:
        limit = self._now() - STALE_SECONDS * 1_000_000
        for stale in [key for key, upload in self._open.items() if upload.last < limit]:
            self.drop(stale)
        if len(self._open) >= MOST_UPLOADS:
            raise Refused(Sentence("The daemon is busy with other imports. Try again."))
        return self._open.setdefault(name, Upload(author, self._now()))


def _not_yours() -> Refused:
    return Refused(Sentence("The daemon knows no such rows. Run the import again."))


@dataclass(frozen=True, slots=True)
class _Order:
    """What is asked of the process beside the database: `content` for it, and where rows come from."""

    content: Mapping[str, object]
    rows: IO[bytes]


class Proposing:
    """Carries imports and undos out for a daemon."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self.uploads = Uploads(daemon.now)
        self._one = asyncio.Lock()

    async def import_rows(self, order: commands.ImportOrder) -> commands.ImportReport:
        """An import whose rows came with the order; the whole report. Raises Refused, StoreFault."""
        engine = await self._engine()
        if not self._large(len(order.rows), engine):
            return await self._on_thread(engine, order)
        told: list[str] = []

        async def keep(line: str) -> None:
            told.append(line)

        with closing(tempfile.TemporaryFile()) as rows:
            await asyncio.to_thread(_spool, rows, order.rows)
            report = await self._elsewhere(engine, order, rows, keep)
        return await asyncio.to_thread(report_from_lines, report, told)

    async def import_upload(
        self, order: commands.ImportOrder, upload: Upload, tell: TellPart
    ) -> commands.ImportReport:
        """An import of rows sent before; the report without its long parts, which `tell` is given line by line."""
        with closing(upload.file):
            return await self._elsewhere(await self._engine(), order, upload.file, tell)

    async def undo(self, change_set: str, *, author: str, at: int, dry_run: bool) -> commands.UndoReport:
        """Take a change set back; raises Refused, StoreFault."""
        engine = await self._engine()
        asked = {"change_set": change_set, "author": author, "at": at, "dry_run": dry_run}
        propose = partial(commands.propose_undo, change_set=change_set, author=author, at=at, dry_run=dry_run)
        for _ in range(commands.MOST_TRIES):
            with (
                tempfile.TemporaryFile() as rows,
                tempfile.TemporaryFile() as out,
                tempfile.TemporaryFile() as told,
            ):
                if self._large(0, engine):
                    head = await self._asked(engine, _Order({"undo": asked}, rows), out, told)
                    report = typed(commands.UndoReport, head["report"])
                    proposed = commands.ProposedUndo(report, _prepared(head, out))
                else:
                    proposed = await asyncio.to_thread(propose, engine)
                if dry_run:
                    return proposed.report
                try:
                    return await self._daemon.write(partial(commands.write_undo, proposed=proposed))
                except Moved:
                    continue
        raise commands.never_still()

    async def _on_thread(self, engine: Engine, order: commands.ImportOrder) -> commands.ImportReport:
        for _ in range(commands.MOST_TRIES):
            proposed = await asyncio.to_thread(commands.propose_import, engine, order)
            try:
                write = partial(commands.write_import, proposed=proposed, order=order)
                return replace(proposed.report, change_set=await self._daemon.write(write))
            except Moved:
                continue
        raise commands.never_still()

    async def _elsewhere(
        self, engine: Engine, order: commands.ImportOrder, rows: IO[bytes], tell: TellPart
    ) -> commands.ImportReport:
        asked = _Order({"order": order_to_json(order)}, rows)
        for _ in range(commands.MOST_TRIES):
            with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
                head = await self._asked(engine, asked, out, told)
                report = typed(commands.ImportReport, head["report"])
                prepared = _prepared(head, out) if head["revision"] is not None else None
                proposed = commands.Proposed(report, prepared)
                try:
                    write = partial(commands.write_import, proposed=proposed, order=order)
                    change_set = await self._daemon.write(write)
                except Moved:
                    continue
                for line in _told(told):
                    await tell(line)
                return replace(report, change_set=change_set)
        raise commands.never_still()

    async def _asked(
        self, engine: Engine, order: _Order, out: IO[bytes], told: IO[bytes]
    ) -> Mapping[str, Any]:
        """The head of the process's answer; its statements and report are in the files. One process at a time."""
        order.rows.flush()
        order.rows.seek(0)
        files = {"rows": order.rows.fileno(), "told": told.fileno()}
        url = engine.url.render_as_string(hide_password=False)
        asked = json.dumps({**order.content, **files, "url": url}).encode()
        async with self._one:
            code = await _run(asked, out, tuple(files.values()))
        head = _head(told) if code == 0 else None
        if head is None:
            text = "The process that compares rows with the inventory ended early ({code}). The daemon's log says more."
            raise Refused(Sentence(text, {"code": code}))
        if "refused" in head:
            raise Refused(*(one for one in revived(head["refused"]) if isinstance(one, Sentence)))  # type: ignore[attr-defined]  # a list
        if "fault" in head:
            raise StoreFault(*head["fault"])
        return head

    async def _engine(self) -> Engine:
        return await self._daemon.write(lambda engine: engine)

    def _large(self, rows: int, engine: Engine) -> bool:
        """Whether it is worth a process of its own, which no database in memory can be seen from."""
        in_memory = engine.url.get_backend_name() == "sqlite" and sqlite_path(engine.url) is None
        records = sum(map(len, self._daemon.present().inventory.records.values()))
        return not in_memory and (rows > FEW_ROWS or records > FEW_RECORDS)


async def _run(asked: bytes, out: IO[bytes], files: tuple[int, ...]) -> int:
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, stdin=subprocess.PIPE, stdout=out, pass_fds=files
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await process.communicate(asked)
    except TimeoutError:
        process.kill()
    return await process.wait()


def _spool(target: IO[bytes], rows: Sequence[IncomingRow]) -> None:
    for some in parts_of(rows):
        target.write(rows_to_line(some).encode() + b"\n")


def _prepared(head: Mapping[str, Any], out: IO[bytes]) -> Prepared:
    """The change set, whose statements are read from the file as they are carried out."""
    out.seek(0)
    return Prepared(head["revision"], head["change_set"], batches_from_lines(out))


def _head(told: IO[bytes]) -> Mapping[str, Any] | None:
    """The last line."""
    told.seek(0)
    last = b""
    for line in told:
        last = line
    return json.loads(last) if last.endswith(b"\n") else None


def _told(told: IO[bytes]) -> Iterator[str]:
    """All lines but the last."""
    told.seek(0)
    before = b""
    for line in told:
        if before:
            yield before.decode().rstrip("\n")
        before = line
