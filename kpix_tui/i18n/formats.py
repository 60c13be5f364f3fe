"""Numbers and periods as people write them, both ways. Nothing here changes a magnitude silently.

Babel is loaded only when somebody types the name of a month.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from kpix_tui.i18n.errors import (
    DayInvalid,
    NumberAmbiguous,
    NumberFormatsMixed,
    NumberInvalid,
    NumberTooLong,
    PeriodStraddles,
    PeriodTooCoarse,
)
from kpix_tui.i18n.styles import APOSTROPHES, SPACES, language_of, style_of
from kpix_tui.i18n.styles import DecimalMark as DecimalMark
from kpix_tui.kernel.numbers import decimals_of
from kpix_tui.kernel.periods import Frequency, period_of

MAXIMUM_DIGITS: Final = 38
"""What the database keeps exactly, and more than any measurement has."""

_EXACT: Final = Context(prec=1000)

# -- reading numbers -----------------------------------------------------------------------------

_WHOLE: Final = re.compile(r"-?\d{1,3}|-?\d{4,38}", re.ASCII)
_BODY: Final = re.compile(
    rf"(?P<sign>[-+]?)[{SPACES}]?(?P<digits>(?=[.,]?\d)[\d.,{SPACES}{APOSTROPHES}]*[\d.,])"
    r"(?:[eE](?P<exponent>[-+]?\d{1,3}))?",
    re.ASCII,
)
_GROUPS: Final = re.compile(r"[1-9]\d{0,2}(?:(?P<group>\D)\d{3})(?:(?P=group)\d{3})*", re.ASCII)


def parse_number(
    text: str, locale: str | None = None, *, decimal_mark: DecimalMark | None = None
) -> Decimal:
    """The number that ``text`` writes; ``95 %`` is 95, ``(3)`` is −3.

    ``decimal_mark`` is a format that has been decided: nothing else is read. ``locale`` says what
    its readers expect (``1,234`` is 1234 in English), and where its own marks make no number, the
    only other reading there is. With neither, a text with two readings is refused.

    Raises:
        NumberInvalid: it is no finite number, or its thousands are not groups of three.
        NumberTooLong: more than 38 digits.
        NumberAmbiguous: two readings that differ; both are in the error.
    """
    parts = _parts(text)
    if decimal_mark is not None:
        return _only(text, _read(parts, decimal_mark))
    if locale is not None:
        style = style_of(locale)
        found = _read(parts, style.mark, style.groups)
        if found is not None:
            return _only(text, found)
    with_point, with_comma = _read(parts, DecimalMark.POINT), _read(parts, DecimalMark.COMMA)
    if with_point is not None and with_comma is not None and with_point != with_comma:
        raise NumberAmbiguous(value=_cut(text), with_point=with_point, with_comma=with_comma)
    return _only(text, with_comma if with_point is None else with_point)


def decide_decimal_mark(cells: Iterable[str]) -> DecimalMark | None:
    """The decimal mark of a column, decided on all of its cells; None: no cell needs one.

    Cells that are no number in any format are left to whoever reads them.

    Raises:
        NumberAmbiguous: a cell has two readings, and no other cell decides.
        NumberFormatsMixed: one cell can only have a point, another only a comma.
    """
    found: dict[DecimalMark, str] = {}
    ambiguous: NumberAmbiguous | None = None
    for cell in cells:
        if _WHOLE.fullmatch(cell):
            continue
        try:
            with_point, with_comma = _readings(cell)
        except NumberInvalid:
            continue
        if with_comma is None and with_point is not None:
            found.setdefault(DecimalMark.POINT, cell)
        elif with_point is None and with_comma is not None:
            found.setdefault(DecimalMark.COMMA, cell)
        elif with_point != with_comma and ambiguous is None:
            ambiguous = NumberAmbiguous(
                value=_cut(cell), with_point=with_point, with_comma=with_comma
            )
    if len(found) > 1:
        point, comma = found[DecimalMark.POINT], found[DecimalMark.COMMA]
        raise NumberFormatsMixed(point_cell=_cut(point), comma_cell=_cut(comma))
    if found:
        return next(iter(found))
    if ambiguous is not None:
        raise ambiguous
    return None


class _Parts(NamedTuple):
    """A number taken apart, its separators still in place."""

    negative: bool
    digits: str
    exponent: str


def _readings(text: str) -> tuple[Decimal | None, Decimal | None]:
    """The number with a decimal point and with a decimal comma."""
    parts = _parts(text)
    return _read(parts, DecimalMark.POINT), _read(parts, DecimalMark.COMMA)


def _parts(text: str) -> _Parts:
    bare = text.strip().replace("\u2212", "-")
    if len(bare) > 200:
        raise NumberTooLong(value=_cut(text), maximum=MAXIMUM_DIGITS)
    bare = bare.removesuffix("%").rstrip()
    negative = bare.startswith("(") and bare.endswith(")")
    if negative:
        bare = bare[1:-1].strip().removesuffix("%").rstrip()
    body = _BODY.fullmatch(bare)
    if body is None or (negative and body["sign"]):
        raise NumberInvalid(value=_cut(text))
    return _Parts(negative or body["sign"] == "-", body["digits"], body["exponent"] or "0")


def _read(parts: _Parts, mark: DecimalMark, groups: str | None = None) -> Decimal | None:
    """The number with this decimal mark, None when it is none; ``groups``: allowed separators."""
    point, other = (".", ",") if mark is DecimalMark.POINT else (",", ".")
    whole, _, fraction = parts.digits.partition(point)
    if fraction and not fraction.isdecimal():
        return None
    if whole and not whole.isdecimal():
        found = _GROUPS.fullmatch(whole)
        allowed = f"{other}{SPACES}{APOSTROPHES}" if groups is None else groups
        if found is None or found["group"] not in allowed:
            return None
        whole = whole.replace(found["group"], "")
    number = Decimal(f"{whole or '0'}.{fraction}e{parts.exponent}")
    return number.copy_negate() if parts.negative and number else number


def _only(text: str, number: Decimal | None) -> Decimal:
    """The number, written out without an exponent."""
    if number is None:
        raise NumberInvalid(value=_cut(text))
    written = format(number, "f")
    if sum(map(str.isdigit, written.lstrip("-0"))) > MAXIMUM_DIGITS:
        raise NumberTooLong(value=_cut(text), maximum=MAXIMUM_DIGITS)
    return Decimal(written)


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"


# -- writing numbers -----------------------------------------------------------------------------


def format_number(
    value: Decimal,
    *,
    decimals: int,
    locale: str | None = None,
    not_across: Iterable[Decimal | None] = (),
) -> str:
    """``value`` rounded half up to ``decimals``, thousands grouped.

    Where rounding would seem to move it to another side of one of ``not_across`` (thresholds; None
    is skipped), as many more decimals are shown as it takes to see on which side it is.
    """
    rounded = _rounded(value, decimals, [one for one in not_across if one is not None])
    style = style_of(locale)
    return f"{rounded:,f}".translate({ord(","): style.groups[0], ord("."): style.point})


def format_signed(value: Decimal, *, decimals: int, locale: str | None = None) -> str:
    """A difference: as :func:`format_number`, with ``+`` or ``−`` (U+2212).

    Zero has neither, and what is not zero is not rounded to it.
    """
    text = format_number(value, decimals=decimals, locale=locale, not_across=(Decimal(0),))
    if text.startswith("-"):
        return "\u2212" + text[1:]
    return f"+{text}" if text.strip("0.,") else text


def format_exactly(value: Decimal, locale: str | None = None) -> str:
    """``value`` with all of its decimals and no grouping, for sentences that quote it."""
    if not value.is_finite():
        return str(value)
    return format(value, "f").replace(".", style_of(locale).point)


def _rounded(value: Decimal, decimals: int, not_across: list[Decimal]) -> Decimal:
    candidates = (
        value.quantize(Decimal(1).scaleb(-shown), ROUND_HALF_UP, _EXACT)
        for shown in range(decimals, max(decimals, decimals_of(value)) + 1)
    )
    rounded = next(  # the last candidate is the value itself, and stands where it does
        one
        for one in candidates
        if all(one.compare(limit) == value.compare(limit) for limit in not_across)
    )
    return rounded or rounded.copy_abs()


# -- reading days and periods --------------------------------------------------------------------

_YEAR: Final = r"(?P<year>\d{4})"
_FORMS: Final = tuple(
    (frequency, re.compile(pattern, re.ASCII))
    for frequency, pattern in (
        (Frequency.DAILY, rf"{_YEAR}([-/])(?P<month>\d\d?)\2(?P<day>\d\d?)"),
        (Frequency.DAILY, rf"(?P<day>\d\d?)([-/.])(?P<month>\d\d?)\2{_YEAR}"),
        (Frequency.DAILY, rf"(?P<day>\d\d?)(?:ER|ST|ND|RD|TH)? (?P<name>[^\s\d.]+)\.? {_YEAR}"),
        (Frequency.DAILY, rf"(?P<name>[^\s\d.]+)\.? (?P<day>\d\d?),? {_YEAR}"),
        (Frequency.DAILY, rf"{_YEAR}-?W(?P<week>\d\d)-?(?P<weekday>\d)"),
        (Frequency.WEEKLY, rf"{_YEAR}[- ]?[WS](?P<week>\d\d?)"),
        (Frequency.WEEKLY, rf"[WS](?P<week>\d\d?)[-/ ]{_YEAR}"),
        (Frequency.MONTHLY, rf"{_YEAR}[-/](?P<month>\d\d?)"),
        (Frequency.MONTHLY, rf"(?P<month>\d\d?)[-/.]{_YEAR}"),
        (Frequency.MONTHLY, rf"(?P<name>[^\s\d.]+)\.? {_YEAR}"),
        (Frequency.QUARTERLY, rf"{_YEAR}[- ]?[QT](?P<quarter>\d)"),
        (Frequency.QUARTERLY, rf"[QT](?P<quarter>\d)[-/ ]{_YEAR}"),
        (Frequency.YEARLY, _YEAR),
    )
)
_ORDER: Final = tuple(Frequency)


def parse_day(text: str, frequency: Frequency, locale: str | None = None) -> date:
    """A day of the period that ``text`` names: a date, or a week, month, quarter or year.

    Digits are read as day, month, year (or year first): a month-first date is never guessed. Names
    of months are those of ``locale`` and English. Of an ISO instant the day is taken as written.

    Raises:
        DayInvalid: it is written in no such way, or does not exist (30/02, week 53 of 2025).
        PeriodTooCoarse: it names a period that holds several of ``frequency``.
        PeriodStraddles: it names a week, which lies in two of them.
    """
    bare = " ".join(text.split())
    for written, pattern in _FORMS:
        found = pattern.fullmatch(bare.upper())
        if found is None:
            continue
        try:
            day = _day(found.groupdict(), locale)
        except (ValueError, OverflowError) as error:
            raise DayInvalid(value=_cut(text)) from error
        _check_length(text, day, written, frequency)
        return day
    return _day_of_instant(bare, text)


def _check_length(text: str, day: date, written: Frequency, frequency: Frequency) -> None:
    if _ORDER.index(written) > _ORDER.index(frequency):
        raise PeriodTooCoarse(value=_cut(text))
    last = period_of(written, day).end if written is Frequency.WEEKLY else day
    if last not in period_of(frequency, day):
        raise PeriodStraddles(value=_cut(text))


def _day(found: dict[str, str | None], locale: str | None) -> date:
    """The first day of what was written; ValueError where the calendar has none."""
    numbers = {key: int(value) for key, value in found.items() if value and key != "name"}
    year = numbers["year"]
    if "week" in numbers:
        return date.fromisocalendar(year, numbers["week"], numbers.get("weekday", 1))
    if "quarter" in numbers:
        return date(year, numbers["quarter"] * 3 - 2, 1)
    name = found.get("name")
    month = numbers.get("month", 1) if name is None else _month(name, locale)
    return date(year, month, numbers.get("day", 1))


def _day_of_instant(bare: str, text: str) -> date:
    try:
        if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:", bare):
            return datetime.fromisoformat(bare).date()
    except ValueError as error:
        raise DayInvalid(value=_cut(text)) from error
    raise DayInvalid(value=_cut(text))


def _month(name: str, locale: str | None) -> int:
    for language in (language_of(locale), "en"):
        names = _month_names(language)
        if name in names:
            return names[name]
    raise ValueError(name)


@lru_cache
def _month_names(locale: str) -> dict[str, int]:
    """Months by name, in upper case and without the dot of an abbreviation."""
    from babel.core import Locale  # noqa: PLC0415 - 50 ms

    months = Locale.parse(locale).months["format"]
    return {
        months[width][number].upper().rstrip("."): number
        for width in ("abbreviated", "wide")
        for number in range(1, 13)
    }


# -- writing days and periods --------------------------------------------------------------------


def format_period(start: date, frequency: Frequency, locale: str | None = None) -> str:
    """The period that holds ``start``: ``W47 2026``, ``Nov 2026``, ``Q4 2026``, ``2026``, a day."""
    style = style_of(locale)
    match frequency:
        case Frequency.DAILY:
            return format_date(start, locale)
        case Frequency.WEEKLY:
            year, week, _ = start.isocalendar()
            return f"{style.week}{week:02} {year:04}"
        case Frequency.MONTHLY:
            return f"{style.months[start.month - 1]} {start.year:04}"
        case Frequency.QUARTERLY:
            return f"{style.quarter}{(start.month + 2) // 3} {start.year:04}"
        case _:
            return f"{start.year:04}"


def format_date(day: date, locale: str | None = None) -> str:
    """A day in a short form that nobody can misread: ``21 Nov 2026``, ``21/11/2026``."""
    if language_of(locale) == "en":
        return f"{day.day} {style_of('en').months[day.month - 1]} {day.year:04}"
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def format_day(instant: datetime, timezone: str, locale: str | None = None) -> str:
    """The day that an instant falls on in ``timezone`` (an IANA name)."""
    return format_date(instant.astimezone(ZoneInfo(timezone)), locale)


def format_datetime(instant: datetime, timezone: str, locale: str | None = None) -> str:
    """An instant as the clocks of ``timezone`` (an IANA name) show it, to the minute."""
    local = instant.astimezone(ZoneInfo(timezone))
    return f"{format_date(local, locale)} {local.hour:02}:{local.minute:02}"
