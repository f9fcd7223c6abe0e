"""`netwatch netbox import`: what NetBox knows, into the inventory by the ordinary import.

NetBox is only read. Its answers are bounded in size, number and time; redirects are not followed, and nothing but the
address given is asked, so that the token goes nowhere else.
"""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pynetbox
import requests
from urllib3.exceptions import HTTPError

from inventory.importers.netbox import LISTS, Taken, rows_of
from inventory.importers.netbox_mapping import LONGEST, MappingFault, NetBoxMapping, read_mapping
from inventory.sheets.proposals import ProposedRow, write_proposal
from inventory.sheets.reading import Reading
from netwatch import commands
from netwatch.cli.database import exists, reading
from netwatch.cli.import_ import Wanted, carry_out
from netwatch.cli.problems import sheet_language, show_problems, wording
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.cli.template import force_option, refuse_existing
from netwatch.language import Sentence, Translate
from netwatch.secrets import SecretFault, resolve

NOT_UNDERSTOOD = 64
SUFFIX = ".xlsx"
# Between two pieces of an answer, and for all of it: a server that lets it drip would be waited for without end.
CONNECT_SECONDS, READ_SECONDS, ANSWER_SECONDS = 5.0, 60.0, 300.0
# Objects of one page, of one list; pages over all; bytes of one answer.
PAGE, MOST_OBJECTS, MOST_REQUESTS, LONGEST_ANSWER = 250, 200_000, 5_000, 32 << 20
_PIECE = 64 << 10
# What reading an answer raises that is no refusal: pynetbox takes shapes and depths for granted.
NOT_THEIRS = (pynetbox.ContentError, ValueError, TypeError, AttributeError, LookupError, RecursionError)


class Unanswered(requests.RequestException):
    """NetBox was not asked or its answer not taken; the text says why, in a few English words."""


def command(_: Translate) -> click.Group:
    """The command in a language."""
    params: list[click.Parameter] = [
        click.Option(
            ["--url"],
            required=True,
            metavar="URL",
            help=_("Where NetBox is, such as https://netbox.example."),
        ),
        click.Option(
            ["--token"], required=True, metavar="REFERENCE", help=_("Its API token: file:/path or env:NAME.")
        ),
        click.Option(
            ["--mapping"],
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            metavar="FILE",
            help=_("Roles, types and statuses of this NetBox in our words (TOML)."),
        ),
        click.Option(
            ["--ca"],
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            metavar="FILE",
            help=_("The certificate of the authority that NetBox's own was issued by (PEM)."),
        ),
        click.Option(
            ["-o", "--output"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=_("Write the rows to a workbook, to be looked through and imported later."),
        ),
        force_option(_),
        dry_run_option(_),
        click.Option(
            ["--good-rows"],
            is_flag=True,
            help=_("Apply the good rows and write the others, with reasons, to a file."),
        ),
        json_option(_),
    ]
    text = _("Take sites, tenants, devices, circuits and VRFs into the inventory; NetBox is only read.")
    made = click.Command("import", callback=click.pass_obj(import_), help=text, params=params)
    return click.Group("netbox", commands={"import": made}, help=_("Take over what a NetBox knows."))


def import_(
    shell: Shell,
    url: str,
    token: str,
    mapping: Path | None,
    ca: Path | None,
    output: Path | None,
    force: bool,
    dry_run: bool,
    good_rows: bool,
    as_json: bool,
) -> int:
    """Ask, turn into rows, and import or write them."""
    base = base_of(url)
    words = _mapping(shell, mapping)
    if output:
        if output.suffix.lower() != SUFFIX:
            raise Stop(
                Sentence("{path}: give it a name that ends in .xlsx.", {"path": output}), code=NOT_UNDERSTOOD
            )
        refuse_existing(output, force)
    try:
        secret = resolve(token, shell.environment).reveal()
    except SecretFault as fault:
        raise Stop(fault.sentence) from None
    netbox = NetBox(base, secret, str(ca) if ca else None)
    if output:
        with shell.working(shell._("Asking NetBox…")) as show:
            taken = _taken(shell, netbox, words, show)
        return _proposed(shell, taken, output, base, dry_run)
    wanted = Wanted(Path(urlsplit(base).hostname or "netbox"), dry_run, good_rows, None, {}, None, as_json)

    def rows() -> Reading:
        taken = _taken(shell, netbox, words, _nobody)
        return Reading(taken.rows, taken.problems, (), "xlsx", False)

    return carry_out(shell, wanted, rows)


def _nobody(_: str) -> None:
    """Progress nobody watches."""


def base_of(url: str) -> str:
    """The address with a slash at its end; ends the command unless a token may be sent there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if (
        not parts.hostname
        or "@" in parts.netloc
        or parts.query
        or parts.fragment
        or parts.scheme not in ("http", "https")
    ):
        text = "--url {url}: write it as https://host/, without a user, question mark or number sign."
        raise Stop(Sentence(text, {"url": "…" if "@" in url else url}), code=NOT_UNDERSTOOD)
    if parts.scheme == "http" and not local:
        text = "--url {url}: everybody on the way could read the token. Use https."
        raise Stop(Sentence(text, {"url": url}), code=NOT_UNDERSTOOD)
    return url.rstrip("/") + "/"


def _mapping(shell: Shell, path: Path | None) -> NetBoxMapping:
    if path is None:
        return NetBoxMapping()
    try:
        with path.open("rb") as stream:
            return read_mapping(stream.read(LONGEST).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Stop(Sentence("{path}: it is not UTF-8 text.", {"path": path}), code=NOT_UNDERSTOOD) from None
    except MappingFault as fault:
        raise Stop(
            Sentence("{fault}", {"fault": wording(shell)(fault.problem)}), code=NOT_UNDERSTOOD
        ) from None


def _taken(shell: Shell, netbox: "NetBox", words: NetBoxMapping, show: Callable[[str], None]) -> Taken:
    answers: dict[str, Sequence[Mapping[str, Any]]] = {}
    for name in LISTS:
        show(shell._("Asking NetBox for {list}…", list=name))
        try:
            answers[name] = netbox.list(name)
        except (requests.RequestException, pynetbox.RequestError, *NOT_THEIRS) as fault:
            params = {"list": name, "why": why(fault)}
            raise Stop(Sentence("NetBox did not give {list}: {why}. Nothing was changed.", params)) from None
    return rows_of(answers, words, _codes(shell))


def why(fault: Exception) -> str:
    """What went wrong in a few words that repeat nothing NetBox said."""
    if isinstance(fault, Unanswered):
        return str(fault)
    if isinstance(fault, pynetbox.RequestError):
        return f"HTTP {fault.req.status_code}"
    if isinstance(fault, requests.exceptions.SSLError):
        return "its certificate is not trusted here (--ca names another authority)"
    if isinstance(fault, requests.Timeout):
        return "it took too long"
    if isinstance(fault, requests.ConnectionError):
        return "it cannot be reached"
    return "its answer is not that of NetBox"


def _codes(shell: Shell) -> frozenset[str]:
    """The codes of administrative units; none where the database cannot be read."""
    if not exists(shell):
        return frozenset()
    try:
        with reading(shell) as store:
            return frozenset(commands.inventory_of(store.engine, shell.today()).of("administrative_unit"))
    except (Stop, OSError):
        return frozenset()


def _proposed(shell: Shell, taken: Taken, output: Path, base: str, dry_run: bool) -> int:
    show_problems(taken.problems, shell)
    rows = [ProposedRow(row.kind, row.cells, f"{base}{row.sheet}/{row.number}/") for row in taken.rows]
    if not dry_run:
        write_proposal(output, rows, sheet_language(shell), "xlsx")
    params = {"count": len(rows), "path": output}
    if dry_run:
        shell.say(shell._("Would write {count} rows to {path}.", **params))
    else:
        shell.say(shell._("{count} rows are in {path}; look them through, then import it.", **params))
    return 0


@dataclass
class NetBox:
    """One NetBox, read page by page; raises what requests and pynetbox raise, and Unanswered."""

    base: str
    token: str
    authority: str | None = None

    def __post_init__(self) -> None:
        self._api = pynetbox.api(self.base, token=self.token)
        self._api.http_session = Session(self.base, self.authority)

    def __repr__(self) -> str:
        return f"NetBox({self.base!r})"

    def list(self, name: str) -> Sequence[Mapping[str, Any]]:
        """All objects of a list such as 'dcim/sites'."""
        app, endpoint = name.split("/")
        records = getattr(getattr(self._api, app), endpoint.replace("-", "_")).all(limit=PAGE)
        found = [dict(record) for record in itertools.islice(records, MOST_OBJECTS + 1)]
        if len(found) > MOST_OBJECTS:
            raise Unanswered(f"it has more than {MOST_OBJECTS} of them")
        return found


class Session(requests.Session):
    """Requests to one address only, bounded in time, size and number; no proxies, no netrc, no redirects."""

    def __init__(self, base: str, authority: str | None, patience: float = ANSWER_SECONDS) -> None:
        super().__init__()
        self._patience = patience
        self.trust_env = False
        self.verify = authority or True
        self._base = base
        self._left = MOST_REQUESTS

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401 - theirs
        """Send one, and read its answer as far as it may go."""
        if not (request.url or "").startswith(self._base):
            raise Unanswered("it points to another address")
        self._left -= 1
        if self._left < 0:
            raise Unanswered(f"it wants more than {MOST_REQUESTS} requests")
        bounds = {"timeout": (CONNECT_SECONDS, READ_SECONDS), "allow_redirects": False, "stream": True}
        response = super().send(request, **{**options, **bounds})
        content = self._content(response)
        if response.is_redirect:
            raise Unanswered("it points to another address")
        response.raw = BytesIO(content)
        return response

    def _content(self, response: requests.Response) -> bytes:
        content, until = bytearray(), time.monotonic() + self._patience
        try:
            while piece := response.raw.read1(_PIECE, decode_content=True):
                content += piece
                if len(content) > LONGEST_ANSWER:
                    raise Unanswered(f"an answer has more than {LONGEST_ANSWER} bytes")
                if time.monotonic() > until:
                    raise Unanswered("it took too long")
        except HTTPError:
            raise Unanswered("its answer broke off") from None
        finally:
            response.raw.release_conn()
        return bytes(content)
