"""What probes say to people: codes with parameters, their English here, other languages in the catalogues."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from probes.contract import Reason


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence to be: `code` is a key of `TEXTS`, `params` fill its braces."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    def english(self) -> str:
        """The sentence in English."""
        return TEXTS[self.code].format_map(self.params)


def reason_code(reason: Reason) -> str:
    """The key in `TEXTS` of a reason's words."""
    return f"reason.{reason}"


TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "reason.answered": "answered",
        "reason.no_answer": "no answer",
        "reason.refused": "the target refused (it is there)",
        "reason.bad_answer": "the answer could not be understood",
        "reason.path_broken": "the path to it is broken",
        "reason.credentials": "the credentials were not accepted",
        "reason.as_expected": "value as expected",
        "reason.not_as_expected": "value not as expected",
        "reason.not_offered": "the device does not offer this value",
        "reason.reset": "the target cut the connection off (it is there)",
        "reason.tls_failed": "no encryption could be agreed on (it is there)",
        "reason.certificate_expired": "the certificate is not valid today",
        "reason.certificate_wrong_name": "the certificate is for another name",
        "reason.certificate_untrusted": "the certificate is not signed by an authority known here",
        "reason.server_fault": "it reports a fault of its own",
        "reason.untrusted": "unused addresses answer too, so that the answer proves nothing",
        "reason.name_unknown": "the name does not exist",
        "reason.carrier_up": "carrier up",
        "reason.carrier_down": "carrier down",
        "reason.switched_off": "switched off by configuration",
        "reason.no_route": "this machine has no route to it",
        "reason.permission": "this machine lacks the permission to ask",
        "reason.local_fault": "a fault on this machine",
        "reason.own_resolver": "this machine's own name resolution fails",
        "reason.deadline": "the look ran out of time",
        "reason.bug": "a fault in the program itself",
        "icmp.permission": "ICMP is not permitted here, so echo targets are unknown. Allow it with "
        '`sysctl -w net.ipv4.ping_group_range="0 2147483647"` or give the program the capability CAP_NET_RAW '
        "({errors}).",
        "icmp.mode": "ICMP over {family}: {mode} sockets.",
        "icmp.simulated": "ICMP is simulated: echoes go to the responder at {responder}, not to the network.",
        "socket.family": "{family} is not available on this machine ({error}); targets with such addresses are "
        "unknown.",
        "socket.buffer": "The receive buffer of {transport} is {got} bytes, {asked} were asked for: answers may be "
        "lost in bursts. Raise it with `sysctl -w net.core.rmem_max={asked}` or give the program CAP_NET_ADMIN.",
        "streams.authorities": "The authorities named in connections.authorities cannot be read ({detail}), so "
        "certificates cannot be judged and services with TLS are unknown. Name a PEM file that the daemon may read.",
        "registry.import": "{file}: this probe file cannot be loaded ({error}). Repair it or remove it.",
        "registry.no_probe": "{file}: there is no `PROBE = Probe(...)` in this file. Add one or remove the file.",
        "registry.duplicate": "{file}: the probe name '{name}' is already taken by {other}. Choose another name.",
        "registry.folder": "{folder}: this is not a folder. Name a folder with probe files or leave the setting "
        "out.",
        "registry.timeout": "{file}: the probe's timeout ({timeout} s) is not shorter than its interval "
        "({interval} s). Lower the timeout or raise the interval.",
        "profile.place": "{file}, line {line}: {key}:",
        "profile.file": "In {file}:",
        "profile.near": "Did you mean {word}?",
        "profile.folder": "this is not a folder. Name a folder with profiles or leave it out.",
        "profile.name": "the name of a profile's file is made of small letters, digits and '_'. Rename the file.",
        "profile.file_size": "this is longer than {limit} bytes; it is no profile.",
        "profile.unreadable": "the file cannot be read ({error}).",
        "profile.not_utf8": "byte {at} is not UTF-8. Save the file as UTF-8.",
        "profile.not_toml": "this is not valid TOML: {error}.",
        "profile.missing": "this key is missing; it is needed here.",
        "profile.text": "a text in quotes is needed.",
        "profile.number": "a number is needed, without quotes.",
        "profile.whole_number": "a whole number is needed, without quotes.",
        "profile.true_or_false": "write true or false, without quotes.",
        "profile.list": "a list in brackets is needed.",
        "profile.table": "a table with keys and values is needed.",
        "profile.empty": "it must not be empty.",
        "profile.too_long": "it must not be longer than {limit} characters.",
        "profile.too_many": "more than {limit} are not allowed.",
        "profile.too_small": "it must be at least {limit}.",
        "profile.too_large": "it must be at most {limit}.",
        "profile.unfit": "'{value}' is not allowed here.",
        "profile.unknown_key": "this key is not known here. Known are: {known}.",
        "profile.word": "'{value}' is not known here. Allowed are: {known}.",
        "profile.oid": "'{value}' is no OID. Write numbers with dots, without a dot in front, "
        "for example 1.3.6.1.2.1.1.1.0.",
        "profile.pattern_unreadable": "'{value}' is no regular expression: {detail}.",
        "profile.pattern_too_long": "a regular expression must not be longer than {detail} characters.",
        "profile.pattern_unknown_form": "'{detail}' is not allowed in a regular expression here. Use letters, "
        "classes in brackets, \\d \\s \\w . ^ $ ( ) | * + ? and {{}} only.",
        "profile.pattern_nested": "a repeat inside a repeat could keep the search busy for hours: '{value}'. "
        "Write a class in brackets with one repeat, for example [\\d.]+.",
        "profile.pattern_competing": "more than two repeats take the same characters, which could keep the search "
        "busy for long: '{value}'. Replace .* by a class such as [^ ]* where possible.",
        "profile.metric": "there is no metric '{value}'. There are: {known}.",
        "profile.every": "'{value}' is no interval. Write a number with s, m, h or d, for example 5m or 1h.",
        "profile.code_page": "'{value}' is no code page. Write for example gbk, cp1258 or latin-1.",
        "profile.state": "'{value}' is no state. Allowed are: {known}.",
        "profile.exactly_one": "exactly one of these keys is needed here: {known}.",
        "profile.nothing_to_recognise": "it is not said how to recognise the device. Name object_id, description or "
        "probe below [[recognise]].",
        "profile.matches_without_probe": "probe_matches says what the answer of probe must match: name probe too.",
        "profile.index_part": "the index has {count} parts, counted from 0; there is no part {value}.",
        "profile.bounds": "the bounds must lie within those of the metric, {lowest} to {highest}, the lower one first.",
        "profile.not_for_this_metric": "this key means nothing for the metric {metric}.",
        "profile.needed_for_this_metric": "the metric {metric} needs {needed}.",
        "profile.without_sum": 'this key names what stands in a sum: write the sum as value = "...".',
        "profile.sum": "'{value}' is no sum of numbers and names with + - * / and brackets.",
        "profile.sum_names": "each name of the sum must stand once in columns or oids, and no other: {value}.",
        "profile.vendor_missing": "vendor is missing. Name it, or write generic = true.",
        "profile.vendor_of_generic": "a generic profile is of no vendor. Remove one of the two.",
        "profile.twice": "the metric {metric} is read twice from the same: it stands at {other} already. "
        "Remove one, give them different labels, or mark one fallback = true.",
        "profile.no_object_ids": "there is no table [identity.object_ids] to look in.",
        "profile.include_unknown": "there is no profile '{value}' to include. There are: {known}.",
        "profile.include_not_generic": "'{value}' is the profile of a vendor; only generic ones can be included: "
        "{known}.",
    }
)
