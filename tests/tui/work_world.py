"""What Ada has to do, in memory, on the railway's dashboards and about its actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.domains.comments.views import UnreadThread
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.plans.views import PlanFilter, PlanRow, PlanScope, PlanStatus
from kpix_tui.domains.work.rules import periods_owed
from kpix_tui.domains.work.views import OwedValue
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest
from kpix_tui.kernel.periods import last_ended, period_of
from tests.tui.plans_world import Plans, depot
from tests.tui.world import TODAY, World

MINE = PlanFilter(
    scope=PlanScope.MINE, statuses=frozenset({PlanStatus.OPEN, PlanStatus.IN_PROGRESS})
)


@dataclass
class Work:
    """Whose values are owed follows from those that are there. ``failing`` is raised as long
    as it is there."""

    acting: Plans
    owing: set[UUID] = field(default_factory=set)
    threads: list[UnreadThread] = field(default_factory=list)
    failing: KpixError | None = None

    @property
    def world(self) -> World:
        """What the actions are about."""
        return self.acting.world

    def owed_values(self, _uow: Any, page: PageRequest = FIRST_PAGE) -> Page[OwedValue]:
        """The longest owed first."""
        if self.failing is not None:
            raise self.failing
        rows = [row for kpi_id in self.owing if (row := self._owed(self.world.kpis[kpi_id]))]
        rows = [row for row in rows if page.text.lower() in row.kpi_name.lower()]
        rows.sort(key=lambda row: (row.due_on, row.kpi_code))
        return Page(tuple(rows[page.offset : page.offset + page.limit]), len(rows), page.offset)

    def _owed(self, kpi: Kpi) -> OwedValue | None:
        last = max(self.world.values[kpi.id], default=date(2026, 6, 1))
        first = period_of(kpi.frequency, last).shift(1)
        if first.start > last_ended(kpi.frequency, TODAY).start:
            return None
        row = self.world.row(kpi)
        return OwedValue(
            kpi_id=kpi.id,
            kpi_code=kpi.code,
            kpi_name=kpi.name,
            dashboard_id=kpi.dashboard_id,
            dashboard_title=kpi.dashboard_title,
            frequency=kpi.frequency,
            period_start=first.start,
            due_on=first.shift(1).start,
            missing=periods_owed(kpi.frequency, first.start, TODAY),
            status=row.status,
            critical=row.critical,
            owner_id=kpi.owner_id,
            dashboard_owner_id=kpi.dashboard_owner_id,
            level=None,
            assigned=True,
        )

    def get_kpi(self, _uow: Any, kpi_id: UUID) -> Kpi:
        """The definition."""
        return self.world.kpis[kpi_id]

    def my_plans(self, uow: Any, page: PageRequest = FIRST_PAGE) -> Page[PlanRow]:
        """Those of Ada that are not closed."""
        return self.acting.list_plans(uow, page, MINE)

    def my_threads(self, _uow: Any, page: PageRequest = FIRST_PAGE) -> Page[UnreadThread]:
        """What is new, the newest first."""
        return Page(tuple(self.threads), len(self.threads), page.offset)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Take the place of the services."""
        self.acting.install(patch)
        patch.setattr("kpix_tui.domains.work.service.owed_values", self.owed_values)
        patch.setattr("kpix_tui.domains.work.service.my_plans", self.my_plans)
        patch.setattr("kpix_tui.domains.work.service.my_threads", self.my_threads)
        patch.setattr("kpix_tui.domains.kpis.service.get_kpi", self.get_kpi)


def monday() -> Work:
    """The carriages were never counted, punctuality lacks October, and the rest is there."""
    made = Work(depot())
    by_code = {kpi.code: kpi for kpi in made.world.kpis.values()}
    del made.world.values[by_code["PUNCT"].id][date(2026, 10, 1)]
    made.owing = {by_code[code].id for code in ("PUNCT", "CLEAN", "MWH")}
    made.threads = [
        _thread(by_code["PUNCT"], 1, "Grace Hopper", "@Ada Lovelace why is October red?", me=True),
        _thread(by_code["CANCEL"], 3, "Linus Pauling", "The strike of week 42 is in here."),
    ]
    made.world.asked.clear()
    return made


def _thread(kpi: Kpi, unread: int, who: str, said: str, *, me: bool = False) -> UnreadThread:
    return UnreadThread(
        thread_id=UUID(int=kpi.id.int + 70_000),
        kpi_id=kpi.id,
        kpi_code=kpi.code,
        kpi_name=kpi.name,
        frequency=kpi.frequency,
        period_start=None,
        action_id=None,
        unread=unread,
        mentions_me=me,
        author_name=who,
        excerpt=said,
        last_at=datetime(2026, 11, 19, 14 - unread, 5, tzinfo=UTC),
    )
