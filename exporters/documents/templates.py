"""The HTML of documents: templates of ours, replaced one by one by those of a folder of the user.

They are run in Jinja's sandbox with everything escaped, so that neither a template nor a name in the inventory does
more than print.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from exporters.documents.formats import long_date, shown, unit_of
from exporters.documents.messages import DocumentFault
from exporters.documents.model import SAMPLE_MARK, ColumnKind, Paragraph
from exporters.documents.texts import SHIPPED

_FAULTS = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    # One that includes itself, and one that makes a text of gigabytes.
    RecursionError,
    MemoryError,
)
_NUMERIC = frozenset(ColumnKind) - {ColumnKind.TEXT, ColumnKind.DATE, ColumnKind.MOMENT}


def render(name: str, folder: Path | None, context: Mapping[str, Any]) -> str:
    """The HTML of the template `name` (with its suffix); raises DocumentFault, of a faulty one with file and line."""
    searched = [*([str(folder)] if folder is not None else []), str(SHIPPED)]
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(searched), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals.update(shown=shown, unit_of=unit_of, long_date=long_date, sample_mark=SAMPLE_MARK)
    environment.tests["paragraph"] = lambda part: isinstance(part, Paragraph)
    environment.tests["numeric"] = lambda column: column.kind in _NUMERIC
    try:
        return environment.get_template(name).render(context)
    except TemplateNotFound as fault:
        missing = fault.name or name
        raise DocumentFault("template_missing", name=missing, folder=searched[0], file=missing) from None
    except TemplateSyntaxError as fault:
        file = fault.filename or name
        raise DocumentFault("template_faulty", file=file, line=fault.lineno, reason=fault.message) from None
    # What a template asks of values that do not have it, sums of texts and numbers included.
    except _FAULTS as fault:
        file, line = _place(fault.__traceback__, searched) or (name, 1)
        raise DocumentFault("template_faulty", file=file, line=line, reason=fault) from None


def _place(trace: TracebackType | None, folders: list[str]) -> tuple[str, int] | None:
    """Where in a template it happened: Jinja puts template lines into the traceback."""
    places = [
        place for place in _frames(trace) if place[0].startswith(tuple(folders)) and ".py" not in place[0]
    ]
    return places[-1] if places else None


def _frames(trace: TracebackType | None) -> Iterator[tuple[str, int]]:
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
