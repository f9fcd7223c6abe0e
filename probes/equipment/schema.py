"""What a profile may say, as strict models; a fault in one is a code of `probes.messages` with its parameters."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from probes.equipment import arithmetic
from probes.equipment.catalogue import METRICS, UNITS, Metric, MetricKind, State
from probes.equipment.patterns import PatternError, pattern

FAULT = "profile"
_MOST = 400
_OID = re.compile(r"[0-2](\.(0|[1-9]\d{0,9})){1,127}")
_EVERY = re.compile(r"([1-9]\d{0,4})(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_CLASSES = (
    "other unknown chassis backplane container powerSupply fan sensor module port stack cpu energyObject battery "
    "storageDrive"
)
# IANAPhysicalClass: the number of each word.
CLASSES: Mapping[str, int] = {word: number for number, word in enumerate(_CLASSES.split(), start=1)}

T = TypeVar("T")


def refused(code: str, *at: str | int, **params: object) -> PydanticCustomError:
    """A fault to raise from a validator; `at` is the place within the value."""
    return PydanticCustomError(FAULT, "refused", {"code": f"profile.{code}", "at": at, "params": params})


def _several(value: object) -> object:
    """One or several: what is no list is a list of one."""
    return tuple(value) if isinstance(value, list) else (value,)


def _oid(text: str) -> str:
    if not _OID.fullmatch(text) or any(int(arc) > 0xFFFFFFFF for arc in text.split(".")):
        raise refused("oid", value=text[:60])
    return text


def _question(text: str) -> str:
    _oid(text.removesuffix(".*"))
    return text


def _pattern(text: str) -> str:
    try:
        pattern(text)
    except PatternError as error:
        raise refused(f"pattern_{error.code}", detail=error.detail, value=text[:60]) from None
    return text


def _metric(name: str) -> str:
    if name not in METRICS:
        raise refused("metric", value=name, known=METRICS)
    return name


def _every(text: str) -> str:
    if not _EVERY.fullmatch(text):
        raise refused("every", value=text[:20])
    return text


def seconds(every: str) -> float:
    """'5m' in seconds."""
    number, unit = every[:-1], every[-1]
    return float(number) * _SECONDS[unit]


def _code_page(name: str) -> str:
    try:
        b"a".decode(name)
    except (LookupError, ValueError):
        raise refused("code_page", value=name[:40]) from None
    return name


def _state(value: object) -> object:
    return (value, "") if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _known_state(name: str) -> str:
    if name not in set(State):
        raise refused("state", value=name[:40], known=tuple(State))
    return name


Several: TypeAlias = Annotated[
    tuple[T, ...], BeforeValidator(_several), Field(min_length=1, max_length=_MOST)
]
Listed: TypeAlias = Annotated[tuple[T, ...], BeforeValidator(_several), Field(max_length=_MOST)]
Oid: TypeAlias = Annotated[str, AfterValidator(_oid)]
Pattern: TypeAlias = Annotated[str, AfterValidator(_pattern)]
MetricName: TypeAlias = Annotated[str, AfterValidator(_metric)]
Every: TypeAlias = Annotated[str, AfterValidator(_every)]
StateName: TypeAlias = Annotated[str, AfterValidator(_known_state)]
Stated: TypeAlias = Annotated[tuple[StateName, str], BeforeValidator(_state)]
PartKind: TypeAlias = Literal[
    "integer", "text", "text_implied", "octets", "mac", "ipv4", "address", "oid", "rest"
]
Raw: TypeAlias = int | float | str
TrapTopic: TypeAlias = Literal[
    "link", "power", "contact", "registration", "hardware", "configuration", "path", "restart"
]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    def named(self, *names: str) -> tuple[str, ...]:
        """Which of these keys are given."""
        return tuple(name for name in names if name in self.model_fields_set)


def _exactly_one(model: _Model, *names: str) -> None:
    given = model.named(*names)
    if len(given) != 1:
        raise refused("exactly_one", *given[1:2], known=names)


class Recognise(_Model):
    """A way to recognise a device: all that is named must hold."""

    object_id: Several[Oid] = ()
    description: Pattern = ""
    probe: Annotated[str, AfterValidator(_question)] = ""
    probe_matches: Pattern = ""
    weight: Annotated[int, Field(ge=-50, le=50)] = 0

    @model_validator(mode="after")
    def _something(self) -> "Recognise":
        if not self.named("object_id", "description", "probe"):
            raise refused("nothing_to_recognise")
        if self.probe_matches and not self.probe:
            raise refused("matches_without_probe", "probe_matches")
        return self


class Condition(_Model):
    """What must hold of a row: the value at its index in a column, a part of the index itself, or a scalar."""

    column: Oid = ""
    oid: Oid = ""
    index: Annotated[int, Field(ge=0)] | None = None
    equals: Listed[Raw] = ()
    not_equals: Listed[Raw] = ()
    matches: Pattern = ""

    @model_validator(mode="after")
    def _one_place(self) -> "Condition":
        _exactly_one(self, "column", "oid", "index")
        _exactly_one(self, "equals", "not_equals", "matches")
        return self


class Label(_Model):
    """A source of a row's name."""

    text: str = ""
    column: Several[Oid] = ()
    index: Annotated[tuple[int, ...], BeforeValidator(_several)] = ()
    by: Annotated[tuple[int, ...], BeforeValidator(_several)] = ()
    via: Oid = ""

    @model_validator(mode="after")
    def _something(self) -> "Label":
        if not self.named("text", "column", "index"):
            raise refused("exactly_one", known=("text", "column", "index"))
        return self


class Source(_Model):
    """A source of a text of identity."""

    text: str = ""
    oid: Oid = ""
    column: Oid = ""
    row: Annotated[str, Field(pattern=r"^\d+(\.\d+)*$")] = ""
    entity: (
        Literal["model", "serial", "name", "description", "software", "firmware", "hardware", "manufacturer"]
        | None
    ) = None
    class_: Annotated[str | None, Field(alias="class")] = None
    description: Pattern = ""
    object_ids: bool = False
    match: Pattern = ""
    map: Annotated[dict[str, str], Field(max_length=_MOST)] = {}

    @model_validator(mode="after")
    def _one_source(self) -> "Source":
        _exactly_one(self, "text", "oid", "column", "entity", "description", "object_ids")
        if self.class_ is not None and self.class_ not in CLASSES:
            raise refused("word", "class", value=self.class_, known=tuple(CLASSES))
        return self


class Identity(_Model):
    """Where vendor, model, serial and version stand: sources in order, the first plausible text wins.

    `vendor` is believed before the enterprise number of sysObjectID, `maker` where that number says nothing.
    """

    vendor: Listed[Source] = ()
    maker: Listed[Source] = ()
    model: Listed[Source] = ()
    serial: Listed[Source] = ()
    version: Listed[Source] = ()
    object_ids: Annotated[dict[Oid, str], Field(max_length=5000)] = {}


class Rows(_Model):
    """What all tables share: how an index is made up, and what names a row."""

    index: Annotated[tuple[PartKind, ...], BeforeValidator(_several)] = ()
    label: Listed[Label] = ()

    def part_count(self) -> int | None:
        """How many parts an index has; None when it is not taken apart."""
        return len(self.index) or None

    @model_validator(mode="after")
    def _parts_exist(self) -> "Rows":
        for place, label in enumerate(self.label):
            most = max((*label.index, *label.by), default=-1)
            # Without a description of the index its plain numbers are its parts.
            if self.index and most >= len(self.index):
                raise refused("index_part", "label", place, value=most, count=len(self.index))
        return self


class Read(Rows):
    """One metric: from a scalar, the rows of a column, or a sum of several of them."""

    metric: MetricName
    oid: Oid = ""
    column: Oid = ""
    value: Annotated[str, Field(max_length=arithmetic.LONGEST)] = ""
    columns: dict[str, Oid] = {}
    oids: dict[str, Oid] = {}
    match: Pattern = ""
    scale: Annotated[float, Field(allow_inf_nan=False, strict=False)] = 1.0
    offset: Annotated[float, Field(allow_inf_nan=False, strict=False)] = 0.0
    unit: str = ""
    unsigned: bool = False
    states: dict[str, Stated] = {}
    choices: dict[str, str] = {}
    sentinels: Listed[Raw] = ()
    bounds: Annotated[tuple[float, float] | None, BeforeValidator(_several)] = None
    where: Listed[Condition] = ()
    rows: Literal["all", "first"] = "all"
    fallback: bool = False
    every: Every = ""

    @property
    def seconds(self) -> float:
        """How often to ask."""
        return seconds(self.every) if self.every else METRICS[self.metric].every

    @property
    def scalar(self) -> bool:
        """Whether it is one value rather than rows."""
        return not self.column and not self.columns

    @model_validator(mode="after")
    def _fits(self) -> "Read":
        _exactly_one(self, "oid", "column", "value")
        metric = METRICS[self.metric]
        self._meaning(metric)
        self._units(metric)
        self._sum()
        if self.bounds and not metric.lowest <= self.bounds[0] < self.bounds[1] <= metric.highest:
            raise refused("bounds", "bounds", lowest=f"{metric.lowest:g}", highest=f"{metric.highest:g}")
        return self

    def _meaning(self, metric: Metric) -> None:
        """States for a state, choices for a choice, neither for a number."""
        needed = {MetricKind.STATE: "states", MetricKind.CHOICE: "choices"}.get(metric.kind)
        for name in self.named("states", "choices"):
            if name != needed:
                raise refused("not_for_this_metric", name, metric=self.metric)
        if needed and not self.named(needed):
            raise refused("needed_for_this_metric", "metric", metric=self.metric, needed=needed)
        for raw, word in self.choices.items():
            if word not in metric.choices:
                raise refused("word", "choices", raw, value=word[:40], known=metric.choices)

    def _units(self, metric: Metric) -> None:
        known = UNITS.get(metric.unit, {})
        if self.unit and self.unit not in known:
            if not known:
                raise refused("not_for_this_metric", "unit", metric=self.metric)
            raise refused("word", "unit", value=self.unit[:40], known=tuple(known))
        if not known and (names := self.named("scale", "offset", "bounds")):
            raise refused("not_for_this_metric", names[0], metric=self.metric)

    def _sum(self) -> None:
        if not self.value:
            if names := self.named("columns", "oids"):
                raise refused("without_sum", names[0])
            return
        try:
            used = arithmetic.names(self.value)
        except arithmetic.SumError:
            raise refused("sum", "value", value=self.value[:60]) from None
        given = {*self.columns, *self.oids}
        if used != given or set(self.columns) & set(self.oids):
            odd = ", ".join(sorted(used ^ given or set(self.columns) & set(self.oids)))
            raise refused("sum_names", "value", value=odd[:60])


class Sensors(Rows):
    """A table like ENTITY-SENSOR-MIB's (RFC 3433): the type of a row tells what it measures."""

    type: Oid
    scale: Oid
    precision: Oid
    value: Oid
    status: Oid
    every: Every = "5m"


class Neighbours(Rows):
    """A table of neighbours. `label` names the local port; chassis and port are read by their subtype."""

    protocol: Literal["lldp", "cdp"]
    name: Oid = ""
    chassis: Oid = ""
    chassis_type: Oid = ""
    port: Oid
    port_type: Oid = ""
    description: Oid = ""
    platform: Oid = ""
    address: Oid = ""


class TrapBinding(_Model):
    """What must hold of a binding of a notification: the whole number it carries."""

    binding: Oid
    equals: Several[int]


class Traps(_Model):
    """Notifications that are about one thing, by their names: what is looked at when one of them comes.

    An OID that ends in `.*` stands for all below it. `part` is the binding that names the part; `on_battery` says that
    the device runs on battery then.
    """

    about: TrapTopic
    oids: Annotated[
        dict[str, Annotated[str, AfterValidator(_question)]], Field(min_length=1, max_length=_MOST)
    ]
    part: Oid = ""
    where: Listed[TrapBinding] = ()
    on_battery: bool = False


class Agent(_Model):
    """How the vendor's agents are known to misbehave."""

    bulk: bool = True
    ordered: bool = True
    engine_time: bool = True
    slow: bool = False
    max_repetitions: Annotated[int, Field(ge=1, le=100)] = 10
    code_page: Annotated[str, AfterValidator(_code_page)] = ""


class Proof(_Model):
    """What shows that the profile is right: a recording, or a manual (a MIB, a page of the vendor)."""

    recording: Annotated[str, Field(min_length=1)] = ""
    manual: Annotated[str, Field(min_length=1)] = ""

    @model_validator(mode="after")
    def _one(self) -> "Proof":
        _exactly_one(self, "recording", "manual")
        return self


class Profile(_Model):
    """One file of `profiles/`."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    vendor: Annotated[str, Field(max_length=60)] = ""
    generic: bool = False
    include: Listed[str] = ()
    without: Listed[MetricName] = ()
    proof: Several[Proof]
    recognise: Listed[Recognise] = ()
    identity: Identity = Identity()
    read: Listed[Read] = ()
    sensors: Listed[Sensors] = ()
    neighbours: Listed[Neighbours] = ()
    traps: Listed[Traps] = ()
    # Unions of columns whose rows are interfaces; the first that has any counts.
    interfaces: Annotated[
        tuple[Several[Oid], ...], BeforeValidator(lambda value: tuple(value) if value else ())
    ] = ()
    agent: Agent = Agent()

    @model_validator(mode="after")
    def _whole(self) -> "Profile":
        if not self.generic and not self.vendor:
            raise refused("vendor_missing")
        if self.generic and self.vendor:
            raise refused("vendor_of_generic", "vendor")
        if not self.generic and not self.recognise:
            raise refused("nothing_to_recognise")
        self._no_metric_twice()
        self._object_ids_known()
        return self

    def _no_metric_twice(self) -> None:
        seen: dict[tuple[Any, ...], int] = {}
        for place, read in enumerate(self.read):
            if read.fallback:
                continue
            key = _sameness(read)
            if key in seen:
                raise refused("twice", "read", place, metric=read.metric, other=("read", seen[key]))
            seen[key] = place

    def _object_ids_known(self) -> None:
        for name in ("vendor", "maker", "model", "serial", "version"):
            for place, source in enumerate(getattr(self.identity, name)):
                if source.object_ids and not self.identity.object_ids:
                    raise refused("no_object_ids", "identity", name, place)


def _sameness(read: Read) -> tuple[Any, ...]:
    """Blocks that are the same in this would tell one metric of one part twice."""
    if read.scalar:
        return (read.metric, tuple(label.text for label in read.label), read.where)
    return (read.metric, read.column, tuple(sorted(read.columns.values())), read.value, read.where)
