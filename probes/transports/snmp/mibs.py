"""Names of objects from MIB files that an operator has: compiled by pysmi, from files alone, never from the network.

As `library.py`, nothing that the daemon starts with imports this module.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pysmi.codegen import JsonCodeGen
from pysmi.compiler import MibCompiler
from pysmi.parser import SmiStarParser
from pysmi.reader import CallbackReader
from pysmi.searcher import StubSearcher
from pysmi.writer import CallbackWriter

# The largest MIB of a vendor in common use is about 2 MB.
MOST_BYTES = 8 * 2**20
# The root of the tree and the types of SMIv2 (RFC 2578, RFC 2579), as much as compiling others needs: the documents
# themselves may not be passed on with a program.
_TREE = {
    "org": "iso 3",
    "dod": "org 6",
    "internet": "dod 1",
    "directory": "internet 1",
    "mgmt": "internet 2",
    "mib-2": "mgmt 1",
    "transmission": "mib-2 10",
    "experimental": "internet 3",
    "private": "internet 4",
    "enterprises": "private 1",
    "security": "internet 5",
    "snmpV2": "internet 6",
    "snmpDomains": "snmpV2 1",
    "snmpProxys": "snmpV2 2",
    "snmpModules": "snmpV2 3",
    "zeroDotZero": "0 0",
}
_TYPES = {
    "Integer32": "INTEGER (-2147483648..2147483647)",
    "IpAddress": "[APPLICATION 0] IMPLICIT OCTET STRING (SIZE (4))",
    "Counter32": "[APPLICATION 1] IMPLICIT INTEGER (0..4294967295)",
    "Gauge32": "[APPLICATION 2] IMPLICIT INTEGER (0..4294967295)",
    "Unsigned32": "[APPLICATION 2] IMPLICIT INTEGER (0..4294967295)",
    "TimeTicks": "[APPLICATION 3] IMPLICIT INTEGER (0..4294967295)",
    "Opaque": "[APPLICATION 4] IMPLICIT OCTET STRING",
    "Counter64": "[APPLICATION 6] IMPLICIT INTEGER (0..18446744073709551615)",
}
_CONVENTIONS = {
    **dict.fromkeys(
        ("DisplayString", "PhysAddress", "MacAddress", "DateAndTime", "TAddress"), "OCTET STRING"
    ),
    **dict.fromkeys(("AutonomousType", "InstancePointer", "VariablePointer"), "OBJECT IDENTIFIER"),
    **dict.fromkeys(("RowPointer", "TDomain"), "OBJECT IDENTIFIER"),
    **dict.fromkeys(("TestAndIncr", "TruthValue", "RowStatus", "StorageType", "TimeInterval"), "INTEGER"),
    "TimeStamp": "TimeTicks",
}
_SUFFIXES = frozenset({".mib", ".txt", ".my", ""})


def _module(name: str, imports: str, *definitions: str) -> str:
    return "\n".join([f"{name} DEFINITIONS ::= BEGIN", imports, *definitions, "END", ""])


BASE: Mapping[str, str] = {
    "SNMPv2-SMI": _module(
        "SNMPv2-SMI",
        "",
        *(f"{name} OBJECT IDENTIFIER ::= {{ {place} }}" for name, place in _TREE.items()),
        *(f"{name} ::= {syntax}" for name, syntax in _TYPES.items()),
    ),
    "SNMPv2-TC": _module(
        "SNMPv2-TC",
        "IMPORTS TimeTicks FROM SNMPv2-SMI;",
        *(
            f'{name} ::= TEXTUAL-CONVENTION STATUS current DESCRIPTION "" SYNTAX {syntax}'
            for name, syntax in _CONVENTIONS.items()
        ),
    ),
    "SNMPv2-CONF": _module("SNMPv2-CONF", ""),
}


@dataclass(frozen=True, slots=True)
class MibNames:
    """OIDs by 'MODULE::name', and by module why it could not be read."""

    names: Mapping[str, str]
    faults: Mapping[str, str]


def compile_mibs(files: Sequence[Path]) -> MibNames:
    """Compile these files, each of which is named as its module (IF-MIB.txt, IF-MIB.mib).

    A module that imports from one that is not among them is named in `faults`; the base modules of SMIv1 and SMIv2
    need not be there.
    """
    by_module = {path.stem: path for path in files if path.suffix.lower() in _SUFFIXES}
    compiled: dict[str, str] = {}

    def read(module: str, _context: object) -> str:
        base = BASE.get(module)
        if base is not None:
            return base
        path = by_module.get(module)
        if path is None or path.stat().st_size > MOST_BYTES:
            return ""
        return path.read_text("utf-8", errors="replace")

    compiler = MibCompiler(
        SmiStarParser(),
        JsonCodeGen(),
        CallbackWriter(lambda module, text, _: compiled.update({module: text})),
    )
    compiler.add_sources(CallbackReader(read))
    compiler.add_searchers(StubSearcher(*JsonCodeGen.baseMibs))
    told = compiler.compile(*by_module, noDeps=False, rebuild=True, ignoreErrors=True)
    names: dict[str, str] = {}
    for module, text in compiled.items():
        names |= _names(module, text)
    faults = {
        module: str(getattr(status, "error", "") or status)
        for module, status in told.items()
        if status not in ("compiled", "untouched") and module not in JsonCodeGen.baseMibs
    }
    return MibNames(names, faults)


def _names(module: str, text: str) -> dict[str, str]:
    return {
        f"{module}::{name}": told["oid"]
        for name, told in json.loads(text).items()
        if isinstance(told, dict) and "oid" in told
    }
