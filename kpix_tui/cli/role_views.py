"""Roles, their holders and what a change would change, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from kpix_tui.cli.output import Listing
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.domains.people.views import (
        CellChange,
        HolderRow,
        RoleDetail,
        RoleImpact,
        RoleRow,
    )

_FIELDS: Final = ("id", "name", "description", "built_in", "cells", "holders", "version")


def _record(row: RoleRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in _FIELDS}


def detail_record(found: RoleDetail) -> dict[str, object]:
    """A role for programs, with its cells."""
    cells = {permission.value: scope.value for permission, scope in found.cells.items()}
    return {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "built_in": found.built_in,
        "cells": cells,
        "holders": found.holders,
        "editable": found.editable,
        "version": found.version,
    }


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Role"), flexible=True),
        Heading(_("Kind"), drop=1),
        Heading(_("Permissions"), right=True),
        Heading(_("Holders"), right=True),
        Heading(_("Description"), flexible=True, drop=2, least=10),
    )


def _cells(row: RoleRow, _canvas: Canvas) -> Sequence[Cell]:
    return (
        Cell(row.name),
        Cell(_("built-in") if row.built_in else _("own")),
        Cell(str(row.cells)),
        Cell("" if row.holders is None else str(row.holders)),
        Cell(row.description),
    )


ROLES = Listing(_record, _FIELDS, _headings, _cells, message("No roles match."))


def _holder_record(row: HolderRow) -> dict[str, object]:
    return {
        "user_id": row.user_id,
        "name": row.name,
        "active": row.active,
        "assigned_at": row.assigned_at,
        "assigned_by": row.assigned_by,
    }


def _holder_headings() -> Sequence[Heading]:
    return (Heading(_("Name"), flexible=True), Heading(_("Since")), Heading(_("Given by")))


def _holder_cells(row: HolderRow, _canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    return (
        Cell(row.name, dim=not row.active),
        Cell(format_day(row.assigned_at, timezone)),
        Cell(row.assigned_by or "kpix"),
    )


def holders_of_a_role(timezone: str) -> Listing[HolderRow]:
    """Who holds a role; ``timezone`` is the one in which instants are days."""
    return Listing(
        _holder_record,
        ("user_id", "name", "active", "assigned_at", "assigned_by"),
        _holder_headings,
        partial(_holder_cells, timezone=timezone),
        message("Nobody holds this role. Give it: kpix user assign USER ROLE"),
    )


def pairs(found: RoleDetail, _canvas: Canvas) -> list[tuple[str, Cell]]:
    """A role for people, with its cells."""
    return [
        (_("Role"), Cell(found.name, bold=True)),
        (_("Kind"), Cell(_("built-in") if found.built_in else _("own"))),
        (_("Description"), Cell(found.description)),
        (_("Holders"), Cell("" if found.holders is None else str(found.holders))),
        *((permission.value, Cell(scope.value)) for permission, scope in found.cells.items()),
        (_("Id"), Cell(str(found.id), dim=True)),
    ]


def _change_record(change: CellChange) -> dict[str, object]:
    return {"permission": change.permission, "before": change.before, "after": change.after}


def impact_record(impact: RoleImpact) -> dict[str, object]:
    """What a change of a role would change, for programs."""
    return {
        "role_id": impact.role_id,
        "name": impact.name,
        "changes": [_change_record(one) for one in impact.changes],
        "holders": impact.holders,
        "affected": [
            {
                "user_id": one.user_id,
                "name": one.name,
                "changes": [_change_record(change) for change in one.changes],
            }
            for one in impact.affected
        ],
    }


def impact_lines(impact: RoleImpact) -> list[str]:
    """What a change of a role would change, in sentences; of many people the first twenty."""
    changes = [_change_text(one) for one in impact.changes]
    count = len(impact.affected)
    affected = ngettext(
        "{count} of {holders} who hold it is affected.",
        "{count} of {holders} who hold it are affected.",
        count,
    ).format(count=count, holders=impact.holders)
    people = [
        _("{name}: {changes}").format(
            name=one.name, changes=", ".join(map(_change_text, one.changes))
        )
        for one in impact.affected[:20]
    ]
    return [*([f"{', '.join(changes)}."] if changes else []), affected, *people]


def _change_text(change: CellChange) -> str:
    return "{permission} {before} → {after}".format(
        permission=change.permission,
        before=change.before or _("not"),
        after=change.after or _("not"),
    )
