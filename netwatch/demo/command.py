"""`netwatch demo`: a province in a box."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from inventory.sheets.columns import Language
from netwatch.cli.shell import Shell, Stop
from netwatch.demo.outside import DemoFault, Options, run
from netwatch.demo.places import FEWEST_AGENCIES, MOST_AGENCIES
from netwatch.demo.ports import PortFault
from netwatch.demo.tellers import JsonTeller, Teller, TerminalTeller
from netwatch.language import Sentence, Translate

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PORT = click.IntRange(1, 65535)
_USUAL = Options()


def command(_: Translate) -> click.Command:
    """The command in a language."""
    how_many = click.IntRange(FEWEST_AGENCIES, MOST_AGENCIES)
    return click.Command(
        "demo",
        callback=click.pass_obj(demo),
        help=_(
            "Show a synthetic province on this machine: agencies with lines and devices that really answer, a daemon "
            "that watches them, and a story of faults and recoveries. Ctrl-C ends it and leaves nothing behind."
        ),
        params=[
            click.Option(
                ["--agencies"], type=how_many, default=_USUAL.agencies, help=_("How many agencies.")
            ),
            click.Option(
                ["--seed"], type=int, default=_USUAL.seed, help=_("Another number, another province.")
            ),
            click.Option(
                ["--once"], is_flag=True, help=_("End after the story instead of beginning it anew.")
            ),
            click.Option(["--metrics-port"], type=_PORT, help=_("Port of /metrics on 127.0.0.1.")),
            click.Option(["--page-port"], type=_PORT, help=_("Port of the status page on 127.0.0.1.")),
            click.Option(
                ["--keep"],
                type=click.Path(file_okay=False, path_type=Path),
                metavar="FOLDER",
                help=_("Keep inventory, settings, database and log in this new folder."),
            ),
            click.Option(
                ["--without-namespace"],
                is_flag=True,
                help=_("Simulate on loopback addresses even where network namespaces are allowed."),
            ),
            click.Option(
                ["--json", "as_json"], is_flag=True, help=_("Print every event as one JSON object a line.")
            ),
        ],
    )


def demo(
    shell: Shell,
    agencies: int,
    seed: int,
    once: bool,
    metrics_port: int | None,
    page_port: int | None,
    keep: Path | None,
    without_namespace: bool,
    as_json: bool,
) -> None:
    """Run the demo to its end; raises Stop after a fault."""
    language: Language = "vi" if shell.language == "vi" else "en"
    options = Options(agencies, seed, once, language, metrics_port, page_port, keep, not without_namespace)
    teller: Teller = JsonTeller(sys.stdout) if as_json else TerminalTeller(shell.out, shell.translate)
    with _unwinding_when_stopped():
        try:
            run(options, teller, shell.clock)
        except PortFault as fault:
            raise Stop(fault.sentence) from None
        except DemoFault as fault:
            detail = (Sentence(fault.detail),) if fault.detail else ()
            raise Stop(fault.sentence, *detail) from None


class _Stopped(BaseException):
    """Somebody wants the demo to end: unwind, so that nothing stays behind."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _unwinding_when_stopped() -> Iterator[None]:
    """End with 128 and the signal's number, as a shell reports it."""
    before = {number: signal.signal(number, _stop) for number in _STOPPING}
    try:
        yield
    except _Stopped as stopped:
        sys.exit(128 + stopped.number)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is the system's
    # Once is enough: an impatient second Ctrl-C must not interrupt the putting away.
    for each in _STOPPING:
        signal.signal(each, signal.SIG_IGN)
    raise _Stopped(number)
