"""CSV in the encodings that offices use, and what cp1258 cannot write."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.messages import sentence
from inventory.sheets.columns import LANGUAGES, sheets
from inventory.sheets.csv_folder import decode, encode, letters_lacking
from inventory.sheets.escape import escape, unescape
from inventory.sheets.reading import read
from inventory.snapshot import KINDS

TEXT = "Mã thiết bị;Tên thiết bị;Địa điểm\r\nR1;Bộ định tuyến Ấp Đông Hoà Ỵ;S1\r\n"
VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậđeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-8"),
        TEXT.encode("utf-8-sig"),
        unicodedata.normalize("NFD", TEXT).encode("utf-8"),
        encode(TEXT, "utf-8"),
        encode(TEXT, "cp1258"),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace("\r\n", "\n").encode("utf-8"),
        TEXT.replace(";", "\t").encode("utf-8"),
        TEXT.replace(";", ",").encode("utf-8"),
    ],
    ids=["UTF-8", "UTF-8 with mark", "NFD", "ours", "cp1258", "UTF-16LE", "UTF-16BE", "LF", "tabs", "commas"],
)
def test_the_same_table_is_read_from_every_encoding(content: bytes, tmp_path: Path) -> None:
    """Nobody has to say which encoding, separator or Unicode form a file has."""
    (tmp_path / "Thiết bị.csv").write_bytes(content)
    reading = read(tmp_path)
    assert reading.problems == ()
    cells = {field: unicodedata.normalize("NFC", text) for field, text in reading.rows[0].cells.items()}
    assert cells == {"id": "R1", "name": "Bộ định tuyến Ấp Đông Hoà Ỵ", "site": "S1"}


def test_a_single_csv_file_is_read_by_its_name(tmp_path: Path) -> None:
    """A path may name one file of a folder."""
    (tmp_path / "device.csv").write_bytes(encode(TEXT, "utf-8"))
    assert [row.kind for row in read(tmp_path / "device.csv").rows] == ["device"]


def test_a_single_csv_file_of_another_name_is_read_by_its_headings(tmp_path: Path) -> None:
    """When they fit one kind best; the kind taken is told."""
    file = tmp_path / "c1.csv"
    file.write_text("Mã;Tên;Địa điểm;Loại;Địa chỉ IP\nR1;Router;S1;router;10.0.0.1\n", "utf-8")
    reading = read(file)
    assert [(row.kind, row.cells["id"]) for row in reading.rows] == [("device", "R1")]
    (told,) = reading.problems
    assert (told.code, told.is_error, told.params["taken"]) == ("file_kind_taken", False, "Thiết bị")
    assert "--map 'c1=device'" in sentence(told)


@pytest.mark.parametrize("kind", KINDS)
def test_every_sheet_of_the_template_is_known_by_its_headings(kind: str, tmp_path: Path) -> None:
    """In both languages."""
    for language in LANGUAGES:
        file = tmp_path / f"c-{language}.csv"
        headings = [column.heading[language] for column in sheets()[kind].columns]
        file.write_text(
            ",".join(f'"{heading}"' for heading in headings) + "\n" + "a," * len(headings), "utf-8"
        )
        assert {row.kind for row in read(file).rows} == {kind}


@pytest.mark.parametrize("text", ["Mã,Hãng\nR1,A\n", "x,y\n1,2\n", "Mã,Tên\nR1,A\n"])
def test_a_single_csv_file_that_nothing_tells_the_kind_of_is_not_read(text: str, tmp_path: Path) -> None:
    """How to say it is told; mapped, it is read."""
    (tmp_path / "c1.csv").write_text(text, "utf-8")
    reading = read(tmp_path / "c1.csv")
    assert reading.rows == ()
    assert [problem.code for problem in reading.problems] == ["file_no_sheets", "file_kind_unknown"]
    assert "--map 'c1=device'" in sentence(reading.problems[1])
    assert {row.kind for row in read(tmp_path / "c1.csv", {"c1": "device"}).rows} <= {"device"}


def test_a_file_in_no_known_encoding_is_named_with_the_first_bad_byte(tmp_path: Path) -> None:
    """Byte 0x9D is nothing in cp1258, and no UTF-8 begins with it."""
    (tmp_path / "device.csv").write_bytes(b"id,name\nR1,\x9d\n")
    (problem,) = read(tmp_path / "device.csv").problems
    assert (problem.code, dict(problem.params)) == ("file_encoding", {"path": "device.csv", "offset": "11"})


def test_all_vietnamese_letters_survive_cp1258() -> None:
    """Letters with tone marks are a letter and a mark in cp1258, and one letter again when read."""
    text = VIETNAMESE + VIETNAMESE.upper()
    assert letters_lacking(text) == ()
    assert decode(encode(text, "cp1258")) == text


@given(st.text(st.characters(codec="cp1258"), max_size=50))
def test_what_cp1258_can_write_is_read_as_it_was(text: str) -> None:
    """Also where the bytes would pass for UTF-8: then a title above them says otherwise."""
    composed = unicodedata.normalize("NFC", text)
    assume(not letters_lacking(composed))
    assert decode(encode(composed, "cp1258")).removeprefix("Đây là cp1258\r\n") == composed


@given(st.text(max_size=50))
def test_letters_lacking_in_cp1258_are_told_or_the_text_can_be_written(text: str) -> None:
    """There is no third way."""
    if letters_lacking(text):
        with pytest.raises(ValueError, match="cp1258 has no"):
            encode(text, "cp1258")
    else:
        assert encode(text, "cp1258")[:1] != b"" or not text


@given(st.text(alphabet="='+-@a1 \\", max_size=6))
def test_no_escaped_text_is_a_formula_and_each_is_given_back(text: str) -> None:
    """Escaping loses nothing, whatever signs a text begins with; a lone hyphen is not a formula."""
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(("=", "+", "-", "@")) or text == "-"


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_of_csv_raise(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Garbage is rows or problems."""
    path = tmp_path_factory.getbasetemp() / "device.csv"
    path.write_bytes(b"id,name\n" + content)
    read(path)


def test_a_number_of_thousands_of_digits_is_a_fault_of_the_file(tmp_path: Path) -> None:
    """Python itself refuses to read it, in words of its own."""
    file = tmp_path / "long.toml"
    file.write_text(f"[[site]]\nlatitude = {'9' * 5000}\n", "utf-8")
    assert [one.code for one in read(file).problems] == ["file_toml"]


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_of_toml_raise(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Garbage is rows or problems."""
    path = tmp_path_factory.getbasetemp() / "inventory.toml"
    path.write_bytes(b"[[device]]\nid = " + text.encode("utf-8", "surrogatepass"))
    read(path)
