"""The texts of a document that an office edits: what it is called, how it opens and closes, who signs, who receives.

`templates/texts.<language>.toml` holds ours, one section per document; a file of the same name in a folder of the
user replaces them text by text. `{name}` in a text stands for a value that the document knows.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from exporters.documents.messages import DocumentFault
from exporters.documents.model import Language, Letter

SHIPPED = Path(__file__).parent / "templates"
MOST_BYTES = 1_000_000
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LINE = re.compile(r"\(at line (\d+),")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one document; those about the letter are empty where the settings' own shall stand."""

    title: str = ""
    subject: str = ""
    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    agency: str = ""
    parent: str = ""
    number: str = ""
    place: str = ""
    addressees: tuple[str, ...] = ()
    authority: str = ""
    signer_title: str = ""
    signer_name: str = ""
    recipients: tuple[str, ...] = ()

    def letter(self, usual: Letter) -> Letter:
        """The letter of this document: its own texts before the usual ones."""
        return Letter(
            **{one.name: getattr(self, one.name) or getattr(usual, one.name) for one in fields(Letter)}
        )


_LISTS = frozenset(one.name for one in fields(Texts) if one.default == ())


def read_texts(name: str, language: Language, folder: Path | None, values: Mapping[str, str]) -> Texts:
    """The texts of a document in a language, with the values put in; raises DocumentFault with file and place."""
    file = f"texts.{language}.toml"
    shipped = _section(SHIPPED / file, name, known=frozenset())
    own: Mapping[str, Any] = {}
    if folder is not None and (folder / file).is_file():
        documents = frozenset(_content(SHIPPED / file))
        own = _section(folder / file, name, documents)
    filled = {**shipped, **own}
    places = {key: (folder or SHIPPED) / file if key in own else SHIPPED / file for key in filled}
    return Texts(**{key: _filled(value, places[key], name, values) for key, value in filled.items()})


def _content(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DocumentFault("texts_unreadable", file=path, reason=f"> {MOST_BYTES} bytes")
        return tomllib.loads(path.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as fault:
        found = _LINE.search(str(fault))
        raise DocumentFault("texts_faulty", file=path, line=found[1] if found else 1, reason=fault) from None
    except UnicodeDecodeError as fault:
        raise DocumentFault("texts_unreadable", file=path, reason=fault.reason) from None
    # Numbers of thousands of digits, and lists within lists within lists.
    except (ValueError, RecursionError) as fault:
        raise DocumentFault("texts_faulty", file=path, line=1, reason=fault) from None
    except OSError as fault:
        raise DocumentFault("texts_unreadable", file=path, reason=fault.strerror) from None


def _section(path: Path, name: str, known: frozenset[str]) -> Mapping[str, Any]:
    content = _content(path)
    for section in content:
        if known and section not in known:
            listed = ", ".join(sorted(known))
            raise DocumentFault("texts_section", file=path, name=section, known=listed)
    section = content.get(name, {})
    if not isinstance(section, dict):
        raise DocumentFault("texts_kind", file=path, section=name, name=name, kind=f"[{name}]")
    for key, value in section.items():
        _check(path, name, key, value)
    return {key: tuple(value) if isinstance(value, list) else value for key, value in section.items()}


def _check(path: Path, section: str, key: str, value: object) -> None:
    names = sorted(one.name for one in fields(Texts))
    if key not in names:
        raise DocumentFault("texts_key", file=path, section=section, name=key, known=", ".join(names))
    if key in _LISTS:
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise DocumentFault("texts_kind", file=path, section=section, name=key, kind='["…", "…"]')
    elif not isinstance(value, str):
        raise DocumentFault("texts_kind", file=path, section=section, name=key, kind='"…"')


def _filled(value: str | tuple[str, ...], path: Path, section: str, values: Mapping[str, str]) -> Any:  # noqa: ANN401
    texts = (value,) if isinstance(value, str) else value
    for name in _placeholders(texts):
        if name not in values:
            known = ", ".join(sorted(values))
            raise DocumentFault("texts_placeholder", file=path, section=section, name=name, known=known)
    made = tuple(_PLACEHOLDER.sub(lambda found: values[found[1]], text) for text in texts)
    return made[0] if isinstance(value, str) else made


def _placeholders(texts: tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        yield from _PLACEHOLDER.findall(text)
