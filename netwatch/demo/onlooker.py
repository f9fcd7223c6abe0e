"""Looks on from outside: waits for the daemon, lets the story begin, and tells what happens and what netwatch shows."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from inventory.sheets.columns import Language
from inventory.snapshot import Inventory
from netwatch.demo import texts
from netwatch.demo.config import FULL_PACE
from netwatch.demo.observer import TIMEOUT, Seen, incidents, ready, standings, untried, up
from netwatch.demo.process import Inner
from netwatch.demo.story import RECORDED
from netwatch.demo.tellers import Teller
from netwatch.language import Sentence
from netwatch.queries.words import REASONS, VERDICTS

# In intervals of looking.
_SETTLED_WITHIN = 5
_READY_WITHIN = 120.0
_GLANCE = 1.0


class Place(Protocol):
    """Where a daemon shows itself on this machine, and how often it looks, in seconds."""

    @property
    def metrics_port(self) -> int:
        """The port of /metrics."""

    @property
    def page_port(self) -> int:
        """The port of the page."""

    @property
    def interval(self) -> float:
        """Seconds between looks at one thing."""

    @property
    def language(self) -> Language:
        """What it speaks."""


class Onlooker:
    """One performance; `monotonic` in seconds, `place` says where the daemon shows itself, `record` that something was
    replaced.
    """

    def __init__(
        self,
        teller: Teller,
        inner: Inner,
        monotonic: Callable[[], float],
        inventory: Inventory,
        place: Place,
        record: Callable[[str], None],
    ) -> None:
        self._teller = teller
        self._inner = inner
        self._monotonic = monotonic
        self._units = inventory.of("organisation_unit")
        self._place = place
        self._record = record
        self._due = 0.0
        self._watched: dict[str, Seen] = {}
        self._incidents: set[int] = set()
        self._began = 0.0
        self._over = False

    def wait_until_ready(self) -> bool:
        """Wait for the daemon; False when it ended or took too long."""
        deadline = self._monotonic() + _READY_WITHIN
        self._teller.progress(texts.STARTING, 0, 1)
        while not self._inner.ended and self._monotonic() < deadline:
            self._hear(_GLANCE / 4)
            if ready(self._place.metrics_port):
                self._teller.progress(texts.STARTING, 1, 1)
                return True
        return False

    def wait_until_settled(self) -> None:
        """Wait until everything is up but contacts that nobody has tried, at most a few intervals."""
        deadline = self._monotonic() + _SETTLED_WITHIN * self._place.interval
        while not self._inner.ended and self._monotonic() < deadline:
            self._hear(_GLANCE / 4)
            seen = self._glance()
            good, all_ = up(seen), len(seen) - untried(seen)
            if seen:
                self._teller.progress(texts.SETTLING, good, all_)
            if seen and good == all_:
                return

    def watch_story(self) -> bool:
        """Let the story begin and tell it; False when the daemon ended before the story did."""
        self._inner.begin()
        self._began = self._monotonic()
        while not self._inner.ended and not self._over:
            self._hear(_GLANCE / 4)
            self._compare(seen := self._glance())
            if seen:
                self._tell_incidents()
        return self._over

    def _glance(self) -> Mapping[str, Seen]:
        """Everything on the page, looked at no more often than suits the size of the province; else nothing."""
        if self._monotonic() < self._due:
            return {}
        slowness = self._place.interval / FULL_PACE
        seen = standings(self._place.page_port, TIMEOUT * slowness)
        self._due = self._monotonic() + _GLANCE * slowness
        return seen

    def _hear(self, patience: float) -> None:
        for event in self._inner.events(patience):
            facts = {name: value for name, value in event.items() if name != "event"}
            self._heard(event["event"], facts)

    def _heard(self, event: str, facts: Mapping[str, Any]) -> None:
        if event == "step":
            self._step(facts)
        elif event == "message":
            words = {"receiver": facts["receiver"], "subject": facts["subject"]}
            self._teller.tell(event, texts.filled(texts.LETTER, **words), **facts, **self._timed())
        elif event == "story_ended":
            self._ended(again=facts["again"])
        else:
            self._teller.tell(event, None, **facts)

    def _step(self, facts: Mapping[str, Any]) -> None:
        for id_ in facts["shows"]:
            self._watched.setdefault(id_, Seen(id_, "", "", ""))
        sentence = texts.happens(facts["act"], self._units[facts["unit"]].name)
        self._teller.tell("step", sentence, **facts, **self._timed())
        if facts["act"] in RECORDED:
            self._record(facts["target"])

    def _ended(self, again: bool) -> None:
        self._over = not again
        self._teller.tell("story_ended", texts.AGAIN if again else texts.OVER, **self._timed())
        self._began = self._monotonic()

    def _timed(self) -> dict[str, float]:
        return {"elapsed": round(self._monotonic() - self._began, 1)}

    def _compare(self, seen: Mapping[str, Seen]) -> None:
        """Tell every change of what the story has touched."""
        for id_, before in list(self._watched.items()):
            now = seen.get(id_, before)
            self._watched[id_] = now
            if now.verdict != before.verdict and (before.verdict or now.verdict != "up"):
                self._tell_change(now)

    def _tell_incidents(self) -> None:
        """Tell every incident once, by its line."""
        for number, line in incidents(self._place.page_port, self._place.language).items():
            if number not in self._incidents:
                self._incidents.add(number)
                self._teller.tell(
                    "incident", texts.filled(texts.INCIDENT, line=line), id=number, **self._timed()
                )

    def _tell_change(self, now: Seen) -> None:
        words = {
            "name": now.name,
            "verdict": Sentence(VERDICTS.get(now.verdict, now.verdict)),
            "reason": Sentence(REASONS.get(now.reason, now.reason)),
        }
        facts = {"id": now.id, "verdict": now.verdict, "reason": now.reason}
        self._teller.tell("shown", texts.filled(texts.SHOWN, **words), **facts, **self._timed())
