"""Words for claims, what is not claimed, and comparisons; catalogues hold the other languages (`sla.po`)."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from netwatch.incidents.places import Places
from netwatch.language import Translate
from netwatch.queries.incident_words import CONFIDENCES
from netwatch.queries.outage_words import party_words, why
from netwatch.sla.claim import Restoration, Standing
from netwatch.sla.contract import Attribution, CreditUnit, Party, Step

WHY: Mapping[str, str] = {
    "own_power": "own power failed",
    "own_equipment": "own equipment failed",
    "maintenance": "maintenance",
    "maintenance_late": "maintenance that was not announced as the contract asks; whose it was is not decided",
    "force_majeure": "force majeure",
    "undecided": "whose it was is not decided",
    "excluded": "lies in maintenance announced in time, or was taken out of the figures",
    "too_short": "not surely as long as the shortest outage that counts",
    "edge": "between the looks around a change: not certain",
}
STANDINGS: Mapping[str, str] = {
    "not_over": "The period is not over, or its last hour may still be told anew: nothing is claimed yet.",
    "no_target": "No target is agreed: these are figures without a claim.",
    "kept": "As far as is certain, what is agreed was kept: nothing is claimed.",
    "missed": "The target was certainly missed; no credit is agreed for that.",
    "owed": "The target was certainly missed, and a credit is owed.",
}
SHORT_STANDINGS: Mapping[str, str] = {
    "not_over": "not over",
    "no_target": "no target",
    "kept": "agreement kept",
    "missed": "target missed",
    "owed": "credit owed",
}
METRICS: Mapping[str, str] = {"rtt": "round trip", "loss": "loss", "jitter": "jitter"}
FINDINGS: Mapping[str, str] = {
    "agree": "both agree",
    "times": "times differ",
    "only_ours": "only we know it",
    "only_theirs": "only they list it",
}
DISTURBANCES: Mapping[str, str] = {
    "clock_stepped": "the machine's clock was set",
    "suspended": "the machine was suspended",
    "unsynchronised": "the clock was not synchronised",
}
MEASURING: Mapping[str, str] = {"month": "month", "quarter": "quarter", "year": "year"}
WITNESSES: Mapping[str, str] = {
    "echo": "echoes to an address beyond the line, from end to end",
    "path": "a test that a router makes of the path, from end to end",
    "carrier": "the carrier of the ports at both ends",
    "none": "no witness",
}
LATE: Mapping[str, str] = {"yes": "yes", "no": "no", "open": "cannot be told"}


def words(table: Mapping[str, str], code: str, translate: Translate) -> str:
    """The words of a code."""
    return translate(table.get(code, code))


def whose(told: Attribution, translate: Translate) -> str:
    """Whose it is, or perhaps is."""
    if told.party is Party.UNKNOWN and told.perhaps is not None:
        return translate("not known, perhaps {party}").format(party=party_words(told.perhaps, translate))
    return party_words(told.party, translate)


def confidence(told: Attribution, translate: Translate) -> str:
    """How sure that is."""
    return translate(CONFIDENCES[told.confidence])


def grounds_of(
    told: Attribution, places: Places, zone: tzinfo, language: str, translate: Translate
) -> Iterator[str]:
    """What it rests on, a sentence each."""
    return (one.words(translate) for one in why(told, places, zone, language))


def late_words(restoration: Restoration | None, agreed: int | None, translate: Translate) -> str:
    """Whether it was restored later than agreed; '' where nothing is."""
    if restoration is None or agreed is None:
        return ""
    code = "open" if restoration.late is None else "yes" if restoration.late else "no"
    return translate(LATE[code])


def step_words(step: Step | None, unit: CreditUnit, translate: Translate) -> str:
    """What a step owes: '5 % of a month's fee'."""
    if step is None:
        return translate("none")
    amount = f"{step.credit:g}"
    text = "{amount} % of a month's fee" if unit is CreditUnit.PERCENT else "{amount} days of service"
    return translate(text).format(amount=amount)


def standing_words(standing: Standing, translate: Translate) -> str:
    """What comes of a claim, a sentence."""
    return translate(STANDINGS[standing])


def all_texts() -> frozenset[str]:
    """Every English text of the tables, each of which needs a translation."""
    tables = (WHY, STANDINGS, SHORT_STANDINGS, METRICS, FINDINGS, DISTURBANCES, MEASURING, WITNESSES, LATE)
    return frozenset(text for table in tables for text in table.values())
