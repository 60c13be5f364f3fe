"""Where the real files and the hard cases are that tests read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

SHARED: Final = Path(
    os.environ.get("KPIX_TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
"""Beside the checkout; ``KPIX_TEST_DATA`` names another folder. Tests that need it are skipped
where it is not."""
