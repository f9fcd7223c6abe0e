"""Asks for known instances in as few requests as fit, and makes columns of what comes back.

A portion is as many values as the agent was found to answer at once: 55, or as fit into 1,400 bytes by what it answered
before; half of that after tooBig or a time-out. The answer is first read on the assumption that it holds the very OIDs
asked for, in their order, with values of the same types as last time, which nearly all do; any other is sorted by OID.
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from probes.transports.errors import BadAnswer, TransportError
from probes.transports.snmp.agent import MOST_VALUES, Agent
from probes.transports.snmp.ber import GET, Response, expect, read_expected
from probes.transports.snmp.contract import NO_SUCH_INSTANCE, NULL, Answer, Portion, Question, Value, Values
from probes.transports.snmp.operation import NO_SUCH_NAME, TOO_BIG, Operation, Shared, T

# Larger answers are cut into fragments on many paths, and a lost fragment loses them all.
MOST_BYTES = 1400
# What a binding is expected to take beside its OID: three tags and lengths, and a value of six bytes.
_VALUE_BYTES = 12
# An agent that was silent last time is asked for so few values first: it may have been the size.
_FEW = 10
_MOST_EXPECTED = 256
# A portion grows back by this share of the usual.
_STEP = MOST_VALUES // 8
# So many instances that an agent fails at are left out of one operation, one at a time.
_MOST_FAULTY = 5


def portion(question: Question, places: Sequence[int]) -> Portion:
    """The portion of these places."""
    return Portion(places, tuple(question.encoded[place] for place in places))


def portions(question: Question, most: int) -> tuple[Portion, ...]:
    """A question in portions of at most so many values, in order, fewer where the names alone are long."""
    found = question.portions.get(most)
    if found is None:
        everything = range(len(question.oids))
        cuts = _cuts(question.encoded, most)
        found = question.portions[most] = tuple(portion(question, everything[at:end]) for at, end in cuts)
    return found


def _cuts(oids: Sequence[bytes], most: int) -> Iterator[tuple[int, int]]:
    start, room = 0, MOST_BYTES
    for place, oid in enumerate(oids):
        expected = len(oid) + _VALUE_BYTES
        if place > start and (place - start >= most or expected > room):
            yield start, place
            start, room = place, MOST_BYTES
        room -= expected
    if oids:
        yield start, len(oids)


class MultiGet(Operation[T]):
    """A multi-GET under way."""

    __slots__ = (
        "_came",
        "_contents",
        "_cut",
        "_faulty",
        "_question",
        "_reduced",
        "_shrunk",
        "_tags",
        "_todo",
    )

    most: ClassVar[int] = MOST_VALUES

    def __init__(
        self,
        shared: Shared,
        agent: Agent,
        credentials: tuple[str, ...],
        until: float | None,
        question: Question,
    ) -> None:
        Operation.__init__(self, shared, agent, credentials, until)
        self._question = question
        # Made when the first of several portions comes; one that answers all is the result as it is.
        self._tags: bytearray | bytes = b""
        self._contents: list[int | bytes | None] = []
        most = agent.portion.value
        if most > self.most or agent.narrow:
            most = min(most, self.most, (agent.narrow or {}).get(question, most))
        self._todo = [*reversed(portions(question, most))]
        self._cut = ""
        self._came = self._shrunk = self._reduced = False
        self._faulty = 0
        if agent.silences and self._todo and len(self._todo[-1].oids) > _FEW:
            self._halve(self._todo.pop(), _FEW)

    def advance(self) -> None:
        """As `Operation.advance`."""
        if not self._todo:
            self.end()
            return
        most = self.agent.portion.value
        while len(self._todo[-1].oids) > most:
            self._halve(self._todo.pop(), most)
        self.ask(GET, self._todo[-1].oids)

    def _halve(self, whole: Portion, first: int) -> None:
        """Put a portion back as two, of which the first has so many values."""
        self._todo.append(portion(self._question, whole.places[first:]))
        self._todo.append(portion(self._question, whole.places[:first]))

    def read(self, data: bytes, rest: int) -> None:
        """As `Operation.read`: straight into columns when the answer holds what was asked for."""
        asked = self._todo[-1]
        if len(data) > MOST_BYTES:
            self.agent.narrows(self._question, len(asked.oids) * MOST_BYTES // len(data))
        expected = self.agent.expected.get(asked)
        found = None if expected is None else read_expected(data, rest, expected)
        if expected is None or found is None:
            Operation.read(self, data, rest)
            return
        agent, names = self.agent, self.names
        if agent.credential is not names[0] or agent.silences or agent.refusals or len(names) > 1:
            self.heard()
        if len(found) == len(self._question.oids):
            # The only portion, as it was planned: the result as it is.
            self._tags, self._contents, self._came = expected.tags, found, True
            self.end()
            return
        self._put(asked.places, expected.tags, found)
        self._portion_done()

    def _put(self, places: Sequence[int], tags: bytes, contents: list[int | bytes | None]) -> None:
        if len(contents) == len(self._question.oids):
            self._tags, self._contents = tags, contents
        elif isinstance(places, range):
            self.tags()[places.start : places.stop] = tags
            self._contents[places.start : places.stop] = contents
        else:
            for place, tag, content in zip(places, tags, contents, strict=True):
                self._put_one(place, tag, content)

    def _put_one(self, place: int, tag: int, content: int | bytes | None) -> None:
        self.tags()[place] = tag
        self._contents[place] = content

    def tags(self) -> bytearray:
        """The tags so far; from now on there is a place for every value asked for, NULL where none came."""
        found = self._tags
        if not isinstance(found, bytearray):
            size = len(self._question.oids)
            self._tags = found = bytearray((NULL,)) * size
            self._contents = [None] * size
        return found

    def _portion_done(self) -> None:
        self._came = True
        asked = self._todo.pop()
        if self._shrunk:
            self.agent.portion.too_much(min(len(asked.oids), self.agent.portion.value))
            self._shrunk = False
        self.advance()

    def take(self, answer: Response) -> None:
        """As `Operation.take`: any answer that was not read straight into columns."""
        status = answer.error_status
        too_big = status == TOO_BIG or not (status or answer.bindings)
        if too_big and self._smaller():
            self.ask(GET, self._todo[-1].oids)
        elif status:
            self.faulty(status, answer.error_index)
        else:
            self._sort(answer)
            self._portion_done()

    def _sort(self, answer: Response) -> None:
        asked, bindings = self._todo[-1], answer.bindings
        if [binding[0] for binding in bindings] == [*asked.oids]:
            tags = bytes([binding[1] for binding in bindings])
            self._put(asked.places, tags, [binding[2] for binding in bindings])
            self._expect(asked, tags)
            return
        found = {oid: (tag, content) for oid, tag, content in bindings}
        for place, oid in zip(asked.places, asked.oids, strict=True):
            if oid in found:
                self._put_one(place, *found[oid])

    def _expect(self, asked: Portion, tags: bytes) -> None:
        """Be prepared for the same kind of answer next time."""
        expected = self.agent.expected
        if len(expected) >= _MOST_EXPECTED:
            expected.clear()
        expected[asked] = expect(asked.oids, tags)

    def _smaller(self) -> bool:
        """Ask for half; False when it is one value already."""
        asked = self._todo[-1]
        if len(asked.oids) == 1:
            return False
        self._shrunk = self._reduced = True
        self._halve(self._todo.pop(), len(asked.oids) // 2)
        return True

    def lost(self) -> None:
        """As `Operation.lost`: halve, where the agent is known to answer."""
        if (self._came or not self.agent.silences) and self._smaller():
            if self._came and not self._left:
                self._left = 1
            self.instead(GET, self._todo[-1].oids)

    def faulty(self, status: int, index: int) -> None:
        """An error that names a value: the others are asked for without it. v1 says so of what does not exist."""
        asked = self._todo[-1]
        missing = status == NO_SUCH_NAME
        if not missing:
            self._cut = self._cut or f"error_{status}"
            self._faulty += 1
        if not 1 <= index <= len(asked.oids):
            if missing and self._smaller():
                self._shrunk = False
                self.advance()
                return
            index = 1 if missing and len(asked.oids) == 1 else 0
        if not index or self._faulty > _MOST_FAULTY:
            self._todo.pop()
        else:
            self._leave_out(asked.places, index - 1, missing=missing)
        self.advance()

    def _leave_out(self, places: Sequence[int], which: int, *, missing: bool) -> None:
        if missing:
            self._put_one(places[which], NO_SUCH_INSTANCE, b"")
            self._came = True
        self._todo.pop()
        others = (*places[:which], *places[which + 1 :])
        if others:
            self._todo.append(portion(self._question, others))

    def out_of_time(self) -> None:
        """As `Operation.out_of_time`."""
        if self._came:
            self._cut = self._cut or "time"
            self.end()
        else:
            self.exhausted()

    def stop(self, error: TransportError) -> None:
        """As `Operation.stop`: what came is the result, with what stopped the rest as its cause."""
        if not self._came:
            self.fail(error)
            return
        self._cut = self._cut or (error.detail if isinstance(error, BadAnswer) else str(error.reason))
        self.end()

    def end(self) -> None:
        """Nothing more is asked for."""
        raise NotImplementedError


class Ask(MultiGet[Values]):
    """A multi-GET of many values; its result is `Values`."""

    __slots__ = ()

    def end(self) -> None:
        """As `MultiGet.end`."""
        if not self._came and self._cut:
            self.fail(BadAnswer(self._cut))
            return
        if not self._cut and not self._reduced:
            self.agent.portion.went_well(MOST_VALUES, _STEP)
        tags = bytes(self._tags or self.tags())
        self.finish(Values(tags, self._contents, self._cut))


class Get(MultiGet[Answer]):
    """A get of scalars under way; its result is `Answer`."""

    __slots__ = ()

    # Scalars are often texts.
    most: ClassVar[int] = 20

    def faulty(self, status: int, index: int) -> None:
        """As `MultiGet.faulty`, but any other error than that of v1 for what does not exist is the answer."""
        if status == NO_SUCH_NAME:
            MultiGet.faulty(self, status, index)
        else:
            self.finish(Answer(self._values(), status, index))

    def stop(self, error: TransportError) -> None:
        """As `Operation.stop`."""
        self.fail(error)

    def out_of_time(self) -> None:
        """As `Operation.out_of_time`."""
        self.exhausted()

    def end(self) -> None:
        """As `MultiGet.end`."""
        self.finish(Answer(self._values()))

    def _values(self) -> dict[str, Value]:
        names, tags, contents = self._question.oids, self._tags, self._contents
        if None not in contents:
            return dict(zip(names, zip(tags, contents, strict=True), strict=False))  # type: ignore[arg-type]
        return {
            name: (tag, content)
            for name, tag, content in zip(names, tags, contents, strict=True)
            if content is not None
        }
