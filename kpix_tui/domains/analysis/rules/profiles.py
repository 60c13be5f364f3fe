"""Whose rules tell signals from noise, and with which constants.

The patterns of a profile are in the order of their precedence: a point that several of them name
counts for the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from kpix_tui.domains.analysis.rules.patterns import (
    Alternating,
    Beyond,
    Jump,
    Keeping,
    Pattern,
    Run,
    Some,
    Trend,
)
from kpix_tui.domains.analysis.views import Cause, Centre, ProfileName, Spread

_TWO_THIRDS: Final = Fraction(2, 3)
_THIRD: Final = Fraction(1, 3)
_HALF: Final = Fraction(1, 2)
_D2: Final = Fraction(Decimal("1.1283791670955125738961589031215451716881"))
"""2 / sqrt(pi): the mean range of two values of a normal distribution, in standard deviations."""
_D4: Final = Fraction(Decimal("3.2665319192886010563168699533877047147956"))
"""1 + 3 sqrt(2 - 4/pi) / (2 / sqrt(pi)): the limit of moving ranges, in mean ranges."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How limits are made, and what is a special cause.

    ``reach`` is how far natural limits are from the centre and ``range_reach`` how far up the limit
    of moving ranges is, both in average moving ranges.
    """

    name: ProfileName
    patterns: tuple[Pattern, ...]
    reach: Fraction = Fraction("2.66")
    range_reach: Fraction = Fraction("3.267")
    screened: bool = False
    centre: Centre = Centre.MEAN
    spread: Spread = Spread.MEAN

    def made_from(self, centre: Centre, spread: Spread) -> Profile:
        """The same rules with other lines. With the median of moving ranges the constants are those
        of Wheeler, *Making Sense of Data*, 10.2, and nothing is screened."""
        if spread is Spread.MEAN:
            return replace(self, centre=centre)
        return replace(
            self,
            centre=centre,
            spread=spread,
            screened=False,
            reach=Fraction("3.145"),
            range_reach=Fraction("3.865"),
        )


_PROFILES: Final = (
    # NHS England, Making Data Count, as in the R package NHSRplotthedots.
    Profile(
        ProfileName.NHS,
        (Beyond(), Trend(7), Some(Cause.NEAR_LIMIT, 2, 3, _TWO_THIRDS, together=True), Run(7)),
        screened=True,
    ),
    # Wheeler, Making Sense of Data, chapter 9, with the moving ranges as part of the chart.
    Profile(
        ProfileName.WHEELER,
        (Beyond(), Some(Cause.HALFWAY, 3, 4, _HALF), Run(8), Jump()),
        range_reach=Fraction("3.268"),
    ),
    # Western Electric, Statistical Quality Control Handbook, 1956; limits as in the NIST handbook.
    Profile(
        ProfileName.WESTERN_ELECTRIC,
        (
            Beyond(),
            Some(Cause.NEAR_LIMIT, 2, 3, _TWO_THIRDS),
            Some(Cause.THIRD, 4, 5, _THIRD),
            Run(8),
        ),
        reach=3 / Fraction("1.128"),
    ),
    # Nelson, Journal of Quality Technology 16 (4), 1984, in the order of his tests.
    Profile(
        ProfileName.NELSON,
        (
            Beyond(),
            Run(9),
            Trend(6),
            Alternating(14),
            Some(Cause.NEAR_LIMIT, 2, 3, _TWO_THIRDS),
            Some(Cause.THIRD, 4, 5, _THIRD),
            Keeping(Cause.HUGGING, 15, within=True),
            Keeping(Cause.AVOIDING, 8, within=False),
        ),
        reach=3 / _D2,
        range_reach=_D4,
    ),
)
PROFILES: Final[Mapping[ProfileName, Profile]] = MappingProxyType(
    {profile.name: profile for profile in _PROFILES}
)
