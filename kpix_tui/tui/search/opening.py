"""The screen of something that was found."""

from __future__ import annotations

from typing import Any

from kpix_tui.domains.comments.views import Subject
from kpix_tui.domains.search.views import Hit, Kind
from kpix_tui.tui.screen import KpixScreen


def screen_of(hit: Hit) -> KpixScreen[Any]:
    """Its own page; of a comment the thread, where it stands."""
    from kpix_tui.tui.administration.user import UserScreen  # noqa: PLC0415 - when it is wanted
    from kpix_tui.tui.comments.screen import CommentsScreen  # noqa: PLC0415 - when it is wanted
    from kpix_tui.tui.dashboard.screen import DashboardScreen  # noqa: PLC0415 - when it is wanted
    from kpix_tui.tui.kpi.screen import KpiScreen  # noqa: PLC0415 - when it is wanted
    from kpix_tui.tui.plans.screen import PlanScreen  # noqa: PLC0415 - when it is wanted

    match hit.kind:
        case Kind.DASHBOARD:
            return DashboardScreen(hit.id, title=hit.title.text)
        case Kind.PERSON:
            return UserScreen(hit.id, hit.title.text)
        case Kind.ACTION:
            return PlanScreen(hit.id, title=hit.title.text)
        case Kind.COMMENT if hit.kpi_id is not None:
            subject = Subject(hit.kpi_id, hit.period_start, hit.action_id)
            return CommentsScreen(subject, at=hit.id)
        case _:
            return KpiScreen(hit.kpi_id or hit.id)
