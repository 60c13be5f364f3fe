"""What the overview looks at, kept while one moves around."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from kpix_tui.domains.overview.views import (
    EVERYTHING,
    Grouping,
    KpiFilter,
    OverviewFilter,
)
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_date
from kpix_tui.kernel.periods import Frequency, period_of


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters with what they are called, and what a line is."""

    wanted: OverviewFilter = EVERYTHING
    team_name: str = ""
    grouping: Grouping = Grouping.PROCESS

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return self.wanted != EVERYTHING

    @property
    def kpis(self) -> KpiFilter:
        """The filter of a list of KPIs that keeps the same."""
        return KpiFilter(process=self.wanted.process, team_id=self.wanted.team_id)

    def words(self, locale: str) -> tuple[str, ...]:
        """What is looked at, as people say it; nothing for everything."""
        wanted, found = self.wanted, []
        if wanted.until is not None:
            found.append(_("as of {day}").format(day=format_date(wanted.until, locale)))
        if wanted.process is not None:
            found.append(process_name(wanted.process))
        if wanted.team_id is not None:
            found.append(_("team {team}").format(team=self.team_name))
        return tuple(found)

    def earlier(self, today: date) -> Asked:
        """As of the end of the month before."""
        shown = self.wanted.until or today
        end = period_of(Frequency.MONTHLY, shown).start - timedelta(days=1)
        return replace(self, wanted=replace(self.wanted, until=end))

    def later(self, today: date) -> Asked:
        """As of the end of the month after; in the end, now."""
        if self.wanted.until is None:
            return self
        end = period_of(Frequency.MONTHLY, self.wanted.until + timedelta(days=1)).end
        until = end if end < today else None
        return replace(self, wanted=replace(self.wanted, until=until))


def process_name(process: str) -> str:
    """The name of a process, also where dashboards name none."""
    return process or _("(no process)")
