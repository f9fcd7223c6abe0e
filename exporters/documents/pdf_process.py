"""Makes a PDF of the HTML on its standard input, in a process of its own: bounded, and blind to files and network.

Started by path with `python -I`, so it imports nothing of ours. Its only argument is a JSON object: `seconds` of
processor time, `megabytes` of memory, `identifier` (hexadecimal). Exit codes: 0 the PDF is on standard output; 3 a
library of the system is missing; 4 no memory left; 5 the HTML could not be made into pages. What went wrong stands on
standard error.
"""

import contextlib
import json
import resource
import sys
from typing import NoReturn

MISSING, HEAVY, FAILED = 3, 4, 5
MEGABYTE = 1 << 20

try:
    with contextlib.redirect_stdout(sys.stderr):  # it prints advice there; ours is in the parent
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
except OSError as missing:
    sys.stderr.write(f"\n{missing}")
    raise SystemExit(MISSING) from None


class Nothing(URLFetcher):  # type: ignore[misc]
    """Fetches nothing: no file, no address, not even data that stands in the document."""

    def fetch(self, url: str, headers: object = None) -> NoReturn:  # noqa: ARG002 - its signature
        """Refuse, whatever it is."""
        raise ValueError(f"nothing is fetched: {url[:100]}")


def main() -> int:
    """Read, make, write."""
    order = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"] + 1))
    most = order["megabytes"] * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    text = sys.stdin.buffer.read().decode()
    try:
        made = HTML(string=text, url_fetcher=Nothing()).write_pdf(
            pdf_variant="pdf/ua-1", pdf_identifier=bytes.fromhex(order["identifier"])
        )
    except MemoryError:
        return HEAVY
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError, ArithmeticError) as fault:
        sys.stderr.write(f"\n{type(fault).__name__}: {fault}")
        return FAILED
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
