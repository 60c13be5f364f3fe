"""SELECTs on the audit log, returning views."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    cast,
    column,
    false,
    func,
    or_,
    select,
    table,
    true,
    union_all,
)

from kpix_tui.db.paging import SortUnknown, contains
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.audit.models import AuditModel
from kpix_tui.domains.audit.rules import actions_called, actions_like, ids_in
from kpix_tui.domains.audit.views import (
    AuditFilter,
    AuditRow,
    ChangesSeen,
    LatestChange,
    OldEntries,
)
from kpix_tui.kernel.ids import as_id
from kpix_tui.kernel.paging import Page, PageRequest


def _named(name: str, *labels: str) -> Select[Any]:
    """Ids and names of a table whose mapping belongs to a domain above this one."""
    found = table(
        name,
        column("organization_id", Uuid),
        column("id", Uuid),
        *map(column, labels),
        schema="kpix",
    )
    words = func.concat_ws(" ", *(found.c[label] for label in labels))
    return select(
        found.c.organization_id,
        found.c.id,
        words.label("name"),
        found.c[labels[0]].label("code"),
        found.c[labels[-1]].label("title"),
    )


_USERS: Final = _named("app_user", "name").subquery("users")
_OBJECTS: Final = union_all(
    _named("app_user", "name"),
    _named("role", "name"),
    _named("team", "name"),
    _named("dashboard", "title"),
    _named("kpi", "code", "name"),
    _named("action_plan", "title"),
).subquery("objects")

_SORTS: Final[dict[str, tuple[Any, ...]]] = {
    "at": (),
    "who": (func.lower(_USERS.c.name),),
    "what": (AuditModel.action,),
    "object": (AuditModel.object_type, AuditModel.object_id),
}
"""What comes before the instant."""
_ENTRIES: Final = select(
    AuditModel.id,
    AuditModel.at,
    AuditModel.actor_id,
    AuditModel.session_id,
    AuditModel.action,
    AuditModel.object_type,
    AuditModel.object_id,
    AuditModel.subject_id,
    cast(AuditModel.old, Text).label("old"),
    cast(AuditModel.new, Text).label("new"),
)
_GONE: Final = ("role.deleted", "team.deleted")
"""What is deleted for good has a name in the log alone."""
_DELETED: Final = AuditModel.__table__.alias("deleted")


def entries(uow: UnitOfWork, page: PageRequest, wanted: AuditFilter) -> Page[AuditRow]:
    """One page of entries. The index alone says which they are and how many: a log is long."""
    conditions = _conditions(uow, page.text, wanted)
    counted = select(func.count()).select_from(AuditModel).where(*conditions)
    order = _order(page)
    cut = (
        _ids(page)
        .add_columns(func.row_number().over(order_by=order).label("place"))
        .where(*conditions)
        .order_by(*order)
        .offset(page.offset)
        .limit(page.limit)
        .subquery("cut")
    )
    rows = uow.session.execute(
        _ENTRIES.add_columns(counted.scalar_subquery().label("of_all"))
        .join(cut, cut.c.id == AuditModel.id)
        .where(AuditModel.organization_id == uow.principal.organization_id)
        .order_by(cut.c.place)
    ).all()
    total = rows[0].of_all if rows else page.offset and uow.session.scalar(counted)
    return Page(_views(uow, rows), total or 0, page.offset)


def entry(uow: UnitOfWork, entry_id: UUID) -> AuditRow | None:
    """One entry."""
    rows = uow.session.execute(
        _ENTRIES.where(
            AuditModel.organization_id == uow.principal.organization_id, AuditModel.id == entry_id
        )
    )
    return next(iter(_views(uow, rows.all())), None)


def old_entries(uow: UnitOfWork, before: date) -> tuple[OldEntries, ...]:
    """What a pruning would remove; for the operator."""
    return _by_organization(uow, b"select * from auth.old_audit(%s)", before)


def prune(uow: UnitOfWork, before: date) -> tuple[OldEntries, ...]:
    """Remove the entries of days before ``before``; for the operator."""
    return _by_organization(uow, b"select * from auth.prune_audit(%s)", before)


def latest_changes(uow: UnitOfWork) -> tuple[LatestChange, ...]:
    """What was changed within the last two minutes in the actor's sight."""
    found = uow.driver.execute(b"select * from auth.latest_changes()")
    return tuple(LatestChange(*row) for row in found)


def changes_since(uow: UnitOfWork, since: datetime | None) -> ChangesSeen:
    """The digest of what was recorded since; None: from now on."""
    (found,) = uow.driver.execute(b"select * from auth.changes(%s)", (since,))
    return ChangesSeen(*found)


def _by_organization(uow: UnitOfWork, statement: bytes, before: date) -> tuple[OldEntries, ...]:
    return tuple(OldEntries(*row) for row in uow.driver.execute(statement, (before,)))


# -- which entries ---------------------------------------------------------------------------------


def _conditions(uow: UnitOfWork, text: str, wanted: AuditFilter) -> list[ColumnElement[bool]]:
    found = [AuditModel.organization_id == uow.principal.organization_id]
    if wanted.who:
        found.append(AuditModel.actor_id.in_(_users_called(uow, wanted.who)))
    if wanted.what:
        found.append(AuditModel.action.in_(actions_called(wanted.what)))
    if wanted.about:
        found.append(_is_about(uow, wanted.about))
    if wanted.since:
        found.append(AuditModel.at >= wanted.since)
    if wanted.until:
        found.append(AuditModel.at < wanted.until)
    if text:
        found.append(_holds(uow, text))
    return found


def _holds(uow: UnitOfWork, text: str) -> ColumnElement[bool]:
    """What was typed after ``/``: part of a name, or of the words for what was done."""
    return or_(
        AuditModel.actor_id.in_(_users_called(uow, text)),
        AuditModel.subject_id.in_(_objects_called(uow, text)),
        AuditModel.action.in_(actions_like(text)),
        AuditModel.object_id == text.strip(),
    )


def _users_called(uow: UnitOfWork, name: str) -> Any:
    known = as_id(name)
    if known is not None:
        return (known,)
    return select(_USERS.c.id).where(
        _USERS.c.organization_id == uow.principal.organization_id,
        contains(name.strip(), _USERS.c.name),
    )


def _is_about(uow: UnitOfWork, name: str) -> ColumnElement[bool]:
    known = as_id(name)
    if known is not None:
        return AuditModel.subject_id == known
    if "/" in name and as_id(name.partition("/")[0]):
        return AuditModel.object_id == name.strip()
    exactly = uow.session.scalars(_called_exactly(uow, name)).all()
    return AuditModel.subject_id.in_(exactly or _objects_called(uow, name))


def _called_exactly(uow: UnitOfWork, name: str) -> Select[Any]:
    wanted = func.lower(name.strip())
    return select(_OBJECTS.c.id).where(
        _OBJECTS.c.organization_id == uow.principal.organization_id,
        or_(func.lower(_OBJECTS.c.title) == wanted, func.lower(_OBJECTS.c.code) == wanted),
    )


def _objects_called(uow: UnitOfWork, name: str) -> Any:
    here = uow.principal.organization_id
    existing = select(_OBJECTS.c.id).where(
        _OBJECTS.c.organization_id == here, contains(name.strip(), _OBJECTS.c.name)
    )
    gone = select(_DELETED.c.subject_id).where(
        _DELETED.c.organization_id == here,
        _DELETED.c.action.in_(_GONE),
        contains(name.strip(), _DELETED.c.old["name"].astext),
    )
    return union_all(existing, gone)


def _ids(page: PageRequest) -> Select[Any]:
    ids = select(AuditModel.id)
    if page.column != "who":
        return ids
    return ids.outerjoin(
        _USERS,
        (_USERS.c.organization_id == AuditModel.organization_id)
        & (_USERS.c.id == AuditModel.actor_id),
    )


def _order(page: PageRequest) -> tuple[Any, ...]:
    """The newest first unless asked otherwise.

    An entry's instant is never missing: without NULLS LAST its index is read backwards.
    """
    name = page.column or "at"
    if name not in _SORTS:
        raise SortUnknown(sort=name, sorts=", ".join(_SORTS), fields=("sort",))
    first = (one.desc() if page.descending else one.asc() for one in _SORTS[name])
    last = (AuditModel.at, AuditModel.id)
    oldest = page.sort == "at"
    return (
        *(one.nulls_last() for one in first),
        *(last if oldest else (one.desc() for one in last)),
    )


# -- what they say ---------------------------------------------------------------------------------


def _views(uow: UnitOfWork, rows: Sequence[Any]) -> tuple[AuditRow, ...]:
    read = [(row, _values(row.old), _values(row.new)) for row in rows]
    mentioned = [
        ids_in(str(row.actor_id), row.object_id, *(old or {}).values(), *(new or {}).values())
        for row, old, new in read
    ]
    names = _names(uow, frozenset().union(*mentioned))
    return tuple(
        AuditRow(
            id=row.id,
            at=row.at,
            actor_id=row.actor_id,
            session_id=row.session_id,
            action=row.action,
            object_type=row.object_type,
            object_id=row.object_id,
            subject_id=row.subject_id,
            old=old,
            new=new,
            names={one: names[one] for one in ids if one in names},
        )
        for (row, old, new), ids in zip(read, mentioned, strict=True)
    )


def _values(text: str | None) -> dict[str, Any] | None:
    """Numbers as they were written: the driver would read them as floats."""
    found: dict[str, Any] | None = None if text is None else json.loads(text, parse_float=Decimal)
    return found


def _names(uow: UnitOfWork, ids: frozenset[UUID]) -> dict[UUID, str]:
    """What ids are called, as far as the reader sees it."""
    here = uow.principal.organization_id
    known = select(_OBJECTS.c.id, _OBJECTS.c.name, true().label("exists")).where(
        _OBJECTS.c.organization_id == here, _OBJECTS.c.id.in_(ids)
    )
    gone = select(_DELETED.c.subject_id, _DELETED.c.old["name"].astext, false()).where(
        _DELETED.c.organization_id == here,
        _DELETED.c.action.in_(_GONE),
        _DELETED.c.subject_id.in_(ids),
    )
    rows = uow.session.execute(union_all(known, gone)).all()
    return {row.id: row.name for row in sorted(rows, key=lambda row: row.exists)}
