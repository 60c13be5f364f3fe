"""What a decimal number is written with."""

from __future__ import annotations

from decimal import Decimal


def decimals_of(number: Decimal) -> int:
    """How many decimals a finite number is written with, trailing zeros included."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
