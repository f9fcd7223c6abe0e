"""Words for the codes of coverage: states, reasons, items of norms, what runs out, why a cell moved."""

from collections.abc import Mapping

from inventory.labels import choice_label
from netwatch.language import Sentence, Translate

STATES: Mapping[str, Sentence] = {
    "missing": Sentence("missing"),
    "contradicted": Sentence("contradicted"),
    "not_measured": Sentence("not measured"),
    "declared": Sentence("declared only"),
    "seen": Sentence("seen"),
    "proved": Sentence("proved"),
    "exempt": Sentence("exempt"),
}
ITEMS: Mapping[str, Sentence] = {
    "lan": Sentence("LAN"),
    "data_line": Sentence("data line"),
    "internet_line": Sentence("Internet line"),
    "wifi": Sentence("Wi-Fi"),
    "conferencing_endpoint": Sentence("conferencing endpoint"),
    "conferencing_bridge": Sentence("conferencing bridge"),
    "firewall": Sentence("firewall"),
    "surge_protector": Sentence("surge protector"),
    "ups": Sentence("UPS"),
    "server": Sentence("server"),
    "camera": Sentence("camera"),
    "computer": Sentence("computer"),
    "antivirus": Sentence("antivirus"),
    "it_officer": Sentence("IT officer"),
    "certificate": Sentence("digital certificate"),
    "service": Sentence("service"),
    "asset": Sentence("other asset"),
    "statement": Sentence("statement"),
    "staff": Sentence("member of staff"),
    "mail_account": Sentence("mail account"),
    "document_account": Sentence("account of the document system"),
    "user_account": Sentence("user account"),
}
# What a code of `detail` is a choice of, by the item it narrows.
DETAILS: Mapping[str, tuple[str, str]] = {
    "service": ("service", "kind"),
    "data_line": ("line", "line_class"),
    "internet_line": ("line", "line_class"),
    "surge_protector": ("surge_protector", "protection_kind"),
}
GROUPS: Mapping[str, Sentence] = {
    "power": Sentence("power lines"),
    "data": Sentence("data lines"),
}
LEVELS: Mapping[str, Sentence] = {
    "central": Sentence("central"),
    "province": Sentence("province level"),
    "district": Sentence("district level"),
    "commune": Sentence("commune level"),
    "": Sentence("all levels"),
}
PER: Mapping[str, Sentence] = {
    "unit": Sentence("per agency"),
    "staff": Sentence("per member of staff"),
    "computer": Sentence("per computer"),
    "site": Sentence("per site"),
}
REASONS: Mapping[str, Sentence] = {
    # Why a declared item does not count even on paper, or was only seen.
    "too_slow": Sentence("slower than the norm asks"),
    "too_old": Sentence("older than the norm allows"),
    "protection_unknown": Sentence("the record does not say what kind of line it protects"),
    "out_of_warranty": Sentence("its warranty is over"),
    "speed_unknown": Sentence("the speed of its ports was not read"),
    "bandwidth_unknown": Sentence("its contracted bandwidth is not recorded"),
    "age_unknown": Sentence("the record does not say since when it is there"),
    "warranty_unknown": Sentence("the record does not say until when its warranty lasts"),
    "not_identified": Sentence("answered, but was not identified as what it is declared as"),
    "not_carried": Sentence("its witness has not proved that traffic passes"),
    "not_registered": Sentence("answered, but neither registered nor spoke its protocol"),
    "not_serving": Sentence("its machine answered, but not the service"),
    "no_contact": Sentence("its contact was not read"),
    "tripped": Sentence("its contact says that it has tripped"),
    "not_inspected": Sentence("no inspection with a result is recorded"),
    "inspection_overdue": Sentence("its last inspection is too long ago"),
    "inspection_failed": Sentence("it failed its last inspection"),
    "inspection_forced": Sentence("something happened since that asks for a new inspection"),
    # Why a declared item was not seen.
    "never_seen": Sentence("nothing of it was ever seen"),
    "stale": Sentence("not seen lately"),
    "statement": Sentence("as stated"),
    "asset": Sentence("a plain asset, which nothing can look at"),
    "uncommissioned": Sentence("no trip test has shown both positions of its contact"),
    # Why nothing could be asked of it.
    "no_address": Sentence("it has no address"),
    "no_credentials": Sentence("it has no credentials"),
    "no_witness": Sentence("the line has no witness that proves traffic passes"),
    "no_input": Sentence("its contact is read through no digital input"),
    "no_protocol": Sentence("the record does not say which protocol it speaks"),
    "no_location": Sentence("the record does not say where it is served"),
    "never_asked": Sentence("nobody asked it yet"),
    "never_answered": Sentence("what it is read through never answered"),
    "credentials_refused": Sentence("our credentials are refused"),
    "not_offered": Sentence("does not offer the value"),
    "vantage_blind": Sentence("the monitoring machine itself cannot see the network"),
    "unable": Sentence("a fault on this machine prevented the look"),
    # What differs.
    "serial": Sentence("another serial number"),
    "model": Sentence("another model"),
    "mac": Sentence("another MAC address"),
    "speed": Sentence("slower than declared"),
    "kind": Sentence("another kind of device"),
    "site": Sentence("found at another site"),
    # Why a need is not known.
    "no_statement": Sentence("nobody stated how many there are to be counted by"),
    "partly_stated": Sentence("not all of the agencies merged into it have stated it, nor has it since"),
    "no_site": Sentence("the agency has no site"),
}
CONTRADICTIONS: Mapping[str, Sentence] = {
    "serial": Sentence("serial number {declared} declared, {found} found"),
    "model": Sentence("model {declared} declared, {found} found"),
    "mac": Sentence("MAC address {declared} declared, {found} found"),
    "speed": Sentence("{declared} declared, {found} found"),
    "kind": Sentence("declared as {declared}, identified as {found}"),
    "site": Sentence("declared at {declared}, found at {found}"),
}
SHOWN: Mapping[str, Sentence] = {
    "answered": Sentence("answered"),
    "profile": Sentence("identified by profile {value}"),
    "kind": Sentence("identified as {value}"),
    "speed": Sentence("port at {value}"),
    "carried": Sentence("its witness proved traffic"),
    "registered": Sentence("registered"),
    "speaking": Sentence("spoke {value}"),
    "contact": Sentence("contact {value}"),
    "serving": Sentence("the service answered well"),
    "inspection": Sentence("inspection passed"),
}
WHATS: Mapping[str, Sentence] = {
    "end_of_life": Sentence("end of life"),
    "warranty_ends": Sentence("warranty ends"),
    "exemption_ends": Sentence("exemption ends"),
    "statement_ends": Sentence("statement runs out"),
    "inspection_due": Sentence("inspection due"),
    "norm_begins": Sentence("norm comes into force"),
    "norm_ends": Sentence("norm ceases to hold"),
}
MOVED: Mapping[str, Sentence] = {
    "appeared": Sentence("new: the norm did not ask this agency before"),
    "vanished": Sentence("gone: the norm no longer asks this agency"),
    "need": Sentence("another need than before"),
    "exempted": Sentence("exempted since"),
    "exemption_ended": Sentence("its exemption is over"),
    "items": Sentence("what is there fares otherwise"),
}


def _word(table: Mapping[str, Sentence], code: str, translate: Translate) -> str:
    found = table.get(code)
    return found.words(translate) if found is not None else code


def state_word(code: str, translate: Translate) -> str:
    """The word of a state."""
    return _word(STATES, code, translate)


def item_word(code: str, translate: Translate) -> str:
    """What a norm is about, or a statement."""
    return _word(ITEMS, code, translate)


def detail_word(item: str, detail: str, translate: Translate, language: str) -> str:
    """What narrows an item down: a kind of service, line, protection, the subject of a statement; '' for nothing."""
    if item == "statement":
        return item_word(detail, translate)
    if item == "surge_protector" and detail in GROUPS:
        return GROUPS[detail].words(translate)
    return choice_label(*DETAILS[item], detail, language) if item in DETAILS else detail


def level_word(code: str, translate: Translate) -> str:
    """A level of agencies; '' is all of them."""
    return _word(LEVELS, code, translate)


def per_word(code: str, translate: Translate) -> str:
    """By what a norm counts."""
    return _word(PER, code, translate)


def reason_word(code: str, translate: Translate) -> str:
    """Why something is not proved, or a need not known; a phrase that follows a colon."""
    return _word(REASONS, code, translate)


def what_word(code: str, translate: Translate) -> str:
    """What happens on a day of the calendar."""
    return _word(WHATS, code, translate)


def moved_word(code: str, translate: Translate) -> str:
    """Why a cell moved."""
    return _word(MOVED, code, translate)


def contradiction_words(what: str, declared: str, found: str, translate: Translate) -> str:
    """What was declared, and what was found instead."""
    sentence = CONTRADICTIONS.get(what)
    if sentence is None:
        return f"{what}: {declared} / {found}"
    return Sentence(sentence.text, {"declared": declared, "found": found}).words(translate)


def shown_words(aspect: str, value: str, translate: Translate) -> str:
    """What a look, or an inspection, has shown."""
    sentence = SHOWN.get(aspect)
    if sentence is None:
        return aspect
    return Sentence(sentence.text, {"value": value}).words(translate)
