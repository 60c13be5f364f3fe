"""Options of ``kpix action``: which actions a list keeps, and what a criterion asks for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kpix_tui.cli.base import option
from kpix_tui.cli.errors import OptionsExclusive
from kpix_tui.cli.types import NUMBER, Choice, WholeNumber
from kpix_tui.domains.plans.errors import CriterionIncomplete
from kpix_tui.domains.plans.views import (
    Criterion,
    CriterionKind,
    Due,
    PlanFilter,
    PlanKind,
    PlanScope,
    PlanStatus,
    Verdict,
)
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from uuid import UUID

    from kpix_tui.db.uow import UnitOfWork

Result = TypeVar("Result")


# -- which ones ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """What a command line keeps; people and places are still names."""

    filter: PlanFilter
    owner: str | None
    team: str | None
    kpi: str | None
    dashboard: str | None
    parent: str | None

    def found(self, uow: UnitOfWork) -> PlanFilter:
        """The filter, its names looked up.

        Raises:
            UserNotFound, TeamNotFound, KpiNotFound, DashboardNotFound, PlanNotFound: nothing has
                the name.
        """
        from dataclasses import replace  # noqa: PLC0415

        from kpix_tui.domains.dashboards.service import find_dashboard  # noqa: PLC0415 - SQLAlchemy
        from kpix_tui.domains.kpis.service import find_kpi  # noqa: PLC0415
        from kpix_tui.domains.people.service import find_team, find_user  # noqa: PLC0415
        from kpix_tui.domains.plans.service import find_plan  # noqa: PLC0415

        def id_of(find: Callable[[UnitOfWork, str], Any], name: str | None) -> UUID | None:
            return None if name is None else find(uow, name).id

        return replace(
            self.filter,
            owner_id=id_of(find_user, self.owner),
            team_id=id_of(find_team, self.team),
            kpi_id=id_of(find_kpi, self.kpi),
            dashboard_id=id_of(find_dashboard, self.dashboard),
            parent_id=id_of(find_plan, self.parent),
        )


_KEPT: Final = (
    option("--mine", is_flag=True, help=message("Only mine.")),
    option(
        "--teams", is_flag=True, help=message("Only those of the people in my teams, and mine.")
    ),
    option(
        "--status",
        "statuses",
        multiple=True,
        type=Choice(PlanStatus),
        help=message("Only those of this status. Can be repeated."),
    ),
    option("--overdue", is_flag=True, help=message("Only those that are overdue.")),
    option("--due-this-week", is_flag=True, help=message("Only those due from today to Sunday.")),
    option("--kind", type=Choice(PlanKind), help=message("Only those of this kind.")),
    option("--verdict", type=Choice(Verdict), help=message("Only those that were judged so.")),
    option("--owner", metavar="USER", help=message("Only those of this person.")),
    option("--team", metavar="TEAM", help=message("Only those of the members of this team.")),
    option("--kpi", metavar="KPI", help=message("Only those about this KPI (code or id).")),
    option(
        "--dashboard", metavar="DASHBOARD", help=message("Only those of this one (title or id).")
    ),
    option("--process", metavar="NAME", help=message("Only dashboards of this process.")),
    option("--parent", metavar="ACTION", help=message("Only the sub-actions of this action.")),
)


def kept_actions(function: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command the options of :class:`Kept`, as its argument ``kept``."""

    @functools.wraps(function)
    def command(*args: Any, **options: Any) -> Result:
        names = {
            name: options.pop(name) for name in ("owner", "team", "kpi", "dashboard", "parent")
        }
        return function(*args, kept=Kept(_filter(options), **names), **options)

    for decorate in reversed(_KEPT):
        command = decorate(command)
    return command


def _filter(options: dict[str, Any]) -> PlanFilter:
    """The part of the options that needs no looking up, taken out of them."""
    mine, teams = options.pop("mine"), options.pop("teams")
    overdue, this_week = options.pop("overdue"), options.pop("due_this_week")
    if mine and teams:
        raise OptionsExclusive(first="--mine", second="--teams")
    if overdue and this_week:
        raise OptionsExclusive(first="--overdue", second="--due-this-week")
    return PlanFilter(
        scope=PlanScope.MINE if mine else PlanScope.TEAMS if teams else PlanScope.ALL,
        statuses=frozenset(options.pop("statuses")),
        due=Due.OVERDUE if overdue else Due.THIS_WEEK if this_week else None,
        kind=options.pop("kind"),
        verdict=options.pop("verdict"),
        process=options.pop("process"),
    )


# -- criteria --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line says of a criterion."""

    kpi: str | None
    level: Decimal | None
    shift: Decimal | None
    periods: int | None

    @property
    def said(self) -> bool:
        """Whether anything was said of it."""
        return any(each is not None for each in (self.kpi, self.level, self.shift, self.periods))

    def criterion(self, uow: UnitOfWork, kpi_id: UUID | None) -> Criterion | None:
        """The criterion, by the KPI that was named, else by ``kpi_id``; None: nothing was said.

        Raises:
            CriterionIncomplete: neither a level nor a shift was said.
            KpiNotFound: nothing has this code or id.
        """
        from kpix_tui.domains.kpis.service import find_kpi  # noqa: PLC0415 - brings SQLAlchemy

        if not self.said:
            return None
        amount = self.level if self.shift is None else self.shift
        kpi_id = kpi_id if self.kpi is None else find_kpi(uow, self.kpi).id
        if amount is None or kpi_id is None:
            raise CriterionIncomplete(fields=("level", "shift"))
        kind = CriterionKind.LEVEL if self.shift is None else CriterionKind.SHIFT
        return Criterion(kpi_id, kind, amount, 1 if self.periods is None else self.periods)


_ASKED: Final = (
    option(
        "--criterion-kpi",
        metavar="KPI",
        help=message("The KPI that the effect shows in (the one that the action is about)."),
    ),
    option(
        "--level",
        type=NUMBER,
        help=message("Effective when every value afterwards is there, or better."),
    ),
    option(
        "--shift",
        type=NUMBER,
        help=message("Effective when the mean afterwards is better by so much than before."),
    ),
    option(
        "--periods",
        type=WholeNumber(1),
        metavar="N",
        help=message("How many periods after it is done are looked at (1)."),
    ),
)


def asked_criterion(function: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command the options of :class:`Asked`, as its argument ``asked``."""

    @functools.wraps(function)
    def command(
        *args: Any,
        criterion_kpi: str | None,
        level: Decimal | None,
        shift: Decimal | None,
        periods: int | None,
        **options: Any,
    ) -> Result:
        if level is not None and shift is not None:
            raise OptionsExclusive(first="--level", second="--shift")
        return function(*args, asked=Asked(criterion_kpi, level, shift, periods), **options)

    for decorate in reversed(_ASKED):
        command = decorate(command)
    return command
