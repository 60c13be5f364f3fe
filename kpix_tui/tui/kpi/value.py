"""Enter or correct a value: the period, the number and the status are shown while typing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from textual import on
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from kpix_tui.app.looks import look_of
from kpix_tui.domains.kpis.rules import status_for, thresholds_in_force
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.values import service
from kpix_tui.domains.values.rules import period_for
from kpix_tui.domains.values.views import EnterValue, ValueEntered, ValueRow
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import parse_day
from kpix_tui.kernel.errors import Conflict, KpixError, StaleVersion
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.kernel.periods import Period, last_ended
from kpix_tui.tui.errors import FieldMissing
from kpix_tui.tui.modals.merge import Theirs
from kpix_tui.tui.widgets.fields import NumberField, TextField
from kpix_tui.tui.widgets.figures import Measured, Writing
from kpix_tui.tui.widgets.form import FormScreen
from kpix_tui.tui.widgets.notice import Notice
from kpix_tui.tui.widgets.status import status_cell
from kpix_tui.tui.widgets.text import clip, plain
from kpix_tui.tui.work import begin

if TYPE_CHECKING:
    from kpix_tui.tui.app import KpixApp

TYPING_PAUSE = 0.2
"""Seconds without a key before the value of the period is looked up."""


class PeriodField(TextField):
    """A period as a person writes it; which one it is stands below."""

    def __init__(self, kpi: Kpi, today: date, start: date, writing: Writing) -> None:
        self._kpi = kpi
        self._today = today
        self._writing = writing
        super().__init__(
            "period", _("Period"), value=writing.period(start, kpi.frequency), required=True
        )

    def period(self) -> Period:
        """The period that was typed.

        Raises:
            KpixError: nothing that is a period of this KPI, or one that has not begun.
        """
        day = parse_day(self.read(), self._kpi.frequency, self._writing.locale)
        return period_for(self._kpi.frequency, day, self._today)

    def validate_now(self) -> None:
        """Say which period it is, or what is wrong."""
        try:
            period = self.period()
        except FieldMissing:
            self.show_error(None)
        except KpixError as error:
            self.show_error(error)
        else:
            self.say(_spelled(period, self._writing))


def _spelled(period: Period, writing: Writing) -> str:
    if period.start == period.end:
        return f"= {writing.day(period.start)}"
    return _("= {period}: {start} to {end}").format(
        period=writing.period(period.start, period.frequency),
        start=writing.day(period.start),
        end=writing.day(period.end),
    )


class ValueForm(FormScreen[ValueEntered]):
    """A value of ``kpi``; ``start`` is the period that is proposed."""

    def __init__(self, kpi: Kpi, today: date, start: date | None = None) -> None:
        super().__init__()
        self._kpi = kpi
        self._today = today
        self._start = start or last_ended(kpi.frequency, today).start
        self._known: tuple[date, ValueRow | None] | None = None
        self._typing: Timer | None = None

    def heading(self) -> str:
        """The KPI."""
        name = f"{plain(self._kpi.code)}  {plain(self._kpi.name)}"
        return clip(_("Enter a value: {name}").format(name=name), 200)

    @property
    def _writing(self) -> Writing:
        return Writing(self.kpix.locale, self.kpix.ascii)

    def fields(self) -> Iterable[Widget]:
        """Period, value, reason; what the value means stands between."""
        kpi = self._kpi
        yield PeriodField(kpi, self._today, self._start, self._writing)
        unit = plain(kpi.unit)
        yield NumberField(
            "value",
            f"{_('Value')} ({clip(unit, 8)})" if unit else _("Value"),
            required=True,
            unit=kpi.unit,
            decimals=kpi.decimals,
            locale=self.kpix.locale,
        )
        yield Static("", id="verdict", markup=False)
        yield TextField("reason", _("Reason"), help=_("Needed for a correction."))

    def on_mount(self) -> None:
        """The value is what one comes to type."""
        self._period().validate_now()
        self._number().focus()
        self._judge()
        self._look_up()

    def _period(self) -> PeriodField:
        return self.query_one("#field-period", PeriodField)

    def _number(self) -> NumberField:
        return self.query_one("#field-value", NumberField)

    # -- while typing --------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self) -> None:
        """Say what would be written; look up what stands there once nobody types."""
        self._judge()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_PAUSE, self._look_up)

    def _look_up(self) -> None:
        begin(self, self._read_present, group="present", exclusive=True)

    async def _read_present(self) -> None:
        """The value that the period has already, if it has one."""
        period = self._chosen()
        if period is None or (self._known and self._known[0] == period.start):
            return
        wanted = PageRequest(limit=1)
        try:
            found = await self.bridge.read(
                service.list_values, self._kpi.id, wanted, since=period.start, until=period.start
            )
        except KpixError as error:
            self.query_one("#notice", Notice).show_error(error)
            return
        self._known = (period.start, found.rows[0] if found.rows else None)
        self._judge()

    def _chosen(self) -> Period | None:
        try:
            return self._period().period()
        except KpixError:
            return None  # said beside the field

    def _present(self, period: Period) -> ValueRow | None:
        known = self._known
        return known[1] if known and known[0] == period.start else None

    def _judge(self) -> None:
        """The status that the value will have, and what it replaces."""
        period = self._chosen()
        parts: list[Content] = []
        if period is not None:
            if (value := self._value()) is not None:
                parts.append(self._status(value, period))
            if (present := self._present(period)) is not None:
                parts.append(self._replaced(present))
        self.query_one("#verdict", Static).update(Content("\n").join(parts))
        self.query_one("#verdict").display = bool(parts)

    def _value(self) -> Decimal | None:
        try:
            return self._number().read()
        except KpixError:
            return None  # said beside the field

    def _status(self, value: Decimal, period: Period) -> Content:
        kpi = self._kpi
        limits = thresholds_in_force(kpi.thresholds, period.end)
        found = status_for(value, limits, kpi.direction)
        cell = status_cell(found.status, found.critical, ascii=self.kpix.ascii)
        variance = self._writing.signed(value - limits.green, kpi)
        words = _("variance {value}").format(value=variance)
        return Content.assemble(cell, "   ", (words, "$text-muted"))

    def _replaced(self, present: ValueRow) -> Content:
        old = self._writing.exactly(present.value, self._kpi)
        said = _("Corrects {value}, entered by {name}.").format(
            value=old, name=clip(plain(present.entered_by), 40)
        )
        return Content.styled(said, "$text-warning")

    # -- saving --------------------------------------------------------------------------------

    async def save(self, values: dict[str, Any]) -> ValueEntered:
        """Write it, unless somebody else has written there since it was looked up."""
        period = self._period().period()
        known = self._known if self._known and self._known[0] == period.start else None
        revision = None if known is None else (known[1].revision if known[1] else 0)
        self._before["value"] = known[1].value if known and known[1] else None
        command = EnterValue(
            kpi_id=self._kpi.id,
            day=period.start,
            value=values["value"],
            reason=values["reason"],
            expected_revision=revision,
        )
        try:
            return await self.bridge.write(service.enter_value, command)
        except Conflict as error:
            self._known = None  # read again what stands there now; what was typed stays
            if not isinstance(error, StaleVersion):
                self._look_up()
            raise

    async def theirs(self, _stale: StaleVersion) -> Theirs | None:
        """The value that stands there now."""
        await self._read_present()
        period = self._chosen()
        present = self._present(period) if period else None
        if present is None:
            return None
        return Theirs({"value": present.value}, present, present.entered_by)

    def adopt(self, _origin: ValueRow) -> None:
        """What stands there was read: saved again, it is corrected."""


def say_entered(app: KpixApp, kpi: Measured, made: ValueEntered) -> None:
    """What an entry did, in a sentence."""
    look = look_of(made.status, made.critical)
    writing = Writing(app.locale, app.ascii)
    value = writing.exactly(made.value, kpi)
    status = f"{look.mark(ascii=app.ascii)} {_(look.word)}"
    if not made.changed:
        text = _("{value} stood there already: nothing has changed.").format(value=value)
    elif made.previous_value is None:
        text = _("Entered {value}: {status}").format(value=value, status=status)
    else:
        old = writing.exactly(made.previous_value, kpi)
        text = _("Corrected {old} to {value}: {status}").format(old=old, value=value, status=status)
    app.notify(text, markup=False)
