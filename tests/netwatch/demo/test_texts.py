"""What the demo says, in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import netwatch.demo
from netwatch.demo import texts
from netwatch.demo.story import Act
from netwatch.language import translator

FOLDER = Path(netwatch.demo.__file__).parent


def spoken() -> Iterator[str]:
    """Every text marked for translation in the demo's source."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("_", "Sentence")
            ):
                text = node.args[0]
                if isinstance(text, ast.Constant):
                    yield text.value


@pytest.mark.parametrize("text", sorted(set(spoken())))
def test_every_text_has_its_vietnamese(text: str) -> None:
    assert translator("vi")(text) != text


@pytest.mark.parametrize("act", list(Act))
def test_every_act_names_the_unit_it_befalls_in_both_languages(act: Act) -> None:
    sentence = texts.happens(act, "UBND xã Mẫu")
    assert "UBND xã Mẫu" in sentence.words(translator("vi"))
    assert "UBND xã Mẫu" in str(sentence)
