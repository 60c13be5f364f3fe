"""Action plans: make them, change them, move them, several at once, and what others see of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.access.permissions import Level, Permission, Scope, Visibility
from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.db.paging import SortUnknown
from kpix_tui.domains.dashboards import service as dashboards
from kpix_tui.domains.dashboards.errors import DashboardArchived
from kpix_tui.domains.dashboards.views import Dashboard, ShareDashboard
from kpix_tui.domains.kpis import service as kpis
from kpix_tui.domains.kpis.errors import KpiNotFound
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.errors import UserInactive, UserNotFound
from kpix_tui.domains.plans import service
from kpix_tui.domains.plans.errors import (
    CriterionElsewhere,
    CriterionFixed,
    DueBeforeStart,
    MoveRefused,
    NoPlans,
    NotPostponed,
    ParentClosed,
    PlanAmbiguous,
    PlanChangedMeanwhile,
    PlanClosed,
    PlanKpiMissing,
    PlanNotFound,
    PlanOwnerOutOfSight,
    PlanTitleInvalid,
    PostponeHow,
    ProgressInvalid,
    SubPlanNested,
    SubPlansOpen,
)
from kpix_tui.domains.plans.views import (
    EVERY_PLAN,
    AssignPlans,
    CreatePlan,
    Due,
    FieldChange,
    Plan,
    PlanFilter,
    PlanKind,
    PlanScope,
    PlanStatus,
    PostponePlans,
    SetProgress,
    ToldCriterion,
)
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import PageRequest
from tests.services import factory, plans
from tests.services.people import give, person
from tests.services.plans import FRIDAY, change, move, part, plan

P = Permission
S = PlanStatus
TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
People = Callable[[str | None], Context]


@pytest.fixture
def board(context: Context) -> Dashboard:
    return factory.dashboard(context)


@pytest.fixture
def kpi(context: Context, board: Dashboard) -> Kpi:
    return factory.kpi(context, board)


def refused(
    error: type[KpixError], context: Context, use_case: Callable[..., Any], *given: Any
) -> KpixError:
    """The refusal; what there was is there unchanged."""
    with pytest.raises(error) as caught:
        context.run(use_case, *given)
    return caught.value


def titles(context: Context, wanted: PlanFilter = EVERY_PLAN, **page: Any) -> list[str]:
    return [row.title for row in context.run(service.list_plans, PageRequest(**page), wanted).rows]


# -- one action ------------------------------------------------------------------------------------


def test_an_action_is_all_that_was_said(context: Context, kpi: Kpi) -> None:
    made = plan(
        context,
        kpi,
        "  Call   the supplier ",
        kind=PlanKind.PREVENTIVE,
        description=" Twice a week \n until it works ",
        cause="Late deliveries",
        whys=("Late", "", "  Nobody   ordered "),
        owner_id=person(context, "user"),
        starts_on=TODAY,
        criterion=plans.level(kpi, "95", 3),
    )
    assert made == context.run(service.get_plan, made.id)
    assert made == context.run(service.find_plan, " call THE supplier")
    assert made == context.run(service.find_plan, str(made.id))
    assert (made.title, made.description) == (
        "Call the supplier",
        "Twice a week \n until it works",
    )
    assert made.whys == ("Late", "Nobody ordered")
    assert (made.status, made.progress, made.verdict) == (S.OPEN, 0, None)
    assert (made.owner_name, made.created_by_name) == ("Ursula User", "Ada Admin")
    assert (made.kpi_code, made.dashboard_title, made.process) == (
        kpi.code,
        "Punctuality",
        "Transport",
    )
    assert made.criterion is not None
    assert (made.criterion.kpi_code, made.criterion.amount) == (kpi.code, 95)
    assert not made.overdue


def test_what_is_no_action(context: Context, kpi: Kpi, board: Dashboard) -> None:
    good = CreatePlan("Call", FRIDAY, kpi.id)
    for error, field, changes in (
        (PlanTitleInvalid, "title", {"title": " "}),
        (PlanKpiMissing, "kpi", {"kpi_id": None}),
        (DueBeforeStart, "due", {"starts_on": FRIDAY + DAY}),
        (UserNotFound, "owner", {"owner_id": new_id()}),
        (CriterionElsewhere, "criterion_kpi", {"criterion": plans.level(_other(context), "1")}),
    ):
        found = refused(error, context, service.create_plan, replace(good, **changes))
        assert found.fields == (field,)
    refused(KpiNotFound, context, service.create_plan, replace(good, kpi_id=new_id()))
    refused(PlanNotFound, context, service.create_plan, replace(good, parent_id=new_id()))
    context.run(dashboards.archive_dashboard, board.id)
    refused(DashboardArchived, context, service.create_plan, good)
    assert titles(context) == []


def _other(context: Context) -> Kpi:
    return factory.kpi(context, factory.dashboard(context, "Elsewhere"), "Elsewhere")


def test_an_action_is_named_by_its_title_or_id(context: Context, kpi: Kpi) -> None:
    refused(PlanNotFound, context, service.find_plan, "Nothing")
    refused(PlanNotFound, context, service.find_plan, str(new_id()))
    plan(context, kpi, "Same")
    plan(context, kpi, "same")
    refused(PlanAmbiguous, context, service.find_plan, "SAME")


def test_only_who_is_there_and_sees_it_is_given_an_action(
    context: Context, board: Dashboard, kpi: Kpi
) -> None:
    user, viewer = person(context, "user"), person(context, "viewer")
    context.run(dashboards.set_visibility, board.id, Visibility.PRIVATE)
    made = plan(context, kpi)
    hidden = refused(PlanOwnerOutOfSight, context, service.update_plan, change(made, owner_id=user))
    assert hidden.params == {"name": "Ursula User", "dashboard": "Punctuality"}
    refused(PlanOwnerOutOfSight, context, service.assign_plans, AssignPlans((made.id,), user))
    context.run(dashboards.share_dashboard, ShareDashboard(board.id, Level.VIEWER, user_id=user))
    given = context.run(service.assign_plans, AssignPlans((made.id,), user))
    assert [row.owner_id for row in given.changed] == [user]
    context.run(people.set_active, viewer, False)
    refused(UserInactive, context, service.assign_plans, AssignPlans((made.id,), viewer))
    assert context.run(service.get_plan, made.id).owner_id == user


def test_a_change_is_on_top_of_what_was_read(context: Context, as_person: People, kpi: Kpi) -> None:
    read = plan(context, kpi)
    mine = context.run(service.update_plan, change(read, title="Write", due_on=FRIDAY + DAY))
    assert (mine.title, mine.due_on, mine.version) == ("Write", FRIDAY + DAY, 2)
    stale = refused(PlanChangedMeanwhile, context, service.update_plan, change(read, title="Visit"))
    assert isinstance(stale, PlanChangedMeanwhile)
    assert stale.current == mine
    assert stale.params == {"name": "Ada Admin"}
    (theirs,) = stale.changes
    assert theirs.fields == (
        FieldChange("due_on", FRIDAY, FRIDAY + DAY),
        FieldChange("title", "Call the supplier", "Write"),
    )
    refused(PlanChangedMeanwhile, context, service.move_plan, plans.MovePlan(read.id, S.DONE, 1))
    refused(PlanChangedMeanwhile, context, service.set_progress, SetProgress(read.id, 20, 1))
    assert context.run(service.get_plan, read.id) == mine


def test_the_criterion_is_fixed_when_the_action_starts(context: Context, kpi: Kpi) -> None:
    made = plan(context, kpi, criterion=plans.level(kpi, "95"))
    eased = context.run(service.update_plan, change(made, criterion=plans.level(kpi, "92", 2)))
    started = move(context, eased, S.IN_PROGRESS)
    for other in (None, plans.level(kpi, "90", 2), plans.shift(kpi, "1", 2)):
        refused(CriterionFixed, context, service.update_plan, change(started, criterion=other))
    kept = context.run(service.update_plan, change(started, criterion=plans.level(kpi, "92", 2)))
    assert kept.criterion == eased.criterion
    none = move(context, plan(context, kpi), S.IN_PROGRESS)
    late = change(none, criterion=plans.level(kpi, "1"))
    refused(CriterionFixed, context, service.update_plan, late)


# -- how far it is ---------------------------------------------------------------------------------


def test_from_open_to_done_and_back(context: Context, kpi: Kpi) -> None:
    made = plan(context, kpi)
    why = refused(MoveRefused, context, service.move_plan, plans.MovePlan(made.id, S.DONE))
    assert "start it first" in str(why)
    assert move(context, made, S.OPEN) == made
    started = move(context, made, S.IN_PROGRESS)
    assert (started.started_on, started.closed_on) == (TODAY, None)
    done = move(context, started, S.DONE)
    assert (done.progress, done.closed_on) == (100, TODAY)
    refused(PlanClosed, context, service.update_plan, change(done, title="Other"))
    refused(PlanClosed, context, service.set_progress, SetProgress(done.id, 50))
    again = move(context, done, S.IN_PROGRESS)
    assert (again.progress, again.started_on, again.closed_on) == (100, TODAY, None)
    cancelled = move(context, again, S.CANCELLED)
    assert (cancelled.status, cancelled.closed_on) == (S.CANCELLED, TODAY)
    anew = move(context, cancelled, S.OPEN)
    assert (anew.progress, anew.started_on, anew.closed_on) == (0, None, None)


def test_progress_starts_an_action_and_does_not_end_it(context: Context, kpi: Kpi) -> None:
    made = plan(context, kpi)
    for number in (-1, 101, 140):
        wrong = refused(
            ProgressInvalid, context, service.set_progress, SetProgress(made.id, number)
        )
        assert wrong.fields == ("progress",)
    assert context.run(service.set_progress, SetProgress(made.id, 0)) == made
    under_way = context.run(service.set_progress, SetProgress(made.id, 30))
    assert (under_way.status, under_way.progress, under_way.started_on) == (
        S.IN_PROGRESS,
        30,
        TODAY,
    )
    full = context.run(service.set_progress, SetProgress(made.id, 100))
    assert (full.status, full.progress) == (S.IN_PROGRESS, 100)


def test_a_closed_family(context: Context, kpi: Kpi) -> None:
    made = plan(context, kpi)
    first, second = part(context, made, "First"), part(context, made, "Second")
    nested = refused(
        SubPlanNested, context, service.create_plan, CreatePlan("x", FRIDAY, parent_id=first.id)
    )
    assert nested.fields == ("parent",)
    started = move(context, made, S.IN_PROGRESS)
    assert (started.sub_plans, started.sub_plans_closed) == (2, 0)
    for wanted in (S.DONE, S.CANCELLED):
        refused(SubPlansOpen, context, service.move_plan, plans.MovePlan(made.id, wanted))
    move(context, first, S.IN_PROGRESS, S.DONE)
    refused(SubPlansOpen, context, service.move_plan, plans.MovePlan(made.id, S.DONE))
    move(context, second, S.CANCELLED)
    done = move(context, made, S.DONE)
    assert (done.sub_plans, done.sub_plans_closed) == (2, 2)
    refused(ParentClosed, context, service.move_plan, plans.MovePlan(second.id, S.OPEN))
    refused(ParentClosed, context, service.move_plan, plans.MovePlan(first.id, S.IN_PROGRESS))
    refused(ParentClosed, context, service.create_plan, CreatePlan("x", FRIDAY, parent_id=made.id))
    detail = context.run(service.show_plan, made.id)
    assert [row.title for row in detail.sub_plans] == ["First", "Second"]
    assert {row.parent_title for row in detail.sub_plans} == {made.title}


def test_an_action_goes_with_its_parts_and_its_history_stays(context: Context, kpi: Kpi) -> None:
    made = plan(context, kpi)
    part(context, made)
    gone = context.run(service.delete_plan, made.id)
    assert gone.sub_plans == 1
    assert titles(context) == []
    refused(PlanNotFound, context, service.get_plan, made.id)
    refused(PlanNotFound, context, service.plan_history, made.id)
    refused(PlanNotFound, context, service.delete_plan, made.id)


# -- what was changed ------------------------------------------------------------------------------


def test_the_history_tells_who_changed_what(context: Context, as_person: People, kpi: Kpi) -> None:
    user = person(context, "user")
    made = plan(context, kpi)
    context.run(service.assign_plans, AssignPlans((made.id,), user))
    theirs = as_person("acme/user")
    mine = theirs.run(service.get_plan, made.id)
    criterion = plans.level(kpi, "95", 2)
    theirs.run(
        service.update_plan,
        change(mine, cause="Nobody ordered", whys=("Late",), criterion=criterion),
    )
    move(theirs, mine, S.IN_PROGRESS)
    page = context.run(service.plan_history, made.id)
    started, written, given, created = page.rows
    assert [entry.by for entry in page.rows] == ["Ursula User"] * 2 + ["Ada Admin"] * 2
    assert [entry.version for entry in page.rows] == [4, 3, 2, 1]
    assert created.created
    assert created.fields == ()
    assert given.fields == (FieldChange("owner", "Ada Admin", "Ursula User"),)
    assert written.fields == (
        FieldChange("cause", "", "Nobody ordered"),
        FieldChange("whys", (), ("Late",)),
        FieldChange(
            "criterion",
            None,
            ToldCriterion(kpi.id, criterion.kind, criterion.amount, 2, kpi.code),
        ),
    )
    assert started.fields == (FieldChange("status", "OPEN", "IN_PROGRESS"),)
    oldest = context.run(service.plan_history, made.id, PageRequest(sort="at", limit=1))
    assert (oldest.total, oldest.rows[0].created) == (4, True)


# -- several at once -------------------------------------------------------------------------------


def test_several_are_given_to_another_or_none(context: Context, kpi: Kpi) -> None:
    user = person(context, "user")
    made = [plan(context, kpi, title) for title in ("a", "b", "c")]
    move(context, made[2], S.CANCELLED)
    everyone = tuple(each.id for each in made)
    refused(PlanClosed, context, service.assign_plans, AssignPlans(everyone, user))
    refused(NoPlans, context, service.assign_plans, AssignPlans((), user))
    missing = AssignPlans((made[0].id, new_id()), user)
    refused(PlanNotFound, context, service.assign_plans, missing)
    assert context.run(service.get_plan, made[0].id) == made[0]
    given = context.run(service.assign_plans, AssignPlans(everyone[:2], user))
    assert [(row.title, row.owner_name) for row in given.changed] == [
        ("a", "Ursula User"),
        ("b", "Ursula User"),
    ]
    again = context.run(service.assign_plans, AssignPlans(everyone[:2], user))
    assert (len(again.changed), len(again.unchanged)) == (0, 2)


def test_several_are_postponed_or_none(context: Context, kpi: Kpi) -> None:
    first = plan(context, kpi, "first")
    late = plan(context, kpi, "late", due_on=FRIDAY + 30 * DAY)
    both = (first.id, late.id)
    for how in ({}, {"days": 0}, {"days": 1, "due_on": FRIDAY}):
        refused(PostponeHow, context, service.postpone_plans, PostponePlans(both, **how))
    refused(NoPlans, context, service.postpone_plans, PostponePlans((), days=1))
    sooner = PostponePlans(both, due_on=FRIDAY + 7 * DAY)
    refused(NotPostponed, context, service.postpone_plans, sooner)
    assert context.run(service.get_plan, first.id) == first
    later = context.run(service.postpone_plans, PostponePlans(both, days=7))
    assert [row.due_on for row in later.changed] == [FRIDAY + 7 * DAY, FRIDAY + 37 * DAY]
    fixed = context.run(service.postpone_plans, PostponePlans(both, due_on=date(2027, 2, 1)))
    assert {row.due_on for row in fixed.changed} == {date(2027, 2, 1)}


# -- who may ---------------------------------------------------------------------------------------


def test_who_may_do_what_to_whose(context: Context, as_person: People, kpi: Kpi) -> None:
    user, viewer = as_person("acme/user"), as_person("acme/viewer")
    mine = plan(user, kpi, "anywhere they see")
    theirs = plan(context, kpi, "not theirs")
    refused(PermissionMissing, viewer, service.create_plan, CreatePlan("x", FRIDAY, kpi.id))
    assert set(titles(viewer)) == {mine.title, theirs.title}
    for use_case, given in (
        (service.update_plan, change(theirs, title="x")),
        (service.move_plan, plans.MovePlan(theirs.id, S.IN_PROGRESS)),
        (service.set_progress, SetProgress(theirs.id, 10)),
        (service.delete_plan, theirs.id),
        (service.assign_plans, AssignPlans((theirs.id,), person(context, "user"))),
        (service.postpone_plans, PostponePlans((theirs.id,), days=1)),
    ):
        refused(OutOfScope, user, use_case, given)
        refused(PermissionMissing, viewer, use_case, given)
    assert context.run(service.get_plan, theirs.id) == theirs
    context.run(service.assign_plans, AssignPlans((theirs.id,), person(context, "user")))
    assigned = user.run(service.set_progress, SetProgress(theirs.id, 10))
    assert assigned.progress == 10
    given = user.run(service.assign_plans, AssignPlans((theirs.id,), person(context, "viewer")))
    assert given.changed[0].owner_name == "Vic Viewer"
    refused(OutOfScope, user, service.set_progress, SetProgress(theirs.id, 20))


def test_a_share_to_manage_reaches_the_actions(
    context: Context, as_person: People, board: Dashboard, kpi: Kpi
) -> None:
    made = plan(context, kpi)
    user = as_person("acme/user")
    whom = {"user_id": person(context, "user")}
    context.run(dashboards.share_dashboard, ShareDashboard(board.id, Level.CONTRIBUTOR, **whom))
    refused(OutOfScope, user, service.set_progress, SetProgress(made.id, 10))
    context.run(dashboards.share_dashboard, ShareDashboard(board.id, Level.MANAGER, **whom))
    assert user.run(service.set_progress, SetProgress(made.id, 10)).progress == 10


def test_to_give_away_takes_a_permission(context: Context, as_person: People, kpi: Kpi) -> None:
    cells = dict.fromkeys(
        (P.DASHBOARD_READ, P.KPI_READ, P.ACTION_PLAN_READ), Scope.ORGANIZATION
    ) | {P.ACTION_PLAN_CREATE: Scope.ORGANIZATION, P.ACTION_PLAN_UPDATE: Scope.OWN}
    admin = person(context, "admin")
    give(context, "user", cells, "Keeps their own")
    user = as_person("acme/user")
    mine = plan(user, kpi)
    for use_case, given in (
        (service.assign_plans, AssignPlans((mine.id,), admin)),
        (service.update_plan, change(mine, owner_id=admin)),
        (service.create_plan, CreatePlan("x", FRIDAY, kpi.id, owner_id=admin)),
        (service.delete_plan, mine.id),
    ):
        refused(PermissionMissing, user, use_case, given)
    assert user.run(service.update_plan, change(mine, title="Still mine")).title == "Still mine"


def test_a_criterion_asks_for_values_that_one_may_read(
    context: Context, as_person: People, kpi: Kpi
) -> None:
    cells = dict.fromkeys(
        (P.DASHBOARD_READ, P.KPI_READ, P.ACTION_PLAN_READ, P.ACTION_PLAN_CREATE),
        Scope.ORGANIZATION,
    )
    give(context, "user", cells, "Reads no values")
    blind = CreatePlan("x", FRIDAY, kpi.id, criterion=plans.level(kpi, "1"))
    refused(PermissionMissing, as_person("acme/user"), service.create_plan, blind)


# -- lists and boards ------------------------------------------------------------------------------


@pytest.fixture
def several(context: Context, kpi: Kpi) -> dict[str, Plan]:
    """Of every kind: overdue, due this week (until Sunday the 22nd), later, done, cancelled."""
    user = person(context, "user")
    made = {
        "overdue": plan(context, kpi, "overdue", due_on=TODAY - DAY, kind=PlanKind.CONTAINMENT),
        "very overdue": plan(context, kpi, "very overdue", due_on=TODAY - 9 * DAY, owner_id=user),
        "today": plan(context, kpi, "today", due_on=TODAY),
        "sunday": plan(context, kpi, "sunday", due_on=TODAY + DAY, owner_id=user),
        "monday": plan(context, kpi, "monday", due_on=TODAY + 2 * DAY, kind=PlanKind.PREVENTIVE),
        "done": plan(context, kpi, "done", due_on=TODAY - 30 * DAY),
        "cancelled": plan(context, kpi, "cancelled", due_on=TODAY - 31 * DAY),
    }
    move(context, made["done"], S.IN_PROGRESS, S.DONE)
    move(context, made["cancelled"], S.CANCELLED)
    move(context, made["monday"], S.IN_PROGRESS)
    return made


def test_overdue_ones_come_first(context: Context, several: dict[str, Plan]) -> None:
    found = context.run(service.list_plans)
    assert [row.title for row in found.rows][:5] == [
        "very overdue",
        "overdue",
        "today",
        "sunday",
        "monday",
    ]
    assert {row.title for row in found.rows if row.overdue} == {"overdue", "very overdue"}
    assert (found.total, found.has_next) == (7, False)
    second = context.run(service.list_plans, PageRequest(offset=2, limit=2))
    assert ([row.title for row in second.rows], second.total) == (["today", "sunday"], 7)
    beyond = context.run(service.list_plans, PageRequest(offset=50))
    assert (beyond.rows, beyond.total) == ((), 7)


def test_every_filter(context: Context, board: Dashboard, several: dict[str, Plan]) -> None:
    user = person(context, "user")
    team = context.run(people.create_team, "Night shift")
    context.run(people.add_member, team.id, user)
    archived = _other(context)
    plan(context, archived, "put away")
    context.run(dashboards.archive_dashboard, archived.dashboard_id)
    for wanted, expected in (
        (PlanFilter(due=Due.OVERDUE), {"overdue", "very overdue"}),
        (PlanFilter(due=Due.THIS_WEEK), {"today", "sunday"}),
        (PlanFilter(kind=PlanKind.CONTAINMENT), {"overdue"}),
        (PlanFilter(statuses=frozenset({S.DONE, S.CANCELLED})), {"done", "cancelled"}),
        (PlanFilter(statuses=frozenset({S.IN_PROGRESS})), {"monday"}),
        (PlanFilter(owner_id=user), {"very overdue", "sunday"}),
        (PlanFilter(team_id=team.id), {"very overdue", "sunday"}),
        (PlanFilter(team_id=team.id, due=Due.OVERDUE), {"very overdue"}),
        (PlanFilter(process="Nothing"), set()),
        (PlanFilter(process="Transport"), set(several)),
        (PlanFilter(dashboard_id=board.id), set(several)),
        (PlanFilter(kpi_id=archived.id), {"put away"}),
        (PlanFilter(dashboard_id=archived.dashboard_id), {"put away"}),
    ):
        assert set(titles(context, wanted)) == expected, wanted


def test_mine_my_teams_and_all(
    context: Context, as_person: People, several: dict[str, Plan]
) -> None:
    user, viewer = person(context, "user"), as_person("acme/viewer")
    mine, teams = PlanFilter(PlanScope.MINE), PlanFilter(PlanScope.TEAMS)
    theirs = {"very overdue", "sunday"}
    assert set(titles(as_person("acme/user"), mine)) == theirs
    assert (titles(viewer, mine), titles(viewer, teams)) == ([], [])
    team = context.run(people.create_team, "Night shift")
    for who in (user, person(context, "viewer")):
        context.run(people.add_member, team.id, who)
    assert titles(viewer, mine) == []
    assert set(titles(viewer, teams)) == theirs
    assert set(titles(viewer)) == set(several)


@pytest.mark.parametrize(
    "sort",
    [
        "due",
        "title",
        "status",
        "owner",
        "progress",
        "kpi",
        "dashboard",
        "kind",
        "start",
        "verdict",
        "closed",
    ],
)
def test_every_sort_both_ways(context: Context, several: dict[str, Plan], sort: str) -> None:
    there, back = titles(context, sort=sort), titles(context, sort=f"-{sort}")
    assert set(there) == set(back) == set(several)
    if sort in ("title", "due"):
        assert there != back
    refused(SortUnknown, context, service.list_plans, PageRequest(sort="colour"))


def test_a_text_is_looked_for_in_names(
    context: Context, several: dict[str, Plan], kpi: Kpi
) -> None:
    assert set(titles(context, text="OVER")) == {"overdue", "very overdue"}
    assert set(titles(context, text="ursula")) == {"very overdue", "sunday"}
    assert set(titles(context, text=kpi.code.lower())) == set(several)
    assert titles(context, text="100%") == []


def test_a_board_has_four_columns_and_the_first_rows_of_each(
    context: Context, several: dict[str, Plan]
) -> None:
    found = context.run(service.plan_board)
    shown = {column.status: [row.title for row in column.rows] for column in found.columns}
    assert list(shown) == list(PlanStatus)
    assert shown[S.OPEN] == ["very overdue", "overdue", "today", "sunday"]
    assert (shown[S.IN_PROGRESS], shown[S.DONE], shown[S.CANCELLED]) == (
        ["monday"],
        ["done"],
        ["cancelled"],
    )
    few = context.run(service.plan_board, PlanFilter(due=Due.OVERDUE), text="very", limit=1)
    assert [(column.total, len(column.rows)) for column in few.columns] == [(1, 1)] + [(0, 0)] * 3
    cut = context.run(service.plan_board, limit=1)
    assert next((column.total, len(column.rows)) for column in cut.columns) == (4, 1)


def test_actions_of_a_deleted_kpi_are_gone(
    context: Context, kpi: Kpi, several: dict[str, Plan]
) -> None:
    context.run(kpis.delete_kpi, kpi.id)
    assert titles(context) == []
    refused(PlanNotFound, context, service.get_plan, several["done"].id)


def test_twice_the_actions_cost_no_more_queries(context: Context, kpi: Kpi) -> None:
    def cost(use_case: Callable[..., Any], *given: Any) -> int:
        with factory.counted(context) as seen:
            context.run(use_case, *given)
        return len(seen)

    made = plan(context, kpi, criterion=plans.level(kpi, "1"))
    part(context, made)
    move(context, made, S.IN_PROGRESS)
    reads: tuple[tuple[Callable[..., Any], tuple[Any, ...]], ...] = (
        (service.list_plans, ()),
        (service.list_plans, (PageRequest(sort="owner", text="a"),)),
        (service.plan_board, ()),
        (service.show_plan, (made.id,)),
        (service.plan_history, (made.id,)),
    )
    before = [cost(use_case, *given) for use_case, given in reads]
    for number in range(4):
        plan(context, kpi, f"again {number}")
        part(context, made, f"part {number}")
        context.run(service.set_progress, SetProgress(made.id, 10 + number))
    assert [cost(use_case, *given) for use_case, given in reads] == before
    assert max(before[:3]) == 1
    assert max(before) <= 3


def test_several_at_once_cost_no_more_queries_than_two(context: Context, kpi: Kpi) -> None:
    user = person(context, "user")
    ids: list[UUID] = [plan(context, kpi, str(number)).id for number in range(6)]

    def cost(use_case: Callable[..., Any], command: Any) -> int:
        with factory.counted(context) as seen:
            context.run(use_case, command)
        return len(seen)

    for use_case, few, many in (
        (
            service.assign_plans,
            AssignPlans(tuple(ids[:2]), user),
            AssignPlans(tuple(ids[2:]), user),
        ),
        (
            service.postpone_plans,
            PostponePlans(tuple(ids[:2]), days=1),
            PostponePlans(tuple(ids[2:]), days=1),
        ),
    ):
        assert cost(use_case, few) == cost(use_case, many)
