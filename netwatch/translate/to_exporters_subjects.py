"""From the present to the families of subjects: verdict, whether it is up, its newest look, some kinds' own. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from exporters.columns import Block, Frame, Grouped
from netwatch.check import Observation
from netwatch.clock import SECOND
from netwatch.present import Present
from netwatch.queries.looks import FRESH_INTERVALS, checks_by_subject, ids_behind
from netwatch.verdict import Kind, Subject, SubjectKind

WORDS: Mapping[SubjectKind, str] = {
    SubjectKind.DEVICE: "device",
    SubjectKind.LINE: "line",
    SubjectKind.SITE: "site",
    SubjectKind.ENDPOINT: "conferencing endpoint",
    SubjectKind.SURGE_PROTECTOR: "surge protector",
    SubjectKind.SERVICE: "service",
    SubjectKind.SENSOR: "sensor",
}
# What only some kinds have: the family's name behind the kind's, and its help.
OWN: Mapping[SubjectKind, tuple[str, str]] = {
    SubjectKind.DEVICE: (
        "manageable",
        "Whether the device's agent answers with values; absent while not known.",
    ),
    SubjectKind.ENDPOINT: (
        "registered",
        "Whether the conferencing endpoint is registered; absent while not known.",
    ),
    SubjectKind.SERVICE: (
        "usable",
        "Whether the service gave the answer its users need; absent while not known.",
    ),
    SubjectKind.SURGE_PROTECTOR: (
        "contact_normal",
        "Whether the surge protector's remote contact is in its normal position; absent while not known.",
    ),
}
STATE_SETS = {held: tuple(int(kind is held) for kind in Kind) for held in Kind}
# After so many subjects others have their turn.
TURN = 500


class _Line:
    """One subject: the checks its verdict rests on with how old their looks may be, and its blocks by family."""

    __slots__ = ("_blocks", "_frame", "_set_frame", "behind", "subject")

    def __init__(self, subject: Subject, behind: tuple[tuple[str, int], ...]) -> None:
        self.subject, self.behind = subject, behind
        self._frame = Frame({subject.kind: subject.id})
        self._set_frame = Frame({subject.kind: subject.id}, "verdict", tuple(Kind))
        self._blocks: dict[str, Block] = {}

    def newest(self, latest: Mapping[str, Observation], now: int) -> tuple[int, bool]:
        """When the newest look began (0 without any), and whether any is fresh."""
        newest, fresh = 0, False
        for id_, most in self.behind:
            seen = latest.get(id_)
            if seen is not None:
                newest = max(newest, seen.at)
                fresh = fresh or now - seen.at <= most
        return newest, fresh

    def one(self, name: str, value: float) -> Block:
        """The line of a family."""
        block = self._blocks.get(name)
        if block is None or block.values[0] != value:
            block = self._blocks[name] = Block(name, self._frame, (value,))
        return block

    def state_set(self, name: str, held: Kind) -> Block:
        """The lines that say which verdict holds."""
        block = self._blocks.get(name)
        if block is None or block.values is not STATE_SETS[held]:
            block = self._blocks[name] = Block(name, self._set_frame, STATE_SETS[held])
        return block


class SubjectLines:
    """The lines of every subject of a plan, each made anew only when what it says has changed."""

    def __init__(self, present: Present) -> None:
        checks = checks_by_subject(present)
        self._lines: dict[SubjectKind, list[_Line]] = {kind: [] for kind in SubjectKind}
        for subject in present.subjects.values():
            behind = {check.id: check for id_ in ids_behind(subject) for check in checks.get(id_, ())}
            most = tuple((id_, FRESH_INTERVALS * check.interval) for id_, check in behind.items())
            self._lines[subject.kind].append(_Line(subject, most))

    def families(self, present: Present, now: int) -> Iterator[Grouped | None]:
        """The families every kind of subject has, and those only some have; None where others may have their turn."""
        for kind, lines in self._lines.items():
            made = _Families(kind)
            for place, line in enumerate(lines):
                made.add(line, present, now)
                if place % TURN == TURN - 1:
                    yield None
            yield from made.families()


class _Families:
    """The families of one kind of subject while they are gathered."""

    def __init__(self, kind: SubjectKind) -> None:
        name, word = f"netwatch_{kind}", WORDS[kind]
        verdict = f"Whether the {word} has this verdict: 1 for the one that holds, 0 for the others."
        up = f"1 while the {word} is up or degraded, 0 while it is down or unreachable; absent while not known."
        at = f"When the newest look at the {word} began; 0 when there was none yet."
        own, own_help = OWN.get(kind, ("", ""))
        self._kind = kind
        self._verdict, self._up, self._at, self._own = (
            Grouped(f"{name}_{end}", "gauge", text, [])
            for end, text in (
                ("verdict", verdict),
                ("up", up),
                ("last_observation_timestamp_seconds", at),
                (own, own_help),
            )
        )
        self._blocks: tuple[list[Block], ...] = ([], [], [], [])

    def add(self, line: _Line, present: Present, now: int) -> None:
        """Say how one subject stands."""
        verdicts, ups, ats, owns = self._blocks
        judged = present.judged.get(line.subject.id)
        held = judged.verdict.kind if judged else Kind.UNKNOWN
        newest, fresh = line.newest(present.latest, now)
        verdicts.append(line.state_set(self._verdict.name, held))
        ats.append(line.one(self._at.name, newest / SECOND))
        if not fresh:
            return
        if judged and held is not Kind.UNKNOWN:
            ups.append(line.one(self._up.name, int(judged.verdict.operational)))
        own = _own(line.subject, present)
        if own is not None:
            owns.append(line.one(self._own.name, int(own)))

    def families(self) -> Iterable[Grouped]:
        """What was gathered, every family once; without lines it is still named."""
        families = (self._verdict, self._up, self._at, *((self._own,) if self._kind in OWN else ()))
        for family, blocks in zip(families, self._blocks, strict=False):
            yield Grouped(family.name, family.kind, family.help, blocks)


def _own(subject: Subject, present: Present) -> bool | None:
    """What only this kind tells: a device's manageability, the one fact of an endpoint or a surge protector."""
    if subject.kind is SubjectKind.DEVICE:
        judged = present.judged.get(subject.id)
        return judged.verdict.manageable if judged else None
    if subject.kind not in OWN or not subject.facts:
        return None
    fact = present.facts.get(subject.facts[0])
    return fact.holds if fact else None
