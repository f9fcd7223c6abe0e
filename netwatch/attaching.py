"""Documents attached to items: the record and its content in one transaction, both or neither.

Plain blocking functions on an engine, as in `netwatch.commands`; `propose` only reads.
"""

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePath
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory.apply import Moved, prepare, write_prepared
from inventory.changes import Change
from inventory.incoming import IncomingRow
from inventory.media import KNOWN, LARGEST, media_type
from inventory.problems import Problem
from inventory.snapshot import ATTACHMENT_ITEMS, Attachment, Inventory
from netwatch import commands
from netwatch.control.contract import Refused
from netwatch.language import Sentence
from netwatch.store.attachments import content_of, digest, keep
from netwatch.store.engine import writing
from netwatch.store.faults import told

SOURCE = "netwatch attach"
KIND = "attachment"
LONGEST_NAME = 150
# Enough of the key to tell the documents of one item apart.
SHOWN = 16


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be attached to what; `on` is the day of the document, `today` the local date."""

    item: str
    name: str
    content: bytes = field(repr=False)
    on: date
    person: str
    note: str
    author: str
    at: int
    today: date
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class AttachReport:
    """What attaching did or would do; `change_set` None when nothing was applied: it is there, or it is faulty."""

    id: str
    item: str
    name: str
    media_type: str
    size: int
    sha256: str
    change_set: str | None
    dry_run: bool
    applicable: bool
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class DetachReport:
    """What detaching did or would do; the content stays, for events refer to it."""

    id: str
    change_set: str | None
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What attaching would do, ready to be written."""

    document: Document
    report: AttachReport
    proposed: commands.Proposed


def attach(engine: Engine, document: Document) -> AttachReport:
    """Attach a document; raises Refused for one that is not taken, StoreFault."""
    for _ in range(commands.MOST_TRIES):
        proposal = propose(engine, document)
        try:
            return write(engine, proposal)
        except Moved:
            continue
    raise commands.never_still()


def propose(engine: Engine, document: Document) -> Proposal:
    """Compare the document with the inventory of this moment; raises Refused, StoreFault."""
    told_type = _examined(document)
    sha256 = digest(document.content)
    id_ = f"{document.item}/{KIND}/{sha256[:SHOWN]}"
    cells = {
        "id": id_,
        "item": document.item,
        "name": file_name(document.name) or sha256[:SHOWN],
        "media_type": told_type,
        "size": str(len(document.content)),
        "sha256": sha256,
        "on": f"{document.on}",
        "person": document.person,
        "note": document.note,
    }
    order = commands.ImportOrder(
        rows=(IncomingRow(KIND, SOURCE, 1, {name: value for name, value in cells.items() if value}),),
        author=document.author,
        at=document.at,
        on=document.today,
        source=SOURCE,
        dry_run=document.dry_run,
    )
    proposed = commands.propose_import(engine, order)
    size = len(document.content)
    report = AttachReport(
        id_, document.item, cells["name"], told_type, size, sha256, None, document.dry_run,
        proposed.report.applicable, proposed.report.problems,
    )  # fmt: skip
    return Proposal(document, report, proposed)


def write(engine: Engine, proposal: Proposal) -> AttachReport:
    """Write record and content in one transaction; raises Moved when the inventory has changed, StoreFault."""
    if proposal.document.dry_run or not proposal.report.applicable:
        return proposal.report
    prepared = proposal.proposed.prepared
    with told(engine.url), Session(writing(engine)) as session:
        change_set = write_prepared(session, prepared) if prepared else None
        keep(session.connection(), proposal.document.content)
        session.commit()
    return replace(proposal.report, change_set=change_set)


def detach(engine: Engine, id_: str, *, author: str, at: int, dry_run: bool) -> DetachReport:
    """Take the record of a document out of the inventory; raises Refused when there is none, StoreFault."""
    for _ in range(commands.MOST_TRIES):
        current = commands.inventory_of(engine, None)
        change = Change(KIND, id_, None, attachment(current, id_), None)
        if dry_run:
            return DetachReport(id_, None, dry_run)
        given: dict[str, Any] = {"author": author, "at": at, "source": SOURCE}
        prepared = prepare((change,), engine.dialect, current.revision, **given)
        try:
            with told(engine.url), Session(writing(engine)) as session:
                change_set = write_prepared(session, prepared)
                session.commit()
        except Moved:
            continue
        return DetachReport(id_, change_set, dry_run)
    raise commands.never_still()


def attachment(inventory: Inventory, id_: str) -> Attachment:
    """The record of a document; raises Refused when there is none."""
    known = inventory.of(KIND)
    if id_ not in known:
        text = "There is no attached document '{id}'; netwatch attachments ITEM lists those of an item."
        raise Refused(Sentence(text, {"id": id_}))
    found: Attachment = known[id_]
    return found


def content(engine: Engine, record: Attachment) -> bytes:
    """The content of a document; raises Refused when this database does not hold it whole, StoreFault."""
    found = content_of(engine, record.sha256)
    if found is None or digest(found) != record.sha256:
        text = "This database has no content of {name}: its record was imported without it. Attach the file again."
        raise Refused(Sentence(text, {"name": record.name}))
    return found


def known_item(inventory: Inventory, item: str) -> None:
    """Raise Refused for what nothing can be attached to."""
    known = {id_ for kind in ATTACHMENT_ITEMS for id_ in inventory.of(kind)}
    if item not in known:
        raise Refused(commands.unknown_item(item, known))


def file_name(name: str) -> str:
    """A name that any system takes: without folders and control characters, not too long, its suffix kept."""
    bare = PurePath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    shown = " ".join("".join(letter if letter.isprintable() else " " for letter in bare).split())
    stem, dot, suffix = shown.rpartition(".")
    if len(shown) <= LONGEST_NAME:
        return shown
    return (
        f"{stem[: LONGEST_NAME - len(suffix) - 1]}{dot}{suffix}"
        if dot and len(suffix) <= 10
        else shown[:LONGEST_NAME]
    )


def _examined(document: Document) -> str:
    """The media type of a document that is taken; raises Refused for others."""
    size = len(document.content)
    if size > LARGEST:
        params = {"name": document.name, "size": size, "limit": LARGEST}
        raise Refused(Sentence("{name} has {size} bytes; attached are at most {limit}.", params))
    found = media_type(document.content)
    if found is None:
        text = "{name} is not taken: it is none of {known}, is damaged, or holds macros."
        raise Refused(Sentence(text, {"name": document.name, "known": KNOWN}))
    return found
