"""What the commands of `netwatch units` do."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from inventory.changes import difference
from inventory.incoming import IncomingRow
from inventory.labels import choice_label
from inventory.sheets.proposals import ProposedRow, write_proposal
from inventory.sheets.writing import write
from inventory.snapshot import gather
from netwatch import commands
from netwatch.cli.change_sets import bring_in, show_answer
from netwatch.cli.database import reading
from netwatch.cli.export import format_of
from netwatch.cli.problems import sheet_language, show_problems
from netwatch.cli.shell import Shell, Stop
from netwatch.cli.template import refuse_existing
from netwatch.language import Sentence, day
from netwatch.territory.amendments import AMENDMENTS
from netwatch.territory.conversion import Conversion
from netwatch.territory.conversion import convert as converted
from netwatch.territory.gazetteer import BEGIN, Gazetteer, Unit, counts, find_province, on
from netwatch.territory.rows import KIND, Located, codes_to_load, located, rows_of
from netwatch.territory.source import DISTRIBUTION, NoTerritory, read

NOT_UNDERSTOOD = 64
SOURCE = "netwatch units"


def _gazetteer(shell: Shell) -> Gazetteer:
    with shell.working(shell._("Reading the provinces and communes…")):
        try:
            return read()
        except NoTerritory as missing:
            raise Stop(missing.sentence) from None


def _said_source(shell: Shell, gazetteer: Gazetteer) -> None:
    """How old the data is: whoever sees a count must be able to tell of which day."""
    text = (
        "Data: {name} {release}, as of {begin}; {count} units were renamed since, as far as this release of netwatch "
        "knows, the last on {last}."
    )
    params = {
        "name": DISTRIBUTION,
        "release": gazetteer.release,
        "begin": BEGIN,
        "count": len({code for amendment in AMENDMENTS for code in amendment.codes}),
        "last": max(amendment.on for amendment in AMENDMENTS),
    }
    shell.remark(Sentence(text, params))


def _province(gazetteer: Gazetteer, text: str) -> Unit:
    found = find_province(gazetteer, text)
    if len(found) != 1:
        said = "'{text}' is no province. `netwatch units list` shows them with their codes."
        raise Stop(Sentence(said, {"text": text}), code=NOT_UNDERSTOOD)
    return found[0]


def list_(shell: Shell, province: str, as_json: bool) -> None:
    """Provinces, or the communes of one, as they are called today."""
    gazetteer = _gazetteer(shell)
    chosen = (
        gazetteer.communes_of(_province(gazetteer, province).code)
        if province
        else tuple(unit for _, unit in sorted(gazetteer.provinces.items()))
    )
    today = shell.today()
    units = [on(unit, today) for unit in chosen]
    if as_json:
        rows = [_as_json(unit) for unit in units]
        shell.show_json({"schema": 1, "release": gazetteer.release, "on": str(today), "units": rows})
        return
    _ = shell._
    headings = (_("code"), _("name"), _("kind"), _("latitude"), _("longitude"), _("since"))
    shell.table(headings, [_row(unit, shell) for unit in units])
    told = ", ".join(f"{number} {_kind(kind, shell)}" for kind, number in sorted(counts(iter(units)).items()))
    shell.say(_("{count} in all: {told}.", count=len(units), told=told))
    _said_source(shell, gazetteer)


def _row(unit: Unit, shell: Shell) -> tuple[str, ...]:
    where = (f"{unit.latitude:.4f}", f"{unit.longitude:.4f}")
    return unit.code, unit.name, _kind(unit.kind, shell), *where, day(unit.valid_from)


def _kind(kind: str, shell: Shell) -> str:
    return choice_label(KIND, "kind", kind, sheet_language(shell))


def _as_json(unit: Unit) -> dict[str, object]:
    return {
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "province": unit.province,
        "latitude": unit.latitude,
        "longitude": unit.longitude,
        "area_km2": unit.area,
        "valid_from": unit.valid_from.isoformat(),
        "basis": unit.basis,
    }


def load(
    shell: Shell,
    provinces: tuple[str, ...],
    everything: bool,
    output: Path | None,
    import_: bool,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Their rows, to a file or into the inventory."""
    if bool(provinces) == everything:
        raise Stop(Sentence("Name provinces, or --all."), code=NOT_UNDERSTOOD)
    if (output is None) == (not import_):
        raise Stop(Sentence("Say where they go: --output FILE or --import."), code=NOT_UNDERSTOOD)
    gazetteer = _gazetteer(shell)
    named = (_province(gazetteer, text) for text in dict.fromkeys(provinces))
    chosen = tuple(gazetteer.provinces.values()) if everything else tuple(named)
    rows = rows_of(gazetteer, chosen, SOURCE)
    _said_source(shell, gazetteer)
    if output is None:
        return show_answer(shell, bring_in(shell, rows, SOURCE, dry_run=dry_run, since=BEGIN), as_json)
    return _written(shell, rows, output, force, dry_run)


def _written(shell: Shell, rows: Sequence[IncomingRow], output: Path, force: bool, dry_run: bool) -> int:
    format_ = format_of(output)
    refuse_existing(output, force)
    if dry_run:
        shell.say(shell._("Would write {count} records to {path}.", count=len(rows), path=output))
        return 0
    result = difference(gather((), shell.today()), rows).result
    problems = write(output, result, sheet_language(shell), format_, sample=False)
    if problems:
        show_problems(problems, shell)
        raise Stop(Sentence("Nothing was written."))
    shell.say(shell._("Written: {path} ({count} records)", path=output, count=len(rows)))
    return 0


def convert(shell: Shell, addresses: tuple[str, ...], as_json: bool) -> int:
    """What each became; exit code 1 where one was not understood or is not one commune now."""
    gazetteer = _gazetteer(shell)
    found = [converted(gazetteer, address) for address in addresses]
    if as_json:
        shell.show_json(
            {"schema": 1, "release": gazetteer.release, "conversions": [_told(each, shell) for each in found]}
        )
    else:
        for each in found:
            _show(each, gazetteer, shell)
        _said_source(shell, gazetteer)
    return 0 if all(len(each.units) == 1 for each in found) else 1


def _told(found: Conversion, shell: Shell) -> dict[str, object]:
    return {
        "asked": found.asked,
        "of": found.of,
        "divided": found.divided,
        "ambiguous": found.ambiguous,
        "former": [{"code": former.code, "name": former.full_name} for former in found.former],
        "units": [_as_json(on(unit, shell.today())) for unit in found.units],
        "unread": list(found.unread),
    }


def _show(found: Conversion, gazetteer: Gazetteer, shell: Shell) -> None:
    _ = shell._
    if not found.of:
        shell.say(_("{asked}: no unit of before July 2025 is called so.", asked=found.asked))
        return
    units = [_full_name(unit, gazetteer, shell) for unit in found.units]
    said = {
        "divided": _("was divided; which part is meant follows from the street alone (the usual one first):"),
        "ambiguous": _(
            "is the name of {count} former communes; name the district and the province. They became:",
            count=len(found.former),
        ),
        "one": _("is now:"),
        "several": _("its {count} communes are now in:", count=len(found.former)),
    }
    which = (
        "divided"
        if found.divided
        else "ambiguous"
        if found.ambiguous
        else "one"
        if len(units) == 1
        else "several"
    )
    shell.say(f"{_former_name(found)}: {said[which]}")
    for name in units:
        shell.say(f"  {name}")
    if found.unread:
        shell.say("  " + _("(not read as a unit: {parts})", parts=", ".join(found.unread)))


def _former_name(found: Conversion) -> str:
    first = found.former[0]
    if found.of == "province":
        return f"{first.province} ({first.province_code})"
    if found.of == "district":
        return f"{first.district}, {first.province} ({first.district_code})"
    return found.asked if found.ambiguous else f"{first.full_name} ({first.code})"


def _full_name(unit: Unit, gazetteer: Gazetteer, shell: Shell) -> str:
    today = shell.today()
    name = f"{on(unit, today).name} ({unit.code})"
    province = gazetteer.provinces.get(unit.province)
    return f"{name}, {on(province, today).name} ({province.code})" if province else name


def locate(shell: Shell, output: Path | None, force: bool, as_json: bool) -> None:
    """Which commune each site without a territory may stand in."""
    gazetteer = _gazetteer(shell)
    if output is not None:
        refuse_existing(output, force)
    with reading(shell) as store:
        found = tuple(located(gazetteer, commands.inventory_of(store.engine, shell.today())))
    if as_json:
        shell.show_json({"schema": 1, "proposals": [_proposal(each, shell) for each in found]})
    elif not found:
        shell.say(shell._("Every site with coordinates names its territory."))
    else:
        _proposals(found, gazetteer, shell)
    if output is not None and found:
        rows = list(_proposed(found, gazetteer, shell))
        problems = write_proposal(output, rows, sheet_language(shell), format_of(output))
        show_problems(problems, shell)
        shell.remark(Sentence("Written: {path} ({count} records)", {"path": output, "count": len(rows)}))


def _proposals(found: Sequence[Located], gazetteer: Gazetteer, shell: Shell) -> None:
    _ = shell._
    headings = (_("site"), _("proposal"), _("distance"), _("next"), _("remark"))
    rows = [
        (
            f"{each.site.id} {each.site.name}",
            _full_name(each.near[0].unit, gazetteer, shell),
            f"{each.near[0].distance:.1f} km",
            f"{on(each.near[1].unit, shell.today()).name} {each.near[1].distance:.1f} km",
            _("doubtful") if each.doubtful else "",
        )
        for each in found
    ]
    shell.table(headings, rows)
    shell.say(_("Proposals only: the data has a point for each commune and no borders."))
    if lacking := codes_to_load(found):
        text = (
            "The inventory lacks the communes of {provinces}; take them in first: "
            "netwatch units load {provinces} --import"
        )
        shell.remark(Sentence(text, {"provinces": " ".join(lacking)}))


def _proposed(found: Sequence[Located], gazetteer: Gazetteer, shell: Shell) -> Iterator[ProposedRow]:
    for each in found:
        near = each.near[0]
        evidence = shell._(
            "{unit} is nearest, {distance} km away",
            unit=_full_name(near.unit, gazetteer, shell),
            distance=f"{near.distance:.1f}",
        )
        yield ProposedRow("site", {"id": each.site.id, "administrative_unit": near.unit.code}, evidence)


def _proposal(each: Located, shell: Shell) -> dict[str, object]:
    return {
        "site": each.site.id,
        "doubtful": each.doubtful,
        "loaded": each.loaded,
        "near": [
            {**_as_json(on(near.unit, shell.today())), "distance_km": round(near.distance, 2)}
            for near in each.near
        ],
    }
