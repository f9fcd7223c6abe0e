"""A starter set of norms, to be made one's own: `norms.toml`, as it is imported."""

from importlib.resources import files


def starter_norms() -> str:
    """The text of the file."""
    return files("inventory.samples").joinpath("norms.toml").read_text(encoding="utf-8")
