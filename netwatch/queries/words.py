"""Words for codes: every verdict, reason, kind, role and detail name in English; catalogues hold the other languages.

The English text is the key of the translation (`verdicts.po`). A code nobody wrote words for is shown as it is: a
reader loses a word, never the line.
"""

from collections.abc import Callable, Mapping

Translate = Callable[[str], str]

VERDICTS: Mapping[str, str] = {
    "up": "up",
    "degraded": "degraded",
    "down": "down",
    "unreachable": "unreachable",
    "unknown": "unknown",
}

# Worst first; unknown stands before up because it may hide anything.
SEVERITY: tuple[str, ...] = ("down", "unreachable", "degraded", "unknown", "up")

# A v2c agent does not answer who is not let in, so that silence has more causes here.
UNMANAGED: Mapping[str, str] = {
    "no_answer": "no answer to SNMP (agent switched off, access list, or a wrong community)",
}
REASONS: Mapping[str, str] = {
    "answers": "answers",
    "answered": "answered",
    "no_answer": "does not answer",
    "refused": "answers, but refuses the request",
    "bad_answer": "answers something that cannot be understood",
    "reset": "answers, but cuts the connection off",
    "tls_failed": "answers, but no encryption can be agreed on",
    "certificate_expired": "its certificate is not valid today",
    "certificate_wrong_name": "its certificate is for another name",
    "certificate_untrusted": "its certificate is not signed by an authority known here",
    "server_fault": "reports a fault of its own",
    "untrusted": "cannot be told: unused addresses answer too",
    "name_unknown": "its name does not exist in the name service",
    "own_resolver": "this machine's own name resolution fails",
    "path_broken": "the path towards it is broken",
    "credentials": "answers, but does not accept our credentials",
    "as_expected": "the value is as expected",
    "not_as_expected": "the value is not as expected",
    "on_battery": "runs on its battery, without mains power",
    "hardware_fault": "a part of it is at fault",
    "beyond_limit": "a value is beyond its limit",
    "within_limit": "the value is within its limit",
    "no_value": "no value was measured",
    "incomplete": "too few looks give a result",
    "host_key_changed": "shows another SSH host key than the one it is known by",
    "not_offered": "does not offer the value",
    "carrier_up": "the interface has carrier",
    "carrier_down": "the interface has no carrier",
    "switched_off": "the interface is switched off by configuration",
    "no_route": "this machine has no route to it",
    "permission": "this machine lacks the permission to look",
    "local_fault": "a fault on this machine prevented the look",
    "deadline": "the look did not finish in time",
    "bug": "a programming error prevented the look; it is in the log",
    "upstream": "what it depends on is out of service",
    "parent_undecided": "what it depends on may be out of service",
    "never_seen": "has never answered yet",
    "not_yet_measured": "not measured yet",
    "not_monitored": "nothing measures it",
    "no_witness": "the line has no witness that proves traffic passes",
    "vantage": "the monitoring machine itself cannot see the network",
    "silence": "expected measurements did not come",
    "stopped": "monitoring was stopped",
    "gone": "the device no longer mentions it",
    "witness_good": "the witness proves that traffic passes",
    "witness_fails": "the witness fails: no traffic passes",
    "registered": "registered",
    "not_registered": "not registered",
    "signalling_silent": "takes no calls, though its device answers",
    "device_failed": "its device is out of service",
    "contact_normal": "the contact is in its normal position",
    "contact_fault": "the contact reports a failed surge protector",
    "contact_latched": "the contact is back by itself after a fault (intermittent); no replacement is recorded",
    "latched": "the contact is back by itself after a fault",
    "sensor_alarm": "the contact is not in its normal position",
    "sensor_read": "a value is read",
    "not_commissioned": "no trip test has shown both positions of its contact",
    "input_unreachable": "the digital input cannot be read",
    "serves": "serves its users",
    "service_fails": "answers, but what it is there for does not work",
    "lines_up": "all lines work",
    "backup_only": "only a backup line works",
    "member_not_up": "a line or core device does not work fully",
    "no_line_up": "no line works",
    "core_up": "the core devices work",
    "no_core_up": "no core device works",
    "members_unknown": "the state of its lines or core devices is not known",
}

KINDS: Mapping[str, str] = {
    "device": "device",
    "line": "line",
    "site": "site",
    "conferencing_endpoint": "conferencing endpoint",
    "surge_protector": "surge protector",
    "sensor": "sensor",
    "administrative_unit": "administrative unit",
    "organisation_unit": "organisation unit",
    "contact": "contact",
    "interface": "interface",
    "service": "service",
    "asset": "asset",
    "field_record": "field record",
    # Field records.
    "trip_test": "trip test",
    "inspection": "inspection",
    "earth": "earth resistance",
    "strike": "lightning strike",
    "strike_counter": "strike counter read",
    "replacement": "replacement",
    # Devices.
    "router": "router",
    "switch": "switch",
    "firewall": "firewall",
    "access_point": "access point",
    "conferencing_bridge": "conferencing bridge",
    "ups": "uninterruptible power supply",
    "io_device": "input/output device",
    "server": "server",
    "camera": "camera",
    "line_terminal": "line terminal",
    "other": "other",
    # Lines.
    "tslcd_backbone": "TSLCD backbone",
    "tslcd_access_1": "TSLCD access level I",
    "tslcd_access_2": "TSLCD access level II",
    "leased_line": "leased line",
    "fibre_internet": "fibre Internet",
    "mobile_backup": "4G backup",
    "main": "main line",
    "backup": "backup line",
    # Territories.
    "province": "province",
    "city": "city",
    "district": "district",
    "commune": "commune",
    "ward": "ward",
    "special_zone": "special zone",
    # Organisations.
    "peoples_committee": "People's Committee",
    "peoples_council": "People's Council",
    "party_committee": "Party Committee",
    "fatherland_front": "Fatherland Front",
    "department": "department",
    "ministry": "ministry",
    "service_unit": "public service unit",
    "central": "central",
    # Services.
    "web": "web site",
    "mail": "mail",
    "dns": "name service",
    "document_system": "document system",
    "one_stop": "one-stop shop",
    "database": "database",
}

ROLES: Mapping[str, str] = {
    "site": "site contact",
    "agency": "agency contact",
    "provider_fault_desk": "provider's fault desk",
    "power_company": "power company",
}

DETAILS: Mapping[str, str] = {
    "address": "address",
    "vendor": "vendor",
    "model": "model",
    "serial": "serial number",
    "version": "version",
    "found_model": "model, as the device tells it",
    "found_serial": "serial number, as the device tells it",
    "found_uplink": "uplink, declared ≠ seen by LLDP or CDP",
    "role": "role",
    "provider": "provider",
    "contract_number": "contract number",
    "bandwidth_down": "contracted bandwidth towards the site",
    "bandwidth_up": "contracted bandwidth from the site",
    "route_group": "route group",
    "witness": "witness",
    "end_a": "end at the site",
    "end_b": "upstream end",
    "rtt": "round-trip time",
    "loss": "packet loss",
    "room": "room",
    "position": "position",
    "protects": "protects",
    "input_device": "read through",
    "normal_position": "normal contact position",
    "installed_on": "installed on",
    "contact_position": "contact",
    "contact_failed": "last fault of the contact",
    "last_trip_test": "last trip test",
    "last_inspection": "last inspection",
    "last_replacement": "last replacement",
    "earth_resistance": "earth resistance",
    "strike_count": "strikes counted",
    "last_strike": "last strike",
    "value": "value",
    "street_address": "street address",
    "location": "location",
    "expected": "expected answer",
    "host": "runs on",
    "power_source": "power source",
    "feeder": "power feeder",
    "power_contact": "power company",
    "shared_with": "shared with",
}

# What the value of a detail says, where it is a code.
DETAIL_VALUES: Mapping[str, Mapping[str, str]] = {
    "role": KINDS,
    "witness": {
        "echo": "echoes across the line (end to end)",
        "path": "value measured by a device across the line (end to end)",
        "carrier": "carrier of both ends (does not prove traffic)",
        "none": "none",
    },
    "normal_position": {"closed": "closed", "open": "open"},
    "contact_position": {"closed": "closed", "open": "open"},
}


FAULTS: Mapping[str, str] = {
    "store_behind": "The database cannot be written; what is shown is newer than what is stored",
    "store_locked": "The database is locked by another program",
    "store_read_only": "The database is read-only",
    "store_full": "The disk of the database is full",
    "store_gone": "The database cannot be reached",
    "store_corrupt": "The database is damaged",
    "store_refused": "The database refuses us: its permissions or our credentials are wrong",
    "store_outdated": "The database is of an older version and must be upgraded first",
    "store_newer": "The database is of a newer version than this program",
    "store_conflict": "The database refuses what contradicts what it holds; this is a programming error",
    "store_failed": "The database reports a fault we have no name for",
    "vantage_blind": "This vantage sees none of its anchors, so nothing it reports as silent can be judged",
    "reload_refused": "The last change of settings or inventory was refused; the former one is in force",
    "clock_ahead": "The clock of this machine was set back; times run ahead until it has caught up",
    "starting": "The daemon is starting and has not measured everything yet",
    "icmp_permission": "This machine may not send ICMP echoes",
    "snmp_strays": "Datagrams that answer no question of ours, by sender",
    "snmp_engine_shared": "Several devices tell the same SNMPv3 engine id",
    "receivers_failing": "The channels of these receivers take no messages",
    "not_live": "Nobody is sent anything yet; these receivers wait for it",
    "backup_no_key": "Configurations of so many devices could be read, but there is no key to seal them to",
    "heartbeat_failing": "Whoever watches netwatch from outside does not get its signs of life",
}


def verdict_word(code: str, translate: Translate) -> str:
    """The word of a verdict kind."""
    return translate(VERDICTS.get(code, code))


def reason_words(code: str, translate: Translate) -> str:
    """Why a verdict or fact is as it is, a phrase that follows a colon."""
    return translate(REASONS.get(code, code))


def unmanaged_words(code: str, translate: Translate) -> str:
    """Why a device that serves cannot be managed, a phrase that follows a colon."""
    return translate(UNMANAGED.get(code) or REASONS.get(code, code))


def flag_words(flapping: bool, maintenance: str, translate: Translate) -> tuple[str, ...]:
    """What stands beside a verdict."""
    flapping_words = (translate("keeps going up and down"),) if flapping else ()
    return (*flapping_words, translate("in maintenance")) if maintenance else flapping_words


def kind_word(code: str, translate: Translate) -> str:
    """The word of a kind of subject, inventory record, device, line, territory or organisation."""
    return translate(KINDS.get(code, code))


def role_words(code: str, translate: Translate) -> str:
    """What a contact is."""
    return translate(ROLES.get(code, code))


def detail_name(code: str, translate: Translate) -> str:
    """The label of a detail of a standing."""
    return translate(DETAILS.get(code, code))


def detail_value(name: str, value: str, translate: Translate) -> str:
    """The value of a detail: translated where it is a code, otherwise as it is."""
    words = DETAIL_VALUES.get(name, {})
    return translate(words[value]) if value in words else value


def fault_words(code: str, translate: Translate) -> str:
    """What ails the daemon itself, a sentence without its full stop."""
    return translate(FAULTS.get(code, code))


def all_texts() -> frozenset[str]:
    """Every English text of this module, each of which needs a translation."""
    tables = (VERDICTS, REASONS, UNMANAGED, KINDS, ROLES, DETAILS, FAULTS, *DETAIL_VALUES.values())
    return frozenset(text for table in tables for text in table.values())
