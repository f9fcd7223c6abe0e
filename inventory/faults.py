"""What the readers of cells raise."""

SHOWN = 80


class CellFault(ValueError):  # noqa: N818 - the fault is the sheet's, not the program's
    """A cell's text is not what its column allows: `code` names the sentence, `params` fill it in (bounded)."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = {name: shortened(str(value)) for name, value in params.items()}


def shortened(text: str, limit: int = SHOWN) -> str:
    """The text, cut to what fits a sentence."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
