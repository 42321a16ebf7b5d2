"""`python -m ocppcore`, the same as the command `ocppcore`."""

from __future__ import annotations

import sys

from ocppcore.cli import main

if __name__ == "__main__":
    sys.exit(main())
