"""Short ways to make what a test needs, through the service layer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import event

from kpix_tui.app.context import Context
from kpix_tui.domains.dashboards.service import create_dashboard
from kpix_tui.domains.dashboards.views import CreateDashboard, Dashboard
from kpix_tui.domains.kpis.service import create_kpi, get_kpi
from kpix_tui.domains.kpis.views import CreateKpi, Direction, Kpi, Thresholds, UpdateKpi
from kpix_tui.domains.values.service import enter_value
from kpix_tui.domains.values.views import EnterValue, ValueEntered
from kpix_tui.kernel.periods import Frequency

BANDS = Thresholds(Decimal(95), Decimal(92), Decimal(88))


@contextmanager
def counted(context: Context) -> Iterator[list[str]]:
    """The statements that SQLAlchemy runs inside the block."""
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = context.database()
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def dashboard(
    context: Context, title: str = "Punctuality", process: str = "Transport"
) -> Dashboard:
    """A dashboard of the signed-in person."""
    return context.run(create_dashboard, CreateDashboard(title, process))


def kpi(context: Context, board: Dashboard, name: str = "Brittany", **changes: Any) -> Kpi:
    """A monthly KPI, better when higher, with the thresholds 95, 92 and 88."""
    given: dict[str, Any] = {
        "direction": Direction.UP_IS_BETTER,
        "frequency": Frequency.MONTHLY,
        "thresholds": BANDS,
        "unit": "%",
        **changes,
    }
    made = context.run(create_kpi, CreateKpi(board.id, name, **given))
    return context.run(get_kpi, made.id)


def value(context: Context, of: Kpi, day: date, number: str, reason: str = "") -> ValueEntered:
    """Enter a value, or correct it with a reason."""
    return context.run(enter_value, EnterValue(of.id, day, Decimal(number), reason))


def update(of: Kpi, **changes: Any) -> UpdateKpi:
    """The command that changes only what is named."""
    kept = {
        name: getattr(of, name)
        for name in (
            "id",
            "version",
            "name",
            "code",
            "description",
            "unit",
            "decimals",
            "direction",
            "frequency",
        )
    }
    return UpdateKpi(**{**kept, **changes})


def wait_until_blocked(context: Context) -> None:
    """Wait until somebody waits for a lock of ours."""
    with context.owner_database().connect() as watcher:
        for _ in range(2000):
            waiting = watcher.exec_driver_sql(
                "select count(*) from pg_locks l join pg_stat_activity a using (pid)"
                " where not l.granted and a.datname = current_database()"
            ).scalar()
            watcher.rollback()
            if waiting:
                return
    raise AssertionError("the other entry never waited")
