"""How far a share or an assignment lets the actor reach, for queries to join."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Text, Uuid, column, func, select


def shares_in_force() -> Any:
    """A FROM element of ``dashboard_id`` and ``level``: what is shared with the actor now, and the
    highest level at which it is."""
    return (
        func.auth.shared()
        .table_valued(column("dashboard_id", Uuid), column("level", Text), name="in_force")
        .render_derived(name="shared")
    )


def kpis_assigned() -> Select[Any]:
    """The ids of the KPIs whose values the actor, or a team of theirs, was asked to enter."""
    return select(func.auth.assigned().column_valued("assigned"))
