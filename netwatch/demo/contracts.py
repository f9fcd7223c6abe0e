"""What is agreed with the providers of the synthetic province about its lines. Pure; every figure is invented.

Of every sort one: of many lines by their number, with terms that became stricter at the turn of the year; of lines by
name; by month, quarter and year; with credits in percent, in days, and none. Departments' lines are under no contract.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from inventory.snapshot import LineContract, Record
from netwatch.demo import names
from netwatch.demo.draft import Draft
from netwatch.demo.lines import COMMUNE_NUMBERS, lines_of

# So many leased lines the contract about them names at most.
_MOST_NAMED = 20
_PAPER = "Hợp đồng mẫu (DỮ LIỆU MẪU)"


def line_contracts(draft: Draft) -> Iterator[Record]:
    """The contracts, with every version of each."""
    yield from _of_communes("A", names.PROVIDERS[0], draft, _IN_PERCENT)
    yield from _of_communes("B", names.PROVIDERS[1], draft, _IN_DAYS)
    lines = {line.id: line for place in draft.places for line in lines_of(place, draft.plan)}
    internet = tuple(
        id_ for id_, line in lines.items()
        if line.line_class == "fibre_internet" and line.provider == names.PROVIDERS[0]
    )  # fmt: skip
    yield _contract("INTERNET", "Internet trung tâm", names.PROVIDERS[0], draft, lines=internet, **_INTERNET)
    leased = tuple(id_ for id_, line in lines.items() if line.line_class == "leased_line")[:_MOST_NAMED]
    yield _contract("KENH", "Thuê kênh riêng dự phòng", names.PROVIDERS[1], draft, lines=leased, **_LEASED)


_IN_PERCENT: dict[str, Any] = {
    "availability_target": 99.5, "restoration_time": 240, "minimum_outage": 60, "notice_hours": 24,
    "credit_steps": ("99,5=5", "99=10", "98=25"), "monthly_fee": 1_500_000,
}  # fmt: skip
_IN_DAYS: dict[str, Any] = {
    "availability_target": 99.5, "restoration_time": 360, "degraded": "down", "notice_hours": 48,
    "exclusions": ("maintenance", "own_power", "force_majeure"),
    "credit_steps": ("99,5=2", "99=5", "97=10"), "credit_unit": "days", "monthly_fee": 1_400_000,
}  # fmt: skip
_INTERNET: dict[str, Any] = {
    "measuring_period": "quarter", "availability_target": 99.9, "restoration_time": 120, "rtt_limit": 70.0,
    "loss_limit": 1.0, "jitter_limit": 20.0, "credit_steps": ("99,9=3", "99,5=10"), "monthly_fee": 6_000_000,
}  # fmt: skip
_LEASED: dict[str, Any] = {"measuring_period": "year", "availability_target": 99.8, "exclusions": ("none",)}


def _of_communes(letter: str, provider: str, draft: Draft, terms: Mapping[str, Any]) -> Iterator[Record]:
    """Until the turn of the year 99 percent was enough, and a step less was owed."""
    number, year = COMMUNE_NUMBERS[provider], date(draft.today.year, 1, 1)
    code, name = f"TSLCD2-{letter}", "Thuê kênh TSLCD cấp II các xã"
    now = _contract(code, name, provider, draft, **{**terms, "number": number})
    if draft.since < year:
        softer = {"availability_target": 99.0, "credit_steps": terms["credit_steps"][1:], "valid_to": year}
        yield replace(now, **softer)
        now = replace(now, valid_from=year)
    yield now


def _contract(code: str, name: str, provider: str, draft: Draft, **terms: Any) -> LineContract:  # noqa: ANN401
    given = {"number": f"{code}/HĐ-MẪU", "legal_document": _PAPER, "valid_from": draft.since, **terms}
    return LineContract(id=f"HD-{code}", name=f"{name} (DỮ LIỆU MẪU)", provider=provider, **given)
