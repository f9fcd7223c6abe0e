"""Norms in their versions, statements, exemptions, and documents attached to records."""

from datetime import date

from sqlalchemy import CheckConstraint, Index

from inventory.models.base import (
    Base,
    code_of,
    day,
    first_day,
    key,
    maybe_code_of,
    text,
    texts,
    whole,
)

_SINCE = {"info": {"since": "0007"}}


class NormRow(Base, table=True):
    """A norm's identity."""

    __tablename__ = "norm"
    __table_args__ = (_SINCE,)

    id: str = key()


class NormVersionRow(Base, table=True):
    """What a norm asks for from one day to another; costs in VND."""

    __tablename__ = "norm_version"
    __table_args__ = (CheckConstraint("valid_to > valid_from", name="dates"), _SINCE)

    id: str = code_of("norm", primary_key=True)
    valid_from: date = first_day()
    name: str = text()
    item: str = text()
    detail: str | None = text()
    levels: list[str] = texts()
    unit_kinds: list[str] = texts()
    tags: list[str] = texts()
    without_tags: list[str] = texts()
    within: str | None = maybe_code_of("organisation_unit")
    quantity: int
    per: str = text()
    target: int
    line_classes: list[str] = texts()
    bandwidth: int | None = whole()
    routes: int | None
    security_level: int | None
    inspected_within: int | None
    max_age: int | None
    in_warranty: bool
    proof_days: int
    unit_cost: int | None = whole()
    legal_basis: str | None = text()
    valid_to: date | None = day()


class StatementRow(Base, table=True):
    """What an agency stated of itself."""

    __tablename__ = "statement"
    __table_args__ = (CheckConstraint("value >= 0", name="value"), _SINCE)

    id: str = key()
    organisation_unit: str = code_of("organisation_unit")
    subject: str = text()
    value: float
    on: date = day()
    valid_until: date | None = day()
    source: str = text()
    person: str | None = text()
    note: str | None = text()


class ExemptionRow(Base, table=True):
    """An agency that need not meet a norm for a time."""

    __tablename__ = "exemption"
    __table_args__ = (_SINCE,)

    id: str = key()
    norm: str = code_of("norm")
    organisation_unit: str = code_of("organisation_unit")
    reason: str = text()
    on: date = day()
    until: date | None = day()
    person: str | None = text()


class AttachmentRow(Base, table=True):
    """A document about a record of any kind, which is why no foreign key leads there; its content stands apart."""

    __tablename__ = "attachment"
    __table_args__ = (Index(None, "item"), _SINCE)

    id: str = key()
    item: str = text()
    name: str = text()
    media_type: str = text()
    size: int = whole()
    sha256: str = text()
    on: date | None = day()
    person: str | None = text()
    note: str | None = text()
