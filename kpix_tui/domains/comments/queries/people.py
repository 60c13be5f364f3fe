"""Who may be mentioned, and who of those that a text names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Select,
    Text,
    Uuid,
    cast,
    exists,
    func,
    literal,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kpix_tui.db.paging import fetch_page, folded
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.comments.views import Mentionable, MentionKind
from kpix_tui.domains.people.models import TeamMemberModel, TeamModel, UserModel
from kpix_tui.kernel.paging import Page, PageRequest


def _named(uow: UnitOfWork, kpi_id: UUID, wanted: Any) -> Select[*tuple[Any, ...]]:
    """The people and teams whose name is ``wanted``, and how many of them may see the KPI.

    Who may see it is asked for those alone who are named.
    """
    here = uow.principal.organization_id
    people = (
        select(UserModel.id, UserModel.name)
        .where(UserModel.organization_id == here, UserModel.active, wanted(UserModel.name))
        .cte("people")
    )
    members = (
        select(TeamModel.id, TeamModel.name, UserModel.id.label("user_id"))
        .outerjoin(
            TeamMemberModel,
            (TeamMemberModel.organization_id == TeamModel.organization_id)
            & (TeamMemberModel.team_id == TeamModel.id),
        )
        .outerjoin(
            UserModel,
            (UserModel.organization_id == TeamMemberModel.organization_id)
            & (UserModel.id == TeamMemberModel.user_id)
            & UserModel.active,
        )
        .where(TeamModel.organization_id == here, wanted(TeamModel.name))
        .cte("members")
    )
    everybody = union(
        select(people.c.id), select(members.c.user_id).where(members.c.user_id.is_not(None))
    )
    reader = func.auth.comment_readers(
        kpi_id, cast(func.array(everybody.scalar_subquery()), ARRAY(Uuid))
    ).column_valued("reader")
    readers = select(reader.label("id")).cte("readers").prefix_with("materialized")
    return _counted(people, members, readers)


def _counted(people: Any, members: Any, readers: Any) -> Select[*tuple[Any, ...]]:
    users = select(
        literal(MentionKind.USER.value).label("kind"),
        people.c.id,
        people.c.name,
        literal(1).label("members"),
        func.count(readers.c.id).label("seeing"),
    ).outerjoin(readers, readers.c.id == people.c.id)
    teams = select(
        literal(MentionKind.TEAM.value),
        members.c.id,
        members.c.name,
        func.count(members.c.user_id),
        func.count(readers.c.id),
    ).outerjoin(readers, readers.c.id == members.c.user_id)
    named = union_all(
        users.group_by(people.c.id, people.c.name), teams.group_by(members.c.id, members.c.name)
    ).subquery("named")
    return select(named)


def _mentionable(row: Any) -> Mentionable:
    return Mentionable(MentionKind(row.kind), row.id, row.name, row.members, row.seeing)


def mentionable(uow: UnitOfWork, kpi_id: UUID, prefix: str, page: PageRequest) -> Page[Mentionable]:
    """One page of those who may see a KPI, a word of whose name begins with ``prefix``."""
    beginning = func.concat(" ", folded(prefix))

    def begins(name: Any) -> Any:
        return func.strpos(func.concat(" ", folded(name)), beginning) > 0

    statement = _named(uow, kpi_id, begins)
    named = statement.selected_columns
    return fetch_page(
        uow,
        statement.where(named.seeing > 0),
        page,
        sorts={"name": func.lower(named.name), "kind": named.kind},
        default="name",
        tie=tuple_(named.name, named.id),
    ).map(_mentionable)


def named_in(uow: UnitOfWork, kpi_id: UUID, tails: Sequence[str]) -> tuple[Mentionable, ...]:
    """The people and teams with whose name one of the texts begins, whether they see the KPI or
    not."""
    tail = func.unnest(cast(list(tails), ARRAY(Text))).column_valued("tail")

    def begins(name: Any) -> Any:
        return exists(select(tail).where(func.starts_with(folded(tail), folded(name))))

    return tuple(map(_mentionable, uow.session.execute(_named(uow, kpi_id, begins))))
