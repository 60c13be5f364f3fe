"""The form of an action: what, about which KPI, for whom, until when, why, and how it is judged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

from textual import on
from textual.widget import Widget
from textual.widgets import Select

from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.overview import service as overview
from kpix_tui.domains.plans import service as plans
from kpix_tui.domains.plans.errors import PlanChangedMeanwhile
from kpix_tui.domains.plans.rules import MAXIMUM_PERIODS, WHYS
from kpix_tui.domains.plans.views import (
    CreatePlan,
    Criterion,
    CriterionKind,
    NamedCriterion,
    Plan,
    PlanKind,
    PlanRow,
    SetProgress,
    UpdatePlan,
)
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.plans import CRITERIA, KINDS, kind_word
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.tui.bridge import Bridge
from kpix_tui.tui.errors import FieldMissing
from kpix_tui.tui.modals.merge import Theirs
from kpix_tui.tui.modals.picker import Choice
from kpix_tui.tui.plans.small import ProgressField
from kpix_tui.tui.sharing.recipients import find_people
from kpix_tui.tui.widgets.days import DayField
from kpix_tui.tui.widgets.fields import AreaField, ChoiceField, Field, NumberField, TextField
from kpix_tui.tui.widgets.form import FormScreen
from kpix_tui.tui.widgets.pick import Picked, PickField
from kpix_tui.tui.widgets.text import clip, plain

FOUND: Final = 20
"""KPIs that one search shows."""
PERIODS: Final = 3
"""Periods that a criterion looks at unless somebody chooses."""
_ONCE_JUDGED: Final = ("criterion_kpi", "amount", "periods")


async def find_kpis(bridge: Bridge, text: str) -> list[Choice[Picked]]:
    """KPIs whose name or code contains ``text``."""
    page = await bridge.read(overview.list_kpis, PageRequest(limit=FOUND, text=text))
    return [
        Choice(picked, picked.title, row.dashboard_title)
        for row in page.rows
        if (picked := kpi_picked(row.id, row.code, row.name))
    ]


async def find_owners(bridge: Bridge, text: str) -> list[Choice[Picked]]:
    """Active users whose name contains ``text``."""
    return [
        Choice(Picked(one.value.user_id, one.title), one.title, one.note)
        for one in await find_people(bridge, text)
        if one.value.user_id is not None
    ]


def kpi_picked(kpi_id: UUID, code: str, name: str) -> Picked:
    """A KPI by its code and its name."""
    return Picked(kpi_id, f"{code}  {name}")


def change_plan(uow: UnitOfWork, command: UpdatePlan, progress: int) -> Plan:
    """Change an action and say how far it is, in one transaction.

    Raises:
        KpixError: as the two use cases.
    """
    made = plans.update_plan(uow, command)
    if progress == made.progress:
        return made
    return plans.set_progress(uow, SetProgress(made.id, progress, made.version))


class KindField(ChoiceField[PlanKind]):
    """A kind; what it is for stands under it."""

    def __init__(self, value: PlanKind) -> None:
        choices = [(kind, kind_word(kind.value)) for kind in PlanKind]
        super().__init__("kind", _("Kind"), choices, value=value, help=_(KINDS[value.value][1]))

    @on(Select.Changed)
    def _chosen(self) -> None:
        self.say(_(KINDS[self.read().value][1]))


class JudgedField(ChoiceField[CriterionKind | None]):
    """How the action will be judged, or not at all."""

    def __init__(self, value: CriterionKind | None) -> None:
        choices: list[tuple[CriterionKind | None, str]] = [(None, _("Not judged"))]
        choices += [(kind, _(CRITERIA[kind.value][0])) for kind in CriterionKind]
        super().__init__("criterion", _("Effective if"), choices, value=value, help=_judged(value))

    @on(Select.Changed)
    def _chosen(self) -> None:
        self.say(_judged(self.read()))


def _judged(kind: CriterionKind | None) -> str:
    if kind is None:
        return _("Nobody will be told whether the action had an effect.")
    return _(CRITERIA[kind.value][1])


class PlanForm(FormScreen[Plan]):
    """Changes ``plan``, or makes an action about ``kpi``, or a part of the action ``parent``."""

    def __init__(
        self,
        today: date,
        plan: Plan | None = None,
        *,
        kpi: Picked | None = None,
        parent: PlanRow | None = None,
    ) -> None:
        super().__init__()
        self._today = today
        self._plan = plan
        self._kpi = kpi
        self._whole = parent

    def heading(self) -> str:
        """What is written."""
        if self._plan is not None:
            return _("Edit “{title}”").format(title=clip(plain(self._plan.title), 60))
        if self._whole is not None:
            return _("Part of “{title}”").format(title=clip(plain(self._whole.title), 60))
        return _("New action")

    # -- fields --------------------------------------------------------------------------------

    def fields(self) -> Iterable[Widget]:
        """What and for whom, then why, then how it is judged."""
        yield from self._what()
        yield from self._why()
        if self._not_started:
            yield from self._judged()

    def _what(self) -> Iterable[Field[Any]]:
        old, locale = self._plan, self.kpix.locale
        if old is None and self._whole is None:
            yield PickField(
                "kpi",
                _("KPI"),
                partial(find_kpis, self.bridge),
                title=_("Which KPI is it about?"),
                placeholder=_("A part of the name or the code"),
                value=self._kpi,
                required=True,
            )
        yield TextField(
            "title",
            _("What to do"),
            value=old.title if old else "",
            required=True,
            help=_("As one would say it to whoever does it."),
        )
        yield PickField(
            "owner",
            _("Owner"),
            partial(find_owners, self.bridge),
            title=_("Who does it?"),
            placeholder=_("A part of the name of a person"),
            value=self._owner(),
            required=True,
        )
        yield DayField(
            "due",
            _("Due date"),
            locale,
            value=old.due_on if old else None,
            help=_("A day, or a week, month or quarter: its last day."),
            required=True,
        )
        yield DayField(
            "start",
            _("Starts on"),
            locale,
            value=old.starts_on if old else None,
            help=_("May stay empty."),
        )
        if old is not None:
            yield ProgressField(old.progress, locale)
        yield KindField(old.kind if old else PlanKind.CORRECTIVE)
        yield AreaField("description", _("Description"), value=old.description if old else "")

    def _owner(self) -> Picked | None:
        if self._plan is not None:
            return Picked(self._plan.owner_id, self._plan.owner_name)
        actor = self.kpix.actor
        return Picked(actor.user_id, actor.name) if actor else None

    def _why(self) -> Iterable[Field[Any]]:
        old = self._plan
        yield AreaField("cause", _("Root cause"), value=old.cause if old else "")
        yield AreaField(
            "why",
            _("5 whys"),
            value="\n".join(old.whys) if old else "",
            help=_("One a line, {count} at most: each asks why of the one before.").format(
                count=WHYS
            ),
        )

    @property
    def _not_started(self) -> bool:
        """The criterion is chosen before the start, not to fit the results."""
        return self._plan is None or self._plan.started_on is None

    def _judged(self) -> Iterable[Field[Any]]:
        old = self._plan.criterion if self._plan else None
        yield JudgedField(old.kind if old else None)
        yield PickField(
            "criterion_kpi",
            _("Measured by"),
            partial(find_kpis, self.bridge),
            title=_("By which KPI of the dashboard is it judged?"),
            placeholder=_("A part of the name or the code"),
            value=_measured_by(old),
            help=_("Empty: the KPI that it is about."),
        )
        yield NumberField(
            "amount",
            _("Level or gain"),
            value=old.amount if old else None,
            unit=old.unit if old else "",
            help=_("The value to reach, or by how much the mean gets better."),
            locale=self.kpix.locale,
        )
        yield ChoiceField(
            "periods",
            _("Periods"),
            [(count, str(count)) for count in range(1, MAXIMUM_PERIODS + 1)],
            value=old.periods if old else PERIODS,
            help=_("So many after the action is done."),
        )

    def on_mount(self) -> None:
        """What one comes to type."""
        self._show_criterion()
        if self._plan is None and (self._kpi or self._whole):
            self.query_one("#field-title", TextField).focus()

    @on(Select.Changed)
    def _show_criterion(self) -> None:
        """How it is measured is asked only when it is judged."""
        for judged in self.query(JudgedField):
            for name in _ONCE_JUDGED:
                if (field := self.field(name)) is not None:
                    field.display = judged.read() is not None

    # -- saving --------------------------------------------------------------------------------

    async def save(self, values: dict[str, Any]) -> Plan:
        """Write it."""
        common = {
            "title": values["title"],
            "description": values["description"],
            "cause": values["cause"],
            "whys": tuple(values["why"].splitlines()),
            "kind": values["kind"],
            "owner_id": values["owner"].id,
            "starts_on": values["start"],
            "due_on": values["due"],
        }
        if (old := self._plan) is not None:
            chosen = self._criterion(values, old.kpi_id) if "criterion" in values else old.criterion
            change = UpdatePlan(id=old.id, version=old.version, criterion=chosen, **common)
            return await self.bridge.write(change_plan, change, int(values["progress"]))
        if (parent := self._whole) is not None:
            common |= {"parent_id": parent.id, "criterion": self._criterion(values, parent.kpi_id)}
        else:
            kpi_id = values["kpi"].id
            common |= {"kpi_id": kpi_id, "criterion": self._criterion(values, kpi_id)}
        return await self.bridge.write(plans.create_plan, CreatePlan(**common))

    def _criterion(self, values: dict[str, Any], kpi_id: UUID) -> Criterion | None:
        """What was chosen; ``kpi_id`` is the KPI that the action is about."""
        kind = values["criterion"]
        if kind is None:
            return None
        if values["amount"] is None:
            raise FieldMissing(fields=("amount",))
        measured = values["criterion_kpi"]
        by = measured.id if measured else kpi_id
        return Criterion(by, kind, values["amount"], values["periods"])

    async def theirs(self, stale: StaleVersion) -> Theirs | None:
        """How the action stands now."""
        if not isinstance(stale, PlanChangedMeanwhile):
            return None
        now = cast("Plan", stale.current)
        return Theirs(_values(now), now, str(stale.params["name"]))

    def adopt(self, origin: Plan) -> None:
        """Save over this."""
        self._plan = origin


def _values(plan: Plan) -> dict[str, Any]:
    """The action by field of the form."""
    criterion = plan.criterion
    return {
        "title": plan.title,
        "owner": Picked(plan.owner_id, plan.owner_name),
        "due": plan.due_on,
        "start": plan.starts_on,
        "progress": Decimal(plan.progress),
        "kind": plan.kind,
        "description": plan.description,
        "cause": plan.cause,
        "why": "\n".join(plan.whys),
        "criterion": criterion.kind if criterion else None,
        "criterion_kpi": _measured_by(criterion),
        "amount": criterion.amount if criterion else None,
        "periods": criterion.periods if criterion else PERIODS,
    }


def _measured_by(criterion: NamedCriterion | None) -> Picked | None:
    if criterion is None:
        return None
    return kpi_picked(criterion.kpi_id, criterion.kpi_code, criterion.kpi_name)
