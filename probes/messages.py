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
        "reason.carrier_up": "carrier up",
        "reason.carrier_down": "carrier down",
        "reason.switched_off": "switched off by configuration",
        "reason.no_route": "this machine has no route to it",
        "reason.permission": "this machine lacks the permission to ask",
        "reason.local_fault": "a fault on this machine",
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
        "registry.import": "{file}: this probe file cannot be loaded ({error}). Repair it or remove it.",
        "registry.no_probe": "{file}: there is no `PROBE = Probe(...)` in this file. Add one or remove the file.",
        "registry.duplicate": "{file}: the probe name '{name}' is already taken by {other}. Choose another name.",
        "registry.folder": "{folder}: this is not a folder. Name a folder with probe files or leave the setting "
        "out.",
        "registry.timeout": "{file}: the probe's timeout ({timeout} s) is not shorter than its interval "
        "({interval} s). Lower the timeout or raise the interval.",
    }
)
