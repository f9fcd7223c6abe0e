"""Contracts about lines in their versions."""

from datetime import date

from sqlalchemy import CheckConstraint

from inventory.models.base import Base, code_of, day, first_day, key, text, texts, whole

_SINCE = {"info": {"since": "0009"}}


class LineContractRow(Base, table=True):
    """A contract's identity."""

    __tablename__ = "line_contract"
    __table_args__ = (_SINCE,)

    id: str = key()


class LineContractVersionRow(Base, table=True):
    """What is agreed from one day to another; the fee in VND."""

    __tablename__ = "line_contract_version"
    __table_args__ = (CheckConstraint("valid_to > valid_from", name="dates"), _SINCE)

    id: str = code_of("line_contract", primary_key=True)
    valid_from: date = first_day()
    name: str = text()
    provider: str = text()
    number: str = text()
    lines: list[str] = texts()
    measuring_period: str = text()
    availability_target: float | None
    restoration_time: int | None
    rtt_limit: float | None
    loss_limit: float | None
    jitter_limit: float | None
    minimum_outage: int
    degraded: str = text()
    exclusions: list[str] = texts()
    notice_hours: int
    credit_steps: list[str] = texts()
    credit_unit: str = text()
    monthly_fee: int | None = whole()
    legal_document: str | None = text()
    note: str | None = text()
    valid_to: date | None = day()
