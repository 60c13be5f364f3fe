"""Thresholds, statuses and codes. Pure functions on unrounded decimals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

from kpix_tui.domains.kpis.errors import (
    KpiCodeInvalid,
    KpiDecimalsInvalid,
    KpiNameInvalid,
    KpiTextTooLong,
    ThresholdNotFinite,
    ThresholdsNotMonotone,
    ThresholdTooLarge,
)
from kpix_tui.domains.kpis.views import DatedThresholds, Direction, Status, StatusOf, Thresholds
from kpix_tui.kernel.errors import Word, message
from kpix_tui.kernel.numbers import decimals_of

MAXIMUM_CODE: Final = 24
MAXIMUM_NAME: Final = 200
MAXIMUM_UNIT: Final = 20
MAXIMUM_DESCRIPTION: Final = 4000
MAXIMUM_DECIMALS: Final = 10
MAXIMUM_DIGITS: Final = 20
_CODE: Final = re.compile(rf"[A-Z0-9._-]{{1,{MAXIMUM_CODE}}}")
_LIGATURES: Final = str.maketrans({"Œ": "OE", "Æ": "AE", "Ø": "O", "Ł": "L", "Đ": "D", "Þ": "TH"})
"""Letters that Unicode does not take apart into a plain one and an accent."""


def status_for(value: Decimal | None, thresholds: Thresholds, direction: Direction) -> StatusOf:
    """Where a value stands: each threshold is the worst value that still belongs to its band.

    No value is NO_DATA. Beyond orange is RED, and beyond the red threshold it is critical as well.
    """
    if value is None:
        return StatusOf(Status.NO_DATA)
    if reaches(value, thresholds.green, direction):
        return StatusOf(Status.GREEN)
    if reaches(value, thresholds.orange, direction):
        return StatusOf(Status.ORANGE)
    critical = thresholds.red is not None and not reaches(value, thresholds.red, direction)
    return StatusOf(Status.RED, critical)


def reaches(value: Decimal, threshold: Decimal, direction: Direction) -> bool:
    """Whether ``value`` is as good as ``threshold`` or better."""
    return value >= threshold if direction is Direction.UP_IS_BETTER else value <= threshold


def thresholds_in_force(dated: tuple[DatedThresholds, ...], period_end: date) -> Thresholds:
    """The thresholds that hold on the last day of a period; ``dated`` is sorted, oldest first.

    The first ones hold for every earlier period too.
    """
    begun = [candidate for candidate in dated if candidate.valid_from <= period_end]
    return (begun[-1] if begun else dated[0]).thresholds


def validate_thresholds(direction: Direction, thresholds: Thresholds) -> None:
    """Refuse thresholds that say nothing or contradict each other. Ties are allowed.

    Raises:
        ThresholdNotFinite: NaN or an infinity; the field is named.
        ThresholdTooLarge: more than 20 digits before or after the decimal mark.
        ThresholdsNotMonotone: green, orange and red do not go from better to worse.
    """
    bands = [
        (message("green"), thresholds.green),
        (message("orange"), thresholds.orange),
        (message("red"), thresholds.red),
    ]
    for name, value in [*bands, (message("target"), thresholds.target)]:
        if value is not None:
            _check_number(name, value)
    given = [(name, value) for name, value in bands if value is not None]
    for (first, better), (second, worse) in pairwise(given):
        if not reaches(better, worse, direction):
            raise ThresholdsNotMonotone(
                first=Word(first),
                second=Word(second),
                first_value=better,
                second_value=worse,
                fields=(second,),
            )


def _check_number(name: str, value: Decimal) -> None:
    if not value.is_finite():
        raise ThresholdNotFinite(threshold=Word(name), fields=(name,))
    if not kept_exactly(value):
        raise ThresholdTooLarge(threshold=Word(name), maximum=MAXIMUM_DIGITS, fields=(name,))


def kept_exactly(number: Decimal) -> bool:
    """Whether the database keeps a finite number as it is: 20 digits on each side of its mark."""
    # Not abs(): it would round what has more than 28 digits, up to one digit too many.
    return number.adjusted() < MAXIMUM_DIGITS and decimals_of(number) <= MAXIMUM_DIGITS


def valid_code(code: str) -> str:
    """The code in upper case.

    Raises:
        KpiCodeInvalid: it is not 1 to 24 letters, digits, dots, underscores or hyphens.
    """
    found = code.strip().upper()
    # Only ASCII has capitals of the same length: ß would become SS, and ı an I.
    if not code.isascii() or not _CODE.fullmatch(found):
        raise KpiCodeInvalid(code=code, maximum=MAXIMUM_CODE, fields=("code",))
    return found


def code_from_name(name: str, taken: Container[str]) -> str:
    """A code that is not in ``taken``: ``Haute Normandie`` gives ``HAUTE-NORMANDIE``.

    A name without a Latin letter or a digit gives ``KPI``, ``KPI-2``…
    """
    whole = unicodedata.normalize("NFKD", name.upper().translate(_LIGATURES))
    plain = whole.encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Z0-9]+", "-", plain).strip("-")[:MAXIMUM_CODE].strip("-") or "KPI"
    code, number = stem, 1
    while code in taken:
        number += 1
        suffix = f"-{number}"
        code = stem[: MAXIMUM_CODE - len(suffix)].rstrip("-") + suffix
    return code


def valid_definition(
    *, name: str, code: str, description: str, unit: str, decimals: int
) -> dict[str, str | int]:
    """The texts of a definition, trimmed, by column.

    Raises:
        InputInvalid: one of them cannot be accepted; the field is named.
    """
    name, unit = " ".join(name.split()), " ".join(unit.split())
    if not 1 <= len(name) <= MAXIMUM_NAME:
        raise KpiNameInvalid(maximum=MAXIMUM_NAME, fields=("name",))
    if len(unit) > MAXIMUM_UNIT:
        raise KpiTextTooLong(maximum=MAXIMUM_UNIT, fields=("unit",))
    if len(description.strip()) > MAXIMUM_DESCRIPTION:
        raise KpiTextTooLong(maximum=MAXIMUM_DESCRIPTION, fields=("description",))
    if not 0 <= decimals <= MAXIMUM_DECIMALS:
        raise KpiDecimalsInvalid(maximum=MAXIMUM_DECIMALS, fields=("decimals",))
    return {
        "name": name,
        "code": valid_code(code),
        "description": description.strip(),
        "unit": unit,
        "decimals": decimals,
    }
