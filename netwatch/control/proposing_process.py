"""The process that proposes: reads rows, compares them with the inventory, makes the change set ready, and ends.

Comparing tens of thousands of rows takes seconds of one core and hundreds of megabytes, which the daemon has not to
spare: its looks have to be in time. What it is asked stands on its standard input (with the database's address, which
must not stand on a command line), the rows in a file that is handed to it. It answers into two more: on its standard
output the statements to be carried out, in the other the report, line by line. It writes nothing into the database.
"""

import json
import os
import resource
import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any

from sqlalchemy import Engine

from netwatch import commands
from netwatch.control.contract import Refused
from netwatch.control.proposal_wire import (
    batches_to_lines,
    order_from_json,
    report_to_lines,
    rows_from_line,
    without_parts,
)
from netwatch.control.wire import plain
from netwatch.store.contract import StoreFault
from netwatch.store.engine import open_engine

# Looks go first where processors are few.
NICE = 5
BUSY_SECONDS = 10_000
# Rows that take more end this process, not the daemon beside it; fifty thousand take a fifth of it.
MOST_MEMORY = 2 << 30


def main() -> int:
    """Do what the standard input says; the last line of the report is the head of the answer."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    asked: dict[str, Any] = json.load(sys.stdin)
    with os.fdopen(asked["rows"], "rb") as rows, os.fdopen(asked["told"], "wb") as told:
        engine = open_engine(asked["url"], read_only=True, busy_timeout=BUSY_SECONDS)
        try:
            head = _undo(engine, asked) if "undo" in asked else _import(engine, asked, rows, told)
        except Refused as refused:
            head = {"refused": plain(refused.sentences)}
        except StoreFault as fault:
            head = {"fault": [fault.what, fault.detail]}
        finally:
            engine.dispose()
        _write(told, [json.dumps(head, ensure_ascii=False)])
    return 0


def _import(
    engine: Engine, asked: Mapping[str, Any], rows: IO[bytes], told: IO[bytes]
) -> Mapping[str, object]:
    found = tuple(row for line in rows for row in rows_from_line(line))
    proposed = commands.propose_import(engine, order_from_json(asked["order"], found))
    _write(told, report_to_lines(proposed.report))
    if proposed.prepared:
        _write(sys.stdout.buffer, batches_to_lines(proposed.prepared))
    revision = proposed.prepared.revision if proposed.prepared else None
    name = proposed.prepared.change_set if proposed.prepared else ""
    return {"report": plain(without_parts(proposed.report)), "revision": revision, "change_set": name}


def _undo(engine: Engine, asked: Mapping[str, Any]) -> Mapping[str, object]:
    proposed = commands.propose_undo(engine, **asked["undo"])
    _write(sys.stdout.buffer, batches_to_lines(proposed.prepared))
    return {
        "report": plain(proposed.report),
        "revision": proposed.prepared.revision,
        "change_set": proposed.prepared.change_set,
    }


def _write(target: IO[bytes], lines: Iterable[str]) -> None:
    for line in lines:
        target.write(line.encode() + b"\n")
    target.flush()


if __name__ == "__main__":
    sys.exit(main())
