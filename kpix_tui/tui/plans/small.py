"""Forms of one field: how far an action is, until when it is postponed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from kpix_tui.domains.plans import service
from kpix_tui.domains.plans.errors import PlanChangedMeanwhile, ProgressInvalid
from kpix_tui.domains.plans.rules import check_progress
from kpix_tui.domains.plans.views import (
    Plan,
    PlanRow,
    PlansChanged,
    PostponePlans,
    SetProgress,
)
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.tui.modals.merge import Theirs
from kpix_tui.tui.widgets.days import DayField
from kpix_tui.tui.widgets.fields import Field, NumberField
from kpix_tui.tui.widgets.form import FormScreen
from kpix_tui.tui.widgets.text import clip, plain

_MORE: Final = re.compile(r"\+\s*(\d{1,6})")


class ProgressField(NumberField):
    """A whole number of percent."""

    def __init__(self, value: int, locale: str) -> None:
        super().__init__(
            "progress",
            _("Progress"),
            value=Decimal(value),
            help=_("From 0 to 100 %."),
            required=True,
            unit="%",
            decimals=0,
            locale=locale,
        )

    def read(self) -> Decimal | None:
        """The number, checked."""
        number = super().read()
        if number is None:
            return None
        if number != number.to_integral_value():
            raise ProgressInvalid(progress=number, fields=("progress",))
        check_progress(int(number))
        return number


class ProgressForm(FormScreen[Plan]):
    """How far ``row`` is."""

    def __init__(self, row: PlanRow) -> None:
        super().__init__()
        self._row = row

    def heading(self) -> str:
        """Names it."""
        return _("How far is “{title}”?").format(title=clip(plain(self._row.title), 60))

    def fields(self) -> Iterable[Field[Any]]:
        """The percentage."""
        yield ProgressField(self._row.progress, self.kpix.locale)

    async def save(self, values: dict[str, Any]) -> Plan:
        """Write it."""
        command = SetProgress(self._row.id, int(values["progress"]), self._row.version)
        return await self.bridge.write(service.set_progress, command)

    async def theirs(self, stale: StaleVersion) -> Theirs | None:
        """How far it is now."""
        if not isinstance(stale, PlanChangedMeanwhile):
            return None
        now = cast("Plan", stale.current)
        return Theirs({"progress": Decimal(now.progress)}, now, str(stale.params["name"]))

    def adopt(self, origin: Plan) -> None:
        """Save over this."""
        self._row = origin


class UntilField(DayField):
    """A day, or ``+14``: so many days more."""

    @property
    def days(self) -> int | None:
        """How many days more, when that is what was typed."""
        found = _MORE.fullmatch(self.raw.strip())
        return int(found[1]) if found else None

    def understood(self, text: str) -> date | None:
        """The day, unless it is a number of days."""
        return super().understood(text) if self.days is None else None

    def say_understood(self, day: date | None) -> None:
        """The day, or how much later it is."""
        if self.days is None:
            super().say_understood(day)
            return
        text = ngettext("= {count} day later", "= {count} days later", self.days)
        self.say(text.format(count=self.days))


class PostponeForm(FormScreen[PlansChanged]):
    """Until when ``rows`` are postponed, all of them or none."""

    def __init__(self, rows: Sequence[PlanRow], today: date) -> None:
        super().__init__()
        self._rows = tuple(rows)
        self._today = today

    def heading(self) -> str:
        """Names them."""
        if len(self._rows) == 1:
            title = clip(plain(self._rows[0].title), 60)
            return _("Until when is “{title}” postponed?").format(title=title)
        count = len(self._rows)
        text = ngettext(
            "Until when is {count} action postponed?",
            "Until when are {count} actions postponed?",
            count,
        )
        return text.format(count=count)

    def fields(self) -> Iterable[Field[Any]]:
        """The day."""
        help = _("A day or a period, or +14: so many days after the date that each has.")
        yield UntilField("due", _("Until"), self.kpix.locale, help=help, required=True)

    async def save(self, values: dict[str, Any]) -> PlansChanged:
        """Write it."""
        ids = tuple(row.id for row in self._rows)
        days = self.query_one(UntilField).days
        command = PostponePlans(ids, due_on=values["due"], days=days)
        return await self.bridge.write(service.postpone_plans, command)
