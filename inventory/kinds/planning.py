"""What planners keep: norms, statements, exemptions, events of organisation, and documents attached to records."""

# The declarations are calls of dataclasses.field, which is what RUF009 cannot see.
# ruff: noqa: RUF009

from dataclasses import dataclass
from datetime import date

from inventory.kinds.declare import CellType, day, key, needed, one, optional, text
from inventory.kinds.network import LINE_CLASSES
from inventory.kinds.places import ORGANISATION_KINDS, ORGANISATION_LEVELS

NORM_ITEMS = (
    "lan",
    "data_line",
    "internet_line",
    "wifi",
    "conferencing_endpoint",
    "conferencing_bridge",
    "firewall",
    "surge_protector",
    "ups",
    "server",
    "camera",
    "computer",
    "antivirus",
    "it_officer",
    "certificate",
    "service",
    "asset",
    "statement",
)
NORM_PER = ("unit", "staff", "computer", "site")
# Subjects with a word of their own; any other code may be stated too.
STATEMENT_SUBJECTS = (
    "staff",
    "computer",
    "antivirus",
    "it_officer",
    "certificate",
    "mail_account",
    "document_account",
    "user_account",
)
CHANGE_KINDS_OF_ORGANISATION = ("merge", "split", "rename", "reparent", "abolish", "found")
# Those by which somebody else takes an agency's place.
SUCCEEDING = ("merge", "split", "rename", "abolish")
# What a document may be attached to.
ATTACHMENT_ITEMS = (
    "surge_protector",
    "field_record",
    "device",
    "line",
    "line_contract",
    "site",
    "organisation_unit",
    "conferencing_endpoint",
    "sensor",
    "service",
    "asset",
    "norm",
    "statement",
    "exemption",
    "organisation_change",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """Who must have what, how many and how good, from when: one version of it.

    Agencies it asks: of one of `levels` and `unit_kinds` (empty: all), with all `tags` and none of `without_tags`,
    in the subtree of `within`, and, where `security_level` is given, with a service of at least that level. Each needs
    `quantity` per unit, per member of staff, per computer or per site, `target` percent of it. `detail` is what narrows
    the item: a service's kind, an asset's kind, a statement's subject, of surge protectors `power` or `data`.
    `bandwidth` is in bit/s, contracted of lines and of the fastest port for a LAN; `routes` distinct route groups;
    `inspected_within` months, `max_age` years, `proof_days` how long what was shown counts as proof, `unit_cost` VND.
    """

    id: str = key()
    name: str = needed()
    item: str = needed(choices=NORM_ITEMS)
    detail: str | None = text()
    levels: tuple[str, ...] = optional(CellType.CODES, default=(), choices=ORGANISATION_LEVELS)
    unit_kinds: tuple[str, ...] = optional(CellType.CODES, default=(), choices=ORGANISATION_KINDS)
    tags: tuple[str, ...] = optional(CellType.TEXTS, default=())
    without_tags: tuple[str, ...] = optional(CellType.TEXTS, default=())
    within: str | None = one("organisation_unit")
    quantity: int = optional(CellType.INTEGER, default=1, low=1, high=10**6)
    per: str = optional(default="unit", choices=NORM_PER)
    target: int = optional(CellType.INTEGER, default=100, low=0, high=100)
    line_classes: tuple[str, ...] = optional(CellType.CODES, default=(), choices=LINE_CLASSES)
    bandwidth: int | None = optional(CellType.BANDWIDTH, low=1, high=10**15)
    routes: int | None = optional(CellType.INTEGER, low=1, high=100)
    security_level: int | None = optional(CellType.INTEGER, low=1, high=5)
    inspected_within: int | None = optional(CellType.INTEGER, low=1, high=1200)
    max_age: int | None = optional(CellType.INTEGER, low=1, high=100)
    in_warranty: bool = optional(CellType.YES_NO, default=False)
    proof_days: int = optional(CellType.INTEGER, default=30, low=1, high=3660)
    unit_cost: int | None = optional(CellType.INTEGER, low=0, high=10**15)
    legal_basis: str | None = text()
    valid_from: date = needed(CellType.DATE)
    valid_to: date | None = day()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an agency stated of itself: so many of a subject, on a day, from this source.

    Of one agency and subject the newest on or before a day holds on it, through `valid_until` (None: for ever).
    """

    id: str = key()
    organisation_unit: str = needed(CellType.CODE, refers=("organisation_unit",))
    subject: str = needed(CellType.CODE, choices=STATEMENT_SUBJECTS, open=True)
    value: float = needed(CellType.NUMBER, low=0, high=10**12)
    on: date = needed(CellType.DATE)
    valid_until: date | None = day()
    source: str = needed()
    person: str | None = text()
    note: str | None = text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """An agency need not meet a norm: from `on` through `until` (None: until the record is taken out)."""

    id: str = key()
    norm: str = needed(CellType.CODE, refers=("norm",))
    organisation_unit: str = needed(CellType.CODE, refers=("organisation_unit",))
    reason: str = needed()
    on: date = needed(CellType.DATE)
    until: date | None = day()
    person: str | None = text()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationChange:
    """What happened to agencies on a day: who ceased (`predecessors`) and who came in their place (`successors`)."""

    id: str = key()
    kind: str = needed(choices=CHANGE_KINDS_OF_ORGANISATION)
    on: date = needed(CellType.DATE)
    predecessors: tuple[str, ...] = optional(CellType.CODES, default=(), refers=("organisation_unit",))
    successors: tuple[str, ...] = optional(CellType.CODES, default=(), refers=("organisation_unit",))
    legal_basis: str | None = text()
    note: str | None = text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A document about a record: `sha256` (64 lower-case hex digits) is the key of its content of `size` bytes."""

    id: str = key()
    item: str = needed(CellType.CODE, refers=ATTACHMENT_ITEMS)
    name: str = needed()
    media_type: str = needed()
    size: int = needed(CellType.INTEGER, low=0, high=2**40)
    sha256: str = needed(CellType.CODE)
    on: date | None = day()
    person: str | None = text()
    note: str | None = text()
