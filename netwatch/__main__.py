"""`python -m netwatch` is the same as `netwatch`."""

import sys

from netwatch.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
