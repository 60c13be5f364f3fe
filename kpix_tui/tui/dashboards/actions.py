"""What can be done with keys about dashboards, their KPIs and the chart of one."""

from __future__ import annotations

from typing import Final

from kpix_tui.access.permissions import Permission
from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import Action, local, quiet

DASHBOARDS: Final[tuple[Action, ...]] = (
    # Dashboards.
    Action(
        "dashboards.new",
        _m("New"),
        _m("Create a dashboard."),
        ("n",),
        ("dashboards",),
        Permission.DASHBOARD_CREATE,
    ),
    Action(
        "dashboards.edit",
        _m("Edit"),
        _m("Change the title, process and description of the dashboard."),
        ("e",),
        ("dashboards",),
        Permission.DASHBOARD_UPDATE,
    ),
    Action(
        "dashboard.describe",
        _m("Edit the dashboard"),
        _m("Change the title, process and description of this dashboard."),
        ("E",),
        ("dashboard",),
        Permission.DASHBOARD_UPDATE,
        False,
    ),
    Action(
        "dashboards.archive",
        _m("Archive"),
        _m("Take the dashboard out of the list, or put it back; nothing is lost."),
        ("d",),
        ("dashboards",),
        Permission.DASHBOARD_DELETE,
    ),
    Action(
        "dashboards.archived",
        _m("Archived"),
        _m("Show the archived dashboards, or those in use."),
        ("A",),
        ("dashboards",),
        None,
        False,
    ),
    # A dashboard: its KPIs.
    Action(
        "dashboard.enter",
        _m("Enter value"),
        _m("Enter or correct a value of the KPI."),
        ("v",),
        ("dashboard", "kpi", "kpis"),
        Permission.KPI_VALUE_CREATE,
    ),
    Action(
        "dashboard.new",
        _m("New KPI"),
        _m("Create a KPI on this dashboard."),
        ("n",),
        ("dashboard",),
        Permission.KPI_CREATE,
    ),
    Action(
        "kpi.edit",
        _m("Edit KPI"),
        _m("Change the definition and the thresholds of the KPI."),
        ("e",),
        ("dashboard", "kpi"),
        Permission.KPI_UPDATE,
    ),
    Action(
        "dashboard.delete",
        _m("Delete KPI"),
        _m("Delete the KPI; its name is shown and you are asked."),
        ("d",),
        ("dashboard", "kpi"),
        Permission.KPI_DELETE,
    ),
    Action(
        "kpi.earlier",
        _m("Previous period"),
        _m("Move to the period before."),
        ("left_square_bracket",),
        ("dashboard", "kpi"),
        None,
        False,
    ),
    Action(
        "kpi.later",
        _m("Next period"),
        _m("Move to the period after."),
        ("right_square_bracket",),
        ("dashboard", "kpi"),
        None,
        False,
    ),
    quiet("chart.left", _m("Left"), _m("The period before."), ("left", "h"), ("chart",)),
    quiet("chart.right", _m("Right"), _m("The period after."), ("right", "l"), ("chart",)),
    quiet("chart.first", _m("First"), _m("The first period."), ("home",), ("chart",)),
    quiet("chart.last", _m("Last"), _m("The last period."), ("end",), ("chart",)),
    quiet("chart.page_up", _m("Back"), _m("Many periods back."), ("pageup",), ("chart",)),
    quiet("chart.page_down", _m("Ahead"), _m("Many periods ahead."), ("pagedown",), ("chart",)),
    local(
        "chart.closer",
        _m("Closer"),
        _m("Fewer periods, larger."),
        ("greater_than_sign", "plus", "equals_sign"),
        ("chart",),
    ),
    local(
        "chart.farther",
        _m("Farther"),
        _m("More periods, smaller."),
        ("less_than_sign",),
        ("chart",),
    ),
)
