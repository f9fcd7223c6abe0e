"""Files that are there whole or not at all."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write every file beside its place first, then move all of them there; raises OSError, leaving no remains."""
    staged = {path: path.with_name(f".{secrets.token_hex(8)}.part") for path in contents}
    try:
        for path, content in contents.items():
            _write_durably(staged[path], content)
        for path, ready in staged.items():
            ready.replace(path)
    finally:
        for ready in staged.values():
            ready.unlink(missing_ok=True)
