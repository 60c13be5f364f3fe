"""The form of a dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kpix_tui.domains.dashboards import service
from kpix_tui.domains.dashboards.views import CreateDashboard, Dashboard, UpdateDashboard
from kpix_tui.domains.overview import service as overview
from kpix_tui.domains.overview.views import DashboardRow
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.tui.live.author import author_of
from kpix_tui.tui.modals.merge import Theirs
from kpix_tui.tui.widgets.fields import AreaField, Field, TextField
from kpix_tui.tui.widgets.form import FormScreen


class DashboardForm(FormScreen[Dashboard]):
    """Creates a dashboard, or changes ``dashboard``."""

    def __init__(self, dashboard: DashboardRow | None = None) -> None:
        super().__init__()
        self._dashboard = dashboard

    def heading(self) -> str:
        """The title."""
        return _("New dashboard") if self._dashboard is None else _("Edit the dashboard")

    def fields(self) -> Iterable[Field[Any]]:
        """Title, process, description."""
        old = self._dashboard
        yield TextField("title", _("Title"), value=old.title if old else "", required=True)
        yield TextField(
            "process",
            _("Process"),
            value=old.process if old else "",
            help=_("What it is about: Purchasing, Production, Safety…"),
        )
        yield AreaField("description", _("Description"), value=old.description if old else "")

    async def theirs(self, _stale: StaleVersion) -> Theirs | None:
        """The dashboard as it is now."""
        if self._dashboard is None:
            return None
        now = await self.bridge.read(overview.show_dashboard, self._dashboard.id)
        values = {"title": now.title, "process": now.process, "description": now.description}
        return Theirs(values, now, await author_of(self.bridge, now.id))

    def adopt(self, origin: DashboardRow) -> None:
        """Save on top of this version."""
        self._dashboard = origin

    async def save(self, values: dict[str, Any]) -> Dashboard:
        """Write it."""
        if self._dashboard is None:
            return await self.bridge.write(service.create_dashboard, CreateDashboard(**values))
        command = UpdateDashboard(id=self._dashboard.id, version=self._dashboard.version, **values)
        return await self.bridge.write(service.update_dashboard, command)
