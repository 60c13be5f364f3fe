"""The demonstration, built in an embedded database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kpix_tui.app import demo
from kpix_tui.app.context import Context, open_context
from kpix_tui.app.demo import (
    CORRECTIONS,
    PASSWORD,
    PEOPLE,
    DemoFolderTaken,
    DemoOpened,
    DemoProgress,
    build_demo,
    demo_settings,
)
from kpix_tui.app.demo_data import load_demo
from kpix_tui.config import load_settings
from kpix_tui.domains.accounts.service import change_password, login, whoami
from kpix_tui.domains.accounts.views import ChangePassword, Login
from kpix_tui.domains.comments.service import list_comments
from kpix_tui.domains.comments.views import Subject
from kpix_tui.domains.dashboards.service import find_dashboard, list_shares
from kpix_tui.domains.kpis.service import find_kpi, list_definitions
from kpix_tui.domains.overview.service import list_dashboards, list_kpis
from kpix_tui.domains.people.service import list_users
from kpix_tui.domains.plans.service import list_plans
from kpix_tui.domains.plans.views import PlanStatus, Verdict
from kpix_tui.domains.values.service import list_values, value_history
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.kernel.periods import Frequency

CLOCK = FixedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))
ALL = PageRequest(limit=100_000)


def demo_context(home: Path) -> Context:
    """A context as ``kpix demo`` opens it; a server of somebody's own is not looked at."""
    environment = {"KPIX_HOME": str(home), "KPIX_DATABASE_URL": "postgresql://nowhere.invalid/x"}
    return open_context(demo_settings(load_settings(environment)), CLOCK)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A kpix folder with a demonstration in it."""
    folder = tmp_path_factory.mktemp("kpix")
    yield folder
    context = demo_context(folder)
    context.server().destroy(force=True)


@pytest.fixture(scope="module")
def built(home: Path) -> Iterator[tuple[Context, list[DemoProgress]]]:
    """The demonstration, built once for the tests that only read it."""
    seen: list[DemoProgress] = []
    context = demo_context(home)
    assert build_demo(context, progress=seen.append) == DemoOpened(built=True, signed_in=True)
    yield context, seen
    context.close()


Built = tuple[Context, list[DemoProgress]]


def test_everything_that_is_shipped_is_there(built: Built) -> None:
    context, _ = built
    for dashboard in load_demo(CLOCK.now().date()):
        for shipped in dashboard.kpis:
            kpi = context.run(find_kpi, shipped.code)
            assert (kpi.dashboard_title, kpi.name) == (dashboard.title, shipped.name)
            rows = context.run(list_values, kpi.id, ALL).rows
            assert {row.period_start: row.value for row in rows} == shipped.values


def test_actions_are_at_every_stage(built: Built) -> None:
    context, _ = built
    rows = context.run(list_plans, ALL).rows
    assert {row.status for row in rows} == set(PlanStatus)
    assert {row.verdict for row in rows} == {None, Verdict.EFFECTIVE, Verdict.NOT_EFFECTIVE}
    assert sum(row.overdue for row in rows) >= 3
    assert len({row.owner_name for row in rows}) >= 4
    assert any(row.parent_id for row in rows)


def test_every_status_stands_on_the_overview(built: Built) -> None:
    context, _ = built
    rows = context.run(list_dashboards, ALL).rows
    assert len(rows) == 6
    assert len({row.process for row in rows}) == 5
    for status in ("green", "orange", "red", "critical", "no_data"):
        assert sum(getattr(row.statuses, status) for row in rows) > 0
    assert sum(row.statuses.total for row in rows) == 76
    assert {kpi.frequency for kpi in context.run(list_definitions)} == {
        Frequency.DAILY,
        Frequency.WEEKLY,
        Frequency.MONTHLY,
    }
    assert len({kpi.owner_name for kpi in context.run(list_definitions)}) > 1


def test_a_kpi_that_nobody_fed_owes_every_period(built: Built) -> None:
    context, _ = built
    rows = {row.code: row for row in context.run(list_kpis, ALL).rows}
    assert rows["LEFT-UNSEEN"].value is None
    assert rows["LEFT-UNSEEN"].missing == 31
    assert rows["NMHC"].missing > 300
    assert rows["AE-ALL"].missing == 0


def test_histories_can_be_read(built: Built) -> None:
    context, _ = built
    for correction in CORRECTIONS:
        kpi = context.run(find_kpi, correction.code)
        starts = sorted(row.period_start for row in context.run(list_values, kpi.id, ALL).rows)
        history = context.run(value_history, kpi.id, starts[-1 - correction.back])
        assert len(history) == 1 + len(correction.steps)
        assert history[0].reason == correction.reason
        assert history[0].entered_by == PEOPLE[correction.person].name
        assert len({revision.value for revision in history}) == len(history)


def test_everybody_can_sign_in(built: Built) -> None:
    context, _ = built
    assert context.run(whoami).name == PEOPLE["administrator"].name
    for person in PEOPLE.values():
        token = login(context, Login(person.email, PASSWORD)).token
        with context.unit_of_work(token) as uow:
            assert whoami(uow).roles == (person.role,)


def test_people_see_what_is_shared_with_them(built: Built) -> None:
    context, _ = built
    everything = {row.title for row in context.run(list_dashboards, ALL).rows}
    hidden = {
        "viewer": {"Energy prices", "Weekly deaths by age"},
        "buyer": {"Weekly deaths by age"},
        "analyst": {"Energy prices"},
        "director": set(),
        "manager": set(),
        "user": {"Weekly deaths by age"},
    }
    for key, out_of_sight in hidden.items():
        token = login(context, Login(PEOPLE[key].email, PASSWORD)).token
        with context.unit_of_work(token) as uow:
            seen = {row.title for row in list_dashboards(uow, ALL).rows}
            assert everything - seen == out_of_sight, key


def test_values_are_owed_and_shares_end(built: Built) -> None:
    context, _ = built
    assignees = {row.code: row.assignees for row in context.run(list_kpis, ALL).rows}
    assert {code: names for code, names in assignees.items() if names} == {
        "BRENT-DAY": ("Purchasing",),
        "GAS-DAY": ("Purchasing",),
        "LEFT-UNSEEN": ("Tom Weber",),
    }
    energy = context.run(find_dashboard, "Energy prices")
    shares = {one.name: one.until for one in context.run(list_shares, energy.id).rows}
    assert shares == {"Inès Moreau": date(2027, 1, 20), "Purchasing": None}


def test_people_talk_about_the_figures(built: Built) -> None:
    context, _ = built
    ids = {kpi.code: kpi.id for kpi in context.run(list_definitions)}
    for code, count in {"AE-ALL": 5, "AE-RF4": 2, "NO2": 2, "ADM-ALL": 1}.items():
        page = context.run(list_comments, Subject(ids[code]))
        assert page.total == count, code
    threads = context.run(list_comments, Subject(ids["AE-ALL"]))
    assert [row.is_reply for row in threads.rows] == [False, True, True, False, True]
    assert threads.rows[3].period_start is not None
    assert threads.rows[3].edited_at is not None
    assert [one.name for one in threads.rows[2].mentions] == ["Alex Martin"]


def test_progress_goes_forward(built: Built) -> None:
    _, seen = built
    steps = list(dict.fromkeys(progress.step for progress in seen))
    assert steps == list(demo.DemoStep)
    for step in steps:
        done = [progress.done for progress in seen if progress.step is step]
        assert done == sorted(done)
        assert done[-1] == seen[[p.step for p in seen].index(step)].total


def test_the_second_time_it_only_opens(built: Built, home: Path) -> None:
    context = demo_context(home)
    seen: list[DemoProgress] = []
    assert build_demo(context, progress=seen.append) == DemoOpened(built=False, signed_in=True)
    assert seen == []
    context.close()


def test_who_has_signed_out_is_signed_in_again(built: Built, home: Path) -> None:
    context = demo_context(home)
    context.tokens.clear()
    assert build_demo(context).signed_in
    assert context.run(whoami).email == PEOPLE["administrator"].email
    context.close()


def test_with_another_password_it_opens_at_the_login(built: Built, home: Path) -> None:
    administrator, _ = built
    change_password(administrator, ChangePassword(PASSWORD, "something else entirely"))
    administrator.tokens.clear()
    try:
        assert build_demo(administrator) == DemoOpened(built=False, signed_in=False)
        assert administrator.tokens.load() is None
    finally:
        email = PEOPLE["administrator"].email
        token = login(administrator, Login(email, "something else entirely")).token
        administrator.tokens.save(token)
        change_password(administrator, ChangePassword("something else entirely", PASSWORD))


def test_an_interrupted_build_begins_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "load_demo", lambda today: load_demo(today)[-1:])
    monkeypatch.setattr(demo, "CORRECTIONS", ())
    monkeypatch.setattr(demo, "PLANS", ())
    monkeypatch.setattr("kpix_tui.app.demo_comments.TALK", ())
    context = demo_context(tmp_path)

    class Interrupted(Exception):
        """What stops the build."""

    def stop(progress: DemoProgress) -> None:
        if progress.step is demo.DemoStep.FIGURES:
            raise Interrupted

    with pytest.raises(Interrupted):
        build_demo(context, progress=stop)
    context.close()
    context = demo_context(tmp_path)
    try:
        assert build_demo(context).built
        assert len(context.run(list_definitions)) == 12
        assert context.run(list_users).total == len(PEOPLE)
        assert build_demo(context, reset=True).built
        assert len(context.run(list_definitions)) == 12
    finally:
        context.close()
        context.server().destroy()


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    own = load_settings({"KPIX_HOME": str(tmp_path / "demo")})
    theirs = open_context(replace(own, state=tmp_path / "elsewhere"), CLOCK)
    theirs.database()
    theirs.close()
    context = demo_context(tmp_path)
    try:
        for reset in (False, True):
            with pytest.raises(DemoFolderTaken):
                build_demo(context, reset=reset)
        assert context.server().status().data_version is not None
    finally:
        context.server().destroy()
