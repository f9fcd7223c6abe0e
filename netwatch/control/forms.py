"""Arguments of commands: read strictly, refused in a sentence."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from netwatch.control.contract import Refused, Request
from netwatch.language import Sentence
from netwatch.store.contract import StoreFault


class Form(BaseModel):
    """Arguments of a command: strict about unknown ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Form):
    """No arguments."""


class DryForm(Form):
    """Whether nothing is to be kept."""

    dry_run: bool = False


Arguments = TypeVar("Arguments", bound=Form)


def read_form(kind: type[Arguments], request: Request) -> Arguments:
    """The arguments of a request; raises Refused naming those that are wrong."""
    try:
        return kind.model_validate(dict(request.arguments))
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False))
        params = {"command": request.command, "wrong": wrong}
        text = "The arguments of '{command}' are not understood: {wrong}."
        raise Refused(Sentence(text, params)) from None


def unwritable(fault: StoreFault) -> Refused:
    """The refusal when the database did not take a change."""
    params = {"what": fault.what, "detail": fault.detail}
    return Refused(Sentence("The database could not do it ({what}): {detail}. Nothing was changed.", params))
