"""`python -m kpi`: Waymark on the command line."""

from __future__ import annotations

import sys

from kpi.cli.application import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
