"""English texts of everything that can be wrong with a file of sheets, by code (see `inventory.problems`)."""

from collections.abc import Mapping
from types import MappingProxyType

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "file_missing": "{path} cannot be read ({reason}); check the name and the permissions",
        "file_too_large": "{path} is larger than the {limit} bytes allowed; split it into several files",
        "file_empty": "{path} is empty; fill in the workbook that 'netwatch template' writes",
        "file_format": "{path} is neither a workbook (XLSX, XLS, ODS), nor CSV, nor TOML; "
        "save it as one of them, with the right ending",
        "file_encrypted": "{path} is protected with a password; save it without one and try again",
        "file_damaged": "{path} is not a readable workbook ({reason}); open it in a spreadsheet program "
        "and save it anew",
        "file_expands": "{path} unpacks to more than the {limit} bytes allowed; it is damaged or not made by a "
        "spreadsheet program",
        "file_heavy": "{path} takes more memory or time to open than allowed; delete the empty rows and columns far "
        "from the data, or split it into several files",
        "file_limit": "more than {limit} {what} are not read; split the file",
        "file_encoding": "{path} is in no known encoding (UTF-8, UTF-16 or cp1258; byte {offset}); save it as UTF-8",
        "file_csv": "{path} is not CSV from line {line} on ({reason}); check the quotation marks",
        "file_toml": "{path} is not TOML: {reason}",
        "file_no_sheets": "none of the sheets in {path} is known; they are called: {known}",
        "sheet_unknown": "sheet {name} is not known and was not read",
        "sheet_unknown_near": "sheet {name} is not known and was not read; did you mean '{suggestion}'?",
        "sheet_no_headings": "no heading of this sheet is known; its first row must hold "
        "the headings of 'netwatch template'",
        "sheet_heading_unknown": "column {column}, '{heading}', is not known and was not read",
        "sheet_heading_unknown_near": "column {column}, '{heading}', is not known and was not read; did you mean "
        "'{suggestion}'?",
        "sheet_heading_twice": "columns {first} and {column} both mean '{heading}'; delete or rename one, "
        "nothing of this sheet was read",
        "sheet_no_heading": "column {column} holds values but has no heading; its values were not read",
        "sheet_cell_long": "column {column} holds {length} characters, {limit} are allowed; the row was not read",
        "sheet_code_number": "the cell is a number, so zeros at the front of the code are lost if there were any; "
        "format the column as text",
        "sheet_toml_table": "'{name}' must be an array of tables, written [[{name}]]",
        "sheet_toml_value": "'{key}' must be a text, a number, true, false, a date or a list of those",
        "sheet_toml_twice": "{keys} mean the same field; keep one of them",
        "sheet_letter": "the letter '{letter}' ({codepoint}) does not exist in cp1258; write UTF-8 instead, "
        "or change the text",
    }
)
