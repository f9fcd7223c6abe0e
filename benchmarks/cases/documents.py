"""The report on coverage of a large country: an audit of 10,000 agencies with 50,000 devices, as a workbook."""

import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from exporters.documents.model import Letter
from exporters.documents.texts import Texts
from exporters.documents.xlsx import write_workbook
from inventory.coverage.audit import audit
from inventory.coverage.contract import Evidence
from inventory.snapshot import Device, Inventory, Norm, OrganisationUnit, Record, Site, gather, kind_of
from netwatch.language import translator
from netwatch.reports.coverage import coverage_document
from netwatch.reports.letterhead import Manner

FOUNDED, TODAY = date(2025, 7, 1), date(2026, 11, 23)
HAVE = ("switch", "firewall", "ups", "camera", "server")
ASKED = (
    "lan",
    "firewall",
    "ups",
    "camera",
    "server",
    "data_line",
    "conferencing_endpoint",
    "surge_protector",
)


def _records(agencies: int) -> Iterator[Record]:
    """A province of communes, each with five devices and eight norms."""
    usual = {"kind": "peoples_committee", "valid_from": FOUNDED}
    yield OrganisationUnit(id="TINH", name="UBND tỉnh Mẫu", level="province", **usual)  # type: ignore[arg-type]
    for at in range(agencies):
        name = f"UBND xã Mẫu {at}"
        yield OrganisationUnit(id=f"X{at}", name=name, level="commune", parent="TINH", **usual)  # type: ignore[arg-type]
        yield Site(id=f"S{at}", name=f"Trụ sở xã Mẫu {at}", organisation_units=(f"X{at}",))
        for kind in HAVE:
            yield Device(id=f"{kind}-{at}", name=f"Thiết bị {kind} {at}", site=f"S{at}", kind=kind)
    for item in ASKED:
        yield Norm(id=item, name=f"Định mức {item}", item=item, levels=("commune",), valid_from=FOUNDED)


def _inventory(agencies: int) -> Inventory:
    return gather(((kind_of(record), record) for record in _records(agencies)), TODAY)


def reported(size: Size, _: str) -> Values:
    """Seconds of audit and workbook together, of the audit alone; MiB of the process; rows written."""
    inventory = _inventory(size.count)
    began = time.perf_counter()
    found = audit(inventory, Evidence(at=0, on=TODAY))
    audited = time.perf_counter() - began
    manner = Manner("vi", TODAY, Texts(title="Báo cáo", subject="Định mức"), Letter())
    document = coverage_document(found, inventory, manner, (), translator("vi"))
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as folder:
        write_workbook(Path(folder, "report.xlsx"), document)
    took = time.perf_counter() - began
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return took, resident, audited, float(sum(len(table.rows) for table in document.tables()))


COVERAGE_XLSX = Benchmark(
    name="coverage_xlsx",
    question="How long does the workbook on coverage of 10,000 agencies with 50,000 devices take, the audit included?",
    units=("s", "MiB", "s of the audit", "rows"),
    contenders=(Contender(OURS, reported),),
    size=Size(10_000),
    tiny=Size(20),
    runs=3,
    limits=(20.0, 500.0),
)
