"""Build step: compiles the translation catalogues (.po) to the .mo files that gettext reads at run time."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGUES = Path(__file__).parent / "netwatch" / "locale"


def compile_catalogue(source: Path) -> None:
    """Write the .mo beside one .po; faulty entries raise before anything is written."""
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parent.parent.name, abort_invalid=True)
    with source.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, catalogue)


def compile_all() -> None:
    """Compile every catalogue of the tree."""
    for source in sorted(CATALOGUES.glob("*/LC_MESSAGES/*.po")):
        compile_catalogue(source)


class CatalogueHook(BuildHookInterface[Any]):
    """Lets hatchling call `compile_all` for wheels and for live (editable) installs alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        compile_all()


if __name__ == "__main__":
    compile_all()
