"""`netwatch netbox import` against a server on loopback that answers as NetBox's documentation says. No real NetBox."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from inventory.changes import difference
from inventory.importers.netbox import rows_of
from inventory.importers.netbox_mapping import MappingFault, NetBoxMapping, read_mapping
from inventory.sheets.reading import read
from inventory.snapshot import Inventory
from netwatch.cli.netbox import Session, Unanswered, why

Run = Callable[..., Any]
TOKEN = "0123456789abcdef0123456789abcdef01234567"


def _brief(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "url": f"/x/{number}/", "display": name, "name": name, "slug": name.lower()}


def _choice(value: str) -> dict[str, str]:
    return {"value": value, "label": value.title()}


def _device(number: int, name: str | None, role: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - answers
    type_ = {
        "id": 1,
        "display": "CE6881",
        "manufacturer": _brief(1, "Huawei"),
        "model": "CE6881",
        "slug": "ce6881",
    }
    return {
        "id": number,
        "name": name,
        "display": name,
        "device_type": type_,
        "role": _brief(number, role),
        "tenant": None,
        "site": _brief(1, "TTDL"),
        "serial": f"SN{number}",
        "status": _choice("active"),
        "primary_ip": None,
        "custom_fields": {},
        **more,
    }


def _lists() -> dict[str, list[dict[str, Any]]]:
    ip = {"id": 9, "family": 4, "address": "10.1.1.1/24", "display": "10.1.1.1/24"}
    plain: dict[str, Any] = {"custom_fields": {}, "tags": []}
    end = {
        "circuit": {"id": 5, "cid": "TSL-01"},
        "term_side": "A",
        "port_speed": 100_000,
        "upstream_speed": None,
    }
    return {
        "tenancy/tenant-groups": [{**_brief(1, "UBND tỉnh"), "parent": None, **plain}],
        "tenancy/tenants": [{**_brief(2, "Sở TTTT"), "slug": "so-tttt", "group": _brief(1, "UBND tỉnh"), **plain}],
        "dcim/regions": [
            {**_brief(1, "Cao Bằng"), "slug": "04", **plain},
            {**_brief(2, "Lạ"), "custom_fields": {"code": "99999"}},
        ],
        "dcim/sites": [
            {
                **_brief(1, "Trung tâm dữ liệu"), "tenant": _brief(2, "Sở TTTT"), "region": _brief(1, "Cao Bằng"),
                "physical_address": "Số 1\nphố Mới", "latitude": 22.66, "longitude": 106.25,
            },
            {**_brief(2, "Xã Lạ"), "tenant": _brief(2, "Sở TTTT"), "region": _brief(2, "Lạ"), "latitude": 1.0},
        ],
        "ipam/vrfs": [{**_brief(3, "TSLCD"), "rd": "65000:1"}],
        "ipam/ip-addresses": [{**ip, "vrf": _brief(3, "TSLCD"), "status": _choice("active")}],
        "dcim/devices": [
            _device(1, "SW-LOI", "Core-Switch", primary_ip=ip, primary_ip4=ip),
            _device(2, None, "Kỳ lạ"),
            _device(3, "CŨ", "Router", status=_choice("decommissioning")),
        ],
        "dcim/interfaces": [
            {**_brief(1, "GE1/0/1"), "device": {"id": 1, "name": "SW-LOI"}, "description": "Lên tỉnh", "label": ""},
            {**_brief(2, "GE1/0/2"), "device": {"id": 1, "name": "SW-LOI"}, "description": "", "label": "",
             "link_peers_type": "circuits.circuittermination"},
            {**_brief(3, "GE1/0/3"), "device": {"id": 1, "name": "SW-LOI"}, "description": ""},
            {**_brief(4, "GE1"), "device": {"id": 3, "name": "CŨ"}, "description": "x"},
        ],
        "circuits/circuits": [
            {"id": 5, "cid": "TSL-01", "provider": _brief(1, "VNPT"), "type": _brief(1, "TSLCD-cap1"),
             "status": _choice("active"), "commit_rate": 20_000},
            {"id": 6, "cid": "FTTH-02", "provider": _brief(1, "VNPT"), "type": _brief(2, "Lạ"),
             "status": _choice("active"), "commit_rate": None},
            {"id": 7, "cid": "MAT", "provider": _brief(1, "VNPT"), "type": _brief(2, "FTTH"),
             "status": _choice("active"), "commit_rate": None},
        ],
        "circuits/circuit-terminations": [
            {**end, "id": 1, "site": _brief(1, "TTDL"), "provider_network": None, "link_peers": [
                {**_brief(1, "GE1/0/1"), "device": {"id": 1, "name": "SW-LOI"}}]},
            {**end, "id": 2, "circuit": {"id": 6}, "termination_type": "dcim.site", "termination": _brief(2, "Xã"),
             "upstream_speed": 50_000, "link_peers": []},
            {**end, "id": 3, "circuit": {"id": 7}, "termination_type": "circuits.providernetwork",
             "termination": _brief(1, "mạng"), "link_peers": []},
        ],
    }  # fmt: skip


@dataclass
class Fake:
    """The server: what it holds, what it was asked and with which tokens; `pages` at most so many objects each."""

    url: str = ""
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=_lists)
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    pages: int = 2
    twist: Callable[[dict[str, Any]], Any] = lambda answer: answer
    status: int = 200
    raw: bytes = b""


@pytest.fixture
def netbox() -> Iterator[Fake]:
    """NetBox's API with pages, on a port of its own."""
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            """One page of a list."""
            parts = urlsplit(self.path)
            fake.asked.append(self.path)
            fake.tokens.add(self.headers.get("authorization", ""))
            name = parts.path.removeprefix("/api/").strip("/")
            query = {key: int(values[0]) for key, values in parse_qs(parts.query).items()}
            offset, limit = query.get("offset", 0), min(query.get("limit", 50), fake.pages)
            found = fake.lists.get(name, [])
            last = offset + limit >= len(found)
            next_ = None if last else f"{fake.url}/api/{name}/?limit={limit}&offset={offset + limit}"
            page = {
                "count": len(found),
                "next": next_,
                "previous": None,
                "results": found[offset : offset + limit],
            }
            if fake.raw:
                self.wfile.write(fake.raw)
                self.close_connection = True
                return
            body = json.dumps(fake.twist(page)).encode()
            self.send_response(fake.status)
            if fake.status in (301, 302):
                self.send_header("Location", "http://127.0.0.2:9/")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def asking(run: Run, netbox: Fake, home: Path) -> Run:
    """The command on that server, with its token in a file."""
    token = home / "token"
    token.write_text(TOKEN + "\n", "utf-8")
    token.chmod(0o600)

    def ask(*words: object) -> Any:  # noqa: ANN401 - an outcome
        return run("netbox", "import", "--url", netbox.url, "--token", f"file:{token}", *words)

    return ask


def test_what_netbox_knows_is_imported_previewed_and_the_same_the_next_time(
    asking: Run, run: Run, netbox: Fake
) -> None:
    """All pages of all lists, as one change set; asked again nothing differs; undone nothing is left."""
    dry = asking("--dry-run", "--json")
    assert dry.code == 0, dry.err
    ids = [each["id"] for each in dry.json["changes"]]
    assert ids == ["NB-G1", "NB-T2", "NB-S1", "NB-S2", "NB-D1", "NB-D2", "NB-I1", "NB-I2", "NB-C5", "NB-C6"]
    done = asking()
    assert (done.code, "Applied as CS-1: 10 changes." in done.out) == (0, True)
    assert "There is no difference" in asking().out
    assert netbox.tokens == {f"Token {TOKEN}"}
    assert "limit=250&offset=2" in " ".join(netbox.asked)
    assert run("undo", "CS-1").code == 0
    assert TOKEN not in done.out + done.err


def test_fields_are_taken_as_they_are_meant() -> None:
    """Tenants become agencies, roles kinds, VRFs routing domains, kbit/s bandwidths; the rest is told."""
    taken = rows_of(_lists(), NetBoxMapping(), frozenset({"04"}))
    rows = {row.cells["id"]: dict(row.cells) for row in taken.rows}
    assert rows["NB-T2"]["parent"] == "NB-G1"
    site = rows["NB-S1"]
    assert (site["organisation_units"], site["administrative_unit"], site["street_address"], site["latitude"]) == (
        "NB-T2", "04", "Số 1 phố Mới", "22.66",
    )  # fmt: skip
    assert "latitude" not in rows["NB-S2"]
    device = rows["NB-D1"]
    assert (device["kind"], device["vendor"], device["model"], device["serial"]) == (
        "switch", "Huawei", "CE6881", "SN1",
    )  # fmt: skip
    assert (device["address"], device["routing_domain"]) == ("10.1.1.1", "TSLCD")
    assert (rows["NB-D2"]["name"], rows["NB-D2"]["kind"]) == ("CE6881", "other")
    line = rows["NB-C5"]
    assert (line["line_class"], line["bandwidth_down"], line["a_device"], line["a_interface"]) == (
        "tslcd_access_1", "20000 Kbps", "NB-D1", "GE1/0/1",
    )  # fmt: skip
    assert (rows["NB-C6"]["bandwidth_down"], rows["NB-C6"]["bandwidth_up"]) == ("100000 Kbps", "50000 Kbps")
    assert [(each.code, each.sheet, each.row) for each in taken.problems] == [
        ("netbox_region", "dcim/sites", 2),
        ("netbox_role", "dcim/devices", 2),
        ("netbox_status", "dcim/devices", 3),
        ("netbox_circuit_type", "circuits/circuits", 6),
        ("netbox_circuit", "circuits/circuits", 7),
    ]
    assert not [
        each for each in difference(Inventory(), taken.rows).errors if each.code != "reference_unknown"
    ]


def test_a_proposal_is_written_to_be_looked_through(asking: Run, home: Path) -> None:
    """With where each row stands in NetBox; it reads back as the same rows."""
    file = home / "netbox.xlsx"
    assert "10 rows are in" in asking("-o", file).out
    assert len(read(file).rows) == 10
    assert asking("-o", file).code == 1
    assert asking("-o", home / "netbox.csv").code == 64


def test_a_sites_own_words_are_mapped(asking: Run, home: Path) -> None:
    """Roles, types, statuses, levels; what is not allowed is refused with what is."""
    mapping = home / "netbox.toml"
    mapping.write_text(
        'prefix = "HN-"\nstatuses = ["active", "decommissioning"]\n[roles]\n"kỳ lạ" = "camera"\n'
        '[circuit_types]\n"lạ" = "fibre_internet"\n[tenant_levels]\n"so-tttt" = "province"\n',
        "utf-8",
    )
    found = asking("--dry-run", "--json", "--mapping", mapping).json
    assert {each["id"][:3] for each in found["changes"]} == {"HN-"}
    kinds = {each["id"]: {one["field"]: one["after"] for one in each["fields"]} for each in found["changes"]}
    assert (kinds["HN-D2"]["kind"], kinds["HN-C6"]["line_class"]) == ("camera", "fibre_internet")
    assert "HN-D3" in kinds
    mapping.write_text('[roles]\nx = "switsch"\n', "utf-8")
    refused = asking("--mapping", mapping)
    assert (refused.code, "roles: switsch" in refused.err) == (64, True)


@pytest.mark.parametrize("text", ["x = 1", "prefix = 5", 'statuses = "active"', "[roles", "[roles]\na = 5"])
def test_a_faulty_mapping_is_refused(text: str) -> None:
    """By the name of what is wrong."""
    with pytest.raises(MappingFault):
        read_mapping(text)


@pytest.mark.parametrize(
    "twist",
    [
        lambda _: "x",
        lambda page: {**page, "next": "http://127.0.0.2:9/api/dcim/sites/?limit=2&offset=2"},
        lambda page: {**page, "results": 5},
        lambda page: {**page, "results": [1, None]},
        lambda page: {**page, "results": ["a"]},
        lambda page: {**page, "count": 9, "next": 5},
        lambda _: None,
    ],
    ids=["text", "elsewhere", "number", "numbers", "texts", "next", "nothing"],
)
def test_answers_of_another_shape_end_the_command_with_a_sentence(
    asking: Run, netbox: Fake, twist: Callable[[dict[str, Any]], Any]
) -> None:
    """Nothing is changed, and the token is sent to nobody else."""
    netbox.twist = twist
    done = asking()
    assert (done.code, TOKEN in done.out + done.err) == (1, False)
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n" + b"[" * 90_000,
        b"HTTP/1.1 301 Moved\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n",
        b"neither HTTP nor anything\r\n\r\n",
    ],
    ids=["cut off", "no chunk", "no gzip", "nested", "redirect", "no HTTP"],
)
def test_answers_that_are_damaged_end_the_command_with_a_sentence(
    asking: Run, netbox: Fake, raw: bytes
) -> None:
    """Whatever comes instead of an answer."""
    netbox.raw = raw
    done = asking()
    assert (done.code, "Nothing was changed" in done.err, TOKEN in done.err) == (1, True, False)


def test_an_answer_that_drips_is_not_waited_for(netbox: Fake) -> None:
    """Each piece comes in time, all together do not."""
    with pytest.raises(Unanswered, match="too long"):
        Session(f"{netbox.url}/", None, patience=-1).get(f"{netbox.url}/api/dcim/sites/")


@pytest.mark.parametrize("status", [301, 401, 403, 500])
def test_refusals_of_netbox_are_told_without_its_words(asking: Run, netbox: Fake, status: int) -> None:
    """Only the status; redirects are not followed."""
    netbox.status = status
    done = asking()
    assert done.code == 1
    told = "another address" if status == 301 else f"HTTP {status}"
    assert told in done.err


@pytest.mark.parametrize(
    "url",
    [
        "netbox.example",
        "http://netbox.example/",
        "https://u:p@netbox.example/",
        "https://:u:p@netbox.example/",
        "https://[u:p@netbox.example/",
        "ftp://x/",
    ],
)
def test_addresses_a_token_may_not_be_sent_to_are_refused(run: Run, url: str) -> None:
    """Without TLS only on this machine."""
    done = run("netbox", "import", "--url", url, "--token", "env:NOTHING")
    assert (done.code, "u:p" in done.err) == (64, False)


def test_a_token_is_a_reference(run: Run, netbox: Fake) -> None:
    """Never on the command line."""
    done = run("netbox", "import", "--url", netbox.url, "--token", TOKEN)
    assert (done.code, TOKEN in done.err) == (1, False)
    assert netbox.asked == []


def test_nobody_there_is_told(run: Run, home: Path) -> None:
    """In a few words."""
    (home / "token").write_text(TOKEN, "utf-8")
    done = run("netbox", "import", "--url", "http://127.0.0.1:9", "--token", f"file:{home / 'token'}")
    assert "cannot be reached" in done.err
    assert why(ValueError(TOKEN)) == "its answer is not that of NetBox"
