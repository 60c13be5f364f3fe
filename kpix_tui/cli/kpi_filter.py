"""Options that keep some KPIs of a list: by status, change, process, team, missing values."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from kpix_tui.cli.base import option
from kpix_tui.cli.errors import OptionsExclusive
from kpix_tui.cli.types import Choice
from kpix_tui.domains.overview.views import KpiFilter, Move, Standing
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a command line keeps; the team is still a name."""

    standings: frozenset[Standing]
    move: Move | None
    missing: bool
    process: str | None
    team: str | None


def kept_kpis(function: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command the options of :class:`Kept`, as its argument ``kept``."""

    @functools.wraps(function)
    def command(
        *args: Any,
        statuses: tuple[Standing, ...],
        worsening: bool,
        improving: bool,
        missing: bool,
        process: str | None,
        team: str | None,
        **options: Any,
    ) -> Result:
        if worsening and improving:
            raise OptionsExclusive(first="--worsening", second="--improving")
        move = Move.WORSE if worsening else Move.BETTER if improving else None
        kept = Kept(_standings(statuses), move, missing, process, team)
        return function(*args, kept=kept, **options)

    for decorate in reversed(_OPTIONS):
        command = decorate(command)
    return command


def _standings(named: tuple[Standing, ...]) -> frozenset[Standing]:
    """Critical is a flag on red: who asks for red gets both."""
    red = {Standing.CRITICAL} if Standing.RED in named else set()
    return frozenset(named) | red


PROCESS: Final = option(
    "--process", metavar="NAME", help=message("Only dashboards of this process.")
)
TEAM: Final = option(
    "--team",
    metavar="TEAM",
    help=message("Only what a member of this team (name or id) owns, or the team owes."),
)
_OPTIONS: Final = (
    option(
        "--status",
        "statuses",
        multiple=True,
        type=Choice(Standing),
        help=message("Only KPIs that stand there; red includes critical. Can be repeated."),
    ),
    option(
        "--worsening",
        is_flag=True,
        help=message("Only those whose status is worse than in the period before."),
    ),
    option(
        "--improving",
        is_flag=True,
        help=message("Only those whose status is better than in the period before."),
    ),
    option(
        "--missing", is_flag=True, help=message("Only those that miss the value of a past period.")
    ),
    PROCESS,
    TEAM,
)


def team_id(uow: UnitOfWork, team: str | None) -> UUID | None:
    """The id of a team that was named.

    Raises:
        TeamNotFound, TeamAmbiguous: there is none, or several.
    """
    from kpix_tui.domains.people.service import find_team  # noqa: PLC0415 - brings SQLAlchemy

    return None if team is None else find_team(uow, team).id


def kpi_filter(uow: UnitOfWork, kept: Kept) -> KpiFilter:
    """The filter, its team looked up."""
    return KpiFilter(kept.standings, kept.move, kept.missing, kept.process, team_id(uow, kept.team))
