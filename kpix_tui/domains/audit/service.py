"""The audit log: search it; and, for the operator of the database, forget what is old."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from kpix_tui.access.actor import Actor, actor_of
from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.access.policy import OutOfScope, require
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.audit import queries
from kpix_tui.domains.audit.errors import AuditEntryNotFound
from kpix_tui.domains.audit.rules import check_period, check_retention
from kpix_tui.domains.audit.views import (
    EVERYTHING,
    AuditFilter,
    AuditRow,
    ChangesSeen,
    LatestChange,
    Pruned,
)
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest


def list_audit(
    uow: UnitOfWork, page: PageRequest = FIRST_PAGE, wanted: AuditFilter = EVERYTHING
) -> Page[AuditRow]:
    """One page of the log, the newest first; sorts: at, who, what, object.

    The text of ``page`` keeps what contains it in the name of who did it, of what it was done to,
    or in the words for it.

    Raises:
        Forbidden: the actor may not read the log of the organisation.
        AuditActionUnknown: ``wanted.what`` is never recorded.
        AuditPeriodEmpty: the time asked for ends before it begins.
    """
    _require_reading(actor_of(uow))
    check_period(wanted)
    return queries.entries(uow, page, wanted)


def show_audit(uow: UnitOfWork, entry_id: UUID) -> AuditRow:
    """One entry.

    Raises:
        Forbidden: the actor may not read the log of the organisation.
        AuditEntryNotFound: there is none of this id.
    """
    _require_reading(actor_of(uow))
    found = queries.entry(uow, entry_id)
    if found is None:
        raise AuditEntryNotFound(name=str(entry_id))
    return found


def latest_changes(uow: UnitOfWork) -> tuple[LatestChange, ...]:
    """Who has changed what within the last two minutes, the newest first, at most twenty.

    Of the dashboards and KPIs that the actor sees: this takes no right to read the audit log, and
    tells nothing of what the values were.
    """
    return queries.latest_changes(uow)


def changes_since(uow: UnitOfWork, since: datetime | None = None) -> ChangesSeen:
    """A digest of what has changed since ``since``, an answer of this before; None: from now on.

    The same digest for the same instant means that nothing has changed.
    """
    return queries.changes_since(uow, since)


def old_audit(uow: UnitOfWork, before: date) -> Pruned:
    """What :func:`prune_audit` would remove; ``uow`` is the operator's.

    Raises:
        RetentionInvalid: ``before`` is later than today.
    """
    check_retention(before, uow.clock.now().date())
    return Pruned(before, queries.old_entries(uow, before))


def prune_audit(uow: UnitOfWork, before: date) -> Pruned:
    """Remove the entries of days before ``before``, by each organisation's calendar.

    It is recorded in each log that lost something; those records are never removed. ``uow`` is the
    operator's: nobody else's role may.

    Raises:
        RetentionInvalid: ``before`` is later than today.
    """
    check_retention(before, uow.clock.now().date())
    found = Pruned(before, queries.prune(uow, before))
    uow.log("audit.pruned", before=before.isoformat(), entries=found.entries)
    return found


def _require_reading(actor: Actor) -> None:
    """The log is the whole organisation's: a narrower scope reads nothing of it."""
    require(actor, Permission.AUDIT_READ)
    if actor.grants[Permission.AUDIT_READ] is not Scope.ORGANIZATION:
        raise OutOfScope(permission=Permission.AUDIT_READ.value)
