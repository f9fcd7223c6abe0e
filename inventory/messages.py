"""The words of every problem: English templates by code, and the sentence made of one. `netwatch` translates."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from inventory.problems import Problem
from inventory.sheets.messages import TEXTS as SHEETS_TEXTS
from inventory.snapshot import cells

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        **SHEETS_TEXTS,
        # Places.
        "place_cell": "Sheet '{sheet}', row {row}, column '{column}': {text}",
        "place_row": "Sheet '{sheet}', row {row}: {text}",
        "place_field": "Record '{entity}' ({kind}), '{column}': {text}",
        "place_record": "Record '{entity}' ({kind}): {text}",
        # Cells.
        "unknown_kind": "'{value}' is not a kind of thing the inventory knows. Allowed: {allowed}.",
        "unknown_column": "there is no field '{value}' here. Use: {allowed}.",
        "too_long": "the text is too long. At most {limit} characters are allowed; shorten it.",
        "control_character": "the text holds control characters that cannot be seen. Type it anew.",
        "cannot_clear": "this field is required, so '-' cannot clear it. Write a value, or leave it blank to keep it.",
        "id_missing": "the row has no code. Give every record a code of its own that never changes.",
        "missing": "'{id}' is new and this required field is blank. Fill it in, "
        "or correct the code if '{id}' is wrong.",
        "not_a_code": "'{value}' is not a code. Use letters, digits and . - _ / : @ # + % ~ without blanks, "
        "beginning with a letter or digit.",
        "not_whole": "'{value}' is not a whole number. Write digits only, without thousands separators.",
        "not_a_number": "'{value}' is not a number. Write it with a decimal point or comma, "
        "without thousands separators.",
        "out_of_range": "{value} is out of range. Allowed: from {low} to {high}.",
        "not_yes_no": "'{value}' is neither yes nor no. Write 'yes' or 'no' ('có' or 'không').",
        "not_a_date": "'{value}' is not a date. Write it as 2026-11-23 or 23/11/2026 (day first).",
        "date_short_year": "the year in '{value}' has only two digits. Write all four, such as 23/11/2026.",
        "no_such_day": "there is no day '{value}'. The day comes before the month, and years run from 1900 to 2199.",
        "not_a_bandwidth": "'{value}' is not a bandwidth. Write a number and its unit, such as 20 Mbps, "
        "512 Kbps, 1,5 Gbps.",
        "bandwidth_without_unit": "'{value}' has no unit. Write it out, such as {value} Mbps, or {value} bit/s.",
        "bandwidth_unit": "'{unit}' is not a unit of bandwidth. Use bit/s, Kbps, Mbps or Gbps.",
        "bandwidth_in_bytes": "'{value}' speaks of bytes (capital B), but lines are contracted in bits. "
        "Write Mbps or Mbit/s.",
        "bandwidth_ambiguous": "'{value}' may mean {one} or {other}. Write it without thousands separator and with "
        "fewer decimals, or in the next smaller unit.",
        "bandwidth_fraction": "'{value}' is not a whole number of bit/s. Round it.",
        "not_an_address": "'{value}' is not an IP address. Write one such as 10.1.2.3 or 2001:db8::1; "
        "host names are not allowed.",
        "address_with_prefix": "'{value}' has a prefix length. Write the address alone, without '/'.",
        "not_one_device": "'{value}' cannot be the address of one device. Multicast, broadcast, all-zero and "
        "link-local addresses with a zone are not allowed.",
        "not_an_oid": "'{value}' is not an object identifier. Write numbers separated by dots, "
        "such as 1.3.6.1.2.1.1.3.0.",
        "not_a_mac": "'{value}' is not the MAC address of one card. Write 12 hexadecimal digits, "
        "such as 00:1b:21:3a:4f:5c.",
        "not_a_time": "'{value}' is not a time of day. Write hours and minutes, such as 07:05.",
        "not_a_protocol": "'{value}' is not a protocol. Write its name, with port and path where they differ, "
        "such as sip, h323:1721, rtsp:8554/stream1.",
        "unknown_protocol": "'{value}' is not a protocol that can be looked at. Allowed: ssh, sip, sip-tcp, sips, "
        "h323, xapi, xapi-http, yealink, rtsp, modbus, http, https.",
        "protocol_port": "'{value}' names the port {port}. Allowed: 1 to 65535.",
        "not_a_point": "'{value}' is not a point. Write snmp:OID, modbus:UNIT/FUNCTION/ADDRESS or http:/page#name.",
        "not_a_modbus_point": "'{value}' is not a Modbus point. Write modbus:UNIT/FUNCTION/ADDRESS, such as "
        "modbus:1/discrete/0; functions: {functions}.",
        "not_an_http_point": "'{value}' is not a value of a page. Write the page and, after '#', the name in it, "
        "such as http:/state.xml#digitalInput1.",
        "point_unknown_option": "'{value}' is not an option here, or stands twice. Allowed: {allowed}.",
        "point_option": "{option} cannot be '{value}'. Allowed: {allowed}.",
        "point_of_bits": "'{value}' reads single bits ({function}), which have no number type and no mask. "
        "Leave them out, or read a register (holding, input).",
        "point_masks_float": "'{value}' masks a floating point number. Leave the mask out, or choose u16 or u32.",
        "not_a_choice": "'{value}' is not one of the choices. Allowed: {allowed}.",
        "not_a_choice_near": "'{value}' is not one of the choices. Did you mean '{near}'? Allowed: {allowed}.",
        "wrong_count": "the list is empty or longer than {limit}. Separate the items by semicolons.",
        "repeated": "'{value}' stands twice in the list. Remove one.",
        # Rows.
        "row_twice": "another row, {other}, also speaks of '{id}', and nobody can tell which is right. "
        "Keep one of them.",
        "depends_on_rejected": "it refers to '{value}', whose row ({other}) was rejected. Correct that row first.",
        "retired_but_needed": "it refers to '{value}', which is absent from the complete file and would be retired. "
        "Add the row of '{value}', or change this reference.",
        "kept_as_needed": "it is absent from the complete file but other records refer to it, so it is not retired.",
        "unknown_scope": "there is no unit '{unit}' to be complete about. Similar: {near}.",
        # The whole inventory.
        "id_taken": "the code '{id}' already belongs to another record ({kind}). Codes are unique over all sheets; "
        "choose another.",
        "ids_alike": "the code '{id}' differs from '{other}' ({kind}) only by capital letters. Is it the same record?",
        "reference_unknown": "there is no '{value}'. Allowed: the code of an existing record ({kinds}), "
        "or of one in this file.",
        "reference_near": "there is no '{value}'. Did you mean '{near}'? Allowed: the code of an existing record "
        "({kinds}), or of one in this file.",
        "reference_wrong_kind": "'{value}' is a record of another kind ({actual}). Allowed here: {kinds}.",
        "unit_not_in_force": "the unit '{value}' is not in force on this day. Name the unit that took its place.",
        "ends_before_it_begins": "it would end ({to}) before it begins ({from}). Correct one of the dates.",
        "versions_overlap": "two versions hold on the same day: {one} and {other}. Let the earlier one end on the day "
        "the later one begins.",
        "unit_cycle": "on {day} units stand below themselves: {path}. Correct one of the parents.",
        "uplink_cycle": "uplinks run in a circle: {path}. An uplink leads towards the centre; remove the one that "
        "leads back.",
        "address_taken": "the address {address} already belongs to '{other}' in the routing domain '{domain}'. "
        "Correct the address, or give the device the routing domain it is in.",
        "interface_twice": "the device '{device}' already has an interface '{name}' ('{other}'). Keep one of them.",
        "needed_together": "'{field}' is needed because '{given}' is given. Fill it in, or clear the other with '-'.",
        "witness_needs": "a witness '{witness}' needs '{field}'. Fill it in, or choose another witness.",
        "no_witness": "the line has no witness, so its state will stay unknown. Give it one: echo, path or carrier.",
        "one_end_twice": "both ends of the line are on '{device}'. Name the device at the other end.",
        "end_elsewhere": "end A is the device '{device}', which stands at '{site}', not at the line's site "
        "'{expected}'. Is that right?",
        "closed_and_open": "the values {values} mean both closed and open. Keep each in one list.",
        "two_inputs": "the input is given twice, as an OID and as a point. Keep one of them.",
        "sensor_needs": "a sensor of kind '{kind_of_sensor}' needs '{field}' to be read. Fill it in, "
        "or clear the point with '-'.",
        "not_a_contact": "a sensor of kind '{kind_of_sensor}' gives a number, so '{field}' means nothing here. "
        "Clear it with '-', or choose another kind.",
        "counter_without_device": "strikes are counted through the input device, and none is named. Name it.",
        "record_needs": "a record of kind '{kind_of_record}' needs '{field}'. Fill it in.",
        "reading_negative": "an earth resistance or a number of strikes is never negative. Enter what was read.",
        "positions_elsewhere": "positions belong to trip tests only. Clear them with '-', or choose that kind.",
        "location_not_probed": "'{value}' is no location that can be looked at, so the service stays not monitored. "
        "Write a URL: https://host/page, tcp://host:port, dns://server/name, smtp://host, rtsp://host/path, sip:host, "
        "h323://host, ssh://host.",
        "location_with_login": "the location holds a user or a password, so the service stays not monitored. Take it "
        "out: credentials are named in netwatch.toml and listed at the service's device.",
        "location_without_port": "'{value}' names no port, so the service stays not monitored. Write tcp://host:port.",
        "location_without_name": "'{value}' names nothing to ask for, so the service stays not monitored. Write "
        "dns://server/name, such as dns://10.1.0.2/www.example.",
        "expectation_status": "'{value}' is no status of a page. Write status=200, or status=200-299 for several.",
        "expectation_unknown": "'{value}' says nothing about an answer. Write {allowed} and a value, such as "
        "status=200.",
        "asked_without_address": "the device '{device}' is to be asked for a value but has no address. Give it one.",
        "measured_elsewhere": "'{field}' says how earth resistance was measured, and this is no such record. "
        "Clear it with '-', or choose that kind.",
        "commissioned_before_fitted": "it was commissioned ({commissioned}) before it was fitted ({installed}). "
        "Correct one of the dates.",
        # Planning.
        "norm_field_elsewhere": "'{field}' means nothing for a norm about '{item_of_norm}'. Clear it with '-', "
        "or choose another item.",
        "norm_needs_detail": "a norm about '{item_of_norm}' needs a detail: of which kind, or stating what. "
        "Fill it in.",
        "norm_detail_unknown": "'{value}' is no detail of a norm about '{item_of_norm}'. Allowed: {allowed}.",
        "tags_both_ways": "the norm asks for the tags {tags} and excludes them too, so it concerns nobody. Keep each "
        "in one list.",
        "classes_never_counted": "'{item_of_norm}' counts no lines of the classes {classes}, so they never meet this "
        "norm. It counts {allowed}; choose among these, or the other item of lines.",
        "subject_never_stated": "nobody has stated '{value}' yet, so the need can never be met. Stated so far, or "
        "known: {allowed}.",
        "stated_twice": "the statement '{other}' says the same of the same agency on the same day, and nobody can "
        "tell which is right. Keep one of them.",
        "stated_in_parts": "people and things are counted in whole numbers. Is the value right?",
        "over_before_it_begins": "it would be over ({to}) before it begins ({from}). Correct one of the dates.",
        "wrong_number_of_units": "an event of kind '{kind_of_change}' has {wanted} units in '{field}', and {count} "
        "stand there. Correct the list, or choose another kind.",
        "odd_change": "an event of kind '{kind_of_change}' between these units changes nothing. Are all of them "
        "named?",
        "still_in_force": "the unit '{value}' is still in force on {day}, the day it ceased. Let its version end "
        "then.",
        "not_yet_in_force": "the unit '{value}' is not in force on {day}, the day it takes over. Give it a version "
        "that is.",
        "split_undecided": "the unit '{value}' was split on {day} into {successors}, and nobody can tell which of "
        "them this belongs to. Name it here.",
        "not_a_hash": "'{value}' is not a SHA-256. It has 64 hexadecimal digits in lower case; `netwatch attach` "
        "fills it in.",
        # Contracts.
        "target_of_contract": "'{value}' is no target. Allowed: above 0, at most 100 percent, with at most three "
        "decimals; blank where nothing is agreed.",
        "credit_step_unreadable": "'{value}' is no step of a credit table. Write the availability below which "
        "something is owed, and how much: 99.5=5 or 99,5=5.",
        "credit_step_share": "'{value}' begins at no availability. Allowed: above 0, at most 100 percent, with at most "
        "three decimals.",
        "credit_step_amount": "'{value}' owes nothing, or too much. Allowed: above 0, at most {limit} "
        "({unit_of_credit}).",
        "credit_step_twice": "'{value}' begins at the same availability as '{before}'. Keep one of them.",
        "credit_step_order": "'{value}' stands after '{before}', whose availability is lower. Write the steps from the "
        "highest availability down.",
        "credit_step_less": "'{value}' owes less than '{before}', though availability is lower there. Correct one of "
        "them.",
        "credit_above_target": "the step '{value}' owes something although the target ({target} percent) is met. Is "
        "that right?",
        "nothing_and_something": "'{no_exclusion}' stands beside other exclusions. Keep either it or them.",
        "line_under_two_contracts": "on {day} these lines are under '{other}' too: {lines}. Nobody can tell which "
        "terms hold: name each line in one contract, or let one end before the other begins.",
        "contract_without_lines": "it names no line, and no line has the contract number '{number}', so it is about "
        "nothing. Name its lines, or correct the number.",
        "contract_of_other_provider": "these lines are of another provider than '{value}': {lines}. Is that right?",
        # Reorganisations.
        "unit_unknown": "there is no agency '{unit}'. Similar: {near}.",
        "unit_begins_later": "it begins only on {begins}, so nothing can happen to it on {day}. Choose a later day.",
        "unit_ended": "it ceased on {ended}, so nothing can happen to it on {day}. Name the unit that took its place.",
        "unit_changes_later": "it has a version of its own from {later} on, so it cannot cease on {day}. Undo that "
        "change first, or choose a later day.",
        "already_told": "the event '{change}' says already what becomes of it on {day}. Undo that first.",
        "merge_of_one": "nothing merges with itself alone. Name at least one other unit.",
        "split_into_one": "it would be split into one unit only. Name at least two; it may be one of them.",
        "name_needed": "it is new and has no name. Give it one.",
        "units_disagree": "it is new and would take '{field}' over from units that differ in it: {values}. Say which.",
        "units_left_below": "units would be left below it: {units}. Name its successor, or say below which unit each "
        "of them stands from then on.",
        "not_below": "'{child}' does not stand directly below it that day.",
        "not_a_part": "it is not split into '{part}'. Allowed: {allowed}.",
        "site_unknown": "there is no site '{site}'. Similar: {near}.",
        "site_of_others": "the site does not name '{unit}'. Change its agencies by an import.",
        "sites_on_the_day": "'{unit}' goes on, so its sites can be handed over only once that day ({day}) has come. "
        "Split it without them, and assign them then.",
        "already_named": "it is called '{name}' already.",
        "already_below": "nothing moves: that day it stands below '{parent}' already.",
        "nothing_below": "no unit stands directly below it on {day}.",
        # Applying and undoing.
        "changed_meanwhile": "it was changed after the difference was made. Make the difference again.",
        "unknown_change_set": "there is no change set '{change_set}'. `netwatch events` lists them.",
        "already_undone": "the change set '{change_set}' is undone already.",
        "touched_later": "change set {later} changed '{fields}' after {change_set}. Undo {later} first, "
        "or correct the record by hand.",
        "referred_to_later": "'{id}' refers to '{value}' since change set {later}, so {change_set} cannot be undone. "
        "Undo {later} first, or let it refer to another record.",
    }
)

# Parameters that name fields or kinds, which have headings in the reader's language.
_FIELDS = frozenset({"field", "given", "fields"})
_KINDS = frozenset({"kind", "kinds", "actual"})
# Parameters that are codes of choices: of which field.
_CODED = MappingProxyType(
    {
        "kind_of_sensor": ("sensor", "kind"),
        "kind_of_record": ("field_record", "kind"),
        "item_of_norm": ("norm", "item"),
        "kind_of_change": ("organisation_change", "kind"),
        "unit_of_credit": ("line_contract", "credit_unit"),
        "no_exclusion": ("line_contract", "exclusions"),
    }
)


def _same(text: str) -> str:
    return text


def _plain_heading(kind: str, field: str) -> str:
    return field or kind


def _plain_choice(_kind: str, _field: str, code: str) -> str:
    return code


def sentence(
    problem: Problem,
    translate: Callable[[str], str] = _same,
    heading: Callable[[str, str], str] = _plain_heading,
    choice: Callable[[str, str, str], str] = _plain_choice,
) -> str:
    """The problem in one sentence with its place.

    `translate` gives a template in the reader's language; `heading` the words for a field of a kind, and, where the
    field is '', for the kind itself; `choice` the word for a code of a kind's field (`inventory.labels`).
    """
    params = {name: _worded(name, value, problem.kind, heading) for name, value in problem.params.items()}
    params |= _choices(problem, choice)
    text = translate(TEXTS[problem.code]).format_map(params)
    place = _place(problem)
    if place is None:
        return text
    column = heading(problem.kind, problem.column) if problem.column else ""
    kind = heading(problem.kind, "") if problem.kind else ""
    return translate(TEXTS[place]).format(
        sheet=problem.sheet, row=problem.row, column=column, kind=kind, entity=problem.entity, text=text
    )


def _worded(name: str, value: str, kind: str, heading: Callable[[str, str], str]) -> str:
    if name in _FIELDS:
        return ", ".join(heading(kind, field) for field in value.split(", "))
    if name in _KINDS:
        return ", ".join(heading(each, "") for each in value.split(", "))
    return value


def _choices(problem: Problem, choice: Callable[[str, str, str], str]) -> dict[str, str]:
    """The parameters that are codes of choices, in words; all that are allowed, which the problem may hold cut."""
    kind, field, params = problem.kind, problem.column, problem.params
    if field is not None and problem.code in ("not_a_choice", "not_a_choice_near"):
        worded = {"allowed": ", ".join(choice(kind, field, code) for code in cells(kind)[field].choices)}
        return worded | ({"near": choice(kind, field, params["near"])} if "near" in params else {})
    for name, (of, column) in _CODED.items():
        if name in params:
            return {name: choice(of, column, params[name])}
    if problem.code == "witness_needs":
        return {"witness": choice(kind, "witness", params["witness"])}
    return {}


def _place(problem: Problem) -> str | None:
    if problem.sheet is not None and problem.row is None:
        return "place_sheet"
    if problem.sheet is not None:
        return "place_cell" if problem.column else "place_row"
    if problem.entity is not None:
        return "place_field" if problem.column else "place_record"
    return None
