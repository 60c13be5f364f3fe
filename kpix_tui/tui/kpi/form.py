"""The form of a KPI: its definition, and thresholds that are judged while they are typed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Select

from kpix_tui.domains.kpis import service as kpis
from kpix_tui.domains.kpis.rules import validate_thresholds
from kpix_tui.domains.kpis.views import (
    ALWAYS,
    CreateKpi,
    DatedThresholds,
    Direction,
    Kpi,
    KpiChanged,
    Thresholds,
    UpdateKpi,
)
from kpix_tui.domains.values import service as values_service
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import parse_day
from kpix_tui.kernel.errors import KpixError, StaleVersion
from kpix_tui.kernel.periods import Frequency
from kpix_tui.tui.kpi.bands import Bands
from kpix_tui.tui.kpi.words import direction_words, frequency_words
from kpix_tui.tui.live.author import author_of
from kpix_tui.tui.modals.merge import Theirs
from kpix_tui.tui.widgets.fields import AreaField, ChoiceField, Field, NumberField, TextField
from kpix_tui.tui.widgets.form import FormScreen
from kpix_tui.tui.widgets.text import plain

_THRESHOLDS = ("green", "orange", "red", "target")


class KpiForm(FormScreen[KpiChanged]):
    """Creates a KPI on a dashboard, or changes ``kpi``."""

    def __init__(self, dashboard_id: UUID, kpi: Kpi | None = None) -> None:
        super().__init__()
        self._dashboard_id = dashboard_id
        self._kpi = kpi

    def heading(self) -> str:
        """The title."""
        if self._kpi is None:
            return _("New KPI")
        return _("Edit {name}").format(name=plain(self._kpi.name))

    def fields(self) -> Iterable[Widget]:
        """Definition, thresholds, and from when they hold."""
        yield from self._definition()
        yield from self._threshold_fields()

    def _definition(self) -> Iterable[Field[Any]]:
        old = self._kpi
        yield TextField("name", _("Name"), value=old.name if old else "", required=True)
        yield TextField(
            "code",
            _("Code"),
            value=old.code if old else "",
            required=old is not None,
            help=_("Short and unique: files name the KPI by it.")
            if old
            else _("Short and unique. Empty: made from the name."),
        )
        yield TextField("unit", _("Unit"), value=old.unit if old else "", help=_("%, €, min, kWh…"))
        yield ChoiceField(
            "decimals",
            _("Decimals"),
            [(count, str(count)) for count in range(11)],
            value=old.decimals if old else 1,
        )
        yield ChoiceField(
            "frequency",
            _("Frequency"),
            frequency_words(),
            value=old.frequency if old else Frequency.MONTHLY,
        )
        yield ChoiceField(
            "direction",
            _("Direction"),
            direction_words(),
            value=old.direction if old else Direction.UP_IS_BETTER,
        )

    def _threshold_fields(self) -> Iterable[Widget]:
        old = self._kpi
        last = old.thresholds[-1] if old else None
        locale = self.kpix.locale
        helps = {
            "green": _("The worst value that is still green."),
            "orange": _("The worst value that is still orange."),
            "red": _("Beyond it a value is critical. May stay empty."),
            "target": _("What is aimed at. May stay empty."),
        }
        titles = {
            "green": _("Green"),
            "orange": _("Orange"),
            "red": _("Red"),
            "target": _("Target"),
        }
        for name in _THRESHOLDS:
            yield NumberField(
                name,
                titles[name],
                value=getattr(last.thresholds, name) if last else None,
                help=helps[name],
                required=name in ("green", "orange"),
                unit=old.unit if old else "",
                locale=locale,
            )
        yield Bands(ascii=self.kpix.ascii, locale=locale)
        if last is None:
            yield TextField(
                "starts_on",
                _("Starts on"),
                help=_("The first period that is expected, if you know it."),
                check=self._start,
            )
        else:
            yield TextField(
                "thresholds_from",
                _("Thresholds from"),
                value=_since(last),
                help=_("A day or a period. Empty: the past as well."),
                check=self._day,
            )
        text = old.description if old else ""
        yield AreaField("description", _("Description"), value=text)

    def _day(self, text: str) -> date:
        return parse_day(text, self._choice("frequency"), self.kpix.locale) if text else ALWAYS

    def _start(self, text: str) -> date | None:
        return parse_day(text, self._choice("frequency"), self.kpix.locale) if text else None

    # -- judged while typing -------------------------------------------------------------------

    @on(Input.Changed)
    @on(Select.Changed)
    def _judge(self) -> None:
        """Thresholds are checked together as soon as green and orange can be read."""
        bands = self.query(Bands).first()
        thresholds = self._typed()
        direction: Direction = self._choice("direction")
        if thresholds is None:
            bands.show(None, direction)
            return
        try:
            validate_thresholds(direction, thresholds)
        except KpixError as error:
            bands.show(None, direction)
            for name in error.fields:
                if (field := self.field(name)) is not None:
                    field.show_error(error)
        else:
            self._mend()
            bands.show(thresholds, direction)

    def _mend(self) -> None:
        """Take the errors away that another field has mended."""
        for name in _THRESHOLDS:
            field = self.field(name)
            if field is not None and field.has_class("-failed"):
                field.show_error(None)

    def _choice(self, name: str) -> Any:
        return self.query_one(f"#field-{name}", Field).read()

    def _typed(self) -> Thresholds | None:
        try:
            numbers: list[Decimal | None] = [self._choice(name) for name in _THRESHOLDS]
        except KpixError:
            return None  # said beside its own field
        green, orange, red, target = numbers
        return None if green is None or orange is None else Thresholds(green, orange, red, target)

    # -- saving --------------------------------------------------------------------------------

    async def save(self, values: dict[str, Any]) -> KpiChanged:
        """Write it, and say how many statuses moved."""
        thresholds = Thresholds(**{name: values.pop(name) for name in _THRESHOLDS})
        validate_thresholds(values["direction"], thresholds)
        if self._kpi is None:
            command = CreateKpi(
                dashboard_id=self._dashboard_id,
                thresholds=thresholds,
                code=values.pop("code") or None,
                starts_on=self._start(values.pop("starts_on")),
                **values,
            )
            return await self.bridge.write(kpis.create_kpi, command)
        return await self._update(self._kpi, values, thresholds)

    async def theirs(self, _stale: StaleVersion) -> Theirs | None:
        """The definition as it is now."""
        if self._kpi is None:
            return None
        now = await self.bridge.read(kpis.get_kpi, self._kpi.id)
        return Theirs(_read_from(now), now, await author_of(self.bridge, now.id))

    def adopt(self, origin: Kpi) -> None:
        """Save on top of this version."""
        self._kpi = origin

    async def _update(self, old: Kpi, values: dict[str, Any], thresholds: Thresholds) -> KpiChanged:
        since = self._day(values.pop("thresholds_from"))
        last = old.thresholds[-1]
        same = (last.thresholds, last.valid_from) == (thresholds, since)
        command = UpdateKpi(
            id=old.id,
            version=old.version,
            thresholds=None if same else thresholds,
            thresholds_from=since,
            **values,
        )
        made = await self.bridge.write(values_service.update_kpi, command)
        if moved := made.statuses_changed:
            said = ngettext(
                "{count} value has another status now.",
                "{count} values have another status now.",
                moved,
            )
            self.app.notify(said.format(count=moved), markup=False)
        return made


def _since(thresholds: DatedThresholds) -> str:
    start = thresholds.valid_from
    return "" if start == ALWAYS else start.isoformat()


def _read_from(kpi: Kpi) -> dict[str, Any]:
    """What the fields would hold."""
    last = kpi.thresholds[-1]
    plain_ones = ("name", "code", "unit", "decimals", "frequency", "direction", "description")
    return {
        **{name: getattr(kpi, name) for name in plain_ones},
        **{name: getattr(last.thresholds, name) for name in _THRESHOLDS},
        "thresholds_from": _since(last),
    }
