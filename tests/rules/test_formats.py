"""Numbers and periods as people write them: what is read, what is refused, what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel.core import Locale
from hypothesis import example, given
from hypothesis import strategies as st

from kpix_tui.i18n import catalog, formats
from kpix_tui.i18n.errors import (
    DayInvalid,
    NumberAmbiguous,
    NumberFormatsMixed,
    NumberInvalid,
    NumberTooLong,
    PeriodStraddles,
    PeriodTooCoarse,
)
from kpix_tui.i18n.formats import (
    DecimalMark,
    decide_decimal_mark,
    format_date,
    format_datetime,
    format_exactly,
    format_number,
    format_period,
    format_signed,
    parse_day,
    parse_number,
)
from kpix_tui.kernel.periods import Frequency, period_of

LOCALES = tuple(catalog.available_locales())
DAILY, WEEKLY, MONTHLY, QUARTERLY, YEARLY = Frequency
locales = st.sampled_from(LOCALES)
numbers = st.decimals(
    min_value=Decimal(-(10**20)), max_value=Decimal(10**20), allow_nan=False, places=6
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = catalog.current_locale()
    catalog.set_locale("en")
    yield
    catalog.set_locale(before)


# -- reading numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize("locale", [None, "en", "fr"])
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("007", "7"),
        ("1234", "1234"),
        ("1 234,5", "1234.5"),
        ("1\u00a0234,5", "1234.5"),
        ("1\u202f234,5", "1234.5"),
        ("1\u2009234\u2009567", "1234567"),
        ("1'234.5", "1234.5"),
        ("1’234’567", "1234567"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1,5", "1.5"),
        ("1.5", "1.5"),
        ("1,2345", "1.2345"),
        ("1234,567", "1234.567"),
        ("0,123", "0.123"),
        ("0.123", "0.123"),
        (",5", "0.5"),
        ("5.", "5"),
        ("95 %", "95"),
        ("95%", "95"),
        ("95\u202f%", "95"),
        ("-3", "-3"),
        ("+3", "3"),
        ("- 3", "-3"),
        ("\u22123,5", "-3.5"),
        ("(3)", "-3"),
        ("(3 %)", "-3"),
        ("(3) %", "-3"),
        ("(0)", "0"),
        ("1e3", "1000"),
        ("9.5E-5", "0.000095"),
        ("-1,5e+2", "-150"),
        ("  12  ", "12"),
        ("9" * 38, "9" * 38),
    ],
)
def test_a_number_with_one_reading(text: str, number: str, locale: str | None) -> None:
    found = parse_number(text, locale)
    assert found == Decimal(number)
    assert "E" not in str(found) or abs(found) < Decimal("0.00001")
    assert not (found.is_signed() and found == 0)


@pytest.mark.parametrize("mark", [None, *DecimalMark])
@pytest.mark.parametrize("locale", [None, "en", "fr"])
@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "abc", "NaN", "inf", "-inf", "1a", "12 34", "1 23", "1  234", "1,23,456"),
        *("1.234.56", "1,234,5", "1.2.3", "1 234.567.8", "1'234 567", "(-3)", "(3", "3)", "()"),
        *("--3", "3-", "1e", "e3", "1e1000", "٣", "½", "1_000", "0x10", ".", ",", "-", "%", "€5"),
        *("1\n2", "1 . 5", "5 ‰", "-.", "1,2,"),
    ],
)
def test_no_number(text: str, locale: str | None, mark: DecimalMark | None) -> None:
    with pytest.raises(NumberInvalid):
        parse_number(text, locale, decimal_mark=mark)


@pytest.mark.parametrize("text", ["9" * 39, "1e38", "1e-39", "0." + "1" * 39, "1" * 300, "1e999"])
def test_more_digits_than_are_kept(text: str) -> None:
    with pytest.raises(NumberTooLong):
        parse_number(text)


def test_a_text_with_two_readings_is_refused_with_both() -> None:
    with pytest.raises(NumberAmbiguous) as refused:
        parse_number("1,234")
    assert refused.value.params == {
        "value": "1,234",
        "with_point": Decimal(1234),
        "with_comma": Decimal("1.234"),
    }


def test_the_locale_decides_between_its_own_marks() -> None:
    assert parse_number("1,234", "en") == 1234
    assert parse_number("1.234", "en") == Decimal("1.234")
    assert parse_number("1,234", "fr") == Decimal("1.234")
    assert parse_number("1,234", "fr_FR.UTF-8") == Decimal("1.234")
    assert parse_number("12.345.678,9", "en") == Decimal("12345678.9")
    with pytest.raises(NumberAmbiguous):
        parse_number("1.234", "fr")  # no French thousands mark: a decimal point, or German


def test_a_decided_mark_is_the_only_one() -> None:
    assert parse_number("1,234", decimal_mark=DecimalMark.COMMA) == Decimal("1.234")
    assert parse_number("1,234", decimal_mark=DecimalMark.POINT) == 1234
    assert parse_number("1.234", "en", decimal_mark=DecimalMark.COMMA) == 1234
    for text, mark in (("1,5", DecimalMark.POINT), ("1.5", DecimalMark.COMMA)):
        with pytest.raises(NumberInvalid):
            parse_number(text, decimal_mark=mark)


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        ([], None),
        (["12", "-3", "", "n/a", "1 234", "1e3", "5 %"], None),
        (["1,234", "1,5"], DecimalMark.COMMA),
        (["1,234", "1.5"], DecimalMark.POINT),
        (["1,234", "0,123"], DecimalMark.COMMA),
        (["1.234", "1.234.567"], DecimalMark.COMMA),
        (["1,234", "2,345,678"], DecimalMark.POINT),
        (["1 234,5"], DecimalMark.COMMA),
        (["31.12.2025", "0.5"], DecimalMark.POINT),
    ],
)
def test_a_column_has_one_mark(cells: list[str], mark: DecimalMark | None) -> None:
    assert decide_decimal_mark(cells) is mark


def test_a_column_that_nothing_decides_is_refused_with_the_first_doubt() -> None:
    with pytest.raises(NumberAmbiguous) as refused:
        decide_decimal_mark(iter(["12", "1,234", "5.678"]))
    assert refused.value.params["value"] == "1,234"


def test_a_column_with_two_marks_names_the_cells() -> None:
    with pytest.raises(NumberFormatsMixed) as refused:
        decide_decimal_mark(["1,234", "1.5", "2.5", "7,5"])
    assert refused.value.params == {"point_cell": "1.5", "comma_cell": "7,5"}


def test_long_cells_are_cut_in_what_is_said() -> None:
    with pytest.raises(NumberInvalid) as refused:
        parse_number("x" * 150)
    assert refused.value.params["value"] == "x" * 60 + "…"


@given(st.text(alphabet="0123456789.,-+ '()%eE\u00a0\u202f\u2212", max_size=14), locales)
def test_what_is_read_has_the_digits_that_were_typed(text: str, locale: str) -> None:
    """A reading only moves the mark: never by a thousand without a mark that says so."""
    try:
        found = parse_number(text, locale)
    except (NumberInvalid, NumberAmbiguous, NumberTooLong):
        return
    if "e" in text.lower():
        return
    typed = "".join(one for one in text if one.isdigit()).strip("0")
    kept = "".join(one for one in format(found, "f") if one.isdigit()).strip("0")
    assert kept == typed
    both = {str(r) for mark in DecimalMark if (r := _as(text, mark)) is not None}
    assert str(found) in both


def _as(text: str, mark: DecimalMark) -> Decimal | None:
    try:
        return parse_number(text, decimal_mark=mark)
    except NumberInvalid:
        return None


@given(numbers, locales, st.sampled_from(list(DecimalMark)))
def test_a_column_is_read_as_it_was_written(value: Decimal, locale: str, mark: DecimalMark) -> None:
    written = str(value).replace(".", "." if mark is DecimalMark.POINT else ",")
    assert parse_number(written, decimal_mark=decide_decimal_mark([written, "12"])) == value


# -- writing numbers -----------------------------------------------------------------------------


@given(numbers, locales)
@example(Decimal("-0.000000"), "fr")
@example(Decimal("1234.000000"), "en")
def test_what_is_written_is_read_back(value: Decimal, locale: str) -> None:
    written = format_number(value, decimals=6, locale=locale)
    assert parse_number(written, locale) == value
    assert parse_number(format_signed(value, decimals=6, locale=locale), locale) == value
    assert parse_number(format_exactly(value, locale), locale) == value


@pytest.mark.parametrize(
    ("value", "decimals", "english", "french"),
    [
        ("1234567.895", 2, "1,234,567.90", "1\u202f234\u202f567,90"),
        ("2.5", 0, "3", "3"),
        ("-2.5", 0, "-3", "-3"),
        ("-0.004", 2, "0.00", "0,00"),
        ("1E+5", 0, "100,000", "100\u202f000"),
        ("1E-10", 2, "0.00", "0,00"),
        ("999.999", 2, "1,000.00", "1\u202f000,00"),
    ],
)
def test_numbers_are_rounded_half_up_and_grouped(
    value: str, decimals: int, english: str, french: str
) -> None:
    assert format_number(Decimal(value), decimals=decimals, locale="en") == english
    assert format_number(Decimal(value), decimals=decimals, locale="fr") == french


@pytest.mark.parametrize(
    ("value", "thresholds", "shown"),
    [
        ("94.9999", ["95"], "94.9999"),
        ("94.9951", [None, "95", "90"], "94.995"),
        ("94.99", ["95"], "94.99"),
        ("95", ["95"], "95.00"),
        ("94.995", ["94.995"], "94.995"),
        ("-0.001", ["0"], "-0.001"),
        ("89.9999999999", ["95", "90"], "89.9999999999"),
        ("1e2", ["99.999"], "100.00"),
    ],
)
def test_rounding_never_seems_to_cross_a_threshold(
    value: str, thresholds: list[str | None], shown: str
) -> None:
    across = [None if one is None else Decimal(one) for one in thresholds]
    assert format_number(Decimal(value), decimals=2, not_across=across) == shown


@given(numbers, st.lists(numbers, max_size=3), st.integers(0, 6))
def test_the_shown_number_stands_where_the_value_does(
    value: Decimal, thresholds: list[Decimal], decimals: int
) -> None:
    shown = format_number(value, decimals=decimals, not_across=thresholds)
    read = parse_number(shown, decimal_mark=DecimalMark.POINT)
    assert [read.compare(one) for one in thresholds] == [value.compare(one) for one in thresholds]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("1234.5", "+1,234.5"), ("-3", "\u22123.0"), ("0", "0.0"), ("0.01", "+0.01")],
)
def test_differences_have_a_sign(value: str, shown: str) -> None:
    assert format_signed(Decimal(value), decimals=1) == shown


def test_a_quoted_number_keeps_its_decimals() -> None:
    assert format_exactly(Decimal("1234.50"), "fr") == "1234,50"
    assert format_exactly(Decimal("1E+3")) == "1000"
    assert format_exactly(Decimal("NaN")) == "NaN"


@pytest.mark.parametrize("locale", LOCALES)
def test_marks_and_months_are_those_of_the_unicode_consortium(locale: str) -> None:
    months = Locale.parse(locale).months["format"]["abbreviated"]
    for month in range(1, 13):
        assert format_period(date(2026, month, 1), MONTHLY, locale) == f"{months[month]} 2026"
    symbols = Locale.parse(locale).number_symbols["latn"]
    sample = format_number(Decimal("1234.5"), decimals=1, locale=locale)
    assert sample == f"1{symbols['group']}234{symbols['decimal']}5"


# -- reading periods -----------------------------------------------------------------------------

SAME = [
    ("2026-W47", WEEKLY, date(2026, 11, 16)),
    ("2026W47", WEEKLY, date(2026, 11, 16)),
    ("W47 2026", WEEKLY, date(2026, 11, 16)),
    ("s47 2026", WEEKLY, date(2026, 11, 16)),
    ("S47-2026", WEEKLY, date(2026, 11, 16)),
    ("2026-S47", WEEKLY, date(2026, 11, 16)),
    ("2026-W53", WEEKLY, date(2026, 12, 28)),
    ("W1 2026", WEEKLY, date(2025, 12, 29)),
    ("2026-W47-3", DAILY, date(2026, 11, 18)),
    ("2026W473", DAILY, date(2026, 11, 18)),
    ("2026-11", MONTHLY, date(2026, 11, 1)),
    ("2026/11", MONTHLY, date(2026, 11, 1)),
    ("11/2026", MONTHLY, date(2026, 11, 1)),
    ("Nov 2026", MONTHLY, date(2026, 11, 1)),
    ("nov. 2026", MONTHLY, date(2026, 11, 1)),
    ("février 2026", MONTHLY, date(2026, 2, 1)),
    ("July 2026", MONTHLY, date(2026, 7, 1)),
    ("2026-Q4", QUARTERLY, date(2026, 10, 1)),
    ("Q4 2026", QUARTERLY, date(2026, 10, 1)),
    ("T4 2026", QUARTERLY, date(2026, 10, 1)),
    ("2026-T4", QUARTERLY, date(2026, 10, 1)),
    ("2026", YEARLY, date(2026, 1, 1)),
    ("2025-12-31", DAILY, date(2025, 12, 31)),
    ("2025/12/31", DAILY, date(2025, 12, 31)),
    ("31/12/2025", DAILY, date(2025, 12, 31)),
    ("31.12.2025", DAILY, date(2025, 12, 31)),
    ("3-4-2025", DAILY, date(2025, 4, 3)),
    ("29/02/2024", DAILY, date(2024, 2, 29)),
    ("1er août 2026", DAILY, date(2026, 8, 1)),
    ("21 Nov 2026", DAILY, date(2026, 11, 21)),
    ("November 21, 2026", DAILY, date(2026, 11, 21)),
    ("2025-12-31T23:30:00Z", DAILY, date(2025, 12, 31)),
    ("2025-12-31 00:00:00", DAILY, date(2025, 12, 31)),
    ("2025-12-31T08:15:00.123+02:00", DAILY, date(2025, 12, 31)),
    ("  2026-W47 ", WEEKLY, date(2026, 11, 16)),
    ("0001-01-01", DAILY, date(1, 1, 1)),
    ("9999-12-31", DAILY, date(9999, 12, 31)),
    ("9999-W52", WEEKLY, date(9999, 12, 27)),
]


@pytest.mark.parametrize(("text", "frequency", "day"), SAME)
def test_a_period_as_people_write_it(text: str, frequency: Frequency, day: date) -> None:
    assert parse_day(text, frequency, "fr") == day


@pytest.mark.parametrize(("text", "written", "day"), SAME)
@pytest.mark.parametrize("frequency", Frequency)
def test_what_is_longer_than_the_period_is_refused(
    text: str, written: Frequency, day: date, frequency: Frequency
) -> None:
    order = list(Frequency)
    if order.index(written) > order.index(frequency):
        with pytest.raises(PeriodTooCoarse):
            parse_day(text, frequency, "fr")
    elif written is not WEEKLY:
        assert parse_day(text, frequency, "fr") == day


@pytest.mark.parametrize("frequency", [MONTHLY, QUARTERLY])
def test_a_week_in_two_periods_is_refused(frequency: Frequency) -> None:
    with pytest.raises(PeriodStraddles):
        parse_day("2026-W40", frequency)
    assert parse_day("2026-W41", frequency) == date(2026, 10, 5)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "soon", "2025-W53", "2026-W00", "2026-W99", "2026-W47-8", "30/02/2026"),
        *("12/31/2025", "2026-02-29", "29/02/2026", "2026-13", "13/2026", "2026-Q5", "T0 2026"),
        *("0000", "26", "31/12/25", "31/12-2025", "20261121", "Foo 2026", "févr 20260", "9999-W53"),
        *(
            "2025-12-31T25:00",
            "2025-12-31T",
            "45000",
            "2026-11-21-",
            "31/12/2025 10h",
            "99/99/9999",
        ),
        *("２０２６", "32 Nov 2026"),
    ],
)
@pytest.mark.parametrize("frequency", Frequency)
def test_no_day(text: str, frequency: Frequency) -> None:
    with pytest.raises(DayInvalid):
        parse_day(text, frequency, "fr")


def test_months_are_named_in_the_locale_or_in_english() -> None:
    assert parse_day("August 2026", MONTHLY, "fr") == date(2026, 8, 1)
    with pytest.raises(DayInvalid):
        parse_day("août 2026", MONTHLY, "en")


def test_a_month_first_date_is_never_guessed() -> None:
    assert parse_day("03/04/2026", DAILY, "en") == date(2026, 4, 3)
    with pytest.raises(DayInvalid):
        parse_day("04/13/2026", DAILY, "en")


@given(st.text(max_size=20), st.sampled_from(Frequency), locales)
def test_any_text_is_read_or_refused(text: str, frequency: Frequency, locale: str) -> None:
    with suppress(DayInvalid, PeriodTooCoarse, PeriodStraddles):
        assert isinstance(parse_day(text, frequency, locale), date)


# -- writing periods -----------------------------------------------------------------------------


@given(st.dates(), st.sampled_from(Frequency), locales)
@example(date(9999, 12, 31), WEEKLY, "fr")
@example(date(1, 1, 1), WEEKLY, "en")
def test_a_period_is_read_back(day: date, frequency: Frequency, locale: str) -> None:
    written = format_period(period_of(frequency, day).start, frequency, locale)
    assert day in period_of(frequency, parse_day(written, frequency, locale))


@pytest.mark.parametrize(
    ("frequency", "english", "french"),
    [
        (DAILY, "3 Nov 2026", "03/11/2026"),
        (WEEKLY, "W45 2026", "S45 2026"),
        (MONTHLY, "Nov 2026", "nov. 2026"),
        (QUARTERLY, "Q4 2026", "T4 2026"),
        (YEARLY, "2026", "2026"),
    ],
)
def test_periods_are_short(frequency: Frequency, english: str, french: str) -> None:
    day = date(2026, 11, 3)
    assert format_period(day, frequency, "en") == english
    assert format_period(day, frequency, "fr") == french


def test_the_week_of_a_new_year_has_the_year_it_belongs_to() -> None:
    assert format_period(date(2025, 12, 29), WEEKLY) == "W01 2026"


def test_without_a_locale_the_current_language_is_written() -> None:
    catalog.set_locale("fr")
    assert format_date(date(2026, 11, 3)) == "03/11/2026"
    assert format_number(Decimal("1.5"), decimals=1, locale="xx") == "1,5"
    with pytest.raises(NumberAmbiguous):
        formats.parse_number("1,234")


def test_instants_are_shown_on_the_clocks_of_a_place() -> None:
    instant = datetime(2026, 11, 20, 23, 5, tzinfo=UTC)
    assert format_datetime(instant, "Europe/Paris", "fr") == "21/11/2026 00:05"
    assert format_datetime(instant, "UTC", "en") == "20 Nov 2026 23:05"
