"""What proves which kind of thing: a table, read by whoever weighs items. Pure.

One row for every item that norms may name. Where nothing of the network can show a thing (antivirus, staff,
certificates, plain assets), `shown_by` is empty: it is declared, with its source and date, and never better.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from inventory.coverage.contract import Aspect

ANSWERS = frozenset({Aspect.ANSWERED, Aspect.PROFILE, Aspect.SPEAKING})
CALLS = frozenset({Aspect.REGISTERED, Aspect.SPEAKING})


@dataclass(frozen=True, slots=True)
class Proof:
    """How items of a norm are found and what proves them.

    `kind` is the kind of record, of devices and lines only those of the kinds or classes `of`. `shown_by` are the
    aspects any of which proves it when seen within the norm's days; `identified` asks that its profile name it as the
    device kind that it is declared as; `port_speed` that a port at the norm's speed was seen; `bandwidth` that the
    contracted bandwidth is known; `inspected` that an inspection in term proves it too. `lacking` is the reason of what
    answered without that. `assets` are words by which plain assets are counted as such items.
    """

    kind: str
    of: tuple[str, ...] = ()
    shown_by: frozenset[Aspect] = frozenset()
    lacking: str = ""
    identified: bool = False
    port_speed: bool = False
    bandwidth: bool = False
    inspected: bool = False
    assets: tuple[str, ...] = ()


STATED = Proof("statement")
PROOFS: Mapping[str, Proof] = MappingProxyType(
    {
        "lan": Proof(
            "device",
            ("switch",),
            frozenset({Aspect.ANSWERED, Aspect.SPEED}),
            port_speed=True,
            assets=("switch", "lan", "bộ chuyển mạch", "mạng lan"),
        ),
        "data_line": Proof(
            "line",
            ("tslcd_backbone", "tslcd_access_1", "tslcd_access_2", "leased_line"),
            frozenset({Aspect.CARRIED}),
            "not_carried",
            bandwidth=True,
        ),
        "internet_line": Proof(
            "line",
            ("fibre_internet", "mobile_backup"),
            frozenset({Aspect.CARRIED}),
            "not_carried",
            bandwidth=True,
        ),
        "wifi": Proof(
            "device", ("access_point",), ANSWERS, assets=("access_point", "access point", "wifi", "wi-fi")
        ),
        "conferencing_endpoint": Proof(
            "conferencing_endpoint",
            ("conferencing_endpoint",),
            CALLS,
            "not_registered",
            assets=("conferencing_endpoint", "conferencing endpoint", "đầu cuối hội nghị"),
        ),
        "conferencing_bridge": Proof(
            "device", ("conferencing_bridge",), CALLS, "not_registered", assets=("conferencing_bridge", "mcu")
        ),
        "firewall": Proof(
            "device",
            ("firewall",),
            lacking="not_identified",
            identified=True,
            assets=("firewall", "tường lửa"),
        ),
        "surge_protector": Proof(
            "surge_protector",
            shown_by=frozenset({Aspect.CONTACT}),
            lacking="no_contact",
            inspected=True,
            assets=("surge_protector", "surge protector", "chống sét"),
        ),
        "ups": Proof("device", ("ups",), ANSWERS, assets=("ups", "bộ lưu điện")),
        "server": Proof("device", ("server",), ANSWERS, assets=("server", "máy chủ")),
        "camera": Proof("device", ("camera",), ANSWERS, assets=("camera",)),
        "computer": Proof("asset", assets=("computer", "laptop", "pc", "máy tính", "máy trạm")),
        "antivirus": STATED,
        "it_officer": STATED,
        "certificate": STATED,
        "service": Proof(
            "service", shown_by=frozenset({Aspect.SERVING}), lacking="not_serving", inspected=False
        ),
        "asset": Proof("asset"),
        "statement": STATED,
    }
)


def same_asset(kind: str, words: tuple[str, ...]) -> bool:
    """Whether a plain asset's kind is one of these words, or begins with one ('Máy tính xách tay')."""
    told = " ".join(kind.casefold().split())
    return any(told == word or told.startswith(f"{word} ") for word in words)
