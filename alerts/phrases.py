"""Phrases in the language of whoever reads them. Pure."""

from collections.abc import Callable

from alerts.contract import Phrase

Translate = Callable[[str], str]


def say(phrase: Phrase, translate: Translate) -> str:
    """The phrase in the translator's language, phrases among its parameters too; several stand in a row by commas.

    Where the parameters do not fit (a message that an earlier release stored) the template itself is shown: people had
    better be told half of it than nothing.
    """
    template = translate(phrase.text)
    if not phrase.params:
        return template
    try:
        return template.format(**{name: _said(one, translate) for name, one in phrase.params.items()})
    except (LookupError, ValueError, AttributeError, TypeError):
        return template


def _said(value: object, translate: Translate) -> object:
    if isinstance(value, Phrase):
        return say(value, translate)
    if isinstance(value, tuple | list):
        return ", ".join(str(_said(one, translate)) for one in value)
    return value
