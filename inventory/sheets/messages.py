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
        "file_legacy": "{path} was typed in {font}, not in Unicode, and its capital letters cannot be told for sure. "
        "Convert it to Unicode (in UniKey: Ctrl+Shift+F6, from that encoding to Unicode) and save it as UTF-8.",
        "file_macros": "{path} holds macros. They are never run; what its cells hold was read.",
        "file_csv": "{path} is not CSV from row {line} on ({reason}). Check the quotation marks.",
        "file_toml": "{path} is not TOML: {reason}. Correct that line.",
        "file_no_sheets": "{path} has no sheet of the inventory. They are called: {known}. For a file of any other "
        "layout begin with: netwatch layouts guess {path}",
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
        "sheet_merged": "{count} merged cells reach over several rows; their value was taken for each of them "
        "(the first, in column {column}, is '{value}').",
        "sheet_formula": "column {column} holds a formula that was never computed, so the row was not read. "
        "Open the file in a spreadsheet program and save it.",
        "sheet_error_value": "column {column} shows {value} because its formula came to nothing, "
        "so the row was not read. Correct the formula.",
        "sheet_date_number": "'{value}' is how spreadsheets count days; it was read as {date}. Format the column as "
        "dates.",
        "sheet_legacy": "'{value}' was typed in {font}, not in Unicode, so nothing of this sheet was "
        "read. Convert it to Unicode (in UniKey: Ctrl+Shift+F6).",
        "sheet_legacy_cell": "'{value}' (column {column}) was typed in {font}, not in Unicode, so the row was not "
        "read. Convert it to Unicode (in UniKey: Ctrl+Shift+F6).",
        "sheet_row_again": "the same row stands at {other} too; it was read once.",
        # Layouts.
        "layout_long": "Layout, line {line}: it has more than {limit} characters.",
        "layout_toml": "Layout, line {line}: it is not TOML: {reason}.",
        "layout_empty": "Layout, line {line}: it describes no sheet. Begin one with [[sheet]].",
        "layout_key": "Layout, line {line}: '{key}' is not known here. Allowed: {known}.",
        "layout_tables": "Layout, line {line}: write each '{key}' as a table of its own, [[...{key}]].",
        "layout_table": "Layout, line {line}: '{key}' is a table of names and templates.",
        "layout_texts": "Layout, line {line}: '{key}' is a text, or a list of texts, none of them blank.",
        "layout_number": "Layout, line {line}: '{key}' is a whole number between 1 and {limit}.",
        "layout_headings": "Layout, line {line}: headings stand in one row or in up to {limit} rows that follow "
        "each other.",
        "layout_kind": "Layout, line {line}: '{kind}' is no kind of the inventory. Allowed for 'of': {known}.",
        "layout_field": "Layout, line {line}: '{of}' has no field '{field}'. Allowed: {known}.",
        "layout_no_rows": "Layout, line {line}: nothing says what its rows are. Add [[sheet.rows]] with 'of' and "
        "[sheet.rows.fields].",
        "layout_no_fields": "Layout, line {line}: no field is taken. Add [sheet.rows.fields].",
        "layout_value": "Layout, line {line}: '{key}' is a text with headings in braces, a number, or a table with "
        "'from'.",
        "layout_words": "Layout, line {line}: 'words' are pairs of texts, at most {limit}.",
        "layout_template": "Layout, line {line}: '{text}' is not understood: {reason}.",
        "layout_no_sheet": "Layout, line {line}: the file has no such sheet. Its sheets are: {known}.",
        "layout_headings_nowhere": "Layout, line {line}: none of the headings it names stands in the first rows: "
        "{names}. Say where they stand with headings = ROW.",
        "layout_heading": "Layout, line {line}: there is no column '{name}' in this row. Its headings are: {known}.",
        "layout_heading_twice": "Layout, line {line}: columns {columns} are all called '{name}'. "
        "Name the one you mean by its letter, such as {{=C}}.",
        "layout_letter": "Layout, line {line}: '{name}' is no column. Write its letter, such as {{=C}}.",
        "layout_sheet_left": "the layout says nothing of this sheet, so it was not read.",
        "layout_skipped": "{count} rows were left out as the layout says, or because they repeat the headings: {rows}.",
        "layout_unknown": "There is no layout '{name}'. Saved are: {known}.",
        # What NetBox gives.
        "netbox_site_without_tenant": "the site '{name}' has no tenant, so nobody knows whose it is. Give it one in "
        "NetBox, or name an agency in the mapping ('agency').",
        "netbox_region": "the region '{region}' has no code of an administrative unit that is in the inventory, so "
        "the site is taken without one.",
        "netbox_status": "'{name}' is {status} and was left out.",
        "netbox_role": "nothing tells what kind of device the role '{role}' of '{name}' is, so it is taken as 'other'. "
        "Say it in the mapping ('roles').",
        "netbox_circuit": "the circuit '{name}' ends at no site, or is not in use, and was left out.",
        "netbox_circuit_type": "nothing tells what class of line the type '{type}' is, so it is taken as "
        "'leased_line'. Say it in the mapping ('circuit_types').",
        "netbox_toml": "The mapping is not TOML: {reason}.",
        "netbox_key": "The mapping: '{name}' is not known. Allowed: {known}.",
        "netbox_value": "The mapping: '{name}' has a value of another form; see docs/imports.md.",
        "netbox_word": "The mapping: '{name}' is not allowed. Allowed: {known}.",
        "sheet_letter": "the letter '{letter}' ({codepoint}) does not exist in cp1258. Write UTF-8 instead, "
        "or change the text.",
    }
)
