"""The demonstration: an organisation on real public figures, in a database of its own.

``demo_settings`` says where, ``build_demo`` makes it when it is not there and signs in. Everything
is written through the use cases that people go through. A build that was interrupted is thrown
away and begun again; a folder that kpix has not made for a demonstration is left alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from kpix_tui.app.context import Context
from kpix_tui.app.demo_comments import talk
from kpix_tui.app.demo_data import DemoDashboard, DemoKpi, load_demo
from kpix_tui.app.demo_people import PEOPLE as PEOPLE
from kpix_tui.app.demo_people import WRITERS, found_teams, open_up
from kpix_tui.app.demo_plans import PLANS, Stage, decide
from kpix_tui.config import Settings
from kpix_tui.db.embedded.locks import exclusive
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.accounts.errors import LoginRefused, LoginThrottled, NotSignedIn
from kpix_tui.domains.accounts.service import create_organization, create_user, login, whoami
from kpix_tui.domains.accounts.views import CreateOrganization, CreateUser, Login
from kpix_tui.domains.dashboards.service import create_dashboard
from kpix_tui.domains.dashboards.views import CreateDashboard
from kpix_tui.domains.kpis.service import create_kpi
from kpix_tui.domains.kpis.views import CreateKpi
from kpix_tui.domains.values.service import enter_value, write_values
from kpix_tui.domains.values.views import EnterValue, PeriodValue
from kpix_tui.kernel.errors import Misconfigured, message

ORGANIZATION: Final = "Demonstration"
PASSWORD: Final = "kpix-demonstration"  # noqa: S105 - everybody is told it
"""Of everybody in it. The demonstration holds nothing that is not public."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that was first entered otherwise: ``steps`` are what stood there, in percent of it.

    ``back`` counts values from the last one of the KPI.
    """

    code: str
    back: int
    steps: tuple[int, ...]
    reason: str
    person: str


CORRECTIONS: Final = (
    Correction("AE-ALL", 0, (98, 99), "Two trusts sent their figures late.", "manager"),
    Correction("AE-RF4", 1, (104,), "Validated by the trust.", "user"),
    Correction("AE-RX1", 0, (105,), "Validated by the trust.", "user"),
    Correction("ADM-ALL", 1, (97,), "Admissions of one trust were missing.", "manager"),
    Correction("DEATHS-LON", 0, (93,), "Late registrations added.", "administrator"),
    Correction("DEATHS-NW", 0, (95,), "Late registrations added.", "administrator"),
    Correction("DEATHS-NW", 1, (97,), "Late registrations added.", "administrator"),
    Correction("DEATHS-SE", 0, (94, 98), "Late registrations added.", "administrator"),
    Correction(
        "BRENT-MONTH", 0, (101,), "Mean of the whole month, now that it is over.", "manager"
    ),
    Correction("NO2", 3, (112,), "Calibration of the analyser taken into account.", "user"),
)


class DemoStep(StrEnum):
    """What a build is doing, in English, to be translated."""

    PEOPLE = message("Creating the organisation and its people")
    FIGURES = message("Loading the figures")
    CORRECTIONS = message("Entering corrections")
    PLANS = message("Deciding on actions")
    COMMENTS = message("Writing comments")


@dataclass(frozen=True, slots=True)
class DemoProgress:
    """How far a build is: ``done`` of ``total`` people, values or actions of this step."""

    step: DemoStep
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class DemoOpened:
    """The demonstration is there; ``built`` when it was made just now.

    ``signed_in`` is False when its password was changed: the login screen comes first then.
    """

    built: bool
    signed_in: bool


class DemoFolderTaken(Misconfigured):
    """A database that kpix has not made for a demonstration stands where it would go."""

    code = "demo.folder_taken"
    message = message(
        "{path} holds a database that is not a demonstration: it is left alone. "
        "Choose another place with KPIX_HOME."
    )


def demo_settings(settings: Settings) -> Settings:
    """The settings of the demonstration: its own folder, database and session."""
    home = settings.home / "demo"
    return replace(
        settings,
        home=home,
        state=home / "state",
        database_url=None,
        owner_database_url=None,
        token=None,
    )


def build_demo(
    context: Context,
    *,
    reset: bool = False,
    progress: Callable[[DemoProgress], None] = lambda _progress: None,
) -> DemoOpened:
    """Make the demonstration unless it is there, or afresh with ``reset``, and sign in.

    ``context`` was opened with :func:`demo_settings`.

    Raises:
        DemoFolderTaken: another database stands there; nothing was touched.
        EmbeddedInUse: with ``reset``, or over a half-built one, while another kpix has it open.
        KpixError: the database cannot be started, or a write is refused.
    """
    state = _State(context.settings.state / "demo.json")
    state.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = state.path.with_suffix(".lock")
    with exclusive(lock, 120, lambda: context.progress(message("Waiting for another kpix demo"))):
        built = reset or not _is_built(context, state)
        if built:
            _clear(context, state)
            state.write("building")
            _build(context, progress)
            state.write("built")
    return DemoOpened(built, signed_in=_sign_in(context))


@dataclass(frozen=True, slots=True)
class _State:
    """A small file that says what was begun here, and what was finished."""

    path: Path

    def read(self) -> str | None:
        try:
            return str(json.loads(self.path.read_text(encoding="utf-8"))["state"])
        except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
            return None

    def write(self, state: str) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps({"state": state}), encoding="utf-8")
        fresh.replace(self.path)


def _has_database(context: Context) -> bool:
    return context.server().status().data_version is not None


def _is_built(context: Context, state: _State) -> bool:
    return state.read() == "built" and _has_database(context)


def _clear(context: Context, state: _State) -> None:
    """Throw away what an earlier build has made, and only that."""
    if _has_database(context):
        if state.read() is None:
            raise DemoFolderTaken(path=str(context.settings.home))
        context.close()
        context.server().destroy()
    context.tokens.clear()


@dataclass(frozen=True, slots=True)
class _As:
    """Units of work that act as one person while the demonstration is built."""

    context: Context
    token: str

    def anonymous(self) -> AbstractContextManager[UnitOfWork]:
        return self.context.anonymous()

    def unit_of_work(self, token: str | None = None) -> AbstractContextManager[UnitOfWork]:
        return self.context.unit_of_work(token or self.token)

    def owner(self) -> AbstractContextManager[UnitOfWork]:
        return self.context.owner()


def _build(context: Context, progress: Callable[[DemoProgress], None]) -> None:
    progress(DemoProgress(DemoStep.PEOPLE, 0, len(PEOPLE)))
    team, ids = _people(context, progress)
    with team["administrator"].unit_of_work() as uow:
        teams = found_teams(uow, ids)
        dashboards = load_demo(uow.today)
    total = sum(len(kpi.values) for dashboard in dashboards for kpi in dashboard.kpis)
    kpis: dict[str, UUID] = {}
    done = 0
    for dashboard in dashboards:
        progress(DemoProgress(DemoStep.FIGURES, done, total))
        with team[dashboard.owner].unit_of_work() as uow:
            made = _dashboard(uow, dashboard, ids)
            open_up(uow, dashboard.title, made, ids, teams)
        kpis |= made
        done += sum(len(kpi.values) for kpi in dashboard.kpis)
    progress(DemoProgress(DemoStep.FIGURES, total, total))
    _correct(team, dashboards, kpis, progress)
    _act(team, ids, dashboards, kpis, progress)
    _talk(team, dashboards, kpis, progress)


def _people(
    context: Context, progress: Callable[[DemoProgress], None]
) -> tuple[Mapping[str, _As], Mapping[str, UUID]]:
    """Create everybody and sign in those who write."""
    first = PEOPLE["administrator"]
    created = create_organization(
        context,
        CreateOrganization(
            organization=ORGANIZATION,
            name=first.name,
            email=first.email,
            password=PASSWORD,
            locale=context.settings.locale or "en",
        ),
    )
    ids = {"administrator": created.user_id}
    team: dict[str, _As] = {}
    for done, (key, person) in enumerate(PEOPLE.items(), 1):
        if key != "administrator":
            user = CreateUser(person.name, person.email, (person.role,), PASSWORD)
            ids[key] = create_user(team["administrator"], user).id
        if key in WRITERS:
            signed_in = login(context, Login(person.email, PASSWORD))
            team[key] = _As(context, signed_in.token)
        progress(DemoProgress(DemoStep.PEOPLE, done, len(PEOPLE)))
    return team, ids


def _dashboard(
    uow: UnitOfWork, dashboard: DemoDashboard, people: Mapping[str, UUID]
) -> dict[str, UUID]:
    """Create a dashboard with its KPIs and their values; the ids of the KPIs by code."""
    made = create_dashboard(
        uow, CreateDashboard(dashboard.title, dashboard.process, dashboard.description)
    )
    first = min(start for kpi in dashboard.kpis for start in kpi.values)
    ids = {
        kpi.code: create_kpi(uow, _definition(kpi, made.id, people[kpi.owner], first)).id
        for kpi in dashboard.kpis
    }
    values = [
        PeriodValue(ids[kpi.code], start, value)
        for kpi in dashboard.kpis
        for start, value in _as_first_entered(kpi).items()
    ]
    write_values(uow, values)
    return ids


def _definition(kpi: DemoKpi, dashboard_id: UUID, owner_id: UUID, first: date) -> CreateKpi:
    """The KPI, expected from its first value on; one without values from those of the others."""
    return CreateKpi(
        dashboard_id=dashboard_id,
        name=kpi.name,
        direction=kpi.direction,
        frequency=kpi.frequency,
        thresholds=kpi.thresholds,
        code=kpi.code,
        description=kpi.description,
        unit=kpi.unit,
        decimals=kpi.decimals,
        starts_on=min(kpi.values, default=first),
        owner_id=owner_id,
    )


def _as_first_entered(kpi: DemoKpi) -> dict[date, Decimal]:
    """The values with what stood there before the corrections."""
    values = dict(kpi.values)
    for correction in CORRECTIONS:
        if correction.code == kpi.code:
            start = _corrected_period(correction, kpi)
            values[start] = _percent_of(kpi.values[start], correction.steps[0])
    return values


def _corrected_period(correction: Correction, kpi: DemoKpi) -> date:
    return sorted(kpi.values)[-1 - correction.back]


def _percent_of(value: Decimal, percent: int) -> Decimal:
    """That part of the value, with as many decimals."""
    return (value * percent / 100).quantize(value)


def _correct(
    team: Mapping[str, _As],
    dashboards: Sequence[DemoDashboard],
    ids: Mapping[str, UUID],
    progress: Callable[[DemoProgress], None],
) -> None:
    """Enter the corrections, each by its person and in a transaction of its own."""
    kpis = {kpi.code: kpi for dashboard in dashboards for kpi in dashboard.kpis}
    for done, correction in enumerate(CORRECTIONS):
        progress(DemoProgress(DemoStep.CORRECTIONS, done, len(CORRECTIONS)))
        kpi = kpis[correction.code]
        start = _corrected_period(correction, kpi)
        final = kpi.values[start]
        for value in (*(_percent_of(final, step) for step in correction.steps[1:]), final):
            with team[correction.person].unit_of_work() as uow:
                enter_value(uow, EnterValue(ids[kpi.code], start, value, correction.reason))
    progress(DemoProgress(DemoStep.CORRECTIONS, len(CORRECTIONS), len(CORRECTIONS)))


def _act(
    team: Mapping[str, _As],
    people: Mapping[str, UUID],
    dashboards: Sequence[DemoDashboard],
    ids: Mapping[str, UUID],
    progress: Callable[[DemoProgress], None],
) -> None:
    """Decide on actions, each by its person."""
    kpis = {kpi.code: kpi for dashboard in dashboards for kpi in dashboard.kpis}
    stage = Stage(team, people, ids, kpis)
    for done, plan in enumerate(PLANS):
        progress(DemoProgress(DemoStep.PLANS, done, len(PLANS)))
        decide(stage, plan)
    progress(DemoProgress(DemoStep.PLANS, len(PLANS), len(PLANS)))


def _talk(
    team: Mapping[str, _As],
    dashboards: Sequence[DemoDashboard],
    ids: Mapping[str, UUID],
    progress: Callable[[DemoProgress], None],
) -> None:
    """Let people talk about the figures."""
    progress(DemoProgress(DemoStep.COMMENTS, 0, 1))
    kpis = {kpi.code: kpi for dashboard in dashboards for kpi in dashboard.kpis}
    talk(
        {key: person.unit_of_work for key, person in team.items()},
        ids,
        lambda code, back: sorted(kpis[code].values)[-1 - back],
    )
    progress(DemoProgress(DemoStep.COMMENTS, 1, 1))


def _sign_in(context: Context) -> bool:
    """Go on with the session that is kept, else sign in as the administrator."""
    try:
        context.run(whoami)
    except NotSignedIn:
        try:
            signed_in = login(context, Login(PEOPLE["administrator"].email, PASSWORD))
        except (LoginRefused, LoginThrottled):
            context.tokens.clear()
            return False
        context.tokens.save(signed_in.token)
    return True
