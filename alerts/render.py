"""From a message to what a receiver reads: subject, text and HTML, in one language.

Which words stand where is decided here; the templates only lay them out. Names come from outside: everything in HTML
is escaped. A receiver whose channel leads outside gets neither persons nor details, and no network address at all.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError, select_autoescape

from alerts.contract import Message, NoticeKind, Part, Person, Phrase, Severity, Story
from alerts.daily import HEADINGS, MARKS, daily_page
from alerts.number_words import MOST, in_words
from alerts.pages import Block, Page, Panel, Section
from alerts.phrases import Translate, say

LONGEST_SUBJECT = 150
MOST_NAMES = 10
# It is written small, at the beginning of a sentence too.
OURSELVES = "netwatch"
# Network addresses wherever they stand, words and signs around them or not: MAC, IPv4, IPv6. Clock times are none.
_ADDRESS = re.compile(
    r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![0-9A-Fa-f])"
    r"|(?<![0-9A-Fa-f])[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}(?![0-9A-Fa-f])"
    r"|(?<![0-9])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9])(?::[0-9]{1,5}(?![0-9]))?"
    r"|(?<![0-9A-Fa-f:])[0-9A-Fa-f]*(?::[0-9A-Fa-f]{0,4}){4,}(?:\.[0-9]{1,3}){0,3}"
    r"|(?<![0-9A-Fa-f:])[0-9A-Fa-f:]*::[0-9A-Fa-f:]*(?:\.[0-9]{1,3}){0,3}"
)
# Parameters that are no names: masked where only names may go.
HIDDEN = "…"
PRIVATE = frozenset({"address", "author", "contract", "phone", "router", "serial"})
# What does not show but changes what does: control characters and half letters; marks that turn the direction of
# writing around (Unicode Technical Report 36, section 2.5).
_HIDDEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def _(text: str) -> str:
    """Mark a text for translation."""
    return text


SEVERITY_MARKS: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: _("CRITICAL"),
        Severity.MAJOR: _("SERIOUS"),
        Severity.MINOR: _("MINOR"),
        Severity.NOTICE: _("NOTICE"),
    }
)
KIND_MARKS: Mapping[NoticeKind, str] = MappingProxyType(
    {
        NoticeKind.OPENING: _("NEW"),
        NoticeKind.CORRECTION: _("CAUSE CORRECTED"),
        NoticeKind.ESCALATION: _("NOBODY HAS TAKEN IT"),
        NoticeKind.CLOSING: _("OVER"),
    }
)


@dataclass(frozen=True, slots=True)
class RenderView:
    """For whom a message is rendered.

    `moment` and `clock` write a time (microseconds UTC) with and without its date, `duration` a length of time. `link`
    gives the address that acknowledges a part, '' when there is none. `outside`: names only. `sample`: sample data.
    """

    translate: Translate
    language: str
    moment: Callable[[int], str]
    clock: Callable[[int], str]
    duration: Callable[[int], str]
    link: Callable[[Part], str] = lambda _part: ""
    outside: bool = False
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as it is sent; `brief` is the little that fits into an SMS."""

    subject: str
    text: str
    html: str
    brief: str = ""


class Unwritable(Exception):  # noqa: N818 - says what it is
    """What is to be told makes no sense: a damaged message, a moment beyond the calendar."""


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, TemplateError) as fault:
        raise Unwritable(type(fault).__name__) from None


def render(message: Message, view: RenderView) -> Rendered:
    """What the receiver reads; raises Unwritable."""
    with _writing():
        page = _Writer(view).page(message)
        templates = _templates()
        text = templates.get_template("message.txt.j2").render(page=page)
        html = templates.get_template("message.html.j2").render(page=page)
        return Rendered(page.subject, _tidy(text), html, _brief(page))


def _brief(page: Page) -> str:
    """The subject, since when, and the code; of a digest, what it begins with."""
    parts = [page.subject, page.intro if page.intro != page.subject else ""]
    for panel in page.panels:
        parts += [line for block in panel.blocks if block.key in ("since", "lasted") for line in block.lines]
        parts.append(f"netwatch ack {panel.code}" if panel.code else "")
    return ". ".join(filter(None, parts))


def story_texts(part: Part, view: RenderView) -> Mapping[str, str]:
    """One incident's story in parts, for channels that take states: summary, description, what, whom, since, why...

    What works again but is still watched goes on. Raises Unwritable.
    """
    with _writing():
        panel = _Writer(view).panel(part)
    parts = {block.key: "\n".join(block.lines) for block in panel.blocks}
    told = "\n".join(f"{block.label}: {'; '.join(block.lines)}" for block in panel.blocks)
    whole = f"{panel.what}\n{told}"
    return {"summary": panel.headline, "description": whole, "what": panel.what, **parts}


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("alerts"),
        autoescape=select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def _tidy(text: str) -> str:
    """Never more than one empty line in a row, one line break at the end."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@dataclass(frozen=True, slots=True)
class _Writer:
    """Puts stories into words for one view."""

    view: RenderView

    def say(self, template: str, **params: object) -> str:
        """A phrase in the reader's language."""
        return self.phrase(Phrase(template, params))

    def phrase(self, phrase: Phrase) -> str:
        """Likewise one that was made elsewhere; it begins with a capital letter unless a name stands first."""
        shown = names_only(phrase) if self.view.outside else phrase
        plain = self._fit(say(shown, self.view.translate))
        named = plain.startswith((OURSELVES, *(text for text in phrase.params.values() if _is_name(text))))
        return plain if named else plain[:1].upper() + plain[1:]

    def _fit(self, text: str) -> str:
        plain = " ".join(_HIDDEN.sub("", text).split())
        return _without_addresses(plain) if self.view.outside else plain

    def page(self, message: Message) -> Page:
        """The whole message."""
        labels = {"acknowledge": self.say(_("Acknowledge"))}
        page = Page(self.view.language, "", labels=labels, remark=self._remark())
        if message.report is not None:
            return _bounded(daily_page(page, message.report, self))
        if message.test:
            return self._test(page, message)
        return self._digest(page, message) if message.digest or message.over else self._single(page, message)

    def _remark(self) -> str:
        return self.say(_("SAMPLE DATA: these are no real incidents.")) if self.view.sample else ""

    def _test(self, page: Page, message: Message) -> Page:
        subject = self.say(_("Test message of netwatch"))
        intro = self.say(
            _("This is a test: {receiver} can be reached. Nothing has failed. Sent {at}."),
            receiver=message.receiver,
            at=self.view.moment(message.sealed),
        )
        return replace(page, subject=subject, intro=intro)

    def _single(self, page: Page, message: Message) -> Page:
        part = message.parts[0]
        panel = self.panel(part)
        return replace(page, subject=_shortened(f"{panel.mark}: {panel.headline}"), panels=(panel,))

    def panel(self, part: Part) -> Panel:
        """Everything about one incident."""
        story, closing = part.story, part.kind is NoticeKind.CLOSING
        return Panel(
            tone="over" if closing else str(story.severity),
            mark=self._mark(part),
            headline=self._headline(story),
            what=self.phrase(story.what),
            blocks=tuple(block for block in self._blocks(part) if block.lines),
            code=part.code,
            link="" if closing else self.view.link(part),
            note=self.say(_("Incident {number}"), number=story.incident),
        )

    def _mark(self, part: Part) -> str:
        severity = self.say(SEVERITY_MARKS[part.story.severity])
        if part.kind is NoticeKind.OPENING:
            return severity
        kind = self.say(KIND_MARKS[part.kind])
        return kind if part.kind is NoticeKind.CLOSING else f"{kind}, {severity}"

    def _headline(self, story: Story) -> str:
        title = self.phrase(story.title)
        place = self._fit(story.place)
        return title if not place or place.casefold() in title.casefold() else f"{title} – {place}"

    def _blocks(self, part: Part) -> Iterator[Block]:
        story = part.story
        over = part.kind is NoticeKind.CLOSING
        whom = tuple(map(self.phrase, story.whom))
        if over:
            yield Block("lasted", self.say(_("Lasted")), (self._lasted(story),))
            yield Block("left", self.say(_("Not yet well")), self._names(story.left))
            yield Block("whom", self.say(_("Had hit")), whom)
        else:
            yield Block("whom", self.say(_("Hits")), whom)
            yield Block("since", self.say(_("Since")), (self.since(story.since, story.not_before),))
        yield Block("why", self.say(_("Why we think so")), tuple(map(self.phrase, story.why)))
        if not over:
            yield Block("next", self.say(_("What to do")), tuple(map(self.phrase, story.next)))
            if not self.view.outside:
                yield Block("people", self.say(_("Whom to call")), tuple(map(self._person, story.people)))
        if not self.view.outside:
            yield Block("details", self.say(_("Details")), tuple(map(self.phrase, story.details)))

    def _names(self, names: Sequence[str]) -> tuple[str, ...]:
        if not names:
            return ()
        return (self._fit(self._listed(names)),)

    def _listed(self, names: Sequence[str]) -> str:
        """At most ten names, and how many more there are."""
        text = ", ".join(names[:MOST_NAMES])
        more = len(names) - MOST_NAMES
        return (
            say(Phrase(_("{names} and {more} more"), {"names": text, "more": more}), self.view.translate)
            if (more > 0)
            else text
        )

    def since(self, at: int, not_before: int) -> str:
        """Since when at the latest, and not before when."""
        since = self.view.moment(at)
        if not 0 < not_before < at:
            return self.say(_("from {since}"), since=since)
        before = self._near(not_before, at)
        if self.view.moment(not_before) == since:
            return self.say(_("from {since}"), since=since)
        return self.say(_("from {since}, not before {before}"), since=since, before=before)

    def _near(self, at: int, other: int) -> str:
        """A time without its date where that is the same as another's."""
        whole, clock = self.view.moment(at), self.view.clock(at)
        day = whole.removesuffix(clock)
        return clock if self.view.moment(other).startswith(day) else whole

    def _lasted(self, story: Story) -> str:
        return self.lasted(story.since, story.ended if story.ended is not None else story.since)

    def lasted(self, since: int, until: int) -> str:
        """How long, from when to when."""
        return self.say(
            _("{duration}, from {since} to {until}"),
            duration=self.view.duration(max(0, until - since)),
            since=self.view.moment(since),
            until=self._near(until, since),
        )

    def severity(self, code: str) -> str:
        """The mark of a severity."""
        return self.say(SEVERITY_MARKS[Severity(code)])

    def _person(self, person: Person) -> str:
        hours = [person.hours] if person.hours else []
        if person.on_duty is not None:
            hours.append(self.view.translate(_("on duty now") if person.on_duty else _("not on duty now")))
        told = f"{person.name}, {self.view.translate(person.role)}: {person.phone}"
        return self._fit(f"{told} ({'; '.join(hours)})" if hours else told)

    def _digest(self, page: Page, message: Message) -> Page:
        going_on = [part for part in message.parts if part.kind is not NoticeKind.CLOSING]
        ended = [part for part in message.parts if part.kind is NoticeKind.CLOSING]
        sections = (
            (self.say(_("Goes on")), tuple(map(self._line, going_on))),
            (self.say(_("Over now")), tuple(map(self._line, ended))),
            (self.say(_("Happened and over")), tuple(map(self._over_line, message.over))),
        )
        back = self._back(message, bool(going_on))
        intro = back[:1].upper() + back[1:]
        return replace(
            page,
            subject=_shortened(self._digest_subject(message, going_on, intro)),
            intro=intro,
            sections=tuple(Section(label, panels, len(panels)) for label, panels in sections if panels),
        )

    def _digest_subject(self, message: Message, going_on: Sequence[Part], intro: str) -> str:
        if going_on:
            worst = going_on[0]
            mark = self.say(SEVERITY_MARKS[worst.story.severity])
            if len(going_on) == 1:
                return f"{mark}: {self._headline(worst.story)}"
            told = self.say(_("Incidents: {count}, the worst:"), count=len(going_on))
            return f"{mark}: {told} {self._headline(worst.story)}"
        if intro:
            return intro
        count = len(message.parts) + len(message.over)
        return self.say(_("Incidents that are over: {count}"), count=count)

    def _back(self, message: Message, going_on: bool) -> str:
        """'Forty-seven of fifty back, 3 still down: names', where several were told before.

        `going_on`: the message tells of something that was not among those.
        """
        if not message.total or not message.back:
            return ""
        in_figures = max(message.back, message.total) > MOST
        back, total = (
            str(number) if in_figures else in_words(number, self.view.language)
            for number in (message.back, message.total)
        )
        if not message.still:
            if going_on:
                return self.say(_("{back} of {total} back"), back=back, total=total)
            return self.say(_("{back} of {total} back, all is well"), back=back, total=total)
        return self.say(
            _("{back} of {total} back, {count} still down: {names}"),
            back=back,
            total=total,
            count=len(message.still),
            names=self._listed(message.still),
        )

    def _line(self, part: Part) -> Panel:
        story, closing = part.story, part.kind is NoticeKind.CLOSING
        return Panel(
            tone="over" if closing else str(story.severity),
            mark=self._mark(part),
            headline=self._headline(story),
            what=self._lasted(story) if closing else self._short(story),
            code=part.code,
            link="" if closing else self.view.link(part),
        )

    def _short(self, story: Story) -> str:
        """Since when, whom and why, in one line."""
        whom = [self.phrase(story.whom[0])] if story.whom else []
        why = [self.phrase(story.why[0])] if story.why else []
        return ". ".join([self.since(story.since, story.not_before), *whom, *why])

    def _over_line(self, story: Story) -> Panel:
        mark = self.say(KIND_MARKS[NoticeKind.CLOSING])
        return Panel("over", mark, self._headline(story), self._lasted(story))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _bounded(page: Page) -> Page:
    return replace(page, subject=_shortened(page.subject))


def _shortened(subject: str) -> str:
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1].rstrip()}…"


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub(HIDDEN, text)


def names_only(phrase: Phrase) -> Phrase:
    """For whoever may see names alone: without addresses, persons and numbers of contracts among its parameters."""
    return Phrase(phrase.text, {name: _name_only(name, value) for name, value in phrase.params.items()})


def _name_only(name: str, value: object) -> object:
    if isinstance(value, Phrase):
        return names_only(value)
    if isinstance(value, tuple | list):
        return tuple(_name_only(name, one) for one in value)
    if name in PRIVATE and value:
        return HIDDEN
    return _without_addresses(value) if isinstance(value, str) else value


def all_texts() -> Iterable[str]:
    """The English texts that stand in tables, each of which needs a translation."""
    return (*SEVERITY_MARKS.values(), *KIND_MARKS.values(), *MARKS.values(), *HEADINGS.values())
