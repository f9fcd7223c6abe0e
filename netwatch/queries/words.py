"""Words for codes: every verdict, reason, kind, role and detail name in English; catalogues hold the other languages.

The English text is the key of the translation (`verdicts.po`). A code nobody wrote words for is shown as it is: a
reader loses a word, never the line.
"""

from collections.abc import Callable, Mapping

from netwatch.queries.backup_words import outcome_words
from netwatch.queries.figures import dated, localised

Translate = Callable[[str], str]

VERDICTS: Mapping[str, str] = {
    "up": "up",
    "degraded": "degraded",
    "down": "down",
    "unreachable": "unreachable",
    "unknown": "unknown",
}

# What `netwatch.incidents.reclassify.exclusion` puts before a reason.
_MAINTENANCE = "maintenance: "

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
    "inspected": "passed its inspection, which is in its term",
    "inspection_overdue": "its inspection is overdue",
    "forced_by_strike": "to be inspected: lightning struck since the last inspection",
    "forced_by_earth_resistance": "to be inspected: its earth resistance is above the limit",
    "forced_by_device_lost": "to be inspected: something it protects failed in a storm",
    "forced_by_inspection_failed": "to be inspected: it did not pass the last inspection",
    "forced_by_indicator_red": "to be inspected: its indicator is red",
    "forced_by_design_life": "to be inspected: its design life is over",
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
    "organisation_change": "event of organisation",
    "norm": "norm",
    "line_contract": "line contract",
    "statement": "statement",
    "exemption": "exemption",
    "attachment": "attached document",
    # Field records.
    "trip_test": "trip test",
    "inspection": "inspection",
    "earth": "earth resistance",
    "strike": "lightning strike",
    "strike_counter": "strike counter read",
    "lost_in_storm": "lost in a storm",
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
    "contact_position": "position of the contact",
    "contact_failed": "last fault of the contact",
    "last_trip_test": "last trip test",
    "last_inspection": "last inspection",
    "inspection_due": "inspection due",
    "forced_by_contact_fault": "to be inspected: its contact failed and no replacement is recorded",
    **{code: text for code, text in REASONS.items() if code.startswith("forced_by_")},
    "last_replacement": "last replacement",
    "earth_resistance": "earth resistance",
    "strike_count": "strikes counted",
    "last_strike": "last strike",
    "value": "value",
    "street_address": "street address",
    "location": "location",
    "expected": "expected answer",
    "host": "runs on",
    "utilisation_down": "traffic towards the site",
    "utilisation_up": "traffic from the site",
    "jitter": "jitter",
    "profile": "read by the profile",
    "fault_power_supply": "power supply at fault",
    "fault_fan": "fan at fault",
    "fault_temperature": "temperature at fault",
    "fault_voltage": "voltage at fault",
    "fault_battery": "battery at fault",
    "fault_disk": "disk at fault",
    "fault_storage": "storage at fault",
    "fault_module": "module at fault",
    "fault_cluster": "cluster at fault",
    "fault_poe": "power over Ethernet at fault",
    "fault_peripheral": "peripheral at fault",
    "fault_service": "service at fault",
    "fault_smoke": "smoke",
    "fault_water": "water",
    "drawing_on": "draws on",
    "battery_charge": "battery charge",
    "battery_runtime": "battery lasts",
    "on_battery_for": "on battery for",
    "load": "load",
    "cpu": "processor",
    "memory": "memory in use",
    "storage": "storage in use",
    "temperature": "hottest within",
    "room_temperature": "room temperature (allowed)",
    "room_humidity": "room humidity (allowed)",
    "limits": "allowed",
    "power_supplies": "power supplies well",
    "fans": "fans well",
    "disks": "disks well",
    "poe_power": "power given over Ethernet",
    "access_points": "access points",
    "radio_clients": "radio clients",
    "calls": "calls",
    "alarms": "alarms of its own",
    "uptime": "running for",
    "registered": "registered (conferencing)",
    "sip": "SIP over UDP",
    "sip-tcp": "SIP over TCP",
    "sips": "SIP over TLS",
    "h323": "H.323 signalling",
    "in_call": "in a call",
    "call_loss": "packet loss of the call",
    "call_jitter": "jitter of the call",
    "call_rtt": "delay of the call",
    "rtsp": "picture (RTSP)",
    "status_code": "status code",
    "answer_time": "answers within",
    "certificate_days": "certificate valid for",
    "certificate_issuer": "certificate issued by",
    "says": "says",
    "configuration_read": "configuration last read",
    "configuration_changed": "configuration last changed",
    "configuration_failing": "configuration cannot be read",
    "commissioned": "commissioned by a trip test",
    "latched_since": "latched since",
    "power_source": "power source",
    "feeder": "power feeder",
    "power_contact": "power company",
    "shared_with": "shared with",
}

YES_NO: Mapping[str, str] = {"yes": "yes", "no": "no"}
# Units of time, as figures hold them.
UNITS: Mapping[str, str] = {"d": "d", "h": "h", "min": "min", "s": "s"}

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
    "drawing_on": {
        "normal": "mains",
        "bypass": "mains, past the UPS (bypass)",
        "battery": "battery",
        "booster": "mains, raised",
        "reducer": "mains, lowered",
        "none": "nothing: its output has no power",
        "off": "nothing: it is switched off",
        "test": "mains, testing its battery",
        "sleep": "mains, asleep",
    },
    "profile": {"generic": "generic (no vendor’s profile knows it)"},
    **dict.fromkeys(("registered", "in_call", "commissioned"), YES_NO),
    **dict.fromkeys(("sip", "sip-tcp", "sips", "h323", "rtsp"), REASONS),
}

# Details that are numbers with units, and those that hold days.
MEASURED = frozenset(
    {
        *(
            "rtt",
            "loss",
            "jitter",
            "utilisation_down",
            "utilisation_up",
            "call_loss",
            "call_jitter",
            "call_rtt",
        ),
        *(
            "battery_charge",
            "battery_runtime",
            "on_battery_for",
            "load",
            "cpu",
            "memory",
            "storage",
            "temperature",
        ),
        *("room_temperature", "room_humidity", "limits", "value", "poe_power", "uptime", "answer_time"),
        *("certificate_days", "strike_count", "earth_resistance"),
    }
)
DATED = frozenset(
    {
        *(
            "contact_failed",
            "latched_since",
            "last_trip_test",
            "last_inspection",
            "last_replacement",
            "last_strike",
        ),
        *("configuration_read", "configuration_changed", "installed_on", "inspection_due"),
    }
)
# What people ask first, by kind of thing.
FAULT, MOST_BRIEF = "fault_", 7
BRIEF: Mapping[str, tuple[str, ...]] = {
    "line": ("utilisation_down", "utilisation_up", "rtt", "loss", "jitter"),
    "device": (
        *("found_model", "found_serial", "drawing_on", "battery_charge", "battery_runtime", "load"),
        *("room_temperature", "room_humidity", "rtsp", "calls", "cpu", "memory", "temperature"),
        *("configuration_failing",),
    ),
    "conferencing_endpoint": (
        *("registered", "sip", "sip-tcp", "sips", "h323", "in_call", "call_loss", "call_jitter", "call_rtt"),
    ),
    "surge_protector": (
        "contact_position",
        "latched_since",
        "commissioned",
        "strike_count",
        "last_trip_test",
        "inspection_due",
    ),
    "sensor": ("value", "limits", "contact_position", "commissioned"),
    "service": ("status_code", "rtsp", "answer_time", "certificate_days"),
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
    "daily_not_sent": "These receivers did not get their last daily report",
    "not_live": "Nobody is sent anything yet; these receivers wait for it",
    "backup_no_key": "Configurations of so many devices could be read, but there is no key to seal them to",
    "heartbeat_failing": "Whoever watches netwatch from outside does not get its signs of life",
}


def verdict_word(code: str, translate: Translate) -> str:
    """The word of a verdict kind."""
    return translate(VERDICTS.get(code, code))


def reason_words(code: str, translate: Translate) -> str:
    """Why a verdict or fact is as it is, or time does not count, a phrase that follows a colon."""
    if code.startswith(_MAINTENANCE):
        return translate("maintenance: {reason}").format(reason=code.removeprefix(_MAINTENANCE))
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


def detail_value(name: str, value: str, translate: Translate, language: str = "en") -> str:
    """The value of a detail as people read it: codes as words, numbers and days as they are written here."""
    if name in MEASURED:
        value = localised(value, lambda unit: translate(UNITS[unit]), language == "vi")
    if name in MEASURED or name in DATED:
        return dated(value)
    if name == "configuration_failing":
        return outcome_words(value, translate)
    words = DETAIL_VALUES.get(name, {})
    return translate(words[value]) if value in words else value


def brief(kind: str, details: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the few details worth showing of a thing beside its verdict; what is at fault comes first."""
    faults = [name for name in details if name.startswith(FAULT)]
    return tuple([*faults, *(name for name in BRIEF.get(kind, ()) if name in details)][:MOST_BRIEF])


def fault_words(code: str, translate: Translate) -> str:
    """What ails the daemon itself, a sentence without its full stop."""
    return translate(FAULTS.get(code, code))


def all_texts() -> frozenset[str]:
    """Every English text of this module, each of which needs a translation."""
    tables = (VERDICTS, REASONS, UNMANAGED, KINDS, ROLES, DETAILS, FAULTS, UNITS, *DETAIL_VALUES.values())
    return frozenset(text for table in tables for text in table.values())
