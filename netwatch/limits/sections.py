"""The form in which limits are written: a section per limit, with overrides below it."""

from collections.abc import Mapping
from datetime import date, datetime
from math import isfinite
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, Strict, model_validator

from netwatch.check import Hardening
from netwatch.clock import SECOND
from netwatch.language import Sentence
from netwatch.limits.contract import UNITS, Limit, Override, Term
from netwatch.settings_base import Section, YesNo, count
from netwatch.settings_faults import refuse

# The codes of inventory.snapshot, which a test compares with these.
LineClass = Literal[
    "tslcd_backbone", "tslcd_access_1", "tslcd_access_2", "leased_line", "fibre_internet", "mobile_backup"
]
DeviceKind = Literal[
    "router",
    "switch",
    "firewall",
    "access_point",
    "conferencing_endpoint",
    "conferencing_bridge",
    "ups",
    "io_device",
    "server",
    "camera",
    "line_terminal",
    "other",
]
SensorKind = Literal["door", "water", "smoke", "contact", "temperature", "humidity", "counter", "number"]
SubjectName = Literal[
    "line", "device", "conferencing_endpoint", "surge_protector", "sensor", "service", "agency"
]
KINDS: Mapping[str, frozenset[str]] = {
    "device": frozenset(get_args(DeviceKind)),
    "sensor": frozenset(get_args(SensorKind)),
}
Room = Literal["", "machine_room", "office"]
State = Literal["", "on_battery", "contact_fault"]
Unit = Literal["", "%", "ms", "s", "d", "°C"]
SeverityName = Literal["critical", "major", "minor", "notice"]


def _number(given: object) -> object:
    if isinstance(given, bool) or not isinstance(given, int | float) or not isfinite(given):
        refuse("a number is needed, without quotes.")
    return given


def _date(given: object) -> object:
    if isinstance(given, datetime) or not isinstance(given, date):
        refuse("a date is needed, without quotes and without a time, for example 2026-01-01.")
    return given


Number = Annotated[float, BeforeValidator(_number), Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
Day = Annotated[date, BeforeValidator(_date)]
Span = Annotated[float, Strict(), Field(ge=0, le=30 * 86_400, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=300)]
Ids = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=10_000)]
Votes = Annotated[int, count(1, 20)]


class Values(Section):
    """What a limit is and what an override may change of it; numbers in the limit's unit, times in seconds."""

    above: Number | None = None
    below: Number | None = None
    clear: Number | None = None
    over: Span | None = None
    hold_for: Span | None = None
    agree: Votes | None = None
    of: Votes | None = None
    severity: SeverityName | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    source: Text | None = None
    off: YesNo | None = None

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if (self.agree is None) != (self.of is None):
            refuse("agree and of go together: set both or neither.")
        if (self.agree or 1) > (self.of or 1):
            refuse("agree = {agree} of {of}: more looks cannot agree than are counted.", **self._votes)
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            refuse(
                "valid_to must lie after valid_from; it is the first day on which the limit no longer holds."
            )
        if self.above is not None and self.below is not None:
            refuse("a limit is either above or below a number. Make it two limits.")
        return self

    @property
    def _votes(self) -> Mapping[str, Any]:
        return {"agree": self.agree, "of": self.of}

    @property
    def term(self) -> Term:
        """The dates between which it holds."""
        return Term(self.valid_from, self.valid_to)

    def changes(self, scale: float) -> dict[str, Any]:
        """What of a `Limit` is set here; `scale` is how much of the base unit the limit's unit is."""
        bound = self.below if self.above is None else self.above
        hardening = Hardening(self.agree, self.of) if self.agree and self.of else None
        found = {
            "upper": None if bound is None else self.above is not None,
            "bound": None if bound is None else bound * scale,
            "back": None if self.clear is None else self.clear * scale,
            "over": None if self.over is None else round(self.over * SECOND),
            "hold": None if self.hold_for is None else round(self.hold_for * SECOND),
            "hardening": hardening,
            "severity": self.severity,
            "source": self.source,
            "off": self.off,
        }
        return {name: value for name, value in found.items() if value is not None}


class OverrideSection(Values):
    """[[<limit>.override]]: other values for some; without units, sites and subjects for all."""

    units: Ids = ()
    sites: Ids = ()
    subjects: Ids = ()

    def override(self, scale: float, place: Sentence) -> Override:
        """The same as a value."""
        return Override(self.changes(scale), self.units, self.sites, self.subjects, self.term, place)


class LimitSection(Values):
    """[<limit>]"""

    subjects: SubjectName
    classes: tuple[LineClass, ...] = ()
    kinds: tuple[DeviceKind | SensorKind, ...] = ()
    room: Room = ""
    metric: Annotated[str, Field(max_length=100)] = ""
    state: State = ""
    part: Annotated[str, Field(max_length=200)] = ""
    unit: Unit = ""
    override: Annotated[tuple[OverrideSection, ...], Field(max_length=10_000)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.metric) == bool(self.state):
            refuse("name either the metric it is about or the state.")
        if self.metric and self.above is None and self.below is None:
            refuse("above or below is missing: from which number on is it beyond the limit?")
        if self.classes and self.subjects != "line":
            refuse('classes are those of lines: they go with subjects = "line".')
        if (self.kinds or self.room) and self.subjects not in KINDS:
            refuse('kinds and room are those of devices and sensors: subjects = "device" or "sensor".')
        strange = sorted(set(self.kinds) - KINDS.get(self.subjects, frozenset(self.kinds)))
        if strange:
            refuse("kinds: {kind} is no kind of what the limit is for.", kind=strange[0])
        sections: tuple[Values, ...] = (self, *self.override)
        for one in sections:
            self._order(one)
        return self

    def _order(self, one: Values) -> None:
        above = self.above if one.below is None and one.above is None else one.above
        below = self.below if one.below is None and one.above is None else one.below
        clear = self.clear if one.clear is None else one.clear
        if above is not None and clear is not None and clear > above:
            refuse(
                "clear = {clear:g} lies above {above:g}: it would never be over.", clear=clear, above=above
            )
        if below is not None and clear is not None and clear < below:
            refuse(
                "clear = {clear:g} lies below {below:g}: it would never be over.", clear=clear, below=below
            )

    @property
    def scale(self) -> float:
        """How much of the base unit the limit's unit is."""
        return UNITS[self.unit]

    def limit(self, id_: str, places: tuple[Sentence, ...]) -> Limit:
        """The same as a value."""
        changes = self.changes(self.scale)
        changes.setdefault("back", changes.get("bound", 0.0))
        return Limit(
            id_,
            self.subjects,
            self.metric,
            self.state,
            self.part,
            unit=self.unit,
            classes=self.classes,
            kinds=self.kinds,
            room=self.room,
            term=self.term,
            places=places,
            **changes,
        )


class RoomSection(Section):
    """[rooms]: sites and devices by the room they are; a device's own word counts before its site's."""

    machine_room: Ids = ()
    office: Ids = ()


def override_keys() -> tuple[str, ...]:
    """The keys that an override may have."""
    return tuple(OverrideSection.model_fields)


def limit_keys() -> tuple[str, ...]:
    """The keys that a limit may have."""
    return tuple(LimitSection.model_fields)
