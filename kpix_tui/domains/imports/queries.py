"""SELECTs that an import needs beside those of the values' own domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.imports.views import StatusMove
from kpix_tui.domains.kpis.views import Status


@dataclass(frozen=True, slots=True)
class State:
    """Where a KPI stands."""

    code: str
    name: str
    status: Status
    critical: bool


def states(uow: UnitOfWork, kpis: Iterable[UUID]) -> dict[UUID, State]:
    """Where KPIs stand now."""
    rows = uow.driver.execute(
        b"""
        select k.id, k.code, k.name, s.status, coalesce(s.critical, false)
        from kpix.kpi k
        left join kpix.kpi_state s on s.organization_id = k.organization_id and s.kpi_id = k.id
        where k.organization_id = %s and k.id = any(%s)
        """,
        (uow.principal.organization_id, list(kpis)),
    )
    return {
        kpi: State(code, name, Status(status or Status.NO_DATA), critical)
        for kpi, code, name, status, critical in rows
    }


def moves(before: Mapping[UUID, State], after: Mapping[UUID, State]) -> tuple[StatusMove, ...]:
    """The KPIs that stand otherwise, in the order of their codes."""
    moved = [
        StatusMove(now.code, now.name, then.status, then.critical, now.status, now.critical)
        for kpi, now in after.items()
        if (then := before.get(kpi, now)) != now
    ]
    return tuple(sorted(moved, key=lambda one: one.code))
