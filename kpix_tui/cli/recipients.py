"""``--user`` or ``--team``: to whom something is given, by name, e-mail or id."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from kpix_tui.cli.base import option
from kpix_tui.domains.dashboards.errors import ShareWithWhom
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Recipient:
    """What was named; at most one of them can be found."""

    user: str | None
    team: str | None

    @property
    def named(self) -> str:
        """What was typed, for a question.

        Raises:
            ShareWithWhom: both were named, or neither.
        """
        if (self.user is None) is (self.team is None):
            raise ShareWithWhom(fields=("user", "team"))
        return str(self.user if self.team is None else self.team)

    def ids(self, uow: UnitOfWork) -> dict[str, UUID | None]:
        """The ids of those who are named, as use cases take them.

        Raises:
            UserNotFound, UserAmbiguous, TeamNotFound: nobody, or several, have the name.
        """
        from kpix_tui.domains.people.service import find_team, find_user  # noqa: PLC0415 - SQLAlchemy

        return {
            "user_id": None if self.user is None else find_user(uow, self.user).id,
            "team_id": None if self.team is None else find_team(uow, self.team).id,
        }


_OPTIONS: Final = (
    option("--user", metavar="USER", help=message("A person, by name, e-mail or id.")),
    option("--team", metavar="TEAM", help=message("A team, by name or id.")),
)


def recipients(function: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command ``--user`` and ``--team``, as its argument ``recipient``."""

    @functools.wraps(function)
    def command(*args: Any, user: str | None, team: str | None, **options: Any) -> Result:
        return function(*args, recipient=Recipient(user, team), **options)

    for decorate in reversed(_OPTIONS):
        command = decorate(command)
    return command
