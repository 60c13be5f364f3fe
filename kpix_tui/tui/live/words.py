"""Who changed what, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from kpix_tui.domains.audit.views import LatestChange
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_period
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.periods import Frequency
from kpix_tui.tui.widgets.text import clip, plain

_DONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "action_plan.created": message("{who} created the action {what}"),
        "action_plan.deleted": message("{who} deleted the action {what}"),
        "action_plan.judged": message("The action {what} was judged"),
        "action_plan.updated": message("{who} changed the action {what}"),
        "comment.created": message("{who} commented on {what}"),
        "comment.deleted": message("{who} deleted a comment on {what}"),
        "comment.updated": message("{who} changed a comment on {what}"),
        "dashboard.archived": message("{who} archived {what}"),
        "dashboard.created": message("{who} created {what}"),
        "dashboard.updated": message("{who} changed {what}"),
        "dashboard_share.created": message("{who} shared {what}"),
        "dashboard_share.deleted": message("{who} ended a sharing of {what}"),
        "dashboard_share.updated": message("{who} changed a sharing of {what}"),
        "kpi.created": message("{who} created {what}"),
        "kpi.deleted": message("{who} deleted {what}"),
        "kpi.updated": message("{who} changed {what}"),
        "kpi_assignment.created": message("{who} changed who enters {what}"),
        "kpi_assignment.deleted": message("{who} changed who enters {what}"),
        "kpi_threshold.created": message("{who} changed the thresholds of {what}"),
        "kpi_threshold.updated": message("{who} changed the thresholds of {what}"),
        "kpi_value.corrected": message("{who} corrected values of {what}"),
        "kpi_value.created": message("{who} entered values of {what}"),
        "kpi_value.recomputed": message("{who} changed the statuses of {what}"),
    }
)
_OF_A_PERIOD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kpi_value.corrected": message("{who} corrected {period} of {what}"),
        "kpi_value.created": message("{who} entered {period} of {what}"),
    }
)


def said(latest: Sequence[LatestChange], locale: str) -> str:
    """The newest change, and how many more there were: ``Max entered Oct 2026 of AE-01 (+3)``."""
    sentence = _sentence(latest[0], locale)
    if more := len(latest) - 1:
        others = ngettext("and {count} other change", "and {count} other changes", more)
        return f"{sentence}, {others.format(count=more)}"
    return sentence


def _sentence(one: LatestChange, locale: str) -> str:
    who, what = clip(plain(one.actor), 40), clip(plain(one.name), 60)
    if one.period_start is not None and one.frequency is not None and one.action in _OF_A_PERIOD:
        period = format_period(one.period_start, Frequency(one.frequency), locale)
        return _(_OF_A_PERIOD[one.action]).format(who=who, what=what, period=period)
    return _(_DONE.get(one.action, message("{who} changed {what}"))).format(who=who, what=what)
