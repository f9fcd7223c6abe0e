"""Claims as JSON: codes stay codes, lengths are seconds, shares thousandths of a percent, moments in both forms."""

from collections.abc import Mapping, Sequence
from typing import Any

from netwatch.availability.contract import Account, Class, Exclusion, Period
from netwatch.availability.shares import shares_of
from netwatch.clock import SECOND
from netwatch.queries.claim_grounds import TakenOut
from netwatch.queries.claims import SCHEMA, Dossier
from netwatch.queries.outages_json import attribution_json, moment_json, outage_json
from netwatch.sla.claim import ClaimRow, Gap, Owed, Reckoning, Restoration
from netwatch.sla.comparison import Comparison, Finding, Match
from netwatch.sla.contract import Decision, Terms
from netwatch.sla.provider_list import Theirs
from netwatch.sla.quality import Quality


def dossier_json(dossier: Dossier, comparisons: Sequence[Comparison] = ()) -> dict[str, Any]:
    """The JSON object of a dossier; with comparisons, one for each piece, those too."""
    claim = dossier.claim
    return {
        "schema": SCHEMA,
        **moment_json("at", dossier.at),
        **moment_json("until", claim.until),
        **moment_json("known_at", dossier.known_at),
        **moment_json("watched_until", dossier.watched_until or None),
        "line": dossier.id,
        "name": dossier.name,
        "site": dossier.site,
        "site_name": dossier.site_name,
        "agencies": list(dossier.agencies),
        "provider": dossier.provider,
        "period": _period(claim.measuring),
        "standing": claim.standing.value,
        "claimed_seconds": claim.claimed / SECOND,
        "amount": claim.amount,
        "pieces": [
            _piece(piece, qualities, dossier.at)
            for piece, qualities in zip(claim.pieces, dossier.qualities, strict=True)
        ],
        "decisions": [_decision(one) for one in dossier.decisions],
        "taken_out": [_taken_out(one) for one in dossier.taken_out],
        "clock": _clock(dossier),
        "measured_by": {
            "witness": dossier.line.witness if dossier.line else None,
            "interval_seconds": dossier.measuring.interval / SECOND,
            "agree": dossier.measuring.agree,
            "of": dossier.measuring.of,
        },
        "rows": {"count": dossier.digest.rows, "sha256": dossier.digest.sha256},
        **({"comparison": [_comparison(one) for one in comparisons]} if comparisons else {}),
    }


def _decision(one: Decision) -> Mapping[str, Any]:
    return {
        **moment_json("recorded_at", one.recorded_at),
        **moment_json("start", one.start),
        **moment_json("end", one.end),
        "party": one.party.value if one.party else None,
        "author": one.author,
        "reason": one.reason,
    }


def _taken_out(one: TakenOut) -> Mapping[str, Any]:
    return {
        **moment_json("recorded_at", one.recorded_at),
        **moment_json("start", one.start),
        **moment_json("end", one.end),
        "excluded": one.excluded,
        "author": one.author,
        "reason": one.reason,
    }


def _clock(dossier: Dossier) -> Mapping[str, Any]:
    """The offset from true time is not known; how large it was at most is, as far as that was recorded."""
    kept = dossier.timekeeping
    return {
        "synchronised": dossier.measuring.synchronised,
        "offset_seconds": None,
        "max_error_seconds": kept.greatest,
        "synchronised_seconds": kept.synchronised / SECOND,
        "unsynchronised_seconds": kept.unsynchronised / SECOND,
        "unknown_seconds": kept.unknown / SECOND,
        "unsynchronised": [
            {**moment_json("start", start), **moment_json("end", end)} for start, end in kept.spans()
        ],
        "at_outages": [
            {
                "max_error_seconds": one.error,
                "unsynchronised": one.unsynchronised,
                "unknown": one.unknown,
                "marked": one.much,
            }
            for one in dossier.doubts
        ],
        "disturbances": [
            {
                "what": one.what,
                **moment_json("start", one.start),
                **moment_json("end", one.end),
                "by_seconds": one.seconds,
            }
            for one in dossier.disturbances
        ],
    }


def _period(period: Period) -> dict[str, Any]:
    return {"name": period.name, **moment_json("start", period.start), **moment_json("end", period.end)}


def _piece(piece: Reckoning, qualities: Sequence[Quality], now: int) -> dict[str, Any]:
    return {
        "terms": _terms(piece.terms),
        **moment_json("start", piece.period.start),
        **moment_json("end", piece.period.end),
        "figures": _account(piece.account),
        "standing": piece.standing.value,
        "claimed_seconds": piece.claimed / SECOND,
        "countable_seconds": piece.countable / SECOND,
        "certain": _owed(piece.sure),
        "by_the_measured_figure": _owed(piece.told),
        "unclaimed_seconds": {why.value: length / SECOND for why, length in piece.unclaimed.items()},
        "outages": [
            {**outage_json(one, now), "restoration": _restoration(restored)}
            for one, restored in zip(piece.outages, piece.restorations, strict=True)
        ],
        "rows": [_row(row) for row in piece.rows],
        "not_measured": [_gap(gap) for gap in piece.gaps],
        "left_out": [_exclusion(one) for one in piece.cuts],
        "not_left_out": [_exclusion(one) for one in piece.late],
        "quality": [_quality(one) for one in qualities],
    }


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "contract": terms.contract,
        "number": terms.number,
        "provider": terms.provider,
        "valid_from": terms.valid_from.isoformat(),
        "valid_to": terms.valid_to.isoformat() if terms.valid_to else None,
        "measuring_period": terms.measuring_period.value,
        "target": terms.target,
        "restoration_seconds": None if terms.restoration is None else terms.restoration / SECOND,
        "minimum_outage_seconds": terms.minimum_outage / SECOND,
        "notice_seconds": terms.notice / SECOND,
        "degraded": "down" if terms.degraded_down else "up",
        "excluded": sorted(terms.excluded),
        "monthly_fee": terms.fee,
    }


def _account(account: Account) -> dict[str, Any]:
    shares = shares_of(account)
    return {
        "availability": shares.availability,
        "lowest": shares.lowest,
        "highest": shares.highest,
        "measured_share": shares.measured,
        "seconds": {class_.value: account.of(class_) / SECOND for class_ in Class},
    }


def _owed(owed: Owed) -> dict[str, Any]:
    step = owed.step
    return {
        "availability": owed.availability,
        "step": None if step is None else {"below": step.below, "credit": step.credit},
        "amount": owed.amount,
    }


def _restoration(one: Restoration | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "measured_seconds": one.measured / SECOND,
        "surely_seconds": one.surely / SECOND,
        "at_most_seconds": None if one.at_most is None else one.at_most / SECOND,
        "late": one.late,
    }


def _row(row: ClaimRow) -> dict[str, Any]:
    return {
        "outage": row.outage,
        **moment_json("start", row.start),
        **moment_json("end", row.end),
        **attribution_json(row.part.attribution),
        "counted_seconds": row.counted / SECOND,
        "claimed_seconds": row.claimed / SECOND,
        "unclaimed_seconds": {why.value: length / SECOND for why, length in row.unclaimed.items()},
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        **moment_json("start", gap.start),
        **moment_json("end", gap.end),
        "seconds": gap.length / SECOND,
        "reason": gap.reason,
    }


def _exclusion(one: Exclusion) -> dict[str, Any]:
    return {
        **moment_json("start", one.start),
        **moment_json("end", one.end),
        "reason": one.reason,
        "by": one.by,
    }


def _quality(one: Quality) -> dict[str, Any]:
    return {
        "metric": one.metric.value,
        "limit": one.limit,
        "measured_seconds": one.measured / SECOND,
        "over_seconds": one.over / SECOND,
        "left_out_seconds": one.left_out / SECOND,
        "share_over": one.share_over,
        "mean": one.mean,
        "highest": one.highest,
    }


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "counts": {finding.value: one.count(finding) for finding in Finding},
        "causes_differ": one.causes_differ,
        "listed": _account(one.listed),
        "admitted": _account(one.admitted),
        "matches": [_match(match) for match in one.matches],
    }


def _match(match: Match) -> Mapping[str, Any]:
    return {
        "finding": match.finding.value,
        "ours": [
            {**moment_json("start", one.outage.start), **moment_json("end", one.outage.end)}
            for one in match.ours
        ],
        "theirs": [_theirs(one) for one in match.theirs],
        "starts_by_seconds": None if match.starts_by is None else match.starts_by / SECOND,
        "ends_by_seconds": None if match.ends_by is None else match.ends_by / SECOND,
        "cause_differs": match.cause_differs,
        "seen_seconds": {class_.value: length / SECOND for class_, length in match.seen.items()},
    }


def _theirs(one: Theirs) -> Mapping[str, Any]:
    return {
        "row": one.row,
        **moment_json("start", one.start),
        **moment_json("end", one.end),
        "reason": one.reason,
        "ticket": one.ticket,
        "party": one.party.value,
    }
