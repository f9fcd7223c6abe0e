"""What was published, of whatever kind: one line each, and why one cannot be believed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from sqlalchemy import Engine

from inventory.sealing import Header, PublicationFault
from netwatch.language import Sentence
from netwatch.queries.as_json import iso
from netwatch.store import publications_sql

SCHEMA = 1
MOMENTS = frozenset({"recorded_at", "at", "start", "end"})
Frozen = TypeVar("Frozen")
Thaw = Callable[[bytes, Header], tuple[Frozen, str]]


@dataclass(frozen=True, slots=True)
class PublicationLine:
    """One publication; `fault` says why it cannot be believed, and then `on` and `sha256` are ''.

    `on` is the day its figures are of, the last one of a `period`.
    """

    id: str
    year: int
    scope: str
    recorded_at: int
    author: str
    reason: str
    replaces: str
    replaced_by: str
    on: str = ""
    sha256: str = ""
    release: str = ""
    fault: Sentence | None = None
    period: str = ""


def fault_sentence(id_: str, fault: PublicationFault) -> Sentence:
    """What is wrong with a stored publication."""
    params = {"id": id_, **fault.params}
    texts = {
        "too_large": Sentence("{id} is larger than any publication that netwatch writes.", params),
        "unreadable": Sentence("{id} cannot be read: its content is no publication of netwatch.", params),
        "structure": Sentence("{id} cannot be read: its content is no publication of netwatch.", params),
        "schema": Sentence(
            "{id} has schema {found}, which this release does not know.", {"found": "", **params}
        ),
        "digest": Sentence(
            "{id} is not as it was published: its SHA-256 is {found}, but it states {stated}. Somebody or something "
            "changed it in the database; compare with the published document, or restore a backup.",
            {"found": "", "stated": "", **params},
        ),
        "header": Sentence(
            "{id} is not as it was published: the database has another '{column}' than its content. Somebody or "
            "something changed it; compare with the published document, or restore a backup.",
            {"column": "", **params},
        ),
    }
    return texts[fault.code]


def listed(
    engine: Engine, kind: str, thaw: Thaw[Frozen], told: Callable[[Frozen], Mapping[str, str]]
) -> tuple[PublicationLine, ...]:
    """Every publication of a kind, in the order in which they were recorded; raises StoreFault.

    `told` gives a frozen one's `on` and `release`.
    """
    headers = publications_sql.headers(engine, kind=kind)
    replaced = {header.replaces: header.id for header in headers if header.replaces}

    def line(header: Header) -> PublicationLine:
        after = replaced.get(header.id, "")
        try:
            frozen, digest = thaw(publications_sql.content_of(engine, header.id), header)
        except PublicationFault as fault:
            return line_of(header, after, fault=fault_sentence(header.id, fault))
        return line_of(header, after, sha256=digest, **told(frozen))

    return tuple(map(line, headers))


def replacement_of(engine: Engine, header: Header) -> str:
    """The publication that replaced one; '' when none did. Raises StoreFault."""
    same = publications_sql.headers(engine, header.year, header.scope, header.kind, header.period)
    return next((other.id for other in same if other.replaces == header.id), "")


def line_of(header: Header, replaced_by: str, **more: Any) -> PublicationLine:  # noqa: ANN401 - the line's own fields
    """The line of a header, with what else is known of it."""
    return PublicationLine(
        header.id,
        header.year,
        header.scope,
        header.recorded_at,
        header.author,
        header.reason,
        header.replaces or "",
        replaced_by,
        period=header.period,
        **more,
    )


def report_json(report: Any) -> Mapping[str, object]:  # noqa: ANN401 - any of the read models
    """The JSON object of a report or of one publication."""
    return {"schema": SCHEMA, **as_object(report)}


def as_object(value: Any) -> dict[str, object]:  # noqa: ANN401
    """The JSON object of a read model, without its schema."""
    shown: dict[str, object] = {}
    for field in fields(value):
        part = getattr(value, field.name)
        if field.name in MOMENTS and isinstance(part, int):
            shown |= {field.name: iso(part), f"{field.name}_us": part}
        else:
            shown[field.name] = _json(part)
    return shown


def _json(value: Any) -> object:  # noqa: ANN401
    if isinstance(value, Sentence):
        return str(value)
    if hasattr(value, "__dataclass_fields__"):
        return as_object(value)
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value
