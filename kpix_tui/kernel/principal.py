"""Who a session proved to be, as the database says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Principal:
    """The user behind a session and where they stand.

    ``cells`` are the (permission, scope) pairs of all their roles, as the database names them.
    ``team_mates`` are the users who share a team with them, themselves included when they are in
    one; ``teams`` are theirs, ``leads`` those of them that they lead.
    """

    organization_id: UUID
    organization_name: str
    timezone: str
    user_id: UUID
    name: str
    email: str
    locale: str
    session_id: UUID
    shared_terminal: bool
    expires_at: datetime
    roles: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]
    team_mates: frozenset[UUID]
    teams: frozenset[UUID]
    leads: frozenset[UUID]

    @staticmethod
    def from_answer(answer: dict[str, Any]) -> Principal:
        """Read the JSON of ``auth.begin`` and ``auth.login_claim``."""
        return Principal(
            organization_id=UUID(answer["organization_id"]),
            organization_name=answer["organization_name"],
            timezone=answer["timezone"],
            user_id=UUID(answer["user_id"]),
            name=answer["name"],
            email=answer["email"],
            locale=answer["locale"],
            session_id=UUID(answer["session_id"]),
            shared_terminal=answer["shared"],
            expires_at=datetime.fromisoformat(answer["expires_at"]),
            roles=tuple(answer["roles"]),
            cells=tuple((permission, scope) for permission, scope in answer["grants"]),
            team_mates=_ids(answer["team_mates"]),
            teams=_ids(answer["teams"]),
            leads=_ids(answer["leads"]),
        )


def _ids(texts: list[str]) -> frozenset[UUID]:
    return frozenset(UUID(text) for text in texts)
