"""``kpix`` and ``python -m kpix_tui``."""

from __future__ import annotations

import sys

from kpix_tui.cli.main import program


def main() -> int:
    """Run the command line; returns the exit code."""
    return program()


if __name__ == "__main__":
    sys.exit(main())
