"""Process charts (XmR): limits, special causes and what they say. Pure functions."""

from __future__ import annotations

from kpix_tui.domains.analysis.rules.charting import analyse, assurance
from kpix_tui.domains.analysis.rules.limits import (
    TRIAL,
    Frame,
    frame_of,
    limits_of,
    moving_ranges,
)
from kpix_tui.domains.analysis.rules.profiles import PROFILES, Profile

__all__ = [
    "PROFILES",
    "TRIAL",
    "Frame",
    "Profile",
    "analyse",
    "assurance",
    "frame_of",
    "limits_of",
    "moving_ranges",
]
