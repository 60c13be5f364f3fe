"""KPIs: create, find, delete, say who owes the values.

Updating one is in ``values``: it may move the statuses of values.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import insert as insert_unless_there

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import Target, require
from kpix_tui.db.errors import RefusedByDatabase, violating
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.errors import DashboardArchived
from kpix_tui.domains.dashboards.service import get_dashboard, recipient
from kpix_tui.domains.kpis import queries
from kpix_tui.domains.kpis.errors import (
    AssigneeOutOfSight,
    AssignmentNotFound,
    KpiCodeTaken,
    KpiNotFound,
)
from kpix_tui.domains.kpis.models import AssignmentModel, KpiModel, KpiThresholdModel
from kpix_tui.domains.kpis.rules import code_from_name, valid_definition, validate_thresholds
from kpix_tui.domains.kpis.views import (
    ALWAYS,
    Assignment,
    CreateKpi,
    Kpi,
    KpiChanged,
    Thresholds,
    UpdateKpi,
)
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.kernel.ids import as_id, new_id
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest


def create_kpi(uow: UnitOfWork, command: CreateKpi) -> KpiChanged:
    """A new KPI with its first thresholds; its owner is the actor unless another is named.

    Raises:
        DashboardNotFound, DashboardArchived: there is no dashboard to put it on.
        Forbidden: the dashboard is not the actor's to change, or the owner not theirs to name.
        InputInvalid: a text, the code or the thresholds cannot be accepted.
        KpiCodeTaken: a KPI of the organisation has the code.
    """
    actor = actor_of(uow)
    dashboard = get_dashboard(uow, command.dashboard_id)
    owner = command.owner_id or actor.user_id
    require(actor, Permission.KPI_CREATE, dashboard.target)
    require(actor, Permission.KPI_CREATE, Target(frozenset({owner})))
    if dashboard.archived_at is not None:
        raise DashboardArchived(title=dashboard.title)
    validate_thresholds(command.direction, command.thresholds)
    code = command.code or code_from_name(command.name, queries.codes_like(uow, ""))
    texts = valid_definition(
        name=command.name,
        code=code,
        description=command.description,
        unit=command.unit,
        decimals=command.decimals,
    )
    kpi_id = new_id()
    with violating("uq_kpi_code", lambda: KpiCodeTaken(code=texts["code"], fields=("code",))):
        uow.session.execute(
            insert(KpiModel).values(
                organization_id=actor.organization_id,
                id=kpi_id,
                dashboard_id=dashboard.id,
                direction=command.direction.value,
                frequency=command.frequency.value,
                starts_on=command.starts_on,
                owner_id=owner,
                **texts,
            )
        )
    _insert_thresholds(uow, kpi_id, command.thresholds)
    uow.log("kpi.created", kpi_id=str(kpi_id), code=texts["code"])
    return KpiChanged(kpi_id, str(texts["code"]), version=1)


def get_kpi(uow: UnitOfWork, kpi_id: UUID) -> Kpi:
    """One KPI.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
    """
    require(actor_of(uow), Permission.KPI_READ)
    found = queries.kpi(uow, kpi_id)
    if found is None:
        raise KpiNotFound(name=str(kpi_id))
    return found


def find_kpi(uow: UnitOfWork, code_or_id: str) -> Kpi:
    """The KPI that a person named.

    Raises:
        KpiNotFound: nothing has this code or id.
    """
    require(actor_of(uow), Permission.KPI_READ)
    kpi_id = as_id(code_or_id)
    if kpi_id is not None:
        return get_kpi(uow, kpi_id)
    found = queries.kpi_with_code(uow, code_or_id)
    if found is None:
        raise KpiNotFound(name=code_or_id)
    return found


def list_definitions(uow: UnitOfWork, dashboard_id: UUID | None = None) -> tuple[Kpi, ...]:
    """The definition of every KPI of a dashboard, or of the organisation, by code."""
    require(actor_of(uow), Permission.KPI_READ)
    return queries.kpis_of(uow, dashboard_id)


def delete_kpi(uow: UnitOfWork, kpi_id: UUID) -> Kpi:
    """Take a KPI away. Its values and their history stay in the database, its code is free again.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
        Forbidden: it is not the actor's to delete.
    """
    kpi = get_kpi(uow, kpi_id)
    require(actor_of(uow), Permission.KPI_DELETE, kpi.target)
    _write(uow, kpi, deleted_at=uow.clock.now())
    uow.log("kpi.deleted", kpi_id=str(kpi_id), code=kpi.code)
    return kpi


def change_definition(uow: UnitOfWork, command: UpdateKpi) -> Kpi:
    """Everything of an update but the thresholds; returns the KPI as it was before.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
        Forbidden: it is not the actor's to change.
        StaleVersion: somebody changed it since ``command.version``.
        InputInvalid, KpiCodeTaken: as for creation.
    """
    before = get_kpi(uow, command.id)
    require(actor_of(uow), Permission.KPI_UPDATE, before.target)
    queries.lock_definitions(uow, [command.id], alone=True)
    before = get_kpi(uow, command.id)
    if before.version != command.version:
        raise StaleVersion
    texts = valid_definition(
        name=command.name,
        code=command.code,
        description=command.description,
        unit=command.unit,
        decimals=command.decimals,
    )
    with violating("uq_kpi_code", lambda: KpiCodeTaken(code=texts["code"], fields=("code",))):
        _write(
            uow,
            before,
            direction=command.direction.value,
            frequency=command.frequency.value,
            **texts,
        )
    return before


def _write(uow: UnitOfWork, kpi: Kpi, **values: object) -> None:
    written = uow.session.execute(
        update(KpiModel)
        .where(KpiModel.organization_id == uow.principal.organization_id, KpiModel.id == kpi.id)
        .values(**values, version=kpi.version + 1)
        .returning(KpiModel.id)
    )
    if written.first() is None:
        raise RefusedByDatabase  # a policy that hides a row from UPDATE says nothing


def _insert_thresholds(uow: UnitOfWork, kpi_id: UUID, thresholds: Thresholds) -> None:
    uow.session.execute(
        insert(KpiThresholdModel).values(
            organization_id=uow.principal.organization_id,
            kpi_id=kpi_id,
            valid_from=ALWAYS,
            green=thresholds.green,
            orange=thresholds.orange,
            red=thresholds.red,
            target=thresholds.target,
        )
    )


# -- who owes the values ---------------------------------------------------------------------------


def list_assignments(
    uow: UnitOfWork, kpi_id: UUID, page: PageRequest = FIRST_PAGE
) -> Page[Assignment]:
    """One page of those who owe the values of a KPI; sorts: name, assigned_at.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
    """
    return queries.assignments(uow, get_kpi(uow, kpi_id).id, page)


def assign_entry(
    uow: UnitOfWork,
    kpi_id: UUID,
    *,
    user_id: UUID | None = None,
    team_id: UUID | None = None,
) -> Assignment:
    """Make a user or a team owe the values of a KPI. Doing it twice changes nothing.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
        Forbidden: the KPI is not the actor's to change.
        UserNotFound, UserInactive, TeamNotFound: nobody can owe anything by this name.
        AssigneeOutOfSight: the dashboard is not open to them.
        ShareWithWhom: both are named, or neither.
    """
    kpi = get_kpi(uow, kpi_id)
    require(actor_of(uow), Permission.KPI_UPDATE, kpi.target)
    name = recipient(uow, user_id, team_id)
    if not queries.sees(uow, kpi.dashboard_id, user_id, team_id):
        raise AssigneeOutOfSight(name=name, dashboard=kpi.dashboard_title, fields=("user", "team"))
    kind = "user" if team_id is None else "team"
    uow.session.execute(
        insert_unless_there(AssignmentModel)
        .values(
            organization_id=uow.principal.organization_id,
            id=new_id(),
            kpi_id=kpi.id,
            user_id=user_id,
            team_id=team_id,
        )
        .on_conflict_do_nothing(constraint=f"uq_kpi_assignment_{kind}")
    )
    uow.log("kpi.assigned", kpi_id=str(kpi.id), to=kind)
    return _assignment(uow, kpi, user_id, team_id, name)


def unassign_entry(
    uow: UnitOfWork,
    kpi_id: UUID,
    *,
    user_id: UUID | None = None,
    team_id: UUID | None = None,
) -> Assignment:
    """A user or a team owes the values no more; returns the assignment as it was.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
        Forbidden: the KPI is not the actor's to change.
        AssignmentNotFound, UserNotFound, TeamNotFound: they owe nothing.
        ShareWithWhom: both are named, or neither.
    """
    kpi = get_kpi(uow, kpi_id)
    require(actor_of(uow), Permission.KPI_UPDATE, kpi.target)
    name = recipient(uow, user_id, team_id, active=False)
    found = _assignment(uow, kpi, user_id, team_id, name)
    removed = uow.session.execute(
        delete(AssignmentModel)
        .where(
            AssignmentModel.organization_id == uow.principal.organization_id,
            AssignmentModel.id == found.id,
        )
        .returning(AssignmentModel.id)
    )
    if removed.first() is None:
        raise RefusedByDatabase  # a policy that hides a row from DELETE says nothing
    uow.log("kpi.unassigned", kpi_id=str(kpi.id))
    return found


def _assignment(
    uow: UnitOfWork, kpi: Kpi, user_id: UUID | None, team_id: UUID | None, name: str
) -> Assignment:
    found = queries.assignment(uow, kpi.id, user_id, team_id)
    if found is None:
        raise AssignmentNotFound(code=kpi.code, name=name)
    return found
