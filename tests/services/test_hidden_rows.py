"""A policy that hides a row from a statement says nothing: what was not done is never told as done.

Each test puts a policy of its own over the rights of the actor, as a mistake in the policies would.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kpix_tui.access.permissions import Level
from kpix_tui.app.context import Context
from kpix_tui.db.errors import RefusedByDatabase
from kpix_tui.domains.dashboards import service as dashboards
from kpix_tui.domains.dashboards.views import ShareDashboard, UpdateDashboard
from kpix_tui.domains.kpis import service as kpis
from kpix_tui.domains.people import service as people
from kpix_tui.domains.plans import service as plans
from kpix_tui.domains.plans.views import MovePlan, PlanStatus, PostponePlans
from kpix_tui.domains.values import service as values
from tests.services import factory
from tests.services.people import person
from tests.services.plans import change, plan
from tests.support.databases import Database

Hide = Callable[[str, str], None]
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def hide(database: Database) -> Hide:
    """``hide("kpix.team", "delete")``: no row of the table can be deleted by the application."""

    def put(table: str, verb: str) -> None:
        with database.server.connect(database.name) as owner:
            policy = f"hidden_{verb} on {table} as restrictive for {verb}"
            owner.execute(f"create policy {policy} using (false)".encode())

    return put


def refused(context: Context, use_case: Callable[..., Any], *given: Any, **named: Any) -> None:
    with pytest.raises(RefusedByDatabase):
        context.run(use_case, *given, **named)


def test_a_team_and_its_members(context: Context, hide: Hide) -> None:
    team = context.run(people.create_team, "Night shift")
    user = person(context, "user")
    member = context.run(people.add_member, team.id, user)
    hide("kpix.team", "delete")
    refused(context, people.delete_team, team.id)
    hide("kpix.team_member", "update")
    refused(context, people.set_lead, team.id, user, True)
    hide("kpix.team_member", "delete")
    refused(context, people.remove_member, team.id, user)
    assert context.run(people.list_members, team.id).rows == (member,)


def test_a_dashboard_and_its_shares(context: Context, hide: Hide) -> None:
    board = factory.dashboard(context)
    user = person(context, "user")
    context.run(dashboards.share_dashboard, ShareDashboard(board.id, Level.VIEWER, user_id=user))
    hide("kpix.dashboard_share", "delete")
    refused(context, dashboards.unshare_dashboard, board.id, user_id=user)
    assert context.run(dashboards.list_shares, board.id).total == 1
    hide("kpix.dashboard", "update")
    renamed = UpdateDashboard(board.id, board.version, "Other", board.description, board.process)
    refused(context, dashboards.update_dashboard, renamed)
    assert context.run(dashboards.get_dashboard, board.id).title == board.title


def test_a_kpi_and_who_owes_its_values(context: Context, hide: Hide) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    user = person(context, "user")
    context.run(kpis.assign_entry, made.id, user_id=user)
    hide("kpix.kpi_assignment", "delete")
    refused(context, kpis.unassign_entry, made.id, user_id=user)
    assert context.run(kpis.list_assignments, made.id).total == 1
    hide("kpix.kpi", "update")
    refused(context, values.update_kpi, factory.update(made, name="Other"))
    assert context.run(kpis.get_kpi, made.id) == made


def test_a_value(context: Context, hide: Hide) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    factory.value(context, made, OCTOBER, "97")
    hide("kpix.kpi_value", "update")
    with pytest.raises(RefusedByDatabase):
        factory.value(context, made, OCTOBER, "80", "typo")
    (kept,) = context.run(values.value_history, made.id, OCTOBER)
    assert kept.value == 97


def test_an_action(context: Context, hide: Hide) -> None:
    made = plan(context, factory.kpi(context, factory.dashboard(context)))
    hide("kpix.action_plan", "update")
    refused(context, plans.update_plan, change(made, title="Other"))
    refused(context, plans.move_plan, MovePlan(made.id, PlanStatus.IN_PROGRESS))
    refused(context, plans.postpone_plans, PostponePlans((made.id,), days=1))
    refused(context, plans.delete_plan, made.id)
    assert context.run(plans.get_plan, made.id) == made
