"""A day in a form, as people write days: ``12/12/2026``, ``2026-W50``, ``Dec 2026``."""

from __future__ import annotations

from datetime import date

from textual import on
from textual.widget import Widget

from kpix_tui.i18n.errors import PeriodTooCoarse
from kpix_tui.i18n.formats import format_date, parse_day
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.periods import Frequency, period_of
from kpix_tui.tui.errors import FieldMissing
from kpix_tui.tui.widgets.fields import Field
from kpix_tui.tui.widgets.inputs import LineInput


def last_day(text: str, locale: str) -> date:
    """The day that a person wrote; of a week, a month, a quarter or a year its last day.

    Raises:
        DayInvalid: it is no day and no period.
    """
    for frequency in Frequency:
        if frequency is Frequency.YEARLY:
            break
        try:
            return period_of(frequency, parse_day(text, frequency, locale)).end
        except PeriodTooCoarse:
            continue
    return period_of(Frequency.YEARLY, parse_day(text, Frequency.YEARLY, locale)).end


class DayField(Field[date | None]):
    """A day; which one was understood stands below while it is typed."""

    def __init__(
        self,
        name: str,
        label: str,
        locale: str,
        *,
        value: date | None = None,
        help: str = "",
        required: bool = False,
    ) -> None:
        super().__init__(name, label, help=help, required=required)
        self._locale = locale
        self._input = LineInput(value=self.written(value), classes="field--control")

    def control(self) -> Widget:
        """A line to type in."""
        return self._input

    @property
    def raw(self) -> str:
        """What was typed."""
        return self._input.value

    def read(self) -> date | None:
        """The day; None when nothing was typed."""
        text = self.raw.strip()
        if not text:
            if self.required:
                raise self._missing()
            return None
        return self.understood(text)

    def understood(self, text: str) -> date | None:
        """The day that ``text`` means.

        Raises:
            DayInvalid: none that we know.
        """
        return last_day(text, self._locale)

    def put(self, value: date | None) -> None:
        """Let this day stand in the line."""
        self._input.value = self.written(value)

    def written(self, value: date | None) -> str:
        """The day as the language writes it."""
        return "" if value is None else format_date(value, self._locale)

    @on(LineInput.Changed)
    def _changed(self) -> None:
        try:
            day = self.read()
        except FieldMissing:
            self.show_error(None)
        except KpixError as error:
            self.show_error(error)
        else:
            self.show_error(None)
            self.say_understood(day)

    def say_understood(self, day: date | None) -> None:
        """Say below the line what was understood."""
        if day is not None:
            self.say(f"= {self.written(day)}")
