"""Which profile a device is read by: every block of every profile is tried, the most specific that holds wins."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from probes.equipment.answers import Answers, words
from probes.equipment.library import GENERIC, Written
from probes.equipment.patterns import found
from probes.equipment.schema import Recognise

SYS_DESCRIPTION = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
# A vendor's description is worth more than its number, which others use as well; an answering object of its own most.
_DESCRIPTION, _PROBE = 10, 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A profile that recognises the device, by which of its blocks (counted from 1), and how specific that is."""

    name: str
    block: int
    score: int
    because: tuple[tuple[str, str], ...]


def candidates(profiles: Mapping[str, Written], answers: Answers) -> tuple[Candidate, ...]:
    """All that recognise the device, the most specific first; of equals the one that comes first by name."""
    device = (words(answers.get(SYS_OBJECT_ID)), words(answers.get(SYS_DESCRIPTION)))
    every = (_best(name, written, device, answers) for name, written in profiles.items())
    return tuple(sorted(filter(None, every), key=lambda each: (-each.score, each.name)))


def choose(profiles: Mapping[str, Written], answers: Answers) -> tuple[Written | None, tuple[Candidate, ...]]:
    """The profile to read a device by (a vendor's before a generic one, else `generic`), and all that recognise it."""
    known = candidates(profiles, answers)
    ranked = sorted(known, key=lambda each: profiles[each.name].profile.generic)
    name = ranked[0].name if ranked else GENERIC
    return profiles.get(name), tuple(ranked)


def questions(profiles: Iterable[Written]) -> frozenset[str]:
    """What must be asked to tell profiles apart; an OID ending in .* is a column."""
    probes = (block.probe for written in profiles for block in written.profile.recognise)
    return frozenset({SYS_DESCRIPTION, SYS_OBJECT_ID, *filter(None, probes)})


def _best(name: str, written: Written, device: tuple[str, str], answers: Answers) -> Candidate | None:
    holding = list(_holding(name, written.profile.recognise, device, answers))
    return max(holding, key=lambda each: (each.score, -each.block), default=None)


def _holding(
    name: str, blocks: Iterable[Recognise], device: tuple[str, str], answers: Answers
) -> Iterator[Candidate]:
    object_id, description = device
    for number, block in enumerate(blocks, start=1):
        prefix = _longest_prefix(block.object_id, object_id)
        if block.object_id and not prefix:
            continue
        if block.description and found(block.description, description) is None:
            continue
        answered = _answered(block, answers) if block.probe else ""
        if answered is None:
            continue
        score = len(prefix.split(".")) if prefix else 0
        score += _DESCRIPTION * bool(block.description) + _PROBE * bool(block.probe) + block.weight
        because = (
            ("object_id", prefix),
            ("description", block.description),
            ("probe", f"{block.probe} = {answered}" if block.probe else ""),
        )
        yield Candidate(name, number, score, tuple(pair for pair in because if pair[1]))


def _longest_prefix(prefixes: Iterable[str], object_id: str) -> str:
    holding = (prefix for prefix in prefixes if f"{object_id}.".startswith(f"{prefix}."))
    return max(holding, key=len, default="")


def _answered(block: Recognise, answers: Answers) -> str | None:
    """What the probe's object says, if it is as the block wants it."""
    if block.probe.endswith(".*"):
        values = list(answers.column(block.probe.removesuffix(".*")).values())
    else:
        values = [value for value in (answers.get(block.probe),) if value is not None]
    wanted = block.probe_matches
    fitting = (told for told in map(words, values) if not wanted or found(wanted, told) is not None)
    return next(fitting, None)
