"""From what pydantic found wrong to sentences for operators: place, key, value, what is allowed, a suggestion."""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from netwatch.language import Sentence, listing
from netwatch.settings_sources import Key, Layer, dotted

REFUSED = "refused"
LONGEST_VALUE = 60


def _(text: str) -> str:
    """Mark a text for translation."""
    return text


# Limits stand in the context pydantic gives: gt, ge, le, min_length.
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "missing": _("this key is missing; it is needed here."),
        "float_type": _("a number is needed, without quotes."),
        "finite_number": _("a number is needed, without quotes."),
        "int_type": _("a whole number is needed, without quotes."),
        "bool_type": _("write true or false, without quotes."),
        "string_type": _("a text in quotes is needed."),
        "tuple_type": _('a list in brackets is needed, for example ["192.0.2.1", "192.0.2.2"].'),
        "model_type": _("this is a section: write its keys below [{key}]."),
        "model_attributes_type": _("this is a section: write its keys below [{key}]."),
        "mapping_type": _("this is a section: write its keys below [{key}.NAME]."),
        "dict_type": _("this is a section: write its keys below [{key}.NAME]."),
        "greater_than": _("it must be greater than {gt:g}."),
        "greater_than_equal": _("it must be at least {ge:g}."),
        "less_than_equal": _("it must be at most {le:g}."),
        "string_too_short": _("it must not be empty."),
        "too_short": _("it must not be empty."),
        "string_pattern_mismatch": _("use small letters, digits, '-' and '_' only."),
    }
)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the keys: the names allowed below a key, all dotted keys, and whose values are not shown."""

    below: Callable[[Key], Sequence[str]]
    keys: Collection[Key]
    hidden: Callable[[Key], bool]


def refuse(text: str, /, **params: object) -> NoReturn:
    """Refuse a value from within a validator, with a sentence that says what is allowed."""
    refuse_with(Sentence(text, params))


def refuse_with(sentence: Sentence, at: Key = ()) -> NoReturn:
    """Refuse a value from within a validator, with a sentence made elsewhere; `at` names another key than its own."""
    raise PydanticCustomError(REFUSED, "refused", {"sentence": sentence, "at": at})


def suggestion(word: str, known: Iterable[str]) -> tuple[Sentence, ...]:
    """'Did you mean ...?' for the nearest known word, nothing when none is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return tuple(Sentence("Did you mean {word}?", {"word": match}) for match in near)


def explain(error: ValidationError, knowledge: Knowledge, layers: Sequence[Layer]) -> Iterator[Sentence]:
    """One sentence per fault."""
    for fault in error.errors(include_url=False):
        own = tuple(str(part) for part in fault["loc"] if isinstance(part, str) and part != "[key]")
        key = fault.get("ctx", {}).get("at") or own
        place, problem = _place(key, layers), _problem(fault, key, knowledge)
        params = {"place": place, "key": dotted(key), "problem": problem}
        if _shows(fault, key, knowledge):
            yield Sentence("{place}: {key} = {value}: {problem}", {**params, "value": _value(fault["input"])})
        else:
            yield Sentence("{place}: {key}: {problem}", params)


def _place(key: Key, layers: Sequence[Layer]) -> Sentence:
    """Where the value stands: at the key itself or, for a whole section, at what is nearest to it."""
    for length in range(len(key), -1, -1):
        for layer in layers:
            inside = (place for known, place in layer.places.items() if known[:length] == key[:length])
            place = layer.places.get(key[:length]) or (next(inside, None) if length else None)
            if place:
                return place
    return Sentence("the settings")


def _shows(fault: ErrorDetails, key: Key, knowledge: Knowledge) -> bool:
    """A value is shown when its key is known to hold no secret; who misspells a key may have written one there."""
    known = key in knowledge.keys and not knowledge.hidden(key)
    return known and fault["type"] != "missing" and not isinstance(fault["input"], Mapping)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _problem(fault: ErrorDetails, key: Key, knowledge: Knowledge) -> Sentence:
    context = fault.get("ctx", {})
    match fault["type"]:
        case "refused":
            sentence: Sentence = context["sentence"]
            return sentence
        case "extra_forbidden":
            return _unknown(key, knowledge)
        case "literal_error":
            allowed = filter(None, re.findall(r"'([^']*)'", str(context["expected"])))
            return _not_among(fault["input"], tuple(allowed))
        case other if other in PROBLEMS:
            return Sentence(PROBLEMS[other], {**context, "key": dotted(key)})
    return Sentence("{message}", {"message": fault["msg"]})


def _unknown(key: Key, knowledge: Knowledge) -> Sentence:
    known = knowledge.below(key[:-1])
    elsewhere = [dotted(other) for other in knowledge.keys if other[-1] == key[-1] and "<name>" not in other]
    near = suggestion(key[-1], known) or tuple(
        Sentence("Did you mean {word}?", {"word": other}) for other in sorted(elsewhere)[:1]
    )
    params = {"known": listing(known), "suggestion": near}
    text = Sentence("this key is not known here. Known are: {known}.", params)
    return Sentence("{parts}", {"parts": (text, *near)})


def _not_among(value: object, allowed: Sequence[str]) -> Sentence:
    text = Sentence("allowed are: {allowed}.", {"allowed": listing(allowed)})
    return Sentence("{parts}", {"parts": (text, *suggestion(str(value), allowed))})
