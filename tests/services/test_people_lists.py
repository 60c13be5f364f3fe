"""Lists of people cost as many queries however many people there are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.app.context import Context
from kpix_tui.db.paging import SortUnknown
from kpix_tui.domains.accounts.service import invite_user
from kpix_tui.domains.accounts.views import InviteUser
from kpix_tui.domains.people import service
from kpix_tui.domains.people.views import CreateRole, UpdateRole
from kpix_tui.kernel.paging import Page, PageRequest
from tests.services import factory
from tests.services.people import role


def crowd(context: Context, numbers: range) -> None:
    """People who hold ADMIN and USER, each in a team and with a role of their own."""
    with context.unit_of_work() as uow:
        team = service.create_team(uow, f"Team {numbers.start}")
        for number in numbers:
            service.create_role(uow, CreateRole(f"Role {number}", {Permission.KPI_READ: Scope.OWN}))
            service.create_team(uow, f"Team of {number}")
            invited = InviteUser(f"Person {number}", f"p{number}@acme.test", ("ADMIN", "USER"))
            made = invite_user(uow, invited).user
            service.assign_role(uow, made.id, service.find_role(uow, f"Role {number}").id)
            service.add_member(uow, team.id, made.id, lead=True)


def test_the_number_of_queries_does_not_grow(context: Context) -> None:
    crowd(context, range(4))
    team = context.run(service.find_team, "Team 0")
    shared = context.run(
        service.create_role, CreateRole("Shared", {Permission.KPI_READ: Scope.OWN})
    )
    user_id = context.run(service.find_user, "p0@acme.test").id
    preview = UpdateRole(shared.id, 1, "Shared", "", {Permission.AUDIT_READ: Scope.ORGANIZATION})
    lists: tuple[Callable[..., object], ...] = (
        service.list_users,
        service.list_teams,
        service.list_roles,
        service.list_role_details,
        partial(service.list_members, team_id=team.id),
        partial(service.list_holders, role_id=role(context, "ADMIN")),
        partial(service.show_user_detail, user_id=user_id),
        partial(service.preview_role, command=preview),
    )

    def queries() -> list[int]:
        found = []
        for one in lists:
            with factory.counted(context) as seen:
                context.run(one)
            found.append(len(seen))
        return found

    few = queries()
    crowd(context, range(4, 8))
    for number in range(8):
        found = context.run(service.find_user, f"p{number}@acme.test")
        context.run(service.assign_role, found.id, shared.id)
        if number > 3:
            context.run(service.add_member, team.id, found.id)
    assert queries() == few


def test_pages_follow_each_other(context: Context) -> None:
    crowd(context, range(4))
    for one in (service.list_users, service.list_teams, service.list_roles):
        whole = context.run(one)
        pages: list[Page[object]] = [
            context.run(one, PageRequest(offset=at, limit=3)) for at in range(0, whole.total, 3)
        ]
        assert [row for page in pages for row in page.rows] == list(whole.rows)
        assert {page.total for page in pages} == {len(whole.rows)}


@pytest.mark.parametrize("one", [service.list_users, service.list_teams, service.list_roles])
def test_a_sort_that_is_none_is_named(context: Context, one: Callable[..., object]) -> None:
    with pytest.raises(SortUnknown):
        context.run(one, PageRequest(sort="password"))
