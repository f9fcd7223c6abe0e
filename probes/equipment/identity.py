"""What a device is: vendor, model, serial and version, each from the first source that gives a plausible text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from probes.equipment.answers import Answers, Tally, words
from probes.equipment.answers import arcs as arcs_of
from probes.equipment.enterprises import maker, other_maker
from probes.equipment.library import Written
from probes.equipment.patterns import found
from probes.equipment.recognise import SYS_DESCRIPTION, SYS_OBJECT_ID
from probes.equipment.schema import CLASSES, Identity, Source
from probes.transports.snmp.contract import OCTET_STRING, Index, Value

_LONGEST = 128
_ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
_CONTAINED_IN, _CLASS, _POSITION = f"{_ENTITY}.4", f"{_ENTITY}.5", f"{_ENTITY}.6"
# Columns of entPhysicalTable (RFC 6933).
_COLUMNS: Mapping[str, str] = {
    "description": f"{_ENTITY}.2",
    "name": f"{_ENTITY}.7",
    "hardware": f"{_ENTITY}.8",
    "firmware": f"{_ENTITY}.9",
    "software": f"{_ENTITY}.10",
    "serial": f"{_ENTITY}.11",
    "manufacturer": f"{_ENTITY}.12",
    "model": f"{_ENTITY}.13",
}
# What agents and people without an answer write.
_NO_ANSWER = re.compile(
    r"[\W_]*|[\W_]*(n/?a|none|null|nil|unknown|unspecified|uninitiali[sz]ed|undefined|invalid|empty"
    r"|not[ -](available|applicable|specified|supported|set|found|present|installed|known|defined)|no[ -]?(value|data)"
    r"|default( string)?|default-?(serial|model)|to be filled( by o\.?e\.?m\.?)?|system (serial number|product name)"
    r"|serial ?number|model ?name|o\.?e\.?m\.?|0+|f{4,}|x+|0x0*|1234567890?|0?123456789|(00:){5}00)[\W_]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Names:
    """Who made a device, what it is, which one of them, and what runs on it; '' for what it does not tell."""

    vendor: str
    model: str
    serial: str
    version: str


def identify(written: Written, answers: Answers, tally: Tally) -> Names:
    """Ask the profile's sources, then those of the profiles it includes."""
    identities = [profile.identity for profile in written.layers()]

    def first(name: str) -> str:
        texts = (
            _plausible(told)
            for identity in identities
            for source in getattr(identity, name)
            for told in _told(source, identity, answers, tally)
        )
        return next(filter(None, texts), "")

    vendor = written.profile.vendor or first("vendor") or _maker(answers, first("maker"))
    return Names(vendor, first("model"), first("serial"), first("version"))


def _maker(answers: Answers, told: str) -> str:
    """By the enterprise number, unless that is one of agents found on anybody's devices."""
    object_id = words(answers.get(SYS_OBJECT_ID))
    return maker(object_id) or told or other_maker(object_id)


def needed(identity: Identity) -> Iterator[str]:
    """The OIDs that the sources ask for: instances end as they stand, columns with .*"""
    for source in (*identity.vendor, *identity.maker, *identity.model, *identity.serial, *identity.version):
        if source.oid:
            yield source.oid
        if source.column:
            yield f"{source.column}.*"
        if source.entity:
            yield from (
                f"{column}.*" for column in (_CONTAINED_IN, _CLASS, _POSITION, _COLUMNS[source.entity])
            )


def _plausible(told: str) -> str:
    return "" if len(told) > _LONGEST or _NO_ANSWER.fullmatch(told) else told


def _told(source: Source, identity: Identity, answers: Answers, tally: Tally) -> Iterator[str]:
    for raw in _raw(source, identity, answers, tally):
        matched = found(source.match, raw) if source.match else raw
        if matched is not None:
            yield " ".join((source.map.get(matched, matched) if source.map else matched).split())


def _raw(source: Source, identity: Identity, answers: Answers, tally: Tally) -> Iterator[str]:
    if source.text:
        yield source.text
    elif source.oid:
        yield _text(answers.get(source.oid), tally)
    elif source.column:
        rows = answers.column(source.column)
        chosen = [rows.get(arcs_of(source.row))] if source.row else rows.values()
        yield from (_text(value, tally) for value in chosen)
    elif source.entity:
        rows = answers.column(_COLUMNS[source.entity])
        yield from (_text(rows.get(index), tally) for index in _of_class(source.class_, answers, rows))
    elif source.description:
        told = found(source.description, words(answers.get(SYS_DESCRIPTION), tally.code_page))
        yield told or ""
    else:
        yield _of_object_id(identity.object_ids, words(answers.get(SYS_OBJECT_ID)))


def _text(value: Value | None, tally: Tally) -> str:
    """A text, unless its octets are no text at all: a number in binary would look like one."""
    if value is not None and value[0] == OCTET_STRING and isinstance(value[1], bytes):
        octets = value[1].partition(b"\0")[0]
        if any(octet < 0x20 and octet not in b"\t\r\n" for octet in octets):
            tally.drop("not_a_text")
            return ""
    return words(value, tally.code_page)


def _of_object_id(texts: Mapping[str, str], object_id: str) -> str:
    holding = (prefix for prefix in texts if f"{object_id}.".startswith(f"{prefix}."))
    best = max(holding, key=len, default="")
    return texts.get(best, "")


def _of_class(wanted: str | None, answers: Answers, rows: Mapping[Index, Value]) -> Iterable[Index]:
    """Rows of a class; without one the chassis: outermost first, then members of a stack by position, then the root.

    Where no row tells its class, all rows by number: agents count from the chassis inwards.
    """
    classes = _numbers(answers, _CLASS)
    if wanted is None and not classes:
        return sorted(rows)
    parents, positions = _numbers(answers, _CONTAINED_IN), _numbers(answers, _POSITION)
    number = CLASSES[wanted or "chassis"]
    chosen = [index for index, kind in classes.items() if kind == number]
    if wanted is None and not chosen:
        chosen = [
            index for index in classes if parents.get(index, 0) == 0 or classes[index] == CLASSES["stack"]
        ]
    return sorted(chosen, key=lambda index: (_depth(index, parents), positions.get(index, 0), index))


def _numbers(answers: Answers, column: str) -> dict[Index, int]:
    rows = answers.column(column).items()
    return {index: content for index, (_, content) in rows if isinstance(content, int)}


def _depth(index: Index, parents: Mapping[Index, int]) -> int:
    """How many contain it; agents that tell of circles get the end of our patience."""
    for depth in range(16):
        parent = parents.get(index, 0)
        if parent == 0:
            return depth
        index = (parent,)
    return 16
