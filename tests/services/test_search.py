"""Search: what is found, by which words, in which order, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kpix_tui.access.permissions import Level, Permission, Scope, Visibility
from kpix_tui.access.policy import PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.comments import service as comments
from kpix_tui.domains.comments.views import AddComment, EditComment, Subject
from kpix_tui.domains.dashboards import service as dashboards
from kpix_tui.domains.dashboards.views import ShareDashboard, UpdateDashboard
from kpix_tui.domains.kpis import service as kpis
from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.people import service as people_service
from kpix_tui.domains.plans import service as plans
from kpix_tui.domains.plans.views import CreatePlan, PlanStatus
from kpix_tui.domains.search.errors import QueryTooShort
from kpix_tui.domains.search.rules import marked
from kpix_tui.domains.search.service import search
from kpix_tui.domains.search.views import Found, Hit, Kind, StatusFilter, Wanted
from kpix_tui.domains.values import service as values
from kpix_tui.kernel.paging import PageRequest
from tests.services import factory, people
from tests.support.databases import Database
from tests.tui.hostile import HOSTILE

People = Callable[[str | None], Context]


def found(context: Context, text: str, **wanted: Any) -> Found:
    return context.run(search, Wanted(text, **wanted))


def titles(context: Context, text: str, **wanted: Any) -> list[str]:
    return [hit.title.text for hit in found(context, text, **wanted).page.rows]


def marks(hit: Hit) -> list[str]:
    return [part for part, meant in hit.title.parts() if meant]


@pytest.fixture
def world(context: Context) -> dict[str, Any]:
    """Two dashboards of two processes with two KPIs each; one is red, one critical."""
    trains = factory.dashboard(context, "Ponctualité des trains", "Transport")
    quality = factory.dashboard(context, "Supplier quality", "Purchasing")
    late = factory.kpi(context, trains, "Late arrivals", description="Share of delayed trains.")
    early = factory.kpi(context, trains, "Départs à l'heure")
    returns = factory.kpi(context, quality, "Returned deliveries")
    defects = factory.kpi(context, quality, "Defects", description="Qualités refusées, œuvres.")
    factory.value(context, late, date(2026, 9, 1), "90")
    factory.value(context, returns, date(2026, 9, 1), "80")
    factory.value(context, early, date(2026, 9, 1), "97")
    return {"trains": trains, "quality": quality, "late": late, "defects": defects, "early": early}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("late", "LATE-ARRIVALS  Late arrivals"),
        ("LATE ARR", "LATE-ARRIVALS  Late arrivals"),
        ("arrivals late", "LATE-ARRIVALS  Late arrivals"),
        ("ponctualite", "Ponctualité des trains"),
        ("Pônctuälité", "Ponctualité des trains"),
        ("po", "Ponctualité des trains"),
        ("delivery", "RETURNED-DELIVERIES  Returned deliveries"),
        ("delays", "LATE-ARRIVALS  Late arrivals"),
        ("l'heure", "DEPARTS-A-L-HEURE  Départs à l'heure"),
        ("l’heure", "DEPARTS-A-L-HEURE  Départs à l'heure"),
        ("départ de l'heure", "DEPARTS-A-L-HEURE  Départs à l'heure"),
        ("qualite refusee", "DEFECTS  Defects"),
        ("oeuvre", "DEFECTS  Defects"),
        ("purchasing", "Supplier quality"),
        ("ursula", "Ursula User"),
        ("user@acme", "Ursula User"),
    ],
)
def test_words_are_found(context: Context, world: dict[str, Any], text: str, first: str) -> None:
    assert titles(context, text)[:1] == [first]


@pytest.mark.parametrize("text", ["latex", "late quality", "arriv zz", "globex", "rrivals", "ate"])
def test_other_words_are_not(context: Context, world: dict[str, Any], text: str) -> None:
    assert found(context, text) == Found(found(context, text).page, more=False)
    assert titles(context, text) == []
    assert found(context, text).page.total == 0


def test_what_is_found_says_why(context: Context, world: dict[str, Any]) -> None:
    (hit,) = found(context, "delayed").page.rows
    assert (hit.kind, hit.id) == (Kind.KPI, world["late"].id)
    assert (hit.place.text, hit.owner_name) == ("Ponctualité des trains", "Ada Admin")
    assert (hit.status, hit.critical) == (Status.RED, False)
    assert hit.dashboard_id == world["trains"].id
    assert list(hit.snippet.parts()) == [
        ("Share of ", False),
        ("delayed", True),
        (" trains.", False),
    ]
    (board,) = found(context, "transport").page.rows
    assert list(board.place.parts()) == [("Transport", True)]
    assert (board.status, board.dashboard_id) == (None, board.id)
    (person,) = found(context, "viewer").page.rows
    assert (person.kind, marks(person), person.owner_name) == (Kind.PERSON, ["Viewer"], "")
    assert list(person.snippet.parts())[:1] == [("viewer", True)]


def test_the_words_themselves_come_before_words_that_begin_so(context: Context) -> None:
    board = factory.dashboard(context, "Board")
    for name in ("Railway", "Rail", "Rails", "Rails of rail"):
        factory.kpi(context, board, name)
    assert titles(context, "rail")[-1] == "RAILWAY  Railway"
    assert titles(context, "railw") == ["RAILWAY  Railway"]


def test_a_title_comes_before_a_description(context: Context) -> None:
    board = factory.dashboard(context, "Board")
    factory.kpi(context, board, "One", description="about scrap")
    factory.kpi(context, board, "Scrap")
    assert titles(context, "scrap") == ["SCRAP  Scrap", "ONE  One"]


def test_filters_narrow(context: Context, world: dict[str, Any]) -> None:
    everything = "late defects"
    assert titles(context, everything) == []
    assert titles(context, "re", kinds=frozenset({Kind.DASHBOARD})) == []
    assert titles(context, "quality", kinds=frozenset({Kind.DASHBOARD})) == ["Supplier quality"]
    assert titles(context, "train", process="TRANSPÔRT") == [
        "Ponctualité des trains",
        "LATE-ARRIVALS  Late arrivals",
    ]
    assert titles(context, "train", process="Transpor") == []
    red = frozenset({StatusFilter.RED})
    assert titles(context, "arrivals", statuses=red) == ["LATE-ARRIVALS  Late arrivals"]
    assert titles(context, "deliveries", statuses=red) == titles(context, "deliveries")
    critical = frozenset({StatusFilter.CRITICAL})
    assert titles(context, "arrivals", statuses=critical) == []
    assert titles(context, "deliveries", statuses=critical) == titles(context, "deliveries")
    assert titles(context, "defects", statuses=frozenset({StatusFilter.NO_DATA})) == [
        "DEFECTS  Defects"
    ]
    assert titles(context, "ponctualite", statuses=red) == []
    assert titles(context, "ursula", statuses=red) == []
    green = frozenset({StatusFilter.GREEN, StatusFilter.ORANGE})
    assert titles(context, "departs", statuses=green) == ["DEPARTS-A-L-HEURE  Départs à l'heure"]
    assert titles(context, "ursula", statuses=red, kinds=frozenset({Kind.PERSON})) == []


def test_owners_and_days_narrow(context: Context, world: dict[str, Any]) -> None:
    me, other = people.person(context, "admin"), people.person(context, "user")
    assert titles(context, "late", owner_id=me) == titles(context, "late")
    assert titles(context, "late", owner_id=other) == []
    (hit,) = found(context, "late").page.rows
    day = hit.changed_at.date()
    assert titles(context, "late", since=day, until=day) == titles(context, "late")
    assert titles(context, "late", since=date(day.year + 1, 1, 1)) == []
    assert titles(context, "late", until=date(day.year - 1, 1, 1)) == []


def test_pages_follow_each_other(context: Context) -> None:
    board = factory.dashboard(context, "Board")
    for number in range(7):
        factory.kpi(context, board, f"Row {number}")

    def page(offset: int) -> Found:
        return context.run(search, Wanted("row"), PageRequest(offset, 3))

    seen = [hit.id for offset in (0, 3, 6) for hit in page(offset).page.rows]
    assert len(set(seen)) == 7
    assert {page(offset).page.total for offset in (0, 3, 6, 9)} == {7}
    assert page(9).page.rows == ()
    assert page(3).page.offset == 3


def test_more_than_is_ranked_is_said(context: Context, database: Database) -> None:
    board = factory.dashboard(context, "Board")
    with database.server.connect(database.name) as connection:
        connection.execute(
            "insert into private.search_document"
            " select d.organization_id, 'DASHBOARD', gen_random_uuid(), d.dashboard_id, null,"
            " d.owner_id, d.changed_at, d.words"
            " from private.search_document d, generate_series(1, 1100) where d.id = %s",
            (board.id,),
        )
    some = found(context, "board", kinds=frozenset({Kind.DASHBOARD}))
    assert (some.page.total, some.more) == (1001, True)
    assert len(some.page.rows) <= 1  # nothing is shown that is not there


def test_the_index_follows_what_happens(context: Context, world: dict[str, Any]) -> None:
    late = context.run(kpis.get_kpi, world["late"].id)
    context.run(values.update_kpi, factory.update(late, name="Tardy arrivals", code="TARDY"))
    assert titles(context, "late") == []
    assert titles(context, "tardy") == ["TARDY  Tardy arrivals"]
    context.run(kpis.delete_kpi, late.id)
    assert titles(context, "tardy") == []
    board = context.run(dashboards.get_dashboard, world["quality"].id)
    context.run(
        dashboards.update_dashboard,
        UpdateDashboard(board.id, board.version, "Vendors", "Sourcing", "new words"),
    )
    assert titles(context, "supplier") == titles(context, "purchasing") == []
    assert titles(context, "words") == titles(context, "sourcing") == ["Vendors"]
    context.run(dashboards.archive_dashboard, board.id)
    assert titles(context, "vendors") == titles(context, "defects") == []
    context.run(dashboards.archive_dashboard, board.id, archived=False)
    assert titles(context, "vendors") == ["Vendors"]
    assert titles(context, "defects") == ["DEFECTS  Defects"]


@pytest.fixture
def said(context: Context, world: dict[str, Any]) -> dict[str, Any]:
    """An action about a KPI, and a comment on it."""
    plan = context.run(
        plans.create_plan,
        CreatePlan(
            "Replace the signals",
            date(2026, 12, 24),
            world["late"].id,
            cause="Corrosion of contacts",
            whys=("It rains in.",),
        ),
    )
    comment = context.run(
        comments.add_comment,
        AddComment(Subject(world["late"].id), "The weather, l\u2019hiver surtout."),
    )
    return {**world, "plan": plan, "comment": comment}


def test_actions_and_comments_are_found(context: Context, said: dict[str, Any]) -> None:
    (action,) = found(context, "signal").page.rows
    assert (action.kind, action.id, action.status) == (
        Kind.ACTION,
        said["plan"].id,
        PlanStatus.OPEN,
    )
    assert (action.title.text, action.place.text) == (
        "Replace the signals",
        "Ponctualité des trains",
    )
    assert (action.kpi_id, action.owner_name) == (said["late"].id, "Ada Admin")
    for words in ("corrosion", "rains"):
        assert [hit.id for hit in found(context, words).page.rows] == [action.id]
    (comment,) = found(context, "hiver").page.rows
    assert (comment.kind, comment.id, comment.kpi_id) == (
        Kind.COMMENT,
        said["comment"].id,
        said["late"].id,
    )
    assert (comment.period_start, comment.action_id) == (None, None)
    assert comment.title.text == "LATE-ARRIVALS  Late arrivals"
    assert [part for part, meant in comment.snippet.parts() if meant] == ["hiver"]
    some = {"statuses": frozenset({StatusFilter.OPEN, StatusFilter.DONE})}
    assert titles(context, "signal", **some) == ["Replace the signals"]
    assert titles(context, "late", **some) == []
    assert titles(context, "signal", statuses=frozenset({StatusFilter.DONE})) == []


def test_a_comment_says_where_it_stands(context: Context, said: dict[str, Any]) -> None:
    kpi, plan = said["late"], said["plan"]
    context.run(comments.add_comment, AddComment(Subject(kpi.id, action_id=plan.id), "Ordered."))
    (hit,) = found(context, "ordered").page.rows
    assert (hit.kpi_id, hit.period_start, hit.action_id) == (kpi.id, None, plan.id)


def test_actions_and_comments_follow_what_happens(context: Context, said: dict[str, Any]) -> None:
    comment = said["comment"]
    edited = context.run(
        comments.edit_comment, EditComment(comment.id, comment.version, "The summer.")
    )
    assert titles(context, "weather") == []
    assert len(titles(context, "summer")) == 1
    context.run(comments.delete_comment, edited.id)
    assert titles(context, "summer") == []
    context.run(plans.delete_plan, said["plan"].id)
    assert titles(context, "signal") == []


def test_what_stands_on_a_kpi_goes_with_it(context: Context, said: dict[str, Any]) -> None:
    context.run(dashboards.archive_dashboard, said["trains"].id)
    assert titles(context, "signal") == titles(context, "weather") == []
    context.run(dashboards.archive_dashboard, said["trains"].id, archived=False)
    assert len(titles(context, "signal")) == len(titles(context, "weather")) == 1
    context.run(kpis.delete_kpi, said["late"].id)
    assert titles(context, "signal") == titles(context, "weather") == []


def test_sight_of_actions_and_comments(as_person: People, said: dict[str, Any]) -> None:
    admin, viewer = as_person("acme/admin"), as_person("acme/viewer")
    assert len(titles(viewer, "signal")) == len(titles(viewer, "weather")) == 1
    admin.run(dashboards.set_visibility, said["trains"].id, Visibility.PRIVATE)
    assert titles(viewer, "signal") == titles(viewer, "weather") == []
    admin.run(dashboards.set_visibility, said["trains"].id, Visibility.ORGANIZATION)
    seeing = dict.fromkeys((Permission.DASHBOARD_READ, Permission.KPI_READ), Scope.ORGANIZATION)
    people.give(admin, "viewer", seeing, "No actions")
    assert titles(viewer, "signal") == titles(viewer, "weather") == []
    assert titles(viewer, "late") != []
    own = seeing | dict.fromkeys((Permission.ACTION_PLAN_READ, Permission.COMMENT_READ), Scope.OWN)
    people.give(admin, "viewer", own, "Own actions")
    assert titles(viewer, "signal") == titles(viewer, "weather") == []
    assert len(titles(admin, "signal")) == len(titles(admin, "weather")) == 1
    who = people.person(admin, "viewer")
    mine = factory.kpi(admin, said["quality"], "Mine", owner_id=who)
    admin.run(comments.add_comment, AddComment(Subject(mine.id), "The weather again."))
    assert len(titles(viewer, "weather")) == 1


def test_people_come_and_go(context: Context) -> None:
    user = people.person(context, "user")
    context.run(people_service.rename_user, user, "Uma Newname")
    assert titles(context, "ursula") == []
    assert titles(context, "newname") == ["Uma Newname"]
    context.run(people_service.set_active, user, False)
    assert titles(context, "newname") == []
    context.run(people_service.set_active, user, True)
    assert titles(context, "newname") == ["Uma Newname"]


def test_sight_decides(as_person: People, world: dict[str, Any]) -> None:
    admin, viewer = as_person("acme/admin"), as_person("acme/viewer")
    trains = world["trains"]
    assert len(titles(viewer, "train")) == 2
    admin.run(dashboards.set_visibility, trains.id, Visibility.PRIVATE)
    assert titles(viewer, "train") == []
    assert len(titles(admin, "train")) == 2
    who = people.person(admin, "viewer")
    admin.run(dashboards.share_dashboard, ShareDashboard(trains.id, Level.VIEWER, user_id=who))
    assert len(titles(viewer, "train")) == 2
    admin.run(dashboards.unshare_dashboard, trains.id, user_id=who)
    assert titles(viewer, "train") == []
    admin.run(dashboards.set_visibility, trains.id, Visibility.ORGANIZATION)
    assert len(titles(viewer, "train")) == 2
    assert titles(as_person("globex/admin"), "train") == []


def test_what_a_team_mate_shows_to_teams_is_found(as_person: People, world: dict[str, Any]) -> None:
    admin, viewer = as_person("acme/admin"), as_person("acme/viewer")
    trains = world["trains"]
    admin.run(dashboards.set_visibility, trains.id, Visibility.TEAMS)
    assert titles(viewer, "train") == []
    team = admin.run(people_service.create_team, "Drivers").id
    for name in ("admin", "viewer"):
        admin.run(people_service.add_member, team, people.person(admin, name))
    assert len(titles(viewer, "train")) == 2
    admin.run(dashboards.set_visibility, trains.id, Visibility.PRIVATE)
    assert titles(viewer, "train") == []


def test_without_rights_there_is_nothing(as_person: People, world: dict[str, Any]) -> None:
    admin, viewer = as_person("acme/admin"), as_person("acme/viewer")
    people.give(admin, "viewer", {Permission.TEAM_READ: Scope.ORGANIZATION}, "Nothing")
    for text in ("train", "late", "ada", "acme test"):
        assert found(viewer, text).page.total == 0
    for kind in Kind:
        with pytest.raises(PermissionMissing):
            found(viewer, "train", kinds=frozenset({kind}))


def test_reach_over_kpis_decides(as_person: People, world: dict[str, Any]) -> None:
    """Who reads every dashboard and only their own KPIs."""
    admin, user = as_person("acme/admin"), as_person("acme/user")
    people.give(
        admin,
        "user",
        {Permission.DASHBOARD_READ: Scope.ORGANIZATION, Permission.KPI_READ: Scope.OWN},
        "Own KPIs",
    )
    assert titles(user, "train") == ["Ponctualité des trains"]
    mine = factory.kpi(
        admin, world["trains"], "Mine of trains", owner_id=people.person(admin, "user")
    )
    assert {hit.id for hit in found(user, "train").page.rows} == {mine.id, world["trains"].id}


def test_a_query_is_refused(context: Context) -> None:
    with pytest.raises(QueryTooShort):
        found(context, " a ")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_found_as_they_are(context: Context, text: str) -> None:
    board = factory.dashboard(context, f"{text[:150]} zebra")
    (hit,) = found(context, "zebra").page.rows
    assert hit.title.text == board.title
    assert marks(hit)[-1] == "zebra"
    for query in (text[:190], f"zebra {text[:150]}"):
        try:
            answer = found(context, query)
        except QueryTooShort:
            continue
        assert all(one.title.text for one in answer.page.rows)


def test_twice_as_much_takes_as_many_queries(context: Context) -> None:
    board = factory.dashboard(context, "Rows")

    def queries() -> int:
        with factory.counted(context) as seen:
            found(context, "row")
        return len(seen)

    for number in range(5):
        factory.kpi(context, board, f"Row {number}")
    few = queries()
    for number in range(5, 15):
        factory.kpi(context, board, f"Row {number}")
    assert queries() == few <= 2


SAMPLES = (
    "Ponctualité de l'œuvre",
    "ÉTÉ_à-Noël/2026 3.5% №5 ﬁn",
    "Straße ÆØÅ ʼapostropheʼ",
    "Привет, мир! Ἀθῆναι",
    "A\u200bB so\u00adft \u202eright\u202c",
    "tab\tnew\nline",
    "产品 质量",
    *HOSTILE,
)


@pytest.mark.parametrize("text", SAMPLES)
def test_the_database_folds_as_python_does(database: Database, text: str) -> None:
    """Or else what was found would not be marked: every word of a text is meant by itself."""
    text = text.replace("\0", "")[:190]
    with database.server.connect(database.name) as connection:
        row = connection.execute("select auth.search_marks(%s, array[%s])", (text, text)).fetchone()
    assert row is not None
    meant: Any = row[0]
    shown = [part for part, is_meant in marked(text, meant).parts() if is_meant]
    assert len(shown) >= len(meant) * (len(text) < 150)
