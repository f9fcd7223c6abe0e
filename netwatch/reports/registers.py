"""The registers of circular 06/2026/TT-BKHCN on the dedicated data network: connections (article 10), yearly need (11).

Pure. What netwatch does not know is said to be so, never left to look like a zero.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from exporters.documents.formats import shown
from exporters.documents.model import Column, ColumnKind, Document, Language, Row, Table, Value
from inventory.coverage.items import Things
from inventory.coverage.needs import in_scope, needs
from inventory.snapshot import Inventory, Line, Norm, Statement, in_force
from netwatch.language import Sentence, Translate
from netwatch.reports.letterhead import Facts, Manner, document
from netwatch.reports.naming import Naming

INTEGER, PERCENT, DATE = ColumnKind.INTEGER, ColumnKind.PERCENT, ColumnKind.DATE
BANDWIDTH = ColumnKind.BANDWIDTH
# What stands on the dedicated network, by line class.
DEDICATED = ("tslcd_backbone", "tslcd_access_1", "tslcd_access_2")
# An increase beyond this share needs a justification (article 11 of the circular).
UNJUSTIFIED = 0.2
# Subjects of statements by which an agency registers its need: channels, and Mbit/s of each.
CHANNELS_STATED, BANDWIDTH_STATED = "tslcd_channel", "tslcd_bandwidth"
MEGABIT = 1_000_000
NOTHING_MEASURED: Mapping[str, float] = MappingProxyType({})
_WIDE = 44


@dataclass(frozen=True, slots=True)
class Quality:
    """What is known of a connection's quality at the moment, each as readable text; '' where it is not known."""

    state: str = ""
    round_trip: str = ""
    loss: str = ""


def dedicated_lines(things: Things, agencies: frozenset[str]) -> tuple[tuple[Line, tuple[str, ...]], ...]:
    """The lines of the dedicated network that serve any of these agencies, with whom they serve, by line code."""
    lines = (line for _, line in sorted(things.inventory.of("line").items()) if line.line_class in DEDICATED)
    served = ((line, things.agencies(line, line.site)) for line in lines)
    return tuple((line, units) for line, units in served if agencies & set(units))


def tslcd_document(
    inventory: Inventory,
    on: date,
    scope: str,
    quality: Mapping[str, Quality] | None,
    manner: Manner,
    facts: Facts,
    _: Translate,
) -> Document:
    """The register of connections as of a day; `quality` by line code, None where it is not known for that day."""
    naming = Naming(inventory, manner.language, _)
    things = Things(inventory, on)
    lines = dedicated_lines(things, in_scope(inventory, scope))
    rows = [
        _connection_row(number, line, units, quality, naming)
        for number, (line, units) in enumerate(lines, start=1)
    ]
    table = Table(
        "connections",
        _("Register of connections"),
        _connection_columns(_),
        rows,
        tuple(_lacks([line for line, _units in lines], _)),
        fixed=2,
    )
    classes = _connections_by_class(lines, naming, _)
    return document(manner, facts, (classes,), (table,), _("Method"), table.key)


def _connection_columns(_: Translate) -> tuple[Column, ...]:
    return (
        Column(_("No."), INTEGER, 6),
        Column(_("Connected agency"), width=_WIDE),
        Column(_("Legal document"), width=26),
        Column(_("Connected on"), DATE),
        Column(_("Channels"), INTEGER),
        Column(_("Bandwidth down"), BANDWIDTH),
        Column(_("Bandwidth up"), BANDWIDTH),
        Column(_("Quality: state"), width=24),
        Column(_("Quality: round trip"), width=14),
        Column(_("Quality: loss"), width=12),
        Column(_("Quality: shown by"), width=16, extra=True),
        Column(_("Class"), width=20),
        Column(_("Role"), width=12, extra=True),
        Column(_("Provider"), width=18),
        Column(_("Contract"), width=18, extra=True),
        Column(_("Connection"), width=30, extra=True),
        Column(_("Code"), width=20),
        Column(_("Address"), width=_WIDE, extra=True),
    )


def _connection_row(
    number: int,
    line: Line,
    units: tuple[str, ...],
    quality: Mapping[str, Quality] | None,
    naming: Naming,
) -> Row:
    site = naming.inventory.of("site").get(line.site)
    return (
        number,
        naming.units(units),
        line.legal_document,
        line.connected_on,
        line.channels,
        line.bandwidth_down,
        line.bandwidth_up,
        *_quality(line.id, quality, naming.translate),
        naming.choice("line", "witness", line.witness),
        naming.choice("line", "line_class", line.line_class),
        naming.choice("line", "role", line.role),
        line.provider,
        line.contract_number,
        line.name,
        line.id,
        getattr(site, "street_address", None),
    )


def _quality(line: str, quality: Mapping[str, Quality] | None, _: Translate) -> tuple[str, str, str]:
    if quality is None:
        unkept = _("not kept for that day")
        return unkept, unkept, unkept
    unmeasured = _("not measured")
    known = quality.get(line, Quality())
    return known.state or unmeasured, known.round_trip or unmeasured, known.loss or unmeasured


def _lacks(lines: Iterable[Line], _: Translate) -> Iterator[str]:
    """What article 10 asks for and nobody has written down."""
    lines = tuple(lines)
    told = (
        (sum(not line.legal_document for line in lines), _("Connections without a legal document: {count}.")),
        (sum(not line.connected_on for line in lines), _("Connections without a date: {count}.")),
        (
            sum(not line.bandwidth_down for line in lines),
            _("Connections without a contracted bandwidth: {count}."),
        ),
    )
    yield from (text.format(count=count) for count, text in told if count)


def _connections_by_class(
    lines: tuple[tuple[Line, tuple[str, ...]], ...], naming: Naming, _: Translate
) -> Table:
    columns = (
        Column(_("Class"), width=_WIDE),
        Column(_("Connections"), INTEGER),
        Column(_("Channels"), INTEGER),
        Column(_("Number of agencies"), INTEGER),
    )
    rows = [
        (
            naming.choice("line", "line_class", code),
            sum(line.line_class == code for line, _units in lines),
            sum(line.channels for line, _units in lines if line.line_class == code),
            len({unit for line, units in lines if line.line_class == code for unit in units}),
        )
        for code in DEDICATED
    ]
    return Table("classes", _("Connections by class"), columns, [row for row in rows if row[1]])


@dataclass(frozen=True, slots=True)
class Registration:
    """What one agency has and needs: connections (lines), channels, bandwidth of a channel in bit/s (None unknown).

    `source` says where the need comes from, `basis` what justifies it; '' where nobody said. `measured` is what the
    traffic of its fullest channel asks for.
    """

    unit: str
    connections: int
    channels: int
    bandwidth: int | None
    channels_needed: int
    bandwidth_needed: int | None
    source: str
    basis: str
    measured: int | None = None

    @property
    def more_channels(self) -> float | None:
        """The increase of channels as a share of those there are; None where there are none."""
        return self.channels_needed / self.channels - 1 if self.channels else None

    @property
    def more_bandwidth(self) -> float | None:
        """The increase of the bandwidth of a channel; None where one of both is not known."""
        if not self.bandwidth or not self.bandwidth_needed:
            return None
        return self.bandwidth_needed / self.bandwidth - 1

    @property
    def to_justify(self) -> bool:
        """Whether it grows by more than may go without a justification; from nothing to something always does."""
        anew = not self.channels and bool(self.channels_needed)
        return anew or any((more or 0) > UNJUSTIFIED for more in (self.more_channels, self.more_bandwidth))


def registrations(
    inventory: Inventory,
    on: date,
    year: int,
    scope: str,
    language: Language,
    _: Translate,
    measured: Mapping[str, float] = NOTHING_MEASURED,
) -> tuple[Registration, ...]:
    """One for each agency that has or needs channels, by name of agency; `measured` is the need of lines in bit/s.

    The need is what the agency stated by the 31st of January of the year (article 11), else what the norms of that
    year ask for where it is more than there is, else what there is.
    """
    agencies = in_scope(inventory, scope)
    planned = replace(inventory, records={**inventory.records, "norm": norms_of(inventory, year)})
    things, then = Things(planned, on), Things(planned, date(year, 1, 31))
    asked = _asked(things, agencies)
    own: dict[str, list[Line]] = {}
    for line, units in dedicated_lines(things, agencies):
        for unit in units:
            own.setdefault(unit, []).append(line)
    made = (
        replace(
            _registration(unit, own.get(unit, []), asked.get(unit), then.statements, language, _),
            measured=_measured(own.get(unit, []), measured),
        )
        for unit in sorted(agencies)
    )
    names = inventory.of("organisation_unit")
    wanted = (one for one in made if one.channels or one.channels_needed)
    return tuple(sorted(wanted, key=lambda one: (names[one.unit].name, one.unit)))


def _measured(lines: Iterable[Line], measured: Mapping[str, float]) -> int | None:
    """The most that the traffic of one channel asks for, in whole Mbit/s; the channels of a line share it."""
    needs_ = [measured[line.id] / max(1, line.channels) for line in lines if line.id in measured]
    return math.ceil(max(needs_) / MEGABIT) * MEGABIT if needs_ else None


def norms_of(inventory: Inventory, year: int) -> dict[str, Norm]:
    """The versions of norms in force on the last day of a year."""
    versions = inventory.versions.get("norm", {})
    found = {id_: in_force(each, date(year, 12, 31)) for id_, each in versions.items()}
    return {id_: norm for id_, norm in found.items() if norm is not None}


def _asked(things: Things, agencies: frozenset[str]) -> dict[str, tuple[int, int | None, Norm]]:
    """By agency the most channels and the most bandwidth that any norm on data lines asks for, and that norm."""
    found: dict[str, tuple[int, int | None, Norm]] = {}
    for norm in things.inventory.of("norm").values():
        if norm.item == "data_line" and (not norm.line_classes or {*norm.line_classes} & {*DEDICATED}):
            for need in needs(norm, things, agencies):
                channels, bandwidth, chief = found.get(need.unit.id, (0, None, norm))
                most = max(bandwidth or 0, norm.bandwidth or 0) or None
                chief = norm if need.quantity > channels else chief
                found[need.unit.id] = (max(channels, need.quantity), most, chief)
    return found


def _registration(
    unit: str,
    lines: list[Line],
    asked: tuple[int, int | None, Norm] | None,
    statements: Mapping[tuple[str, str], tuple[Statement, ...]],
    language: Language,
    _: Translate,
) -> Registration:
    channels = sum(line.channels for line in lines)
    bandwidth = max((line.bandwidth_down or 0 for line in lines), default=0) or None
    stated = statements.get((unit, CHANNELS_STATED), ())
    rates = statements.get((unit, BANDWIDTH_STATED), ())
    wanted, rate, source, basis = channels, bandwidth, _("as there is"), ""
    if asked is not None:
        norm = asked[2]
        wanted, rate = max(channels, asked[0]), max(bandwidth or 0, asked[1] or 0) or None
        source = Sentence("norm: {name}", {"name": norm.name}).words(_)
        basis = norm.legal_basis or ""
    if stated or rates:
        wanted = round(sum(one.value for one in stated)) if stated else wanted
        rate = round(max(one.value for one in rates) * MEGABIT) if rates else rate
        source = "; ".join(_stated(one, language) for one in (*stated, *rates))
        basis = "; ".join(one.note for one in (*stated, *rates) if one.note)
    return Registration(unit, len(lines), channels, bandwidth, wanted, rate, source, basis)


def _stated(statement: Statement, language: Language) -> str:
    return f"{statement.source} ({shown(statement.on, DATE, language)})"


def yearly_document(
    inventory: Inventory,
    on: date,
    year: int,
    scope: str,
    manner: Manner,
    facts: Facts,
    _: Translate,
    measured: Mapping[str, float] = NOTHING_MEASURED,
) -> Document:
    """The registration of a year's need by agency, compared with what there is on a day and what lines carried."""
    naming = Naming(inventory, manner.language, _)
    found = registrations(inventory, on, year, scope, manner.language, _, measured)
    rows = [_yearly_row(number, one, naming, _) for number, one in enumerate(found, start=1)]
    text = "Measured need: the bandwidth of a channel of which the highest 95th percentile of a day is 90 %."
    notes = (_(text),) if any(one.measured for one in found) else ()
    table = Table("registrations", _("Need by agency"), _yearly_columns(_), rows, notes, fixed=2)
    return document(manner, facts, (_yearly_total(found, _),), (table,), _("Method"), table.key)


def _yearly_columns(_: Translate) -> tuple[Column, ...]:
    return (
        Column(_("No."), INTEGER, 6),
        Column(_("Agency"), width=_WIDE),
        Column(_("Level"), width=14),
        Column(_("Connections now"), INTEGER),
        Column(_("Channels now"), INTEGER),
        Column(_("Bandwidth of a channel now"), BANDWIDTH),
        Column(_("Channels needed"), INTEGER),
        Column(_("Bandwidth of a channel needed"), BANDWIDTH),
        Column(_("Increase of channels"), PERCENT),
        Column(_("Increase of bandwidth"), PERCENT),
        Column(_("Measured need"), BANDWIDTH),
        Column(_("Where the need comes from"), width=_WIDE),
        Column(_("Justification (increase over 20 %)"), width=_WIDE),
    )


def _yearly_row(number: int, one: Registration, naming: Naming, _: Translate) -> Row:
    unit = naming.inventory.of("organisation_unit")[one.unit]
    unknown = _("not known")
    return (
        number,
        unit.name,
        naming.level(unit.level),
        one.connections,
        one.channels,
        _known(one.bandwidth, one.channels, unknown),
        one.channels_needed,
        _known(one.bandwidth_needed, one.channels_needed, unknown),
        one.more_channels if one.channels else _("new"),
        one.more_bandwidth,
        one.measured or _("not measured"),
        one.source,
        (one.basis or _("to be filled in")) if one.to_justify else "",
    )


def _known(bandwidth: int | None, channels: int, unknown: str) -> Value:
    return bandwidth if bandwidth or not channels else unknown


def _yearly_total(found: tuple[Registration, ...], _: Translate) -> Table:
    columns = (
        Column(_("What"), width=_WIDE),
        Column(_("Now"), INTEGER),
        Column(_("Needed"), INTEGER),
        Column(_("Increase"), PERCENT),
    )
    now, needed = sum(one.channels for one in found), sum(one.channels_needed for one in found)
    with_now = sum(bool(one.channels) for one in found)
    with_needed = sum(bool(one.channels_needed) for one in found)
    rows: list[Row] = [
        (_("Channels, counted for each agency they serve"), now, needed, needed / now - 1 if now else None),
        (_("Connected agencies"), with_now, with_needed, with_needed / with_now - 1 if with_now else None),
    ]
    count = sum(one.to_justify for one in found)
    note = Sentence("Agencies whose increase needs a justification: {count}.", {"count": count}).words(_)
    return Table("total", _("All together"), columns, rows, (note,))
