"""Administrative and organisation units: who they are apart from what they were called, and when; what became of them.

A unit's row is its identity, which others refer to; each of its versions holds from `valid_from` until `valid_to`
excluded (NULL: still).
"""

from datetime import date

from sqlalchemy import CheckConstraint

from inventory.models.base import Base, code_of, day, first_day, key, maybe_code_of, text, texts


class AdministrativeUnitRow(Base, table=True):
    """A territory's identity."""

    __tablename__ = "administrative_unit"

    id: str = key()


class AdministrativeUnitVersionRow(Base, table=True):
    """What a territory is from one day to another."""

    __tablename__ = "administrative_unit_version"
    __table_args__ = (CheckConstraint("valid_to > valid_from", name="dates"),)

    id: str = code_of("administrative_unit", primary_key=True)
    valid_from: date = first_day()
    name: str = text()
    kind: str = text()
    parent: str | None = maybe_code_of("administrative_unit")
    valid_to: date | None = day()


class OrganisationUnitRow(Base, table=True):
    """An agency's identity."""

    __tablename__ = "organisation_unit"

    id: str = key()


class OrganisationUnitVersionRow(Base, table=True):
    """What an agency is from one day to another."""

    __tablename__ = "organisation_unit_version"
    __table_args__ = (CheckConstraint("valid_to > valid_from", name="dates"),)

    id: str = code_of("organisation_unit", primary_key=True)
    valid_from: date = first_day()
    name: str = text()
    kind: str = text()
    level: str = text()
    parent: str | None = maybe_code_of("organisation_unit")
    administrative_unit: str | None = maybe_code_of("administrative_unit")
    contact: str | None = maybe_code_of("contact")
    tags: list[str] = texts(since="0007")
    valid_to: date | None = day()


class OrganisationChangeRow(Base, table=True):
    """What happened to agencies on a day."""

    __tablename__ = "organisation_change"
    __table_args__ = ({"info": {"since": "0007"}},)

    id: str = key()
    kind: str = text()
    on: date = day()
    predecessors: list[str] = texts()
    successors: list[str] = texts()
    legal_basis: str | None = text()
    note: str | None = text()
