"""Dashboards: create, find, update, archive."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.dashboards import service
from kpix_tui.domains.dashboards.errors import (
    DashboardAmbiguous,
    DashboardArchived,
    DashboardNotFound,
    DashboardTextTooLong,
    DashboardTitleInvalid,
    DashboardTitleTaken,
)
from kpix_tui.domains.dashboards.views import CreateDashboard, UpdateDashboard
from kpix_tui.domains.overview.service import list_dashboards, show_dashboard
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.kernel.paging import PageRequest
from tests.services import factory

People = Callable[[str | None], Context]


def test_it_is_found_by_title_and_by_id(context: Context) -> None:
    made = factory.dashboard(context, "  Ponctualité   TER ")
    assert made.title == "Ponctualité TER"
    assert context.run(service.find_dashboard, "ponctualité ter") == made
    assert context.run(service.find_dashboard, str(made.id)) == made


@pytest.mark.parametrize("name", ["nothing", "", "0" * 36, "01a1fc86-fce2-7d91-9e94-9be471b8ad45"])
def test_what_does_not_exist(context: Context, name: str) -> None:
    with pytest.raises(DashboardNotFound):
        context.run(service.find_dashboard, name)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (CreateDashboard("  "), DashboardTitleInvalid),
        (CreateDashboard("x" * 201), DashboardTitleInvalid),
        (CreateDashboard("ok", "p" * 201), DashboardTextTooLong),
        (CreateDashboard("ok", "", "d" * 4001), DashboardTextTooLong),
    ],
)
def test_texts_that_cannot_be_accepted(
    context: Context, command: CreateDashboard, error: type[Exception]
) -> None:
    with pytest.raises(error):
        context.run(service.create_dashboard, command)


def test_a_title_is_given_once(context: Context) -> None:
    factory.dashboard(context, "One")
    with pytest.raises(DashboardTitleTaken):
        factory.dashboard(context, "ONE")


def test_update_asks_for_the_version_that_was_read(context: Context) -> None:
    made = factory.dashboard(context)
    command = UpdateDashboard(made.id, made.version, "Renamed", "P", "D")
    changed = context.run(service.update_dashboard, command)
    assert (changed.title, changed.process, changed.version) == ("Renamed", "P", 2)
    with pytest.raises(StaleVersion):
        context.run(service.update_dashboard, command)


def test_update_does_not_take_anothers_title(context: Context) -> None:
    factory.dashboard(context, "One")
    two = factory.dashboard(context, "Two")
    with pytest.raises(DashboardTitleTaken):
        context.run(service.update_dashboard, UpdateDashboard(two.id, two.version, "one", "", ""))


def test_archive_and_back(context: Context) -> None:
    made = factory.dashboard(context)
    archived = context.run(service.archive_dashboard, made.id)
    assert archived.archived_at is not None
    assert context.run(service.archive_dashboard, made.id) == archived
    assert context.run(list_dashboards).total == 0
    assert context.run(list_dashboards, archived=True).total == 1
    with pytest.raises(DashboardArchived):
        context.run(
            service.update_dashboard, UpdateDashboard(made.id, archived.version, "x", "", "")
        )
    factory.dashboard(context, made.title)
    with pytest.raises(DashboardTitleTaken):
        context.run(service.archive_dashboard, made.id, archived=False)


def test_back_from_the_archive(context: Context) -> None:
    made = factory.dashboard(context)
    context.run(service.archive_dashboard, made.id)
    assert context.run(service.archive_dashboard, made.id, archived=False).archived_at is None


def test_two_of_a_name_have_to_be_told_apart(context: Context) -> None:
    first = factory.dashboard(context, "Twin")
    context.run(service.archive_dashboard, first.id)
    second = factory.dashboard(context, "Twin")
    assert context.run(service.find_dashboard, "Twin") == second
    with context.unit_of_work() as uow:
        uow.driver.execute(
            "update kpix.dashboard set archived_at = null where id = %s", (first.id,)
        )
    with pytest.raises(DashboardAmbiguous):
        context.run(service.find_dashboard, "Twin")


@pytest.mark.parametrize("person", ["globex/admin", "globex/viewer"])
def test_another_organisation_sees_nothing(as_person: People, person: str) -> None:
    made = factory.dashboard(as_person("acme/admin"))
    stranger = as_person(person)
    with pytest.raises(DashboardNotFound):
        stranger.run(service.get_dashboard, made.id)
    with pytest.raises(DashboardNotFound):
        stranger.run(service.archive_dashboard, made.id)
    with pytest.raises(DashboardNotFound):
        stranger.run(show_dashboard, made.id)
    assert stranger.run(list_dashboards).total == 0


def test_roles(as_person: People) -> None:
    made = factory.dashboard(as_person("acme/admin"))
    mine = factory.dashboard(as_person("acme/user"), "Mine")
    with pytest.raises(PermissionMissing):
        factory.dashboard(as_person("acme/viewer"), "No")
    for person in ("acme/user", "acme/manager"):
        with pytest.raises(OutOfScope):
            as_person(person).run(service.archive_dashboard, made.id)
    as_person("acme/user").run(service.archive_dashboard, mine.id)
    as_person("acme/admin").run(service.archive_dashboard, mine.id, archived=False)


def test_lists_are_paged_sorted_and_filtered(context: Context) -> None:
    for number in range(12):
        factory.dashboard(context, f"Board {number:02}", "Énergie" if number % 3 == 0 else "Soin")
    page = context.run(list_dashboards, PageRequest(offset=10, limit=5, sort="-title"))
    assert ([row.title for row in page.rows], page.total) == (["Board 01", "Board 00"], 12)
    assert context.run(list_dashboards, PageRequest(text="energ")).total == 4
