"""Sharing: who a dashboard is open to, how far, until when; who owns it, who owes its values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.accounts.service import whoami
from kpix_tui.domains.dashboards import service
from kpix_tui.domains.dashboards.errors import (
    DashboardArchived,
    DashboardNotFound,
    OutOfOwnSight,
    OwnedAlready,
    SharedWithOwner,
    ShareEndInvalid,
    ShareEndTooFar,
    ShareNotFound,
    ShareTooLong,
    ShareWithWhom,
)
from kpix_tui.domains.dashboards.views import Dashboard, Reason, ShareDashboard, UpdateDashboard
from kpix_tui.domains.kpis import service as kpis
from kpix_tui.domains.kpis.errors import AssigneeOutOfSight, AssignmentNotFound
from kpix_tui.domains.overview.service import list_kpis, show_kpi
from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.errors import TeamNotFound, UserInactive, UserNotFound
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import PageRequest
from tests.services import factory
from tests.support.databases import Database

People = Callable[[str | None], Context]
PRESENT = datetime.now(UTC)
TODAY = PRESENT.date()
"""Today really: the database decides by its own clock whether a share has ended."""


@dataclass
class Cast:
    """The four people of Acme, by what they are."""

    admin: Context
    manager: Context
    user: Context
    viewer: Context

    def id(self, who: str) -> UUID:
        context: Context = getattr(self, who)
        return context.run(whoami).user_id


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(PRESENT)


@pytest.fixture
def cast(as_person: People) -> Cast:
    return Cast(*(as_person(f"acme/{who}") for who in ("admin", "manager", "user", "viewer")))


@pytest.fixture
def private(cast: Cast) -> Dashboard:
    """The user's own dashboard, that nobody else but the administrator sees."""
    made = factory.dashboard(cast.user, "Mine")
    return cast.user.run(service.set_visibility, made.id, Visibility.PRIVATE)


def share(context: Context, board: Dashboard, level: Level = Level.VIEWER, **whom: Any) -> Any:
    return context.run(service.share_dashboard, ShareDashboard(board.id, level, **whom))


def sees(context: Context, board: Dashboard) -> bool:
    try:
        context.run(service.get_dashboard, board.id)
    except DashboardNotFound:
        return False
    return True


def team_of(cast: Cast, *members: str, name: str = "Operations") -> UUID:
    team = cast.admin.run(people.create_team, name)
    for member in members:
        cast.admin.run(people.add_member, team.id, cast.id(member))
    return team.id


# -- shares --------------------------------------------------------------------------------------


def test_private_is_private_and_a_share_opens_it(cast: Cast, private: Dashboard) -> None:
    assert private.visibility is Visibility.PRIVATE
    assert not sees(cast.manager, private)
    assert not sees(cast.viewer, private)
    assert sees(cast.admin, private)
    made = share(cast.user, private, user_id=cast.id("viewer"), until=TODAY + timedelta(days=9))
    assert (made.name, made.level, made.until) == (
        "Vic Viewer",
        Level.VIEWER,
        TODAY + timedelta(days=9),
    )
    assert (made.ended, made.shared_by) == (False, "Ursula User")
    assert sees(cast.viewer, private)
    removed = cast.user.run(service.unshare_dashboard, private.id, user_id=cast.id("viewer"))
    assert removed == made
    assert not sees(cast.viewer, private)


def test_a_level_opens_what_the_role_allows_and_no_more(cast: Cast, private: Dashboard) -> None:
    kpi = factory.kpi(cast.user, private)
    change = UpdateDashboard(private.id, private.version, "Changed", "", "")
    for who in ("manager", "viewer"):
        share(cast.user, private, Level.MANAGER, user_id=cast.id(who))
    with pytest.raises(PermissionMissing):
        cast.viewer.run(service.update_dashboard, change)
    assert cast.manager.run(service.update_dashboard, change).title == "Changed"
    share(cast.user, private, Level.CONTRIBUTOR, user_id=cast.id("manager"))
    factory.value(cast.manager, kpi, date(2026, 9, 1), "93")
    with pytest.raises(OutOfScope):
        cast.manager.run(
            service.update_dashboard, UpdateDashboard(private.id, private.version + 1, "x", "", "")
        )


def test_sharing_again_changes_the_share(cast: Cast, private: Dashboard) -> None:
    team = team_of(cast, "manager", "viewer")
    first = share(cast.user, private, team_id=team)
    second = share(cast.user, private, Level.MANAGER, team_id=team, until=TODAY)
    assert (second.id, second.level, second.until) == (first.id, Level.MANAGER, TODAY)
    assert (second.members, second.user_id, second.name) == (2, None, "Operations")
    share(cast.user, private, user_id=cast.id("viewer"))
    rows = cast.viewer.run(service.list_shares, private.id, PageRequest(sort="-level")).rows
    assert [row.name for row in rows] == ["Operations", "Vic Viewer"]
    found = cast.viewer.run(service.list_shares, private.id, PageRequest(text="oper"))
    assert (found.total, found.rows[0].id) == (1, first.id)


def test_a_share_that_ended_opens_nothing_and_is_still_listed(
    cast: Cast, private: Dashboard, database: Database
) -> None:
    share(cast.user, private, Level.MANAGER, user_id=cast.id("manager"), until=TODAY)
    assert sees(cast.manager, private)
    with database.server.connect(database.name) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update kpix.dashboard_share set expires_at = now() - interval '1 s'")
    assert not sees(cast.manager, private)
    (row,) = cast.user.run(service.list_shares, private.id).rows
    assert row.ended
    assert cast.id("manager") not in {
        one.user_id for one in cast.user.run(service.dashboard_access, private.id).rows
    }
    with pytest.raises(DashboardNotFound):
        share(cast.manager, private, user_id=cast.id("viewer"))
    assert not share(cast.user, private, user_id=cast.id("manager")).ended
    assert sees(cast.manager, private)


def test_a_share_ends_at_midnight_where_the_organisation_is(
    cast: Cast, private: Dashboard, database: Database
) -> None:
    share(cast.user, private, user_id=cast.id("viewer"), until=TODAY)
    with database.server.connect(database.name) as connection:
        zone = connection.execute("select timezone from kpix.organization").fetchone()
        assert zone is not None
        found = connection.execute(
            "select expires_at = %s::timestamp at time zone %s from kpix.dashboard_share",
            (TODAY + timedelta(days=1), zone[0]),
        )
        assert found.fetchone() == (True,)


def test_a_share_that_says_nothing_changes_nothing(cast: Cast, private: Dashboard) -> None:
    somebody = cast.id("viewer")
    for whom, error in (
        ({}, ShareWithWhom),
        ({"user_id": somebody, "team_id": new_id()}, ShareWithWhom),
        ({"user_id": cast.id("user")}, SharedWithOwner),
        ({"user_id": new_id()}, UserNotFound),
        ({"team_id": new_id()}, TeamNotFound),
        ({"user_id": somebody, "until": TODAY - timedelta(days=1)}, ShareEndInvalid),
        ({"user_id": somebody, "until": date.max}, ShareEndTooFar),
    ):
        with pytest.raises(error):
            share(cast.user, private, **whom)
    with pytest.raises(ShareNotFound) as refused:
        cast.user.run(service.unshare_dashboard, private.id, user_id=somebody)
    assert str(refused.value) == "The dashboard Mine is not shared with Vic Viewer."
    with pytest.raises(ShareWithWhom):
        cast.user.run(service.unshare_dashboard, private.id)
    assert cast.user.run(service.list_shares, private.id).total == 0


def test_strangers_are_not_let_in(cast: Cast, private: Dashboard, as_person: People) -> None:
    foreigner = as_person("globex/user")
    foreign_team = as_person("globex/admin").run(people.create_team, "Theirs")
    with pytest.raises(UserNotFound):
        share(cast.user, private, user_id=foreigner.run(whoami).user_id)
    with pytest.raises(TeamNotFound):
        share(cast.user, private, team_id=foreign_team.id)
    for use_case in (service.list_shares, service.dashboard_access):
        with pytest.raises(DashboardNotFound):
            foreigner.run(use_case, private.id)


def test_nobody_is_given_anything_who_cannot_sign_in(cast: Cast, private: Dashboard) -> None:
    cast.admin.run(people.set_active, cast.id("viewer"), False)
    gone = next(row for row in cast.admin.run(people.list_users).rows if not row.active)
    with pytest.raises(UserInactive):
        share(cast.user, private, user_id=gone.id)
    with pytest.raises(UserInactive):
        cast.user.run(service.transfer_dashboard, private.id, gone.id)


def test_who_may_share(cast: Cast) -> None:
    board = factory.dashboard(cast.admin)
    with pytest.raises(PermissionMissing):
        share(cast.viewer, board, user_id=cast.id("user"))
    for context in (cast.user, cast.manager):
        with pytest.raises(OutOfScope):
            share(context, board, user_id=cast.id("viewer"))
        with pytest.raises(OutOfScope):
            context.run(service.set_visibility, board.id, Visibility.PRIVATE)
    share(cast.admin, board, Level.MANAGER, user_id=cast.id("user"))
    share(cast.user, board, user_id=cast.id("viewer"))
    with pytest.raises(OutOfScope):
        cast.user.run(service.transfer_dashboard, board.id, cast.id("user"))


def test_a_delegate_shares_no_longer_than_they_were_shared_with(
    cast: Cast, private: Dashboard
) -> None:
    last = TODAY + timedelta(days=3)
    share(cast.user, private, Level.MANAGER, user_id=cast.id("manager"), until=last)
    for until in (None, last + timedelta(days=1)):
        for who in ("viewer", "manager"):
            with pytest.raises(ShareTooLong) as refused:
                share(cast.manager, private, user_id=cast.id(who), until=until)
            assert refused.value.params["last"] == last
    assert share(cast.manager, private, user_id=cast.id("viewer"), until=last).until == last


def test_a_delegate_shows_it_to_no_more_people(cast: Cast, private: Dashboard) -> None:
    cast.user.run(service.set_visibility, private.id, Visibility.TEAMS)
    last = TODAY + timedelta(days=3)
    share(cast.user, private, Level.MANAGER, user_id=cast.id("manager"), until=last)
    with pytest.raises(ShareTooLong) as refused:
        cast.manager.run(service.set_visibility, private.id, Visibility.ORGANIZATION)
    assert refused.value.params["last"] == last
    for visibility in (Visibility.TEAMS, Visibility.PRIVATE):
        found = cast.manager.run(service.set_visibility, private.id, visibility)
        assert found.visibility is visibility


def test_an_archived_dashboard_is_not_shared_but_can_be_unshared(
    cast: Cast, private: Dashboard
) -> None:
    share(cast.user, private, user_id=cast.id("viewer"))
    cast.user.run(service.archive_dashboard, private.id)
    with pytest.raises(DashboardArchived):
        share(cast.user, private, user_id=cast.id("manager"))
    with pytest.raises(DashboardArchived):
        cast.user.run(service.set_visibility, private.id, Visibility.TEAMS)
    with pytest.raises(DashboardArchived):
        cast.user.run(service.transfer_dashboard, private.id, cast.id("manager"))
    cast.user.run(service.unshare_dashboard, private.id, user_id=cast.id("viewer"))
    assert not sees(cast.viewer, private)


# -- visibility and ownership --------------------------------------------------------------------


def test_teams_see_what_is_visible_to_teams(cast: Cast, private: Dashboard) -> None:
    cast.user.run(service.set_visibility, private.id, Visibility.TEAMS)
    assert not sees(cast.viewer, private)
    team_of(cast, "user", "viewer")
    assert sees(cast.viewer, private)
    assert not sees(cast.manager, private)
    again = cast.user.run(service.set_visibility, private.id, Visibility.TEAMS)
    assert again.version == private.version + 1
    opened = cast.user.run(service.set_visibility, private.id, Visibility.ORGANIZATION)
    assert (opened.visibility, opened.version) == (Visibility.ORGANIZATION, again.version + 1)
    assert sees(cast.manager, private)


def test_nobody_hides_a_dashboard_from_themselves(cast: Cast) -> None:
    board = factory.dashboard(cast.user)
    team_of(cast, "user", "manager")
    with pytest.raises(OutOfOwnSight):
        cast.manager.run(service.set_visibility, board.id, Visibility.PRIVATE)
    found = cast.user.run(service.get_dashboard, board.id)
    assert found.visibility is Visibility.ORGANIZATION
    share(cast.user, board, user_id=cast.id("manager"))
    cast.manager.run(service.set_visibility, board.id, Visibility.PRIVATE)


def test_a_dashboard_and_its_owners_kpis_are_handed_over(cast: Cast, private: Dashboard) -> None:
    share(cast.user, private, Level.MANAGER, user_id=cast.id("manager"))
    mine = factory.kpi(cast.user, private, "Mine")
    theirs = factory.kpi(cast.manager, private, "Theirs")
    with pytest.raises(OwnedAlready):
        cast.user.run(service.transfer_dashboard, private.id, cast.id("user"))
    done = cast.user.run(service.transfer_dashboard, private.id, cast.id("manager"))
    assert (done.owner_name, done.kpis, done.title) == ("Max Manager", 1, "Mine")
    assert not sees(cast.user, private)
    assert cast.manager.run(service.get_dashboard, private.id).owner_id == cast.id("manager")
    assert cast.manager.run(service.list_shares, private.id).total == 0
    for kpi in (mine, theirs):
        assert cast.manager.run(kpis.get_kpi, kpi.id).owner_id == cast.id("manager")


# -- who can see it, and why ---------------------------------------------------------------------


def test_every_reason_is_told(cast: Cast) -> None:
    board = factory.dashboard(cast.user)
    team = team_of(cast, "user", "manager", name="Mates")
    cast.user.run(service.set_visibility, board.id, Visibility.TEAMS)
    share(cast.user, board, Level.CONTRIBUTOR, user_id=cast.id("viewer"), until=TODAY)
    share(cast.user, board, Level.MANAGER, team_id=team)
    rows = {row.name: row for row in cast.user.run(service.dashboard_access, board.id).rows}
    said = {
        name: [(one.reason, one.level, one.via, one.until) for one in row.reasons]
        for name, row in rows.items()
    }
    assert said == {
        "Ursula User": [
            (Reason.OWNER, None, "", None),
            (Reason.SHARED_WITH_TEAM, Level.MANAGER, "Mates", None),
        ],
        "Max Manager": [
            (Reason.SHARED_WITH_TEAM, Level.MANAGER, "Mates", None),
            (Reason.TEAM_MATE, None, "Mates", None),
        ],
        "Vic Viewer": [(Reason.SHARED, Level.CONTRIBUTOR, "", TODAY)],
        "Ada Admin": [(Reason.ADMINISTRATOR, None, "", None)],
    }
    may = {name: row.may for name, row in rows.items()}
    assert may == dict.fromkeys(rows, Level.MANAGER) | {"Vic Viewer": Level.VIEWER}
    told = {row.name: row for row in cast.manager.run(service.dashboard_access, board.id).rows}
    assert told["Ada Admin"].reasons[0].via == "ADMIN"


def test_access_is_paged_sorted_and_filtered(cast: Cast) -> None:
    board = factory.dashboard(cast.user)
    page = cast.user.run(service.dashboard_access, board.id, PageRequest(limit=2, sort="-name"))
    assert (page.total, [row.name for row in page.rows]) == (4, ["Vic Viewer", "Ursula User"])
    first = cast.user.run(service.dashboard_access, board.id, PageRequest(limit=1, sort="reason"))
    assert first.rows[0].name == "Ursula User"
    least = cast.user.run(service.dashboard_access, board.id, PageRequest(sort="may"))
    assert {row.name for row in least.rows[:1]} == {"Vic Viewer"}
    assert cast.user.run(service.dashboard_access, board.id, PageRequest(text="max")).total == 1


# -- who owes the values -------------------------------------------------------------------------


def test_whoever_owes_the_values_may_enter_them(cast: Cast) -> None:
    kpi = factory.kpi(cast.admin, factory.dashboard(cast.admin))
    with pytest.raises(OutOfScope):
        factory.value(cast.user, kpi, date(2026, 9, 1), "93")
    made = cast.admin.run(kpis.assign_entry, kpi.id, user_id=cast.id("user"))
    assert (made.name, made.assigned_by, made.members) == ("Ursula User", "Ada Admin", 0)
    assert cast.admin.run(kpis.assign_entry, kpi.id, user_id=cast.id("user")) == made
    factory.value(cast.user, kpi, date(2026, 9, 1), "93")
    assert cast.admin.run(kpis.unassign_entry, kpi.id, user_id=cast.id("user")) == made
    with pytest.raises(OutOfScope):
        factory.value(cast.user, kpi, date(2026, 8, 1), "93")


def test_a_team_owes_values_and_rows_say_so(cast: Cast) -> None:
    board = factory.dashboard(cast.admin)
    kpi, other = factory.kpi(cast.admin, board, "One"), factory.kpi(cast.admin, board, "Two")
    team = team_of(cast, "user", name="Énergie")
    cast.admin.run(kpis.assign_entry, kpi.id, team_id=team)
    cast.admin.run(kpis.assign_entry, kpi.id, user_id=cast.id("manager"))
    factory.value(cast.user, kpi, date(2026, 9, 1), "93")
    rows = cast.admin.run(kpis.list_assignments, kpi.id).rows
    assert [(row.name, row.members) for row in rows] == [("Max Manager", 0), ("Énergie", 1)]
    assert cast.viewer.run(show_kpi, kpi.id).row.assignees == ("Max Manager", "Énergie")
    listed = {row.name: row.assignees for row in cast.viewer.run(list_kpis).rows}
    assert listed == {"One": ("Max Manager", "Énergie"), "Two": ()}
    assert other.id != kpi.id


def test_values_are_asked_of_those_who_see_the_dashboard(cast: Cast, private: Dashboard) -> None:
    kpi = factory.kpi(cast.user, private)
    team = team_of(cast, "manager", "viewer")
    for whom in ({"user_id": cast.id("manager")}, {"team_id": team}):
        with pytest.raises(AssigneeOutOfSight):
            cast.user.run(kpis.assign_entry, kpi.id, **whom)
    assert cast.user.run(kpis.list_assignments, kpi.id).total == 0
    share(cast.user, private, user_id=cast.id("manager"))
    cast.user.run(kpis.assign_entry, kpi.id, team_id=team)
    cast.user.run(kpis.assign_entry, kpi.id, user_id=cast.id("manager"))
    factory.value(cast.manager, kpi, date(2026, 9, 1), "93")
    empty = team_of(cast, name="Empty")
    with pytest.raises(AssigneeOutOfSight):
        cast.user.run(kpis.assign_entry, kpi.id, team_id=empty)
    share(cast.user, private, team_id=empty)
    cast.user.run(kpis.assign_entry, kpi.id, team_id=empty)


def test_who_may_assign(cast: Cast) -> None:
    kpi = factory.kpi(cast.admin, factory.dashboard(cast.admin))
    somebody = cast.id("user")
    with pytest.raises(PermissionMissing):
        cast.viewer.run(kpis.assign_entry, kpi.id, user_id=somebody)
    with pytest.raises(OutOfScope):
        cast.user.run(kpis.assign_entry, kpi.id, user_id=somebody)
    with pytest.raises(AssignmentNotFound):
        cast.admin.run(kpis.unassign_entry, kpi.id, user_id=somebody)
    for whom, error in (
        ({}, ShareWithWhom),
        ({"user_id": new_id()}, UserNotFound),
        ({"team_id": new_id()}, TeamNotFound),
    ):
        with pytest.raises(error):
            cast.admin.run(kpis.assign_entry, kpi.id, **whom)


def test_lists_ask_no_more_when_there_is_more(cast: Cast) -> None:
    board = factory.dashboard(cast.admin)
    kpi = factory.kpi(cast.admin, board)

    def asked() -> list[int]:
        counts = []
        for use_case, of in (
            (service.list_shares, board.id),
            (service.dashboard_access, board.id),
            (kpis.list_assignments, kpi.id),
        ):
            with factory.counted(cast.admin) as queries:
                cast.admin.run(use_case, of)
            counts.append(len(queries))
        return counts

    before = asked()
    for number in range(4):
        team = team_of(cast, "user", "viewer", name=f"Team {number}")
        share(cast.admin, board, team_id=team)
        cast.admin.run(kpis.assign_entry, kpi.id, team_id=team)
    assert asked() == before
