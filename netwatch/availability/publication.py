"""Availability frozen as it was published, and which of its figures are different by what is known later. Pure.

`inventory.sealing` says how it is stored.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inventory.sealing import MOST_TEXT, Header, Sealed, plain, sealed, unsealed
from netwatch.availability.contract import NO_OWNERS, Account, Class, Exclusion, Outage, Owner, Period

KIND = "availability"
SCHEMA = 1
_MONTH = re.compile(r"[1-9][0-9]{3}-(?:0[1-9]|1[0-2])")
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """The figures of one thing (`kind` is agency, site, line or endpoint), with what they rest on beside verdict rows.

    `members` are the sites of an agency, whose outages stand with them; `exclusions` are those of maintenance windows,
    within the period; `owners` say whose the causes of a line's unreachable time were.
    """

    kind: str
    id: str
    name: str
    place: str
    account: Account
    members: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    owners: Mapping[str, Owner] = field(default_factory=lambda: NO_OWNERS)


@dataclass(frozen=True, slots=True)
class Total:
    """All things of a kind together, each once."""

    things: int
    account: Account


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is published of a period, counted at the moment `at` (µs UTC).

    After `watched_until` (0: it lived) no daemon was known to have looked. `last_event` and `last_verdict` are the
    numbers of the last event and the last verdict row it knew of, `release` the program's that computed it. `totals`
    are by kind.
    """

    header: Header
    period: Period
    at: int
    watched_until: int
    last_event: int
    last_verdict: int
    release: str
    scope_name: str
    lines: tuple[FrozenLine, ...]
    totals: Mapping[str, Total]


@dataclass(frozen=True, slots=True)
class Difference:
    """Figures as published and as known now; None where there were, or are, none."""

    kind: str
    id: str
    published: FrozenLine | None
    now: FrozenLine | None


def freeze(frozen: Frozen) -> Sealed:
    """The content of a publication's row; the same publication always gives the same digest."""
    document = {
        "period": plain(frozen.period),
        "at": frozen.at,
        "watched_until": frozen.watched_until,
        "last_event": frozen.last_event,
        "last_verdict": frozen.last_verdict,
        "release": frozen.release,
        "scope_name": frozen.scope_name,
        "lines": [_plain_line(line) for line in frozen.lines],
        "totals": {
            kind: {"things": total.things, "account": _plain_account(total.account)}
            for kind, total in sorted(frozen.totals.items())
        },
    }
    return sealed(frozen.header, document, SCHEMA)


def thaw(content: bytes, header: Header, most_text: int = MOST_TEXT) -> tuple[Frozen, str]:
    """A stored publication and its digest; raises PublicationFault unless every byte of it is as it was frozen."""
    return unsealed(content, header, SCHEMA, _frozen, most_text)


def differences(before: Sequence[FrozenLine], after: Sequence[FrozenLine]) -> Iterator[Difference]:
    """The lines whose figures, members or outages differ, in order; what lies beyond the period is none of them."""
    then, now = _by_key(before), _by_key(after)
    for key in sorted({**then, **now}):
        old, new = then.get(key), now.get(key)
        if old is None or new is None or _weight(old) != _weight(new):
            yield Difference(*key, old, new)


def _by_key(lines: Sequence[FrozenLine]) -> dict[Key, FrozenLine]:
    return {(line.kind, line.id): line for line in lines}


def _weight(line: FrozenLine) -> tuple[object, ...]:
    """What of a line is published as figures."""
    account = line.account
    bounds = account.low, account.high, account.countable
    outages = tuple(_outage_weight(outage, account.period.end) for outage in account.outages)
    return dict(account.by_reason), bounds, line.members, outages


def _outage_weight(outage: Outage, end: int) -> tuple[object, ...]:
    """An outage as far as the period goes: how it went on afterwards changes no figure of it."""
    ends = (outage.end, outage.earliest_end, outage.latest_end)
    within = tuple(at if at is not None and at <= end else None for at in ends)
    why = (outage.cause, outage.reason, outage.evidence) if within[0] is not None else ()
    return outage.start, outage.earliest_start, within, outage.counted, outage.excluded, why


def _plain_line(line: FrozenLine) -> Mapping[str, Any]:
    return {
        **{name: getattr(line, name) for name in ("kind", "id", "name", "place")},
        "account": _plain_account(line.account),
        "members": list(line.members),
        "exclusions": plain(line.exclusions),
        "owners": plain(dict(sorted(line.owners.items()))),
    }


def _plain_account(account: Account) -> Mapping[str, Any]:
    reasons = sorted(account.by_reason.items())
    return {
        "until": account.until,
        **{class_.value: account.of(class_) for class_ in Class},
        "by_reason": [[class_.value, reason, length] for (class_, reason), length in reasons],
        **{name: getattr(account, name) for name in ("low", "high", "countable")},
        "outages": plain(account.outages),
    }


def _frozen(document: Mapping[str, Any]) -> Frozen:
    header, period = Header(**document["header"]), Period(**document["period"])
    if period.name != header.period or not _MONTH.fullmatch(period.name):
        raise ValueError("of another period")
    numbers = ("at", "watched_until", "last_event", "last_verdict")
    return Frozen(
        header=header,
        period=period,
        **{name: int(document[name]) for name in numbers},
        release=str(document["release"]),
        scope_name=str(document["scope_name"]),
        lines=tuple(_line(data, period) for data in document["lines"]),
        totals={
            str(kind): Total(int(data["things"]), _account(data["account"], period))
            for kind, data in document["totals"].items()
        },
    )


def _line(data: Mapping[str, Any], period: Period) -> FrozenLine:
    given = {
        **data,
        "account": _account(data["account"], period),
        "members": tuple(data["members"]),
        "exclusions": tuple(Exclusion(**one) for one in data["exclusions"]),
        "owners": {str(cause): Owner(owner) for cause, owner in data["owners"].items()},
    }
    return FrozenLine(**given)


def _account(data: Mapping[str, Any], period: Period) -> Account:
    given = {
        **data,
        "by_reason": {
            (Class(class_), str(reason)): int(length) for class_, reason, length in data["by_reason"]
        },
        "outages": tuple(Outage(**one) for one in data["outages"]),
    }
    return Account(period=period, **given)
