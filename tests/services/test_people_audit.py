"""What is done to people is written down: by whom, and what it was before."""

from __future__ import annotations

from collections.abc import Callable

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.app.context import Context
from kpix_tui.domains.accounts import service as accounts
from kpix_tui.domains.accounts.views import ChangeEmail, InviteUser, IssueCode, RedeemCode
from kpix_tui.domains.audit.rules import ACTIONS
from kpix_tui.domains.audit.service import list_audit
from kpix_tui.domains.audit.views import AuditFilter, AuditRow
from kpix_tui.domains.people import service
from kpix_tui.domains.people.views import CreateRole, UpdateRole, UpdateTeam
from tests.services.people import person, role
from tests.support.databases import PASSWORD

People = Callable[[str | None], Context]


def entries(context: Context, what: str) -> list[AuditRow]:
    """What was written down, oldest first."""
    rows = context.run(list_audit, wanted=AuditFilter(what=what)).rows
    assert {row.action for row in rows} <= ACTIONS.keys()
    return list(reversed(rows))


def last(context: Context, what: str) -> AuditRow:
    return entries(context, what)[-1]


def test_users(context: Context) -> None:
    user_id = person(context, "user")
    context.run(service.rename_user, user_id, "Ursula Unger")
    renamed = last(context, "user.updated")
    assert (renamed.object_id, renamed.actor) == (str(user_id), "Ada Admin")
    assert renamed.old is not None
    assert renamed.new is not None
    assert (renamed.old["name"], renamed.new["name"]) == ("Ursula User", "Ursula Unger")
    context.run(service.set_active, user_id, False)
    assert last(context, "user.updated").new == {"active": False, "version": 3}


def test_what_is_refused_is_not_written_down(context: Context) -> None:
    before = entries(context, "user")
    context.run(service.rename_user, person(context, "user"), "Ursula User")
    assert entries(context, "user") == before


def test_roles_that_are_given_and_taken(context: Context) -> None:
    user_id, manager = person(context, "user"), role(context, "MANAGER")
    context.run(service.assign_role, user_id, manager)
    context.run(service.unassign_role, user_id, manager)
    given, taken = last(context, "user_role.created"), last(context, "user_role.deleted")
    assert given.object_id == taken.object_id == f"{user_id}/{manager}"
    assert given.new is not None
    assert given.new["assigned_by"] == str(person(context, "admin"))


def test_roles_that_change(context: Context) -> None:
    cells = {Permission.KPI_READ: Scope.OWN}
    made = context.run(service.create_role, CreateRole("Auditor", cells))
    wider = {Permission.KPI_READ: Scope.TEAM, Permission.AUDIT_READ: Scope.ORGANIZATION}
    context.run(service.update_role, UpdateRole(made.id, 1, "Auditor", "", wider))
    context.run(service.delete_role, made.id)
    assert last(context, "role.created").new == {
        "name": "Auditor",
        "description": "",
        "cells": {"kpi:read": "OWN"},
    }
    changed, gone = last(context, "role.updated"), last(context, "role.deleted")
    assert changed.old == {"cells": {"kpi:read": "OWN"}}
    assert changed.new == {"cells": {"kpi:read": "TEAM", "audit:read": "ORGANIZATION"}}
    assert gone.old is not None
    assert (gone.old["name"], gone.new) == ("Auditor", None)


def test_teams_and_all_that_goes_with_them(context: Context) -> None:
    user_id = person(context, "user")
    team = context.run(service.create_team, "Nights")
    context.run(service.add_member, team.id, user_id)
    context.run(service.set_lead, team.id, user_id, True)
    context.run(service.update_team, UpdateTeam(team.id, 1, "Days"))
    context.run(service.delete_team, team.id)
    assert [row.action for row in entries(context, "team")] == [
        "team.created",
        "team.updated",
        "team.deleted",
    ]
    members = entries(context, "team_member")
    assert [row.action for row in members] == [
        "team_member.created",
        "team_member.updated",
        "team_member.deleted",
    ]
    assert {row.object_id for row in members} == {f"{team.id}/{user_id}"}
    assert {row.actor for row in members} == {"Ada Admin"}


def test_codes_without_the_codes(context: Context, as_person: People) -> None:
    invited = context.run(accounts.invite_user, InviteUser("Zoé", "zoe@acme.test", ("USER",)))
    again = accounts.issue_code(context, IssueCode(invited.user.id, PASSWORD))
    redeem = RedeemCode("zoe@acme.test", again.code, "a rather different passphrase")
    accounts.redeem_code(as_person(None), redeem)
    issued = entries(context, "user.code_issued")
    assert [row.actor for row in issued] == ["Ada Admin", "Ada Admin"]
    for row in issued:
        assert row.new is not None
        assert row.new.keys() == {"kind", "expires_at"}
    redeemed = last(context, "user.code_redeemed")
    assert (redeemed.actor, redeemed.new) == ("Zoé", {"kind": "INVITATION"})
    assert redeemed.object_id == str(invited.user.id)


def test_another_email(context: Context, as_person: People) -> None:
    accounts.change_email(as_person("acme/viewer"), ChangeEmail("vic@acme.test", PASSWORD))
    changed = last(context, "user.updated")
    assert changed.actor == "Vic Viewer"
    assert changed.old is not None
    assert changed.new is not None
    assert (changed.old["email"], changed.new["email"]) == ("viewer@acme.test", "vic@acme.test")
