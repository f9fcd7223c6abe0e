"""English texts of everything that can be wrong with a file of sheets, by code (see `inventory.problems`)."""

from collections.abc import Mapping
from types import MappingProxyType

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        # Whole files.
        "file_missing": "{path} cannot be read ({reason}). Check the name and the permissions.",
        "file_too_large": "{path} is larger than the {limit} bytes allowed. Split it into several files.",
        "file_empty": "{path} is empty. Fill in the workbook that `netwatch template` writes.",
        "file_format": "{path} is neither a workbook (XLSX, XLS, XLSB, ODS) nor CSV nor TOML, or has the wrong ending. "
        "Save it as one of them.",
        "file_encrypted": "{path} is protected with a password. Save it without one.",
        "file_damaged": "{path} is not a readable workbook ({reason}). Open it in a spreadsheet program "
        "and save it anew.",
        "file_expands": "{path} unpacks to more than the {limit} bytes allowed, as no spreadsheet program writes it. "
        "Open it in one and save it anew.",
        "file_heavy": "{path} takes more memory or time to open than allowed. Delete the rows and columns "
        "that lie far from the data, or split it into several files.",
        "file_too_many_sheets": "{path} has more than the {limit} sheets allowed. Split it into several files.",
        "file_encoding": "{path} is in no known encoding (UTF-8, UTF-16, cp1258; first fault at byte {offset}). "
        "Save it as UTF-8.",
        "file_csv": "{path} is not CSV from row {line} on ({reason}). Check the quotation marks.",
        "file_toml": "{path} is not TOML: {reason}. Correct that line.",
        "file_no_sheets": "{path} has no sheet of the inventory. They are called: {known}.",
        "file_kind_taken": "the file's name is none of a sheet; by its headings it was read as '{taken}'. If that is "
        "wrong, name the file like its sheet, or say which it is, such as --map '{name}=device'.",
        "file_kind_unknown": "neither its name nor its headings tell which sheet this is, so it was not read. "
        "Name the file like its sheet, or say which it is, such as --map '{name}=device'.",
        "map_kind": "'{heading}' is mapped to '{unknown}', which is no kind of the inventory. Allowed: {known}; "
        "for a column 'kind.field'.",
        "map_field": "'{heading}' is mapped to '{of}.{unknown}', but '{of}' has no field '{unknown}'. "
        "Allowed: {known}.",
        "place_sheet": "Sheet '{sheet}': {text}",
        # Sheets, headings and cells.
        "sheet_unknown": "this sheet is not one of the inventory and was not read.",
        "sheet_unknown_near": "this sheet is not one of the inventory and was not read. Did you mean '{suggestion}'?",
        "sheet_rows": "it has more than the {limit} rows allowed. Delete the empty ones, or split it.",
        "sheet_columns": "it has more than the {limit} columns allowed. Delete those that are not of the inventory.",
        "sheet_no_headings": "none of its headings is known. Above the data stand the headings "
        "that `netwatch template` writes.",
        "sheet_heading_unknown": "the heading '{heading}' (column {column}) is not known and its values were not read.",
        "sheet_heading_unknown_near": "the heading '{heading}' (column {column}) is not known and its values "
        "were not read. Did you mean '{suggestion}'?",
        "sheet_heading_twice": "columns {first} and {column} both mean '{heading}', so nothing of this sheet was read. "
        "Delete or rename one.",
        "sheet_no_heading": "column {column} holds values but has no heading, so they were not read. "
        "Write a heading, or clear the column.",
        "sheet_cell_long": "the text has {length} characters and {limit} are allowed, so the row was not read. "
        "Shorten it.",
        "sheet_code_number": "the cell holds a number, so zeros at the front of the code are lost if there were any. "
        "Format the column as text and type the code anew.",
        "sheet_toml_table": "'{name}' is not an array of tables. Write each record as a table [[{name}]].",
        "sheet_toml_value": "'{key}' holds a table. Write a text, a number, true, false, a date or a list of those.",
        "sheet_toml_twice": "{keys} mean the same field, so nothing of this kind was read. Keep one of them.",
        "sheet_letter": "the letter '{letter}' ({codepoint}) does not exist in cp1258. Write UTF-8 instead, "
        "or change the text.",
    }
)
