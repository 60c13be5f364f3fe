"""People and teams to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kpix_tui.domains.people import service as people
from kpix_tui.i18n.catalog import ngettext
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.tui.bridge import Bridge
from kpix_tui.tui.modals.picker import Choice

FOUND = 20
"""People, and teams, that one search shows."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A user or a team."""

    name: str
    user_id: UUID | None = None
    team_id: UUID | None = None


async def find_people(bridge: Bridge, text: str) -> list[Choice[Recipient]]:
    """Active users whose name contains ``text``."""
    page = await bridge.read(people.list_users, PageRequest(limit=FOUND, text=text))
    return [
        Choice(Recipient(row.name, user_id=row.id), row.name, row.email or "")
        for row in page.rows
        if row.active
    ]


async def find_recipients(bridge: Bridge, text: str) -> list[Choice[Recipient]]:
    """Teams, then active users, whose name contains ``text``."""
    page = await bridge.read(people.list_teams, PageRequest(limit=FOUND, text=text))
    teams = [
        Choice(Recipient(row.name, team_id=row.id), row.name, team_words(row.members))
        for row in page.rows
    ]
    return teams + await find_people(bridge, text)


def team_words(members: int) -> str:
    """What is said beside a team."""
    text = ngettext("team of {count} person", "team of {count} people", members)
    return text.format(count=members)
