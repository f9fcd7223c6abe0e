"""Names of files in a folder of dossiers."""

from hypothesis import example, given
from hypothesis import strategies as st

from inventory.cells import MAX_CODE
from netwatch.cli.sla_files import file_names

CODES = st.text("aAbB/:.-_đĐế ", min_size=1, max_size=MAX_CODE)


def test_codes_that_are_names_stay_as_they_are() -> None:
    """Whoever looks for a line finds its file."""
    assert file_names(["TSLCD-SUOI-MAU", "KÊNH.1"], "tổng hợp") == {
        "TSLCD-SUOI-MAU": "TSLCD-SUOI-MAU",
        "KÊNH.1": "KÊNH.1",
    }


@given(st.lists(CODES, max_size=8, unique=True))
@example(
    ["L/1", "L:1", "l/1", "L_1", "summary", "..", "𠀀" * MAX_CODE, "ế" * MAX_CODE, "ế" * (MAX_CODE - 1) + "a"]
)
def test_no_dossier_lies_over_another(codes: list[str]) -> None:
    """Nor over the summary, nor elsewhere, whatever the codes of lines: also where case makes no difference."""
    names = file_names(codes, "summary")
    assert list(names) == codes
    assert len({name.casefold() for name in (*names.values(), "summary")}) == len(codes) + 1
    for name in names.values():
        assert not {"/", "\\", ":", " "} & set(name)
        assert not name.startswith(".")
        assert len(f"{name}.xlsx".encode()) <= 255
