"""CSV in the encodings that offices use, and what cp1258 cannot write."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.sheets.csv_folder import decode, encode, letters_lacking
from inventory.sheets.escape import escape, unescape
from inventory.sheets.reading import read

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


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_of_toml_raise(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Garbage is rows or problems."""
    path = tmp_path_factory.getbasetemp() / "inventory.toml"
    path.write_bytes(b"[[device]]\nid = " + text.encode("utf-8", "surrogatepass"))
    read(path)
