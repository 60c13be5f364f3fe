"""Who is in the demonstration, in which teams, what is shared with whom and who owes values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.service import find_dashboard, set_visibility, share_dashboard
from kpix_tui.domains.dashboards.views import ShareDashboard
from kpix_tui.domains.kpis.service import assign_entry
from kpix_tui.domains.people.service import add_member, create_team


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in to the demonstration."""

    name: str
    email: str
    role: str


PEOPLE: Final = MappingProxyType(
    {
        "administrator": Person("Alex Martin", "admin@demo.kpix", "ADMIN"),
        "manager": Person("Camille Durand", "manager@demo.kpix", "MANAGER"),
        "user": Person("Sam Okafor", "user@demo.kpix", "USER"),
        "viewer": Person("Robin Lee", "viewer@demo.kpix", "VIEWER"),
        "buyer": Person("Nadia Rossi", "buyer@demo.kpix", "USER"),
        "analyst": Person("Tom Weber", "analyst@demo.kpix", "USER"),
        "director": Person("Inès Moreau", "director@demo.kpix", "VIEWER"),
    }
)
WRITERS: Final = ("administrator", "manager", "user")
"""Those who make and correct what is in it."""


@dataclass(frozen=True, slots=True)
class Team:
    """A team; ``lead`` and ``members`` are keys of people."""

    name: str
    lead: str
    members: tuple[str, ...]


TEAMS: Final = (
    Team("Performance", "manager", ("user",)),
    Team("Purchasing", "buyer", ("user",)),
    Team("Public health", "analyst", ("director",)),
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A share with a person (by key) or with a team (by name), for good or for some days."""

    whom: str
    level: Level
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """Who sees a dashboard without being named, and who it is shared with by name."""

    dashboard: str
    visibility: Visibility
    grants: tuple[Grant, ...]


OPENINGS: Final = (
    Opening(
        "Energy prices",
        Visibility.TEAMS,
        (Grant("Purchasing", Level.CONTRIBUTOR), Grant("director", Level.VIEWER, days=60)),
    ),
    Opening(
        "Weekly deaths by age",
        Visibility.PRIVATE,
        (Grant("Public health", Level.VIEWER), Grant("manager", Level.MANAGER, days=30)),
    ),
)
ENTRY: Final = MappingProxyType(
    {"BRENT-DAY": "Purchasing", "GAS-DAY": "Purchasing", "LEFT-UNSEEN": "analyst"}
)
"""Who owes the values of a KPI: a person or a team."""


def found_teams(uow: UnitOfWork, people: Mapping[str, UUID]) -> dict[str, UUID]:
    """Make the teams; their ids by name."""
    found: dict[str, UUID] = {}
    for team in TEAMS:
        found[team.name] = create_team(uow, team.name).id
        add_member(uow, found[team.name], people[team.lead], lead=True)
        for member in team.members:
            add_member(uow, found[team.name], people[member])
    return found


def open_up(
    uow: UnitOfWork,
    title: str,
    kpis: Mapping[str, UUID],
    people: Mapping[str, UUID],
    teams: Mapping[str, UUID],
) -> None:
    """Share a dashboard of the actor as :data:`OPENINGS` has it, and ask for its values."""
    for opening in (one for one in OPENINGS if one.dashboard == title):
        dashboard_id = find_dashboard(uow, title).id
        for grant in opening.grants:
            until = uow.today + timedelta(days=grant.days) if grant.days else None
            whom = {"user_id": people.get(grant.whom), "team_id": teams.get(grant.whom)}
            share_dashboard(uow, ShareDashboard(dashboard_id, grant.level, until=until, **whom))
        set_visibility(uow, dashboard_id, opening.visibility)
    for code in ENTRY.keys() & kpis.keys():
        whom = {"user_id": people.get(ENTRY[code]), "team_id": teams.get(ENTRY[code])}
        assign_entry(uow, kpis[code], **whom)
