"""`netwatch lightning due|show|trend`: which surge protectors are to be inspected by when, and the life of each."""

from collections.abc import Iterator
from datetime import date, timedelta

import click

from inventory.faults import CellFault
from inventory.incoming import cells_of
from inventory.inspections import Forcing
from inventory.messages import TEXTS
from inventory.quantities import read_date
from inventory.snapshot import SurgeProtector
from netwatch import commands
from netwatch.cli.at_rest import present
from netwatch.cli.database import reading
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.cli.sparkline import sparkline
from netwatch.control.wire import plain
from netwatch.language import Sentence, Translate, day, number
from netwatch.present import Present
from netwatch.queries.lightning import DueLine, DueList, Life, Trend, due_list, life, season, terms_of, trend
from netwatch.queries.lightning_words import result_word, status_word, trigger_event, trigger_words
from netwatch.queries.words import detail_value, kind_word

NOT_UNDERSTOOD = 64
# Values beyond what a line of a terminal holds; the newest are shown.
MOST_BARS = 60


def command(_: Translate) -> click.Group:
    """The command in a language."""
    item = click.Argument(["item"], required=True)
    return click.Group(
        "lightning",
        help=_("Inspections of surge protectors: what is due, and the life of each."),
        commands=[
            click.Command(
                "due",
                callback=click.pass_obj(do_due),
                help=_(
                    "List the surge protectors to be inspected: now, soon, or until a day. Exit code: 0 none, "
                    "1 some."
                ),
                params=[
                    click.Option(
                        ["--until"],
                        default="",
                        metavar="DATE",
                        help=_("Those whose term is over by this day."),
                    ),
                    click.Option(
                        ["--before-season"],
                        is_flag=True,
                        help=_("Those whose term is over before the end of this or the next storm season."),
                    ),
                    click.Option(
                        ["--unit"], default="", metavar="ID", help=_("Only this unit and all below it.")
                    ),
                    json_option(_),
                ],
            ),
            click.Command(
                "show",
                callback=click.pass_obj(do_show),
                help=_("Show the life of a surge protector, and what forces an inspection of it."),
                params=[item, json_option(_)],
            ),
            click.Command(
                "trend",
                callback=click.pass_obj(do_trend),
                help=_("Show the earth resistances measured at a surge protector, oldest first."),
                params=[item, json_option(_)],
            ),
        ],
    )


def do_due(shell: Shell, until: str, before_season: bool, unit: str, as_json: bool) -> int:
    """The list, the most urgent first."""
    if until and before_season:
        raise click.UsageError(shell._("--until and --before-season exclude each other."))
    today, own = shell.today(), shell.settings.lightning
    first, last = season(today, own.season_begins, own.season_ends)
    end = _day(until) if until else today + timedelta(days=own.due_soon_days)
    now = _present(shell)
    if unit and unit not in now.inventory.of("organisation_unit"):
        raise Stop(
            commands.unknown_item(unit, set(now.inventory.of("organisation_unit"))), code=NOT_UNDERSTOOD
        )
    found = due_list(
        now, terms_of(now, shell.settings.daemon.zone), today, last if before_season else end, unit
    )
    if as_json:
        shell.show_json(plain(found))
        return int(bool(found.lines))
    if before_season:
        shell.say(shell._("Storm season: {first} to {last}.", first=first, last=last))
    _show_due(found, shell)
    return int(bool(found.lines))


def _day(text: str) -> date:
    try:
        return read_date(text)
    except CellFault as fault:
        raise Stop(Sentence(TEXTS[fault.code], fault.params), code=NOT_UNDERSTOOD) from None


def _present(shell: Shell) -> Present:
    with reading(shell) as store:
        return present(store, shell.settings, shell.clock.now(), shell.today())


def _show_due(found: DueList, shell: Shell) -> None:
    _ = shell._
    if not found.lines:
        shell.say(
            _(
                "None of {count} surge protectors is to be inspected until {day}.",
                count=found.protectors,
                day=found.until,
            )
        )
        return
    headings = (_("surge protector"), _("site"), _("agency"), _("due"), _("last"), _("why"))
    shell.table(headings, [_due_row(line, shell) for line in found.lines])
    shell.say(
        _(
            "{count} of {all} surge protectors are to be inspected until {day}.",
            count=len(found.lines),
            all=found.protectors,
            day=found.until,
        )
    )


def _due_row(line: DueLine, shell: Shell) -> tuple[str, ...]:
    last = _last(line, shell)
    named = line.name if line.name == line.id else f"{line.name} [{line.id}]"
    return named, line.site_name, line.unit_name, day(line.due), last, _why(line, shell)


def _last(line: DueLine, shell: Shell) -> str:
    return f"{day(line.last)} ({result_word(line.result, shell.translate)})" if line.last else ""


def _why(line: DueLine, shell: Shell) -> str:
    words = [status_word(line.status, shell.translate), *(_forcing(one, shell) for one in line.forced)]
    return "; ".join(words)


def _forcing(one: Forcing, shell: Shell) -> str:
    return f"{trigger_words(str(one.trigger), shell.translate)} [{one.evidence or day(one.on)}]"


def _protector(now: Present, item: str) -> SurgeProtector:
    known = now.inventory.of("surge_protector")
    if item not in known:
        raise Stop(commands.unknown_item(item, set(known)), code=NOT_UNDERSTOOD)
    found: SurgeProtector = known[item]
    return found


def do_show(shell: Shell, item: str, as_json: bool) -> None:
    """The life of one."""
    now = _present(shell)
    found = life(now, terms_of(now, shell.settings.daemon.zone), _protector(now, item), shell.today())
    if as_json:
        records = [cells_of(record) for record in found.records]
        papers = [cells_of(paper) for paper in found.attachments]
        shell.show_json({**_object(found), "records": records, "attachments": papers})
        return
    for label, value in _told(found, shell):
        if value:
            shell.say(f"{label}: {value}")
    _show_records(found, shell)


def _object(found: Life) -> dict[str, object]:
    shown = plain(found)
    return shown if isinstance(shown, dict) else {}


def _told(found: Life, shell: Shell) -> Iterator[tuple[str, str]]:
    _, line = shell._, found.line
    yield _("surge protector"), f"{line.name} [{line.id}], {line.site_name}"
    yield _("installed on"), day(found.installed)
    yield _("commissioned on"), day(found.commissioned)
    yield _("module replaced on"), day(found.replaced)
    years = _("{years} years, until {day}", years=found.design_life, day=found.life_over)
    yield _("design life"), years if found.life_over else ""
    yield _("last inspection"), _last(line, shell)
    due = _("{day} (every {months} months; {status})", day=line.due, months=found.interval,
            status=status_word(line.status, shell.translate))  # fmt: skip
    yield _("inspection due"), due if line.due else status_word(line.status, shell.translate)
    for one in line.forced:
        yield _("forces an inspection"), _forcing(one, shell)
    for happening in found.happened:
        yield (
            _("happened"),
            f"{trigger_event(str(happening.trigger), shell.translate)} [{happening.evidence}]",
        )
    yield _("earth resistance"), _ohms(found.trend, shell)


def _ohms(found: Trend, shell: Shell) -> str:
    values = [value.ohms for value in found.values]
    if not values:
        return ""
    newest = found.values[-1]
    limit = shell._("limit {limit} Ω", limit=number(found.limit, shell.language))
    return f"{sparkline(values[-MOST_BARS:])} {number(newest.ohms, shell.language)} Ω ({day(newest.on)}; {limit})"


def _show_records(found: Life, shell: Shell) -> None:
    _ = shell._
    rows = [
        (
            f"{day(record.on)} {record.at or ''}".strip(),
            kind_word(record.kind, shell.translate),
            "; ".join(filter(None, _findings(record, shell))),
            record.person or "",
            record.note or "",
        )
        for record in found.records
    ]
    if rows:
        shell.table((_("when"), _("kind"), _("found"), _("who"), _("remark")), rows)
    for paper in found.attachments:
        shell.say(_("attached: {name} [{id}]", name=paper.name, id=paper.id))


def _findings(record: object, shell: Shell) -> Iterator[str]:
    for name in ("result", "indicator", "method"):
        yield result_word(getattr(record, name) or "", shell.translate)
    reading_ = getattr(record, "reading", None)
    yield "" if reading_ is None else number(reading_, shell.language)
    seen = (detail_value("normal_position", one, shell.translate) for one in getattr(record, "positions", ()))
    yield ", ".join(seen)
    yield getattr(record, "instrument", None) or ""


def do_trend(shell: Shell, item: str, as_json: bool) -> None:
    """The earth resistances."""
    now = _present(shell)
    found = trend(now.inventory, _protector(now, item))
    if as_json:
        shell.show_json(plain(found))
        return
    if not found.values:
        shell.say(
            shell._("No earth resistance was measured: netwatch record earth {item} --reading N.", item=item)
        )
        return
    _ = shell._
    rows = [
        (
            day(one.on),
            f"{number(one.ohms, shell.language)} Ω",
            _("above the limit") if one.over else "",
            result_word(one.method, shell.translate),
            one.instrument,
            one.person,
        )
        for one in found.values
    ]
    headings = (_("when"), _("earth resistance"), _("judged"), _("method"), _("instrument"), _("who"))
    shell.table(headings, rows)
    shell.say(_ohms(found, shell))
