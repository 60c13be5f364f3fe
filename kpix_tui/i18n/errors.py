"""What can go wrong when people's numbers, dates and languages are read."""

from __future__ import annotations

from kpix_tui.kernel.errors import ExitCode, InputInvalid, message


class LocaleUnknown(InputInvalid):
    """A language that kpix does not speak."""

    code = "i18n.locale_unknown"
    message = message("kpix does not speak {locale}. Languages: {locales}")
    exit_code = ExitCode.USAGE


class NumberInvalid(InputInvalid):
    """What was typed is not a number."""

    code = "i18n.number_invalid"
    message = message('"{value}" is not a number.')


class NumberTooLong(InputInvalid):
    """More digits than are kept exactly."""

    code = "i18n.number_too_long"
    message = message("{value} has more than {maximum} digits.")


class NumberAmbiguous(InputInvalid):
    """The number has two readings that differ."""

    code = "i18n.number_ambiguous"
    message = message(
        "{value} can be read as {with_point} or as {with_comma}: write it without a thousands mark."
    )


class NumberFormatsMixed(InputInvalid):
    """One column, and two cells that do not use the same decimal mark."""

    code = "i18n.number_formats_mixed"
    message = message(
        "{point_cell} has a decimal point and {comma_cell} a decimal comma: "
        "use the same mark in the whole column."
    )


class DayInvalid(InputInvalid):
    """No day and no period is written like that, or it does not exist."""

    code = "i18n.day_invalid"
    message = message(
        '"{value}" is not a day or a period that exists: '
        "write for example 2026-11-21, 21/11/2026, 2026-W47, 2026-11, 2026-Q4 or 2026."
    )


class PeriodTooCoarse(InputInvalid):
    """A period longer than those of the KPI."""

    code = "i18n.period_too_coarse"
    message = message("{value} covers several periods of this KPI: name one of them.")


class PeriodStraddles(InputInvalid):
    """A week that belongs to two months, quarters or years."""

    code = "i18n.period_straddles"
    message = message("The week {value} belongs to two periods of this KPI: write a day of it.")
