"""What publishing figures of any kind has in common: the next number, replacing, and the row that nothing changes."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Engine

from inventory.sealing import MOST_CONTENT, Header, Sealed
from netwatch.control.contract import Refused
from netwatch.language import Sentence
from netwatch.store import publications_sql

LONGEST_REASON = 2000
EVERYTHING = Sentence("everything")


def numbered(before: Sequence[Header], asked: Header, *, amend: bool) -> Header:
    """The header asked for, its `id` followed by its number among those of the same kind and period, and what it
    replaces; raises Refused where there is one already, or none to amend.
    """
    same = [header for header in before if header.scope == asked.scope]
    last, reason = same[-1].id if same else "", asked.reason.strip()
    params = {"year": asked.period or asked.year, "scope": asked.scope or EVERYTHING, "id": last}
    if last and not amend:
        text = "{id} has the figures of {year} for {scope} already. To replace it: --amend --reason TEXT."
        raise Refused(Sentence(text, params))
    if amend and not last:
        text = "There is no publication of {year} for {scope} to amend. Publish it without --amend."
        raise Refused(Sentence(text, params))
    if amend != bool(reason) or len(asked.reason) > LONGEST_REASON:
        text = "--amend and --reason go together; a reason has at most {limit} characters."
        raise Refused(Sentence(text, {"limit": LONGEST_REASON}))
    return replace(asked, id=f"{asked.id}-{len(before) + 1}", reason=reason, replaces=last or None)


def write_down(engine: Engine, header: Header, sealed: Sealed, *, dry_run: bool) -> None:
    """Write the row, unless it is a dry run; raises Refused, StoreFault."""
    if len(sealed.content) > MOST_CONTENT:
        limit = {"size": len(sealed.content), "limit": MOST_CONTENT}
        text = "The publication would take {size} bytes, more than {limit}. Publish its parts with --scope."
        raise Refused(Sentence(text, limit))
    if not dry_run and not publications_sql.add(engine, header, sealed.content):
        raise Refused(Sentence("Somebody else published at the same moment. Look, and try again."))
