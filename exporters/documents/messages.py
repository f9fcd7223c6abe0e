"""What can go wrong with a document: a code and its parameters; English templates, which `netwatch` translates."""

from collections.abc import Mapping
from types import MappingProxyType

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "template_missing": "There is no template '{name}': neither {folder} nor netwatch has a file {file}.",
        "template_faulty": "{file}, line {line}: this template cannot be used: {reason}",
        "texts_faulty": "{file}, line {line}: this is not TOML: {reason}",
        "texts_unreadable": "{file} cannot be read: {reason}",
        "texts_section": "{file}: there is no document [{name}]. Known are: {known}.",
        "texts_key": "{file}, [{section}]: there is no text '{name}'. Known are: {known}.",
        "texts_kind": "{file}, [{section}]: {name} must be {kind}.",
        "texts_placeholder": "{file}, [{section}]: nothing is known by the name {{{name}}}. Known are: {known}.",
        "pdf_libraries": "PDF needs libraries of this system that are missing ({reason}). On Debian: apt-get install "
        "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core",
        "pdf_heavy": "The PDF would take more than {seconds} seconds or {megabytes} MB to make. Ask for less, or for "
        "a workbook (.xlsx).",
        "pdf_failed": "The PDF could not be made: {reason}",
        "csv_tables": "{path}: this document has {count} tables, and a CSV file holds one. Name a folder instead (no "
        "suffix): every table becomes a file in it.",
        "labels_many": "These are {count} labels; at most {limit} are printed at once. Ask for fewer.",
        "labels_long": "The address '{address}' is too long for a code that a telephone can read. Use a shorter one.",
    }
)


class DocumentFault(Exception):  # noqa: N818 - a fault of the document asked for, not of the program
    """A document cannot be made; `code` is one of TEXTS."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(TEXTS[code].format(**params))
        self.code = code
        self.params: Mapping[str, object] = MappingProxyType(params)
