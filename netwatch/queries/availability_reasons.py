"""Why figures are no longer what was published, in words. Pure."""

from collections.abc import Callable, Mapping

from netwatch.availability.contract import Owner
from netwatch.language import Sentence, Translate
from netwatch.queries.availability_published import Reason, What
from netwatch.queries.words import REASONS, VERDICTS

_OWNERS = {
    Owner.PROVIDER.value: Sentence("its own provider's"),
    Owner.OURS.value: Sentence("ours"),
    Owner.UNDECIDED.value: Sentence("nobody's for certain"),
}


def thing_word(kind: str, _: Translate) -> str:
    """The word of what a figure is told of."""
    return {"agency": _("agency"), "site": _("site"), "line": _("line"), "endpoint": _("endpoint")}[kind]


def reason_words(reason: Reason, when: Callable[[int], str], release: str) -> Sentence:
    """One of them; `when` writes a moment, `release` is that of the program that computes today's figures."""
    params = {
        "start": when(reason.start),
        "end": when(reason.end),
        "moment": when(reason.recorded_at),
        "subject": reason.subject,
        "why": reason.why,
        "author": reason.actor,
        "then": reason.before,
        "now": release,
    }
    return _SAID[reason.what](reason, params)


def _late(reason: Reason, params: Mapping[str, object]) -> Sentence:
    sides = {"before": _verdict(reason.before), "after": _verdict(reason.after)}
    if reason.before == reason.after:
        text = "told anew at {moment} of {start} to {end}: {after}, with other moments or evidence"
        return Sentence(text, {**params, **sides})
    text = "looks that came late, told at {moment}, of {start} to {end}: {after} instead of {before}"
    return Sentence(text, {**params, **sides})


def _verdict(told: str) -> Sentence:
    kind, _, reason = told.partition(":")
    if not kind:
        return Sentence("nothing")
    words = {"verdict": Sentence(VERDICTS.get(kind, kind)), "reason": Sentence(REASONS.get(reason, reason))}
    return Sentence("{verdict} ({reason})", words)


def _reclassified(reason: Reason, params: Mapping[str, object]) -> Sentence:
    if not reason.actor:
        text = "reclassified at {moment}: {start} to {end} is now excluded: {why}"
        if not reason.after:
            text = "reclassified at {moment}: {start} to {end} counts again; it had been excluded: {why}"
        return Sentence(text, params)
    text = "reclassified by {author} at {moment}: {start} to {end} no longer counts: {why}"
    if not reason.after:
        text = "reclassified by {author} at {moment}: {start} to {end} counts again: {why}"
    return Sentence(text, params)


def _window(reason: Reason, params: Mapping[str, object]) -> Sentence:
    text = "a maintenance window lies over {start} to {end} that did not then: {why}"
    if reason.before:
        text = "a maintenance window no longer lies over {start} to {end}: {why}"
    return Sentence(text, params)


def _owner(reason: Reason, params: Mapping[str, object]) -> Sentence:
    sides = {"before": _OWNERS[reason.before], "after": _OWNERS[reason.after]}
    return Sentence("what caused it, {subject}, was {before} and is {after}", {**params, **sides})


def _member(reason: Reason, params: Mapping[str, object]) -> Sentence:
    text = "{subject} is a site of it by what is known now"
    if reason.before:
        text = "{subject} is no longer a site of it by what is known now"
    return Sentence(text, params)


def _site(_: Reason, params: Mapping[str, object]) -> Sentence:
    return Sentence("the figures of its site {subject} differ", params)


def _watched(reason: Reason, params: Mapping[str, object]) -> Sentence:
    if reason.start and not reason.end:
        text = "no daemon was known to have run since {start} when it was published; one runs now"
        return Sentence(text, params)
    text = "by what is known now no daemon has run since {end}"
    return Sentence(text, params)


def _computed(_: Reason, params: Mapping[str, object]) -> Sentence:
    text = "nothing that was recorded or seen since explains it: release {then} computed it, now {now} does"
    return Sentence(text, params)


_SAID: dict[What, Callable[[Reason, Mapping[str, object]], Sentence]] = {
    What.LATE: _late,
    What.RECLASSIFIED: _reclassified,
    What.WINDOW: _window,
    What.OWNER: _owner,
    What.MEMBER: _member,
    What.SITE: _site,
    What.WATCHED: _watched,
    What.COMPUTED: _computed,
}
