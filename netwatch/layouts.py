"""What people do to saved layouts: list, save, delete. Blocking functions on an engine, as in `netwatch.commands`."""

import re
from collections.abc import Mapping

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory import kept_layouts
from inventory.kept_layouts import KeptLayout
from inventory.sheets.layouts import LONGEST_LAYOUT
from netwatch.control.contract import Refused
from netwatch.language import Sentence
from netwatch.store.engine import writing
from netwatch.store.faults import told

MOST_LAYOUTS = 200
_NAME = re.compile(r"\w[\w.-]{0,59}")


def saved(engine: Engine) -> Mapping[str, KeptLayout]:
    """All layouts by name."""
    with told(engine.url), Session(engine) as session:
        return kept_layouts.kept(session)


def save(engine: Engine, name: str, content: str, *, author: str, at: int) -> None:
    """Save one under its name, in the place of one of the same; raises Refused."""
    if not _NAME.fullmatch(name):
        text = "'{name}' is no name of a layout: up to 60 letters, digits, dots, hyphens and underscores."
        raise Refused(Sentence(text, {"name": name[:80]}))
    if len(content) > LONGEST_LAYOUT:
        raise Refused(Sentence("A layout has at most {limit} characters.", {"limit": LONGEST_LAYOUT}))
    with told(engine.url), Session(writing(engine)) as session:
        known = kept_layouts.kept(session)
        if name not in known and len(known) >= MOST_LAYOUTS:
            raise Refused(Sentence("There are {limit} layouts already; delete one.", {"limit": MOST_LAYOUTS}))
        kept_layouts.keep(session, name, content, author=author, at=at)
        session.commit()


def delete(engine: Engine, name: str, *, author: str, at: int) -> None:
    """Delete one; raises Refused when there is none of that name."""
    with told(engine.url), Session(writing(engine)) as session:
        if not kept_layouts.forget(session, name, author=author, at=at):
            raise Refused(unknown(name, kept_layouts.kept(session)))
        session.commit()


def unknown(name: str, known: Mapping[str, KeptLayout]) -> Sentence:
    """The sentence about a layout nobody saved."""
    params = {"name": name[:80], "known": ", ".join(known) or "–"}
    return Sentence("There is no layout '{name}'. Saved are: {known}.", params)
