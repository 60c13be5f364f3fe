"""What is measured on: 1 000 monthly KPIs on 20 dashboards, 120 periods each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from kpix_tui.app.context import Context
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.service import create_dashboard
from kpix_tui.domains.dashboards.views import CreateDashboard
from kpix_tui.domains.kpis.service import create_kpi
from kpix_tui.domains.kpis.views import CreateKpi, Direction, Thresholds
from kpix_tui.domains.values.service import write_values
from kpix_tui.domains.values.views import PeriodValue
from kpix_tui.kernel.clock import SystemClock
from kpix_tui.kernel.periods import Frequency, last_ended, trailing_periods
from tests.support import databases, servers

DASHBOARDS = 20
KPIS = 1_000
PERIODS = 120
THRESHOLDS = Thresholds(Decimal(95), Decimal(92), Decimal(88))


@dataclass(frozen=True)
class Bench:
    """A database with everything in it, and a way in."""

    context: Context
    database: databases.Database
    token: str
    titles: tuple[str, ...]
    dashboards: tuple[UUID, ...]
    kpis: tuple[UUID, ...]

    @property
    def url(self) -> str:
        """The application's address of the database."""
        return self.database.server.url(self.database.name, "kpix_local")


@contextmanager
def prepared(folder: Path, run: str) -> Iterator[Bench]:
    """A server and a database for the run, filled through the use cases."""
    clock = SystemClock()
    server = servers.join(servers.EMBEDDED, run)
    try:
        template, tokens = databases.peopled(server, run, clock)
        with databases.cloned(server, template, tokens) as database:
            context = database.context(folder, clock)
            try:
                dashboards, kpis = context.run(_definitions)
                for start in range(0, KPIS, 100):
                    context.run(_values, kpis[start : start + 100])
                analyze(database)
                titles = tuple(_title(number) for number in range(DASHBOARDS))
                yield Bench(context, database, tokens["acme/manager"], titles, dashboards, kpis)
            finally:
                context.close()
    finally:
        servers.leave(server, run)


def analyze(database: databases.Database) -> None:
    """What autovacuum would have done by now; the server of the tests runs without it."""
    with database.server.connect(database.name) as connection:
        connection.execute("vacuum analyze")


def months() -> tuple[date, ...]:
    """The first days of the last 120 months that are over, oldest first."""
    last = last_ended(Frequency.MONTHLY, SystemClock().now().date())
    return tuple(
        period.start for period in trailing_periods(Frequency.MONTHLY, last.start, PERIODS)
    )


def value_of(kpi: int, period: int) -> Decimal:
    """A figure around the thresholds; all statuses appear."""
    return Decimal(8_600 + (kpi * 37 + period * 101) % 1_300) / 100


def _title(number: int) -> str:
    return f"Bench {number:02}"


def _definitions(uow: UnitOfWork) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    dashboards = tuple(
        create_dashboard(uow, CreateDashboard(_title(number), "Measured")).id
        for number in range(DASHBOARDS)
    )
    kpis = tuple(
        create_kpi(
            uow,
            CreateKpi(
                dashboards[number % DASHBOARDS],
                f"Indicator {number:04}",
                Direction.UP_IS_BETTER,
                Frequency.MONTHLY,
                THRESHOLDS,
                code=f"B{number:04}",
                unit="%",
            ),
        ).id
        for number in range(KPIS)
    )
    return dashboards, kpis


def _values(uow: UnitOfWork, kpis: tuple[UUID, ...]) -> None:
    write_values(
        uow,
        [
            PeriodValue(kpi, start, value_of(number, period))
            for number, kpi in enumerate(kpis)
            for period, start in enumerate(months())
        ],
    )
